"""What keeps deliveries back whatever they say themselves: stops, holds, and distances to keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from scheduler.delivery import Delivery


class Scope(StrEnum):
    """How far a stop reaches; the value is an id, or ``society/channel`` for a channel.

    ``LATE`` is the one question about a backlog: its value is an instant (:func:`moment`), and it
    covers whatever was due before.
    """

    ALL = "all"
    CAMPAIGN = "campaign"
    SOCIETY = "society"
    LOCALE = "locale"
    CHANNEL = "channel"
    LATE = "late"


def moment(at: datetime) -> str:
    """An instant as a stop's value: UTC, always of one length, so that text sorts as time does."""
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop switch that is on. ``value`` is empty for everything."""

    scope: Scope
    value: str
    by: str
    at: datetime


class HoldScope(StrEnum):
    """What a hold is about: one account (``society/channel``), every account of a platform."""

    ACCOUNT = "account"
    PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing is sent to ``value`` before ``until``; None means until somebody releases it."""

    scope: HoldScope
    value: str
    until: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class Spacing:
    """The least time between two posts of one account: ``always``, and where it is catching up,
    ``late_after`` behind its time, ``late``."""

    always: timedelta = timedelta()
    late: timedelta = timedelta()
    late_after: timedelta = timedelta(minutes=15)

    def after(self, delivery: Delivery, now: datetime) -> timedelta:
        """How long its account rests when this one is taken up now."""
        behind = now - delivery.due_at > self.late_after
        return max(self.always, self.late) if behind else self.always


@dataclass(frozen=True, slots=True)
class Traffic:
    """What an account, or all of a platform, was sent: ``sent`` are the instants of first
    attempts; ``in_hand`` is due instant and id of each that a runner has taken up to send."""

    sent: Sequence[datetime] = ()
    in_hand: Sequence[tuple[datetime, str]] = ()
