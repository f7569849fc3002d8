"""A post as the network stores it: an `app.bsky.feed.post` record.

The lexicon is https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/feed/post.json.
Everything in the record comes from the post alone, its time included: the server takes the same
record again for the same post, and refuses any other under its key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from publishers.bluesky.richtext import facets
from publishers.bluesky.tid import tid
from publishers.errors import Permanent
from publishers.pictures import read_whole
from publishers.port import Picture, Post, Prepared

COLLECTION = "app.bsky.feed.post"
_IMAGES = "app.bsky.embed.images"
_MAGIC = {
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/webp": (b"RIFF", b"WEBP"),
}


def freeze(post: Post) -> dict[str, Any]:
    """The request for `post`, all but what its pictures will be called and whose account it is."""
    record: dict[str, Any] = {
        "$type": COLLECTION,
        "text": post.text,
        "createdAt": f"{post.due:%Y-%m-%dT%H:%M:%S}.000Z",
        "langs": [post.language],
    }
    if found := facets(post.text):
        record["facets"] = found
    pictures = [_picture(picture) for picture in post.pictures]
    return {"rkey": tid(post.due, post.key), "record": record, "pictures": pictures}


def whole(prepared: Prepared) -> dict[str, Any]:
    """The record with its pictures. Permanent for a request whose pictures are not uploaded."""
    request = prepared.request
    record = dict(request["record"])
    images = [
        {"image": blob, "alt": picture["alt"], "aspectRatio": picture["aspectRatio"]}
        for picture, blob in zip(request["pictures"], uploads(prepared)["blobs"], strict=True)
    ]
    if images:
        record["embed"] = {"$type": _IMAGES, "images": images}
    return record


def uploads(prepared: Prepared) -> Mapping[str, Any]:
    """`repo`, the account it was prepared for, and `blobs`, its pictures."""
    told = prepared.request.get("uploads")
    if not isinstance(told, dict):
        text = f"request {prepared.key} was only looked at; prepare it"
        raise Permanent(text, code="request.foreign")
    return told


def uri(prepared: Prepared) -> str:
    """Where the post is, for ever: `at://account/collection/key`."""
    return f"at://{uploads(prepared)['repo']}/{COLLECTION}/{prepared.request['rkey']}"


def echo(record: Mapping[str, Any]) -> dict[str, Any]:
    """What a stored record says, in the words of `Receipt.echoed`."""
    langs, embed = record.get("langs"), record.get("embed")
    images = embed.get("images") if isinstance(embed, dict) else None
    return {
        "text": record.get("text"),
        "language": langs[0] if isinstance(langs, list) and langs else "",
        "alts": [
            image.get("alt")
            for image in (images if isinstance(images, list) else [])
            if isinstance(image, dict)
        ],
    }


def read_picture(picture: Picture, number: int, max_bytes: int | None) -> bytes:
    """The approved bytes, which are what they are said to be: the server would not look."""
    data = read_whole(picture, number, max_bytes)
    first, *later = _MAGIC[picture.media_type]
    if not data.startswith(first) or any(data[8:12] != one for one in later):
        text = f"picture {number} is no {picture.media_type}: {picture.path.name}; build it again"
        field = f"pictures.{number}.media_type"
        raise Permanent(text, code="picture.media_type", field=field)
    return data


def _picture(picture: Picture) -> dict[str, Any]:
    return {
        "alt": picture.alt,
        "aspectRatio": {"width": picture.width, "height": picture.height},
        "digest": picture.digest,
    }
