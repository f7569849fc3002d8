"""Text into a box: the largest size that fits, judged on ink, or an error that says by how much.

A column is one or more texts above each other (a title, a body, a source). They share one base
size, so that their proportions are kept whatever the language. Sizes are whole pixels; lines are
balanced after the size is found; baselines stand on whole pixels at equal distances.

What a designer sets, per text (`TextSpec`):

* `scale`: the size relative to the column's base size. A heading of 1.6 stays 1.6 times its body.
* `leading`: the wanted distance of baselines, in em of this text. About 1.3 suits a body and 1.12
  a heading in Latin type.
* `line_gap`: the clear distance, in em, kept between the lowest ink of any line and the highest
  ink of any line below it. It widens the leading only where the script needs it: Latin at 1.3
  usually does not, Arabic, Thai or stacked capitals do. So marks never touch. Within one text the
  distance is the same for all lines, and Arabic is never set closer than 1.5 em.
* `space_before`: clear distance above the text, in em of the column's base size, from the ink of
  the text before, or from where its descenders would be.
* `even`: members of a list; their baselines are evenly spaced whatever letters a member happens to
  have.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from rendering.column import Column, InkOutside, Line, around, draw, ink_in_pixels, place
from rendering.errors import TextError, excerpt
from rendering.fonts import EM, Fonts, packaged
from rendering.lines import Pieces, balanced, fewest, pieces
from rendering.raster import Run

__all__ = ["Column", "DoesNotFit", "InkOutside", "Line", "Run", "TextSpec", "draw", "fit"]

Align = Literal["start", "center", "end"]
VerticalAlign = Literal["top", "middle", "bottom"]
Axis = Literal["width", "height", "lines"]


class DoesNotFit(TextError):
    """The text is too large for its box even at the smallest size.

    `over_px` is by how many pixels along `axis`; `lines` means more lines than `max_lines`, and
    counts the height of the surplus lines. `spec` is the position of the text at fault; for
    `height` that is the last one of the column, which runs over the edge.
    """

    def __init__(
        self, over_px: int, axis: Axis, size: int, spec: int, text: str, box: tuple[int, int]
    ) -> None:
        super().__init__(over_px, axis, size, spec, text, box)  # so that it survives pickling
        self.over_px = over_px
        self.axis = axis
        self.size = size
        self.spec = spec
        self.text = text
        self.box = box

    def __str__(self) -> str:
        how = {"width": "too wide for", "height": "too high for", "lines": "of surplus lines in"}
        return (
            f"{self.subject} is {self.over_px} px {how[self.axis]} {self.box[0]}x{self.box[1]} px "
            f"at the smallest size, {self.size} px: “{excerpt(self.text)}”; "
            "shorten the text or enlarge its box"
        )


_ROOMY = dict.fromkeys(("ar", "fa", "ur-Arab", "ps", "ckb", "km", "my"), 1.5) | {"ur": 2.6}
"""The least distance of baselines, in em, in languages whose marks and tails reach far: so that
neighbouring cards are set alike, whichever letters happen to meet in them."""
_FIRST_ROOMY = "\u0600"
"""No letter before this one belongs to those languages' scripts."""
CAPITAL, DESCENDER = EM * 7 // 10, EM // 5
"""What a text takes above and below its baseline at least where it meets another."""


@dataclass(frozen=True)
class TextSpec:
    """One text of a column; the module says what the typographic fields mean.

    `language` is BCP 47; `direction` is that of the paragraph; `align="start"` is the left edge of
    a left-to-right text and the right edge of a right-to-left one. An empty text takes no room.
    """

    text: str
    language: str
    direction: Literal["ltr", "rtl"]
    weight: int = 400
    scale: float = 1.0
    leading: float = 1.3
    line_gap: float = 0.08
    space_before: float = 0.0
    max_lines: int | None = None
    align: Align = "start"
    even: bool = False


def fit(
    specs: Sequence[TextSpec],
    width: int,
    height: int,
    *,
    largest: int,
    smallest: int,
    valign: VerticalAlign = "top",
    fonts: Fonts | None = None,
) -> Column:
    """Lay `specs` out in `width` x `height` px at the largest base size that fits.

    Base sizes from `smallest` to `largest` are tried; each text is set at `round(base * scale)`
    but never below `smallest`. A word is torn only if it is wider than the box at `smallest`.
    Raises DoesNotFit if even the smallest size is too large, and MissingGlyphs if a character
    cannot be drawn.
    """
    if not 0 < smallest <= largest:
        raise ValueError(f"sizes must be 0 < smallest <= largest, not {smallest} and {largest}")
    fonts = fonts or packaged()
    blocks = _blocks(specs, fonts, smallest)
    base = _largest(lambda size: _trouble(blocks, size, width, height) is None, smallest, largest)
    if base is None:
        base = smallest
        blocks = [block.torn(fonts, width) for block in blocks]
        if (trouble := _trouble(blocks, base, width, height)) is not None:
            raise trouble
    return _column(blocks, base, width, height, valign)


def _blocks(specs: Sequence[TextSpec], fonts: Fonts, smallest: int) -> list[_Block]:
    """The texts that have something to show, with the room each takes.

    At the column's edges that is the ink. Between two texts it is at least a capital's height and
    a descender's depth, so that the gap does not depend on which letters happen to meet.
    """
    shown = [(i, spec, _pieces(spec, fonts)) for i, spec in enumerate(specs) if spec.text.strip()]
    blocks = [
        _Block(
            index,
            spec,
            text,
            smallest,
            high=max(text.paragraph.ascent, CAPITAL if place else 0),
            deep=max(text.paragraph.descent, DESCENDER if place < len(shown) - 1 else 0),
        )
        for place, (index, spec, text) in enumerate(shown)
    ]
    return _evened(blocks)


