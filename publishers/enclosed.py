"""Pictures that travel inside the one request that posts.

Some platforms take no picture ahead of its post. Then the frozen request says where each picture
lies and which bytes it must have, and they are read and checked again when they are sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from publishers.pictures import check_files, read_checked
from publishers.port import Post

Enclosure = tuple[str, bytes, str]
"""Name, bytes and media type of a file, in the order in which requests takes them."""


def enclose(post: Post, max_bytes: int | None) -> list[dict[str, str]]:
    """The pictures as JSON values. Permanent when one is missing, too large or not the approved
    one."""
    check_files(post, max_bytes)
    return [
        {
            "path": str(picture.path.absolute()),
            "digest": picture.digest,
            "media_type": picture.media_type,
        }
        for picture in post.pictures
    ]


def name_of(picture: Mapping[str, str], number: int) -> str:
    """What the file is called on its way: `1.jpg`."""
    return f"{number}{Path(picture['path']).suffix.lower()}"


def enclosures(pictures: Sequence[Mapping[str, str]]) -> list[Enclosure]:
    """The files to send, read now. Permanent when one is missing or was changed since."""
    return [
        (
            name_of(picture, number),
            b"".join(read_checked(Path(picture["path"]), picture["digest"], number)),
            picture["media_type"],
        )
        for number, picture in enumerate(pictures, 1)
    ]
