"""Every zone, every half-hour of two years: three readers that share no code agree.

Ours (``zoneinfo`` and what :mod:`scheduler.zones` makes of it) and ``whenever`` read the compiled
files, and the rule table reads the text that they are compiled from. The two years hold two World
Days and a leap day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import product
from operator import sub

import pytest
from whenever import PlainDateTime

from scheduler.zones import Fold, Gap, packaged, resolve, zone, zone_names
from tests.scheduler.rule_table import History, RuleTable
from tests.scheduler.whenever_zones import instant, reading, shown

HALF_HOUR = timedelta(minutes=30)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
DAYS = 730
START = datetime(2027, 1, 1)
END = START + timedelta(days=DAYS)
MARGIN = timedelta(days=2)  # no offset is that long: whatever any wall time can mean is inside
WALLS = [START + number * HALF_HOUR for number in range(48 * DAYS)]
SECOND_TIME = [wall.replace(fold=1) for wall in WALLS]
AS_UTC = [wall.replace(tzinfo=UTC) for wall in WALLS]
TURNS = 61  # shares no divisor with the half-hours of a day
POLICIES: tuple[tuple[Gap, Fold], ...] = tuple(product(("later", "earlier"), ("earlier", "later")))


@pytest.fixture(scope="module", autouse=True)
def _whenever_reads_the_package() -> Iterator[None]:
    with reading(packaged()):
        yield


@pytest.fixture(scope="module")
def kinds() -> dict[History, list[str]]:
    """The zones, by what the rules say happens to their clocks in these two years."""
    table = RuleTable(packaged().folder.joinpath("tzdata.zi").read_text("utf-8"))
    assert table.names == zone_names()
    found: dict[History, list[str]] = {}
    for name in sorted(table.names):
        found.setdefault(table.history(name, START - MARGIN, END + MARGIN), []).append(name)
    return found


def test_the_two_years_are_worth_looking_at(kinds: dict[History, list[str]]) -> None:
    days = {wall.date() for wall in WALLS}
    assert {date(2027, 7, 30), date(2028, 7, 30), date(2028, 2, 29)} <= days
    assert len(days) == DAYS
    assert len(zone_names()) >= 590
    assert len(kinds) > 50
    assert sum(len(history.changes) * len(names) for history, names in kinds.items()) > 500


def test_every_half_hour_in_every_zone(kinds: dict[History, list[str]]) -> None:
    """All names, all half-hours, by all three readers.

    What ``resolve`` makes of a wall time depends on the zone through its two readings alone. They
    are compared in every zone; ``resolve`` itself at every half-hour of one zone for each pair of
    them, which the rule table tells apart, and by turns in all the others. As a command, this
    module asks ``resolve`` everything, which takes minutes.
    """
    compared = 0
    for history, names in kinds.items():
        first, second = history.offsets(WALLS), history.offsets(WALLS, second=True)
        expected = list(map(sub, AS_UTC, first))
        assert _ours(names[0], WALLS) == expected, names[0]
        for turn, name in enumerate(names):
            assert list(map(zone(name).utcoffset, WALLS)) == first, name
            assert list(map(zone(name).utcoffset, SECOND_TIME)) == second, name
            assert _theirs(name) == expected, name
            some = slice(turn % TURNS, None, TURNS)
            assert _ours(name, WALLS[some]) == expected[some], name
            compared += len(WALLS)
    assert compared == len(zone_names()) * DAYS * 48


def _ours(name: str, walls: Sequence[datetime]) -> list[datetime]:
    return [resolve(wall, name) for wall in walls]


PLAIN = [PlainDateTime(wall) for wall in WALLS]


def _theirs(name: str) -> list[datetime]:
    return [
        wall.assume_tz(name, disambiguation="compatible").to_instant().to_stdlib() for wall in PLAIN
    ]


def test_around_every_change_every_choice(kinds: dict[History, list[str]]) -> None:
    """Three hours to both sides: in every zone each half-hour and the seconds at the edges; in
    one zone of each kind each minute. All four policies."""
    seen = set()
    for history, names in kinds.items():
        for number, name in enumerate(names):
            for wall in _around(history, MINUTE if number == 0 else HALF_HOUR):
                seen.add(_same_in_every_choice(wall, name, history))
    assert seen == {"once", "never", "twice"}


def _around(history: History, step: timedelta) -> Iterator[datetime]:
    for at, before, after in history.jumps():
        for edge in (at + before, at + after):
            yield from (edge - SECOND, edge, edge + SECOND)
        middle, reach = at + before, timedelta(hours=3)
        yield from (middle - reach + number * step for number in range(2 * reach // step + 1))


def _same_in_every_choice(wall: datetime, name: str, history: History) -> str:
    kind = shown(PlainDateTime(wall), name)
    assert kind == _shown(wall, history), (wall, name)
    for gap, fold in POLICIES:
        theirs = instant(wall, name, gap, fold)
        assert resolve(wall, name, gap=gap, fold=fold) == theirs, (wall, name, gap, fold)
    return kind


def _shown(wall: datetime, history: History) -> str:
    for at, before, after in history.jumps():
        if at + before <= wall < at + after:
            return "never"
        if at + after <= wall < at + before:
            return "twice"
    return "once"


def test_the_leap_day_has_its_nine_o_clock_everywhere() -> None:
    before, leap, after = (datetime(2028, 2, 28, 9) + timedelta(days=number) for number in range(3))
    assert (leap.month, leap.day, after.month, after.day) == (2, 29, 3, 1)
    for name in zone_names():
        first, second, third = (resolve(wall, name) for wall in (before, leap, after))
        assert second.astimezone(zone(name)).replace(tzinfo=None) == leap
        assert second - first == third - second == timedelta(days=1), name


def test_no_gap_and_no_fold_by_day_but_on_easter_island(kinds: dict[History, list[str]]) -> None:
    """Why a plan rarely meets one. Posts go out between 06:00 and 23:00."""
    found = {
        name
        for history, names in kinds.items()
        for at, before, after in history.jumps()
        for edge in (at + before, at + after)
        if START <= edge < END and 6 <= edge.hour < 23
        for name in names
    }
    assert found == {"Pacific/Easter", "Chile/EasterIsland"}


def main() -> None:
    """Every half-hour of every zone, ``resolve`` against ``whenever``: all of it, with no
    argument about kinds."""
    with reading(packaged()):
        wrong = [name for name in sorted(zone_names()) if _ours(name, WALLS) != _theirs(name)]
    print(f"{len(zone_names()) * len(WALLS):,} instants compared; zones that differ: {wrong}")


if __name__ == "__main__":
    main()
