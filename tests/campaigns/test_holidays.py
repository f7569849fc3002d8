"""Public holidays: the country's, and the society's own word over them."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import date

import pytest

from campaigns import open_library
from campaigns.errors import ContentError
from campaigns.holidays import public_holidays
from campaigns.model import Society

SHIPPED = open_library().societies
YEAR = date(2027, 1, 1), date(2027, 12, 31)
MOROCCO = SHIPPED["ma"]


def named(society: Society, day: date) -> str:
    """The holiday of one day, empty when there is none."""
    return public_holidays(society, day, day).get(day, "")


@pytest.mark.parametrize("society", SHIPPED.values(), ids=SHIPPED)
def test_of_every_shipped_society_holidays_are_known(society: Society) -> None:
    found = public_holidays(society, *YEAR)
    assert len(found) >= 8
    assert list(found) == sorted(found)
    assert all(day.year == 2027 and name.strip() for day, name in found.items())


@pytest.mark.parametrize(
    ("society", "day", "name"),
    [
        ("ma", date(2027, 7, 30), "Throne Day"),
        ("fr", date(2027, 7, 14), "National Day"),
        ("gr", date(2027, 4, 30), "Good Friday"),  # the Orthodox one
        ("it", date(2027, 7, 30), ""),
    ],
)
def test_days_are_where_people_keep_them(society: str, day: date, name: str) -> None:
    assert named(SHIPPED[society], day) == name


def test_a_feast_that_follows_the_moon_says_that_it_is_estimated() -> None:
    assert named(MOROCCO, date(2027, 3, 9)) == "Eid al-Fitr (estimated)"


def test_the_societys_word_goes_over_the_countrys() -> None:
    """The moon was seen a day later than it was worked out to be."""
    society = replace(
        MOROCCO,
        holidays={date(2027, 3, 11): "Eid al-Fitr", date(2027, 3, 10): "Eid al-Fitr (first day)"},
        working_days=frozenset({date(2027, 3, 9), date(2027, 3, 20)}),
    )
    found = public_holidays(society, date(2027, 3, 1), date(2027, 3, 31))
    assert found == {
        date(2027, 3, 10): "Eid al-Fitr (first day)",
        date(2027, 3, 11): "Eid al-Fitr",
    }


def test_a_stretch_over_new_year_has_the_holidays_of_both_years() -> None:
    found = public_holidays(SHIPPED["fr"], date(2027, 12, 20), date(2028, 1, 10))
    assert found == {date(2027, 12, 25): "Christmas Day", date(2028, 1, 1): "New Year's Day"}


def test_the_country_is_the_societys_id_unless_it_says_another() -> None:
    catalan = date(2027, 9, 11)
    spain = SHIPPED["es"]
    assert named(spain, catalan) == ""
    assert named(replace(spain, country="ES-CT"), catalan) == "National Day of Catalonia"
    assert named(replace(spain, id="branch", country="MA"), date(2027, 7, 30)) == "Throne Day"


@pytest.mark.parametrize(("id_", "country"), [("branch", ""), ("es", "ES-XX"), ("es", "QQ")])
def test_a_country_nobody_knows_is_named_with_the_remedy(id_: str, country: str) -> None:
    society = replace(SHIPPED["es"], id=id_, country=country)
    with pytest.raises(ContentError) as caught:
        public_holidays(society, *YEAR)
    assert str(caught.value) == (
        f"{society.place}: societies.{id_}.country: there are no public holidays of "
        f"'{country or 'BRANCH'}'; write the ISO 3166 code of its country, such as GR or ES-CT"
    )


def test_who_does_not_ask_for_holidays_does_not_wait_for_them() -> None:
    code = "import campaigns, campaigns.holidays, sys; print('holidays' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "False"
