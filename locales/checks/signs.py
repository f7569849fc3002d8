"""Characters that nobody sees or that stand for others, and spaces where none belong."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from locales.checks.languages import language
from locales.checks.rules import Found, Pair

_RULES = {
    **dict.fromkeys(("Cc", "Cf", "Zl", "Zp"), "control"),
    **dict.fromkeys(("Cn", "Cs"), "unassigned"),
    "Co": "private-use",
}
"""The rule that a character of this general category breaks."""
_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Signs of other categories that nobody sees, or that look like a space."""
_DIRECTIONS = frozenset("\u061c\u200e\u200f\u2060\u2066\u2067\u2068\u2069")
_JOINERS = frozenset("\u200c\u200d")
_BREAKS = frozenset("\n\v\f\r\x85\u2028\u2029")
"""Left to the rule about lines."""

_PRESENTED = re.compile("[\ufb00-\ufb06\ufb13-\ufb17\ufb1d-\ufb4f\ufb50-\ufdcf\ufe70-\ufefc]")
_DOUBLE_SPACE = re.compile(r"[ \u00a0\u202f\u3000]{2,}")


def unseen(pair: Pair) -> Iterator[Found]:
    """Control signs, characters that are none, characters of a private font."""
    strange: dict[str, set[str]] = {}
    for sign in set(pair.text):
        if (rule := _rule(sign)) and not _allowed(sign, pair.locale):
            strange.setdefault(rule, set()).add(sign)
    for rule, signs in sorted(strange.items()):
        yield rule, f"has {_named(signs)}"


def forms(pair: Pair) -> Iterator[Found]:
    """Letters as they are stored: composed, and not in a fixed shape."""
    if pair.text.isascii():
        return
    if shapes := set(_PRESENTED.findall(pair.text)):
        yield "presentation-form", f"has {_named(shapes)}"
    elif not unicodedata.is_normalized("NFC", pair.text):
        yield "not-nfc", "is not in Unicode's form NFC"


def spaces(pair: Pair) -> Iterator[Found]:
    """None at the edges, none doubled."""
    inner = pair.text.strip()
    if inner != pair.text:
        yield "edge-space", "begins or ends with a space"
    if _DOUBLE_SPACE.search(inner):
        yield "double-space", "has two spaces in a row"


@lru_cache(maxsize=4096)
def _rule(sign: str) -> str:
    return "control" if sign in _BLANKS else _RULES.get(unicodedata.category(sign), "")


def _allowed(sign: str, locale: str) -> bool:
    if sign in _DIRECTIONS or sign in _BREAKS:
        return True
    if sign in _JOINERS:
        return language(locale).joiners
    return sign == "\u200b" and language(locale).breaks


def _named(signs: set[str]) -> str:
    return ", ".join(sorted(f"U+{ord(sign):04X}" for sign in signs))
