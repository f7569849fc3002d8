"""Periods, moments and languages as the territories write them."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locales.formats import FormatsError
from locales.occasions import apart, autonym, moment, period, row
from locales.placeholders import FSI, PDI
from locales.update import SHIPPED_LOCALES

MAY, MONTHS, YEARS = (
    (date(2027, 5, 3), date(2027, 5, 5)),
    (date(2027, 5, 28), date(2027, 6, 3)),
    (date(2027, 12, 30), date(2028, 1, 2)),
)


@pytest.mark.parametrize(
    ("locale", "days", "written"),
    [
        ("en_GB", MAY, "3–5 May 2027"),
        ("en_GB", MONTHS, "28 May\u2009–\u20093 June 2027"),
        ("ar_LB", MAY, "3–5 أيار 2027"),
        ("fa", MONTHS, "28 مهٔ تا 3 ژوئن 2027"),
        ("he", MAY, "3–5 במאי 2027"),
        ("pl", MAY, "3–5 maja 2027"),
        ("pl", MONTHS, "28 maja – 3 czerwca 2027"),
        ("el", MAY, "3–5 Μαΐου 2027"),
        ("hr", MAY, "3. – 5. svibnja 2027."),
        ("hu", MAY, "2027. május 3–5."),
        ("ja", MONTHS, "2027年5月28日～6月3日"),
        ("zh_Hans_CN", MAY, "2027年5月3日至5日"),
        ("th", MAY, "3 พฤษภาคม ค.ศ. 2027 – 5 พฤษภาคม ค.ศ. 2027"),  # CLDR's pattern has no era
        ("sw", MONTHS, "28 Mei 2027 – 3 Juni 2027"),  # CLDR's pattern loses the first month
        ("mt", MONTHS, "28 ta’ Mejju 2027 – 3 ta’ Ġunju 2027"),  # and here it turns the order
        ("en_GB", YEARS, "30 December 2027\u2009–\u20092 January 2028"),
    ],
)
def test_a_period_is_written_as_dates_are(
    locale: str, days: tuple[date, date], written: str
) -> None:
    found = period(*days, locale)
    assert found.replace("\u2009", " ") == written.replace("\u2009", " ")


@given(
    st.sampled_from(SHIPPED_LOCALES),
    st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    st.integers(0, 400),
)
def test_a_period_names_both_days_and_both_years(locale: str, first: date, length: int) -> None:
    last = first + timedelta(days=length)
    found = period(first, last, locale)
    for part in (first.day, last.day, first.year, last.year):
        assert str(part) in found
    assert (first == last) == (found == period(first, first, locale))


@pytest.mark.parametrize(
    ("locale", "written"),
    [
        ("en_GB", "30 July 2027, 18:00"),
        ("ar_LB", "30 تموز 2027، 6:00 م"),
        ("fa", "30 ژوئیهٔ 2027، ساعت 18:00"),
        ("pl", "30 lipca 2027 18:00"),
        ("zh_Hans_CN", "2027年7月30日 18:00"),
    ],
)
def test_a_moment_is_written_with_the_hour_on_the_clock_there(locale: str, written: str) -> None:
    found = moment(date(2027, 7, 30), time(18), locale)
    assert found.replace("\u202f", " ") == written
    assert moment(date(2027, 7, 30), None, locale) in found


def test_a_language_is_named_by_its_speakers_and_keeps_its_direction() -> None:
    assert [autonym(one, "ltr") for one in ("en", "fr", "sr_Latn")] == [
        "English", "français", "srpski (latinica)",
    ]  # fmt: skip
    assert autonym("ar", "ltr") == f"{FSI}العربية{PDI}"
    assert autonym("ar", "rtl") == "العربية"
    assert autonym("en", "rtl") == f"{FSI}English{PDI}"
    with pytest.raises(FormatsError):
        autonym("xx", "ltr")


def test_commas_and_semicolons_are_those_of_the_language() -> None:
    assert row(["A", "B", "C"], "en_GB") == "A, B, C"
    assert row(["A", "B"], "ar_LB") == "A، B"
    assert row(["A", "B"], "zh_Hans") == "A、B"
    assert apart(["A", "", "B"], "en_GB") == "A; B"
    assert apart(["A", "B"], "fa") == "A؛ B"
    assert apart(["A"], "ur") == "A"
