"""What a Telegram post says: its text, and behind it the alt texts.

Telegram keeps no alt text. So each follows the text on a line of its own, behind a picture sign: a
screen reader speaks that sign in its user's language, and no word of ours stands in a society's
post. A mark at the start of the line gives it the direction of the post, whatever its first word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from publishers.limits import count, within
from publishers.port import Capabilities, Finding, Post

CAPTION_LIMIT = 1024
"""UTF-16 units in the text of a post with pictures, alt texts included (Bot API 10.1, sendPhoto:
0-1024 characters after entities parsing)."""
MAX_SIDES = 10_000
"""Width and height of a picture together (Bot API 10.1, sendPhoto)."""

_SIGN = "\N{FRAME WITH PICTURE}\N{VARIATION SELECTOR-16}"
_MARKS = {"ltr": "\N{LEFT-TO-RIGHT MARK}", "rtl": "\N{RIGHT-TO-LEFT MARK}"}

_DROPPED = re.compile("[\u202a-\u202e]")


def words(post: Post) -> tuple[str, str]:
    """The text as it is sent, and what follows it: the alt texts, one a line.

    Composed (NFC), since Telegram drops some combining marks, and without what it drops anyway:
    the spaces around a text and the old direction marks U+202A to U+202E (tdlib/td, misc.cpp).
    """
    text = "\n".join(_kept(post.text).splitlines()).strip()
    lines = [f"{_MARKS[post.direction]}{_SIGN} {one_line(one.alt)}" for one in post.pictures]
    before = "\n\n" if text and lines else ""
    return text, before + "\n".join(lines)


def one_line(text: str) -> str:
    """An alt text as it is sent."""
    return " ".join(_kept(text).split())


def _kept(text: str) -> str:
    return _DROPPED.sub("", unicodedata.normalize("NFC", text))


def misfits(post: Post, caps: Capabilities) -> Iterator[Finding]:
    """What of a post is too long or too large for Telegram, and no general limit tells."""
    yield from _length(post, caps)
    yield from _sides(post)


def _length(post: Post, caps: Capabilities) -> Iterator[Finding]:
    text, described = words(post)
    if not post.pictures:
        yield from within("text", "text", text, caps.text_limit, caps.text_counter)
        return
    actual = count(text + described, caps.text_counter)
    if actual > CAPTION_LIMIT:
        said = (
            f"text: {actual} utf16 units together with the alt texts, at most {CAPTION_LIMIT} "
            f"allowed under pictures; shorten text or alt texts by {actual - CAPTION_LIMIT}"
        )
        yield Finding("text.too_long", "text", CAPTION_LIMIT, actual, said)


def _sides(post: Post) -> Iterator[Finding]:
    for number, picture in enumerate(post.pictures, 1):
        actual = picture.width + picture.height
        if actual > MAX_SIDES:
            said = (
                f"picture {number}: width and height are {actual} pixels together, at most "
                f"{MAX_SIDES} allowed; make it smaller"
            )
            yield Finding("picture.sides", f"pictures.{number}", MAX_SIDES, actual, said)


def echo(told: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """The text without the alt texts behind it, when Telegram kept those."""
    described = request["described"]
    if not told.endswith(described):
        return {"text": told, "alts": []}
    return {"text": told[: len(told) - len(described)], "alts": list(request["alts"])}
