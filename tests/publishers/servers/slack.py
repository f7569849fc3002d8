"""One incoming webhook of Slack, written from its documentation.

It fetches the pictures, as Slack does, and is stricter than Slack: a field that it does not know is
refused, and so is a sign that should be an entity.
"""

from __future__ import annotations

import html
import json
import re
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.error import URLError

from tests.publishers.servers.plain import Asked, FakeServer, Said, media_type

_BARE = re.compile(r"[<>]|&(?!amp;|lt;|gt;)")
_PLAIN = {"Content-Type": "text/plain"}


@dataclass(frozen=True)
class Message:
    """What the channel shows."""

    text: str
    alts: tuple[str, ...]
    pictures: tuple[bytes, ...]


class RefusedError(Exception):
    def __init__(self, status: int, name: str) -> None:
        super().__init__(name)
        self.status = status


class Slack(FakeServer):
    """`messages` is what the channel shows, oldest first."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self.path = f"/services/T00CARD/B00CARD/{token}"
        self.messages: list[Message] = []

    def answer(self, asked: Asked) -> Said:
        try:
            if asked.path != self.path:
                raise RefusedError(404, "no_service")
            self.messages.append(self._message(asked))
        except RefusedError as refused:
            return Said(refused.status, str(refused).encode(), _PLAIN)
        return Said(200, b"ok", _PLAIN)

    def _message(self, asked: Asked) -> Message:
        if asked.method != "POST" or media_type(asked) != "application/json":
            raise RefusedError(400, "invalid_payload")
        told = json.loads(asked.body)
        if set(told) != {"text", "blocks", "unfurl_links", "unfurl_media"}:
            raise RefusedError(400, "invalid_payload")
        if told["unfurl_links"] is not False or told["unfurl_media"] is not False:
            raise RefusedError(400, "invalid_payload")
        blocks = told["blocks"]
        if not 1 <= len(blocks) <= 50:
            raise RefusedError(400, "no_text" if not blocks else "invalid_blocks")
        sections = [one for one in blocks if one["type"] == "section"]
        text = "".join(_section(one) for one in sections)
        if text != _words(told["text"]) and sections:
            raise RefusedError(400, "invalid_payload")
        images = [_image(one) for one in blocks[len(sections) :]]
        return Message(text, tuple(alt for alt, _ in images), tuple(data for _, data in images))


class Shelf(FakeServer):
    """A public place with pictures, by name; `media_type` is what it calls them."""

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, bytes] = {}
        self.media_type = "image/png"

    def answer(self, asked: Asked) -> Said:
        data = self.files.get(asked.path.rpartition("/")[2])
        if asked.method not in ("GET", "HEAD") or data is None:
            return Said(404)
        return Said(200, data, {"Content-Type": self.media_type})


def _section(block: Mapping[str, Any]) -> str:
    if set(block) != {"type", "text"} or set(block["text"]) != {"type", "text"}:
        raise RefusedError(400, "invalid_blocks")
    if block["text"]["type"] != "mrkdwn" or not 1 <= len(block["text"]["text"]) <= 3000:
        raise RefusedError(400, "invalid_blocks")
    return _words(block["text"]["text"])


def _words(text: str) -> str:
    if _BARE.search(text):
        raise RefusedError(400, "invalid_payload")
    return html.unescape(text)


def _image(block: Mapping[str, Any]) -> tuple[str, bytes]:
    if set(block) != {"type", "image_url", "alt_text"} or block["type"] != "image":
        raise RefusedError(400, "invalid_blocks")
    if not 1 <= len(block["alt_text"]) <= 2000 or len(block["image_url"]) > 3000:
        raise RefusedError(400, "invalid_blocks")
    try:
        with urllib.request.urlopen(block["image_url"], timeout=10) as found:
            if not found.headers["content-type"].startswith("image/"):
                raise RefusedError(400, "invalid_blocks")
            return block["alt_text"], found.read()
    except URLError:
        raise RefusedError(400, "invalid_blocks") from None
