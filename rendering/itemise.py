"""A text cut into stretches that HarfBuzz can shape: one embedding level, one script, one font."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

import uharfbuzz

from rendering import bidi, breaks
from rendering.fonts import Font, Fonts, Preference


class Stretch(NamedTuple):
    """The characters from `start` to `end`; `script` is an ISO 15924 code."""

    start: int
    end: int
    level: int
    script: str
    font: Font


def itemise(
    text: str, base: int, weight: int, fonts: Fonts, language: str = ""
) -> Iterator[Stretch]:
    """Cut `text`, of paragraph level `base`; line separators are in no stretch.

    A character that no font has goes to the first font of its script, which will say so.
    """
    scripts = _scripts(text, language)
    main = next(filter(None, scripts), "Latn")
    for level, first, last in _level_runs(text, base):
        for start, end, script in _script_runs(scripts, first, last):
            order = fonts.preference(script or main, main, weight, language)
            whole = order[:1] if script else order  # a number, say: one face for all of it
            if (font := _covering(text[start:end], whole)) is not None:
                yield Stretch(start, end, level, script or main, font)
                continue
            for begin, stop, font in _font_runs(text, start, end, order):
                yield Stretch(begin, stop, level, script or main, font)


def _level_runs(text: str, base: int) -> Iterator[tuple[int, int, int]]:
    """Level, start and end of each stretch of one embedding level between line separators."""
    signs = set(text)
    plain = not base and _RIGHT.isdisjoint(map(bidi.bidi_class, signs))
    if plain and signs.isdisjoint(breaks.FORCING):
        yield 0, 0, len(text)
        return
    levels = [0] * len(text) if plain else _levels(text, base)
    separators = [char in breaks.FORCING for char in text]
    for (level, separator), group in groupby(
        range(len(text)), key=lambda index: (levels[index], separators[index])
    ):
        if not separator:
            run = list(group)
            yield level, run[0], run[-1] + 1


_RIGHT = frozenset(("R", "AL", "AN"))
"""Classes of characters without which a left-to-right paragraph has one level only."""


def _levels(text: str, base: int) -> list[int]:
    """Embedding levels, with an isolate thought around each hashtag, phone number and link.

    Without it `116 000` reads `000 116` and `#Tag` reads `Tag#` in a right-to-left text.
    """
    inserted = list(text)
    kept = list(range(len(text)))
    for start, end in reversed(breaks.wholes(text)):
        inserted[start:end] = ["\u2068", *inserted[start:end], "\u2069"]
        kept = [i if i < start else i + 1 if i < end else i + 2 for i in kept]
    found = bidi.levels("".join(inserted), "rtl" if base else "ltr")
    current, out = base, []
    for position in kept:
        if found[position] != bidi.REMOVED:  # a removed character stays with the one before it
            current = found[position]
        out.append(current)
    return out


_EAST_ASIAN = frozenset(("zh", "ja", "ko"))
_WIDE_THERE = frozenset("‘’“”—―‥…·")
"""Signs that Latin type has too; between Han, kana and Hangul they are of that face and width."""
_ONE_RUN = {"Hira": "Hani", "Kana": "Hani", "Bopo": "Hani"}
"""Scripts that are written mixed and whose letters one face has: they are shaped together."""


def _scripts(text: str, language: str) -> list[str]:
    """The script of each character, "" where `_script` knows none."""
    scripts = [_script(char) for char in text]
    if language.partition("-")[0].lower() in _EAST_ASIAN:
        for index, char in enumerate(text):
            if char in _WIDE_THERE and not _APOSTROPHE.match(text, index - 1):
                scripts[index] = "Hani"
    return scripts


_APOSTROPHE = re.compile(r"[A-Za-z]’[A-Za-z]")


@lru_cache(maxsize=4096)
def _script(char: str) -> str:
    """ISO 15924 code of a character, or "" when it is common to scripts or inherits its script."""
    buffer = uharfbuzz.Buffer()
    buffer.add_str(char)
    buffer.guess_segment_properties()
    script = str(buffer.script or "")
    return _ONE_RUN.get(script, script)


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
    text: str, start: int, end: int, order: Preference
) -> Iterator[tuple[int, int, Font]]:
    """Runs of one font: each cluster takes the first font of `order` that has all of it."""
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


def _font_for(cluster: str, order: Preference, current: Font) -> Font:
    if all(map(needs_no_glyph, cluster)):
        return current
    found = _covering(cluster, order) if len(cluster) > 1 else None
    return found or order.first(cluster[0]) or order[0]


def _covering(chars: str, order: Sequence[Font]) -> Font | None:
    """The first font that has every one of `chars`; those after it are not even opened."""
    wanted = {ord(char) for char in set(chars) if not needs_no_glyph(char)}
    for font in order:
        if all(map(font.characters.__contains__, wanted)):
            return font
    return None


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
