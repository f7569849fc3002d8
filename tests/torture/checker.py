"""The judge: what the platform accepted, held against what the ledger says.

Pure, and sure of nothing else than the two records. It asks of each delivery what a person would:
did it go out, once, at its time, and does the ledger know? Ids and the lines that prove it come
with every complaint.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from scheduler.delivery import Delivery, Entry, State
from scheduler.ledger import JournalLine
from tests.torture.faults import Fault
from tests.torture.history import History, Kind, Violation
from tests.torture.record import Event, Line

OVER = frozenset({State.MISSED, State.FAILED, State.CANCELLED, State.HELD, State.PLANNED})
"""States in which the ledger says that it is not out, and will not be."""
TRY_AGAIN = "try-again"
ANSWERED = frozenset({Fault.LIMIT_SECONDS, Fault.LIMIT_DATE})
"""What the platform may do to a request so that its sender knows that nothing came of it."""


@dataclass
class Counts:
    """One line of the matrix. Of the ``flagged``, ``live`` are out after all, and in ``own`` the
    platform had no part; ``missed`` went by and the ledger says why; ``hit`` are requests that the
    platform ill-treated; ``lateness`` is in seconds."""

    planned: int = 0
    delivered: int = 0
    lost: int = 0
    duplicated: int = 0
    flagged: int = 0
    live: int = 0
    own: int = 0
    missed: int = 0
    early: int = 0
    late: int = 0
    hit: int = 0
    lateness: list[float] = field(default_factory=list)

    def add(self, other: Counts) -> None:
        """Take another's in."""
        for name in COLUMNS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.lateness += other.lateness

    def percentile(self, share: float) -> float | None:
        """The lateness that this share stays below; None where nothing went out."""
        ranked = sorted(self.lateness)
        return ranked[min(int(len(ranked) * share), len(ranked) - 1)] if ranked else None


COLUMNS = (
    "planned",
    "delivered",
    "lost",
    "duplicated",
    "flagged",
    "live",
    "own",
    "missed",
    "early",
    "late",
    "hit",
)


@dataclass
class Report:
    """Counts by group, and everything that is wrong."""

    counts: dict[str, Counts]
    violations: list[Violation]


def check(
    entries: Iterable[Entry],
    journal: Sequence[JournalLine],
    lines: Sequence[Line],
    *,
    end: float,
    grace: float = 0.0,
    group: Callable[[Delivery], str] = lambda delivery: delivery.account,
) -> Report:
    """Judge a run that ended at ``end`` (seconds since 1970).

    ``grace`` is how long after its intent a request may still be accepted: the platform's promise
    and the sender's patience together. ``group`` names the line of the matrix a delivery is in.
    """
    told, done = _by_delivery(journal), _by_key(lines)
    report = Report({}, [])
    histories = [History(one, told.get(one.id, ()), done.pop(one.id, ())) for one in entries]
    for one in histories:
        counts = report.counts.setdefault(group(one.entry.delivery), Counts())
        counts.add(_count(one, end, grace))
        report.violations += _complaints(one, end, grace)
    for key, strange in done.items():
        proof = tuple(f"{line.at:.3f} platform {line.event} {line.account}" for line in strange)
        report.violations.append(Violation(Kind.STRANGER, key, "", proof))
    report.violations += _broken_holds(histories)
    return report


def _by_delivery(journal: Iterable[JournalLine]) -> Mapping[str, list[JournalLine]]:
    found: dict[str, list[JournalLine]] = defaultdict(list)
    for line in sorted(journal, key=lambda line: line.number):
        found[line.delivery].append(line)
    return found


