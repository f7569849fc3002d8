"""A release of the time zone data is followed by another: exactly the right posts move.

The first is 2025b (``tests/samples/tzdata-2025b``), the second the packaged one. Since 2025b,
Morocco and Western Sahara have gone to UTC+0 for good in September 2026, Alberta, British Columbia,
Manitoba and a part of Canada's north have stopped putting their clocks back, and Cuba did so for
one winter.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from campaigns.societies import load_societies
from scheduler.adapters.memory_ledger import MemoryLedger
from scheduler.delivery import Delivery
from scheduler.plan import PUNCTUAL, Slot, Target, derive, plan
from scheduler.zones import NoZoneData, UnknownZone, ZoneData, packaged, resolve
from tests.project import ROOT
from tests.scheduler.rule_table import RuleTable
from tests.scheduler.scene import POST_UNTIL, WORLD_DAY, approved, content
from tests.scheduler.whenever_zones import instant, reading

FOLDER = ROOT / "tests" / "samples" / "tzdata-2025b"
SOCIETIES = load_societies(ROOT / "campaigns" / "societies.yaml")
NINE = Slot(0, time(9, 0), "card")
HOUR = timedelta(hours=1)
YEAR = [date(2027, 1, 1) + timedelta(days=number) for number in range(365)]
NOW = datetime(2027, 5, 1, tzinfo=UTC)

MOROCCO = frozenset({"Africa/Casablanca", "Africa/El_Aaiun"})
WEST = frozenset({"America/Vancouver", "Canada/Pacific"})
MOUNTAIN = frozenset(
    {"America/Edmonton", "America/Inuvik", "America/Yellowknife", "Canada/Mountain"}
)
CENTRAL = frozenset({"America/Winnipeg", "America/Rainy_River", "Canada/Central"})
CUBA = frozenset({"America/Havana", "Cuba"})
MOLDOVA = frozenset({"Europe/Chisinau", "Europe/Tiraspol"})


@pytest.fixture(scope="module")
def before() -> ZoneData:
    """The release 2025b, as far as it lies here."""
    return ZoneData.read(FOLDER)


def here(data: ZoneData) -> list[str]:
    """The zones of a release whose files are there."""
    return sorted(name for name in data.names if data.folder.joinpath(name).is_file())


def targets() -> list[Target]:
    """Every channel of the shipped societies."""
    return [
        Target(society.id, channel.id, channel.platform, channel.locale, society.timezone)
        for society in SOCIETIES.values()
        for channel in society.channels
    ]


def under(data: ZoneData, one: Delivery) -> Delivery:
    """The delivery as an installation with these data would have derived it, worked out here."""
    due_at = data.resolve(one.wall, one.zone, gap=one.gap, fold=one.fold)
    assert one.until is not None
    last = data.resolve(one.until, one.zone, gap=one.gap, fold=one.fold)
    return replace(one, due_at=due_at, expires_at=max(last, due_at + PUNCTUAL), tzdata=data.version)


def moves(old: Iterable[Delivery]) -> Iterator[tuple[Delivery, Delivery]]:
    """What is due at another instant when it is derived with the data in force."""
    for one in old:
        anew = derive(one)
        assert (anew.wall, anew.until, anew.zone) == (one.wall, one.until, one.zone)
        assert anew.content_hash == one.content_hash
        assert anew.tzdata == packaged().version
        if anew != one:
            yield one, anew


def test_it_is_another_release_and_has_all_the_societies_zones(before: ZoneData) -> None:
    assert before.version == "2025b" < packaged().version
    assert {society.timezone for society in SOCIETIES.values()} <= set(here(before))
    assert before.names > set(here(before))


def test_a_delivery_is_derived_by_the_release_it_is_told(before: ZoneData) -> None:
    for one in plan("myths", "author", WORLD_DAY, [NINE], targets(), POST_UNTIL):
        old = derive(one, before)
        assert old == under(before, one)
        assert (old.tzdata, one.tzdata) == ("2025b", packaged().version)
        assert derive(old) == one == derive(one, packaged())


def test_on_the_30th_of_july_2027_exactly_morocco_moves(before: ZoneData) -> None:
    found = plan("myths", "author", WORLD_DAY, [NINE], targets(), POST_UNTIL)
    assert {one.society for one in found} == set(SOCIETIES)
    moved = list(moves(under(before, one) for one in found))
    channels = {channel.id for channel in SOCIETIES["ma"].channels}
    assert {anew.channel for _, anew in moved} == channels != set()
    assert {anew.society for _, anew in moved} == {"ma"}
    for one, anew in moved:
        assert one.due_at == datetime(2027, 7, 30, 8, tzinfo=UTC)
        assert anew.due_at == datetime(2027, 7, 30, 9, tzinfo=UTC)
        assert anew.expires_at - one.expires_at == HOUR


def test_the_ledger_moves_the_same_and_keeps_the_approval(before: ZoneData) -> None:
    ledger = MemoryLedger()
    found = plan("myths", "author", WORLD_DAY, [NINE], targets(), POST_UNTIL)
    approved(ledger, [replace(under(before, one), content=content(one)) for one in found], NOW)
    moved = ledger.rederive(derive, packaged().version, NOW)
    entries = ledger.entries()
    assert [one.entry for one in moved] == [one for one in entries if one.delivery.society == "ma"]
    assert {one.entry.delivery.due_at - one.before for one in moved} == {HOUR}
    assert [one for one in entries if not one.approved or one.revision != 1] == []
    assert {one.delivery.tzdata for one in entries} == {packaged().version}
    assert {one.id: one.delivery.due_at for one in entries} == {one.id: one.due_at for one in found}
    assert ledger.rederive(derive, packaged().version, NOW) == []


def test_over_a_year_of_nine_o_clocks_exactly_the_expected_zones_move(before: ZoneData) -> None:
    """Days of 2027 on which 09:00 there is another instant, and by how much."""
    wanted = [Target(name, "feed", "memory", "en_GB", name) for name in here(before)]
    found: dict[str, set[tuple[date, timedelta]]] = {}
    for day in YEAR:
        made = plan("myths", "author", day, [NINE], wanted, POST_UNTIL)
        for one, anew in moves(under(before, one) for one in made):
            found.setdefault(one.zone, set()).add((day, anew.due_at - one.due_at))
    ramadan = days(date(2027, 2, 7), date(2027, 3, 13))  # 2025b: UTC+0 in Ramadan anyway
    winter = set(YEAR) - days(date(2027, 3, 14), date(2027, 11, 6))
    expected = {
        MOROCCO: {(day, HOUR) for day in set(YEAR) - ramadan},
        WEST | MOUNTAIN | CENTRAL: {(day, -HOUR) for day in winter},
        CUBA: {(day, -HOUR) for day in days(date(2027, 1, 1), date(2027, 3, 13))},
    }
    assert found == {name: moved for names, moved in expected.items() for name in names}


def days(first: date, last: date) -> set[date]:
    """Every day from the first to the last."""
    return {first + timedelta(days=number) for number in range((last - first).days + 1)}


def test_the_files_here_are_all_that_the_rules_say_have_changed(before: ZoneData) -> None:
    """All names of 2025b, by the two texts alone: nothing that moves was left out above.

    Moldova's clocks are changed at another hour of the same night, so that only the night moves.
    """
    old, new = (
        RuleTable(data.folder.joinpath("tzdata.zi").read_text("utf-8"))
        for data in (before, packaged())
    )
    start, end = datetime(2026, 12, 30), datetime(2029, 1, 2)
    changed = {
        name for name in old.names if old.history(name, start, end) != new.history(name, start, end)
    }
    assert changed == MOROCCO | WEST | MOUNTAIN | CENTRAL | CUBA | MOLDOVA
    assert changed <= set(here(before))
    assert old.names <= new.names


def test_the_second_reader_agrees_about_the_old_release(before: ZoneData) -> None:
    """It also shows that whenever reads the release it is told to."""
    walls = [datetime.combine(day, time(hour)) for day in YEAR for hour in (3, 9, 20)]
    differ = set()
    with reading(before):
        for name in here(before):
            for wall in walls:
                theirs = instant(wall, name)
                assert before.resolve(wall, name) == theirs, (name, wall)
                if resolve(wall, name) != theirs:
                    differ.add(name)
    with reading(packaged()):
        assert instant(datetime(2027, 7, 30, 9), "Africa/Casablanca").hour == 9
    assert differ == MOROCCO | WEST | MOUNTAIN | CENTRAL | CUBA | MOLDOVA


def test_an_archive_is_as_good_as_a_folder(before: ZoneData, tmp_path: Path) -> None:
    file = tmp_path / "tzdata.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("tzdata.zi", "Africa/Casablanca"):
            archive.write(FOLDER / name, f"zoneinfo/{name}")
    with zipfile.ZipFile(file) as archive:
        data = ZoneData.read(zipfile.Path(archive, "zoneinfo/"))
        assert data == before
        wall = datetime(2027, 7, 30, 9)
        assert data.resolve(wall, "Africa/Casablanca") == datetime(2027, 7, 30, 8, tzinfo=UTC)
        with pytest.raises(UnknownZone, match="'Europe/Rome' is not a time zone of tzdata 2025b"):
            data.zone("Europe/Rome")
        with pytest.raises(NoZoneData, match=r"tzdata\.zi is missing"):
            ZoneData.read(zipfile.Path(archive))


def test_a_listed_zone_without_a_file_is_unknown(before: ZoneData) -> None:
    """As on systems that leave the old names out."""
    assert "US/Pacific" in before.names
    with pytest.raises(UnknownZone, match="'US/Pacific' is not a time zone of tzdata 2025b"):
        before.zone("US/Pacific")


@pytest.mark.parametrize("text", [None, "", "R d 1916 o - Jun 14 23s 1 S\n"])
def test_a_folder_that_is_no_release_is_told(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "tzdata.zi").write_text(text, "utf-8")
    with pytest.raises(NoZoneData, match=r"give a folder such as '/usr/share/zoneinfo'"):
        ZoneData.read(tmp_path)
