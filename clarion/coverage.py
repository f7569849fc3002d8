"""How many cards each language can carry today, and what keeps the others back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from campaigns.model import Campaign, Card, Society
from campaigns.pictures import consent_problems
from campaigns.risk import risk_problem
from clarion.gate import Gate
from clarion.press import SAMPLE, Job, Reading
from clarion.wiring import Studio
from locales import Held
from locales.standing import CardState, standing

MESSAGES = ("reviewed", "translated", "draft", "fuzzy", "missing")
"""What a message can be, the best first."""


@dataclass(frozen=True)
class Reason:
    """Why cards may not be posted: how many, and the messages it is about, if any."""

    why: str
    cards: int
    messages: tuple[str, ...]


@dataclass(frozen=True)
class Coverage:
    """One campaign in one locale. ``publishable`` cards could be posted on that day, ``ready`` ones
    at least be looked at; ``states`` is each card's, ``messages`` counts those the cards need."""

    campaign: str
    locale: str
    publishable: int
    ready: int
    cards: int
    states: dict[str, CardState]
    messages: dict[str, int]
    reasons: tuple[Reason, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


@dataclass(frozen=True)
class _Seen:
    """One card: its state, what keeps it back, and the states of its messages."""

    state: CardState
    ready: bool
    why: dict[str, tuple[str, ...]]
    messages: dict[str, str]


def coverage(studio: Studio, campaigns: Sequence[str], today: date) -> list[Coverage]:
    """A row per campaign and locale the societies use, as things stand on this day."""
    reading = studio.press.reading()
    speakers: dict[str, Society] = {}
    for society in studio.societies():
        for locale in society.locales:
            speakers.setdefault(locale, society)
    return [
        _row(campaign, locale, [*_seen(studio, reading, campaign, society, locale, today)])
        for campaign in studio.campaigns(campaigns)
        for locale, society in speakers.items()
    ]


def _row(campaign: Campaign, locale: str, seen: list[_Seen]) -> Coverage:
    cards = Counter(why for one in seen for why in one.why)
    about: dict[str, dict[str, None]] = {}
    for one in seen:
        for why, names in one.why.items():
            about.setdefault(why, {}).update(dict.fromkeys(names))
    messages = {name: state for one in seen for name, state in one.messages.items()}
    counts = Counter(messages.values())
    order = sorted(cards, key=lambda why: (why == "not reviewed", -cards[why]))
    return Coverage(
        campaign=campaign.id,
        locale=locale,
        publishable=sum(not one.why for one in seen),
        ready=sum(one.ready for one in seen),
        cards=len(seen),
        states={card.id: one.state for card, one in zip(campaign.cards, seen, strict=True)},
        messages={state: counts[state] for state in MESSAGES},
        reasons=tuple(Reason(why, cards[why], tuple(about[why])) for why in order),
    )


def _seen(
    studio: Studio, reading: Reading, campaign: Campaign, society: Society, locale: str, today: date
) -> Iterator[_Seen]:
    press = studio.press
    day = press.library.observances[campaign.observance].on_or_after(today)
    for card in campaign.cards:
        found = standing(card, campaign, press.library, press.catalogues, locale)
        job = Job(campaign, card, society, locale, day)
        done = reading.localise(job)
        why = dict(found.lacking)
        state = found.state
        if isinstance(done, Held):
            why = why if set(why) - {"not reviewed"} else dict.fromkeys(done.reasons, ())
            if state in (CardState.TRANSLATED, CardState.REVIEWED):
                state = CardState.BLOCKED
        else:
            late = Gate(press).problems(replace(done, reviewed=True), job, today)
            state = CardState.EXPIRED if len(late) > (done.helpline == SAMPLE) else state
            why |= dict.fromkeys((*late, *_people(studio, campaign, card, society, today)), ())
        yield _Seen(state, not isinstance(done, Held), why, dict(found.messages))


def _people(
    studio: Studio, campaign: Campaign, card: Card, society: Society, today: date
) -> list[str]:
    """Whom the post could hurt, as the gate asks it."""
    risk = risk_problem(campaign, studio.library.signatures)
    return [*consent_problems(card, today, society.territory), *([risk[0]] if risk else [])]
