"""When words that a rule finds do no harm: a law, a quotation, a count, a title."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import regex

from locales.terminology.patterns import Words

NAMED = frozenset({"law", "statistics", "quotation", "title"})

Span = tuple[int, int]

_END = regex.compile(
    r"""[.!?…]+['"”“’»)\]]*\s+(?=[^\p{Ll}\p{N}])|[。！？｡।។။؟۔።։]+['"”“’»」』）)\]]*"""
)
_QUOTED = regex.compile(
    r"„[^„“”]{1,300}[“”]|“[^“”]{1,300}”|”[^“”]{1,300}”|‚[^‚]{1,300}'(?!\p{L})"
    r"|«[^«»]{1,300}»|»[^«»]{1,300}«|‹[^‹›]{1,300}›|「[^「」]{1,300}」|『[^『』]{1,300}』"
    r"|《[^《》]{1,300}》|〈[^〈〉]{1,300}〉"
    r"""|(?<!\p{L})"[^"]{1,300}"(?!\p{L})"""
    r"|(?<![\p{L}\p{N}])'(?=\S)(?:[^']|'(?=\p{L})){1,300}(?<=\S)'(?!\p{L})"
)
_STARRED = regex.compile(r"\*[^*]{1,300}\*")
_WORD = regex.compile(r"\p{L}[\p{L}\p{M}'-]*")
_SMALL_WORD = 3
_NOUNS_IN_CAPITALS = frozenset({"de", "lb"})


@lru_cache(maxsize=64)
def sentences(text: str) -> tuple[Span, ...]:
    """Start and end of every sentence of a plain text; together they are the text."""
    starts = [0, *(match.end() for match in _END.finditer(text) if match.end() < len(text))]
    return tuple(zip(starts, [*starts[1:], len(text)], strict=True))


@dataclass(frozen=True, slots=True)
class Excuses:
    """What excuses the words of one rule."""

    names: frozenset[str]
    words: tuple[Words, ...]
    tongue: str

    def hold(self, text: str, found: Span) -> bool:
        """Whether the words found in a plain text are excused."""
        first, last = _around(found, sentences(text))
        sentence = text[first:last]
        if any(words.found(sentence) for words in self.words):
            return True
        if self.names & {"quotation", "title"} and _inside(_QUOTED, text, found):
            return True
        if "title" not in self.names:
            return False
        if _inside(_STARRED, text, found):
            return True
        return self.tongue not in _NOUNS_IN_CAPITALS and _in_a_name(text, found, (first, last))


def _around(found: Span, within: tuple[Span, ...]) -> Span:
    touched = [part for part in within if part[0] < found[1] and found[0] < part[1]]
    return (touched[0][0], touched[-1][1]) if touched else found


def _inside(marks: regex.Pattern[str], text: str, found: Span) -> bool:
    return any(
        match.start() <= found[0] and found[1] <= match.end() for match in marks.finditer(text)
    )


def _in_a_name(text: str, found: Span, sentence: Span) -> bool:
    """Whether the words have capitals as a name has, beside another word that has.

    The first word of a sentence has its capital in any case, and does not count.
    """
    own = [word for word in _WORD.findall(text[slice(*found)]) if len(word) > _SMALL_WORD]
    if not own or not all(_is_capital(word) for word in own):
        return False
    before = _WORD.findall(text[sentence[0] : found[0]])
    follows = regex.match(r"\s+(\p{L}[\p{L}\p{M}'-]*)", text[found[1] : sentence[1]])
    after = [follows[1]] if follows else []
    if not before:
        return any(_is_capital(word) for word in [*own[1:], *after])
    return len(own) > 1 or any(_is_capital(word) for word in [*_near(before[1:]), *after])


def _near(before: list[str]) -> Iterator[str]:
    """The nearest word before that is not a small one such as "of"."""
    for word in reversed(before):
        if len(word) > _SMALL_WORD:
            yield word
            return


def _is_capital(word: str) -> bool:
    return word[0].isupper() and not (len(word) > 1 and word.isupper())
