"""Whether a post keeps within an account's limits. Pure: no file, no network, no clock."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from publishers.counting import COUNTERS, UNITS, count, hashtags
from publishers.errors import Permanent
from publishers.port import Capabilities, Finding, Picture, Post

__all__ = ["COUNTERS", "check", "count", "missing", "refuse"]


_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})


def check(post: Post, caps: Capabilities) -> list[Finding]:
    """What every platform asks of a post, in the order in which a person would fix it."""
    return [*_text(post, caps), *_pictures(post, caps)]


def refuse(findings: Sequence[Finding]) -> None:
    """Permanent with the first finding, if there is one."""
    if findings:
        first = findings[0]
        raise Permanent(first.text, code=first.code, field=first.field)


def missing(code: str, field: str, text: str) -> Finding:
    """A finding about something that was not counted."""
    return Finding(code, field, None, None, text)


def within(code: str, field: str, text: str, limit: int | None, counter: str) -> Iterator[Finding]:
    """A finding when `text`, counted with `counter`, is longer than `limit`."""
    if limit is None:
        return
    actual = count(text, counter)
    if actual > limit:
        said = (
            f"{field}: {actual} {UNITS[counter]}, at most {limit} allowed; "
            f"shorten it by {actual - limit}"
        )
        yield Finding(f"{code}.too_long", field, limit, actual, said)


def _text(post: Post, caps: Capabilities) -> Iterator[Finding]:
    if not post.key.strip():
        yield missing("key.missing", "key", "the post has no key; it could not be recognised again")
    if not post.language.strip():
        yield missing("language.missing", "language", "the post names no language; set its tag")
    if not _shows(post.text) and not post.pictures:
        yield missing("post.empty", "text", "the post has neither text nor picture; add one")
    yield from _written("key", "key", post.key)
    yield from _written("text", "text", post.text)
    yield from _written("title", "title", post.title)
    for name, value in post.facts.items():
        yield from _written("fact", f"facts.{name}", value)
    yield from within("text", "text", post.text, caps.text_limit, caps.text_counter)
    yield from within("text", "text", post.text, caps.text_bytes, "utf8_bytes")
    yield from _hashtags(hashtags(post.text), caps.max_hashtags)


def _hashtags(actual: int, limit: int | None) -> Iterator[Finding]:
    if limit is not None and actual > limit:
        text = f"text: {actual} hashtags, at most {limit} allowed; leave some out of the campaign"
        yield Finding("hashtags.too_many", "text", limit, actual, text)


def _pictures(post: Post, caps: Capabilities) -> Iterator[Finding]:
    actual, limit = len(post.pictures), caps.max_pictures
    if limit is not None and actual > limit:
        text = f"{actual} pictures, at most {limit} allowed; leave some out"
        yield Finding("pictures.too_many", "pictures", limit, actual, text)
    for number, picture in enumerate(post.pictures, 1):
        yield from _picture(number, picture, caps)


def _picture(number: int, picture: Picture, caps: Capabilities) -> Iterator[Finding]:
    field = f"pictures.{number}"
    if picture.media_type not in caps.media_types:
        allowed = ", ".join(sorted(caps.media_types))
        text = f"picture {number} is {picture.media_type}; allowed are {allowed}"
        yield missing("picture.media_type", f"{field}.media_type", text)
    yield from _shape(number, picture, caps)
    if not picture.alt.strip():
        text = f"picture {number} has no alt text; describe it"
        yield missing("alt.missing", f"{field}.alt", text)
    yield from _written("alt", f"{field}.alt", picture.alt)
    counter = caps.alt_counter or caps.text_counter
    yield from within("alt", f"{field}.alt", picture.alt, caps.alt_limit, counter)


def _shape(number: int, picture: Picture, caps: Capabilities) -> Iterator[Finding]:
    width, height = picture.width, picture.height
    measures = (
        ("too_large", picture.size, caps.max_bytes, "bytes"),
        ("pixels", width * height, caps.max_pixels, "pixels"),
        ("side", max(width, height), caps.max_side, "pixels on its longer side"),
    )
    for code, actual, limit, unit in measures:
        if limit is not None and actual is not None and actual > limit:
            text = f"picture {number}: {actual} {unit}, at most {limit} allowed; make it smaller"
            yield Finding(f"picture.{code}", f"pictures.{number}", limit, actual, text)
    if caps.ratio is not None and not caps.ratio[0] <= width / height <= caps.ratio[1]:
        narrow, broad = caps.ratio
        text = (
            f"picture {number}: {width} by {height}, its width must be {narrow:g} to {broad:g} "
            "times its height; choose another format"
        )
        yield missing("picture.ratio", f"pictures.{number}", text)


def _written(code: str, field: str, text: str) -> Iterator[Finding]:
    """Half a surrogate pair is no text: it cannot be written as UTF-8. A zero byte cannot be stored
    by many a server, which then fails whenever it is asked to."""
    for at, char in enumerate(text, 1):
        if char == "\0" or "\ud800" <= char <= "\udfff":
            what = "a zero byte" if char == "\0" else "half a character"
            said = f"{field}: character {at} is {what}; type it again"
            yield missing(f"{code}.broken", field, said)
            return


def _shows(text: str) -> bool:
    """Whether anybody would see this text: marks of direction and the like are no words."""
    return any(unicodedata.category(char) not in _UNSEEN for char in text)
