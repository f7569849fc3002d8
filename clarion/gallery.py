"""A gallery to open in a browser: every card, every language, with texts to copy.

Plain files beside the assets; no server, no network. One page a society, so that a phone can
open it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError

from campaigns.model import Society
from clarion.errors import ClarionError
from clarion.press import Press, job_of
from clarion.report import Row, reason, standing
from locales import LocalisedCard
from rendering.asset import Asset
from scheduler.delivery import Entry
from templates.environment import environment

_NAMES = {"cnr": "Montenegrin"}
"""What CLDR knows under a neighbour's name only."""


@dataclass
class Gallery:
    """Writes the pages below ``folder``; ``formats`` lists the picture formats per society."""

    press: Press
    folder: Path
    formats: dict[str, tuple[str, ...]]
    workspace: Path | None = None

    def write(
        self,
        title: str,
        lead: str,
        notices: Sequence[str],
        totals: Sequence[tuple[str, int]],
        rows: Sequence[Row],
        entries: Sequence[Entry],
    ) -> Path:
        """Write index and society pages; returns the index. Raises :class:`ClarionError`."""
        pages = environment(self.workspace, html=True)
        by_society: dict[str, list[Entry]] = {}
        for entry in entries:
            by_society.setdefault(entry.delivery.society, []).append(entry)
        try:
            (self.folder / "society").mkdir(parents=True, exist_ok=True)
            for society in dict.fromkeys(row.society.id for row in rows):
                page = pages.get_template("gallery/society.html.j2").render(
                    self._society(society, by_society.get(society, []), notices)
                )
                (self.folder / "society" / f"{society}.html").write_text(page, encoding="utf-8")
            index = self.folder / "index.html"
            index.write_text(
                pages.get_template("gallery/index.html.j2").render(
                    title=title,
                    lead=lead,
                    notices=notices,
                    totals=totals,
                    rows=[_index_row(row) for row in rows],
                ),
                encoding="utf-8",
            )
        except OSError as error:
            raise ClarionError(
                f"{self.folder}: {error.strerror}; free some space or choose another folder"
            ) from error
        return index

    def _society(
        self, society_id: str, entries: Iterable[Entry], notices: Sequence[str]
    ) -> dict[str, Any]:
        society = self.press.library.societies[society_id]
        cards = [self._card(society, entry) for entry in _in_order(entries)]
        return {
            "society": society.names["en"],
            "names": [name for locale, name in society.names.items() if locale in society.locales],
            "notices": notices,
            "locales": _choices(cards, "locale", "locale_name"),
            "campaigns": _choices(cards, "campaign", "campaign_name"),
            "states": list(dict.fromkeys(card["state"] for card in cards)),
            "cards": cards,
        }

    def _card(self, society: Society, entry: Entry) -> dict[str, Any]:
        delivery, content = entry.delivery, entry.delivery.content
        store = self.press.workshop.store.folder
        return {
            "id": delivery.id,
            "card": delivery.card,
            "campaign": delivery.campaign,
            "campaign_name": delivery.campaign.replace("-", " ").capitalize(),
            "locale": delivery.locale,
            "locale_name": language_name(delivery.locale),
            "state": standing(entry),
            "local": f"{delivery.wall:%a %d %b %Y, %H:%M} {delivery.zone}",
            "utc": f"{delivery.due_at.astimezone(UTC):%H:%M}",
            "reasons": [reason(entry)] if reason(entry) else [],
            "language": content.language if content else "en",
            "direction": content.direction if content else "ltr",
            "text": content.text if content else "",
            "pictures": [
                {
                    "src": self._link(store / picture.file),
                    "width": picture.width,
                    "height": picture.height,
                    "alt": picture.alt,
                }
                for picture in (content.pictures if content else ())
            ],
            "downloads": self._downloads(society, entry) if content else [],
        }

    def _downloads(self, society: Society, entry: Entry) -> list[dict[str, str]]:
        job = job_of(self.press, entry.delivery)
        card = self.press.localise(job)
        if not isinstance(card, LocalisedCard):
            return []
        found = []
        for form in self.formats.get(society.id, ("square",)):
            assets = [self.press.workshop.asset(r) for r in self.press.requests(job, card, form)]
            for number, asset in enumerate(assets, 1):
                if asset.file.is_file():  # one that could not be drawn is no download
                    found.append(self._download(entry, form, number, len(assets), asset))
        return found

    def _download(
        self, entry: Entry, form: str, number: int, total: int, asset: Asset
    ) -> dict[str, str]:
        part = f" {number}" if total > 1 else ""
        delivery = entry.delivery
        words = (
            delivery.campaign,
            delivery.card,
            delivery.locale,
            form,
            str(number) if part else "",
        )
        name = "-".join(word for word in words if word)
        return {
            "src": self._link(asset.file),
            "name": name + asset.file.suffix,
            "label": f"{form}{part} ({asset.width}×{asset.height})",
        }

    def _link(self, file: Path) -> str:
        return Path(os.path.relpath(file, self.folder / "society")).as_posix()


def language_name(locale: str) -> str:
    """A locale's name in English, with its script where that matters; the code when unknown."""
    if locale in _NAMES:
        return _NAMES[locale]
    try:
        return Locale.parse(locale).get_display_name("en_GB") or locale
    except (UnknownLocaleError, ValueError):
        return locale


def _choices(cards: Sequence[dict[str, Any]], key: str, name: str) -> list[tuple[str, str]]:
    return list(dict.fromkeys((card[key], card[name]) for card in cards))


def _in_order(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda e: (e.delivery.locale, e.delivery.due_at, e.delivery.card))


def _index_row(row: Row) -> dict[str, Any]:
    return {
        "name": row.society.names["en"],
        "page": f"society/{row.society.id}.html",
        "locale": language_name(row.locale),
        "local": row.local,
        "utc": row.utc,
        "posted": row.posted,
        "held": row.held,
        "why": row.why,
    }
