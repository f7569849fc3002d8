"""30 July 2027, 09:00 on every wall, as the day goes round the earth: nothing early, nothing lost.

For the shipped societies, for one zone a country as a stand-in for all National Societies, and for
every zone there is. What the walls show is asked of ``whenever``, not of our own code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from whenever import Instant

from campaigns.societies import load_societies
from scheduler.adapters.manual_clock import ManualTime
from scheduler.adapters.memory_ledger import MemoryLedger
from scheduler.ledger import Ledger
from scheduler.plan import Slot, Target, plan
from scheduler.zones import packaged
from tests.project import ROOT
from tests.scheduler.scene import BEFORE, POST_UNTIL, WORLD_DAY, approved, content
from tests.scheduler.whenever_zones import reading

NINE, EIGHT_AT_NIGHT = (datetime.combine(WORLD_DAY, time(hour)) for hour in (9, 20))
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
# The date lasts 49 hours where people live, and one more on ships: from UTC+14 to UTC-12.
MIDNIGHT = datetime.combine(WORLD_DAY, time(0), UTC)
FIRST, LAST = MIDNIGHT - 14 * HOUR, MIDNIGHT + 36 * HOUR


@pytest.fixture(scope="module", autouse=True)
def _whenever_reads_the_package() -> Iterator[None]:
    with reading(packaged()):
        yield


def shipped() -> dict[str, str]:
    """The zone of every shipped society."""
    societies = load_societies(ROOT / "campaigns" / "societies.yaml")
    return {society.id: society.timezone for society in societies.values()}


def countries() -> dict[str, str]:
    """A zone for every country: the first that the package's table gives it."""
    found: dict[str, str] = {}
    for code, _, name in _table("zone.tab"):
        found.setdefault(code.lower(), name)
    assert {code.lower() for code, _ in _table("iso3166.tab")} - set(found) <= {"bv", "hm"}
    return found


def _table(name: str) -> list[list[str]]:
    lines = packaged().folder.joinpath(name).read_text("utf-8").splitlines()
    return [line.split("\t")[:3] for line in lines if line and not line.startswith("#")]


def all_over_the_world() -> dict[str, str]:
    """Every zone there is, on ships and at stations too."""
    return {name: name for name in packaged().names}


def ready(zones: dict[str, str]) -> tuple[MemoryLedger, dict[str, str]]:
    """A ledger with one approved delivery a zone; the zones by delivery."""
    ledger = MemoryLedger()
    targets = [Target(one, "feed", "memory", "en", zone) for one, zone in zones.items()]
    found = plan("myths", "author", WORLD_DAY, [Slot(0, NINE.time(), "card")], targets, POST_UNTIL)
    approved(ledger, [replace(one, content=content(one)) for one in found])
    return ledger, {one.id: one.zone for one in found}


def due(ledger: Ledger, now: datetime) -> set[str]:
    """The deliveries that a runner would be given now."""
    return {ref.id for ref in ledger.due(now, 10_000)}


def shows(now: datetime, zone: str) -> datetime:
    """What a wall in the zone shows."""
    return Instant(now).to_tz(zone).to_plain().to_stdlib()


def walk(clock: ManualTime, instants: Iterable[datetime]) -> Iterator[datetime]:
    """Go through the day by the hour, and to each of these instants by way of the second before."""
    stops = {FIRST + number * HOUR for number in range((LAST - FIRST) // HOUR + 1)}
    stops |= {instant - moment for instant in instants for moment in (SECOND, timedelta(0))}
    for stop in sorted(stops):
        clock.move(stop)
        yield clock.now()


@pytest.mark.parametrize("zones", [shipped, countries, all_over_the_world])
def test_due_at_nine_on_the_wall_and_not_a_second_before(
    zones: Callable[[], dict[str, str]],
) -> None:
    """From 09:00 on the wall there until 20:00, the last moment of the plan."""
    ledger, there = ready(zones())
    entries = [entry.delivery for entry in ledger.entries()]
    rises, ends = ({one.due_at for one in entries}, {one.expires_at for one in entries})
    assert FIRST < min(rises) <= max(ends) < LAST
    risen: set[str] = set()
    for now in walk(ManualTime(BEFORE), rises | ends):
        walls = {one: shows(now, zone) for one, zone in there.items()}
        assert due(ledger, now) == {
            one for one, wall in walls.items() if NINE <= wall < EIGHT_AT_NIGHT
        }, now
        assert ledger.next_due(now) == min((at for at in rises if at > now), default=None)
        new = {one for one, wall in walls.items() if wall >= NINE} - risen
        assert bool(new) == (now in rises)
        assert {walls[one] for one in new} <= {NINE}
        risen |= new
    assert risen == set(there)


def test_the_whole_world_is_looked_at() -> None:
    assert len(shipped()) == 26
    assert len(countries()) > 240
    assert len(all_over_the_world()) > 590
