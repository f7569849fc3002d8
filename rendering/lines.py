"""A shaped text as a row of pieces, and how to set them in lines.

Everything here is integers in font units: a line limit is a box's width divided by the type size,
so trying a size is a handful of bisections.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from rendering.breaks import Break, grapheme_breaks, line_breaks
from rendering.fonts import EM, Fonts
from rendering.shaping import Paragraph, reach, shape

_SHORT = {1: (2 * EM) ** 2, 2: EM**2}
"""What it costs to end a line in a word of one or two letters, as the square of an indent."""
_FEW_DIGITS = 3
"""Numbers up to this long count what follows them, and cost as much; a year does not."""


@dataclass(frozen=True)
class Pieces:
    """A text and its breaks as numbers: the line of pieces i to j is `ends[j] - starts[i]` wide.

    A width counts from the line's origin, or from ink that hangs out before it, to the last ink.
    Piece i ends at break i. `stops` are the pieces after which a line must end; `costs` says how
    unwelcome a line's end is there. `starts` and `ends` never decrease.
    """

    paragraph: Paragraph
    breaks: tuple[Break, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    stops: tuple[int, ...]
    costs: tuple[int, ...]

    @property
    def widest(self) -> int:
        """The width of the widest piece: no line can be narrower."""
        return max(end - start for start, end in zip(self.starts, self.ends, strict=True))


@lru_cache(maxsize=256)
def pieces(
    text: str, language: str, direction: str, weight: int, fonts: Fonts, torn: bool = False
) -> Pieces:
    """Shape a text and cut it where lines may end; `torn` cuts words too, between graphemes.

    A break inside a ligature is left out: the ligature is one thing to draw.
    """
    paragraph = shape(text, language, direction, weight, fonts)
    found = grapheme_breaks(text) if torn else line_breaks(text, language)
    last = len(text)
    advances = paragraph.advances
    breaks = tuple(b for b in found if b.forced or b.next == last or advances[b.next] >= 0)
    spans = [reach(paragraph, *limits) for limits in _limits(breaks)]
    # Ink may reach over a neighbouring piece; then the neighbour's edge is where that ink ends.
    lefts = list(accumulate((start for start, _ in reversed(spans)), min))[::-1]
    ends = accumulate((end for _, end in spans), max)
    words = [text[start:end] for start, end in _limits(breaks)]
    return Pieces(
        paragraph,
        breaks,
        tuple(lefts),
        tuple(ends),
        tuple(i for i, b in enumerate(breaks) if b.forced or i == len(breaks) - 1),
        tuple(0 if torn else _short(word) for word in words),
    )


def _short(word: str) -> int:
    """What it costs to end a line in this word; brackets and quotation marks do not count."""
    letters = word.strip("()[]“”„‘’«»‹›\"'")
    if letters.isdecimal() and len(letters) <= _FEW_DIGITS:
        return _SHORT[1]
    return _SHORT.get(len(letters), 0) if letters.isalpha() else 0


def _limits(breaks: Sequence[Break]) -> Iterator[tuple[int, int]]:
    """Where the visible text of each piece starts and ends."""
    start = 0
    for end, following, _ in breaks:
        yield start, end
        start = following


def fewest(text: Pieces, limit: int) -> list[int] | None:
    """The fewest lines no wider than `limit`, each by its last piece; None if a piece is wider."""
    lines: list[int] = []
    first = 0
    for stop in text.stops:
        while first <= stop:
            last = bisect_right(text.ends, text.starts[first] + limit, first, stop + 1) - 1
            if last < first:
                return None
            lines.append(last)
            first = last + 1
    return lines


def balanced(text: Pieces, limit: int) -> list[int]:
    """As many lines as `fewest` finds, but of widths as equal as the breaks allow."""
    filled = fewest(text, limit)
    if filled is None:
        raise ValueError(f"a piece of {text.widest} units is wider than the limit {limit}")
    out: list[int] = []
    first = 0
    for stop in text.stops:
        latest = [last for last in filled if first <= last <= stop]
        out += _least_ragged(text, limit, _earliest(text, limit, first, stop), latest, first)
        first = stop + 1
    return out


def _least_ragged(
    text: Pieces, limit: int, earliest: Sequence[int], latest: Sequence[int], first: int
) -> list[int]:
    """The lines with the least sum of squared widths, and of what their ends cost.

    Their number is given and so is, nearly, the sum of their widths: then the squares are least
    where the widths are most alike. Each line ends between its `earliest` and `latest` piece.
    """
    best: dict[int, tuple[int, list[int]]] = {first - 1: (0, [])}
    for low, high in zip(earliest, latest, strict=True):
        following: dict[int, tuple[int, list[int]]] = {}
        for last in range(low, high + 1):
            for previous, (cost, path) in best.items():
                if previous >= last:
                    continue
                width = text.ends[last] - text.starts[previous + 1]
                total = cost + width * width + text.costs[last]
                if width <= limit and (last not in following or total < following[last][0]):
                    following[last] = (total, [*path, last])
        best = following
    return best[latest[-1]][1]


def _earliest(text: Pieces, limit: int, first: int, stop: int) -> list[int]:
    """Where the lines end when they are filled from the last one backwards."""
    out = [stop]
    while text.ends[out[-1]] - text.starts[first] > limit:
        begin = out[-1]
        while text.ends[out[-1]] - text.starts[begin - 1] <= limit:
            begin -= 1
        out.append(begin - 1)
    return out[::-1]
