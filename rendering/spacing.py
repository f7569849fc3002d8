"""Full-width punctuation without its blank half, where two such signs meet.

Chinese and Japanese set every sign in a square, half of it blank; two in a row would tear a hole
into the line. The rule is that of `text-spacing-trim` in CSS Text 4, lines taken as one: an opening
sign loses its blank after any full-width sign, a closing one before another that is not opening.
"""

from __future__ import annotations

import re

_OPENING, _CLOSING = "（「『【《〈〔［｛〖", "）」』】》〉〕］｝〗"
_STOPS, _MIDDLE = "、。，．", "・·：；\u3000"


def _pattern(opening: str, closing: str, others: str) -> re.Pattern[str]:
    return re.compile(
        f"(?<=[{opening}{closing}{others}])[{opening}]|[{closing}](?=[{closing}{others}])"
    )


_JAPANESE = _pattern(_OPENING, _CLOSING + _STOPS, _MIDDLE)
_SIMPLIFIED = _pattern(_OPENING + "“‘", _CLOSING + "”’" + _STOPS, _MIDDLE)
# In Taiwan, Hong Kong and Macao stops stand in the middle of their square.
_TRADITIONAL = _pattern(_OPENING + "“‘", _CLOSING + "”’", _STOPS + _MIDDLE)


def halved(text: str, start: int, end: int, language: str) -> dict[str, list[list[int]]] | None:
    """The `halt` feature over the signs to halve between `start` and `end`, None if there are none.

    In the form in which HarfBuzz takes features: first character, the one after the last, value.
    """
    tag = language.lower()
    if not tag.startswith(("zh", "ja")):
        return None
    pattern = _JAPANESE
    if tag.startswith("zh"):
        centred = tag.startswith(("zh-hant", "zh-tw", "zh-hk", "zh-mo"))
        pattern = _TRADITIONAL if centred else _SIMPLIFIED
    signs = (match.start() for match in pattern.finditer(text))
    ranges = [[index, index + 1, 1] for index in signs if start <= index < end]
    return {"halt": ranges} if ranges else None
