"""Content findings: what loads but should not go out as it is.

Each rule has an id; errors hold a card, warnings inform. Language rules per language are the
business of the terminology lists; here are the rules about facts, figures and form.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from campaigns.errors import Place, one_line
from campaigns.figures import AHEAD, stale, uncounted
from campaigns.graphemes import length
from campaigns.hashtags import doubt
from campaigns.library import Library
from campaigns.model import Campaign, Card, Message
from campaigns.pictures import picture_faults
from campaigns.risk import risk_problem
from campaigns.rules import Level, read_rules

__all__ = [
    "ALLOWED_PLACEHOLDERS", "PLACEHOLDER", "RULES", "Finding", "Level", "card_errors", "length",
    "placeholders", "review",
]  # fmt: skip

RULES = read_rules(Path(__file__).with_name("rules.toml"))
"""What is looked for in a campaign, by id. Rules about pictures stand in ``pictures.yaml``."""

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_SMALL = "one|two|three|four|five|six|seven|eight|nine|ten"
_IN_WORDS = re.compile(
    r"\b(?:(?:m|b)illions?|thousands"
    rf"|per ?cent|(?:{_SMALL}) (?:in|out of)(?: every)? (?:{_SMALL}))\b",
    re.IGNORECASE,
)
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
    why: str = ""

    def __str__(self) -> str:
        return one_line(
            f"{self.place}: {self.level} {self.rule} {self.field}: {self.problem}; {self.remedy}"
        )

    def as_dict(self) -> dict[str, str | int]:
        """Plain values."""
        return {
            "file": str(self.place.file), "line": self.place.line, "rule": self.rule,
            "level": self.level, "field": self.field, "problem": self.problem, "why": self.why,
            "remedy": self.remedy,
        }  # fmt: skip


def review(campaign: Campaign, library: Library) -> list[Finding]:
    """All findings of a campaign, in the order of its file."""
    found: list[Finding] = []
    for card in campaign.cards:
        found.extend(_card_findings(card, library))
        found.extend(_count_findings(card, library, campaign.source_locale))
    for message in campaign.messages():
        found.extend(_message_findings(message))
    found.extend(_call_findings(campaign))
    found.extend(_word_findings(campaign))
    found.extend(_schedule_findings(campaign))
    found.extend(_risk_findings(campaign, library))
    found.extend(_hashtag_findings(campaign))
    return sorted(found, key=lambda finding: (finding.place.line, finding.rule))


def _hashtag_findings(campaign: Campaign) -> Iterator[Finding]:
    for tag in campaign.hashtags:
        if (wrong := doubt(tag)) is not None:
            place = Place(campaign.file)
            yield _found(place, "hashtag-words", "hashtags", wrong.problem, wrong.remedy)


def _risk_findings(campaign: Campaign, library: Library) -> Iterator[Finding]:
    if problem := risk_problem(campaign, library.signatures):
        yield _found(campaign.risk.place, "risk-note", "risk", *problem)


def stale_findings(
    campaign: Campaign, library: Library, today: date, ahead: int = AHEAD
) -> Iterator[Finding]:
    """A warning for each card that prints a figure past its review date, or within ``ahead`` days
    of it."""
    found = {one.figure.id: one for one in stale(library.figures, today, ahead)}
    for card in campaign.cards:
        for name in dict.fromkeys(card.figures.values()):
            if name in found:
                yield _found(card.place, "figure-stale", card.id, str(found[name]))


def card_errors(card: Card, library: Library, source_locale: str = "en_GB") -> list[Finding]:
    """What must be mended before this card may go out."""
    found = [*_card_findings(card, library), *_count_findings(card, library, source_locale)]
    for message in card.fields.values():
        found.extend(_message_findings(message))
    return [finding for finding in found if finding.level == "error"]


def campaign_errors(campaign: Campaign) -> list[Finding]:
    """What must be mended in the texts that stand in every post, before any card may go out."""
    found = list(_call_findings(campaign))
    for message in (campaign.title, campaign.call):
        found.extend(_message_findings(message))
    return [finding for finding in found if finding.level == "error"]


def placeholders(text: str) -> frozenset[str]:
    """The names between braces."""
    return frozenset(PLACEHOLDER.findall(text))


def _card_findings(card: Card, library: Library) -> Iterator[Finding]:
    used = frozenset().union(*(placeholders(item.text) for item in card.fields.values()))
    if card.photo is not None:
        for fault in picture_faults(card.photo, library.pictures):
            place, field = card.photo.place, f"{card.id}.photo"
            yield Finding(place, fault.rule, "error", field, fault.problem, fault.remedy)
    for name in card.figures:
        if name not in used:
            yield _found(
                card.place, "figure-unused", card.id,
                f"names the figure '{name}' but no text shows it", "remove it or show it",
            )  # fmt: skip
    for name in used:
        if name.startswith("figure") and name not in card.figures:
            yield _found(
                card.place, "figure-missing", card.id,
                f"shows {{{name}}} without naming a figure", f"add 'figures: {{{name}: F02}}'",
            )  # fmt: skip
    if "year" in used and "figure" not in card.figures:
        yield _found(
            card.place, "year-without-figure", card.id,
            "shows {year} without a figure", "name the figure whose year is meant",
        )  # fmt: skip
    for message in card.fields.values():
        yield from _digit_findings(card.literal_numbers, message)
    for name in card.figures.values():
        if library.figures[name].source not in card.sources:
            yield _found(
                card.place, "figure-source", card.id,
                f"prints figure {name} but not its source {library.figures[name].source}",
                "add the source to the card",
            )  # fmt: skip


def _count_findings(card: Card, library: Library, source_locale: str) -> Iterator[Finding]:
    """The words of figures.yaml are English, so only English cards can be held against them."""
    if not source_locale.startswith("en"):
        return
    text = " ".join(item.text for name, item in card.fields.items() if name != "more")
    for name in dict.fromkeys(card.figures.values()):
        if words := uncounted(text, library.figures[name]):
            yield _found(
                card.place, "figure-counts", card.id,
                f"prints figure {name} without saying whom it counts",
                f"write '{words[0]}' or a word like it on the card",
            )  # fmt: skip


def _call_findings(campaign: Campaign) -> Iterator[Finding]:
    """A telephone number in the call would stand in every post, and nobody would verify it."""
    literal = [number for card in campaign.cards for number in card.literal_numbers]
    for message in (campaign.title, campaign.call):
        yield from _digit_findings(literal, message)


def _word_findings(campaign: Campaign) -> Iterator[Finding]:
    if not campaign.source_locale.startswith("en"):
        return
    for message in campaign.messages():
        if "{figure" not in message.text and (said := _IN_WORDS.search(message.text)):
            problem = f"says '{said[0]}' and shows no figure"
            yield _found(message.place, "number-in-words", message.context, problem)


def _digit_findings(literal: Iterable[str], message: Message) -> Iterator[Finding]:
    text = PLACEHOLDER.sub("", message.text)
    for number in literal:
        text = re.sub(rf"(?<!\d){re.escape(number)}(?!\d)", "", text)
    if any(unicodedata.category(sign) in ("Nd", "No") for sign in text):
        yield _found(
            message.place, "number-in-text", message.context,
            "holds a number of its own",
            "take it from figures.yaml, or list it under literal_numbers",
        )  # fmt: skip


def _message_findings(message: Message) -> Iterator[Finding]:
    size = length(message.text)
    if size > message.max:
        yield _found(
            message.place, "too-long", message.context,
            f"has {size} characters of {message.max}", "shorten it",
        )  # fmt: skip
    for name in sorted(placeholders(message.text) - ALLOWED_PLACEHOLDERS):
        yield _found(
            message.place, "placeholder-unknown", message.context,
            f"uses {{{name}}}", f"use one of {', '.join(sorted(ALLOWED_PLACEHOLDERS))}",
        )  # fmt: skip
    if any(brace in PLACEHOLDER.sub("", message.text) for brace in "{}"):
        yield _found(
            message.place, "brace-alone", message.context,
            "has a brace without its partner", "write placeholders as {name}",
        )  # fmt: skip


def _schedule_findings(campaign: Campaign) -> Iterator[Finding]:
    planned = [card for slot in campaign.schedule.slots for card in slot.cards]
    for card in campaign.cards:
        times = planned.count(card.id)
        if times == 0:
            yield _found(
                card.place, "unscheduled", card.id,
                "is in no day of the schedule", "add it to schedule.days",
            )  # fmt: skip
        if times > 1:
            yield _found(
                card.place, "scheduled-twice", card.id,
                f"stands on {times} days; a card is posted once", "keep one day",
            )  # fmt: skip


def _found(place: Place, rule: str, field: str, problem: str, remedy: str = "") -> Finding:
    known = RULES[rule]
    return Finding(place, rule, known.level, field, problem, remedy or known.remedy, known.why)
