"""From a text to positioned glyphs, once for all sizes.

HarfBuzz shapes every stretch of the text in font units. Lines are cut out of the shaped text
afterwards, so that trying another size or another line length costs no shaping.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, groupby, pairwise
from typing import NamedTuple

import uharfbuzz

from rendering import bidi
from rendering.errors import TextError, excerpt
from rendering.fonts import Font, Fonts
from rendering.itemise import Stretch, itemise, needs_no_glyph
from rendering.spacing import halved


class MissingGlyphs(TextError):
    """No packaged font can draw these characters; drawing boxes instead is never done."""

    def __init__(self, characters: str, text: str) -> None:
        super().__init__(characters, text)  # so that it survives pickling
        self.characters = "".join(sorted(set(characters)))
        self.text = text

    def __str__(self) -> str:
        names = ", ".join(
            f"U+{ord(char):04X} {unicodedata.name(char, 'unnamed')}" for char in self.characters
        )
        return (
            f"{self.subject}: no packaged font has {names}, in “{excerpt(self.text)}”; "
            "reword the text or add a font that covers it"
        )


NEVER = 1 << 62
"""Further than any text reaches: the mark of a character that no cluster begins with."""

Glyph = tuple[int, int, int]
"""A glyph's number and where it stands, in font units: x to the right, y upwards."""


@dataclass(frozen=True)
class Item:
    """A stretch of text of one level, script and font, its glyphs from left to right.

    `glyphs` are those that have ink, from the item's left end, and `clusters` the character each
    belongs to, negative in right-to-left items so that they always increase. `boxes` are the edges
    of their ink, one tuple for the left, bottom, right and top edges.
    """

    start: int
    end: int
    level: int
    font: Font
    glyphs: tuple[Glyph, ...]
    clusters: tuple[int, ...]
    boxes: tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True)
class Paragraph:
    """A shaped text.

    `positions[i]` is the advance of the text before character i, in reading order. A line that
    starts or ends with a cluster goes from its `lows` to its `highs`, by its first character; the
    other characters have `NEVER` there.
    """

    text: str
    items: tuple[Item, ...]
    positions: tuple[int, ...]
    lows: tuple[int, ...]
    highs: tuple[int, ...]
    ascent: int
    descent: int


class Slice(NamedTuple):
    """Glyphs of a line out of one item; `shift` takes them to the item's place in the line."""

    item: Item
    first: int
    last: int
    shift: int


@lru_cache(maxsize=512)
def shape(text: str, language: str, direction: str, weight: int, fonts: Fonts) -> Paragraph:
    """Shape `text`; raises MissingGlyphs rather than draw a box for a character."""
    base = int(direction == "rtl")
    advances = [-1] * len(text)  # of clusters, by their first character
    missing: list[str] = []
    items = tuple(
        _shaped(text, stretch, language, advances, missing)
        for stretch in itemise(text, base, weight, fonts, language)
    )
    if missing:
        raise MissingGlyphs("".join(missing), text)
    positions = tuple(accumulate((max(0, advance) for advance in advances), initial=0))
    lows, highs = _reach(items, base, advances, positions)
    ascent = max((max(item.boxes[3], default=0) for item in items), default=0)
    descent = -min((min(item.boxes[1], default=0) for item in items), default=0)
    return Paragraph(text, items, positions, lows, highs, max(0, ascent), max(0, descent))


def line_slices(paragraph: Paragraph, start: int, end: int) -> tuple[list[Slice], int]:
    """The glyphs of the characters from `start` to `end`, left to right, and their advance."""
    parts = [item for item in paragraph.items if item.start < end and item.end > start]
    positions = paragraph.positions
    out = []
    pen = 0
    for index in bidi.visual_order([item.level for item in parts]):
        item = parts[index]
        begin, stop = max(start, item.start), min(end, item.end)
        if item.level & 1:
            first = bisect_left(item.clusters, 1 - stop)
            last = bisect_left(item.clusters, 1 - begin)
            hidden = positions[item.end] - positions[stop]
        else:
            first = bisect_left(item.clusters, begin)
            last = bisect_left(item.clusters, stop)
            hidden = positions[begin] - positions[item.start]
        if last > first:
            out.append(Slice(item, first, last, pen - hidden))
        pen += positions[stop] - positions[begin]
    return out, pen


