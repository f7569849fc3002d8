"""How a hashtag is written so that everybody can read it, a screen reader included.

``#EndHumanTrafficking`` is read as three words, ``#endhumantrafficking`` as none. Scripts without
capitals put an underscore between words (localisation study, 6.2).
"""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

MOST = 3
"""Hashtags of one post."""
_LONG = 18
"""Letters from which on a hashtag of one word is doubted; few words of any language are longer."""
_UNSPACED = frozenset({"HAN", "CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR"})
"""Scripts that do not part their words at all."""


class Doubt(NamedTuple):
    """What is wrong with a hashtag and the way out. ``sure`` when no word is written like that."""

    problem: str
    remedy: str
    sure: bool


def doubt(tag: str) -> Doubt | None:
    """What is wrong with how a hashtag (without ``#``) parts its words, if anything is."""
    letters = [sign for sign in tag if sign.isalpha()]
    if not letters:
        return None
    if not any(sign.lower() != sign.upper() for sign in letters):
        return _uncased(tag, letters)
    capitals = "begin every word with a capital, such as #EndHumanTrafficking"
    if letters[0].islower():
        return Doubt(f"#{tag} begins with a small letter", capitals, sure=True)
    if len(letters) > 4 and all(sign.isupper() for sign in letters):
        return Doubt(f"#{tag} is all capitals", capitals, sure=True)
    if len(letters) >= _LONG and not any(s.isupper() for s in letters[1:]) and "_" not in tag:
        return Doubt(f"#{tag} has one capital in {len(letters)} letters", capitals, sure=False)
    return None


def _uncased(tag: str, letters: list[str]) -> Doubt | None:
    if len(letters) < _LONG or "_" in tag or any(map(_unspaced, letters)):
        return None
    remedy = "put an underscore between its words"
    return Doubt(f"#{tag} is {len(letters)} letters in a row", remedy, sure=False)


def _unspaced(letter: str) -> bool:
    return unicodedata.name(letter, "").split(" ")[0] in _UNSPACED
