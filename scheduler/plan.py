"""A relative schedule times channels: which delivery goes out where and when.

Pure: same input, same deliveries, in the same order. The shell maps campaigns and societies onto
:class:`Slot`, :class:`Target` and :class:`~scheduler.days.Days`, so the plan knows neither, and
fills in the content afterwards with ``dataclasses.replace``. What the days already hold stays held.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from scheduler.days import APART, Days, Placed, offset, place
from scheduler.delivery import Delivery, Late, delivery_id
from scheduler.zones import Fold, Gap, ZoneData, packaged

PUNCTUAL = timedelta(minutes=15)
"""How long a delivery that may not be late still counts as on time: room for a retry or two."""
_EVERY_DAY = Days()
_GAP: Gap = "later"
_FOLD: Fold = "earlier"


class PlanError(ValueError):
    """The schedule contradicts itself."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A card on a day: ``day`` counts from the observance, ``time`` is on the wall there."""

    day: int
    time: time
    card: str

    def wanted(self, occurrence: date) -> datetime:
        """Its time on the wall, before any rule about days."""
        return datetime.combine(occurrence + timedelta(days=self.day), self.time)


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
    days: Mapping[str, Days] | None = None,
    spread: timedelta = timedelta(0),
) -> tuple[Delivery, ...]:
    """Every slot on every target exactly once, without content, sorted by instant and id.

    ``days`` are the rules of societies about days and hours, by id; a society that is not in it
    posts on every day. ``spread`` puts each delivery up to so much later, by its id, that a big
    wave does not reach a platform in one instant: never past the last moment or into quiet hours.

    Raises :class:`PlanError` when two deliveries would be the same, a last moment comes before
    its time or a spread is longer than :data:`~scheduler.days.APART`, and
    :class:`~scheduler.zones.UnknownZone`.
    """
    if not timedelta(0) <= spread <= APART:
        raise PlanError(f"campaign '{campaign}': schedule.spread is {spread}: write 60 min at most")
    series = _Series(campaign, author, occurrence, late, spread)
    wanted = [(slot, slot.wanted(occurrence)) for slot in slots]
    places: dict[str, Mapping[datetime, Placed]] = {}
    found: dict[str, Delivery] = {}
    for target in targets:
        rules = (days or {}).get(target.society, _EVERY_DAY)
        if target.society not in places:
            walls = (wall for _, wall in wanted)
            places[target.society] = place(target.society, occurrence, walls, rules, series.until)
        for slot, wall in wanted:
            placed = places[target.society][wall]
            delivery = series.delivery(slot.card, target, placed, rules)
            if delivery.id in found:
                raise PlanError(
                    f"campaign '{campaign}': card '{slot.card}' is scheduled twice for "
                    f"'{delivery.account}' in {target.locale}: a card goes out once a channel"
                )
            found[delivery.id] = delivery
    return tuple(sorted(found.values(), key=lambda one: (one.due_at, one.id)))


def derive(delivery: Delivery, data: ZoneData | None = None) -> Delivery:
    """The delivery with its instants worked out anew from its times on the wall.

    By ``data``, a release of the zone data; by the one in force when none is given. The plan
    derives in the same way, so that a delivery planned today and one derived anew today agree.
    """
    data = data or packaged()
    due_at, expires_at = _instants(
        data, delivery.wall, delivery.until, delivery.zone, delivery.gap, delivery.fold
    )
    return replace(delivery, due_at=due_at, expires_at=expires_at, tzdata=data.version)


def _instants(
    data: ZoneData, wall: datetime, until: datetime | None, zone: str, gap: Gap, fold: Fold
) -> tuple[datetime, datetime]:
    """When it is due and when it is too late, in UTC; never before it has had its time."""
    due_at = data.resolve(wall, zone, gap=gap, fold=fold)
    punctual = due_at + PUNCTUAL
    if until is None:
        return due_at, punctual
    return due_at, max(data.resolve(until, zone, gap=gap, fold=fold), punctual)


@dataclass(frozen=True, slots=True)
class _Series:
    """What all deliveries of one plan share."""

    campaign: str
    author: str
    occurrence: date
    late: LatePolicy
    spread: timedelta

    @property
    def until(self) -> time | None:
        """The time of the day after which it is too late; None where it may not be late at all."""
        return self.late.until if self.late.policy is Late.POST_UNTIL else None

    def delivery(self, card: str, target: Target, placed: Placed, days: Days) -> Delivery:
        """The delivery of this card to this target, derived."""
        id_ = delivery_id(
            self.campaign, card, target.society, target.channel, target.locale, self.occurrence
        )
        until = self._until(placed.wall, days)
        wall = placed.wall if placed.held else self._spread(id_, placed.wall, days)
        data = packaged()
        due_at, expires_at = _instants(data, wall, until, target.zone, _GAP, _FOLD)
        return Delivery(
            id=id_,
            campaign=self.campaign,
            card=card,
            society=target.society,
            channel=target.channel,
            platform=target.platform,
            locale=target.locale,
            occurrence=self.occurrence,
            wall=wall,
            zone=target.zone,
            due_at=due_at,
            expires_at=expires_at,
            late=self.late.policy,
            author=self.author,
            held=placed.held,
            until=until,
            gap=_GAP,
            fold=_FOLD,
            tzdata=data.version,
        )

    def _spread(self, delivery_id: str, wall: datetime, days: Days) -> datetime:
        room = days.end(wall, self.until) - wall
        return wall + offset(delivery_id, min(self.spread, room))

    def _until(self, wall: datetime, days: Days) -> datetime | None:
        """Its last moment on the wall, before quiet hours."""
        if self.late.policy is not Late.POST_UNTIL:
            return None
        if self.until is None:
            raise PlanError(
                f"campaign '{self.campaign}': schedule.late.until is missing: write '20:00'"
            )
        if self.until <= wall.time():
            raise PlanError(
                f"campaign '{self.campaign}': schedule.late.until {self.until:%H:%M} is not after "
                f"the posting time {wall:%H:%M}: choose a later time of the same day"
            )
        return days.end(wall, self.until)
