"""Rules about days and hours: read as typed, refused in one line, laid over each other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from campaigns.errors import ContentError
from campaigns.loader import load_campaign
from campaigns.model import Blackout, DayRules
from campaigns.societies import load_societies

Edit = Callable[[str, str, str], Path]
CAMPAIGN, SOCIETIES = "small/campaign.yaml", "societies.yaml"
HEAD, WEEKEND = "schedule:\n", "    weekend: [sat, sun]\n"

RULES = """\
weekend: before
holidays: ask
observance: post
answers: {"2027-07-30": post, "2027-07-23": before}
quiet: 22:00-07:00
blackout: {"2027-05-08": our own day, "2027-06-26/2027-07-02": national mourning}
"""
READ = DayRules(
    weekend="before",
    holidays="ask",
    observance="post",
    answers={date(2027, 7, 30): "post", date(2027, 7, 23): "before"},
    quiet=(time(22), time(7)),
    blackout=(
        Blackout(date(2027, 5, 8), date(2027, 5, 8), "our own day"),
        Blackout(date(2027, 6, 26), date(2027, 7, 2), "national mourning"),
    ),
)


def in_campaign(edit: Edit, lines: str) -> Path:
    indented = "".join(f"  {line}\n" for line in lines.splitlines())
    return edit(CAMPAIGN, HEAD, HEAD + indented)


def in_society(edit: Edit, lines: str) -> Path:
    indented = "".join(f"    {line}\n" for line in lines.splitlines())
    return edit(SOCIETIES, WEEKEND, WEEKEND + indented)


def test_who_says_nothing_posts_on_every_day(folder: Path) -> None:
    schedule = load_campaign(folder / CAMPAIGN).schedule
    society = load_societies(folder / SOCIETIES)["gr"]
    assert schedule.days == society.days == DayRules()
    assert schedule.spread == timedelta(0)
    assert (society.country, society.holidays, society.working_days) == ("", {}, frozenset())
    assert not DayRules().mind_days_off


def test_a_campaign_says_its_rules(edit: Edit) -> None:
    schedule = load_campaign(in_campaign(edit, RULES + "spread: 20 min\n")).schedule
    assert schedule.days == READ
    assert schedule.spread == timedelta(minutes=20)


def test_a_society_says_the_same_in_the_same_words(edit: Edit) -> None:
    rules = "schedule:\n" + "".join(f"  {line}\n" for line in RULES.splitlines())
    assert load_societies(in_society(edit, rules))["gr"].days == READ


def test_a_society_knows_its_country_and_its_own_days(edit: Edit) -> None:
    society = load_societies(
        in_society(
            edit,
            """\
