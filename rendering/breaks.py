"""Where a line may end.

ICU finds the opportunities (dictionaries for Thai, Lao, Khmer and Burmese, phrases for Japanese and
Korean); the rules here take some away again, so that what people read or dial as one thing stays on
one line: phone numbers, hashtags, handles, links, a number and its unit, French punctuation. A soft
hyphen is no opportunity: nothing here draws the hyphen that it would call for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from icu4py.breakers import CharacterBreaker, LineBreaker


class Break(NamedTuple):
    """A line may end here: `end` closes its visible text, `next` opens the next line."""

    end: int
    next: int
    forced: bool


_LOCALES = {"ja": "ja@lb=strict;lw=phrase", "ko": "ko@lw=phrase", "zh": "zh@lb=strict"}

_SPACE = "[ \u00a0\u2009\u202f]"  # what separates groups of digits
_DASH = "[-\u2010\u2011]"
# What ends a tag: white space, punctuation other than the underscore, and isolate controls.
_TAG = r"[^\s!-/:-@\[-^`{-~،؛؟।…«»“”‘’\u2066-\u2069]"
_WHOLE = re.compile(
    rf"""
      (?<![\w/]) (?:https?://|www\.) [^\s\u2066-\u2069]+ [\w/]     # link
    | (?<![\w@]) [\w.+-]+ @ [\w-]+ (?:\.[\w-]+)+                   # mail address
    | (?<![\w\#]) [\#\uff03] {_TAG}+                               # hashtag
    | (?<![\w@]) @ [\w.]* \w                                       # handle
    | (?<![\w+]) (?: \+ | 00 ) {_SPACE}? \(? \d                    # phone, international
      (?: [./()-]? (?:{_SPACE}|{_DASH})? [()]? \d )+
    | (?<![\d,.]) (?: \( 0\d* \) \d* | 0\d+ )                      # phone, national
      (?: (?:{_SPACE}|{_DASH}|/) \d+ )+
    | (?<!\d) \d+ (?: {_DASH} \d+ ){{2,}}                          # 1-888-373-7888
    | (?<![\d.,]) \d{{1,3}} (?: {_SPACE} \d{{3}} )+ (?!\d)         # 116 000, 27 600 000
    """,
    re.VERBOSE,
)
_GLUE = re.compile(
    r"""
      [«‹] \s+                                        # after an opening guillemet
    | \s+ (?= [»›!?;:] )                              # before French high punctuation
    | \s+ (?= [–—] (?: \s | $ ) )                     # before a spaced dash
    | (?<= \d ) \s (?= [%‰°€$£₪₺] | (?: km|m|cm|kg|g|h|min ) \b )   # number and unit
    | (?<= [€$£₪₺] ) \s (?= \d )                      # currency and number
    | (?<= \d [.,\u066b] \d ) \s (?= \w )              # 27.6 million
    | (?<= \w ) [-\u2010] (?= \w{1,8} \b )            # parlez-en, elles-mêmes
    """,
    re.VERBOSE,
)
FORCING = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
"""Characters after which a new line must start."""

_HANGING = frozenset(FORCING + " \t\u1680\u3000\u200b\u205f") | frozenset(
    map(chr, (*range(0x2000, 0x2007), *range(0x2008, 0x200B)))
)


@lru_cache(maxsize=1024)
def wholes(text: str) -> tuple[tuple[int, int], ...]:
    """Spans that stay on one line and read in one direction: numbers to dial, hashtags, links."""
    return tuple(match.span() for match in _WHOLE.finditer(text))


@lru_cache(maxsize=1024)
def line_breaks(text: str, language: str) -> tuple[Break, ...]:
    """The breaks of `text` in order; the last one stands at its end."""
    locale = _LOCALES.get(language.partition("-")[0].lower(), language.replace("-", "_"))
    kept = {position for start, end in wholes(text) for position in range(start + 1, end)}
    kept.update(match.end() for match in _GLUE.finditer(text))
    kept.update(position + 1 for position, char in enumerate(text) if char == "\u00ad")
    return tuple(_breaks(text, LineBreaker(text, locale), kept))


@lru_cache(maxsize=256)
def grapheme_breaks(text: str) -> tuple[Break, ...]:
    """The last resort: between any two user-perceived characters, but inside no `wholes` span."""
    kept = {position for start, end in wholes(text) for position in range(start + 1, end)}
    kept.update(position for position, char in enumerate(text) if char in _HANGING)
    return tuple(_breaks(text, CharacterBreaker(text, "en"), kept))


def _breaks(text: str, segments: Iterable[str], kept: set[int]) -> Iterator[Break]:
    """Breaks from ICU's segments. Their lengths are summed, for ICU's own offsets are UTF-16."""
    start = position = 0
    for segment in segments:
        position += len(segment)
        forced = segment[-1] in FORCING
        if forced or position == len(text) or position not in kept:
            end = position
            while end > start and text[end - 1] in _HANGING:
                end -= 1
            yield Break(end, position, forced)
            start = position
