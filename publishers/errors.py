"""What can go wrong between Clarion and a platform.

    PublisherError
    ├── SetupError            the channel's settings or the installation, found before any post
    │   └── UnknownPublisher
    └── PublishError
        ├── Transient         the platform surely did not act; later may do  -> wait, again
        ├── Permanent         it never will, as the request stands            -> tell a person
        ├── AuthExpired       the account's credentials are spent             -> renew or park
        │   └── NotConnected  it never had any                                -> park
        ├── AccountBlocked    the platform wants the account's owner          -> park
        └── Unknown           the act may have happened; nobody said          -> find, never retry

The text of each is one line that a person can act on and holds no secret.
"""

from __future__ import annotations

from typing import Literal

Scope = Literal["post", "account", "app", "host"]


class PublisherError(Exception):
    """Any of the errors a publisher raises on purpose."""


class SetupError(PublisherError):
    """A channel cannot be set up as it is configured."""


class UnknownPublisher(SetupError):
    """No publisher of this kind is installed."""


class PublishError(PublisherError):
    """The outcome of one call, when it is not the hoped-for one."""


class Transient(PublishError):
    """Nothing happened; the same call may succeed after `retry_after` seconds (None: unsaid).
    `scope` is how far the trouble reaches: this post alone, this account, every account of the
    app, the host."""

    def __init__(
        self, text: str, *, retry_after: float | None = None, scope: Scope = "account"
    ) -> None:
        super().__init__(text)
        self.retry_after = retry_after
        self.scope = scope


class Permanent(PublishError):
    """Nothing happened, and the same request will fail again. `field` is the part to change."""

    def __init__(self, text: str, *, code: str, field: str | None = None) -> None:
        super().__init__(text)
        self.code = code
        self.field = field


class AuthExpired(PublishError):
    """Nothing happened: the credentials are expired, revoked or too narrow. `refreshable` promises
    that the next `prepare` renews them: the same post may be tried again at once."""

    def __init__(self, text: str, *, refreshable: bool = False) -> None:
        super().__init__(text)
        self.refreshable = refreshable


class NotConnected(AuthExpired):
    """Nothing happened: no secrets are stored for the account."""


class AccountBlocked(PublishError):
    """Nothing happened: suspended or restricted until its owner acts on the platform."""


class Unknown(PublishError):
    """The request left and no valid answer came back. `phase` says where: `sent`, `answer`; or
    `duplicate`, where the platform says that it has these words already."""

    def __init__(self, text: str, *, phase: str) -> None:
        super().__init__(text)
        self.phase = phase
