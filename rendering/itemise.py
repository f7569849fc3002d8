"""A text cut into stretches that HarfBuzz can shape: one embedding level, one script, one font."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

import uharfbuzz

from rendering import bidi, breaks
from rendering.fonts import Font, Fonts


class Stretch(NamedTuple):
    """The characters from `start` to `end`; `script` is an ISO 15924 code."""

    start: int
    end: int
    level: int
    script: str
    font: Font


def itemise(text: str, base: int, weight: int, fonts: Fonts) -> Iterator[Stretch]:
    """Cut `text`, of paragraph level `base`; line separators are in no stretch.

    A character that no font has goes to the first font of its script, which will say so.
    """
    scripts = [_script(char) for char in text]
    main = next(filter(None, scripts), "Latn")
    levels = _levels(text, base)
    separators = [char in breaks.FORCING for char in text]
    for (level, separator), group in groupby(
        range(len(text)), key=lambda index: (levels[index], separators[index])
    ):
        if separator:
            continue
        run = list(group)
        for start, end, script in _script_runs(scripts, run[0], run[-1] + 1):
            order = fonts.preference(script or main, main, weight)
            if not script:  # a number, say: set in one face, whichever has all of it
                order = _covering(text[start:end], order) or order
            for first, last, font in _font_runs(text, start, end, order):
                yield Stretch(first, last, level, script or main, font)


def _levels(text: str, base: int) -> list[int]:
    """Embedding levels, with an isolate thought around each hashtag, phone number and link.

    Without it `116 000` reads `000 116` and `#Tag` reads `Tag#` in a right-to-left text.
    """
    inserted = list(text)
    kept = list(range(len(text)))
    if base or any(bidi.bidi_class(char) in ("R", "AL", "AN") for char in set(text)):
        for start, end in reversed(breaks.wholes(text)):
            inserted[start:end] = ["\u2068", *inserted[start:end], "\u2069"]
            kept = [i if i < start else i + 1 if i < end else i + 2 for i in kept]
    else:
        return [0] * len(text)
    found = bidi.levels("".join(inserted), "rtl" if base else "ltr")
    current, out = base, []
    for position in kept:
        if found[position] != bidi.REMOVED:  # a removed character stays with the one before it
            current = found[position]
        out.append(current)
    return out


@lru_cache(maxsize=4096)
def _script(char: str) -> str:
    """ISO 15924 code of a character, or "" when it is common to scripts or inherits its script."""
    buffer = uharfbuzz.Buffer()
    buffer.add_str(char)
    buffer.guess_segment_properties()
    return buffer.script or ""


def _script_runs(scripts: Sequence[str], start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Runs of one script; common characters go with what precedes them, else with what follows."""
    current = next(filter(None, scripts[start:end]), "")
    first = start
    for index in range(start, end):
        if scripts[index] and scripts[index] != current:
            yield first, index, current
            first, current = index, scripts[index]
    yield first, end, current


def _font_runs(
    text: str, start: int, end: int, order: Sequence[Font]
) -> Iterator[tuple[int, int, Font]]:
    """Runs of one font: each cluster takes the first font of `order` that has all of it."""
    if _covering(text[start:end], order[:1]):
        yield start, end, order[0]
        return
    first, current = start, order[0]
    index = start
    while index < end:
        after = index + 1
        while after < end and _extends(text[after]):
            after += 1
        font = _font_for(text[index:after], order, current)
        if font is not current and index > first:
            yield first, index, current
            first = index
        current, index = font, after
    yield first, end, current


def _font_for(cluster: str, order: Sequence[Font], current: Font) -> Font:
    if all(map(needs_no_glyph, cluster)):
        return current
    fitting = _covering(cluster, order) or _covering(cluster[0], order) or order
    return fitting[0]


def _covering(chars: str, order: Sequence[Font]) -> tuple[Font, ...]:
    """The fonts that have every one of `chars`."""
    wanted = {ord(char) for char in chars if not needs_no_glyph(char)}
    return tuple(font for font in order if wanted <= font.characters)


_IGNORABLE = frozenset(
    code
    for first, last in (
        *((c, c) for c in (0xAD, 0x34F, 0x61C, 0x3164, 0xFEFF, 0xFFA0)),
        *((0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F)),
        *((0x202A, 0x202E), (0x2060, 0x206F), (0xFE00, 0xFE0F), (0xFFF0, 0xFFF8)),
        *((0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)),
    )
    for code in range(first, last + 1)
)
"""Default_Ignorable_Code_Point: HarfBuzz draws nothing for these, whatever the font."""

_SPACES = frozenset((0x20, 0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000))


def needs_no_glyph(char: str) -> bool:
    return ord(char) in _SPACES or ord(char) in _IGNORABLE


def _extends(char: str) -> bool:
    return bidi.bidi_class(char) == "NSM" or ord(char) in _IGNORABLE
