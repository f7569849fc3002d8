"""Offsets worked out from the rules themselves: the text that time zone files are compiled from.

Every release carries that text as ``tzdata.zi``; zic(8) describes its lines. This reader shares
nothing with ``zoneinfo``, neither code nor the compiled files, and is meant for recent years.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

MONTHS = "January February March April May June July August September October November December"
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
NONE = timedelta()
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class History:
    """The offset of a zone at the beginning of a stretch of time and its ``changes`` since.

    A change is the instant, in UTC and naive, and the offset from then on.
    """

    first: timedelta
    changes: tuple[tuple[datetime, timedelta], ...]

    def jumps(self) -> Iterator[tuple[datetime, timedelta, timedelta]]:
        """Every change with the offsets before and after."""
        before = self.first
        for instant, after in self.changes:
            yield instant, before, after
            before = after

    def offsets(self, walls: Sequence[datetime], second: bool = False) -> list[timedelta]:
        """The offset to read each wall time with; ``walls`` rise.

        One that clocks skip or show twice is read with the offset before the change, and with
        the one after for the ``second`` reading.
        """
        edge = min if second else max
        found: list[timedelta] = []
        current, ahead = self.first, list(self.jumps())
        for wall in walls:
            while ahead and wall >= ahead[0][0] + edge(ahead[0][1:]):
                current = ahead.pop(0)[2]
            found.append(current)
        return found


@dataclass(frozen=True)
class _Line:
    """A stretch of a zone: its standard offset, its rules or fixed saving, and where it ends."""

    standard: timedelta
    rules: str
    until: tuple[str, ...]


@dataclass(frozen=True)
class _Rule:
    first: int
    last: int
    month: int
    day: str
    at: str
    save: timedelta

    def on(self, year: int) -> tuple[datetime, str]:
        """When it begins in a year, and by which clock: wall, standard or universal."""
        return _moment(year, self.month, self.day, self.at)


class RuleTable:
    """The zones and rules of one ``tzdata.zi``."""

    def __init__(self, text: str) -> None:
        self._zones: dict[str, list[_Line]] = {}
        self._links: dict[str, str] = {}
        self._rules: dict[str, list[_Rule]] = {}
        lines: list[_Line] = []
        for words in (line.split() for line in text.splitlines() if line[:1] not in ("#", "")):
            if words[0] == "R":
                self._rules.setdefault(words[1], []).append(_rule(words))
            elif words[0] == "L":
                self._links[words[2]] = words[1]
            elif words[0] == "Z":
                lines = self._zones[words[1]] = [_line(words[2:])]
            else:
                lines.append(_line(words))

    @property
    def names(self) -> frozenset[str]:
        """All zones and their other names."""
        return frozenset(self._zones) | frozenset(self._links)

    def history(self, name: str, start: datetime, end: datetime) -> History:
        """What happens to the offset between two instants (UTC, naive)."""
        first = NONE
        changes: list[tuple[datetime, timedelta]] = []
        for instant, offset in self._all(self._links.get(name, name), start.year, end):
            if instant <= start:
                first = offset
            elif instant <= end and offset != (changes[-1][1] if changes else first):
                changes.append((instant, offset))
        return History(first, tuple(changes))

    def _all(self, name: str, year: int, end: datetime) -> Iterator[tuple[datetime, timedelta]]:
        """Every offset with the instant it begins, in order; surely right from ``year`` on."""
        begin = datetime.min
        for line in self._zones[name]:
            if line.until and int(line.until[0]) < year:
                continue
            fixed = line.rules not in self._rules
            save = _span(line.rules) if fixed else NONE
            yet = begin
            for instant, after in () if fixed else self._savings(line, end.year):
                if _until(line, save) <= instant:
                    break
                if instant > yet:
                    yield yet, line.standard + save
                    yet = instant
                save = after
            yield yet, line.standard + save
            begin = _until(line, save)
            if begin > end:
                return

    def _savings(self, line: _Line, last: int) -> Iterator[tuple[datetime, timedelta]]:
        """The instants at which the line's rules begin, and what each saves."""
        rules = self._rules[line.rules]
        begun = sorted(
            (*rule.on(year), rule.save)
            for rule in rules
            for year in range(rule.first, min(rule.last, last + 1) + 1)
        )
        save = NONE
        for wall, clock, after in begun:
            yield wall - _ahead(clock, line.standard, save), after
            save = after


def _until(line: _Line, save: timedelta) -> datetime:
    if not line.until:
        return datetime.max
    year, month, day, at = (*line.until, *("Jan", "1", "0")[len(line.until) - 1 :])
    wall, clock = _moment(int(year), _which(MONTHS, month), day, at)
    return wall - _ahead(clock, line.standard, save)


def _ahead(clock: str, standard: timedelta, save: timedelta) -> timedelta:
    """How far that clock is ahead of universal time."""
    return {"w": standard + save, "s": standard, "u": NONE}[clock]


def _moment(year: int, month: int, day: str, at: str) -> tuple[datetime, str]:
    clock = at[-1] if at[-1].isalpha() else "w"
    midnight = datetime.combine(_day(year, month, day), datetime.min.time())
    return midnight + _span(at.rstrip("wsugz")), "u" if clock in "gz" else clock


def _day(year: int, month: int, text: str) -> date:
    """``5``, ``lastSu``, ``Su>=8``, ``Sa<=30``."""
    if text.isdigit():
        return date(year, month, int(text))
    if text.startswith("last"):
        text = f"{text.removeprefix('last')}<={monthrange(year, month)[1]}"
    name, sign, number = text.partition("<=") if "<=" in text else text.partition(">=")
    near, wanted = date(year, month, int(number)), _which(DAYS, name) - 1
    if sign == ">=":
        return near + timedelta(days=(wanted - near.weekday()) % 7)
    return near - timedelta(days=(near.weekday() - wanted) % 7)


def _which(words: str, beginning: str) -> int:
    """The number of the one word with this beginning, from 1."""
    [found] = [number for number, word in enumerate(words.split(), 1) if word.startswith(beginning)]
    return found


def _span(text: str) -> timedelta:
    """``-1:30:15``; a dash is none."""
    parts: Iterable[str] = text.removeprefix("-").split(":")
    total = sum((int(part or 0) * HOUR / 60**place for place, part in enumerate(parts)), start=NONE)
    return -total if text.startswith("-") else total


def _rule(words: Sequence[str]) -> _Rule:
    _, _, first, last, _, month, day, at, save, *_ = words
    to = {"o": int(first), "ma": date.max.year}
    return _Rule(
        int(first),
        to[last] if last in to else int(last),
        _which(MONTHS, month),
        day,
        at,
        _span(save.rstrip("sd")),
    )


def _line(words: Sequence[str]) -> _Line:
    standard, rules, _, *until = words
    return _Line(_span(standard), rules, tuple(until))
