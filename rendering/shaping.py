"""From a text to positioned glyphs, once for all sizes.

HarfBuzz shapes every stretch of the text in font units. Lines are cut out of the shaped text
afterwards, so that trying another size or another line length costs no shaping.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
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


Glyph = tuple[int, int, int]
"""A glyph's number and where it stands, in font units: x to the right, y upwards."""


@dataclass(frozen=True)
class Item:
    """A stretch of text of one level, script and font, its glyphs from left to right.

    `glyphs` are those that have ink, from the item's left end, and `clusters` the character each
    belongs to, negative in right-to-left items so that they always increase. `boxes` are the edges
    of their ink, one tuple for the left, bottom, right and top edges. `hang` is None in an item of
    the paragraph's own direction; else how far ink may reach out of any cluster of its run, since
    which of them meets a line's edge is not known before lines are cut.
    """

    start: int
    end: int
    level: int
    font: Font
    glyphs: tuple[Glyph, ...]
    clusters: tuple[int, ...]
    boxes: tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...], tuple[int, ...]]
    hang: int | None = None

    def inked(self, start: int, end: int) -> tuple[int, int]:
        """From which to which of `glyphs` belong to the characters from `start` to `end`."""
        if self.level & 1:
            return bisect_left(self.clusters, 1 - end), bisect_left(self.clusters, 1 - start)
        return bisect_left(self.clusters, start), bisect_left(self.clusters, end)


@dataclass(frozen=True)
class Paragraph:
    """A shaped text.

    `advances` are those of the clusters, by their first character; the other characters have -1.
    `positions[i]` is the advance of the text before character i, in reading order.
    """

    text: str
    items: tuple[Item, ...]
    advances: tuple[int, ...]
    positions: tuple[int, ...]
    ascent: int
    descent: int


class Slice(NamedTuple):
    """Glyphs of a line out of one item; `shift` takes them to the item's place in the line."""

    item: Item
    first: int
    last: int
    shift: int


@lru_cache(maxsize=256)
def shape(text: str, language: str, direction: str, weight: int, fonts: Fonts) -> Paragraph:
    """Shape `text`; raises MissingGlyphs rather than draw a box for a character."""
    base = int(direction == "rtl")
    advances = [-1] * len(text)  # of clusters, by their first character
    missing: list[str] = []
    items = [
        _shaped(text, stretch, language, advances, missing)
        for stretch in itemise(text, base, weight, fonts, language)
    ]
    if missing:
        raise MissingGlyphs("".join(missing), text)
    positions = tuple(accumulate((max(0, advance) for advance in advances), initial=0))
    if any(item.level != base for item in items):
        items = list(_hanging(items, base, advances, positions))
    ascent = max((max(item.boxes[3], default=0) for item in items), default=0)
    descent = -min((min(item.boxes[1], default=0) for item in items), default=0)
    return Paragraph(
        text, tuple(items), tuple(advances), positions, max(0, ascent), max(0, descent)
    )


def reach(paragraph: Paragraph, start: int, end: int) -> tuple[int, int]:
    """From where to where the characters from `start` to `end` go in a line of their own.

    In reading order. Their ink counts, and blanks at the end of them as far as they advance.
    """
    positions = paragraph.positions
    lows, highs = [positions[start]], []
    for item in paragraph.items:
        begin, stop = max(start, item.start), min(end, item.end)
        if begin >= stop:
            continue
        if item.hang is not None:
            lows.append(positions[begin] - item.hang)
            highs.append(positions[stop] + item.hang)
            continue
        first, last = item.inked(begin, stop)
        if last > first:
            left, right = min(item.boxes[0][first:last]), max(item.boxes[2][first:last])
            if item.level & 1:
                left, right = positions[item.end] - right, positions[item.end] - left
            else:
                left, right = positions[item.start] + left, positions[item.start] + right
            lows.append(left)
            highs.append(right)
            begin = (-item.clusters[first] if item.level & 1 else item.clusters[last - 1]) + 1
        if any(advance >= 0 for advance in paragraph.advances[begin:stop]):
            highs.append(positions[stop])
    return min(lows), max(highs, default=positions[start])


def line_slices(paragraph: Paragraph, start: int, end: int) -> tuple[list[Slice], int]:
    """The glyphs of the characters from `start` to `end`, left to right, and their advance."""
    parts = [item for item in paragraph.items if item.start < end and item.end > start]
    positions = paragraph.positions
    out = []
    pen = 0
    for index in bidi.visual_order([item.level for item in parts]):
        item = parts[index]
        begin, stop = max(start, item.start), min(end, item.end)
        first, last = item.inked(begin, stop)
        if item.level & 1:
            hidden = positions[item.end] - positions[stop]
        else:
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


def _hanging(
    items: Sequence[Item], base: int, advances: Sequence[int], positions: Sequence[int]
) -> Iterator[Item]:
    """The items, those of runs against the paragraph's direction with their `hang`."""
    for foreign, group in groupby(items, key=lambda item: item.level != base):
        run = list(group)
        if not foreign:
            yield from run
            continue
        hang = max(_furthest(item, advances, positions) for item in run)
        yield from (replace(item, hang=hang) for item in run)


def _furthest(item: Item, advances: Sequence[int], positions: Sequence[int]) -> int:
    """How far the ink of any cluster reaches out of its advance, to the left or the right."""
    furthest = 0
    for cluster, left, right in zip(item.clusters, item.boxes[0], item.boxes[2], strict=True):
        at = abs(cluster)
        if item.level & 1:
            pen = positions[item.end] - positions[at] - advances[at]
        else:
            pen = positions[at] - positions[item.start]
        furthest = max(furthest, pen - left, right - pen - advances[at])
    return furthest
