"""Wall clock and zone to UTC."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module, resources
from pathlib import Path
from typing import Any

import pytest

from campaigns.observances import Observance
from scheduler.zones import UnknownZone, packaged, resolve, tzdata_version, zone, zone_names
from tests.project import ROOT, files, packages
from tests.scheduler.telling import WALLS, told

BERLIN = "Europe/Berlin"


@pytest.fixture(scope="module")
def lies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A machine's own zone files, wrong about every single zone."""
    folder = tmp_path_factory.mktemp("zoneinfo")
    files = {name: packaged().folder.joinpath(name).read_bytes() for name in zone_names()}
    offsets = {name: zone(name).utcoffset(WALLS[1]) for name in files}
    (folder / "tzdata.zi").write_text("# version 2099z\n", "ascii")
    for name in files:
        other = "Pacific/Marquesas" if offsets[name] == offsets["Asia/Tokyo"] else "Asia/Tokyo"
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(files[other])
    return folder


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    """What is told here, with nothing lying."""
    return told()


@pytest.mark.parametrize("local", ["Asia/Kolkata", "Pacific/Kiritimati", "Etc/GMT+12"])
def test_a_machine_whose_zone_files_all_lie_changes_nothing(
    lies: Path, truth: dict[str, Any], local: str
) -> None:
    """All zones' instants, the societies' plan, what is told of a delivery, written dates.

    ``PYTHONTZPATH`` is where Python looks for zone files, ``TZDIR`` where the C library does.
    """
    machine = {"PYTHONTZPATH": str(lies), "TZDIR": str(lies), "TZ": local, "LANG": "C.UTF-8"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.scheduler.telling"],
        cwd=ROOT,
        env=os.environ | machine,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    said = json.loads(done.stdout)
    assert [name for name, lie in said["theirs"].items() if lie == truth["offsets"][name]] == []
    assert said["told"] == truth
    assert truth["rang"] is truth["derived"] is True
    assert set(said["opened_by_theirs"]) >= zone_names() - {local}
    # Babel asks for the machine's own zone while it is imported, and nobody asks it again.
    assert set(said["opened"]) <= {local}


# Ways to the machine's zone, or to zone files of its choice. All but the first are full names.
SYSTEM_ZONES = re.compile(
    r"""
    zoneinfo(\..*)? | dateutil\.(tz|zoneinfo|utils|parser)(\..*)? | (tzlocal|pytz|whenever)(\..*)?
    | babel\.(localtime|util)(\..*)? | psycopg\.types\.datetime(\..*)?
    | babel\.dates(\.(LOCALTZ|get_timezone.*|format_(datetime|time|interval)|get_next.*))?
    | time\.(tzset|tzname|timezone|altzone|daylight|localtime|mktime|ctime|asctime|strftime)
    | email\.utils\.(localtime|formatdate)
    """,
    re.VERBOSE,
)


def ways_to_the_system(source: str) -> set[str]:
    """Names a module imports or calls that would ask the machine about zones."""
    tree = ast.parse(source)
    found = {name for name in _imported(tree) if SYSTEM_ZONES.fullmatch(name)}
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name, given = ast.unparse(call.func), len(call.args) + len(call.keywords)
        if name.endswith(".astimezone") and given == 0:
            found.add("astimezone()")
        if name.endswith("fromtimestamp") and given < 2:
            found.add("fromtimestamp()")
        if name == "ZoneInfo" or name.endswith((".ZoneInfo", ".ZoneInfo.no_cache")):
            found.add("ZoneInfo()")
        if SYSTEM_ZONES.fullmatch(name):
            found.add(name)
    return found


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{one.name}" for one in node.names)


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import zoneinfo", "zoneinfo"),
        ("from zoneinfo import ZoneInfo\nZoneInfo('Europe/Rome')", "ZoneInfo()"),
        ("from dateutil import tz", "dateutil.tz"),
        ("from dateutil.tz import gettz", "dateutil.tz.gettz"),
        ("from tzlocal import get_localzone", "tzlocal.get_localzone"),
        ("from babel.dates import format_datetime", "babel.dates.format_datetime"),
        ("from babel.dates import get_timezone", "babel.dates.get_timezone"),
        ("import babel.dates", "babel.dates"),
        ("import time\ntime.localtime()", "time.localtime"),
        ("now.astimezone().hour", "astimezone()"),
        ("datetime.fromtimestamp(0)", "fromtimestamp()"),
    ],
)
def test_the_scan_sees_what_it_is_for(source: str, name: str) -> None:
    assert name in ways_to_the_system(source)


