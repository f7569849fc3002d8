"""Which bytes of a text are links and hashtags.

On Bluesky a text is plain; what can be clicked is told beside it, in facets that count bytes of
UTF-8 (https://docs.bsky.app/docs/advanced-guides/post-richtext). The server accepts offsets that
are wrong, so they are made here once and tested. A name after an @ stays plain: to make it a
mention, somebody would have to be looked up, and would be notified.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import regex

from publishers.counting import graphemes, utf8_bytes

_LINK = regex.compile(
    r"(?<![a-z0-9])https?://[\p{L}\p{N}][^\s\p{C}<>\"“”„«»、。，！？；：「」『』（）【】《》]*",
    regex.IGNORECASE,
)
_HASHTAG = regex.compile(
    r"(?<![\p{L}\p{M}\p{N}_&/#＃])[#＃]"
    r"([\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}_·]|[\u200c\u200d](?=[\p{L}\p{M}\p{N}]))*)"
)
_LETTER = regex.compile(r"\p{L}")
_AFTER_A_LINK = ".,;:!?'’*…·،؛؟۔।"
_BRACKETS = {")": "(", "]": "[", "}": "{"}

# https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/richtext/facet.json
_LONGEST_TAG = 64
_MOST_BYTES = 640


def facets(text: str) -> list[dict[str, Any]]:
    """The links and hashtags of `text`, in order; they do not overlap."""
    links = list(_links(text))
    spans = links + [tag for tag in _hashtags(text) if not any(_cross(tag, one) for one in links)]
    return [
        {
            "index": {"byteStart": utf8_bytes(text[:start]), "byteEnd": utf8_bytes(text[:end])},
            "features": [feature],
        }
        for start, end, feature in sorted(spans, key=lambda span: span[0])
    ]


_Span = tuple[int, int, dict[str, str]]


def _links(text: str) -> Iterator[_Span]:
    for match in _LINK.finditer(text):
        link = _trimmed(match.group())
        feature = {"$type": "app.bsky.richtext.facet#link", "uri": link}
        yield match.start(), match.start() + len(link), feature


def _hashtags(text: str) -> Iterator[_Span]:
    for match in _HASHTAG.finditer(text):
        tag = match.group(1)
        short = graphemes(tag) <= _LONGEST_TAG and utf8_bytes(tag) <= _MOST_BYTES
        if short and _LETTER.search(tag):
            feature = {"$type": "app.bsky.richtext.facet#tag", "tag": tag}
            yield match.start(), match.end(), feature


def _trimmed(link: str) -> str:
    """Without the punctuation of the sentence that it stands in."""
    while link[-1] in _AFTER_A_LINK or _unopened(link):
        link = link[:-1]
    return link


def _unopened(link: str) -> bool:
    opening = _BRACKETS.get(link[-1])
    return opening is not None and link.count(opening) < link.count(link[-1])


def _cross(one: _Span, other: _Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]
