"""The plan: every slot on every target, once, at its time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.delivery import Delivery, Late, delivery_id
from scheduler.plan import PUNCTUAL, LatePolicy, PlanError, Slot, Target, plan
from scheduler.zones import UnknownZone, zone, zone_names
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