def test_the_scan_lets_the_package_be() -> None:
    harmless = "from babel.dates import format_date\nfrom dateutil.rrule import rrulestr\n"
    assert ways_to_the_system(f"{harmless}now.astimezone(UTC)\nfromtimestamp(0, UTC)") == set()


def test_only_one_module_reads_zones_and_never_by_the_systems_path() -> None:
    found = {
        (file.relative_to(ROOT).as_posix(), name)
        for file in files(*packages())
        if file.suffix == ".py"
        for name in ways_to_the_system(file.read_text("utf-8"))
    }
    ours = ("zoneinfo.ZoneInfo", "zoneinfo.reset_tzpath")
    no_zone = ("locales/occasions.py", "babel.dates.format_time")  # asks for none of a datetime
    assert found == {no_zone, *(("scheduler/zones.py", name) for name in ours)}


def test_a_zone_keeps_its_name_and_is_read_once() -> None:
    assert zone(BERLIN).key == BERLIN
    assert zone(BERLIN) is zone(BERLIN)
    assert len(zone_names()) > 400


@pytest.mark.parametrize("name", ["Europe/Atlantis", "", "../../etc/passwd", "/etc/localtime"])
def test_an_unknown_zone_is_named(name: str) -> None:
    with pytest.raises(UnknownZone, match="is not a time zone of tzdata 20"):
        zone(name)


@pytest.mark.parametrize(
    ("wall", "instant"),
    [
        ("2027-07-30T09:00", "2027-07-30T07:00+00:00"),
        ("2027-01-30T09:00", "2027-01-30T08:00+00:00"),
        ("2027-03-28T02:30", "2027-03-28T01:30+00:00"),  # does not exist: 03:30 summer time
        ("2027-10-31T02:30", "2027-10-31T00:30+00:00"),  # comes twice: the first
    ],
)
def test_berlin(wall: str, instant: str) -> None:
    assert resolve(datetime.fromisoformat(wall), BERLIN) == datetime.fromisoformat(instant)


def test_the_other_choices() -> None:
    gap, fold = datetime(2027, 3, 28, 2, 30), datetime(2027, 10, 31, 2, 30)
    assert resolve(gap, BERLIN, gap="earlier") == datetime(2027, 3, 28, 0, 30, tzinfo=UTC)
    assert resolve(fold, BERLIN, fold="later") == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    assert resolve(gap, BERLIN, fold="later") == resolve(gap, BERLIN)
    assert resolve(fold, BERLIN, gap="earlier") == resolve(fold, BERLIN)


def test_a_fold_mark_on_the_wall_time_is_not_a_choice() -> None:
    wall = datetime(2027, 10, 31, 2, 30)
    assert resolve(wall.replace(fold=1), BERLIN) == resolve(wall, BERLIN)


def test_an_aware_time_is_refused() -> None:
    with pytest.raises(ValueError, match="already has a zone"):
        resolve(datetime(2027, 7, 30, 9, tzinfo=UTC), BERLIN)


def _by_search(wall: datetime, name: str) -> datetime | None:
    """The first instant at which clocks there show ``wall``; looks at quarter hours only."""
    start = (wall - timedelta(hours=16)).replace(tzinfo=UTC)
    for quarter in range(4 * 31):
        instant = start + timedelta(minutes=15 * quarter)
        if instant.astimezone(zone(name)).replace(tzinfo=None) == wall:
            return instant
    return None