def _by_key(lines: Iterable[Line]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        found[line.key].append(line)
    return dict(found)


def _count(one: History, end: float, grace: float) -> Counts:
    state, live = one.entry.state, bool(one.accepted)
    counts = Counts(planned=1)
    counts.delivered = int(state is State.POSTED and live)
    counts.flagged = int(state is State.NEEDS_HUMAN)
    counts.live = int(state is State.NEEDS_HUMAN and live)
    hit = sum(line.fault not in ("", Fault.NONE) for line in one.received)
    counts.own = int(state is State.NEEDS_HUMAN and not hit)
    counts.missed = int(state in OVER and not live and bool(one.entry.note))
    counts.lost = int(_lost(one, end))
    counts.duplicated = _surplus(one)
    counts.early, counts.late = len(_early(one)), len(_late(one, grace))
    counts.hit = hit
    due = one.entry.delivery.due_at.timestamp()
    counts.lateness = [line.at - due for line in one.accepted[:1]]
    return counts


def _lost(one: History, end: float) -> bool:
    """Due, not live, and nobody was told."""
    if one.accepted or one.entry.delivery.due_at.timestamp() > end:
        return False
    if one.entry.state in OVER:
        return not one.entry.note
    return one.entry.state not in (State.NEEDS_HUMAN, State.POSTED)


def _surplus(one: History) -> int:
    """Posts too many: one is due, and where nobody can look, one more for each person's word."""
    allowed = 1 if one.verifiable else 1 + len(one.words)
    return max(0, len(one.accepted) - allowed)


def _early(one: History) -> list[Line]:
    due = one.entry.delivery.due_at.timestamp()
    return [line for line in one.accepted if line.at < due]


def _late(one: History, grace: float) -> list[Line]:
    last = one.entry.delivery.expires_at.timestamp() + grace
    return [line for line in one.accepted if line.at >= last]


def _complaints(one: History, end: float, grace: float) -> Iterator[Violation]:
    yield from _wrong_posts(one, grace)
    yield from _wrong_words(one, end)
    yield from _wrong_order(one)


def _wrong_posts(one: History, grace: float) -> Iterator[Violation]:
    """What a visitor of the platform could complain about."""
    if _surplus(one):
        yield one.complain(Kind.DUPLICATED, f"{len(one.accepted)} posts are live")
    for line in _early(one):
        before = one.entry.delivery.due_at.timestamp() - line.at
        yield one.complain(Kind.EARLY, f"by {before:.3f} s")
    for line in _late(one, grace):
        after = line.at - one.entry.delivery.expires_at.timestamp()
        yield one.complain(Kind.LATE, f"by {after:.3f} s")


def _wrong_words(one: History, end: float) -> Iterator[Violation]:
    """Where ledger and platform do not say the same."""
    state = one.entry.state
    live = {line.id for line in one.accepted}
    if _lost(one, end):
        yield one.complain(Kind.LOST, f"it is {state}")
    elif state is State.POSTED and not live:
        yield one.complain(Kind.PHANTOM)
    elif state is State.POSTED and one.entry.remote_id and one.entry.remote_id not in live:
        yield one.complain(Kind.OTHER_POST, one.entry.remote_id)
    elif state in OVER and live:
        yield one.complain(Kind.DENIED, f"it is {state}")
    elif live and state not in (State.POSTED, State.NEEDS_HUMAN):
        yield one.complain(Kind.OPEN, f"it is {state}")
    elif state is State.NEEDS_HUMAN:
        yield from _wrong_flag(one)


def _wrong_flag(one: History) -> Iterator[Violation]:
    """A person has to be told why, and only where there is no other way."""
    expires, last = one.entry.delivery.expires_at, one.journal[-1:]
    if not one.entry.note:
        yield one.complain(Kind.UNEXPLAINED)
    if one.verifiable and any(line.at < expires for line in last):
        yield one.complain(Kind.NEEDLESS)


def _wrong_order(one: History) -> Iterator[Violation]:
    """What the protocol forbids, whether or not harm came of it this time."""
    allowed = sorted(line.at.timestamp() for line in one.intents)
    for number, line in enumerate(one.received):
        if number >= len(allowed) or allowed[number] > line.sent:
            yield one.complain(Kind.NO_INTENT, f"request {number + 1} sent at {line.sent:.3f}")
    if not one.verifiable:
        yield from _resent(one)
    fences = [line.fence for line in one.journal]
    if fences != sorted(fences):
        yield one.complain(Kind.FENCE_FELL, str(fences))
    for fence, count in Counter(line.fence for line in one.intents).items():
        if count > 1:
            yield one.complain(Kind.SAME_FENCE, f"fence {fence}")
    if one.journal and one.journal[-1].state != one.entry.state.value:
        words = f"{one.journal[-1].state}, not {one.entry.state}"
        yield one.complain(Kind.NOT_REPLAYED, words)


def _resent(one: History) -> Iterator[Violation]:
    """Where nothing can be looked up, a second request needs a refusal or a person's word."""
    for before, after in zip(one.received, one.received[1:], strict=False):
        said = any(before.sent <= at <= after.sent for at in one.words)
        if before.fault not in ANSWERED and not said:
            yield one.complain(Kind.RESENT, f"after {before.fault or 'none'}")


def _broken_holds(histories: Sequence[History]) -> Iterator[Violation]:
    """Once a platform's wish for a pause is written down, no leave to send before its end.

    It is written down when the delivery that was told so has its ``try-again`` in the journal.
    """
    accounts: dict[str, list[History]] = defaultdict(list)
    for one in histories:
        accounts[one.entry.delivery.account].append(one)
    for one in histories:
        for limit in (line for line in one.lines if line.event is Event.LIMITED):
            known = next((line.number for line in one.journal if _tells(line, limit)), None)
            for other in accounts[one.entry.delivery.account] if known is not None else ():
                if any(_within(line, known, limit) for line in other.intents):
                    words = f"before {limit.until:.3f}, as {one.entry.id} was told"
                    yield other.complain(Kind.HOLD_BROKEN, words)


def _tells(line: JournalLine, limit: Line) -> bool:
    return line.event == TRY_AGAIN and line.at.timestamp() >= limit.at


def _within(line: JournalLine, known: int | None, limit: Line) -> bool:
    return known is not None and line.number > known and line.at.timestamp() < limit.until
