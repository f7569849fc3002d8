"""Pictures of the cards for those who translate them: what the words look like in their place.

Each card in the language of the campaign and, as far as it is translated, in theirs. Every message
is told by a picture that shows it.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from campaigns.model import Campaign, Card, Society
from clarion.planning import Drawing
from clarion.press import Job
from clarion.wiring import Studio
from locales import Held
from locales.lookup import own_messages, shared_messages
from rendering.build import Progress
from templates.layouts import LayoutError

FOLDER = "pictures"
FORMAT = "square"

_SLIDE = re.compile(r"slides\.(\d+)\.")


@dataclass
class Album:
    """What was drawn: ``shows`` gives the picture of a message in the campaign's language, by
    domain and context; ``lacking`` says in a line each what could not be drawn."""

    shows: dict[tuple[str, str], str] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)
    lacking: list[str] = field(default_factory=list)

    def of(self, domain: str) -> dict[str, str]:
        """The pictures of one domain's messages, by context."""
        return {context: name for (own, context), name in self.shows.items() if own == domain}

    def copy_to(self, folder: Path) -> None:
        """Put the pictures there, below ``pictures``."""
        if self.files:
            (folder / FOLDER).mkdir(parents=True, exist_ok=True)
        for name, file in self.files.items():
            shutil.copyfile(file, folder / name)


def photograph(
    studio: Studio,
    campaigns: Sequence[Campaign],
    locale: str,
    today: date,
    progress: Progress | None = None,
) -> Album:
    """Draw the square pictures of these campaigns' cards in their own language and in this one."""
    album = Album()
    wanted = [
        drawing
        for campaign in campaigns
        for drawing in _drawings(studio, campaign, locale, today, album)
    ]
    requests = [one.request for one in wanted]
    _, failed = studio.press.draw(requests, studio.settings.workers, progress)
    for one in wanted:
        try:
            asset = studio.press.workshop.asset(one.request)
        except LayoutError as error:
            album.lacking.append(f"{_told(one.job)}: {error}")
            continue
        if asset.name in failed:
            album.lacking.append(f"{_told(one.job)}: {failed[asset.name]}")
        else:
            album.files[_name(one.job, one.number, asset.file.suffix)] = asset.file
    for campaign in campaigns:
        _assign(studio, campaign, album)
    return album


def _drawings(
    studio: Studio, campaign: Campaign, locale: str, today: date, album: Album
) -> Iterator[Drawing]:
    """Every picture of the campaign in both languages; what is held is noted."""
    press, reading = studio.press, studio.press.reading()
    day = studio.library.observances[campaign.observance].on_or_after(today)
    for spoken in dict.fromkeys((campaign.source_locale, locale)):
        society, held = _speaker(studio, spoken), list[str]()
        for card in campaign.cards:
            job = Job(campaign, card, society, spoken, day)
            done = reading.localise(job)
            if isinstance(done, Held):
                held.append(card.id)
                continue
            for number, request in enumerate(press.requests(job, done, FORMAT), 1):
                yield Drawing(job, done, FORMAT, number, request)
        if held:
            album.lacking.append(_waiting(campaign, spoken, held))


def _assign(studio: Studio, campaign: Campaign, album: Album) -> None:
    """Tell every message by the first picture in the campaign's language that shows it."""
    for card in campaign.cards:
        first = f"{FOLDER}/{campaign.id}.{card.id}"
        there = [name for name in album.files if _is_of(name, first, campaign.source_locale)]
        if not there:
            continue
        own = {message.context: name for name, message in card.fields.items()}
        for message in own_messages(card, campaign):
            number = _number(card, own.get(message.context, ""))
            key = campaign.id, message.context
            album.shows.setdefault(key, there[min(number, len(there)) - 1])
        for message in shared_messages(card, campaign, studio.library):
            album.shows.setdefault(("shared", message.context), there[0])


def _is_of(name: str, first: str, locale: str) -> bool:
    return re.fullmatch(rf"{re.escape(first)}(?:-\d+)?\.{locale}\.\w+", name) is not None


def _number(card: Card, field: str) -> int:
    """Which of the card's pictures shows a field, from 1."""
    if slide := _SLIDE.match(field):
        return int(slide[1])
    shown = [number for number, part in enumerate(card.parts, 1) if field in part.fields]
    return shown[0] if shown else 1


def _speaker(studio: Studio, locale: str) -> Society:
    """A society that posts in this locale, else any, made to: its name stands on the pictures."""
    societies = studio.societies()
    found = next((one for one in societies if locale in one.locales), societies[0])
    return replace(found, formats={locale: found.formats.get(locale, locale)})


def _name(job: Job, number: int, suffix: str) -> str:
    part = f"-{number}" if job.card.pictures > 1 else ""
    return f"{FOLDER}/{job.campaign.id}.{job.card.id}{part}.{job.locale}{suffix}"


def _told(job: Job) -> str:
    return f"no picture of {job.campaign.id}/{job.card.id} in {job.locale}"


def _waiting(campaign: Campaign, locale: str, cards: list[str]) -> str:
    """What a language does not carry yet, in one line however much it is."""
    named = ", ".join(cards) if len(cards) < len(campaign.cards) else "any card"
    return f"no picture of {campaign.id} in {locale} yet of {named}: texts are missing or wrong"