def test_nine_o_clock_everywhere_agrees_with_a_search_by_hand() -> None:
    wall = datetime(2027, 7, 30, 9)
    checked = 0
    for name in sorted(zone_names()):
        expected = _by_search(wall, name)
        assert expected is not None, name
        assert resolve(wall, name) == expected, name
        assert resolve(wall, name).astimezone(zone(name)).replace(tzinfo=None) == wall
        checked += 1
    assert checked >= 418


NEW_YORK = "America/New_York"


@pytest.mark.parametrize(
    "shown",
    [
        "1998-01-19T02:00-05:00",  # form 3: local time and a reference to a zone
        "1997-07-14T13:30-04:00",
        "2007-03-11T02:30-05:00",  # skipped: hence 03:30-04:00
        "2007-11-04T01:30-04:00",  # comes twice
    ],
)
def test_the_times_of_rfc_5545(shown: str) -> None:
    """The examples of section 3.3.5, all in New York, with the offset that they are read with."""
    expected = datetime.fromisoformat(shown)
    assert resolve(expected.replace(tzinfo=None), NEW_YORK) == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("BYDAY=20MO", ["1997-05-19", "1998-05-18", "1999-05-17"]),
        ("BYWEEKNO=20;BYDAY=MO", ["1997-05-12", "1998-05-11", "1999-05-17"]),
        (
            "INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
            ["1996-11-05", "2000-11-07", "2004-11-02"],
        ),
        ("BYDAY=2SU;BYMONTH=3", ["2007-03-11"]),
        ("BYDAY=1SU;BYMONTH=11", ["2007-11-04"]),
        ("BYDAY=-1SU;BYMONTH=10", ["1997-10-26", "1998-10-25"]),
    ],
)
def test_the_yearly_rules_of_rfc_5545(rule: str, expected: list[str]) -> None:
    """Examples of sections 3.6.5 and 3.8.5.3: a rule gives dates, a zone makes them instants.

    The last three are the days on which New York changes its clocks, by 09:00 already.
    """
    day = Observance("x", "X", f"FREQ=YEARLY;{rule}", "", "", {}, "primary")
    for one in expected:
        date_ = datetime.fromisoformat(one)
        assert day.in_year(date_.year) == date_.date()
        hours = 5 if date_.month in (10, 11) else 4
        assert resolve(date_.replace(hour=9), NEW_YORK) == date_.replace(hour=9 + hours, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wall", "instant"),
    [
        ("2027-10-03T02:15", "2027-10-02T15:45+00:00"),  # skipped by half an hour: 02:45, +11:00
        ("2027-04-04T01:45", "2027-04-03T14:45+00:00"),  # twice by half an hour: the first, +11:00
    ],
)
def test_half_an_hour_on_lord_howe(wall: str, instant: str) -> None:
    there = "Australia/Lord_Howe"
    assert resolve(datetime.fromisoformat(wall), there) == datetime.fromisoformat(instant)


def test_a_day_that_a_country_left_out() -> None:
    """Samoa went from 29 to 31 December 2011: the 30th is read with the offset before."""
    wall, there = datetime(2011, 12, 30, 9), "Pacific/Apia"
    assert resolve(wall, there) == datetime(2011, 12, 30, 19, tzinfo=UTC)
    assert resolve(wall, there).astimezone(zone(there)).replace(tzinfo=None) == datetime(
        2011, 12, 31, 9
    )
    assert resolve(wall, there, gap="earlier") == datetime(2011, 12, 29, 19, tzinfo=UTC)


def test_the_release_is_told() -> None:
    assert tzdata_version() == import_module("tzdata").IANA_VERSION >= "2026f"


def test_the_names_are_the_packages_own_list() -> None:
    assert zone_names() == set(
        resources.files("tzdata").joinpath("zones").read_text("ascii").split()
    )
