"""A card in one locale, finished; or the reasons why it is held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from locales.placeholders import Direction


@dataclass(frozen=True)
class LocalisedCard:
    """Everything a picture and a post text say, with figures, dates and names put in.

    ``slides`` has one mapping a picture, from slot name to text: the fields the picture shows,
    ``label_<name>``, ``source_line``, ``society``, ``hashtag``; ``items`` (lines) and ``item_1``..;
    for carousels ``count``, ``total`` and ``counter``; with a helpline ``helpline`` and
    ``helpline_name``, and ``sample_note`` when the line is only a sample; ``label`` (what the card
    is), ``facts`` (lines: when, where, how), ``told``, ``photo_line`` and ``kind_<kind>``.

    ``texts`` is for post texts: all fields (``item_1``, ``slides_1_heading``), ``call``,
    ``campaign_title``, ``title`` (the card's own, else the campaign's), ``day_name``, ``date``,
    ``sources``, ``hashtags``, ``society`` and the labels. ``more``, ``helpline``,
    ``helpline_name``, ``helpline_text`` and ``sample_note`` are always there, perhaps empty.

    ``alts`` has one description a picture, saying every word of it. ``hashtags`` are without
    ``#``. ``figures`` are ids of the figures register; ``helpline`` is the id of the line shown,
    or empty. ``locale`` is that of the catalogues used; ``formats`` that of numbers and dates.
    ``since`` and ``until`` are the first and last day on which the card makes sense, where it has
    such days.
    """

    campaign: str
    card: str
    kind: str
    layout: str
    locale: str
    language: str
    formats: str
    direction: Direction
    slides: tuple[Mapping[str, str], ...]
    texts: Mapping[str, str]
    alts: tuple[str, ...]
    hashtags: tuple[str, ...]
    reviewed: bool
    figures: tuple[str, ...]
    helpline: str
    since: date | None = None
    until: date | None = None

    def out_of_time(self, day: date) -> str:
        """Why the card may not be posted on this day: what it tells of is over, or still to come.
        An empty text when it may."""
        if self.until is not None and day > self.until:
            return f"what it announces is over since {self.until}; change the date or take it out"
        if self.since is not None and day < self.since:
            return f"what it looks back at is only on {self.since}; post it later"
        return ""


@dataclass(frozen=True)
class Held:
    """A card that may not go out in this locale, and why: one line a reason."""

    campaign: str
    card: str
    locale: str
    reasons: tuple[str, ...]
