"""Glyph outlines to pixels: the one place that knows HarfBuzz's rasteriser.

One raster a line: overlapping outlines of joined letters are filled once, without seams.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import uharfbuzz
from PIL import Image

from rendering.fonts import EM, Font

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Run:
    """Glyphs of one font, as (id, x, y) in font units, y upwards; `shift` takes x to the line."""

    font: Font
    glyphs: tuple[tuple[int, int, int], ...]
    shift: int = 0

    @property
    def placed(self) -> tuple[tuple[int, int, int], ...]:
        """The glyphs as (id, x, y) from the line's origin."""
        return tuple((glyph, x + self.shift, y) for glyph, x, y in self.glyphs)


class Mask(NamedTuple):
    """Coverage of pixels from 0 to 255, and where the top left one lies (y downwards).

    `rows` holds the lowest row first, each `stride` bytes long.
    """

    rows: bytes
    stride: int
    width: int
    height: int
    left: int
    top: int

    @property
    def image(self) -> Image.Image:
        """The coverage as a grey picture."""
        return self._picture("L")

    def blended(self, ink: Colour, under: Colour) -> Image.Image:
        """Ink on ground of one colour: the very pixels that pasting through the mask gives."""
        picture = self._picture("P")
        picture.putpalette(_blend(ink, under))
        return picture.convert("RGB")

    def _picture(self, mode: str) -> Image.Image:
        size = (self.width, self.height)
        return Image.frombuffer(mode, size, self.rows, "raw", mode, self.stride, -1)


class Rasteriser:
    """Fills one line after another; to be kept for the lines of a text, not longer."""

    def __init__(self) -> None:
        self._painter = uharfbuzz.RasterDraw()

    def line(self, runs: Sequence[Run], size: int, x: float, baseline: int) -> Mask | None:
        """A line of `size` px an em, its origin at (`x`, `baseline`); None if it has no ink."""
        painter = self._painter
        painter.clear()
        fill = painter.draw_glyph
        scale = size / EM
        for run in runs:
            handle, left = run.font.handle, x + run.shift * scale
            for glyph, dx, dy in run.glyphs:
                painter.transform = (
                    scale, 0.0, 0.0, scale, left + dx * scale, dy * scale - baseline,
                )  # fmt: skip
                fill(handle, glyph)
        raster = painter.render()
        if raster is None:
            raise MemoryError(f"no memory to rasterise a line at {size} px")
        area = raster.extents
        if not area.width or not area.height:
            return None
        top = -area.y_origin - area.height
        return Mask(raster.buffer, area.stride, area.width, area.height, area.x_origin, top)


@lru_cache(maxsize=64)
def _blend(ink: Colour, under: Colour) -> bytes:
    """A palette: the colour of every coverage, as Pillow itself mixes it."""
    ramp = Image.frombytes("L", (256, 1), bytes(range(256)))
    mixed = Image.new("RGB", ramp.size, under)
    mixed.paste(Image.new("RGB", ramp.size, ink), (0, 0), ramp)
    return mixed.tobytes()
