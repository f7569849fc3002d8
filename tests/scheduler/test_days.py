"""Days off, blackouts, quiet hours and the spread: where a wave goes, and why it is held."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.days import APART, REACH, Blackout, Days, Placed, Quiet, Rule, offset, place
from tests.scheduler.scene import WORLD_DAY

SAT_SUN, FRI_SAT = frozenset({5, 6}), frozenset({4, 5})
EVENING = time(20, 0)


def at(day: int, hour: int = 9, minute: int = 0) -> datetime:
    """A time on a day that counts from Friday, 30 July 2027."""
    return datetime.combine(WORLD_DAY + timedelta(days=day), time(hour, minute))


def placed(days: Days, *wanted: datetime, until: time | None = EVENING) -> list[Placed]:
    """Where the waves go, in the order in which they are given."""
    found = place("gr", WORLD_DAY, wanted, days, until)
    return [found[wall] for wall in wanted]


def moved(days: Days, *wanted: datetime, until: time | None = EVENING) -> list[datetime]:
    """Where the waves go when nothing is held."""
    found = placed(days, *wanted, until=until)
    assert [one.held for one in found] == [()] * len(wanted)
    return [one.wall for one in found]


def reason(days: Days, *wanted: datetime, until: time | None = EVENING) -> str:
    """Why the last of the waves is held, alone of all."""
    *others, last = placed(days, *wanted, until=until)
    assert [one.held for one in others] == [()] * len(others)
    assert last.wall == wanted[-1]
    [text] = last.held
    assert "\n" not in text
    return text


def test_nothing_moves_unless_somebody_says_so() -> None:
    days = Days(weekend=SAT_SUN, holidays={WORLD_DAY: "Throne Day"})
    wanted = [at(day) for day in range(-14, 8)]
    assert moved(days, *wanted) == wanted


def test_a_weekend_goes_to_the_working_day_before() -> None:
    days = Days(weekend=SAT_SUN, on_weekend=Rule.BEFORE)
    assert moved(days, at(1), at(4)) == [at(0), at(4)]
    assert moved(days, at(2), at(4)) == [at(0), at(4)]


def test_the_working_day_before_is_no_holiday_whatever_the_rule_for_holidays() -> None:
    days = Days(weekend=SAT_SUN, holidays={WORLD_DAY: "Throne Day"}, on_weekend=Rule.BEFORE)
    assert moved(days, at(1)) == [at(-1)]


def test_a_working_day_is_worked_whatever_the_calendar_says() -> None:
    saturday = at(1).date()
    days = Days(
        weekend=SAT_SUN, holidays={saturday: "Eid al-Fitr"}, working=frozenset({saturday}),
        on_weekend=Rule.BEFORE, on_holiday=Rule.ASK,
    )  # fmt: skip
    assert moved(days, at(1)) == [at(1)]
    assert moved(days, at(2)) == [at(1)]


def test_the_observances_own_day_has_a_rule_of_its_own() -> None:
    """30 July 2027 is a Friday: kept, where the weekend is Friday and Saturday."""
    days = Days(weekend=FRI_SAT, on_weekend=Rule.BEFORE, on_holiday=Rule.BEFORE)
    assert moved(days, at(-7), at(0)) == [at(-8), at(0)]
    days = Days(weekend=FRI_SAT, on_observance=Rule.BEFORE)
    assert moved(days, at(-7), at(0)) == [at(-7), at(-1)]


@pytest.mark.parametrize(
    ("on_weekend", "on_holiday", "rule"),
    [
        (Rule.POST, Rule.POST, Rule.POST),
        (Rule.POST, Rule.BEFORE, Rule.BEFORE),
        (Rule.BEFORE, Rule.POST, Rule.BEFORE),
        (Rule.ASK, Rule.BEFORE, Rule.ASK),
        (Rule.BEFORE, Rule.ASK, Rule.ASK),
    ],
)
def test_on_a_holiday_at_the_weekend_the_stricter_rule_counts(
    on_weekend: Rule, on_holiday: Rule, rule: Rule
) -> None:
    saturday = date(2027, 7, 31)
    days = Days(SAT_SUN, {saturday: "a feast"}, on_weekend=on_weekend, on_holiday=on_holiday)
    assert days.rule(saturday, WORLD_DAY) is rule


def test_asking_holds_until_there_is_an_answer() -> None:
    throne_day = {WORLD_DAY: "Throne Day"}
    days = Days(weekend=SAT_SUN, holidays=throne_day, on_observance=Rule.ASK)
    assert reason(days, at(0)) == (
        "gr: 2027-07-30 is a holiday (Throne Day) and the rule is to ask: write answers: "
        "{\"2027-07-30\": post}, or 'before', under its schedule in societies.yaml, or under the "
        "campaign's"
    )
    for answer, wall in ((Rule.POST, at(0)), (Rule.BEFORE, at(-1))):
        days = Days(
            SAT_SUN, throne_day, on_observance=Rule.ASK, answers={WORLD_DAY: answer}
        )  # fmt: skip
        assert moved(days, at(0)) == [wall]


def test_an_answer_is_for_its_own_date() -> None:
    answers = {at(1).date(): Rule.POST, at(0).date(): Rule.ASK}
    days = Days(weekend=SAT_SUN, on_weekend=Rule.ASK, answers=answers)
    assert moved(days, at(0), at(1)) == [at(0), at(1)]  # Friday is no day off: nothing to answer
    assert "2027-08-01 is a weekend day and the rule is to ask" in reason(days, at(2))


def test_a_society_without_a_working_day_is_told_where_to_look() -> None:
    days = Days(weekend=frozenset(range(7)), on_weekend=Rule.BEFORE)
    assert reason(days, at(-3)) == (
        "gr: 2027-07-27 is a weekend day, and none of the 31 days before is a working day: mend "
        "its weekend, holidays or working_days in societies.yaml"
    )


def test_a_wave_never_overtakes_the_one_before_it() -> None:
    """Saturday's cards follow Friday's, which stay on the world day although it is a day off."""
    days = Days(weekend=FRI_SAT, on_weekend=Rule.BEFORE)
    assert reason(days, at(-1), at(0), at(1)) == (
        "gr: 2027-07-31 is a weekend day, and on 2027-07-29, the working day before, it would "
        'overtake what goes out on 2027-07-30: write answers: {"2027-07-31": post} under its '
        "schedule in societies.yaml, or choose another day"
    )


def test_waves_that_meet_keep_their_order_an_hour_apart() -> None:
    days = Days(weekend=SAT_SUN, on_weekend=Rule.BEFORE)
    assert moved(days, at(0), at(1), at(2), at(3)) == [at(0), at(0, 10), at(0, 11), at(3)]


def test_a_wave_that_meets_an_earlier_time_of_the_day_goes_behind_it() -> None:
    days = Days(weekend=SAT_SUN, on_weekend=Rule.BEFORE)
    assert moved(days, at(0, 12), at(1, 9), at(2, 15)) == [at(0, 12), at(0, 13), at(0, 15)]


def test_what_nobody_moved_may_be_closer_than_an_hour() -> None:
    days = Days(weekend=SAT_SUN, on_weekend=Rule.BEFORE)
    assert moved(days, at(0, 9), at(0, 9, 20)) == [at(0, 9), at(0, 9, 20)]


def test_a_wave_that_finds_no_time_before_the_last_moment_is_held() -> None:
    days = Days(weekend=SAT_SUN, on_weekend=Rule.BEFORE)
    assert reason(days, at(0, 19), at(1, 19)) == (
        "gr: what was wanted at 2027-07-31 19:00 would go out at 20:00, and schedule.late.until is "
        "20:00: write a later 'until' or an earlier time"
    )
    assert moved(days, at(0, 19), at(1, 19), until=None) == [at(0, 19), at(0, 20)]
    assert reason(days, at(0, 23), at(1, 23), until=None) == (
        "gr: what was wanted at 2027-07-31 23:00 finds no time on 2027-07-30 at least an hour "
        "after 23:00: choose another day or an earlier time"
    )


def test_what_is_held_keeps_its_place_before_the_others() -> None:
    """The answer to one question moves no other card, which would void its approval."""
    days = Days(weekend=SAT_SUN, holidays={at(3).date(): "a feast"}, on_weekend=Rule.ASK)
    days_moved = Days(
        SAT_SUN, {at(3).date(): "a feast"}, on_weekend=Rule.ASK, on_holiday=Rule.BEFORE
    )  # fmt: skip
    assert [one.held == () for one in placed(days, at(2), at(3))] == [False, True]
    assert (
        "it would overtake what goes out on 2027-08-01"
        in placed(days_moved, at(2), at(3))[1].held[0]
    )


BLACKOUT = (
    Blackout(date(2027, 7, 28), date(2027, 7, 29), "national mourning"),
    Blackout(date(2027, 8, 6), date(2027, 8, 6), "election day"),
)


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (-2, "2027-07-28, in the blackout 2027-07-28/2027-07-29 (national mourning)"),
        (-1, "2027-07-29, in the blackout 2027-07-28/2027-07-29 (national mourning)"),
        (7, "2027-08-06, in the blackout 2027-08-06 (election day)"),
    ],
)
def test_a_blackout_holds_and_is_named(day: int, told: str) -> None:
    assert reason(Days(blackout=BLACKOUT), at(day)) == (
        f"gr: nothing goes out on {told}: choose another day, or take this one out of "
        "schedule.blackout"
    )


def test_around_a_blackout_everything_goes_out() -> None:
    wanted = [at(-3), at(0), at(6), at(8)]
    assert moved(Days(blackout=BLACKOUT), *wanted) == wanted


def test_a_wave_moved_into_a_blackout_is_held() -> None:
    days = Days(weekend=FRI_SAT, on_observance=Rule.BEFORE, blackout=BLACKOUT)
    assert "nothing goes out on 2027-07-29" in reason(days, at(0))


NIGHT, NOON, EARLY = (
    Quiet(time(22), time(7)), Quiet(time(12), time(14)), Quiet(time(0), time(9, 30))
)  # fmt: skip


@pytest.mark.parametrize(
    ("quiet", "wanted", "wall"),
    [
        (NIGHT, at(0, 6, 59), at(0, 7)),
        (NIGHT, at(0, 0), at(0, 7)),
        (NIGHT, at(0, 7), at(0, 7)),
        (NIGHT, at(0, 19, 59), at(0, 19, 59)),
        (NOON, at(0, 12), at(0, 14)),
        (NOON, at(0, 11, 59), at(0, 11, 59)),
        (NOON, at(0, 14), at(0, 14)),
        (EARLY, at(0, 9), at(0, 9, 30)),
    ],
)
def test_quiet_hours_put_a_wave_off_to_their_end(
    quiet: Quiet, wanted: datetime, wall: datetime
) -> None:
    assert moved(Days(quiet=quiet), wanted) == [wall]


def test_quiet_hours_that_end_tomorrow_hold_a_wave() -> None:
    assert reason(Days(quiet=NIGHT), at(0, 22), until=None) == (
        "gr: 22:00 on 2027-07-30 lies in the quiet hours 22:00-07:00, which end on another day: "
        "write another schedule.time, or change schedule.quiet"
    )


def test_quiet_hours_that_end_after_the_last_moment_hold_a_wave() -> None:
    assert "would go out at 14:00, and schedule.late.until is 13:00" in reason(
        Days(quiet=NOON), at(0, 12), until=time(13)
    )


def test_waves_that_quiet_hours_would_throw_together_stay_apart() -> None:
    days = Days(quiet=NIGHT)
    found = moved(days, at(0, 6), at(0, 6, 30), at(0, 7, 30), at(0, 12))
    assert found == [at(0, 7), at(0, 8), at(0, 9), at(0, 12)]


def test_a_wave_put_off_for_another_does_not_end_up_in_quiet_hours() -> None:
    days = Days(weekend=SAT_SUN, on_weekend=Rule.BEFORE, quiet=NOON)
    assert moved(days, at(0, 11, 30), at(1, 11, 30)) == [at(0, 11, 30), at(0, 14)]


def test_a_wave_that_was_held_lets_no_other_come_too_close() -> None:
    wanted = at(0, 6), at(0, 6, 10), at(0, 6, 20), at(0, 7, 10)
    found = placed(Days(quiet=NIGHT), *wanted, until=time(8, 30))
    assert [one.wall for one in found] == [at(0, 7), at(0, 8), *wanted[2:]]
    assert [one.held == () for one in found] == [True, True, False, False]


@pytest.mark.parametrize(
    ("quiet", "wall", "until", "end"),
    [
        (None, at(0), None, at(1, 0)),
        (None, at(0), EVENING, at(0, 20)),
        (NIGHT, at(0), None, at(0, 22)),
        (NIGHT, at(0), EVENING, at(0, 20)),
        (NOON, at(0), EVENING, at(0, 12)),
        (NOON, at(0, 14), EVENING, at(0, 20)),
    ],
)
def test_a_wave_has_to_be_out_by_the_last_moment_or_the_next_quiet_hours(
    quiet: Quiet | None, wall: datetime, until: time | None, end: datetime
) -> None:
    assert Days(quiet=quiet).end(wall, until) == end


CLOCK = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
NEAR = st.integers(-20, 12).map(lambda day: WORLD_DAY + timedelta(days=day))
DAYS = st.builds(
    Days,
    weekend=st.sampled_from([SAT_SUN, FRI_SAT, frozenset({6}), frozenset(range(7))]),
    holidays=st.dictionaries(NEAR, st.just("a feast"), max_size=5),
    working=st.frozensets(NEAR, max_size=3),
    on_weekend=st.sampled_from(Rule),
    on_holiday=st.sampled_from(Rule),
    on_observance=st.sampled_from(Rule),
    answers=st.dictionaries(NEAR, st.sampled_from([Rule.POST, Rule.BEFORE]), max_size=3),
    blackout=st.lists(st.builds(Blackout, NEAR, NEAR, st.just("mourning")), max_size=2).map(tuple),
    quiet=st.none() | st.builds(Quiet, CLOCK, CLOCK).filter(lambda one: one.start != one.end),
)
WEEK = st.integers(-4, 4).map(lambda day: WORLD_DAY + timedelta(days=day))
WAVES = st.lists(st.builds(datetime.combine, WEEK, CLOCK), max_size=8, unique=True)


@settings(max_examples=400)
@given(DAYS, WAVES, st.none() | CLOCK)
def test_wherever_waves_go_the_rules_hold(
    days: Days, wanted: list[datetime], until: time | None
) -> None:
    found = place("gr", WORLD_DAY, wanted, days, until)
    assert found == place("gr", WORLD_DAY, wanted[::-1], days, until)
    assert set(found) == set(wanted)
    out = [(wall, found[wall].wall) for wall in sorted(wanted) if not found[wall].held]
    for wall, goes in out:
        day = goes.date()
        assert wall.date() - REACH <= day <= wall.date()
        assert day == wall.date() or not days.off(day)
        assert days.rule(wall.date(), WORLD_DAY) is not Rule.ASK
        assert days.quiet is None or not days.quiet.covers(goes.time())
        assert not any(one.first <= day <= one.last for one in days.blackout)
        assert until is None or goes.time() < until
    for (wall, goes), (later_wall, later_goes) in pairwise(out):
        kept = goes == wall and later_goes == later_wall
        assert later_goes - goes >= (timedelta(0) if kept else APART)
    assert all(found[wall].wall == wall for wall in wanted if found[wall].held)


@settings(max_examples=200)
@given(DAYS, st.builds(datetime.combine, NEAR, CLOCK))
def test_an_hour_is_covered_or_has_an_end_ahead(days: Days, wall: datetime) -> None:
    end = days.end(wall, None)
    assert wall < end <= datetime.combine(wall.date() + timedelta(days=1), time())
    if days.quiet is not None and not days.quiet.covers(wall.time()):
        halfway = (wall + (end - wall) / 2).time()
        assert not days.quiet.covers(halfway)


@given(st.text(max_size=40), st.integers(0, 3600))
def test_an_offset_is_whole_seconds_below_the_spread_and_always_the_same(
    delivery_id: str, seconds: int
) -> None:
    spread = timedelta(seconds=seconds)
    found = offset(delivery_id, spread)
    assert timedelta(0) <= found < max(spread, timedelta(seconds=1))
    assert found == offset(delivery_id, spread)
    assert found.microseconds == 0


def test_offsets_are_spread_evenly() -> None:
    """1,528 posts over ten minutes: no minute holds much more than its tenth."""
    minutes = [offset(f"delivery-{n}", timedelta(minutes=10)).seconds // 60 for n in range(1528)]
    assert {minutes.count(minute) for minute in range(10)} <= set(range(120, 186))


def test_an_offset_is_the_documented_one() -> None:
    """Worked out apart with ``sha256sum`` and a calculator: a change would void every approval."""
    assert offset("dphadshpcqg27vi6knmrv3t4gc", timedelta(minutes=10)) == timedelta(seconds=225)
