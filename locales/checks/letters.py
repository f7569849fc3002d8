"""Letters of another alphabet in a word: a Cyrillic о among Latin letters looks right, and is not.

Only Latin, Cyrillic and Greek have letters that pass for each other's.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

import regex
from babel.core import get_global

from locales.checks.facts import blanked
from locales.checks.rules import Found, Pair

_WORD = re.compile(r"[^\W\d_]+")
_SCRIPTS = frozenset({"LATIN", "CYRILLIC", "GREEK"})

_ALIKE = {
    "LATIN": frozenset("aceijopsxyhkABCEHIJKMNOPSTXYZv"),
    "CYRILLIC": frozenset("асеіјорѕхуһкАВСЕНІЈКМОРЅТХУѵ"),
    "GREEK": frozenset("οναικρυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ"),
}
"""Letters of each alphabet that look like one of another's."""

_ALONE = frozenset("aceiosyx")
"""Latin letters that look like a word of one letter in another alphabet: а, с, е, і, о, у, ο."""

_LEAST = 4
"""Fewer letters may be a name."""
_SEVERAL = {
    "Hans": ("Han",), "Hant": ("Han",), "Jpan": ("Han", "Hira", "Kana"), "Kore": ("Hang",),
}  # fmt: skip
"""Codes of writing that are no script of Unicode, or several."""


def alphabets(pair: Pair) -> Iterator[Found]:
    """One alphabet a word, and none that only looks like the text's own."""
    if pair.text.isascii() or len(_scripts(pair.text)) < 2:
        return
    words = list(_WORD.finditer(blanked(pair.text)))
    for match in words:
        if len(_scripts(match[0])) > 1:
            yield _mixed(match[0])
            return
    known = Counter(script for match in words for script in _scripts(match[0]))
    for match in words:
        if _passes_for(match, known.most_common(1)[0][0]):
            yield "look-alike", f"'{match[0]}' has letters of another alphabet"
            return


def script(pair: Pair) -> Iterator[Found]:
    """Most letters are those the language is written in; words of the English text do not count.

    A text of another language's sheet is found by this where the two have different letters.
    """
    own = _writing(pair.locale)
    if own is None or 2 * len(own.findall(pair.text)) >= sum(map(str.isalpha, pair.text)):
        return
    if pair.text == pair.english:
        return
    there = set(_WORD.findall(pair.english))
    words = [word for word in _WORD.findall(blanked(pair.text)) if word not in there]
    strange = [word for word in words if not own.search(word)]
    count = sum(map(len, strange))
    if count >= _LEAST and 2 * count > sum(map(len, words)):
        yield "other-script", f"has '{strange[0]}' and more in letters of another language"


@lru_cache(maxsize=256)
def _writing(locale: str) -> regex.Pattern[str] | None:
    """What finds a letter of the locale's script; None of a locale that CLDR does not know."""
    language, *parts = locale.split("_")
    known = get_global("likely_subtags")
    near = next((f"{language}_{part}" for part in parts if f"{language}_{part}" in known), language)
    likely = str(known.get(near, "")).split("_")
    named = next((part for part in parts if len(part) == 4), "")
    code = named or (likely[1] if len(likely) > 1 else "")
    scripts = _SEVERAL.get(code, (code,))
    if not code:
        return None
    try:
        return regex.compile("|".join(rf"\p{{Script={name}}}" for name in scripts))
    except regex.error:
        return None


def _mixed(word: str) -> Found:
    acronym = re.match(r"[A-Z]{2,}(?=[^A-Za-z])", word)
    if not acronym:
        for script in sorted(_scripts(word)):
            if all(sign in _ALIKE[script] for sign in word if _script(sign) == script):
                return "look-alike", f"'{word}' has letters of another alphabet"
    return "mixed-script", f"mixes alphabets in '{word}'"


def _passes_for(match: re.Match[str], own: str) -> bool:
    """Whether a whole word of another alphabet looks like one of the text's own."""
    word, scripts = match[0], _scripts(match[0])
    if not scripts or own in scripts:
        return False
    if own == "LATIN":
        return all(sign in _ALIKE[min(scripts)] for sign in word)
    around = match.string[max(0, match.start() - 1) : match.end() + 1]
    return word in _ALONE and not set(around) & set("-‑'’.)(/+")


def _scripts(word: str) -> frozenset[str]:
    return _SCRIPTS.intersection(map(_script, set(word)))


@lru_cache(maxsize=4096)
def _script(sign: str) -> str:
    return unicodedata.name(sign, "").partition(" ")[0]
