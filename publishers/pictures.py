"""Reading finished pictures: what goes out is byte for byte what was approved."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from publishers.errors import Permanent
from publishers.port import Picture, Post

_CHUNK = 1 << 18


SUFFIXES = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "image/gif": "gif",
}
"""Kinds of picture that can be posted, and how their files end."""


def check_files(post: Post, max_bytes: int | None) -> None:
    """Permanent when the file of a picture is missing, larger than `max_bytes`, or not the
    approved one."""
    for number, picture in enumerate(post.pictures, 1):
        _within(sum(map(len, _pieces(picture, number))), number, max_bytes)


def read_whole(picture: Picture, number: int, max_bytes: int | None) -> bytes:
    """The bytes of the approved picture. Permanent as in `check_files`."""
    data = b"".join(_pieces(picture, number))
    _within(len(data), number, max_bytes)
    return data


def _pieces(picture: Picture, number: int) -> Iterator[bytes]:
    return read_checked(picture.path, picture.digest, number)


def _within(size: int, number: int, max_bytes: int | None) -> None:
    if max_bytes is not None and size > max_bytes:
        text = f"picture {number}: {size} bytes, at most {max_bytes} allowed; make it smaller"
        raise Permanent(text, code="picture.too_large", field=f"pictures.{number}")


def read_checked(path: Path, digest: str, number: int) -> Iterator[bytes]:
    """The file in pieces. After the last, Permanent unless all of them have this SHA-256."""
    field = f"pictures.{number}"
    seen = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                seen.update(chunk)
                yield chunk
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError) as error:
        text = f"picture {number} cannot be read: {path.name}: {error.strerror}; build it again"
        raise Permanent(text, code="picture.missing", field=field) from error
    if seen.hexdigest() != digest:
        text = f"picture {number} is not the approved one: {path.name} has changed; build it again"
        raise Permanent(text, code="picture.changed", field=field)
