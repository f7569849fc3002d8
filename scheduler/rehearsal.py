"""A rehearsal: the same code, the same clock, its own ledger, and time that leaps over the waits.

Nothing of it touches the real ledger. Lateness is judged in the rehearsed time, as the time of a
witness who stands beside the platform and does not ask the ledger.
"""

from __future__ import annotations

import threading
import time as real
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from publishers.port import (
    Absent,
    CannotTell,
    Capabilities,
    Finding,
    Found,
    Pending,
    Post,
    Prepared,
    Publisher,
    Receipt,
)
from scheduler.clock import RehearsalTime, TimeSource
from scheduler.delivery import Entry, State
from scheduler.ledger import Ledger
from scheduler.runner import Runner

LEAD = timedelta(seconds=1)
"""How long before a due instant the time leaps to, so that the clock still has to wake."""
_POLL = 0.02


class RehearsalStuckError(Exception):
    """Something due was neither posted nor put aside."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A post as it was seen to appear."""

    key: str
    remote_id: str
    at: datetime


class Witness:
    """Writes down what publishers make visible."""

    def __init__(self, time: TimeSource) -> None:
        self._time = time
        self._lock = threading.Lock()
        self._sightings: list[Sighting] = []

    def beside(self, publisher: Publisher) -> Publisher:
        """The same publisher, under this witness's eyes."""
        return _Watched(publisher, self)

    def saw(self, key: str, remote_id: str) -> None:
        """Note a post."""
        with self._lock:
            self._sightings.append(Sighting(key, remote_id, self._time.now()))

    def sightings(self) -> list[Sighting]:
        """Everything seen so far, in order."""
        with self._lock:
            return list(self._sightings)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a rehearsal came to, in deliveries.

    ``held`` were never approved, ``missed`` ran out of time, ``asks`` wait for a person or were
    refused for good. ``lost`` were approved and due, and nobody saw them or knows why not;
    ``duplicated`` were seen twice; ``early`` and ``late`` were seen outside their minute.
    """

    planned: int
    posted: int
    held: int
    missed: int
    asks: int
    lost: int
    duplicated: int
    early: int
    late: int
    waves: int = 0
    seconds: float = 0.0

    @property
    def clean(self) -> bool:
        """Whether everything approved went out once, in its minute."""
        return not any((self.missed, self.asks, self.lost, self.duplicated, self.early, self.late))


def drive(
    runner: Runner,
    ledger: Ledger,
    time: RehearsalTime,
    until: datetime,
    witness: Witness,
    *,
    patience: float = 60.0,
) -> Summary:
    """Walk through everything due up to ``until``, one wave after the other.

    The runner has been started. Before each wave the time leaps to :data:`LEAD` before it and then
    runs at its own speed; the clock wakes the runner. Raises :class:`RehearsalStuckError` when a
    wave takes more than ``patience`` real seconds.
    """
    began, waves = real.monotonic(), 0
    _rest(runner, patience)
    while (at := _next(ledger, time.now())) is not None and at <= until:
        if at > time.now():
            time.leap(at - LEAD)
            waves += 1
        runner.wake()  # the armed alarm was set before the leap
        _wave(runner, ledger, time, at, patience)
    time.leap(until)
    _rest(runner, patience)
    found = summarise(ledger.entries(), witness.sightings(), time.now())
    return replace(found, waves=waves, seconds=real.monotonic() - began)


def summarise(entries: Iterable[Entry], sightings: Iterable[Sighting], now: datetime) -> Summary:
    """The ledger held against what was seen."""
    book = list(entries)
    seen: dict[str, list[Sighting]] = {}
    for sighting in sightings:
        seen.setdefault(sighting.key, []).append(sighting)
    states = [entry.state for entry in book]
    firsts = [(entry, seen[entry.id][0].at) for entry in book if entry.id in seen]
    return Summary(
        planned=len(book),
        posted=states.count(State.POSTED),
        held=sum(entry.approval is None and entry.state is not State.CANCELLED for entry in book),
        missed=sum(entry.state is State.MISSED and entry.approved for entry in book),
        asks=states.count(State.NEEDS_HUMAN) + states.count(State.FAILED),
        lost=sum(_lost(entry, entry.id in seen, now) for entry in book),
        duplicated=sum(len({one.remote_id for one in them}) > 1 for them in seen.values()),
        early=sum(at < entry.delivery.due_at for entry, at in firsts),
        late=sum(at >= _minute_end(entry) for entry, at in firsts),
    )


def _lost(entry: Entry, was_seen: bool, now: datetime) -> bool:
    if entry.state is State.POSTED:
        return not was_seen
    explained = {State.MISSED, State.NEEDS_HUMAN, State.FAILED}
    return entry.approved and entry.delivery.due_at <= now and entry.state not in explained


def _minute_end(entry: Entry) -> datetime:
    """The end of the minute on the wall in which it was to go out; no zone has odd seconds now."""
    due_at = entry.delivery.due_at.astimezone(UTC)
    return due_at.replace(second=0, microsecond=0) + timedelta(minutes=1)


def _next(ledger: Ledger, now: datetime) -> datetime | None:
    """When there is something to do: now, or later."""
    return now if ledger.due(now, 1) else ledger.next_due(now)


def _wave(
    runner: Runner, ledger: Ledger, time: RehearsalTime, at: datetime, patience: float
) -> None:
    deadline = real.monotonic() + patience
    real.sleep(max(0.0, time.seconds_until(at)))
    while not runner.busy and ledger.due(time.now(), 1):
        if real.monotonic() > deadline:
            raise RehearsalStuckError(f"what was due at {at.isoformat()} was not taken up")
        real.sleep(_POLL)
    _rest(runner, patience)


def _rest(runner: Runner, patience: float) -> None:
    if not runner.wait_idle(patience):
        raise RehearsalStuckError(f"still at work after {patience:.0f} s")


class _Watched:
    """See :class:`publishers.port.Publisher`."""

    def __init__(self, inner: Publisher, witness: Witness) -> None:
        self._inner = inner
        self._witness = witness

    @property
    def kind(self) -> str:
        return self._inner.kind

    def capabilities(self) -> Capabilities:
        return self._inner.capabilities()

    def verify(self) -> str:
        return self._inner.verify()

    def validate(self, post: Post) -> list[Finding]:
        return self._inner.validate(post)

    def preview(self, post: Post) -> Prepared:
        return self._inner.preview(post)

    def prepare(self, post: Post) -> Prepared:
        return self._inner.prepare(post)

    def poll(self, prepared: Prepared) -> Pending | None:
        return self._inner.poll(prepared)

    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        receipt = self._inner.publish(prepared, now)
        self._witness.saw(prepared.key, receipt.remote_id)
        return receipt

    def find(self, prepared: Prepared) -> Found | Absent | CannotTell:
        return self._inner.find(prepared)

    def delete(self, receipt: Receipt) -> None:
        self._inner.delete(receipt)