def _shaped(
    text: str, stretch: Stretch, language: str, advances: list[int], missing: list[str]
) -> Item:
    """Shape a stretch; enters the advances of its clusters, and characters it has no glyph for."""
    start, end, level, script, font = stretch
    buffer = uharfbuzz.Buffer()
    context = text.replace("\t", " ")  # the text around it decides how letters join
    buffer.add_str(context, start, end - start)
    buffer.direction = "rtl" if level & 1 else "ltr"
    buffer.script = script
    buffer.language = language
    uharfbuzz.shape(font.handle, buffer, halved(text, start, end, language))
    ink = font.ink
    sign = -1 if level & 1 else 1
    pen = 0
    glyphs, clusters, holes = [], [], set()
    lefts, bottoms, rights, tops = [], [], [], []
    for info, at in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        glyph, cluster, advance = info.codepoint, info.cluster, at.x_advance
        left, bottom, right, top = ink[glyph]
        if right > left:
            x, y = pen + at.x_offset, at.y_offset
            glyphs.append((glyph, x, y))
            clusters.append(sign * cluster)
            lefts.append(x + left)
            bottoms.append(y + bottom)
            rights.append(x + right)
            tops.append(y + top)
        if not glyph:
            holes.add(cluster)
        pen += advance
        known = advances[cluster]
        advances[cluster] = advance if known < 0 else known + advance
    if holes:
        missing += _lacking(text, stretch, advances, holes)
    boxes = (tuple(lefts), tuple(bottoms), tuple(rights), tuple(tops))
    return Item(start, end, level, font, tuple(glyphs), tuple(clusters), boxes)


def _lacking(
    text: str, stretch: Stretch, advances: Sequence[int], holes: set[int]
) -> Iterator[str]:
    """The characters of the clusters that the font has no glyph for."""
    starts = [at for at in range(stretch.start, stretch.end) if advances[at] >= 0]
    for start, end in pairwise([*starts, stretch.end]):
        if start in holes:
            wanted = [char for char in text[start:end] if not needs_no_glyph(char)]
            yield from [
                char for char in wanted if ord(char) not in stretch.font.characters
            ] or wanted


def _reach(
    items: Sequence[Item], base: int, advances: Sequence[int], positions: Sequence[int]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """From where to where a line goes that starts or ends with a cluster, in reading order.

    `lead` is how far its ink reaches out towards the start of the line, never negative; `trail`
    towards its end, negative where the glyph keeps a distance. Which end of a run against the
    paragraph's direction meets a line's edge is not known yet: all its clusters get the run's
    widest.
    """
    lows, highs = [NEVER] * len(advances), [-NEVER] * len(advances)
    for foreign, group in groupby(items, key=lambda item: item.level != base):
        run = list(group)
        edges = [edge for item in run for edge in _edges(item, advances, positions)]
        widest = max((max(0, before, after) for _, before, after in edges), default=0)
        for at, before, after in edges:
            if foreign:
                lead = trail = widest
            elif base:
                lead, trail = max(0, after), before
            else:
                lead, trail = max(0, before), after
            lows[at] = positions[at] - lead
            highs[at] = positions[at] + advances[at] + trail
    return tuple(lows), tuple(highs)


def _edges(
    item: Item, advances: Sequence[int], positions: Sequence[int]
) -> Iterator[tuple[int, int, int]]:
    """How far each cluster's ink reaches out of its advance to the left and to the right."""
    left: dict[int, int] = {}
    right: dict[int, int] = {}
    for cluster, low, high in zip(item.clusters, item.boxes[0], item.boxes[2], strict=True):
        left[cluster] = min(low, left.get(cluster, NEVER))
        right[cluster] = max(high, right.get(cluster, -NEVER))
    backwards = item.level & 1
    origin, end = positions[item.start], positions[item.end]
    for at in range(item.start, item.end):
        if advances[at] >= 0:
            cluster = -at if backwards else at
            if cluster not in left:
                yield at, 0, 0
                continue
            pen = end - positions[at] - advances[at] if backwards else positions[at] - origin
            yield at, pen - left[cluster], right[cluster] - pen - advances[at]
