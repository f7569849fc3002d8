"""Which line each society would show on its next post that shows one, and why not another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from campaigns.model import Campaign, Card, Society
from campaigns.records import Referral, max_age
from campaigns.review import placeholders
from clarion.planning import schedule
from clarion.press import SAMPLE, Job
from clarion.wiring import Studio
from scheduler.zones import zone

_SHOWS = frozenset({"helpline", "helpline_name"})


@dataclass(frozen=True)
class Showing:
    """A society's next post of a campaign that has room for a line.

    ``line`` is the one it would show, None where the text without a line is used. ``until`` is the
    last day on which its check is fresh enough, or was, where a line only lacks a new check.
    ``problems`` are of the lines that are not shown, and of the one that is if it will not hold on
    ``on``.
    """

    society: str
    campaign: str
    on: date
    line: Referral | None
    until: date | None
    problems: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values; no number of a line that may not be shown."""
        return {
            "society": self.society,
            "campaign": self.campaign,
            "post_day": self.on.isoformat(),
            "line": self.line.id if self.line else None,
            "display": self.line.display if self.line else None,
            "verified_until": self.until.isoformat() if self.until else None,
            "problems": list(self.problems),
        }

    def due(self, today: date, days: int) -> bool:
        """Whether the check of its line runs out within so many days."""
        return self.until is not None and self.until - today <= timedelta(days=days)


def showings(
    studio: Studio, societies: Sequence[str], campaigns: Sequence[str], now: datetime
) -> list[Showing]:
    """One for each society and campaign that has such a post still before it."""
    chosen = studio.societies(societies)
    return [
        found
        for society in chosen
        for campaign in studio.campaigns(campaigns)
        for found in _showing(studio, campaign, society, now)
    ]


def _showing(
    studio: Studio, campaign: Campaign, society: Society, now: datetime
) -> Iterator[Showing]:
    today = now.astimezone(zone(society.timezone)).date()
    observance = studio.library.observances[campaign.observance]
    with_room = {card.id: card for card in campaign.cards if _has_room(campaign, card)}
    # Posts of the year's day may still be before us when the day itself is past.
    for day in (observance.in_year(today.year), observance.on_or_after(today + timedelta(days=1))):
        coming = [
            delivery
            for delivery in schedule(campaign, [society], day)
            if delivery.card in with_room and delivery.due_at >= now
        ]
        if coming:
            first = min(coming, key=lambda one: one.due_at)
            job = Job(campaign, with_room[first.card], society, first.locale, day)
            yield _shown(studio, job, first.due_at.astimezone(zone(society.timezone)).date())
            return


def _has_room(campaign: Campaign, card: Card) -> bool:
    texts = (*(message.text for message in card.fields.values()), campaign.call.text)
    return card.kind == "get_help" or any(placeholders(text) & _SHOWS for text in texts)


def _shown(studio: Studio, job: Job, on: date) -> Showing:
    line = studio.press.helpline(job)
    if line is not None and line.id == SAMPLE:
        line = None
    missing = [name for name in job.society.helplines if name not in studio.library.referrals]
    lines = studio.press.lines(job.society)
    problems = [job.line_problem(one, on) for one in lines]
    late = [one for one in lines if one.verified_on and not job.line_problem(one, one.verified_on)]
    age = max_age(job.campaign.observance)
    return Showing(
        job.society.id,
        job.campaign.id,
        on,
        line,
        max(
            (day for one in ([line] if line else late) if (day := one.last_day(age))), default=None
        ),
        (*filter(None, problems), *(f"'{name}' is not in referrals.yaml" for name in missing)),
    )
