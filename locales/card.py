"""A card in one locale, finished; or the reasons why it is held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from locales.placeholders import Direction


@dataclass(frozen=True)
class LocalisedCard:
    """Everything a picture and a post text say, with figures, dates and names put in.

    ``slides`` has one mapping a picture, from slot name to text: the fields the picture shows,
    ``label_<name>``, ``source_line``, ``society``, ``hashtag``; ``items`` (lines) and ``item_1``..;
    for carousels ``count``, ``total`` and ``counter``; with a helpline ``helpline`` and
    ``helpline_name``, and ``sample_note`` when the line is only a sample.

    ``texts`` is for post texts: all fields (``item_1``, ``slides_1_heading``), ``call``,
    ``campaign_title``, ``title`` (the card's own, else the campaign's), ``day_name``, ``date``,
    ``sources``, ``hashtags``, ``society`` and the labels. ``more``, ``helpline``,
    ``helpline_name``, ``helpline_text`` and ``sample_note`` are always there, perhaps empty.

    ``alts`` has one description a picture, saying every word of it. ``hashtags`` are without
    ``#``. ``figures`` are ids of the figures register; ``helpline`` is the id of the line shown,
    or empty. ``locale`` is that of the catalogues used; ``formats`` that of numbers and dates.
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


@dataclass(frozen=True)
class Held:
    """A card that may not go out in this locale, and why: one line a reason."""

    campaign: str
    card: str
    locale: str
    reasons: tuple[str, ...]
