"""How long a text is to the eye: the one place that counts characters as readers do."""

from __future__ import annotations

from functools import lru_cache

import regex

_CLUSTER = regex.compile(r"\X")
_UNSEEN = regex.compile(r"[\p{Cf}--[\u200c\u200d\U000E0020-\U000E007F]]", regex.V1)
"""Format signs that stand alone: isolates, direction marks, break marks. Joiners and tags belong to
the cluster before them."""

_REMEMBERED = 16384


@lru_cache(maxsize=_REMEMBERED)
def length(text: str) -> int:
    """Visible characters: grapheme clusters of UAX #29, signs that only format not counted."""
    if text.isascii():
        return len(text)
    return len(_CLUSTER.findall(_UNSEEN.sub("", text)))


def clusters(text: str) -> list[str]:
    """The text cut into grapheme clusters, format signs included."""
    return _CLUSTER.findall(text)
