"""A ledger whose content is a value: the store's own answers, on rows that can be put back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from clarion.store.ledger import SqlLedger
from scheduler.delivery import Delivery, Entry
from scheduler.ledger import (
    EVERYTHING,
    Claim,
    Decision,
    Filter,
    Granted,
    Hold,
    HoldScope,
    JournalLine,
    Moved,
    Outcome,
    PutCounts,
    Recovered,
    Ref,
    Refused,
    Scope,
    Spacing,
    Stop,
    Verdict,
)
from tests.simulation.store import Image, Shelf

T = TypeVar("T")


class Chain(NamedTuple):
    """A list that is only added to, and of which every earlier state is at hand."""

    last: Any
    rest: Chain | None

    def items(self) -> list[Any]:
        """Oldest first."""
        found: list[Any] = []
        here: Chain | None = self
        while here is not None:
            found.append(here.last)
            here = here.rest
        return found[::-1]


def listed(chain: Chain | None) -> list[Any]:
    """The items of what may be empty, oldest first."""
    return [] if chain is None else chain.items()


class Remembering:
    """See :class:`scheduler.ledger.Ledger`: the store's own answers, on rows that are a value.

    ``image`` and ``lines`` are all there is to it; whoever keeps the two can put them back. With
    ``remember`` off every call is made on the real store.
    """

    def __init__(self, shelf: Shelf, image: Image, *, remember: bool = True) -> None:
        self._shelf = shelf
        self._remember = remember
        self.image = image
        self.lines: Chain | None = None

    # --- the plan ---

    def put(
        self,
        deliveries: Sequence[Delivery],
        now: datetime,
        *,
        whole: Iterable[tuple[str, date]] | None = None,
    ) -> PutCounts:
        """See :meth:`scheduler.ledger.Ledger.put`."""
        key = "put", tuple(deliveries), now
        return self._do(key, lambda ledger: ledger.put(deliveries, now, whole=whole))

    def get(self, delivery_id: str) -> Entry:
        """See :meth:`scheduler.ledger.Ledger.get`."""
        return self._do(("get", delivery_id), lambda ledger: ledger.get(delivery_id))

    def entries(self, which: Filter = EVERYTHING) -> list[Entry]:
        """See :meth:`scheduler.ledger.Ledger.entries`."""
        return self._do(("entries", repr(which)), lambda ledger: ledger.entries(which))

    def journal(self, delivery_id: str | None = None) -> list[JournalLine]:
        """See :meth:`scheduler.ledger.Ledger.journal`."""
        return [
            JournalLine(number, datetime.fromisoformat(line.at), *line[1:])
            for number, line in enumerate(listed(self.lines), 1)
            if delivery_id in (None, line.delivery)
        ]

    # --- people ---

    def approve(
        self,
        ids: Sequence[str],
        by: str,
        now: datetime,
        *,
        seen: Mapping[str, str] | None = None,
    ) -> list[Decision]:
        """See :meth:`scheduler.ledger.Ledger.approve`."""
        key = "approve", tuple(ids), by, now, repr(seen)
        return self._do(key, lambda ledger: ledger.approve(ids, by, now, seen=seen))

    def revoke(self, ids: Sequence[str], by: str, now: datetime) -> list[Decision]:
        """See :meth:`scheduler.ledger.Ledger.revoke`."""
        return self._do(("revoke", tuple(ids), by, now), lambda led: led.revoke(ids, by, now))

    def skip(self, ids: Sequence[str], by: str, now: datetime) -> list[Decision]:
        """See :meth:`scheduler.ledger.Ledger.skip`."""
        return self._do(("skip", tuple(ids), by, now), lambda led: led.skip(ids, by, now))

    def resolve(
        self, delivery_id: str, by: str, now: datetime, verdict: Verdict, url: str = ""
    ) -> Decision:
        """See :meth:`scheduler.ledger.Ledger.resolve`."""
        key = "resolve", delivery_id, by, now, verdict, url
        return self._do(key, lambda ledger: ledger.resolve(delivery_id, by, now, verdict, url))

    def rederive(
        self, derive: Callable[[Delivery], Delivery], release: str, now: datetime
    ) -> list[Moved]:
        """See :meth:`scheduler.ledger.Ledger.rederive`."""
        key = "rederive", derive, release, now
        return self._do(key, lambda ledger: ledger.rederive(derive, release, now))

    # --- runners ---

    def due(self, now: datetime, limit: int) -> list[Ref]:
        """See :meth:`scheduler.ledger.Ledger.due`."""
        return self._do(("due", now, limit), lambda ledger: ledger.due(now, limit))

    def next_due(self, now: datetime) -> datetime | None:
        """See :meth:`scheduler.ledger.Ledger.next_due`."""
        return self._do(("next_due", now), lambda ledger: ledger.next_due(now))

    def claim(
        self,
        refs: Iterable[Ref],
        owner: str,
        lease_until: datetime,
        now: datetime,
        spacing: Spacing | None = None,
    ) -> list[Claim]:
        """See :meth:`scheduler.ledger.Ledger.claim`."""
        refs = tuple(refs)
        key = "claim", refs, owner, lease_until, now, spacing
        return self._do(key, lambda ledger: ledger.claim(refs, owner, lease_until, now, spacing))

    def intent(self, claim: Claim, prepared: bytes, now: datetime) -> Granted | Refused:
        """See :meth:`scheduler.ledger.Ledger.intent`."""
        key = "intent", *self._shelf.names(claim), prepared, now
        return self._do(key, lambda ledger: ledger.intent(claim, prepared, now))

    def settle(self, claim: Claim, outcome: Outcome, now: datetime) -> bool:
        """See :meth:`scheduler.ledger.Ledger.settle`."""
        key = "settle", *self._shelf.names(claim), repr(outcome), now
        return self._do(key, lambda ledger: ledger.settle(claim, outcome, now))

    def recover(self, owner: str, now: datetime, settle: timedelta) -> Recovered:
        """See :meth:`scheduler.ledger.Ledger.recover`."""
        key = "recover", owner, now, settle
        return self._do(key, lambda ledger: ledger.recover(owner, now, settle))

    def reclaim(self, now: datetime, settle: timedelta) -> Recovered:
        """See :meth:`scheduler.ledger.Ledger.reclaim`."""
        return self._do(("reclaim", now, settle), lambda ledger: ledger.reclaim(now, settle))

    def expire(self, now: datetime) -> int:
        """See :meth:`scheduler.ledger.Ledger.expire`."""
        return self._do(("expire", now), lambda ledger: ledger.expire(now))

    # --- switches ---

    def stop(self, scope: Scope, value: str, by: str, now: datetime) -> None:
        """See :meth:`scheduler.ledger.Ledger.stop`."""
        key = "stop", scope, value, by, now
        self._do(key, lambda ledger: ledger.stop(scope, value, by, now))

    def resume(self, scope: Scope, value: str, by: str, now: datetime) -> bool:
        """See :meth:`scheduler.ledger.Ledger.resume`."""
        key = "resume", scope, value, by, now
        return self._do(key, lambda ledger: ledger.resume(scope, value, by, now))

    def stops(self) -> list[Stop]:
        """See :meth:`scheduler.ledger.Ledger.stops`."""
        return self._do(("stops",), lambda ledger: ledger.stops())

    def hold(self, hold: Hold, now: datetime) -> None:
        """See :meth:`scheduler.ledger.Ledger.hold`."""
        self._do(("hold", hold, now), lambda ledger: ledger.hold(hold, now))

    def release(self, scope: HoldScope, value: str, by: str, now: datetime) -> bool:
        """See :meth:`scheduler.ledger.Ledger.release`."""
        key = "release", scope, value, by, now
        return self._do(key, lambda ledger: ledger.release(scope, value, by, now))

    def holds(self) -> list[Hold]:
        """See :meth:`scheduler.ledger.Ledger.holds`."""
        return self._do(("holds",), lambda ledger: ledger.holds())

    def _do(self, key: tuple[Any, ...], call: Callable[[SqlLedger], T]) -> T:
        if self._remember:
            done = self._shelf.do(self.image, key, call)
        else:
            done = self._shelf.really(self.image, call)
        self.image = done.image
        for line in done.lines:
            self.lines = Chain(line, self.lines)
        if done.error is not None:
            raise done.error
        answer: T = done.answer
        return answer
