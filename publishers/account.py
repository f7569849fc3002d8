"""What a publisher may know and keep of its account: secrets, and what the platform told.

The secrets lie sealed in the ledger's store, outside this package; here is only the port to them.
`FixedAccount` keeps them in memory: for tests, and for a publisher that needs none.
"""

from __future__ import annotations

import hmac
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, NoReturn, Protocol, runtime_checkable
from urllib.parse import quote

from publishers.errors import AuthExpired, NotConnected

EXPIRES = "expires_at"
"""The one fact that changes the grant: see `Account.learn`."""


class Secret:
    """A text that shows itself to nobody who does not ask: no repr, no format, no pickle."""

    __slots__ = ("__text",)

    def __init__(self, text: str) -> None:
        self.__text = text

    def reveal(self) -> str:
        """The text. Where it goes from here is the caller's affair."""
        return self.__text

    def __bool__(self) -> bool:
        return bool(self.__text)

    def __repr__(self) -> str:
        return "Secret(...)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self.__text.encode(), other.__text.encode())

    def __hash__(self) -> int:
        return hash(self.__text)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled")


@dataclass(frozen=True)
class Wanted:
    """A secret that an account needs: what it is called in a command, and what it is in words."""

    name: str
    words: str
    optional: bool = False


@dataclass(frozen=True)
class Grant:
    """What lets us act for an account. `version` grows with every change of the secrets.

    `expires_at` is when the account stops working unless somebody renews it: aware, None when it
    does not run out or nobody said. People are warned of it weeks ahead. The end of a session that
    a publisher renews in passing, every few hours, is its own affair and lies among the secrets.
    """

    secrets: Mapping[str, Secret]
    expires_at: datetime | None = None
    version: int = 0

    def __getitem__(self, name: str) -> Secret:
        """The secret of this name. AuthExpired when there is none."""
        if not self.secrets.get(name):
            raise AuthExpired(f"the account has no secret '{name}': clarion accounts add")
        return self.secrets[name]

    def masked(self, text: str, most: int = 200) -> str:
        """A platform's words, fit to be quoted: one line of at most `most` characters, with
        `***` in the place of every secret."""
        known = {secret.reveal() for secret in self.secrets.values() if secret}
        spelt = known | {quote(one, safe="") for one in known}
        for one in sorted(spelt, key=len, reverse=True):
            text = text.replace(one, "***")
        line = " ".join(text.split())
        return line if len(line) <= most else f"{line[: most - 1]}…"


class Account(Protocol):
    """One account. Safe to call from several threads and processes."""

    @property
    def name(self) -> str:
        """For people: `it/it-mastodon`."""

    def now(self) -> datetime:
        """The present instant, aware."""

    def grant(self) -> Grant:
        """What is stored now. NotConnected when nothing is, AuthExpired when it
        cannot be opened, Transient when it cannot be read."""

    def renew(self, used: Grant, fetch: Callable[[Grant], Grant]) -> Grant:
        """A newer grant than `used`, stored before it is given out.

        Only one caller at a time gets to `fetch`, over all processes; if the stored grant is newer
        than `used` already, that one comes back and nobody fetches. What `fetch` raises comes out
        and changes nothing. A caller that waited too long for another raises Transient.
        """

    def facts(self) -> Mapping[str, Any]:
        """What the platform told and `learn` kept, as JSON values: limits, software, ids."""

    def learn(self, facts: Mapping[str, Any]) -> None:
        """Keep these facts beside those that are known. Nothing secret; an account that has no
        secrets stored may keep nothing.

        A fact named `expires_at`, an instant in ISO 8601 with its zone, is when the platform says
        that the present grant ends: it is kept as `grant().expires_at` of the same version, and
        not among the facts. ValueError for anything else under that name.
        """


@runtime_checkable
class Renewing(Protocol):
    """What a publisher has beside the port when its grant can be renewed without a person."""

    def renew(self, used: Grant) -> None:
        """Have a grant newer than `used`, through `Account.renew`. It is asked for in good time,
        weeks before the end of a grant that lives for months. AuthExpired when only a person can
        help, Transient when it may be tried later."""


def expiry(facts: Mapping[str, Any]) -> datetime | None:
    """The fact `expires_at` as an instant, None where it is not told. ValueError as in `learn`."""
    if EXPIRES not in facts:
        return None
    told = facts[EXPIRES]
    at = datetime.fromisoformat(told) if isinstance(told, str) else None
    if at is None or at.utcoffset() is None:
        raise ValueError(f"the fact {EXPIRES} is no instant with a zone")
    return at.astimezone(UTC)


@dataclass
class FixedAccount:
    """An account in memory."""

    name: str = "account"
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    expires_at: datetime | None = None
    clock: Callable[[], datetime] = lambda: datetime(2027, 7, 30, 7, tzinfo=UTC)

    def __post_init__(self) -> None:
        self._grant = Grant(MappingProxyType(dict(self.secrets)), self.expires_at, 1)
        self._facts: dict[str, Any] = {}
        self._lock = threading.RLock()

    def now(self) -> datetime:
        return self.clock()

    def grant(self) -> Grant:
        if not self._grant.secrets:
            raise NotConnected(
                f"{self.name}: no secrets are stored: clarion accounts add {self.name}"
            )
        return self._grant

    def renew(self, used: Grant, fetch: Callable[[Grant], Grant]) -> Grant:
        with self._lock:
            if self._grant.version > used.version:
                return self._grant
            new = fetch(self._grant)
            version = self._grant.version + 1
            self._grant = Grant(MappingProxyType(dict(new.secrets)), new.expires_at, version)
            return self._grant

    def facts(self) -> Mapping[str, Any]:
        return dict(self._facts)

    def learn(self, facts: Mapping[str, Any]) -> None:
        ends = expiry(facts)
        with self._lock:
            self._facts |= {name: facts[name] for name in facts if name != EXPIRES}
            if ends is not None:
                self._grant = replace(self._grant, expires_at=ends)
