"""A ledger that lives and dies with the process: for rehearsals without a trace, and for tests."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from scheduler.delivery import Delivery, Entry, State
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
    NoSuchDeliveryError,
    Outcome,
    PutCounts,
    Recovered,
    Ref,
    Refused,
    Scope,
    Spacing,
    Stop,
    Traffic,
    Verdict,
    Why,
)
from scheduler.rules import Change, ending, leave, people, posting


class MemoryLedger:
    """The shipped fake: one lock is its transaction."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._entries: dict[str, Entry] = {}
        self._journal: list[JournalLine] = []
        self._stops: dict[tuple[Scope, str], Stop] = {}
        self._holds: dict[tuple[HoldScope, str], Hold] = {}
        self._paces: dict[str, datetime] = {}

    # --- the plan ---

    def put(
        self,
        deliveries: Sequence[Delivery],
        now: datetime,
        *,
        whole: Iterable[tuple[str, date]] | None = None,
    ) -> PutCounts:
        """See :meth:`scheduler.ledger.Ledger.put`."""
        with self._lock:
            found = people.compare(
                deliveries, self._entries.values(), whole if whole is None else set(whole)
            )
            for change in found.changes:
                self._write(change, now)
            return found.counts

    def get(self, delivery_id: str) -> Entry:
        """See :meth:`scheduler.ledger.Ledger.get`."""
        with self._lock:
            return self._entry(delivery_id)

    def entries(self, which: Filter = EVERYTHING) -> list[Entry]:
        """See :meth:`scheduler.ledger.Ledger.entries`."""
        with self._lock:
            found = [entry for entry in self._entries.values() if leave.matches(entry, which)]
        return sorted(found, key=_order)

    def journal(self, delivery_id: str | None = None) -> list[JournalLine]:
        """See :meth:`scheduler.ledger.Ledger.journal`."""
        with self._lock:
            lines = list(self._journal)
        return [line for line in lines if delivery_id in (None, line.delivery)]

    # --- people ---

    def approve(
        self,
        ids: Iterable[str],
        by: str,
        now: datetime,
        *,
        seen: Mapping[str, str] | None = None,
    ) -> list[Decision]:
        """See :meth:`scheduler.ledger.Ledger.approve`."""
        hashes = seen or {}
        with self._lock:
            return [
                self._decide(one, lambda old: people.approve(old, by, hashes.get(old.id), now), now)
                for one in ids
            ]

    def revoke(self, ids: Iterable[str], by: str, now: datetime) -> list[Decision]:
        """See :meth:`scheduler.ledger.Ledger.revoke`."""
        with self._lock:
            return [self._decide(one, lambda old: people.revoke(old, by), now) for one in ids]

    def skip(self, ids: Iterable[str], by: str, now: datetime) -> list[Decision]:
        """See :meth:`scheduler.ledger.Ledger.skip`."""
        with self._lock:
            return [self._decide(one, lambda old: people.skip(old, by), now) for one in ids]

    def rederive(
        self, derive: Callable[[Delivery], Delivery], release: str, now: datetime
    ) -> list[Moved]:
        """See :meth:`scheduler.ledger.Ledger.rederive`."""
        moved = []
        with self._lock:
            old_ones = [one for one in self._entries.values() if one.delivery.tzdata != release]
            for old in sorted(old_ones, key=_order):
                change = people.rederived(old, derive(old.delivery))
                if change is not None:
                    entry = self._write(change, now)
                    if entry.delivery.due_at != old.delivery.due_at:
                        moved.append(Moved(entry, old.delivery.due_at))
        return moved

    def resolve(
        self, delivery_id: str, by: str, now: datetime, verdict: Verdict, url: str = ""
    ) -> Decision:
        """See :meth:`scheduler.ledger.Ledger.resolve`."""
        with self._lock:
            return self._decide(
                delivery_id, lambda old: people.resolve(old, by, now, verdict, url), now
            )

    # --- runners ---

    def due(self, now: datetime, limit: int) -> list[Ref]:
        """See :meth:`scheduler.ledger.Ledger.due`."""
        with self._lock:
            switches = self._switches()
            found = [one for one in self._entries.values() if leave.claimable(one, now, switches)]
        return [leave.ref(entry) for entry in sorted(found, key=_newest)[:limit]]

    def next_due(self, now: datetime) -> datetime | None:
        """See :meth:`scheduler.ledger.Ledger.next_due`."""
        with self._lock:
            switches = self._switches()
            times = [leave.ready_at(one, now, switches) for one in self._entries.values()]
        return min((at for at in times if at is not None and at > now), default=None)

    def claim(
        self,
        refs: Iterable[Ref],
        owner: str,
        lease_until: datetime,
        now: datetime,
        spacing: Spacing | None = None,
    ) -> list[Claim]:
        """See :meth:`scheduler.ledger.Ledger.claim`."""
        claims = []
        with self._lock:
            for ref in refs:
                old = self._entries.get(ref.id)
                if old is None or not leave.claimable(old, now, self._switches()):
                    continue
                entry = self._write(posting.claimed(old, owner, lease_until), now)
                claims.append(Claim(entry.id, owner, entry.fence, entry))
                if entry.state is State.CLAIMED and spacing is not None:
                    rest = spacing.after(entry.delivery, now)
                    if rest:
                        self._paces[entry.delivery.account] = now + rest
        return claims

    def intent(self, claim: Claim, prepared: bytes, now: datetime) -> Granted | Refused:
        """See :meth:`scheduler.ledger.Ledger.intent`."""
        with self._lock:
            old = self._entry(claim.id)
            against = leave.why_not_send(old, claim, prepared, now, self._switches())
            if against is None:
                digest = hashlib.sha256(prepared).hexdigest()
                return Granted(self._write(posting.sending(old, prepared, digest, now), now))
            change = posting.refused(old, *against, now)
            if change is not None:
                self._write(change, now)
            return Refused(*against)

    def settle(self, claim: Claim, outcome: Outcome, now: datetime) -> bool:
        """See :meth:`scheduler.ledger.Ledger.settle`."""
        with self._lock:
            old = self._entry(claim.id)
            if leave.owns(old, claim):
                self._write(ending.settled(old, outcome), now)
                return True
            self._write(ending.too_late(old, claim, outcome), now)
            return False

    def recover(self, owner: str, now: datetime, settle: timedelta) -> Recovered:
        """See :meth:`scheduler.ledger.Ledger.recover`."""
        return self._take_back(lambda entry: entry.owner != owner, now, settle)

    def reclaim(self, now: datetime, settle: timedelta) -> Recovered:
        """See :meth:`scheduler.ledger.Ledger.reclaim`."""
        return self._take_back(
            lambda entry: entry.lease_until is not None and entry.lease_until <= now, now, settle
        )

    def expire(self, now: datetime) -> int:
        """See :meth:`scheduler.ledger.Ledger.expire`."""
        with self._lock:
            changes = [posting.expired(entry, now) for entry in self._entries.values()]
            return sum(self._write(change, now) is not None for change in changes if change)

    # --- switches ---

    def stop(self, scope: Scope, value: str, by: str, now: datetime) -> None:
        """See :meth:`scheduler.ledger.Ledger.stop`."""
        key = scope, leave.stop_value(scope, value)
        with self._lock:
            self._stops.setdefault(key, Stop(*key, by, now))
            self._note(now, "stop", by, f"{key[0]} {key[1]}".strip())

    def resume(self, scope: Scope, value: str, by: str, now: datetime) -> bool:
        """See :meth:`scheduler.ledger.Ledger.resume`."""
        key = scope, leave.stop_value(scope, value)
        with self._lock:
            if self._stops.pop(key, None) is None:
                return False
            self._note(now, "resume", by, f"{key[0]} {key[1]}".strip())
            return True

    def stops(self) -> list[Stop]:
        """See :meth:`scheduler.ledger.Ledger.stops`."""
        with self._lock:
            return sorted(self._stops.values(), key=lambda stop: (stop.scope, stop.value))

    def hold(self, hold: Hold, now: datetime) -> None:
        """See :meth:`scheduler.ledger.Ledger.hold`."""
        key = hold.scope, hold.value
        with self._lock:
            if leave.longer(self._holds.get(key), hold) is hold:
                self._holds[key] = hold
                self._note(now, "hold", "", f"{hold.scope} {hold.value}: {hold.why}")

    def release(self, scope: HoldScope, value: str, by: str, now: datetime) -> bool:
        """See :meth:`scheduler.ledger.Ledger.release`."""
        with self._lock:
            if self._holds.pop((scope, value), None) is None:
                return False
            self._note(now, "release", by, f"{scope} {value}")
            return True

    def holds(self) -> list[Hold]:
        """See :meth:`scheduler.ledger.Ledger.holds`."""
        with self._lock:
            return sorted(self._holds.values(), key=lambda hold: (hold.scope, hold.value))

    def traffic(self, scope: HoldScope, value: str, since: datetime) -> Traffic:
        """See :meth:`scheduler.ledger.Ledger.traffic`."""
        of = "account" if scope is HoldScope.ACCOUNT else "platform"
        with self._lock:
            found = [e for e in self._entries.values() if getattr(e.delivery, of) == value]
        return Traffic(
            tuple(e.first_sent_at for e in found if e.first_sent_at and e.first_sent_at > since),
            tuple(
                (e.delivery.due_at, e.id)
                for e in found
                if e.state is State.CLAIMED and e.first_sent_at is None
            ),
        )

    def close(self) -> None:
        """There is nothing to give back."""

    # --- inside ---

    def _switches(self) -> leave.Switches:
        return leave.Switches(list(self._stops.values()), self._holds, self._paces)

    def _entry(self, delivery_id: str) -> Entry:
        try:
            return self._entries[delivery_id]
        except KeyError:
            raise NoSuchDeliveryError(f"delivery {delivery_id}: {Why.UNKNOWN_ID}") from None

    def _decide(
        self, delivery_id: str, rule: Callable[[Entry], Change | Decision], now: datetime
    ) -> Decision:
        old = self._entries.get(delivery_id)
        if old is None:
            return Decision(delivery_id, Why.UNKNOWN_ID)
        answer = rule(old)
        if isinstance(answer, Decision):
            return answer
        self._write(answer, now)
        return Decision(delivery_id, None)

    def _take_back(
        self, dead: Callable[[Entry], bool], now: datetime, settle: timedelta
    ) -> Recovered:
        with self._lock:
            found = [entry for entry in self._entries.values() if dead(entry)]
            changes = [posting.abandoned(entry, now, settle) for entry in found]
            done = [self._write(change, now) for change in changes if change]
            return posting.recovered(done)

    def _write(self, change: Change, now: datetime) -> Entry:
        entry = change.entry
        self._entries[entry.id] = entry
        self._journal.append(
            JournalLine(
                len(self._journal) + 1,
                now,
                entry.id,
                change.event,
                entry.state,
                entry.revision,
                entry.fence,
                change.actor,
                change.detail,
            )
        )
        return entry

    def _note(self, now: datetime, event: str, actor: str, detail: str) -> None:
        number = len(self._journal) + 1
        self._journal.append(JournalLine(number, now, "", event, "", 0, 0, actor, detail))


def _order(entry: Entry) -> tuple[datetime, str]:
    return entry.delivery.due_at, entry.id


def _newest(entry: Entry) -> tuple[float, str]:
    return -entry.delivery.due_at.timestamp(), entry.id
