"""Catalogues of a workspace: kept in step with its campaigns, and counted by card."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from campaigns.model import Campaign
from clarion.errors import ClarionError
from clarion.press import Job
from clarion.wiring import Studio
from locales import Held
from locales.catalogue import SHIPPED, catalogue_path
from locales.extract import SHARED
from locales.formats import FormatsError, parse
from locales.update import update


@dataclass(frozen=True)
class Coverage:
    """One campaign in one locale: cards that could go out, of all, and why not the others."""

    campaign: str
    locale: str
    ready: int
    cards: int
    state: str
    why: str

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def update_workspace(
    studio: Studio, locales: Sequence[str], campaigns: Sequence[str]
) -> list[Path]:
    """Write the catalogues of the workspace's own campaigns, and for a language that does not ship
    those of all that is chosen; returns the files that changed. A new language has to be named.
    Raises :class:`ClarionError`."""
    root = studio.settings.workspace / "locales"
    chosen = studio.campaigns(campaigns)
    own = [c for c in chosen if c.file.is_relative_to(studio.settings.workspace)]
    wanted = _known(studio, locales) or _begun(studio)
    source = (campaign.source_locale for campaign in own)
    try:
        changed = update(
            studio.library, root, tuple(dict.fromkeys((*source, *wanted))),
            domains=[campaign.id for campaign in own],
        )  # fmt: skip
        for locale in wanted:
            unshipped = [
                domain
                for domain in (*(c.id for c in chosen if c not in own), SHARED)
                if not catalogue_path(SHIPPED, locale, domain).is_file()
            ]
            changed += update(studio.library, root, (locale,), domains=unshipped)
    except OSError as error:
        raise ClarionError(
            f"{error.filename or root}: {error.strerror}; give write permission or free some space"
        ) from error
    return changed


def coverage(studio: Studio, campaigns: Sequence[str], today: date) -> list[Coverage]:
    """A row per campaign and locale the societies use, as things stand on this day."""
    return [
        row for campaign in studio.campaigns(campaigns) for row in _rows(studio, campaign, today)
    ]


def _begun(studio: Studio) -> tuple[str, ...]:
    """The societies' locales that ship, or that the workspace has begun to translate."""
    known = studio.press.catalogues.locales()
    used = dict.fromkeys(locale for s in studio.societies() for locale in s.locales)
    return tuple(locale for locale in used if locale in known)


def _known(studio: Studio, locales: Sequence[str]) -> Sequence[str]:
    """The locales, each of which a society uses or CLDR knows."""
    used = {locale for s in studio.library.societies.values() for locale in s.locales}
    for locale in locales:
        try:
            if locale not in used:
                parse(locale)
        except FormatsError as error:
            raise ClarionError(
                f"there is no locale '{locale}'; write one such as fr, pt_PT or sr_Latn, or give "
                "it to a society first"
            ) from error
    return locales


def _rows(studio: Studio, campaign: Campaign, today: date) -> Iterator[Coverage]:
    seen: set[str] = set()
    reading = studio.press.reading()
    day = studio.library.observances[campaign.observance].on_or_after(today)
    for society in studio.societies():
        for locale in society.locales:
            if locale in seen:
                continue
            seen.add(locale)
            done = [
                reading.localise(Job(campaign, card, society, locale, day))
                for card in campaign.cards
            ]
            held = [one for one in done if isinstance(one, Held)]
            ready = [one for one in done if not isinstance(one, Held)]
            reviewed = bool(ready) and all(one.reviewed for one in ready)
            yield Coverage(
                campaign=campaign.id,
                locale=locale,
                ready=len(ready),
                cards=len(done),
                state="reviewed" if reviewed else "draft" if ready else "held",
                why=held[0].reasons[0] if held else "",
            )
