"""Whether what a platform shows is what was sent: its words, and not too old for it.

Platforms change how a text is spaced and composed without changing what it says: line ends, runs
of spaces, composed and decomposed letters. Nothing else is forgiven.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

EARLY = timedelta(minutes=15)
"""How much older than its planned instant a post of ours may look: clocks differ."""


def same_text(one: str, other: str) -> bool:
    """Whether two texts are the same but for line ends, spaces and composition (NFC)."""
    return _bare(one) == _bare(other)


def since(request: Mapping[str, Any]) -> datetime:
    """What is older than this is not the post of this frozen request, whatever its words: its
    planned instant stands there as `due`."""
    return datetime.fromisoformat(request["due"]) - EARLY


def _bare(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
