"""File names for what people called things: safe on every common system, in every script."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

LOCAL_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{2}):(\d{2})")
"""How the fact `local_time` begins."""

_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_JOINERS = "\u200c\u200d"


def safe_name(text: str, max_bytes: int = 60) -> str:
    """`text` as one file name. Letters of every script stay; separators become hyphens, hidden
    characters go. At most `max_bytes` bytes of UTF-8 (and one more for a device name); never
    empty, invisible or hidden. Applied twice it changes nothing."""
    kept = unicodedata.normalize("NFC", "".join(_safe_char(char) for char in text))
    cut = " ".join(kept.split()).encode("utf-8")[:max_bytes].decode("utf-8", "ignore")
    name = cut.strip(f" .-{_JOINERS}") or "unnamed"
    return f"{name}_" if _RESERVED.fullmatch(name) else name


def folder_name(facts: Mapping[str, str], language: str) -> str:
    """`2027-07-30 0900-smuggling-it`; `undated` when the facts give no local time."""
    local = LOCAL_TIME.match(facts.get("local_time", ""))
    stamp = f"{local[1]} {local[2]}{local[3]}" if local else "undated"
    card = safe_name(facts.get("card", ""))
    return f"{stamp}-{card}-{safe_name(facts.get('locale') or language, 40)}"


def hidden(char: str) -> bool:
    """Controls, direction marks, halves of pairs; not the two joiners that words need."""
    return unicodedata.category(char)[0] == "C" and char not in _JOINERS


def _safe_char(char: str) -> str:
    if char in '<>:"/\\|?*':
        return "-"
    if unicodedata.category(char)[0] == "Z":
        return " "
    return "" if hidden(char) else char
