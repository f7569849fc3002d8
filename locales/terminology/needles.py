"""Letters that every match of a pattern has, so that most texts need not be searched at all.

Looking for a few letters in a text is a hundred times cheaper than trying a pattern at every word.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

Piece = tuple[str, str]

LEAST = 3
"""Fewer letters are in every text."""

_RARE = "\u2190"  # arrows and all signs after them: emoji, Chinese, Japanese, Korean
_MANY = 40
_LOOKS = ("(?=", "(?!", "(?<=", "(?<!")


@lru_cache(maxsize=64)
def caseless(text: str) -> str:
    """The text as needles are looked for: the four forms of the letter I are one."""
    return text.replace("İ", "i").replace("ı", "i").casefold()


def needles(pieces: Sequence[Piece]) -> frozenset[str]:
    """Some letters of which every match of the pattern has one; empty where nothing is certain."""
    found, _ = _either(pieces, 0)
    return found


def _either(pieces: Sequence[Piece], index: int) -> tuple[frozenset[str], int]:
    """The needles of alternatives up to their closing bracket, and where that is."""
    found: list[frozenset[str]] = []
    while True:
        one, index = _sequence(pieces, index)
        found.append(one)
        if index >= len(pieces) or pieces[index][0] == "close":
            break
        index += 1
    either = frozenset().union(*found)
    return (either if all(found) and len(either) <= _MANY else frozenset()), index


def _sequence(pieces: Sequence[Piece], index: int) -> tuple[frozenset[str], int]:
    """The best needles of one alternative, and the index of what ends it."""
    options: list[frozenset[str]] = []
    run = ""
    while index < len(pieces) and pieces[index] != ("sign", "|") and pieces[index][0] != "close":
        kind, text = pieces[index]
        inner: frozenset[str] = frozenset()
        if kind == "open":
            inner, index = _either(pieces, index + 1)
        index += 1
        least = _least(pieces, index)
        if kind == "sign" and text not in ".^$ " and least is None:
            run += text
            continue
        options.append(_long_enough(run))
        if inner and text not in _LOOKS and least != 0:
            options.append(inner)
        run = ""
    options.append(_long_enough(run))
    return max(options, key=_worth), index


def _least(pieces: Sequence[Piece], index: int) -> int | None:
    """How often at least the piece before this index is there; None where nothing repeats it."""
    if index >= len(pieces) or pieces[index][0] != "repeat":
        return None
    first = pieces[index][1].strip("{}").partition(",")[0]
    return 1 if first == "+" else int(first) if first.isdecimal() else 0


def _long_enough(run: str) -> frozenset[str]:
    rare = len(run) >= LEAST or any(sign >= _RARE for sign in run)
    return frozenset({caseless(run)}) if rare else frozenset()


def _worth(options: frozenset[str]) -> tuple[int, int]:
    return min(map(len, options), default=0), -len(options)
