"""Whether a post keeps within an account's limits. Pure: no file, no network, no clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from publishers.errors import Permanent
from publishers.port import Capabilities, Finding, Picture, Post

COUNTERS: Mapping[str, Callable[[str], int]] = {
    "characters": len,
    "utf16_units": lambda text: len(text.encode("utf-16-le", "surrogatepass")) // 2,
    "utf8_bytes": lambda text: len(text.encode("utf-8", "surrogatepass")),
}
"""How platforms count: Unicode code points, UTF-16 code units, bytes of UTF-8."""


def count(text: str, counter: str) -> int:
    """Length of `text` as the platform counts it. KeyError for an unknown counter."""
    return COUNTERS[counter](text)


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


def _text(post: Post, caps: Capabilities) -> Iterator[Finding]:
    if not post.key.strip():
        yield missing("key.missing", "key", "the post has no key; it could not be recognised again")
    if not post.language.strip():
        yield missing("language.missing", "language", "the post names no language; set its tag")
    if not post.text.strip() and not post.pictures:
        yield missing("post.empty", "text", "the post has neither text nor picture; add one")
    yield from _written("key", "key", post.key)
    yield from _written("text", "text", post.text)
    yield from _written("title", "title", post.title)
    for name, value in post.facts.items():
        yield from _written("fact", f"facts.{name}", value)
    yield from _within("text", "text", post.text, caps.text_limit, caps.text_counter)


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
    if not picture.alt.strip():
        text = f"picture {number} has no alt text; describe it"
        yield missing("alt.missing", f"{field}.alt", text)
    yield from _written("alt", f"{field}.alt", picture.alt)
    yield from _within("alt", f"{field}.alt", picture.alt, caps.alt_limit, caps.text_counter)


def _written(code: str, field: str, text: str) -> Iterator[Finding]:
    """Half a surrogate pair is no text: it cannot be written as UTF-8."""
    broken = next((at for at, char in enumerate(text) if "\ud800" <= char <= "\udfff"), None)
    if broken is not None:
        said = f"{field}: character {broken + 1} is half a character; type it again"
        yield missing(f"{code}.broken", field, said)


def _within(code: str, field: str, text: str, limit: int | None, counter: str) -> Iterator[Finding]:
    if limit is None:
        return
    actual = count(text, counter)
    if actual > limit:
        unit = counter.replace("_", " ")
        said = f"{field}: {actual} {unit}, at most {limit} allowed; shorten it by {actual - limit}"
        yield Finding(f"{code}.too_long", field, limit, actual, said)
