"""The plan: every slot on every target, once, at its time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.days import APART, Days, Quiet, Rule
from scheduler.delivery import Delivery, Late, delivery_id
from scheduler.plan import PUNCTUAL, LatePolicy, PlanError, Slot, Target, derive, plan
from scheduler.zones import UnknownZone, tzdata_version, zone, zone_names
from tests.scheduler.scene import POST_UNTIL, ROME, WORLD_DAY

ZONES = sorted(zone_names())
NAMES = st.text("abcdefghij-", min_size=1, max_size=8)
SLOTS = st.lists(
    st.builds(
        Slot,
        st.integers(-60, 60),
        st.builds(time, st.integers(0, 19), st.sampled_from([0, 15, 30])),
        NAMES,
    ),
    max_size=8,
    unique_by=lambda slot: slot.card,
)
TARGETS = st.lists(
    st.builds(
        Target,
        NAMES,
        NAMES,
        st.sampled_from(["folder", "memory"]),
        st.sampled_from(["it", "ar"]),
        st.sampled_from(ZONES),
    ),
    max_size=6,
    unique_by=lambda target: (target.society, target.channel, target.locale),
)
DAYS = st.dates(date(2026, 1, 1), date(2032, 12, 31))


def made(slots: list[Slot], targets: list[Target], day: date = WORLD_DAY) -> tuple[Delivery, ...]:
    return plan("myths", "author", day, slots, targets, POST_UNTIL)


@settings(max_examples=60, deadline=None)
@given(SLOTS, TARGETS, DAYS)
def test_every_slot_goes_to_every_target_once(
    slots: list[Slot], targets: list[Target], day: date
) -> None:
    found = made(slots, targets, day)
    pairs = {(one.card, one.society, one.channel, one.locale) for one in found}
    assert len({one.id for one in found}) == len(found) == len(slots) * len(targets)
    assert pairs == {
        (slot.card, target.society, target.channel, target.locale)
        for slot in slots
        for target in targets
    }
    assert found == made(slots, targets, day)
    assert set(found) == set(made(slots[::-1], targets[::-1], day))
    assert list(found) == sorted(found, key=lambda one: (one.due_at, one.id))


@settings(max_examples=60, deadline=None)
@given(SLOTS, TARGETS, DAYS)
def test_the_wall_is_kept_and_the_instant_is_right(
    slots: list[Slot], targets: list[Target], day: date
) -> None:
    by_card = {slot.card: slot for slot in slots}
    for one in made(slots, targets, day):
        slot = by_card[one.card]
        assert one.wall == datetime.combine(day, slot.time) + timedelta(days=slot.day)
        assert one.due_at == _first_showing(one.wall, one.zone)
        assert one.due_at.tzinfo is UTC
        assert one.due_at + PUNCTUAL <= one.expires_at


def _first_showing(wall: datetime, name: str) -> datetime:
    """By trying every offset in use around that day: the first instant that shows the wall time,
    or, where none does, the one that the offset before the jump gives."""
    around = [
        (wall + timedelta(hours=hours)).replace(tzinfo=UTC).astimezone(zone(name)).utcoffset()
        for hours in range(-36, 37)
    ]
    offsets = [offset for offset in around if offset is not None]
    candidates = sorted({(wall - offset).replace(tzinfo=UTC) for offset in offsets})
    for instant in candidates:
        if instant.astimezone(zone(name)).replace(tzinfo=None) == wall:
            return instant
    return (wall - offsets[0]).replace(tzinfo=UTC)


def test_in_all_zones_the_wall_shows_the_planned_time() -> None:
    targets = [Target(name, "feed", "memory", "en_GB", name) for name in ZONES]
    found = made([Slot(0, time(9, 0), "card")], targets)
    assert len(found) == len(ZONES) >= 418
    for one in found:
        assert one.due_at.astimezone(zone(one.zone)).replace(tzinfo=None) == one.wall
    span = found[-1].due_at - found[0].due_at
    assert span == timedelta(hours=26)  # Etc/GMT-14 to Etc/GMT+12


def test_the_id_is_the_documented_one() -> None:
    """Worked out apart with `sha256sum` and `base32`: it is the idempotency key, for ever."""
    assert (
        delivery_id("myths", "card", "it", "feed", "it", WORLD_DAY) == "dphadshpcqg27vi6knmrv3t4gc"
    )


def test_re_planning_for_another_time_keeps_the_id() -> None:
    [one] = made([Slot(0, time(9, 0), "card")], [ROME])
    [moved] = made([Slot(-1, time(12, 0), "card")], [replace(ROME, zone="Europe/Athens")])
    assert one.id == moved.id
    assert one.content_hash != moved.content_hash


def test_a_card_twice_on_a_channel_is_refused() -> None:
    slots = [Slot(0, time(9, 0), "card"), Slot(1, time(9, 0), "card")]
    with pytest.raises(PlanError, match="'card' is scheduled twice for 'it/feed' in it"):
        made(slots, [ROME])


@pytest.mark.parametrize(
    ("late", "words"),
    [
        (LatePolicy(Late.POST_UNTIL), "schedule.late.until is missing"),
        (LatePolicy(Late.POST_UNTIL, time(9, 0)), "09:00 is not after the posting time 09:00"),
    ],
)
def test_a_last_moment_that_is_none_is_refused(late: LatePolicy, words: str) -> None:
    with pytest.raises(PlanError, match=words):
        plan("myths", "author", WORLD_DAY, [Slot(0, time(9, 0), "card")], [ROME], late)


@pytest.mark.parametrize(
    ("late", "expires"),
    [
        (POST_UNTIL, datetime(2027, 7, 30, 18, 0, tzinfo=UTC)),
        (LatePolicy(Late.HOLD), datetime(2027, 7, 30, 7, 15, tzinfo=UTC)),
        (LatePolicy(Late.SKIP, time(20, 0)), datetime(2027, 7, 30, 7, 15, tzinfo=UTC)),
    ],
)
def test_the_last_moment(late: LatePolicy, expires: datetime) -> None:
    [one] = plan("myths", "author", WORLD_DAY, [Slot(0, time(9, 0), "card")], [ROME], late)
    assert (one.expires_at, one.late) == (expires, late.policy)


def test_a_last_moment_inside_a_gap_still_leaves_time() -> None:
    """02:30 does not exist that night and becomes 03:30, which is after 03:00."""
    slot, late = Slot(0, time(2, 30), "card"), LatePolicy(Late.POST_UNTIL, time(3, 0))
    [one] = plan("myths", "author", date(2027, 3, 28), [slot], [ROME], late)
    assert one.expires_at == one.due_at + PUNCTUAL


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(UnknownZone, match="Europe/Rom'"):
        made([Slot(0, time(9, 0), "card")], [replace(ROME, zone="Europe/Rom")])


NINE = time(9, 0)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
BREAK = Days(weekend=frozenset({4, 5}), on_weekend=Rule.BEFORE, quiet=Quiet(time(18), time(7)))
CAIRO = Target("eg", "feed", "memory", "ar", "Africa/Cairo")


@settings(max_examples=60)
@given(SLOTS, TARGETS, DAYS)
def test_a_plan_is_what_deriving_it_anew_gives(
    slots: list[Slot], targets: list[Target], day: date
) -> None:
    for one in made(slots, targets, day):
        assert (one.tzdata, one.gap, one.fold) == (tzdata_version(), "later", "earlier")
        stale = replace(one, due_at=LONG_AGO, expires_at=LONG_AGO, tzdata="1999a")
        again = derive(stale)
        assert (again, again.tzdata) == (one, one.tzdata)


def test_deriving_follows_the_policies_of_the_delivery() -> None:
    """Clocks in Rome skip 02:30 on 28 March 2027 and show it twice on 31 October 2027."""
    slot, late = Slot(0, time(2, 30), "card"), LatePolicy(Late.HOLD)
    [gap] = plan("myths", "author", date(2027, 3, 28), [slot], [ROME], late)
    [fold] = plan("myths", "author", date(2027, 10, 31), [slot], [ROME], late)
    assert (gap.due_at.hour, derive(replace(gap, gap="earlier")).due_at.hour) == (1, 0)
    assert (fold.due_at.hour, derive(replace(fold, fold="later")).due_at.hour) == (0, 1)


def test_the_last_moment_is_kept_as_a_time_on_the_wall() -> None:
    [one] = made([Slot(0, NINE, "card")], [ROME])
    assert one.until == datetime(2027, 7, 30, 20, 0)
    [one] = plan(
        "myths", "author", WORLD_DAY, [Slot(0, NINE, "card")], [ROME], LatePolicy(Late.HOLD)
    )
    assert one.until is None


def test_days_are_the_societys_own() -> None:
    """Friday, 23 July 2027: off in Egypt, not in Italy."""
    slots, days = [Slot(-7, NINE, "card")], {"eg": BREAK}
    found = plan("myths", "author", WORLD_DAY, slots, [ROME, CAIRO], POST_UNTIL, days)
    assert {one.society: one.wall for one in found} == {
        "it": datetime(2027, 7, 23, 9),
        "eg": datetime(2027, 7, 22, 9),
    }
    assert {one.society: one.until for one in found} == {
        "it": datetime(2027, 7, 23, 20),
        "eg": datetime(2027, 7, 22, 18),  # then its quiet hours begin
    }
    assert all(one.due_at == _first_showing(one.wall, one.zone) for one in found)


def test_what_the_days_hold_is_held_with_the_reason_at_its_wanted_time() -> None:
    rules = Days(weekend=frozenset({5}), on_weekend=Rule.ASK)
    slots = [Slot(0, NINE, "friday"), Slot(1, NINE, "saturday")]
    spread = timedelta(minutes=30)
    friday, saturday = plan(
        "myths", "author", WORLD_DAY, slots, [ROME], POST_UNTIL, {"it": rules}, spread
    )
    assert friday.held == ()
    [reason] = saturday.held
    assert reason.startswith("it: 2027-07-31 is a weekend day and the rule is to ask: ")
    assert saturday.wall == datetime(2027, 7, 31, 9)
    assert not replace(saturday, content=None).ready


@settings(max_examples=60)
@given(
    st.integers(0, 60),
    st.builds(time, st.integers(7, 17), st.integers(0, 59)),
    st.sampled_from(list(Late)),
)
def test_a_spread_stays_within_its_bounds(minutes: int, at: time, policy: Late) -> None:
    spread, late = timedelta(minutes=minutes), LatePolicy(policy, time(18, 10))
    targets = [replace(CAIRO, channel=f"feed-{number}") for number in range(20)]
    days = {"eg": BREAK}
    found = plan("myths", "author", WORLD_DAY, [Slot(0, at, "card")], targets, late, days, spread)
    plain = plan("myths", "author", WORLD_DAY, [Slot(0, at, "card")], targets, late, days)
    wanted = {one.id: one.wall for one in plain}
    for one in found:
        assert timedelta(0) <= one.wall - wanted[one.id] < max(spread, timedelta(seconds=1))
        assert one.wall.date() == WORLD_DAY
        assert one.wall.time() < time(18)
        assert one.until is None or one.wall < one.until
        assert one == derive(one)
    assert len({one.wall for one in found}) > 5 or minutes < 10 or at >= time(17, 50)


@pytest.mark.parametrize("policy", [Late.HOLD, Late.SKIP])
def test_a_last_moment_is_for_nothing_that_may_not_be_late(policy: Late) -> None:
    slots, late = [Slot(0, NINE, f"card-{n}") for n in range(5)], LatePolicy(policy, time(8))
    spread = timedelta(minutes=20)
    found = plan("myths", "author", WORLD_DAY, slots, [ROME], late, {"it": BREAK}, spread)
    assert all(one.held == () and one.until is None for one in found)
    assert len({one.wall for one in found}) > 1


def test_a_spread_is_the_same_whatever_else_is_planned() -> None:
    spread = timedelta(minutes=20)
    slots = [Slot(day, NINE, f"card{day}") for day in range(3)]
    alone = plan("myths", "author", WORLD_DAY, slots[:1], [ROME], POST_UNTIL, None, spread)
    among = plan("myths", "author", WORLD_DAY, slots, [ROME, CAIRO], POST_UNTIL, None, spread)
    assert set(alone) <= set(among)
    assert alone[0].wall.second or alone[0].wall.minute


@pytest.mark.parametrize("spread", [APART + timedelta(seconds=1), timedelta(seconds=-1)])
def test_a_spread_longer_than_an_hour_is_refused(spread: timedelta) -> None:
    with pytest.raises(PlanError, match=r"schedule.spread is .*: write 60 min at most"):
        plan("myths", "author", WORLD_DAY, [], [], POST_UNTIL, None, spread)
