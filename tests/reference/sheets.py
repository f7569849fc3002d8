"""Pairs of pictures, ours and the browser's, and the sheets that show them side by side."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from rendering.asset import CardRequest
from rendering.card import Composer
from rendering.fonts import FOLDER
from tests.reference.chromium import Chromium
from tests.reference.page import body
from tests.reference.scene import Scene, scene

_ROWS = 3
_GAP, _CAPTION = 12, 34


@dataclass(frozen=True)
class Pair:
    """One card twice, at half size, and what differs in how its lines break."""

    name: str
    ours: Image.Image
    theirs: Image.Image
    texts: int
    differing: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """One line for a person."""
        if not self.differing:
            return f"all {self.texts} texts broken alike"
        return f"{len(self.differing)} of {self.texts} broken otherwise: " + "; ".join(
            self.differing
        )


def compare(composer: Composer, browser: Chromium, name: str, request: CardRequest) -> Pair:
    """Draw a card with both. The browser gets our ground as a picture: only texts can differ."""
    ours = composer.compose(request)
    seen = scene(composer, request)
    browser.show(body(seen, _address(composer.ground(request).image)), seen.width, seen.height)
    theirs = Image.open(io.BytesIO(browser.shot("png"))).convert("RGB")
    texts, differing = _differing(seen, browser.lines())
    half = (seen.width // 2, seen.height // 2)
    return Pair(
        f"{name} · {request.layout}",
        ours.resize(half, Image.Resampling.LANCZOS),
        theirs.resize(half, Image.Resampling.LANCZOS),
        texts,
        differing,
    )


def _address(image: Image.Image) -> str:
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def _differing(seen: Scene, found: Sequence[Sequence[str]]) -> tuple[int, tuple[str, ...]]:
    """How many texts there are, and what is told of those that break at other places."""
    pairs = list(zip([t for b in seen.blocks for t in b.texts], found, strict=True))
    differing = []
    for text, lines in pairs:
        ours = [line.strip() for line in text.lines]
        theirs = [line.strip() for line in lines]
        if ours != theirs:
            differing.append(f"{' | '.join(ours)}  <>  {' | '.join(theirs)}")
    return len(pairs), tuple(differing)


def write_sheets(folder: Path, rows: Sequence[Sequence[Pair]], version: str) -> Iterator[Path]:
    """Sheets of three rows each; ours is on the left of every pair."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, start in enumerate(range(0, len(rows), _ROWS), 1):
        file = folder / f"reference-{number:02}.png"
        _sheet(rows[start : start + _ROWS], version).save(file, compress_level=3)
        yield file


def _sheet(rows: Sequence[Sequence[Pair]], version: str) -> Image.Image:
    widest = max(len(row) for row in rows)
    width, height = rows[0][0].ours.size
    across = 2 * widest * (width + _GAP) + _GAP
    sheet = Image.new("RGB", (across, len(rows) * (height + _CAPTION + _GAP) + _GAP), "#999999")
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.truetype(FOLDER / "NotoSans.ttf", 20)
    for down, row in enumerate(rows):
        top = _GAP + down * (height + _CAPTION + _GAP)
        for along, pair in enumerate(row):
            left = _GAP + along * 2 * (width + _GAP)
            alike = "lines alike" if not pair.differing else f"{len(pair.differing)} text(s) differ"
            draw.text((left, top), f"{pair.name}: ours ({alike})", "black", font)
            draw.text((left + width + _GAP, top), version, "black", font)
            sheet.paste(pair.ours, (left, top + _CAPTION))
            sheet.paste(pair.theirs, (left + width + _GAP, top + _CAPTION))
    return sheet
