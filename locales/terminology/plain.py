"""Texts as rules see them: one form of every sign, nothing invisible, no placeholders.

Rules and texts go through the same door, so that a curly apostrophe, a tatweel or a soft hyphen
never hides a word, nor a web address shows one.
"""

from __future__ import annotations

import unicodedata

import regex

MAX_SIGNS = 5000
"""How much of a text is looked at; fields and captions have less."""

CUT = "\ufffc"
"""Stands where a placeholder or an address was: neither letter nor space."""

_DROPPED = (
    "\u00ad\u061c\u0640\u0670\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufe0e\ufe0f\ufeff"
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"  # Hebrew points
    "\u064b-\u0652\u0656-\u065f"  # Arabic vowel marks; hamza and madda are letters
)
_DROP = regex.compile(rf"[{_DROPPED}\p{{Default_Ignorable_Code_Point}}]+")
_ONE_FORM = str.maketrans({"’": "'", "ʼ": "'", "‘": "'", "‐": "-", "‑": "-"})
_SPACE = regex.compile(r"\s+")
_CUT_OUT = regex.compile(
    r"\{[^{}]*\}|\b(?:https?://|www\.)\S+|\b[\w.+-]+@[\w-]+\.\w[\w.-]*", regex.IGNORECASE
)
_TURKIC = frozenset({"tr", "az"})


def language(locale: str) -> str:
    """The language of a locale: ``zh_Hans`` is ``zh``."""
    return locale.partition("_")[0]


def plain(text: str) -> str:
    """The text with one form of every sign and without what rules do not look at."""
    return _SPACE.sub(" ", _CUT_OUT.sub(CUT, signs(text[:MAX_SIGNS])))


def signs(text: str) -> str:
    """The text in Unicode's form NFC, invisible signs and vowel marks left out."""
    bare = _DROP.sub("", unicodedata.normalize("NFC", text))
    return unicodedata.normalize("NFC", bare).translate(_ONE_FORM)


def folded(text: str, tongue: str) -> str:
    """The text in small letters where a language has capitals of its own, sign for sign."""
    if tongue not in _TURKIC:
        return text
    return text.replace("I", "ı").replace("İ", "i").lower()


def is_turkic(tongue: str) -> bool:
    """Whether capitals of this language are not those of the others."""
    return tongue in _TURKIC
