"""Filled shapes with smooth edges: rectangles, circles, rings, strokes and emblems.

Pillow draws shapes without antialiasing, so each becomes a mask drawn at four times its size and
reduced once. Masks are cached; callers paste a colour through them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

from PIL import Image, ImageDraw

Point = tuple[float, float]
Stroke = tuple[Point, ...]
Colour = tuple[int, int, int]

_OVER = 4
_STRIP = 64
_GRID = 24.0
_RED: Colour = (0xED, 0x1B, 0x2E)


def paste(canvas: Image.Image, mask: Image.Image, left: int, top: int, colour: Colour) -> None:
    """Lay a colour on the canvas through a mask."""
    canvas.paste(colour, (left, top), mask)


def fill(canvas: Image.Image, box: tuple[int, int, int, int], radius: int, colour: Colour) -> None:
    """Lay a rectangle, given as left, top, width, height, with round corners on the canvas."""
    left, top, width, height = box
    canvas_box = (left, top, left + width, top + height)
    radius = min(radius, width // 2, height // 2)
    if not radius:
        canvas.paste(colour, canvas_box)
        return
    mask = Image.new("L", (width, height), 255)
    corners = circle(2 * radius, 2 * radius)
    for x, far_x in ((0, 0), (radius, width - radius)):
        for y, far_y in ((0, 0), (radius, height - radius)):
            mask.paste(corners.crop((x, y, x + radius, y + radius)), (far_x, far_y))
    canvas.paste(colour, canvas_box, mask)


@lru_cache(maxsize=16)
def circle(width: int, height: int, ring: int = 0) -> Image.Image:
    """A mask of an ellipse, or with ``ring`` of its outline that many pixels wide.

    Drawn in strips, so that a large one needs no canvas sixteen times its size.
    """
    mask = Image.new("L", (width, height), 0)
    outer = (0, 0, width * _OVER - 1, height * _OVER - 1)
    inset = ring * _OVER
    for top in range(0, height, _STRIP):
        rows = min(_STRIP, height - top)
        big = Image.new("L", (width * _OVER, rows * _OVER), 0)
        draw = ImageDraw.Draw(big)
        shift = -top * _OVER
        draw.ellipse((0, shift, outer[2], outer[3] + shift), fill=255)
        if 0 < ring * 2 < min(width, height):
            hole = (inset, inset + shift, outer[2] - inset, outer[3] - inset + shift)
            draw.ellipse(hole, fill=0)
        mask.paste(big.reduce(_OVER), (0, top))
    return mask


@lru_cache(maxsize=64)
def icon(strokes: tuple[Stroke, ...], size: int, width: float) -> Image.Image:
    """A mask of strokes on a 24 x 24 grid, with round ends and joints."""
    side = size * _OVER
    scale = side / _GRID
    thick = max(1, round(width * scale))
    big = Image.new("L", (side, side), 0)
    draw = ImageDraw.Draw(big)
    for stroke in strokes:
        points = [(x * scale, y * scale) for x, y in stroke]
        draw.line(points, fill=255, width=thick, joint="curve")
        for x, y in points:
            reach = thick / 2
            draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=255)
    return big.reduce(_OVER)


@lru_cache(maxsize=16)
def emblem(kind: str, size: int) -> Image.Image:
    """The protective emblem's plain form on white ground, for societies without a logo file.

    Cross: five equal squares. Crescent: horns to the right. Star: the six-pointed red outline
    used by Magen David Adom. Never recoloured, never cropped; the white ground belongs to it.
    """
    side = size * _OVER
    big = Image.new("RGB", (side, side), (255, 255, 255))
    draw = ImageDraw.Draw(big)
    {"cross": _cross, "crescent": _crescent, "star": _star}[kind](draw, side)
    return big.reduce(_OVER)


def _cross(draw: ImageDraw.ImageDraw, side: int) -> None:
    arm = int(side * 0.27) // 2 * 2  # even, so that it stands exactly in the middle
    near, far = (side - 3 * arm) // 2, (side + 3 * arm) // 2 - 1
    draw.rectangle((near + arm, near, far - arm, far), fill=_RED)
    draw.rectangle((near, near + arm, far, far - arm), fill=_RED)


def _crescent(draw: ImageDraw.ImageDraw, side: int) -> None:
    reach = round(side * 0.42)
    inner, shift = round(reach * 0.80), round(reach * 0.36)
    _disc(draw, side, reach, 0, _RED)
    _disc(draw, side, inner, shift, (255, 255, 255))


def _disc(draw: ImageDraw.ImageDraw, side: int, reach: int, shift: int, colour: Colour) -> None:
    near, far = side // 2 - reach, side // 2 + reach - 1  # Pillow's far edges are inclusive
    draw.ellipse((near + shift, near, far + shift, far), fill=colour)


def _star(draw: ImageDraw.ImageDraw, side: int) -> None:
    middle, reach, thick = (side - 1) / 2, side * 0.42, side * 0.075
    for turn in (-90, 90):
        outer = _triangle(middle, reach, turn)
        inner = _triangle(middle, reach - 2 * thick, turn)
        band = [*outer, outer[0], inner[0], *reversed(inner)]
        draw.polygon(band, fill=_RED)


def _triangle(middle: float, reach: float, turn: float) -> Sequence[Point]:
    return [
        (
            middle + reach * math.cos(math.radians(turn + step)),
            middle + reach * math.sin(math.radians(turn + step)),
        )
        for step in (0, 120, 240)
    ]
