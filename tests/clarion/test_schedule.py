"""A campaign's schedule and its societies' days become a plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from campaigns import Campaign, ContentError, Society, open_library
from campaigns.model import Blackout, DayRules
from clarion.planning import schedule
from scheduler.delivery import Delivery
from scheduler.plan import derive
from tests.conftest import Command

LIBRARY = open_library()
MYTHS, SAFETY = (LIBRARY.campaign(name) for name in ("myths-and-facts", "online-safety"))
MOROCCO, SYRIA, FRANCE = (LIBRARY.societies[name] for name in ("ma", "sy", "fr"))
WORLD_DAY = date(2027, 7, 30)


def planned(
    society: Society, rules: DayRules | None = None, campaign: Campaign = MYTHS
) -> list[Delivery]:
    """The plan for one channel of a society with these rules of its own."""
    own = replace(society, days=rules or society.days, channels=society.channels[:1])
    return schedule(campaign, [own], WORLD_DAY)


def on(deliveries: list[Delivery], day: int) -> list[Delivery]:
    """Those whose card the campaign wants on this day."""
    [cards] = [slot.cards for slot in MYTHS.schedule.slots if slot.day == day]
    return [one for one in deliveries if one.card in cards]


def days(deliveries: list[Delivery]) -> set[date]:
    """The dates on which they go out."""
    return {one.wall.date() for one in deliveries}


@pytest.mark.parametrize("campaign", [MYTHS, SAFETY], ids=lambda one: one.id)
def test_what_ships_goes_out_on_every_day_as_it_is_written(campaign: Campaign) -> None:
    found = schedule(campaign, list(LIBRARY.societies.values()), WORLD_DAY)
    wanted = {
        card: datetime.combine(WORLD_DAY + timedelta(days=slot.day), campaign.schedule.at)
        for slot in campaign.schedule.slots
        for card in slot.cards
    }
    assert {one.society for one in found} == set(LIBRARY.societies)
    assert all(one.wall == wanted[one.card] and not one.held for one in found)
    assert all(one.until == datetime.combine(one.wall.date(), time(20)) for one in found)
    assert all(one == derive(one) for one in found)


def test_throne_day_is_kept_moved_or_asked_about() -> None:
    assert days(on(planned(MOROCCO, DayRules(weekend="before", holidays="before")), 0)) == {
        WORLD_DAY
    }
    before = on(planned(MOROCCO, DayRules(observance="before")), 0)
    assert days(before) == {date(2027, 7, 29)}
    assert {one.wall.time() for one in before} == {time(10)}  # an hour after the cards of day -1
    asked = on(planned(MOROCCO, DayRules(observance="ask")), 0)
    assert len(asked) == 2
    assert all(one.held[0].startswith("ma: 2027-07-30 is a holiday (Throne") for one in asked)
    answered = DayRules(observance="ask", answers={WORLD_DAY: "post"})
    assert not any(one.held for one in planned(MOROCCO, answered))


def test_a_friday_and_saturday_society_keeps_the_day_and_is_asked_about_the_next() -> None:
    found = planned(SYRIA, DayRules(weekend="before"))
    assert days(on(found, -7)) == {date(2027, 7, 22)}
    assert days(on(found, 0)) == {WORLD_DAY}
    assert all(
        "it would overtake what goes out on 2027-07-30" in one.held[0] for one in on(found, 1)
    )
    assert {one.card for one in found if one.held} == {one.card for one in on(found, 1)}


def test_a_society_has_the_last_word_over_the_campaign() -> None:
    strict = replace(MYTHS, schedule=replace(MYTHS.schedule, days=DayRules(weekend="ask")))
    assert any(one.held for one in planned(FRANCE, campaign=strict))
    assert not any(one.held for one in planned(FRANCE, DayRules(weekend="post"), strict))


def test_its_own_holidays_and_working_days_count() -> None:
    rules = DayRules(weekend="before", holidays="before")
    closed = replace(
        FRANCE,
        holidays={date(2027, 7, 29): "our feast", date(2027, 7, 27): "our feast"},
        working_days=frozenset({date(2027, 7, 31)}),
    )
    found = planned(closed, rules)
    assert days(on(found, -3)) == {date(2027, 7, 26)}
    assert days(on(found, -1)) == {date(2027, 7, 28)}
    assert days(on(found, 1)) == {date(2027, 7, 31)}


def test_a_blackout_and_quiet_hours_are_the_societys_own() -> None:
    rules = DayRules(
        quiet=(time(21), time(9, 30)),
        blackout=(Blackout(WORLD_DAY, WORLD_DAY, "national mourning"),),
    )
    found = planned(FRANCE, rules)
    assert ["(national mourning)" in one.held[0] for one in on(found, 0)] == [True, True]
    assert {one.wall.time() for one in found if not one.held} == {time(9, 30)}


def test_a_spread_is_the_campaigns() -> None:
    wide = replace(MYTHS, schedule=replace(MYTHS.schedule, spread=timedelta(minutes=20)))
    found = planned(FRANCE, campaign=wide)
    assert len({one.wall.time() for one in found}) > len(found) / 2
    assert all(time(9) <= one.wall.time() < time(9, 20) for one in found)


def test_a_society_of_no_known_country_is_refused_only_where_holidays_matter() -> None:
    branch = replace(FRANCE, id="branch")
    assert not any(one.held for one in planned(branch, DayRules(quiet=(time(22), time(7)))))
    with pytest.raises(ContentError, match="there are no public holidays of 'BRANCH'; write the"):
        planned(branch, DayRules(weekend="before"))
    assert planned(replace(branch, country="FR"), DayRules(weekend="before"))


def test_what_the_days_hold_is_held_in_the_ledger_too(workspace: Path, clarion: Command) -> None:
    """From the file to the ledger: a blackout's reason must outlive content and channel."""
    file = workspace / "campaigns" / "our-first-campaign" / "campaign.yaml"
    text = file.read_text("utf-8")
    mourning = '  blackout: {"2027-07-30": "national mourning"}\n'
    file.write_text(text.replace("\nschedule:\n", f"\nschedule:\n{mourning}"), "utf-8")
    planned = clarion("plan", "--for", "2027-07-30", "--json").value["deliveries"]
    there = [one for one in planned if one["wall_time"].startswith("2027-07-30")]
    assert there, "the campaign has a card on the day"
    assert all(one["state"] == "held" and "national mourning" in one["reason"] for one in there)
    others = [one for one in planned if one not in there]
    assert not any("mourning" in one["reason"] for one in others)
