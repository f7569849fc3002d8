"""The sealed implementation of :class:`publishers.account.Account`.

What is sealed names its account, platform, server and version, so that no row opens in the place
of another, an older one cannot come back, and no secret goes to a server it was not stored for.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from clarion.errors import ClarionError
from clarion.vault.content import Content, Destination, opened
from clarion.vault.seal import KeyRing, KeyRingError
from publishers.account import EXPIRES, Grant, Secret, expiry
from publishers.errors import AuthExpired, NotConnected, Transient
from scheduler.ledger import StoreError

if TYPE_CHECKING:
    from clarion.store.accounts import Row, SqlAccounts

log = logging.getLogger("clarion.vault")

_REWRITE = (0.2, 1.0, 3.0, 5.0)  # seconds between tries to keep what was fetched
_calls = count()


class LockedError(ClarionError):
    """What is stored cannot be opened here: one line with the account and the remedy."""


@dataclass(frozen=True)
class Waits:
    """How long one caller may take to fetch a new grant before another may try, and how many
    seconds lie between two looks of those who wait for it."""

    lease: timedelta = timedelta(minutes=2)
    look: float = 0.2


class Vault:
    """The accounts of one workspace. Nothing is read before it is asked for.

    ``rows`` opens the store and ``keys`` reads the ring, None where there is none; ``host`` names
    this machine.
    """

    def __init__(
        self,
        rows: Callable[[], SqlAccounts],
        keys: Callable[[], KeyRing | None],
        now: Callable[[], datetime],
        host: str = "",
        waits: Waits | None = None,
    ) -> None:
        self._open_rows = rows
        self._keys = keys
        self.now = now
        self.host = host
        self.waits = waits or Waits()
        self._ring: KeyRing | None = None

    @property
    def rows(self) -> SqlAccounts:
        """The store. Raises :class:`~scheduler.ledger.StoreError`."""
        return self._open_rows()

    def account(self, name: str, destination: Destination) -> SealedAccount:
        """One account, whether or not anything is stored for it."""
        return SealedAccount(self, name, destination)

    def ring(self) -> KeyRing | None:
        """The keys as they are now. Raises :class:`~clarion.vault.seal.KeyRingError`."""
        self._ring = ring = self._keys()
        return ring

    def locked(self, row: Row) -> str:
        """Why the key of a row is not here, and the remedy; empty when it is."""
        try:
            self._ring_for(row)
        except (LockedError, KeyRingError) as error:
            return str(error)
        return ""

    def content(self, row: Row) -> Content:
        """What a row holds. Raises :class:`LockedError` or
        :class:`~clarion.vault.seal.KeyRingError`."""
        found = opened(row, self._ring_for(row))
        if found is None:
            raise LockedError(
                f"{row.account}: what is stored was changed, or belongs to another account: "
                f"clarion accounts add {row.account}"
            )
        return found

    def sealed(self, row: Row, destination: Destination, secrets: Mapping[str, Secret]) -> Row:
        """The row with these secrets in it, sealed with the newest key there is at this moment.
        Raises as :meth:`content`."""
        ring = self.ring()
        if ring is None:
            raise LockedError(f"{row.account}: there is no key to seal its secrets with")
        return Content(row.account, row.version, destination, secrets).put_into(row, ring)

    def _ring_for(self, row: Row) -> KeyRing:
        """A ring with the key of this row, read anew if need be: somebody may have rotated it."""
        ring = self._ring
        if ring is None or row.key not in ring:
            ring = self.ring()
        if ring is None or row.key not in ring:
            have = f" (here is {ring})" if ring is not None else ""
            raise LockedError(
                f"{row.account}: sealed with the key {row.key}, which is not here{have}: bring "
                f"that key, or connect it anew: clarion accounts add {row.account}"
            )
        return ring


@dataclass(frozen=True)
class SealedAccount:
    """See :class:`publishers.account.Account`."""

    vault: Vault
    name: str
    destination: Destination

    def now(self) -> datetime:
        """See :meth:`publishers.account.Account.now`."""
        return self.vault.now()

    def grant(self) -> Grant:
        """See :meth:`publishers.account.Account.grant`."""
        return self._current()[1]

    def renew(self, used: Grant, fetch: Callable[[Grant], Grant]) -> Grant:
        """See :meth:`publishers.account.Account.renew`.

        The lease is one short transaction, and so is storing; what comes between holds nothing. A
        process that dies meanwhile loses its lease by time.
        """
        waits = self.vault.waits
        last = time.monotonic() + waits.lease.total_seconds() + waits.look
        while True:
            row, grant = self._current()
            if grant.version != used.version:
                return grant
            with self._asking():
                name, now = f"{self.vault.host}:{os.getpid()}:{next(_calls)}", self.now()
                mine = self.vault.rows.lease(row, name, now + waits.lease, now)
            if mine:
                return self._fetched(row, grant, fetch, name)
            if time.monotonic() > last:
                raise Transient(f"{self.name}: another process still renews it", retry_after=5.0)
            time.sleep(waits.look)

    def facts(self) -> Mapping[str, Any]:
        """See :meth:`publishers.account.Account.facts`."""
        with self._asking():
            row = self.vault.rows.get(self.name)
        return {} if row is None else row.facts

    def learn(self, facts: Mapping[str, Any]) -> None:
        """See :meth:`publishers.account.Account.learn`."""
        kept = {name: value for name, value in facts.items() if name != EXPIRES}
        with self._asking():
            self.vault.rows.learn(self.name, kept, expiry(facts))

    def _current(self) -> tuple[Row, Grant]:
        with self._asking():
            row = self.vault.rows.get(self.name)
            if row is None:
                raise NotConnected(
                    f"{self.name}: no secrets are stored: clarion accounts add {self.name}"
                )
            content = self.vault.content(row)
        if content.destination != self.destination:
            raise AuthExpired(
                f"{self.name}: its secrets are for {content.destination}, and the channel is now "
                f"{self.destination}: clarion accounts add {self.name}"
            )
        return row, Grant(content.secrets, row.expires_at, row.version)

    def _fetched(
        self, row: Row, grant: Grant, fetch: Callable[[Grant], Grant], lease: str
    ) -> Grant:
        try:
            new = fetch(grant)
            return self._kept(row, new)
        except BaseException:
            try:
                self.vault.rows.release(self.name, lease)
            except StoreError as error:
                log.warning("%s: its lease runs until it ends by itself: %s", self.name, error)
            raise

    def _kept(self, row: Row, new: Grant) -> Grant:
        """Store it, then give it out: a pair that replaced another is worth some patience."""
        for pause in (*_REWRITE, None):
            try:
                return self._stored(row, new)
            except StoreError as error:
                if pause is None:
                    raise Transient(
                        f"{self.name}: what it was renewed to is lost: {error}"
                    ) from None
                log.warning("%s: what it was renewed to cannot be kept yet: %s", self.name, error)
                time.sleep(pause)
        raise AssertionError("unreachable")

    def _stored(self, row: Row, new: Grant) -> Grant:
        while True:
            bare = replace(
                row, version=row.version + 1, expires_at=new.expires_at, renewed_at=self.now()
            )
            with self._asking(store=False):
                after = self.vault.sealed(bare, self.destination, new.secrets)
            if self.vault.rows.renewed(row, after):
                return Grant(dict(new.secrets), after.expires_at, after.version)
            now = self.vault.rows.get(self.name)
            if now is None or now.version != row.version:  # a person was quicker
                return self.grant()
            row = now  # sealed anew meanwhile, with another key

    @contextmanager
    def _asking(self, *, store: bool = True) -> Iterator[None]:
        """What goes wrong with store and keys, in the words of the port."""
        try:
            yield
        except (LockedError, KeyRingError) as error:
            raise AuthExpired(str(error)) from None
        except StoreError as error:
            if not store:
                raise
            raise Transient(str(error)) from None
