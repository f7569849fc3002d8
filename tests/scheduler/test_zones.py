"""Wall clock and zone to UTC."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

import pytest

from scheduler.zones import UnknownZone, resolve, tzdata_version, zone, zone_names

BERLIN = "Europe/Berlin"
REPOSITORY = Path(__file__).parents[2]


def test_the_zones_come_from_the_package_and_not_from_the_system(tmp_path: Path) -> None:
    """A machine whose own file about Morocco is wrong."""
    (tmp_path / "Africa").mkdir()
    tokyo = resources.files("tzdata").joinpath("zoneinfo", "Asia", "Tokyo").read_bytes()
    (tmp_path / "Africa" / "Casablanca").write_bytes(tokyo)
    code = (
        "from datetime import datetime, UTC; from zoneinfo import ZoneInfo;"
        "from scheduler.zones import resolve; wall = datetime(2027, 7, 30, 9);"
        "theirs = wall.replace(tzinfo=ZoneInfo('Africa/Casablanca')).astimezone(UTC);"
        "print(theirs.hour, resolve(wall, 'Africa/Casablanca').hour)"
    )
    found = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONTZPATH": str(tmp_path), "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.split() == ["0", "9"]


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


def test_the_release_is_told() -> None:
    assert tzdata_version() >= "2026f"
