"""Awareness days fall on the dates their proclaimers published."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from dateutil.rrule import rrulestr

from campaigns.errors import ContentError
from campaigns.library import SHIPPED
from campaigns.observances import load_observances

Edit = Callable[[str, str, str], Path]

PUBLISHED = {2021: 9, 2022: 8, 2023: 7, 2024: 6, 2025: 11, 2026: 10}
FORECAST = {2027: 9, 2028: 8, 2029: 6, 2030: 5}


@pytest.mark.parametrize(("year", "day"), [*PUBLISHED.items(), *FORECAST.items()])
def test_safer_internet_day_is_a_tuesday_from_the_5th_to_the_11th(year: int, day: int) -> None:
    found = load_observances(SHIPPED / "observances.yaml")["sid"].in_year(year)
    assert found == date(year, 2, day)
    assert found.strftime("%A") == "Tuesday"


def test_the_world_day_is_on_30_july_of_every_year() -> None:
    day = load_observances(SHIPPED / "observances.yaml")["wdatip"]
    assert {day.in_year(year) for year in range(2026, 2036)} == {
        date(year, 7, 30) for year in range(2026, 2036)
    }


def test_every_shipped_day_has_a_date_in_every_coming_year() -> None:
    for observance in load_observances(SHIPPED / "observances.yaml").values():
        for year in range(2026, 2037):
            assert observance.in_year(year).year == year, observance.id


def test_the_next_day_counts_the_day_itself(folder: Path) -> None:
    day = load_observances(folder / "observances.yaml")["wdatip"]
    assert day.on_or_after(date(2027, 7, 30)) == date(2027, 7, 30)
    assert day.on_or_after(date(2027, 7, 31)) == date(2028, 7, 30)


def test_a_proclaimed_date_overrides_the_rule_for_its_year_only(edit: Edit) -> None:
    file = edit(
        "observances.yaml",
        "    proclaimed_by",
        '    overrides: {"2027": "2027-07-29"}\n    proclaimed_by',
    )
    day = load_observances(file)["wdatip"]
    assert day.in_year(2027) == date(2027, 7, 29)
    assert day.in_year(2028) == date(2028, 7, 30)


def test_a_rule_that_skips_years_is_refused_when_read(edit: Edit) -> None:
    # 2027 is no leap year; a day that is not every year could not be planned.
    file = edit("observances.yaml", "BYMONTH=7;BYMONTHDAY=30", "BYYEARDAY=366")
    with pytest.raises(ContentError, match="gives no date"):
        load_observances(file)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",  # never ends when no day matches
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",  # not in every year
        "FREQ=YEARLY;BYMONTH=5;BYDAY=5SU",  # in 2027, but not in every year
        "FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=30\\nRDATE:20270101",
        "FREQ=YEARLY;BYMONTH=13",
        "FREQ=YEARLY;BYDAY=XX",
        "FREQ=YEARLY;NONSENSE=1",
        "FREQ=YEARLY",
        "",
    ],
)
def test_a_rule_without_a_date_in_every_year_is_refused(tmp_path: Path, rule: str) -> None:
    with pytest.raises(ContentError):
        load_observances(one_day(tmp_path, rule))


def one_day(folder: Path, rule: str) -> Path:
    file = folder / "observances.yaml"
    file.write_text(
        f'observances:\n  - {{id: x, name: "X", rule: "{rule}", '
        'proclaimed_by: "-", source: "-", confidence: knowledge}\n',
        encoding="utf-8",
    )
    return file


@pytest.mark.parametrize(
    ("rule", "found", "by_itself"),
    [
        ("FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=30", (7, 30), True),
        ("FREQ=YEARLY;BYMONTH=9;BYDAY=2SA", (9, 11), True),
        ("FREQ=YEARLY;BYMONTH=9;BYDAY=-1SA", (9, 25), True),
        ("FREQ=YEARLY;BYDAY=SA;BYMONTH=9;BYSETPOS=2", (9, 11), False),
        ("FREQ=YEARLY;BYYEARDAY=100", (4, 10), False),
        ("FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=30,31", (7, 30), False),
        ("FREQ=YEARLY;BYEASTER=-2", (3, 26), False),
        ("FREQ=YEARLY;COUNT=1;BYMONTH=7;BYMONTHDAY=30", (7, 30), False),
        ("FREQ=YEARLY;UNTIL=20200101;BYMONTH=7;BYMONTHDAY=30", (7, 30), False),
        ("FREQ=YEARLY;INTERVAL=2;BYMONTH=7;BYMONTHDAY=30", (7, 30), False),
        ("FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=30;BYHOUR=1,2", (7, 30), False),
    ],
)
def test_which_rules_another_program_may_be_given(
    tmp_path: Path, rule: str, found: tuple[int, int], by_itself: bool
) -> None:
    day = load_observances(one_day(tmp_path, rule))["x"]
    assert day.in_year(2027) == date(2027, *found)
    assert day.recurs_by_itself is by_itself


def test_of_the_shipped_rules_only_one_is_uncommon() -> None:
    days = load_observances(SHIPPED / "observances.yaml").values()
    assert [day.id for day in days if not day.recurs_by_itself] == ["sid"]


def test_each_shipped_rule_read_from_one_start_gives_the_dates_read_year_by_year() -> None:
    for day in load_observances(SHIPPED / "observances.yaml").values():
        whole = rrulestr(day.rule, dtstart=datetime(2024, 1, 1))
        found = whole.between(datetime(2024, 1, 1), datetime(2041, 1, 1), inc=True)
        assert [one.date() for one in found] == [day.by_rule(year) for year in range(2024, 2041)]


def test_a_proclaimed_date_lies_in_its_year(edit: Edit) -> None:
    file = edit(
        "observances.yaml",
        "    proclaimed_by",
        '    overrides: {"2027": "2028-07-29"}\n    proclaimed_by',
    )
    with pytest.raises(ContentError, match="2028-07-29 is not in 2027"):
        load_observances(file)
