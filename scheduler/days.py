"""Which day and time a wave goes out: days off, blackouts, quiet hours, and how it is spread.

Pure rules over plain values, all of them times on the wall of one society. A *wave* is everything
that society has at one wanted time; its cards move together. What the rules cannot place stays
where it was wanted, with the reason why it is held.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

APART = timedelta(hours=1)
"""How far a wave that was moved stays from the one before it. Longer than any :func:`offset`."""
REACH = timedelta(days=31)
"""How far back a working day is looked for."""
_LONG_AGO = datetime.combine(date.min, time())


class Rule(StrEnum):
    """What becomes of a wave that is wanted on a day off."""

    POST = "post"
    """It goes out all the same."""
    BEFORE = "before"
    """It goes out at the same time of the working day before."""
    ASK = "ask"
    """It is held until a person has said which of the two."""


@dataclass(frozen=True, slots=True)
class Blackout:
    """Days on which nothing goes out, ``first`` and ``last`` among them."""

    first: date
    last: date
    why: str

    def __str__(self) -> str:
        end = "" if self.first == self.last else f"/{self.last.isoformat()}"
        return f"{self.first.isoformat()}{end} ({self.why})"


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which nothing goes out: from ``start`` until before ``end``, over midnight when
    ``end`` is the smaller."""

    start: time
    end: time

    def covers(self, moment: time) -> bool:
        """Whether it is quiet then."""
        if self.start < self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


@dataclass(frozen=True, slots=True)
class Days:
    """A society's days and what it wants done about them.

    ``weekend`` are weekdays from Monday, 0. ``holidays`` names days off by date; ``working`` are
    days worked although they are either. ``on_observance`` is for the observance's own day, on
    whatever day it falls. ``answers`` say what to do for one wanted date, and beat every rule.
    """

    weekend: frozenset[int] = frozenset()
    holidays: Mapping[date, str] = field(default_factory=dict)
    working: frozenset[date] = frozenset()
    on_weekend: Rule = Rule.POST
    on_holiday: Rule = Rule.POST
    on_observance: Rule = Rule.POST
    answers: Mapping[date, Rule] = field(default_factory=dict)
    blackout: tuple[Blackout, ...] = ()
    quiet: Quiet | None = None

    def off(self, day: date) -> str:
        """What makes it a day off; empty for a working day."""
        if day in self.working:
            return ""
        if day in self.holidays:
            return f"a holiday ({self.holidays[day]})"
        return "a weekend day" if day.weekday() in self.weekend else ""

    def rule(self, day: date, observance: date) -> Rule:
        """What is to be done about something wanted on this day.

        On a holiday at the weekend the stricter of the two rules counts: asking before moving,
        moving before posting.
        """
        if not self.off(day):
            return Rule.POST
        if day in self.answers:
            return self.answers[day]
        if day == observance:
            return self.on_observance
        rules = [Rule.POST]
        if day in self.holidays:
            rules.append(self.on_holiday)
        if day.weekday() in self.weekend:
            rules.append(self.on_weekend)
        return max(rules, key=tuple(Rule).index)

    def end(self, wall: datetime, until: time | None) -> datetime:
        """The moment of the same day before which a wave at ``wall`` has to be out: ``until``, the
        next quiet hours or midnight, whichever comes first."""
        ends = [until] if until is not None else []
        if self.quiet is not None and self.quiet.start > wall.time():
            ends.append(self.quiet.start)
        if not ends:
            return datetime.combine(wall.date() + timedelta(days=1), time())
        return datetime.combine(wall.date(), min(ends))


@dataclass(frozen=True, slots=True)
class Placed:
    """When a wave goes out, or, with a reason in ``held``, when it would have."""

    wall: datetime
    held: tuple[str, ...] = ()


def place(
    society: str, observance: date, wanted: Iterable[datetime], days: Days, until: time | None
) -> dict[datetime, Placed]:
    """Where each wave of a society goes, by the time at which it is wanted.

    No wave goes out later than on its day, in quiet hours, on a blackout day, or ahead of one that
    was wanted earlier. One that had to be moved, and one that comes after it, keeps :data:`APART`
    from the wave ahead. ``until`` is the time of the day from which on it would be too late; a wave
    that cannot go out before it is held.
    """
    placed: dict[datetime, Placed] = {}
    ahead = _Ahead()
    for wall in sorted(set(wanted)):
        try:
            one = Placed(_moved(wall, observance, days, until, ahead))
        except _HeldError as reason:
            one = Placed(wall, (f"{society}: {reason}",))
        ahead.note(wall, one)
        placed[wall] = one
    return placed


