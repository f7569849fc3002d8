"""What stands beside a figure: the word it counts in, and signs that would make it another number.

27.6 before the Chinese word for ten thousand is a hundredth of 27.6 million, and looks right.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from locales.checks.rules import Found, Pair
from locales.placeholders import MULTIPLES

_WORDS = {
    4: "万|萬|만|หมื่น|သောင်း|ម៉ឺន|wan.",
    5: "लाख|لاکھ|লাখ|লক্ষ|lakh",
    6: "million",
    7: "करोड़|کروڑ|কোটি|crore",
    8: "亿|億|억",
    9: "billion|bilion|bilyon|biljun|milliard|miliard|milijard|miljard|milyar|miliar"
    "|mil mill|mil milh|mil mili|δισεκατομμ|миллиард|мільярд|милиард|милијард"
    "|مليار|میلیارد|ارب.|מיליארד|अरब|พันล้าน|tỷ.|tỉ."
    "|ពាន់លាន|ቢሊዮን|십억|十億|十亿",
}
"""Counting words by their power of ten, as they begin, or whole where a point ends them: those that
may be taken for another."""

_POWER = {
    unicodedata.normalize("NFC", word.rstrip(".")): power
    for power, words in _WORDS.items()
    for word in words.split("|")
}
_WHOLE = frozenset(
    word.rstrip(".") for words in _WORDS.values() for word in words.split("|") if word[-1] == "."
)
_EITHER = "|".join(
    word + (r"(?!\w)" if word in _WHOLE else "") for word in sorted(_POWER, key=len, reverse=True)
)
_FIGURE = re.compile(
    rf"\{{figure(?:_\d)?(?:_(?P<unit>[a-z]+))?\}}[\s-]?(?P<word>{_EITHER})?", re.IGNORECASE
)
_PERCENT = re.compile(r"\{figure[a-z_\d]*\}\s?[%٪％]|[%٪％]\s?\{figure")
_JOINED = re.compile(r"\{(?:figure|year|count|total)[a-z_\d]*\}\{(?:figure|year|count|total)")
_ISOLATES = re.compile("[\u2066-\u2069]")


def counting_words(pair: Pair) -> Iterator[Found]:
    """The word after a figure has the power of ten that the figure is given in."""
    if "{figure" not in pair.text:
        return
    english = {power for _, power in _counted(pair.english)}
    for unit, power in _counted(pair.text):
        if unit and power != MULTIPLES[unit]:
            yield "counting-word", f"has no word for ten to the power of {MULTIPLES[unit]} after it"
            return
        if not unit and power and power not in english:
            yield "counting-word", f"counts in ten to the power of {power}, the English does not"
            return


def added(pair: Pair) -> Iterator[Found]:
    """No percent sign beside a figure that the English text does not have, no two in one."""
    if "{" not in pair.text:
        return
    bare = _ISOLATES.sub("", pair.text)
    if _PERCENT.search(bare) and not _PERCENT.search(pair.english):
        yield "number", "has a percent sign of its own beside a figure"
    if _JOINED.search(bare) and not _JOINED.search(pair.english):
        yield "number", "has two numbers with nothing between them"


def _counted(text: str) -> Iterator[tuple[str, int]]:
    """Of every figure, the multiple it is given in, if any, and the power of the word after it."""
    bare = unicodedata.normalize("NFC", _ISOLATES.sub("", text))
    for match in _FIGURE.finditer(bare):
        unit, word = match["unit"] or "", match["word"]
        if not unit or unit in MULTIPLES:
            yield unit, _POWER[word.lower()] if word else 0
