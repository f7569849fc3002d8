"""Serbian Cyrillic to Latin, letter by letter.

The alphabet has thirty letters and the way to Latin is unambiguous; only the three digraphs need
care, because their capital has two forms. Everything that is not one of the letters stays:
placeholders, isolates, digits and words already in Latin script.
"""

from __future__ import annotations

_SINGLE = dict(zip("абвгдђежзијклмнопрстћуфхцчш", "abvgdđežzijklmnoprstćufhcčš", strict=True))
_DIGRAPH = {"љ": "lj", "њ": "nj", "џ": "dž"}
LETTERS = {**_SINGLE, **_DIGRAPH}


def transliterate(text: str) -> str:
    """The text in Latin script: Џеп becomes Džep, and ЉУБАВ becomes LJUBAV."""
    return "".join(_letter(text, index) for index in range(len(text)))


def _letter(text: str, index: int) -> str:
    sign = text[index]
    latin = LETTERS.get(sign.lower())
    if latin is None:
        return sign
    if sign.islower():
        return latin
    if sign.lower() in _DIGRAPH and not _in_capitals(text, index):
        return latin.capitalize()
    return latin.upper()


def _in_capitals(text: str, index: int) -> bool:
    """Whether the letter stands in a word of capitals: the next letter decides, else the last."""
    after = text[index + 1 : index + 2]
    before = text[index - 1 : index] if index else ""
    return after.isupper() if after.isalpha() else before.isupper()