def offset(delivery_id: str, spread: timedelta) -> timedelta:
    """How much later one delivery of a big wave goes out: whole seconds, from none to less than
    ``spread``, always the same for the same id."""
    seconds = int(spread.total_seconds())
    number = int.from_bytes(hashlib.sha256(delivery_id.encode()).digest()[:8], "big")
    return timedelta(seconds=number % seconds if seconds > 0 else 0)


@dataclass(slots=True)
class _Ahead:
    """The latest of the waves so far, and the latest of those that were moved.

    One that is held counts where it was wanted, so that the time of the others does not hang on
    what becomes of it.
    """

    wall: datetime = _LONG_AGO
    moved: datetime = _LONG_AGO

    def note(self, wanted: datetime, one: Placed) -> None:
        """One more wave."""
        self.wall = max(self.wall, one.wall)
        if one.wall != wanted:
            self.moved = one.wall  # each of them is behind all before it


class _HeldError(Exception):
    """A wave cannot be placed; the text says why, and what to do about it."""


def _moved(
    wanted: datetime,
    observance: date,
    days: Days,
    until: time | None,
    ahead: _Ahead,
) -> datetime:
    wall = datetime.combine(_day(wanted.date(), observance, days), wanted.time())
    _refuse_blackout(wall.date(), days)
    wall = _awake(wall, days)
    wall = _behind(wall, wanted, days, ahead)
    if until is not None and wall.time() >= until:
        raise _HeldError(
            f"what was wanted at {wanted:%Y-%m-%d %H:%M} would go out at {wall:%H:%M}, and "
            f"schedule.late.until is {until:%H:%M}: write a later 'until' or an earlier time"
        )
    return wall


def _day(wanted: date, observance: date, days: Days) -> date:
    """The wanted day, or the working day before where that is the rule."""
    rule = days.rule(wanted, observance)
    if rule is Rule.POST:
        return wanted
    if rule is Rule.ASK:
        raise _HeldError(
            f"{wanted} is {days.off(wanted)} and the rule is to ask: write "
            f"answers: {{\"{wanted}\": post}}, or 'before', under its schedule in societies.yaml, "
            f"or under the campaign's"
        )
    for back in range(1, REACH.days + 1):
        day = wanted - timedelta(days=back)
        if not days.off(day):
            return day
    raise _HeldError(
        f"{wanted} is {days.off(wanted)}, and none of the {REACH.days} days before is a working "
        f"day: mend its weekend, holidays or working_days in societies.yaml"
    )


def _refuse_blackout(day: date, days: Days) -> None:
    for blackout in days.blackout:
        if blackout.first <= day <= blackout.last:
            raise _HeldError(
                f"nothing goes out on {day}, in the blackout {blackout}: choose another day, or "
                f"take this one out of schedule.blackout"
            )


def _awake(wall: datetime, days: Days) -> datetime:
    """The time itself, or the end of the quiet hours it falls into."""
    quiet = days.quiet
    if quiet is None or not quiet.covers(wall.time()):
        return wall
    if wall.time() >= quiet.end:
        raise _HeldError(
            f"{wall:%H:%M} on {wall.date()} lies in the quiet hours {quiet}, which end on another "
            f"day: write another schedule.time, or change schedule.quiet"
        )
    return datetime.combine(wall.date(), quiet.end)


def _behind(wall: datetime, wanted: datetime, days: Days, ahead: _Ahead) -> datetime:
    """The time itself, or as much later as it takes to stay behind the wave ahead."""
    if wall >= (ahead.moved if wall == wanted else ahead.wall) + APART:
        return wall
    if wall.date() < ahead.wall.date():
        day = wanted.date()
        raise _HeldError(
            f"{day} is {days.off(day)}, and on {wall.date()}, the working day before, it would "
            f"overtake what goes out on {ahead.wall.date()}: write answers: "
            f'{{"{day}": post}} under its schedule in societies.yaml, or choose another day'
        )
    later = _awake(ahead.wall + APART, days)
    if later.date() > wall.date():
        raise _HeldError(
            f"what was wanted at {wanted:%Y-%m-%d %H:%M} finds no time on {wall.date()} at least "
            f"an hour after {ahead.wall:%H:%M}: choose another day or an earlier time"
        )
    return later
