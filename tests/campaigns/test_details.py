"""What a card says besides its texts: days, languages, why a story may be told."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from campaigns.consent import Consent, read_consent
from campaigns.details import Details, Edition, read_details
from campaigns.errors import ContentError, Place
from campaigns.strict_yaml import as_fields, parse

FILE = Path("campaign.yaml")


def read(kind: str, text: str) -> Details:
    """The data of a card of this kind, nothing else being in it."""
    fields = as_fields(parse(text, FILE))
    details = read_details(fields, kind)
    fields.done()
    return details


def test_an_event_has_a_day_an_hour_and_an_end() -> None:
    found = read("event", "{date: 2027-07-30, time: '18:00'}")
    assert (found.day, found.hour) == (date(2027, 7, 30), time(18))
    assert (found.since, found.until) == (None, date(2027, 7, 30))
    assert read("event", "date: 2027-07-30").hour is None


def test_what_looks_back_has_a_beginning() -> None:
    found = read("recap", "date: 2027-07-30")
    assert (found.since, found.until) == (date(2027, 7, 30), None)


def test_an_invitation_ends_with_the_first_of_its_editions() -> None:
    text = "editions: [{from: 2027-09-20, to: 2027-09-22}, {from: 2027-09-03, language: pt_PT}]"
    found = read("invitation", text)
    assert found.editions == (
        Edition(date(2027, 9, 20), date(2027, 9, 22)),
        Edition(date(2027, 9, 3), date(2027, 9, 3), "pt_PT"),
    )
    assert found.until == date(2027, 9, 3)


def test_a_resource_names_its_languages() -> None:
    assert read("resource", "available: [en, sr_Latn]").available == ("en", "sr_Latn")


def test_a_story_is_several_peoples_or_one_persons_who_agreed() -> None:
    assert read("story", "composite: 'yes'") == Details(composite=True)
    found = read("story", "consent: {reference: C-7, given_on: 2027-01-01, expires: 2028-01-01}")
    assert found.consent is not None
    assert found.consent.reference == "C-7"
    assert not found.composite


def test_other_kinds_have_no_data() -> None:
    assert read("tip", "{}") == Details()
    with pytest.raises(ContentError, match="date: is not a known key"):
        read("tip", "date: 2027-07-30")


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("event", "{}", "date: is missing"),
        ("event", "date: 30 July", "date: '30 July' is not a date; write year-month-day"),
        ("event", "date: '20270730'", "is not a date"),
        ("event", "{date: 2027-07-30, time: 6 pm}", "time: '6 pm' is not a time"),
        ("event", "{date: 2027-07-30, time: '24:00'}", "time: '24:00' is not a time"),
        ("recap", "{date: 2027-07-30, time: '18:00'}", "time: is not a known key"),
        ("invitation", "{}", "editions: is missing"),
        ("invitation", "editions: []", "editions: has 0 members; write 1 to 4 of them"),
        (
            "invitation",
            f"editions: [{', '.join(['{from: 2027-09-01}'] * 5)}]",
            "editions: has 5 members",
        ),
        (
            "invitation",
            "editions: [{from: 2027-09-03, to: 2027-09-01}]",
            r"editions\[1\].to: is before the first day",
        ),
        ("invitation", "editions: [{from: 2027-09-03, until: x}]", "until: is not a known key"),
        ("resource", "available: []", "available: has 0 members"),
        ("resource", "available: [French]", r"available\[1\]: 'French' is not a language"),
        ("resource", "available: [en, en]", "available: names a language twice"),
        ("story", "{}", "consent: is missing"),
        ("story", "composite: 'no'", "composite: is 'no'; write 'yes'"),
        (
            "story",
            "{composite: 'yes', consent: {reference: C}}",
            "consent: stands beside 'composite'",
        ),
        ("story", "consent: on file", "consent: must be a mapping"),
    ],
)
def test_what_is_wrong_is_said_in_a_line_with_its_field(kind: str, text: str, message: str) -> None:
    with pytest.raises(ContentError, match=message) as caught:
        read(kind, text)
    assert str(caught.value).startswith("campaign.yaml:1: ")
    assert "\n" not in str(caught.value)


CONSENT = Consent("C-7", date(2027, 1, 1), date(2028, 1, 1), ("RS", "ME"), Place(FILE, 1))


@pytest.mark.parametrize(
    ("day", "territory", "problem"),
    [
        (date(2027, 1, 1), "RS", ""),
        (date(2028, 1, 1), "ME", ""),
        (date(2026, 12, 31), "RS", "the consent C-7 was given only on 2027-01-01"),
        (date(2028, 1, 2), "RS", "the consent C-7 ended on 2028-01-01"),
        (date(2027, 6, 1), "FR", "the consent C-7 is for RS, ME, not for FR"),
        (date(2027, 6, 1), "", "the consent C-7 is for RS, ME, not for here"),
    ],
)
def test_a_consent_has_its_days_and_its_countries(day: date, territory: str, problem: str) -> None:
    assert CONSENT.problem(day, territory) == problem


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{given_on: 2027-01-01, expires: 2028-01-01}", "reference: is missing"),
        ("{reference: C, given_on: 2027-01-01}", "expires: is missing"),
        (
            "{reference: C, given_on: 2027-01-02, expires: 2027-01-01}",
            "expires: is before the day it was given",
        ),
        (
            "{reference: C, given_on: 2027-01-01, expires: 2028-01-01, territories: [Serbia]}",
            "territories: 'Serbia' is not a country",
        ),
        (
            "{reference: C, given_on: 2027-01-01, expires: 2028-01-01, name: x}",
            "name: is not a known key",
        ),
    ],
)
def test_a_consent_that_is_not_complete_is_refused(text: str, message: str) -> None:
    with pytest.raises(ContentError, match=message):
        read_consent(as_fields(parse(text, FILE)))
