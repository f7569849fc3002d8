"""What a publisher may know and keep of its account: secrets, and what the platform told.

The secrets lie sealed in the ledger's store, outside this package; here is only the port to them.
`FixedAccount` keeps them in memory: for tests, and for a publisher that needs none.
"""

from __future__ import annotations

import hmac
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, NoReturn, Protocol

from publishers.errors import AuthExpired


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
    """What lets us act for an account. `version` grows with every change of it; `expires_at` is
    aware, None when it does not run out or nobody said."""

    secrets: Mapping[str, Secret]
    expires_at: datetime | None = None
    version: int = 0

    def __getitem__(self, name: str) -> Secret:
        """The secret of this name. AuthExpired when there is none."""
        if not self.secrets.get(name):
            raise AuthExpired(f"the account has no secret '{name}': clarion accounts add")
        return self.secrets[name]


class Account(Protocol):
    """One account. Safe to call from several threads and processes."""

    @property
    def name(self) -> str:
        """For people: `it/it-mastodon`."""

    def now(self) -> datetime:
        """The present instant, aware."""

    def grant(self) -> Grant:
        """What is stored now. AuthExpired when nothing is, Transient when it cannot be read."""

    def renew(self, used: Grant, fetch: Callable[[Grant], Grant]) -> Grant:
        """A newer grant than `used`, stored before it is given out.

        Only one caller at a time gets to `fetch`, over all processes; if the stored grant is newer
        than `used` already, that one comes back and nobody fetches. What `fetch` raises comes out
        and changes nothing.
        """

    def facts(self) -> Mapping[str, Any]:
        """What the platform told and `learn` kept, as JSON values: limits, software, ids."""

    def learn(self, facts: Mapping[str, Any]) -> None:
        """Keep these facts beside those that are known. Nothing secret."""


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
            raise AuthExpired(f"{self.name}: no secrets are stored: clarion accounts add")
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
        with self._lock:
            self._facts = self._facts | dict(facts)
