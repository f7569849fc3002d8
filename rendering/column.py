"""A laid out column of text, and its drawing.

The layout is plain data: glyph numbers and positions. Drawing asks nothing more of it, and checks
the promise that no pixel leaves the box.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from PIL import Image

from rendering.errors import TextError
from rendering.fonts import EM
from rendering.raster import Colour, Mask, Rasteriser, Run
from rendering.shaping import Paragraph, line_slices

Box = tuple[int, int, int, int]


class InkOutside(TextError):
    """Drawn pixels would leave their box: a defect of the layout, never of the text."""


@dataclass(frozen=True)
class Line:
    """One line: its origin is at `x`, `baseline` px from the box's top left corner.

    `spec` is the position of its text in the column; `text` is what it holds, with the white space
    that hangs at its end. `ink` is (left, top, right, bottom) in px, rounded outwards.
    """

    spec: int
    text: str
    size: int
    x: float
    baseline: int
    runs: tuple[Run, ...]
    ink: Box


@dataclass(frozen=True)
class Column:
    """What was laid out. `height` is that of the text; `box` is the width and height it was given.

    `ink` surrounds all the lines' ink; it is empty, (0, 0, 0, 0), when there is none.
    """

    lines: tuple[Line, ...]
    base_size: int
    ink: Box
    height: int
    box: tuple[int, int]


class Placed(NamedTuple):
    """The glyphs of a line from its origin, their advance, and their ink, in font units."""

    runs: tuple[Run, ...]
    advance: int
    left: int
    bottom: int
    right: int
    top: int


def place(paragraph: Paragraph, start: int, end: int) -> Placed:
    """Set the characters from `start` to `end` in one line, in visual order."""
    slices, advance = line_slices(paragraph, start, end)
    if not slices:
        return Placed((), advance, 0, 0, 0, 0)
    runs = []
    lefts, bottoms, rights, tops = [], [], [], []
    for item, first, last, shift in slices:
        runs.append(Run(item.font, item.glyphs[first:last], shift))
        left, bottom, right, top = item.boxes
        lefts.append(min(left[first:last]) + shift)
        bottoms.append(min(bottom[first:last]))
        rights.append(max(right[first:last]) + shift)
        tops.append(max(top[first:last]))
    return Placed(tuple(runs), advance, min(lefts), min(bottoms), max(rights), max(tops))


def ink_in_pixels(placed: Placed, size: int, x: int, baseline: int) -> Box:
    """The pixels that the ink touches at `size`; the origin `x` is in px times `EM`."""
    if not placed.runs:
        return (0, 0, 0, 0)
    return (
        (x + placed.left * size) // EM,
        baseline + -placed.top * size // EM,
        -(-(x + placed.right * size) // EM),
        baseline - placed.bottom * size // EM,
    )


def around(boxes: Sequence[Box]) -> Box:
    """The smallest box around those that are not empty."""
    inked = [box for box in boxes if box[2] > box[0]]
    if not inked:
        return (0, 0, 0, 0)
    lefts, tops, rights, bottoms = zip(*inked, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def draw(
    canvas: Image.Image,
    column: Column,
    left: int,
    top: int,
    colours: Sequence[Colour],
    under: Colour | None = None,
) -> None:
    """Fill the column's glyphs on an RGB `canvas`, its box at (`left`, `top`); `colours` by spec.

    `under` is the colour of every pixel of the box, if they have one colour: drawing is faster
    then, and gives the same pixels. Raises InkOutside if a pixel would be drawn outside the box or
    the canvas.
    """
    width, height = column.box
    room = (
        *(max(0, -left), max(0, -top)),
        *(min(width, canvas.width - left), min(height, canvas.height - top)),
    )
    raster = Rasteriser()
    lowest = 0  # what is above it has been drawn on
    for line in column.lines:
        mask = raster.line(line.runs, line.size, line.x, line.baseline)
        if mask is None:
            continue
        if not _inside(mask, room):
            raise InkOutside(f"“{line.text}” at {line.size} px leaves its box of {width}x{height}")
        place, ink = (left + mask.left, top + mask.top), colours[line.spec]
        if under is not None and mask.top >= lowest:
            canvas.paste(mask.blended(ink, under), place)
        else:
            # A solid image pastes through a mask twice as fast as a plain colour does.
            canvas.paste(Image.new("RGB", (mask.width, mask.height), ink), place, mask.image)
        lowest = max(lowest, mask.top + mask.height)


def _inside(mask: Mask, room: Sequence[int]) -> bool:
    left, top, width, height = mask.left, mask.top, mask.width, mask.height
    if left >= room[0] and top >= room[1] and left + width <= room[2] and top + height <= room[3]:
        return True
    ink = mask.image.getbbox()  # the raster may carry an empty margin
    return ink is None or (
        left + ink[0] >= room[0]
        and top + ink[1] >= room[1]
        and left + ink[2] <= room[2]
        and top + ink[3] <= room[3]
    )