def _evened(blocks: list[_Block]) -> list[_Block]:
    """Neighbours in a list are as far apart as the two that need most room between them."""
    between = {
        index: above.deep + below.high
        for index, (above, below) in enumerate(pairwise(blocks), 1)
        if above.spec.even and below.spec.even
    }
    widest = max(between.values(), default=0)
    return [
        replace(block, lift=widest - between[index]) if index in between else block
        for index, block in enumerate(blocks)
    ]


def _pieces(spec: TextSpec, fonts: Fonts, torn: bool = False) -> Pieces:
    return pieces(spec.text, spec.language, spec.direction, spec.weight, fonts, torn)


@dataclass(frozen=True)
class _Block:
    """A spec on its way into the column."""

    index: int
    spec: TextSpec
    text: Pieces
    smallest: int
    high: int  # what it takes above its first baseline, in font units
    deep: int  # and below its last
    lift: int = 0  # more above it, so that the baselines of a list are even

    def size(self, base: int) -> int:
        return max(self.smallest, round(base * self.spec.scale))

    def metrics(self, base: int) -> tuple[int, int, int, int]:
        """Room above and below, leading and space before, in px, at a base size."""
        size, paragraph = self.size(base), self.text.paragraph
        ink = _ceil(paragraph.ascent * size) + _ceil(paragraph.descent * size)
        wanted = max(self.spec.leading, _roomy(self.spec.text, self.spec.language))
        leading = max(round(wanted * size), ink + round(self.spec.line_gap * size))
        before = round(self.spec.space_before * base) + _ceil(self.lift * size)
        return _ceil(self.high * size), _ceil(self.deep * size), leading, before

    def torn(self, fonts: Fonts, width: int) -> _Block:
        """With breaks inside words, if a word is wider than the box at the smallest size."""
        if self.text.widest * self.size(self.smallest) <= width * EM:
            return self
        return replace(self, text=_pieces(self.spec, fonts, True))

    def trouble(self, axis: Axis, over: int, base: int, box: tuple[int, int]) -> DoesNotFit:
        return DoesNotFit(over, axis, self.size(base), self.index, self.spec.text, box)


@lru_cache(maxsize=4096)
def _roomy(text: str, language: str) -> float:
    """The least distance of baselines. A text mostly in Latin letters, such as a foreign name or a
    line of sources, stands as its ink does."""
    letters = [sign for sign in text if sign.isalpha()]
    if 2 * sum(sign >= _FIRST_ROOMY for sign in letters) < len(letters):
        return 0.0
    return _ROOMY.get(language, _ROOMY.get(language.partition("-")[0], 0.0))


def _ceil(units: int) -> int:
    return -(-units // EM)


def _largest(fits: Callable[[int], bool], low: int, high: int) -> int | None:
    """The largest of `low` to `high` that fits, given that whatever is smaller fits too."""
    if not fits(low):
        return None
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


def _trouble(blocks: Sequence[_Block], base: int, width: int, height: int) -> DoesNotFit | None:
    """Why the column does not fit at this base size, if it does not."""
    total = 0
    for position, block in enumerate(blocks):
        size = block.size(base)
        lines = fewest(block.text, width * EM // size)
        if lines is None:
            over = _ceil(block.text.widest * size) - width
            return block.trouble("width", over, base, (width, height))
        ascent, descent, leading, before = block.metrics(base)
        surplus = len(lines) - (block.spec.max_lines or len(lines))
        if surplus > 0:
            return block.trouble("lines", surplus * leading, base, (width, height))
        total += ascent + descent + leading * (len(lines) - 1) + (before if position else 0)
    if total > height:
        return blocks[-1].trouble("height", total - height, base, (width, height))
    return None


def _column(
    blocks: Sequence[_Block], base: int, width: int, height: int, valign: VerticalAlign
) -> Column:
    rows: list[tuple[_Block, int, int, int]] = []  # block, first character, last piece, baseline
    y = 0
    for position, block in enumerate(blocks):
        ascent, descent, leading, before = block.metrics(base)
        y += ascent + (before if position else 0)
        start = 0
        for last in balanced(block.text, width * EM // block.size(base)):
            rows.append((block, start, last, y))
            start = block.text.breaks[last].next
            y += leading
        y += descent - leading
    shift = {"top": 0, "middle": (height - y) // 2, "bottom": height - y}[valign]
    lines = tuple(
        _line(block, start, last, block.size(base), baseline + shift, width)
        for block, start, last, baseline in rows
    )
    return Column(lines, base, around([line.ink for line in lines]), y, (width, height))


def _line(block: _Block, start: int, last: int, size: int, baseline: int, width: int) -> Line:
    """Place a line by its origin, or by its first ink where that hangs out beyond the origin."""
    spec, paragraph, here = block.spec, block.text.paragraph, block.text.breaks[last]
    placed = place(paragraph, start, here.end)
    rtl = spec.direction == "rtl"
    low, high = min(0, placed.left), placed.right
    if rtl:
        low, high = placed.left, max(placed.advance, placed.right)
    room = width * EM
    if spec.align == "center":
        x = (room - (placed.left + placed.right) * size) // 2
    elif (spec.align == "start") == rtl:
        x = room - high * size
    else:
        x = -low * size
    ink = ink_in_pixels(placed, size, x, baseline)
    text = paragraph.text[start : here.next]
    return Line(block.index, text, size, x / EM, baseline, placed.runs, ink)
