"""Catalogues of a workspace: kept in step with its campaigns, and counted by card."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from campaigns.model import Campaign
from clarion.press import Job
from clarion.wiring import Studio
from locales import Held
from locales.update import SHIPPED_LOCALES, update


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
    """Write the catalogues of the workspace's own campaigns; returns the files that changed."""
    workspace = studio.settings.workspace
    own = [c for c in studio.campaigns(campaigns) if c.file.is_relative_to(workspace)]
    wanted = locales or tuple(
        dict.fromkeys(locale for s in studio.societies() for locale in s.locales)
    )
    source = dict.fromkeys(campaign.source_locale for campaign in own)
    return update(
        studio.library,
        workspace / "locales",
        tuple(dict.fromkeys((*source, *(name for name in wanted if name in SHIPPED_LOCALES)))),
        domains=[campaign.id for campaign in own],
    )


def coverage(studio: Studio, campaigns: Sequence[str]) -> list[Coverage]:
    """A row per campaign and locale the societies use."""
    return [row for campaign in studio.campaigns(campaigns) for row in _rows(studio, campaign)]


def _rows(studio: Studio, campaign: Campaign) -> Iterator[Coverage]:
    seen: set[str] = set()
    day = studio.library.observances[campaign.observance].in_year(date.today().year)  # noqa: DTZ011
    for society in studio.societies():
        for locale in society.locales:
            if locale in seen:
                continue
            seen.add(locale)
            done = [
                studio.press.localise(Job(campaign, card, society, locale, day))
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
