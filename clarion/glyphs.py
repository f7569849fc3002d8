"""Whether the faces that pictures are set in have every character of a text, without a picture.

Asked for thousands of texts in one go: what a character or a cluster needs is looked up once, and
only a text with a doubtful one is shaped whole, as the picture would.
"""

from __future__ import annotations

from functools import lru_cache

import regex

from campaigns.graphemes import clusters
from rendering.fonts import packaged
from rendering.itemise import needs_no_glyph
from rendering.shaping import MissingGlyphs, shape

_MARK = regex.compile(r"\p{M}")
_WEIGHT = 400
"""Every weight of a face has the same characters."""


def lacking(text: str, language: str) -> str:
    """The characters of a text in this language (BCP 47) that would stop its card; mostly none."""
    if not all(map(_has, set(text))):
        return _missing(text, language)
    marked = [one for one in clusters(text) if len(one) > 1] if _MARK.search(text) else []
    if all(_shaped(one, language) for one in marked):
        return ""
    return _missing(text, language)


@lru_cache(maxsize=16384)
def _has(sign: str) -> bool:
    """Whether any face has the character."""
    order = packaged().preference("Latn", "Latn", _WEIGHT)
    return needs_no_glyph(sign) or order.first(sign) is not None


@lru_cache(maxsize=65536)
def _shaped(cluster: str, language: str) -> bool:
    """Whether one face has all of a letter with its marks."""
    return not _missing(cluster, language)


def _missing(text: str, language: str) -> str:
    try:
        shape(text, language, "ltr", _WEIGHT, packaged())
    except MissingGlyphs as error:
        return error.characters
    return ""
