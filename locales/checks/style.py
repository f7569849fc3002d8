"""Words and length: what was left in English, said twice, or grew too long."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import regex

from campaigns.graphemes import length
from campaigns.review import PLACEHOLDER
from locales.checks.facts import blanked
from locales.checks.languages import language
from locales.checks.rules import Found, Pair

STRETCH = 1.5
"""How much longer than the English limit a translation may be."""

_MANY_LETTERS = 12
_RUNNING = 2
"""Words in small letters that make a text more than a name."""
_IN_A_ROW = 5
"""English words in a row that are no accident."""

_WORD = regex.compile(r"[\p{L}\p{M}'’]+")
_ASCII_WORD = regex.compile(r"[a-z]{3}")
_OPENING = "«“„‘(¿¡"
_SMALL = regex.compile(r"\b\p{Ll}{4,}\b")
_FILLER = regex.compile(r"\W*(?:todo|fixme|tbd|tba|xxx+|lorem ipsum.*)\W*", regex.I)
_TWICE = regex.compile(
    r"(?<![\p{L}\p{M}\p{N}'’-])([\p{L}\p{M}]+)[ \u00a0]+\1(?![\p{L}\p{M}\p{N}'’-])", regex.I
)


def left(pair: Pair) -> Iterator[Found]:
    """Nothing stays in English but names."""
    if pair.locale.partition("_")[0] == "en":
        return
    if pair.text == pair.english:
        bare = blanked(pair.text)
        if len(_SMALL.findall(bare)) >= _RUNNING:
            yield "english", "is the English text"
        elif sum(sign.isalpha() for sign in bare) > _MANY_LETTERS:
            yield "english-name", "is the English text"
        return
    if run := _shared(pair):
        yield "english-part", f"has '{run}' in English"


def filler(pair: Pair) -> Iterator[Found]:
    """Words, where the English has some: no dash, no TODO that somebody left for later."""
    if any(map(str.isalpha, pair.text)) and not _FILLER.fullmatch(pair.text):
        return
    if "{" not in pair.text and any(map(str.isalpha, blanked(pair.english))):
        yield "empty", f"has only '{pair.text.strip()[:20]}'"


def repeated(pair: Pair) -> Iterator[Found]:
    """No word twice in a row, but where the language doubles it."""
    own = language(pair.locale)
    words = pair.text.casefold().split()
    again = map(str.startswith, words[1:], (word.lstrip(_OPENING) for word in words))
    if not own.spaces or not any(again):  # else the search below would be for nothing
        return
    for match in _TWICE.finditer(PLACEHOLDER.sub("{}", pair.text)):
        word = match[1].casefold()
        rightly = word not in own.never if "*" in own.doubles else word in own.doubles
        if not rightly:
            yield "repeated-word", f"has '{match[0]}'"
            return


def too_long(pair: Pair) -> Iterator[Found]:
    """No longer than what the picture has room for, as far as that can be told from a number."""
    most = int(STRETCH * pair.limit)
    if len(pair.text) > most and (size := length(pair.text)) > most:
        yield "long", f"has {size} characters of {most} ({pair.limit} in English)"


def _shared(pair: Pair) -> str:
    """A long run of English words that the translation still has."""
    if pair.text.isascii() or _ASCII_WORD.search(pair.text):
        return next((run for run in _runs(pair.english) if run in pair.text), "")
    return ""


@lru_cache(maxsize=4096)
def _runs(english: str) -> tuple[str, ...]:
    """Every run of so many words that is more than names."""
    words = list(_WORD.finditer(blanked(english)))
    runs = (words[at : at + _IN_A_ROW] for at in range(len(words) - _IN_A_ROW + 1))
    return tuple(
        english[run[0].start() : run[-1].end()]
        for run in runs
        if sum(word[0].islower() for word in run) >= _RUNNING
    )
