"""From a text to positioned glyphs, once for all sizes.

HarfBuzz shapes every stretch of the text in font units. Lines are cut out of the shaped text
afterwards, so that trying another size or another line length costs no shaping.
"""

from __future__ import annotations

import unicodedata
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
            f"no packaged font has {names}, in “{excerpt(self.text)}”; "
            "reword the text or add a font that covers it"
        )


class Glyph(NamedTuple):
    """A glyph at its pen position. Lengths in font units, y upwards."""

    id: int
    cluster: int
    advance: int
    dx: int
    dy: int


class Item(NamedTuple):
    """A stretch of text of one level, script and font, its glyphs from left to right."""

    start: int
    end: int
    level: int
    font: Font
    glyphs: tuple[Glyph, ...]


class Edge(NamedTuple):
    """How far a cluster's ink reaches out of its advance, were it to stand at a line's edge.

    `lead` is towards the start of the line and never negative; `trail` is towards its end, and
    negative where the glyph keeps a distance.
    """

    lead: int
    trail: int


@dataclass(frozen=True)
class Paragraph:
    """A shaped text.

    `positions[i]` is the advance of the text before character i, in reading order; `reach` says
    from where to where a line goes that starts or ends with a cluster, by its first character.
    """

    text: str
    items: tuple[Item, ...]
    positions: tuple[int, ...]
    reach: dict[int, tuple[int, int]]
    ascent: int
    descent: int


@lru_cache(maxsize=1024)
def shape(text: str, language: str, direction: str, weight: int, fonts: Fonts) -> Paragraph:
    """Shape `text`; raises MissingGlyphs rather than draw a box for a character."""
    base = int(direction == "rtl")
    stretches = itemise(text, base, weight, fonts)
    items = tuple(_shape_item(text, stretch, language) for stretch in stretches)
    _refuse_missing(text, items)
    advances = [0] * len(text)
    edges: dict[int, Edge] = {}
    for item in items:
        _measure(item, base, advances, edges)
    _widen_foreign_runs(edges, items, base)
    positions = tuple(accumulate(advances, initial=0))
    reach = {
        at: (positions[at] - lead, positions[at] + advances[at] + trail)
        for at, (lead, trail) in edges.items()
    }
    return Paragraph(text, items, positions, reach, *_height(items))


def line_items(paragraph: Paragraph, start: int, end: int) -> Iterator[tuple[Font, list[Glyph]]]:
    """The glyphs of the characters from `start` to `end`, run by run from left to right."""
    parts = [item for item in paragraph.items if item.start < end and item.end > start]
    for index in bidi.visual_order([item.level for item in parts]):
        item = parts[index]
        if item.start >= start and item.end <= end:
            yield item.font, list(item.glyphs)
        else:
            yield item.font, [g for g in item.glyphs if start <= g.cluster < end]


def _shape_item(text: str, stretch: Stretch, language: str) -> Item:
    start, end, level, script, font = stretch
    buffer = uharfbuzz.Buffer()
    buffer.add_str(
        text.replace("\t", " "), start, end - start
    )  # the text around it decides how letters join
    buffer.direction = "rtl" if level & 1 else "ltr"
    buffer.script = script
    buffer.language = language
    uharfbuzz.shape(font.handle, buffer)
    glyphs = tuple(
        Glyph(info.codepoint, info.cluster, at.x_advance, at.x_offset, at.y_offset)
        for info, at in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True)
    )
    return Item(start, end, level, font, glyphs)


def _refuse_missing(text: str, items: Sequence[Item]) -> None:
    missing = ""
    for item in items:
        holes = {glyph.cluster for glyph in item.glyphs if glyph.id == 0}
        if holes:
            bounds = sorted({glyph.cluster for glyph in item.glyphs} | {item.end})
            for start, end in pairwise(bounds):
                wanted = [char for char in text[start:end] if not needs_no_glyph(char)]
                lacking = [char for char in wanted if ord(char) not in item.font.characters]
                missing += "".join(lacking or wanted) if start in holes else ""
    if missing:
        raise MissingGlyphs(missing, text)


def _measure(item: Item, base: int, advances: list[int], edges: dict[int, Edge]) -> None:
    """Enter the advance and the edges of every cluster of an item."""
    ink = item.font.ink
    glyphs = item.glyphs
    index, count = 0, len(glyphs)
    while index < count:
        cluster = glyphs[index].cluster
        pen, lows, highs = 0, [], []
        while index < count and glyphs[index].cluster == cluster:
            glyph, _, advance, dx, _ = glyphs[index]
            left, _, right, _ = ink[glyph]
            if right > left:
                lows.append(pen + dx + left)
                highs.append(pen + dx + right)
            pen += advance
            index += 1
        advances[cluster] = pen
        before = -min(lows) if lows else 0
        after = max(highs) - pen if highs else 0
        if item.level != base:  # which end of a foreign run meets a line's edge is not known yet
            edges[cluster] = Edge(max(0, before, after), max(0, before, after))
        elif base:
            edges[cluster] = Edge(max(0, after), before)
        else:
            edges[cluster] = Edge(max(0, before), after)


def _height(items: Sequence[Item]) -> tuple[int, int]:
    """How far ink goes above and below the baseline, all glyphs considered."""
    bottoms, tops = [0], [0]
    for item in items:
        for glyph, dy in {(glyph.id, glyph.dy) for glyph in item.glyphs}:
            _, bottom, _, top = item.font.ink[glyph]
            bottoms.append(dy + bottom)
            tops.append(dy + top)
    return max(tops), -min(bottoms)


def _widen_foreign_runs(edges: dict[int, Edge], items: Sequence[Item], base: int) -> None:
    """Give every cluster of a run against the paragraph's direction the run's widest edges."""
    for foreign, group in groupby(items, key=lambda item: item.level != base):
        if foreign:
            starts = {glyph.cluster for item in group for glyph in item.glyphs}
            widest = max((edges[start].lead for start in starts), default=0)
            for start in starts:
                edges[start] = Edge(widest, widest)
