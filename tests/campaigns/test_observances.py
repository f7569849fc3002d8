"""Awareness days fall on the dates their proclaimers published."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

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


def test_only_yearly_rules_are_taken(tmp_path: Path) -> None:
    """A rule that repeats every second never ends when no day matches."""
    file = tmp_path / "observances.yaml"
    file.write_text(
        'observances:\n  - {id: x, name: "X", rule: "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", '
        'proclaimed_by: "-", source: "-", confidence: knowledge}\n',
        encoding="utf-8",
    )
    with pytest.raises(ContentError, match="gives no date"):
        load_observances(file)
