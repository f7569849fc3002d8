"""Content findings: what loads but should not go out as it is.

Each rule has an id; errors hold a card, warnings inform. Language rules per language are the
business of the terminology lists; here are the rules about facts, figures and form.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from campaigns.errors import Place, one_line
from campaigns.library import Library
from campaigns.model import Campaign, Card, Message

Level = Literal["error", "warning"]

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
ALLOWED_PLACEHOLDERS = frozenset(
    {
        "date", "day_name", "helpline", "helpline_name", "society", "figure", "figure_2",
        "figure_3", "year", "count", "total", "source", "hashtag", "url",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend: where, which rule, what is wrong, and the way out."""

    place: Place
    rule: str
    level: Level
    field: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return one_line(
            f"{self.place}: {self.level} {self.rule} {self.field}: {self.problem}; {self.remedy}"
        )


def review(campaign: Campaign, library: Library) -> list[Finding]:
    """All findings of a campaign, in the order of its file."""
    found: list[Finding] = []
    for card in campaign.cards:
        found.extend(_card_findings(card, library))
    for message in campaign.messages():
        found.extend(_message_findings(message))
    found.extend(_schedule_findings(campaign))
    return sorted(found, key=lambda finding: (finding.place.line, finding.rule))


def card_errors(card: Card, library: Library) -> list[Finding]:
    """What must be mended before this card may go out."""
    found = [*_card_findings(card, library)]
    for message in card.fields.values():
        found.extend(_message_findings(message))
    return [finding for finding in found if finding.level == "error"]


def length(text: str) -> int:
    """Visible characters: code points less combining marks and format controls.

    An approximation of grapheme clusters that needs no tables; exact for the source language.
    """
    return sum(unicodedata.category(sign) not in ("Mn", "Me", "Cf") for sign in text)


def placeholders(text: str) -> frozenset[str]:
    """The names between braces."""
    return frozenset(PLACEHOLDER.findall(text))


def _card_findings(card: Card, library: Library) -> Iterator[Finding]:
    used = frozenset().union(*(placeholders(item.text) for item in card.fields.values()))
    for name in card.figures:
        if name not in used:
            yield Finding(
                card.place, "figure-unused", "warning", card.id,
                f"names the figure '{name}' but no text shows it", "remove it or show it",
            )  # fmt: skip
    for name in used:
        if name.startswith("figure") and name not in card.figures:
            yield Finding(
                card.place, "figure-missing", "error", card.id,
                f"shows {{{name}}} without naming a figure", f"add 'figures: {{{name}: F02}}'",
            )  # fmt: skip
    if "year" in used and "figure" not in card.figures:
        yield Finding(
            card.place, "year-without-figure", "error", card.id,
            "shows {year} without a figure", "name the figure whose year is meant",
        )  # fmt: skip
    for message in card.fields.values():
        yield from _digit_findings(card, message)
    for name in card.figures.values():
        if library.figures[name].source not in card.sources:
            yield Finding(
                card.place, "figure-source", "error", card.id,
                f"prints figure {name} but not its source {library.figures[name].source}",
                "add the source to the card",
            )  # fmt: skip


def _digit_findings(card: Card, message: Message) -> Iterator[Finding]:
    text = PLACEHOLDER.sub("", message.text)
    for number in card.literal_numbers:
        text = text.replace(number, "")
    if any(sign.isdecimal() for sign in text):
        yield Finding(
            message.place, "number-in-text", "error", message.context,
            "holds a number of its own",
            "take it from figures.yaml, or list it under literal_numbers",
        )  # fmt: skip


def _message_findings(message: Message) -> Iterator[Finding]:
    size = length(message.text)
    if size > message.max:
        yield Finding(
            message.place, "too-long", "error", message.context,
            f"has {size} characters of {message.max}", "shorten it",
        )  # fmt: skip
    for name in sorted(placeholders(message.text) - ALLOWED_PLACEHOLDERS):
        yield Finding(
            message.place, "placeholder-unknown", "error", message.context,
            f"uses {{{name}}}", f"use one of {', '.join(sorted(ALLOWED_PLACEHOLDERS))}",
        )  # fmt: skip
    if any(brace in PLACEHOLDER.sub("", message.text) for brace in "{}"):
        yield Finding(
            message.place, "brace-alone", "error", message.context,
            "has a brace without its partner", "write placeholders as {name}",
        )  # fmt: skip


def _schedule_findings(campaign: Campaign) -> Iterator[Finding]:
    planned = [card for slot in campaign.schedule.slots for card in slot.cards]
    for card in campaign.cards:
        times = planned.count(card.id)
        if times == 0:
            yield Finding(
                card.place, "unscheduled", "warning", card.id,
                "is in no day of the schedule", "add it to schedule.days",
            )  # fmt: skip
        if times > 1:
            yield Finding(
                card.place, "scheduled-twice", "error", card.id,
                f"stands on {times} days; a card is posted once", "keep one day",
            )  # fmt: skip
