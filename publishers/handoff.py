"""One hand-off folder: what is frozen for it, how it is filled, and what it says when read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from publishers.checklist import checklist
from publishers.names import folder_name, safe_name
from publishers.pictures import SUFFIXES, read_checked
from publishers.port import Picture, Post, Prepared
from publishers.shelf import Writer, read_json


def freeze(post: Post, account: str, *, rehearsal: bool) -> dict[str, Any]:
    """The request. `society` and `folder` name the place; `pictures` give their final names. A
    rehearsal's folder bears the channel too: several of one locale lie side by side there."""
    folder = folder_name(post.facts, post.language)
    channel = post.facts.get("channel", "")
    return {
        "key": post.key,
        "text": post.text,
        "language": post.language,
        "direction": post.direction,
        "title": post.title,
        "facts": dict(post.facts),
        "account": account,
        "rehearsal": rehearsal,
        "society": safe_name(post.facts["society"]),
        "folder": f"{folder}-{safe_name(channel)}" if rehearsal and channel else folder,
        "pictures": [_freeze(number, picture) for number, picture in enumerate(post.pictures, 1)],
    }


def _freeze(number: int, picture: Picture) -> dict[str, Any]:
    return {
        "name": f"{number}.{SUFFIXES[picture.media_type]}",
        "path": str(picture.path.absolute()),
        "media_type": picture.media_type,
        "digest": picture.digest,
        "width": picture.width,
        "height": picture.height,
        "alt": picture.alt,
    }


def fill(folder: Path, prepared: Prepared, at: datetime, writer: Writer) -> None:
    """Make the folder and everything in it. Permanent when a picture is not the approved one.

    What a rehearsal would have sent to another platform, `frozen`, lies there too."""
    request = prepared.request
    folder.mkdir(parents=True)
    for number, picture in enumerate(request["pictures"], 1):
        pieces = read_checked(Path(picture["path"]), picture["digest"], number)
        writer.save(folder / picture["name"], pieces)
        writer.save(folder / f"alt-{number}.txt", [picture["alt"].encode("utf-8")])
    writer.save(folder / "caption.txt", [request["text"].encode("utf-8")])
    writer.save(folder / "CHECKLIST.txt", [checklist(request).encode("utf-8")])
    if "frozen" in request:
        writer.save_json(folder / "request.json", request["frozen"])
    writer.save_json(
        folder / "post.json",
        {
            "key": prepared.key,
            "digest": prepared.digest,
            "handed_over": at.isoformat(),
            "request": dict(request),
        },
    )
    writer.sync(folder)


def identity(folder: Path) -> dict[str, Any] | None:
    """`key`, `digest`, `handed_over` and `request` of a hand-off folder; None when it is none."""
    return read_json(folder / "post.json", "key", "digest", "handed_over", "request")


def echo(folder: Path, request: Mapping[str, Any]) -> dict[str, Any]:
    """What lies in the folder now, read back from its files; a missing text is None."""
    numbers = range(1, len(request["pictures"]) + 1)
    return {
        "text": _said(folder / "caption.txt"),
        "language": request["language"],
        "alts": [_said(folder / f"alt-{number}.txt") for number in numbers],
    }


def _said(file: Path) -> str | None:
    try:
        return file.read_bytes().decode("utf-8", "replace")
    except FileNotFoundError:
        return None
