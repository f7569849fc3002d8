"""Marks as the language sets them: ends of sentences, quotation marks, spaces before marks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import regex

from campaigns.review import PLACEHOLDER
from locales.checks.languages import language
from locales.checks.rules import Found, Pair

_CLOSING = "\"'”’»«“‘‹›)]}」』》）】״\u2069\u200e\u200f\u00a0\u202f "
_ENDS = {
    **dict.fromkeys(".。．｡।॥۔።።။។܁։᙮", "full stop"),
    **dict.fromkeys("?？؟፧՞", "question mark"),
    **dict.fromkeys("!！", "exclamation mark"),
    **dict.fromkeys(":：፦៖", "colon"),
    "…": "ellipsis",
}

_MARK = regex.compile(r"[«»„“”‟‹›「」『』《》״‘’‚]")
_SINGLES = frozenset("‘’‚")
_TYPED = regex.compile(r"[\"']")

_SPACED = regex.compile(r"[ \u00a0\u202f](?:[,;:!?؟،؛۔。，、！？：；।॥၊။។፣]|\.(?![\p{L}\p{N}.]))")
_UNSPACED = regex.compile(r"(?<![\u00a0\u202f;!?…(])(?:[;!?»]|:(?![/\d]))|«(?![\u00a0\u202f])")
_OTHER_LETTER = r"[[\p{L}\p{M}]--[\x00-\u024f]]"


def ends(pair: Pair) -> Iterator[Found]:
    """A translation ends as the English text does, in the marks of its language."""
    there, wanted = _end(pair.text, pair.locale), _end(pair.english, "en")
    if there != wanted and there not in language(pair.locale).ends.get(wanted, ()):
        yield "end", f"ends with {there}, the English with {wanted}"


def quotes(pair: Pair) -> Iterator[Found]:
    """Quotation marks of the language, in pairs."""
    text = _bare(pair.text)
    if found := _TYPED.search(text):
        yield "ascii-quotes", f"has {found[0]}"
    pairs = language(pair.locale).quotes
    if pairs and (strange := _unpaired(text, pairs)):
        yield "quotes", f"has {strange} where the language has {pairs[0][0]}…{pairs[0][1]}"


def marks(pair: Pair) -> Iterator[Found]:
    """Commas, stops and question marks of the language, and none of another."""
    own = language(pair.locale)
    if found := _foreign(pair.locale).search(_bare(pair.text)):
        wanted = f"'{own.instead[found[0]]}'" if own.instead[found[0]] else "none"
        yield "foreign-mark", f"has '{found[0]}' where the language has {wanted}"
    if own.opening:
        for opening, closing in ("¿?", "¡!"):
            if pair.text.count(opening) != pair.text.count(closing):
                yield "opening-mark", f"has {closing} without {opening}, or the other way round"
                return


def spacing(pair: Pair) -> Iterator[Found]:
    """A no-break space before marks in French, none elsewhere."""
    text = _bare(pair.text)
    wanted = language(pair.locale).space_before
    if not wanted:
        if found := _SPACED.search(text):
            yield "space-before", f"has a space before '{found[0][1:]}'"
        return
    for unspaced in _UNSPACED.finditer(text):
        mark = unspaced[0]
        if mark in wanted or (mark == "«" and "»" in wanted):
            side = "after" if mark == "«" else "before"
            yield "french-space", f"has no no-break space {side} '{mark}'"
            return


def _end(text: str, locale: str) -> str:
    bare = text.rstrip(_CLOSING)
    last = bare[-1:]
    if last and last in language(locale).question + "\u037e":
        return "question mark"
    return "ellipsis" if bare.endswith("...") else _ENDS.get(last, "no mark")


@lru_cache(maxsize=4096)
def _bare(text: str) -> str:
    """The text with a neutral sign for each placeholder."""
    return PLACEHOLDER.sub("\ufffc", text)


def _unpaired(text: str, pairs: tuple[str, ...]) -> str:
    """The first quotation mark that opens or closes nothing the language knows; else nothing."""
    opened: list[str] = []
    for at in [match.start() for match in _MARK.finditer(text)]:
        if not _quotes(text, at, pairs, opened):
            continue
        sign = text[at]
        if opened and opened[-1] + sign in pairs:
            opened.pop()
        elif any(one[0] == sign for one in pairs):
            opened.append(sign)
        else:
            return sign
    return opened[-1] if opened else ""


def _quotes(text: str, at: int, pairs: tuple[str, ...], opened: list[str]) -> bool:
    """Whether the sign there is a quotation mark, not an apostrophe or gershayim in a word."""
    sign = text[at]
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if sign == "״":
        return not (before.isalnum() and after.isalnum())
    if sign not in _SINGLES:
        return True
    if opened and opened[-1] + sign in pairs:
        return not (after.isalnum() and after < "\u0250")
    return sign != "’" and not before.isalnum() and any(sign in one for one in pairs)


@lru_cache(maxsize=64)
def _foreign(locale: str) -> regex.Pattern[str]:
    """Finds a mark of others after a word of the language; a full stop only where a sentence may
    end, since abbreviations of every language have one."""
    own = language(locale)
    signs = "".join(regex.escape(sign) for sign in own.instead if sign != ".")
    if own.usual:
        return regex.compile(f"[{signs}]")
    letter = _OTHER_LETTER
    found = [rf"(?<={letter})[{signs}](?!\d)"] if signs else []
    if stop := own.instead.get("."):
        word = letter if stop == "。" else f"{letter}{{4}}"
        found += [rf"(?<={word})\.(?!\S)", rf"(?<={letter}{{2}})\.$"]
    elif stop is not None:
        found.append(rf"(?<={letter}{{4}})\.(?!\S)")
    return regex.compile("|".join(found), regex.V1)
