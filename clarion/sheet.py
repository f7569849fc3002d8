"""Contact sheets of what was drawn, and a page that shows the same pictures at their real size.

Plain files in one folder, where they replace those of an earlier time; the pictures stay where they
are.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from campaigns.model import Campaign
from clarion.errors import ClarionError
from clarion.gallery import language_name
from clarion.planning import Drawing
from clarion.press import Press
from locales import Held
from rendering.build import Progress
from rendering.encode import JPEG
from rendering.sheet import Cell, Contact, sheets
from templates.environment import environment
from templates.layouts import LayoutError

Column = tuple[str, str]
"""A locale and a society."""


@dataclass(frozen=True)
class Shot:
    """A picture that was wanted: its file, or None and the reason."""

    drawing: Drawing
    file: Path | None
    reason: str

    @property
    def place(self) -> tuple[str, str, str, Column, int]:
        """Campaign, format, card, column and number."""
        job = self.drawing.job
        column = (job.locale, job.society.id)
        return job.campaign.id, self.drawing.format, job.card.id, column, self.drawing.number


@dataclass
class Sheets:
    """Writes sheets below ``folder``. With ``every_society`` each has its own column, otherwise
    the first that has a language stands for it."""

    press: Press
    folder: Path
    every_society: bool = False
    note: str = ""

    def write(
        self,
        wanted: Sequence[Drawing],
        held: Sequence[Held],
        failed: Mapping[str, str],
        progress: Progress | None = None,
    ) -> tuple[Path, list[Path]]:
        """Write everything; the page and the sheets. Raises :class:`ClarionError`."""
        shots = self._shots(self._shown(wanted), failed)
        why = {(h.campaign, h.card, h.locale): h.reasons[0] for h in held}
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            made = self._sheets(shots, why, progress)
            for old in self._earlier() - set(made):
                old.unlink()
            index = self.folder / "index.html"
            index.write_text(self._page(shots, why, made), encoding="utf-8")
        except OSError as error:
            raise ClarionError(
                f"{self.folder}: {error.strerror}; free some space or mend its permissions"
            ) from error
        return index, made

    def _earlier(self) -> set[Path]:
        """The sheets of an earlier time, and nothing else that may lie in the folder."""
        forms = "|".join(map(re.escape, self.press.workshop.composer.theme.formats))
        name = re.compile(rf".+-({forms})(-\d+)?\.jpg")
        return {path for path in self.folder.iterdir() if name.fullmatch(path.name)}

    def _shown(self, wanted: Sequence[Drawing]) -> list[Drawing]:
        if self.every_society:
            return list(wanted)
        first: dict[tuple[str, str], str] = {}
        for one in wanted:
            first.setdefault((one.job.campaign.id, one.job.locale), one.job.society.id)
        return [
            one
            for one in wanted
            if first[one.job.campaign.id, one.job.locale] == one.job.society.id
        ]

    def _shots(self, wanted: Sequence[Drawing], failed: Mapping[str, str]) -> list[Shot]:
        found = []
        for drawing in wanted:
            try:
                asset = self.press.workshop.asset(drawing.request)
            except LayoutError as error:
                found.append(Shot(drawing, None, str(error)))
                continue
            reason = failed.get(asset.name, "")
            found.append(Shot(drawing, None if reason else asset.file, reason))
        return found

    def _sheets(
        self,
        shots: Sequence[Shot],
        why: Mapping[tuple[str, str, str], str],
        progress: Progress | None,
    ) -> list[Path]:
        contacts = self._contacts(shots, why)
        made = []
        for done, (name, contact) in enumerate(contacts.items(), 1):
            images = list(sheets(contact))
            for number, image in enumerate(images, 1):
                part = f"-{number}" if len(images) > 1 else ""
                made.append(self.folder / f"{name}{part}.jpg")
                made[-1].write_bytes(JPEG.encode(image))
            if progress is not None:
                progress(done, len(contacts))
        return made

    def _contacts(
        self, shots: Sequence[Shot], why: Mapping[tuple[str, str, str], str]
    ) -> dict[str, Contact]:
        """What goes on the sheets of each campaign and format, by the name of their files."""
        grouped: dict[tuple[str, str], list[Shot]] = {}
        for shot in shots:
            key = shot.drawing.job.campaign.id, shot.drawing.format
            grouped.setdefault(key, []).append(shot)
        found = {}
        for (campaign, form), group in grouped.items():
            size = self.press.workshop.composer.theme.format(form)
            columns = _columns(group)
            title = f"{campaign}, {form} {size.width} × {size.height}"
            found[f"{campaign}-{form}"] = Contact(
                title=f"{title}   {self.note}".rstrip(),
                columns=tuple(language_name(locale) for locale, _ in columns),
                rows=tuple(_rows(group[0].drawing.job.campaign, columns, group, why)),
                size=(size.width, size.height),
            )
        return found

    def _page(
        self, shots: Sequence[Shot], why: Mapping[tuple[str, str, str], str], made: Sequence[Path]
    ) -> str:
        pages = environment(self.press.workshop.workspace, html=True)
        return pages.get_template("sheets/index.html.j2").render(
            note=self.note,
            sheets=[path.name for path in made],
            languages=[self._language(column, shots, why) for column in _columns(shots)],
        )

    def _language(
        self, column: Column, shots: Sequence[Shot], why: Mapping[tuple[str, str, str], str]
    ) -> dict[str, Any]:
        locale, society = column
        own = [shot for shot in shots if shot.place[3] == column]
        cards: dict[tuple[str, str], dict[int, list[Shot]]] = {}
        for shot in own:
            slides = cards.setdefault((shot.place[0], shot.place[2]), {})
            slides.setdefault(shot.drawing.number, []).append(shot)
        first = own[0].drawing
        return {
            "id": f"{locale}-{society}",
            "name": language_name(locale),
            "locale": locale,
            "society": first.job.society.names["en"],
            "language": first.card.language,
            "direction": first.card.direction,
            "cards": [
                {"campaign": campaign, "id": card, "slides": [self._slide(s) for s in by.values()]}
                for (campaign, card), by in cards.items()
            ],
            "held": [
                {"campaign": campaign, "card": card, "reason": reason}
                for (campaign, card, where), reason in why.items()
                if where == locale
            ],
        }

    def _slide(self, shots: Sequence[Shot]) -> dict[str, Any]:
        """One picture of a card in all its formats."""
        drawing = shots[0].drawing
        return {
            "number": drawing.number,
            "total": len(drawing.card.slides),
            "alt": drawing.card.alts[drawing.number - 1],
            "formats": [self._picture(shot) for shot in shots],
        }

    def _picture(self, shot: Shot) -> dict[str, Any]:
        size = self.press.workshop.composer.theme.format(shot.drawing.format)
        src = Path(os.path.relpath(shot.file, self.folder)).as_posix() if shot.file else ""
        return {
            "format": shot.drawing.format,
            "src": src,
            "width": size.width,
            "height": size.height,
            "reason": shot.reason,
        }


def _columns(shots: Sequence[Shot]) -> list[Column]:
    return list(dict.fromkeys(shot.place[3] for shot in shots))


def _rows(
    campaign: Campaign,
    columns: Sequence[Column],
    shots: Sequence[Shot],
    why: Mapping[tuple[str, str, str], str],
) -> list[tuple[Cell, ...]]:
    """A row for each picture of each card that anybody has, in the campaign's order."""
    there = {(shot.place[2], shot.place[4], shot.place[3]): shot for shot in shots}
    had = {(card, number) for card, number, _ in there}
    rows = []
    for card in campaign.cards:
        for number in range(1, card.pictures + 1):
            if (card.id, number) in had:
                part = f" {number}/{card.pictures}" if card.pictures > 1 else ""
                rows.append(
                    tuple(
                        _cell(
                            f"{column[0]} · {column[1]} · {card.id}{part}",
                            there.get((card.id, number, column)),
                            why.get((campaign.id, card.id, column[0]), "not drawn"),
                        )
                        for column in columns
                    )
                )
    return rows


def _cell(caption: str, shot: Shot | None, held: str) -> Cell:
    if shot is None:
        return Cell(caption, None, f"held: {held}")
    return Cell(caption, shot.file, shot.reason)
