"""Whether the words that a platform shows are the words that were sent.

Platforms change how a text is spaced and composed without changing what it says: line ends, runs
of spaces, composed and decomposed letters. Nothing else is forgiven.
"""

from __future__ import annotations

import unicodedata


def same_text(one: str, other: str) -> bool:
    """Whether two texts are the same but for line ends, spaces and composition (NFC)."""
    return _bare(one) == _bare(other)


def _bare(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
