"""What stands between a delivery and going out, when it will, and what a person can do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from clarion.report import naming, reason, span, when
from clarion.settings import Settings
from clarion.store.lock import AlreadyRunningError, Lock
from clarion.wiring import Studio
from scheduler.deliver import PROBABLY
from scheduler.delivery import Entry, State
from scheduler.ledger import Hold, HoldScope, Scope, Stop
from scheduler.rules import WAITING
from scheduler.rules.leave import Switches, covers, held_now

CLOCK_COMMAND = "clarion clock confirm --as ROLE"
BACKLOG_COMMAND = "clarion backlog post|hold|skip --as ROLE"
_SIGN_OF_LIFE = timedelta(minutes=3)
"""A node that believes its clock writes a mark every minute."""
_EVERYTHING = 1_000_000


class Advice(NamedTuple):
    """Something to know, and the command that changes it; empty where there is none."""

    words: str
    command: str = ""


@dataclass(frozen=True)
class AtWork:
    """Whether something posts; ``running`` is None where that cannot be told."""

    running: bool | None
    words: str


@dataclass(frozen=True)
class Around:
    """What is not about one delivery: the time, stops, holds, the clock, and who is at work.

    ``clock`` says why the clock is not believed, empty when it is. ``rests`` are the ids of due
    deliveries whose account rests between two posts.
    """

    now: datetime
    stops: Sequence[Stop] = ()
    holds: Sequence[Hold] = ()
    clock: str = ""
    at_work: AtWork = AtWork(None, "")
    rests: frozenset[str] = frozenset()

    @property
    def switched_off(self) -> list[Stop]:
        """The stops that people set; the question about a backlog is none of them."""
        return [stop for stop in self.stops if stop.scope is not Scope.LATE]

    @property
    def waits(self) -> list[Hold]:
        """The holds that have not run out."""
        return [hold for hold in self.holds if hold.until is None or hold.until > self.now]

    def hold(self, entry: Entry) -> Hold | None:
        """The hold that keeps this delivery back, the longest if there are two."""
        switches = Switches(holds={(hold.scope, hold.value): hold for hold in self.holds})
        return held_now(entry.delivery, switches, self.now)


def look_around(studio: Studio, now: datetime) -> Around:
    """How things stand in a workspace."""
    ledger = studio.ledger
    mark = ledger.clock_log.last()
    return Around(
        now,
        ledger.stops(),
        ledger.holds(),
        mark.why if mark else "",
        at_work(studio, now),
    )


def at_work(studio: Studio, now: datetime) -> AtWork:
    """Who posts: with the ledger in a file, whoever holds its lock; in a database, the last sign
    of life of a node on this machine."""
    if not studio.settings.database:
        holder = _holder(studio.settings)
        if holder:
            return AtWork(True, f"'clarion run' is at work ({holder})")
        return AtWork(False, "nothing is running; start it with 'clarion run'")
    mark = studio.ledger.clock_log.last()
    if mark is not None and now - mark.at < _SIGN_OF_LIFE:
        return AtWork(True, "a node on this machine was at work less than 3 min ago")
    ago = f"for {span(now - mark.at)}" if mark else "yet"
    words = f"nothing has run on this machine {ago}; other machines cannot be seen from here"
    return AtWork(None, words)


def resting(studio: Studio, entries: Sequence[Entry], now: datetime) -> frozenset[str]:
    """The ids of those that are due and wait for their turn only."""
    waiting = {one.id for one in entries if one.state in WAITING and _due(one, now)}
    if not waiting:
        return frozenset()
    return frozenset(waiting - {ref.id for ref in studio.ledger.due(now, _EVERYTHING)})


def obstacles(entry: Entry, around: Around) -> Iterator[Advice]:
    """Why it does not go out at this moment, although it is approved."""
    if entry.state not in WAITING:
        return
    one, found = entry.delivery, False
    if around.clock:
        found = True
        yield Advice(f"the clock of the machine is not believed: {around.clock}", CLOCK_COMMAND)
    for stop in around.stops:
        if covers(stop, one):
            found = True
            yield _stop(stop)
    if hold := around.hold(entry):
        found = True
        yield on_hold(hold, one.zone)
    if not _due(entry, around.now):
        return
    if around.now >= one.expires_at:
        yield Advice("its last moment has passed: 'clarion run' will put it down as missed")
    elif around.at_work.running is False:
        yield Advice(around.at_work.words)
    elif entry.id in around.rests and not found:
        yield Advice("its account rests between two posts; it is one of the next")


def goes_at(entry: Entry, around: Around) -> datetime | None:
    """When something happens by itself, as things stand: it goes out, or is looked up."""
    if entry.next_try is None or entry.state not in WAITING | {State.UNKNOWN}:
        return None
    hold = around.hold(entry)
    if hold and hold.until is None:
        return None
    at = max(entry.next_try, hold.until) if hold and hold.until else entry.next_try
    if entry.state is State.UNKNOWN:
        return at
    if around.clock or any(covers(stop, entry.delivery) for stop in around.stops):
        return None
    return at if max(at, around.now) < entry.delivery.expires_at else None


def choices(entry: Entry, around: Around) -> Iterator[Advice]:
    """What a person can do now, the likeliest first."""
    short, late = entry.id[:8], around.now >= entry.delivery.expires_at
    match entry.state:
        case State.NEEDS_HUMAN:
            yield from _in_doubt(entry, around, late=late)
        case State.PLANNED if not late:
            yield Advice("approve it as it is", f"clarion approve {short} --as ROLE")
        case State.HELD:
            yield Advice("mend what is missing, then plan and approve it again", "clarion plan")
        case State.FAILED:
            yield Advice("mend what was refused, then plan and approve it again", "clarion plan")
        case State.APPROVED | State.RETRY_WAIT | State.CLAIMED:
            yield Advice("take the approval back", f"clarion approve --revoke {short} --as ROLE")
        case State.SENDING | State.UNKNOWN | State.RECONCILING:
            yield Advice("wait: whether it is out is found out by itself, if the platform can tell")
        case State.POSTED:
            yield Advice("to take it down, delete it on the platform itself")
        case State.PLANNED | State.MISSED:
            yield Advice("its time has passed: it can only be planned for another date")


def on_hold(hold: Hold, zone_name: str = "") -> Advice:
    """A hold in words."""
    why = naming(hold.why, hold.value) if hold.scope is HoldScope.ACCOUNT else hold.why
    what = "account" if hold.scope is HoldScope.ACCOUNT else "platform"
    command = f"clarion release {hold.scope} {hold.value} --as ROLE"
    if hold.until is None:
        return Advice(f"{what} {hold.value} waits until somebody releases it: {why}", command)
    until = when(hold.until, zone_name, name=False) if zone_name else _utc(hold.until)
    return Advice(f"{what} {hold.value} has to wait until {until}: {why}", command)


def stopped(stop: Stop) -> Advice:
    """A stop in words, and how to lift it."""
    what = f"{stop.scope} {stop.value}".rstrip()
    return Advice(f"{what} by {stop.by} since {_utc(stop.at)}", f"clarion resume {what} --as ROLE")


def _stop(stop: Stop) -> Advice:
    if stop.scope is Scope.LATE:
        return Advice("it was late, as nothing had run: it waits for an answer", BACKLOG_COMMAND)
    words, command = stopped(stop)
    return Advice(f"stopped: {words}", command)


def _in_doubt(entry: Entry, around: Around, *, late: bool) -> Iterator[Advice]:
    answer = f"clarion resolve {entry.id[:8]}"
    if entry.in_doubt:
        if PROBABLY not in reason(entry):
            yield Advice(PROBABLY)
    elif (hold := around.hold(entry)) and hold.until is None:
        yield Advice(
            "when the account works again, release it",
            f"clarion release {hold.scope} {hold.value} --as ROLE",
        )
    yield Advice("it is there", f"{answer} there --url URL --as ROLE")
    if late:
        yield Advice("it is not there, and its time has passed", f"{answer} not-there --as ROLE")
    elif entry.approved:
        yield Advice("it is not there: post it again", f"{answer} not-there --as ROLE")
    else:
        yield Advice("it is not there: approve it anew", f"{answer} not-there --as ROLE")
    if entry.in_doubt and entry.prepared:
        yield Advice("have the platform asked again", f"{answer} look-again --as ROLE")


def _due(entry: Entry, now: datetime) -> bool:
    return entry.next_try is not None and entry.next_try <= now


def _utc(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _holder(settings: Settings) -> str:
    """Who holds the ledger's lock; empty when nobody does."""
    path = settings.workspace / "clarion.lock"
    if not path.exists():
        return ""
    try:
        with Lock(path):
            return ""
    except AlreadyRunningError:
        return _process(path)


def _process(path: Path) -> str:
    try:
        return f"process {int(path.with_name(f'{path.name}.pid').read_text('ascii'))}"
    except (OSError, ValueError):
        return "another process"
