"""Plain words in a place where signs mean something.

What was approved is words, not markup: a sign that a platform would take for markup is escaped, so
that it shows as it was written. An address is left alone, or it would lead elsewhere.
"""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"(https?://\S+)")
_SIGNS = re.compile(r"[\\*_~`|<\[]")
_LINE_STARTS = re.compile(r"^(\s*)(>|#{1,3} |-# ?|[-+] )", re.MULTILINE)
_ESCAPED = re.compile(r"\\([\\*_~`|<\[>#+-])")

_ENTITIES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))


def escaped(text: str) -> str:
    """Words as Discord's Markdown shows them unchanged."""
    parts = _ADDRESS.split(text)
    parts[::2] = [_SIGNS.sub(r"\\\g<0>", part) for part in parts[::2]]
    return _LINE_STARTS.sub(r"\1\\\2", "".join(parts))


def unescaped(text: str) -> str:
    """The words that `escaped` was given."""
    parts = _ADDRESS.split(text)
    parts[::2] = [_ESCAPED.sub(r"\1", part) for part in parts[::2]]
    return "".join(parts)


def entities(text: str) -> str:
    """Words as Slack shows them unchanged: its three signs, and no others, written as entities."""
    for sign, entity in _ENTITIES:
        text = text.replace(sign, entity)
    return text
