"""Finding a source: all words in any of its fields, whatever their case and accents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from campaigns.records import Source

_ALIKE = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "’": "'"}
)
"""Letters that people type without their stroke, and that no decomposition takes apart."""

_TITLE, _WORD_OF_TITLE = 8, 4
_WEIGHTS = {"authors": 5, "category": 3, "regions": 3, "countries": 3, "year": 3, "abstract": 1}


def fold(text: str) -> str:
    """The text as one would search for it: no case, no accents, no vowel marks."""
    small = unicodedata.normalize("NFKD", text).casefold()  # twice: "℃" comes apart as "°C"
    apart = unicodedata.normalize("NFKD", small)
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).translate(_ALIKE)


def search(
    sources: Iterable[Source],
    words: Sequence[str] = (),
    *,
    year: str = "",
    category: str = "",
    region: str = "",
) -> list[Source]:
    """Sources that hold every word, best first: a word of the title counts most.

    ``year`` is one year or two with a hyphen between, both included; ``category`` and ``region``
    are parts of their names. Without words, everything that is left, newest first.
    """
    wanted = [part for word in words for part in fold(word).split()]
    found = [
        (score, source)
        for source in sources
        if _in_years(source.year, year)
        and fold(category) in fold(source.category)
        and any(fold(region) in fold(one) for one in source.regions)
        and (score := _score(source, wanted)) is not None
    ]
    found.sort(key=lambda pair: (-pair[0], _newest(pair[1].year), fold(pair[1].title)))
    return [source for _, source in found]


def _score(source: Source, wanted: Sequence[str]) -> int | None:
    """How well the words fit; None when one is in no field."""
    title = fold(source.title)
    fields = {name: fold(_text(source, name)) for name in _WEIGHTS}
    total = 0
    for word in wanted:
        score = sum(weight for name, weight in _WEIGHTS.items() if word in fields[name])
        if word in title:
            score += _TITLE + _WORD_OF_TITLE * bool(re.search(rf"\b{re.escape(word)}", title))
        if not score:
            return None
        total += score
    return total


def _text(source: Source, name: str) -> str:
    value = getattr(source, name)
    return value if isinstance(value, str) else " ".join(value)


def _in_years(typed: str, year: str) -> bool:
    if not year:
        return True
    first, _, last = year.partition("-")
    years = re.findall(r"\d{4}", typed)
    return any(first <= one <= (last or first) for one in years) if years else typed == year


def _newest(typed: str) -> int:
    years = re.findall(r"\d{4}", typed)
    return -int(years[-1]) if years else 0
