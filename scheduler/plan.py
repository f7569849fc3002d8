"""A relative schedule times channels: which delivery goes out where and when.

Pure: same input, same deliveries, in the same order. The shell maps campaigns and societies onto
:class:`Slot` and :class:`Target`, so the plan knows neither, and fills in the content afterwards
with ``dataclasses.replace``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from scheduler.delivery import Delivery, Late, delivery_id
from scheduler.zones import resolve

PUNCTUAL = timedelta(minutes=15)
"""How long a delivery that may not be late still counts as on time: room for a retry or two."""


class PlanError(ValueError):
    """The schedule contradicts itself."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A card on a day: ``day`` counts from the observance, ``time`` is on the wall there."""

    day: int
    time: time
    card: str


@dataclass(frozen=True, slots=True)
class Target:
    """A channel of a society: one account on one platform, in one locale, in one zone."""

    society: str
    channel: str
    platform: str
    locale: str
    zone: str


@dataclass(frozen=True, slots=True)
class LatePolicy:
    """What to do when it is late.

    ``until`` is for ``post_until`` alone: the local time of the same day after which the
    delivery is missed. The other two count as late :data:`PUNCTUAL` after their time.
    """

    policy: Late = Late.HOLD
    until: time | None = None


def plan(
    campaign: str,
    author: str,
    occurrence: date,
    slots: Iterable[Slot],
    targets: Iterable[Target],
    late: LatePolicy,
) -> tuple[Delivery, ...]:
    """Every slot on every target exactly once, without content, sorted by instant and id.

    Raises :class:`PlanError` when two deliveries would be the same or a last moment comes before
    its time, and :class:`~scheduler.zones.UnknownZone`.
    """
    wanted = list(targets)
    found: dict[str, Delivery] = {}
    for slot in slots:
        for target in wanted:
            delivery = _delivery(campaign, author, occurrence, slot, target, late)
            if delivery.id in found:
                raise PlanError(
                    f"campaign '{campaign}': card '{slot.card}' is scheduled twice for "
                    f"'{delivery.account}' in {target.locale}: a card goes out once a channel"
                )
            found[delivery.id] = delivery
    return tuple(sorted(found.values(), key=lambda one: (one.due_at, one.id)))


def _delivery(
    campaign: str, author: str, occurrence: date, slot: Slot, target: Target, late: LatePolicy
) -> Delivery:
    wall = datetime.combine(occurrence + timedelta(days=slot.day), slot.time)
    due_at = resolve(wall, target.zone)
    return Delivery(
        id=delivery_id(
            campaign, slot.card, target.society, target.channel, target.locale, occurrence
        ),
        campaign=campaign,
        card=slot.card,
        society=target.society,
        channel=target.channel,
        platform=target.platform,
        locale=target.locale,
        occurrence=occurrence,
        wall=wall,
        zone=target.zone,
        due_at=due_at,
        expires_at=_expiry(campaign, wall, due_at, target.zone, late),
        late=late.policy,
        author=author,
    )


def _expiry(
    campaign: str, wall: datetime, due_at: datetime, zone: str, late: LatePolicy
) -> datetime:
    """The last moment, in UTC; never before the delivery has had its time."""
    if late.policy is not Late.POST_UNTIL:
        return due_at + PUNCTUAL
    if late.until is None:
        raise PlanError(f"campaign '{campaign}': schedule.late.until is missing: write '20:00'")
    if late.until <= wall.time():
        raise PlanError(
            f"campaign '{campaign}': schedule.late.until {late.until:%H:%M} is not after the "
            f"posting time {wall:%H:%M}: choose a later time of the same day"
        )
    return max(resolve(datetime.combine(wall.date(), late.until), zone), due_at + PUNCTUAL)
