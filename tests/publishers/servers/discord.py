"""One webhook of Discord, written from its documentation and its public OpenAPI description.

Stricter than that: a field that it does not know is refused, and so is a post without `wait`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import count
from typing import Any

from tests.publishers.servers.plain import (
    Asked,
    FakeServer,
    Said,
    media_type,
    parts_of,
    picture_of,
)

_SIGNS = re.compile(r"\\([^\w\s])|[*_~`|]")
_ADDRESS = re.compile(r"(https?://\S+)")


@dataclass(frozen=True)
class Message:
    """What the channel keeps: `content` is Markdown."""

    content: str
    alts: tuple[str, ...]
    pictures: tuple[bytes, ...]

    @property
    def shown(self) -> str:
        """What a visitor reads: a sign after a backslash is that sign, any other is markup and is
        not seen; an address is left alone."""
        parts = _ADDRESS.split(self.content)
        parts[::2] = [_SIGNS.sub(lambda found: found[1] or "", part) for part in parts[::2]]
        return "".join(parts)


class RefusedError(Exception):
    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class Discord(FakeServer):
    """`messages` is what the channel shows, by number."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self.path = f"/api/webhooks/1182035934/{token}"
        self.messages: dict[str, Message] = {}
        self._numbers = count(1182035934000000001)

    def answer(self, asked: Asked) -> Said:
        try:
            if not asked.path.startswith(self.path):
                raise RefusedError(404, 10015, "Unknown Webhook")
            rest = asked.path.removeprefix(self.path)
            if rest:
                return self._delete(asked, rest)
            return Said(200, self._about() if asked.method == "GET" else self._create(asked))
        except RefusedError as refused:
            return Said(refused.status, {"code": refused.code, "message": str(refused)})

    def _about(self) -> dict[str, Any]:
        return {"id": "1182035934", "type": 1, "name": "Carte", "channel_id": "1", "guild_id": "2"}

    def _delete(self, asked: Asked, rest: str) -> Said:
        if asked.method != "DELETE" or not rest.startswith("/messages/"):
            raise RefusedError(405, 0, "405: Method Not Allowed")
        if self.messages.pop(rest.removeprefix("/messages/"), None) is None:
            raise RefusedError(404, 10008, "Unknown Message")
        return Said(204)

    def _create(self, asked: Asked) -> dict[str, Any]:
        if asked.query != {"wait": "true"}:
            raise RefusedError(400, 50035, "Invalid Query")
        told, files = _read(asked)
        if set(told) - {"content", "attachments", "allowed_mentions", "flags"}:
            raise RefusedError(400, 50035, "Invalid Form Body")
        content = str(told.get("content", "")).replace("\r\n", "\n").strip()
        if len(content) > 2000:
            raise RefusedError(400, 50035, "Invalid Form Body")
        if told.get("allowed_mentions") != {"parse": []} or told.get("flags") != 4:
            raise RefusedError(400, 50035, "somebody would be notified, or a preview be shown")
        alts = _alts(told.get("attachments", []), files)
        if not content and not files:
            raise RefusedError(400, 50006, "Cannot send an empty message")
        number = str(next(self._numbers))
        self.messages[number] = Message(content, alts, tuple(files.values()))
        return self._told(number)

    def _told(self, number: str) -> dict[str, Any]:
        message = self.messages[number]
        attachments = [{"id": str(at), "description": a} for at, a in enumerate(message.alts)]
        return {
            "id": number,
            "channel_id": "1",
            "content": message.content,
            "attachments": attachments,
        }


def _read(asked: Asked) -> tuple[dict[str, Any], dict[str, bytes]]:
    if media_type(asked) == "application/json":
        return json.loads(asked.body), {}
    if media_type(asked) != "multipart/form-data":
        raise RefusedError(400, 50109, "The request body contains invalid JSON.")
    parts = parts_of(asked)
    (payload,) = (part for part in parts if not part.file)
    if payload.name != "payload_json":
        raise RefusedError(400, 50035, "Invalid Form Body")
    files = {}
    for part in parts:
        if part.file:
            if picture_of(part.data)[0] != part.media_type:
                raise RefusedError(400, 50035, "no picture")
            files[re.fullmatch(r"files\[(\d+)\]", part.name)[1]] = part.data  # type: ignore[index]
    return json.loads(payload.data), files


def _alts(attachments: list[dict[str, Any]], files: dict[str, bytes]) -> tuple[str, ...]:
    if [one["id"] for one in attachments] != list(files):
        raise RefusedError(400, 50035, "attachments and files do not fit")
    if any(set(one) != {"id", "filename", "description"} for one in attachments):
        raise RefusedError(400, 50035, "Invalid Form Body")
    if any(len(one["description"]) > 1024 for one in attachments):
        raise RefusedError(400, 50035, "Invalid Form Body")
    return tuple(one["description"] for one in attachments)
