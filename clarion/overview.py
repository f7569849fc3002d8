"""How the whole schedule stands: who is waited for, sums, what comes next, what is switched off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clarion.accounts import Standing, stored, told, unconnected
from clarion.outlook import (
    BACKLOG_COMMAND,
    CLOCK_COMMAND,
    Advice,
    Around,
    choices,
    goes_at,
    look_around,
    on_hold,
    stopped,
)
from clarion.report import STATES, as_record, named, question, readable, reason, when
from clarion.wiring import Studio
from scheduler.backlog import waiting
from scheduler.delivery import UNDECIDED, Entry, State
from scheduler.rules import WAITING

_AHEAD = WAITING | {State.PLANNED, State.HELD, State.NEEDS_HUMAN}
MOST = 10
"""Deliveries named one by one; of the rest the number is told."""


@dataclass(frozen=True)
class Overview:
    """The chosen deliveries, what comes next of all, and what stands in the way. ``accounts`` are
    those that need somebody, now or soon; ``due`` is how many could go out at this moment."""

    entries: Sequence[Entry]
    around: Around
    next_at: datetime | None
    next_ones: Sequence[Entry]
    backlog: Sequence[Entry]
    accounts: Sequence[Standing] = ()
    due: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        around = self.around
        return {
            "states": dict(Counter(entry.state.value for entry in self.entries)),
            "due": self.due,
            "next": self.next_at.isoformat() if self.next_at else None,
            "stops": [
                {"scope": stop.scope, "value": stop.value, "by": stop.by} for stop in around.stops
            ],
            "holds": [
                {
                    "scope": hold.scope, "value": hold.value, "why": hold.why,
                    "until": hold.until.isoformat() if hold.until else None,
                }
                for hold in around.waits
            ],
            "waiting_for_a_person": [as_record(entry) for entry in self.people],
            "backlog": len(self.backlog),
            "accounts": [one.as_dict(around.now) for one in self.accounts],
            "clock": around.clock,
            "running": around.at_work.running,
        }  # fmt: skip

    @property
    def people(self) -> list[Entry]:
        """What waits for a person, what may be out first."""
        found = [one for one in self.entries if one.state in (State.NEEDS_HUMAN, State.FAILED)]
        return sorted(found, key=lambda one: (not one.in_doubt, one.state is State.FAILED))

    def urgent(self) -> Iterator[str]:
        """What somebody has to do something about; nothing when all is well."""
        if self.around.clock:
            yield f"NOTHING IS POSTED, the clock is not believed: {self.around.clock}"
            yield f"  set it right, or: {CLOCK_COMMAND}"
        if self.backlog:
            asked, _ = question(self.backlog, self.around.now)
            yield asked
            yield f"  {BACKLOG_COMMAND}"
        yield from self._people()

    def _people(self) -> Iterator[str]:
        found = self.people
        if not found:
            return
        yield f"{len(found)} wait{'s' * (len(found) == 1)} for a person:"
        for entry in found[:MOST]:
            yield f"  {named(entry)}"
            yield f"    {readable(reason(entry), entry.delivery.zone)}"
            for advice in choices(entry, self.around):
                yield f"    {advice.words}"
                yield from [f"      {advice.command}"] if advice.command else []
        if len(found) > MOST:
            yield f"  and {len(found) - MOST} more: clarion status --all"

    def sums(self) -> list[tuple[int, str]]:
        """How many are in which state, in words; those that need looking at first."""
        counts = Counter(entry.state for entry in self.entries)
        hints = {State.PLANNED: ": clarion approve --as ROLE"}
        return [
            (counts[state], words + hints.get(state, ""))
            for state, words in STATES.items()
            if counts[state]
        ]

    def standing(self) -> Iterator[str]:
        """Stops, holds, what comes next and who is at work."""
        for stop in self.around.switched_off:
            words, command = stopped(stop)
            yield f"STOPPED: {words}"
            yield f"  to lift it: {command}"
        for hold in self.around.waits:
            advice = on_hold(hold)
            yield f"ON HOLD: {advice.words}"
            yield f"  to lift it: {advice.command}"
        yield from (f"ACCOUNT: {line}" for line in told(self.accounts))
        yield f"next: {self._next()}"
        yield f"now: {self.around.at_work.words}"

    def _next(self) -> str:
        if not self.due:
            return self._later() or "nothing is due"
        later = self._later()
        now = f"{self.due} {'is' if self.due == 1 else 'are'} due now"
        return f"{now}; then {later}" if later else now

    def _later(self) -> str:
        if self.next_at is None:
            return ""
        if not self.next_ones:
            return f"{self.next_at:%Y-%m-%d %H:%M} UTC"
        first = self.next_ones[0].delivery
        count = len(self.next_ones)
        more = f" and {count - 1} more" if count > 1 else ""
        return f"{when(self.next_at, first.zone)}, {first.society} {first.card}{more}"


def overview(studio: Studio, entries: Sequence[Entry], now: datetime) -> Overview:
    """How these deliveries of the workspace stand."""
    ledger = studio.ledger
    at = ledger.next_due(now)
    coming = WAITING | {State.UNKNOWN}
    nexts = [one for one in entries if one.state in coming and one.next_try == at]
    chosen = {entry.id for entry in entries}
    late = [entry for entry in waiting(ledger) if entry.id in chosen]
    around = look_around(studio, now)
    due = [moment for one in entries if (moment := goes_at(one, around)) and moment <= now]
    needy = [one for one in stored(studio, now) if one.why]
    needy += unconnected(studio, (one.delivery for one in entries if one.state in _AHEAD))
    return Overview(entries, around, at, nexts, late, needy, len(due))


def gone(entries: Sequence[Entry]) -> tuple[list[Entry], list[Entry]]:
    """Of these, what is out, and what may be: its request left and no answer is known."""
    out = [entry for entry in entries if entry.state is State.POSTED]
    maybe = [entry for entry in entries if entry.state in UNDECIDED or entry.in_doubt]
    return out, maybe


def went(out: Sequence[Entry], maybe: Sequence[Entry]) -> Iterator[str]:
    """These one by one, for people: what is out with the place where it stands."""
    for entry in out[:MOST]:
        yield f"  {named(entry)}  {entry.url or 'posted'}"
    if len(out) > MOST:
        yield f"  and {len(out) - MOST} more: clarion status --all"
    if maybe:
        yield f"{len(maybe)} may be out as well, their answers are not known yet:"
    for entry in maybe[:MOST]:
        yield f"  {named(entry)}  {STATES[entry.state]}"


def too_late(entry: Entry) -> Advice:
    """What to tell somebody whose word came after the request had left."""
    one = entry.delivery
    if entry.state is State.POSTED:
        at = f" at {when(entry.posted_at, one.zone)}" if entry.posted_at else ""
        where = f": {entry.url}" if entry.url else ""
        return Advice(f"{named(entry)}: posted{at}{where}; delete it there?")
    since = f" since {when(entry.first_sent_at, one.zone)}" if entry.first_sent_at else ""
    command = f"clarion explain {entry.id[:8]}"
    return Advice(f"{named(entry)}: already sending{since}; delete it when it is out?", command)
