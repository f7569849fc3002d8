"""What a figure asks of the card that prints it: to be in date, and to say what was counted.

Detected, estimated and recorded people are different things: a card that prints the number without
the word says something else than its source.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from campaigns.records import Figure

AHEAD = 60
"""How many days before its review date a figure is spoken of."""

_COUNTED = {
    "detected": "detect", "identified": "identif", "estimated": "estimat", "registered": "regist",
    "reported": "report", "recorded": "record", "convicted": "convict", "confirmed": "confirm",
    "suspected": "suspect", "assisted": "assist",
}  # fmt: skip
"""Words that say whom a number counts, and how each begins in all its English forms."""


@dataclass(frozen=True, slots=True)
class Stale:
    """A figure that is to be looked at: ``left`` days from now, fewer than none when it is past."""

    figure: Figure
    left: int

    def __str__(self) -> str:
        word = "was" if self.left < 0 else "is"
        return f"figure {self.figure.id} {word} to be reviewed by {self.figure.review_by}"


def stale(figures: Mapping[str, Figure], today: date, ahead: int = AHEAD) -> list[Stale]:
    """The figures to be reviewed within ``ahead`` days of today, or already past; soonest first."""
    left = (Stale(figure, (figure.review_by - today).days) for figure in figures.values())
    return sorted(
        (one for one in left if one.left <= ahead), key=lambda one: (one.left, one.figure.id)
    )


def uncounted(text: str, figure: Figure) -> tuple[str, ...]:
    """The words of ``counts``, such as "detected", of which an English text that prints the figure
    says none; empty when it says one, or there is none to say."""
    wanted = tuple(
        word for word in _COUNTED if re.search(rf"\b{word}\b", figure.counts, re.IGNORECASE)
    )
    said = any(re.search(rf"\b{_COUNTED[word]}", text, re.IGNORECASE) for word in wanted)
    return () if said else wanted