country: ES-CT
holidays: {"2027-03-10": Eid al-Fitr}
working_days: ["2027-03-09", "2027-03-20"]
""",
        )
    )["gr"]
    assert society.country == "ES-CT"
    assert society.holidays == {date(2027, 3, 10): "Eid al-Fitr"}
    assert society.working_days == {date(2027, 3, 9), date(2027, 3, 20)}


def test_what_a_society_says_goes_over_what_the_campaign_says() -> None:
    mourning = (Blackout(date(2027, 8, 1), date(2027, 8, 3), "national mourning"),)
    own = DayRules(
        holidays="post", answers={date(2027, 7, 30): "before"}, blackout=mourning
    )  # fmt: skip
    assert own.over(READ) == DayRules(
        weekend="before",
        holidays="post",
        observance="post",
        answers={date(2027, 7, 30): "before", date(2027, 7, 23): "before"},
        quiet=(time(22), time(7)),
        blackout=READ.blackout + mourning,
    )
    assert DayRules().over(READ) == READ.over(DayRules()) == READ


@pytest.mark.parametrize(
    ("rules", "minded"),
    [
        (DayRules(weekend="post", holidays="post", observance="post"), False),
        (DayRules(answers={date(2027, 7, 30): "post"}), False),
        (DayRules(answers={date(2027, 7, 30): "before"}), True),
        (DayRules(weekend="before"), True),
        (DayRules(holidays="ask"), True),
        (DayRules(observance="ask"), True),
    ],
)
def test_days_off_matter_once_a_rule_is_more_than_post(rules: DayRules, minded: bool) -> None:
    assert rules.mind_days_off is minded


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("weekend: after", r"weekend: 'after' is not allowed; use one of post, before, ask"),
        ("holidays: [ask]", r"holidays: must be one text"),
        ("observance: ''", r"observance: is empty"),
        ("answers: {'30 July': post}", r"answers.30 July: '30 July' is not a date; write year"),
        ("answers: {'2027-07-30': ask}", r"2027-07-30: 'ask' is not allowed; .* post, before$"),
        ("answers: [post]", r"answers: must be a mapping"),
        ("quiet: 22:00", r"quiet: '22:00' is not a part of the day; write '22:00-07:00'"),
        ("quiet: 22-07", r"quiet: '22-07' is not a part of the day"),
        ("quiet: 22:00-24:00", r"quiet: '22:00-24:00' is not a part of the day"),
        ("quiet: 07:00-07:00", r"quiet: '07:00-07:00' is not a part of the day"),
        ("blackout: ['2027-05-08']", r"blackout: must be a mapping"),
        ("blackout: {'2027-05-08': ''}", r"2027-05-08: is empty"),
        ("blackout: {'2027-02-29': leap}", r"'2027-02-29' is not a date"),
        ("blackout: {'2027-05-08/09': ours}", r"'09' is not a date"),
        ("blackout: {'2027-05-09/2027-05-08': ours}", r"ends before it begins; swap the two"),
        ("quite: 22:00-07:00", r"quite: is not a known key; did you mean 'quiet'\?"),
    ],
)
def test_a_mistake_is_named_in_one_line_wherever_it_stands(
    edit: Edit, line: str, message: str
) -> None:
    with pytest.raises(ContentError, match=message) as campaign:
        load_campaign(in_campaign(edit, line))
    with pytest.raises(ContentError, match=message) as society:
        load_societies(in_society(edit, f"schedule:\n  {line}\n"))
    assert ":10: schedule." in str(campaign.value)
    assert ":10: societies[1].schedule." in str(society.value)
    assert "\n" not in str(campaign.value) + str(society.value)


@pytest.mark.parametrize("typed", ["20", "0 min", "61 min", "20min", "PT20M", "1 h", "-5 min"])
def test_a_spread_is_1_to_60_minutes(edit: Edit, typed: str) -> None:
    with pytest.raises(ContentError, match=r"schedule.spread: .* is not 1 to 60 minutes; write"):
        load_campaign(in_campaign(edit, f"spread: {typed}"))


def test_a_society_has_no_spread_of_its_own(edit: Edit) -> None:
    with pytest.raises(ContentError, match=r"schedule.spread: is not a known key"):
        load_societies(in_society(edit, "schedule: {spread: 20 min}"))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("country: gr", r"country: 'gr' is not a country; write GR, or ES-CT for a region"),
        ("country: Greece", r"country: 'Greece' is not a country"),
        ("country: ''", r"country: is empty"),
        ("holidays: [2027-03-10]", r"holidays: must be a mapping"),
        ("holidays: {2027-03-32: Eid}", r"holidays.2027-03-32: '2027-03-32' is not a date"),
        ("working_days: 2027-03-10", r"working_days: must be a list"),
        ("working_days: [monday]", r"working_days\[1\]: 'monday' is not a date"),
    ],
)
def test_a_mistake_about_a_societys_days_is_named_in_one_line(
    edit: Edit, line: str, message: str
) -> None:
    with pytest.raises(ContentError, match=message) as caught:
        load_societies(in_society(edit, line))
    assert ":9: " in str(caught.value)
    assert "\n" not in str(caught.value)
