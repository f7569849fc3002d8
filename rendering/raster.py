"""Glyph outlines to pixels: the one place that knows HarfBuzz's rasteriser.

One raster a line: overlapping outlines of joined letters are filled once, without seams.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import uharfbuzz
from PIL import Image

from rendering.fonts import EM, Font


@dataclass(frozen=True)
class Run:
    """Glyphs of one font, as (id, x, y) in font units from the line's origin, y upwards."""

    font: Font
    glyphs: tuple[tuple[int, int, int], ...]


class Mask(NamedTuple):
    """Coverage from 0 to 255, and where its top left pixel lies (y downwards)."""

    image: Image.Image
    left: int
    top: int


def rasterise(runs: Sequence[Run], size: int, x: float, baseline: int) -> Mask | None:
    """Fill a line of `size` px an em, its origin at (`x`, `baseline`); None if it has no ink."""
    painter = uharfbuzz.RasterDraw()
    fill = painter.draw_glyph
    scale = size / EM
    for run in runs:
        handle = run.font.handle
        for glyph, dx, dy in run.glyphs:
            painter.transform = (scale, 0.0, 0.0, scale, x + dx * scale, dy * scale - baseline)
            fill(handle, glyph)
    raster = painter.render()
    if raster is None:
        raise MemoryError(f"no memory to rasterise a line at {size} px")
    extents = raster.extents
    if not extents.width or not extents.height:
        return None
    area = (extents.width, extents.height)  # HarfBuzz stores the lowest row first
    image = Image.frombuffer("L", area, raster.buffer, "raw", "L", extents.stride, -1)
    return Mask(image, extents.x_origin, -extents.y_origin - extents.height)
