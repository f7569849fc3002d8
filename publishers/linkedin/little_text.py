"""LinkedIn's way of writing a text, which it calls `little`.

Some characters are reserved for mentions, hashtags and templates. Left as they are they cut the
text off or swallow a part of it, without an error; so each gets a backslash. A hashtag is written
as the template that LinkedIn itself gives back, `{hashtag|\\#|Tag}`: a bare `#` would have to be
escaped like the rest.
https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/little-text-format
"""

from __future__ import annotations

import regex

RESERVED = "\\|{}@[]()<>#*_~"

_TAG = r"[#＃](?=[\p{M}\p{N}_]*\p{L})[\p{L}\p{M}\p{N}_]+"
_PIECES = regex.compile(rf"(?<![\p{{L}}\p{{M}}\p{{N}}_&/#＃])(?P<tag>{_TAG})|(?P<char>.)", regex.S)
_WRITTEN = regex.compile(
    r"\{hashtag\|\\?(?P<sign>[#＃])\|(?P<tag>(?:[^\\|{}]|\\.)+)\}"
    r"|@\[(?P<name>(?:[^\\\]]|\\.)*)\]\([^)]*\)"
    r"|\\(?P<escaped>.)",
    regex.S,
)


def escape(text: str) -> str:
    """`text` so that LinkedIn shows exactly it, its hashtags as hashtags."""
    return _PIECES.sub(_written, text)


def unescape(written: str) -> str:
    """What LinkedIn shows of a written text; a mention is shown as its name."""
    return _WRITTEN.sub(_shown, written)


def _written(piece: regex.Match[str]) -> str:
    tag = piece["tag"]
    if tag:
        return f"{{hashtag|\\{tag[0]}|{_plain(tag[1:])}}}"
    return _plain(piece["char"])


def _plain(text: str) -> str:
    return "".join(f"\\{char}" if char in RESERVED else char for char in text)


def _shown(piece: regex.Match[str]) -> str:
    if piece["tag"]:
        return piece["sign"] + unescape(piece["tag"])
    if piece["name"] is not None:
        return unescape(piece["name"])
    return piece["escaped"]
