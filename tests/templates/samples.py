"""Card texts to draw, and what a picture says about itself, for tests of layouts and pictures.

Texts here are made up to exercise a layout; shipped wording is taken from the campaigns only where
a test is about it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

from PIL import Image

from campaigns.library import Library, open_library
from campaigns.model import Campaign, Card
from locales import Catalogues, LocalisedCard, localise, open_catalogues
from rendering.asset import CardRequest
from rendering.card import Composer
from templates.layouts import CONDITIONS, Box, Element, Format, Layout, open_theme

LAYOUTS = (
    "checklist", "definition", "get_help", "message", "myth_fact", "myth_then_fact", "notice",
    "over_photo", "result", "statistic", "story", "term", "tip",
)  # fmt: skip
FORMATS = ("square", "portrait", "story", "wide", "link")
DIRECTIONS = ("ltr", "rtl")
DAY = date(2027, 7, 30)

SLOTS: dict[str, str] = {
    "body": "Ask who pays, where you will live and who keeps your passport.",
    "counter": "1 of 3",
    "fact": "Nobody can agree to being exploited.",
    "facts": "Write to us for the link.",
    "hashtag": "#EndHumanTrafficking",
    "heading": "Before you say yes",
    "helpline": "+00 000 000 000",
    "helpline_name": "Sample line",
    "items": "Ask for a contract.\nTell a friend.\nKeep your passport.",
    "kind_event": "event",
    "label": "Event",
    "label_checklist": "Checklist",
    "label_definition": "What it means",
    "label_fact": "Fact",
    "label_figure": "Key figure",
    "label_help": "Help",
    "label_law": "In law",
    "label_myth": "Myth",
    "label_plain": "In plain words",
    "label_tip": "Tip",
    "lead": "People in forced labour",
    "legal": "The law names three elements.",
    "myth": "They agreed to it.",
    "number": "3",
    "occasion": "30 July 2027, 18:00\nTown library",
    "photo_line": "",
    "plain": "Somebody gains from your work.",
    "society": "Malta Red Cross Society",
    "source_line": "Source: UNODC, 2024",
    "title": "Look twice at the offer",
    "told": "Told with consent",
    "value": "27.6 million",
}


def request(layout: str, form: str = "square", direction: str = "ltr", **slots: str) -> CardRequest:
    """A card of these texts; what is not given is from ``SLOTS``."""
    language = "ar" if direction == "rtl" else "en"
    return CardRequest(layout, form, direction, language, SLOTS | slots, "cross")


def blank(asked: CardRequest) -> CardRequest:
    """The same card without a word: its ground. What depends on a text is still there."""
    return replace(asked, slots={name: text and " " for name, text in asked.slots.items()})


def variants(layout: Layout) -> Iterator[dict[str, str]]:
    """Every way in which the layout's elements are drawn or not: with a helpline, and without."""
    yield {}
    asked = {name for e in layout.elements for name in (e.when, e.unless)}
    for name in sorted(asked - {"", *CONDITIONS}):
        yield {name: ""}


def texts(layout: Layout, asked: CardRequest) -> list[Element]:
    """The text elements of a card that has no photograph."""
    slots = dict(asked.slots) | dict.fromkeys(CONDITIONS, "")
    return [
        element
        for element in layout.elements
        if element.type == "text"
        and not (element.when and not slots[element.when])
        and not (element.unless and slots[element.unless])
    ]


def placed(box: Box, form: Format, direction: str) -> Box:
    """Left, top, right, bottom of a layout's box on a card of this direction."""
    left, top, width, height = box
    if direction == "rtl":
        left = form.width - left - width
    return left, top, left + width, top + height


@cache
def composer() -> Composer:
    """One composer of the shipped theme for all tests that only look."""
    return Composer(open_theme())


@cache
def library() -> Library:
    return open_library(None)


@cache
def catalogues() -> Catalogues:
    return open_catalogues(None)


def campaign_of(card_id: str) -> tuple[Campaign, Card]:
    """A shipped card and its campaign; the first, where both campaigns have the card."""
    for name in library().campaign_ids():
        campaign = library().campaign(name)
        if any(card.id == card_id for card in campaign.cards):
            return campaign, campaign.card(card_id)
    raise KeyError(card_id)


def shipped(card_id: str, society: str, locale: str, *, line: bool = True) -> LocalisedCard:
    """A shipped card as a society would print it, with or without the sample helpline."""
    campaign, card = campaign_of(card_id)
    done = localise(
        card,
        campaign,
        library().societies[society],
        locale,
        library(),
        catalogues(),
        observance_date=DAY,
        helpline=library().referrals["sample"] if line else None,
    )
    assert isinstance(done, LocalisedCard), done.reasons
    return done


def written(folder: Path, name: str, text: str) -> Path:
    """A workspace with this file below its ``templates``."""
    file = folder / "templates" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return folder


def colours(picture: Image.Image, box: Box) -> dict[tuple[int, int, int], int]:
    """How often each colour stands in a box given as left, top, right, bottom."""
    region = picture.crop(box)
    return {colour: count for count, colour in region.getcolors(region.width * region.height)}
