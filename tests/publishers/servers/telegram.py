"""A Bot API server with one bot and one chat, written from the documentation and from the sources
of the platform's own server (tdlib/telegram-bot-api, tdlib/td).

Stricter than that one: a field that it does not know is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from tests.publishers.servers.plain import (
    Asked,
    FakeServer,
    Part,
    Said,
    media_type,
    parts_of,
    picture_of,
)

_SPACES = {code: " " for code in range(33) if code not in (10, 13)}
_DROPPED = re.compile("[\r\u2028-\u202e\u0333\u033f\u030a]")
_MARKS = re.compile("[\u200e\u200f](?=[\u200e\u200f])")


@dataclass(frozen=True)
class Message:
    """What the chat shows. Messages of one album have the same `album`."""

    number: int
    text: str
    photo: bytes | None
    album: str = ""


class RefusedError(Exception):
    def __init__(self, code: int, description: str, **parameters: object) -> None:
        super().__init__(description)
        self.code, self.parameters = code, parameters


class Telegram(FakeServer):
    """`messages` is what the chat shows; `rights` what the bot is there."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self.token = token
        self.messages: dict[int, Message] = {}
        self.chat: dict[str, Any] = {
            "id": -1001234567890,
            "type": "channel",
            "title": "Croce Rossa",
            "username": "croce_rossa",
        }
        self.rights: dict[str, Any] = {"status": "administrator", "can_post_messages": True}
        self.days_old: frozenset[int] = frozenset()
        """Numbers of messages that are older than 48 hours."""
        self._numbers = count(7)
        self._albums = count(13)

    def answer(self, asked: Asked) -> Said:
        found = re.fullmatch(r"/bot([^/]+)/(\w+)", asked.path)
        try:
            if found is None:
                raise RefusedError(404, "Not Found")
            if found[1] != self.token:
                raise RefusedError(401, "Unauthorized")
            method = _METHODS.get(found[2])
            if method is None:
                raise RefusedError(404, "Not Found: method not found")
            return Said(200, {"ok": True, "result": method(self, asked)})
        except RefusedError as refused:
            said = {"ok": False, "error_code": refused.code, "description": str(refused)}
            more = {"parameters": refused.parameters} if refused.parameters else {}
            return Said(refused.code, said | more)

    def _get_me(self, asked: Asked) -> dict[str, Any]:
        _fields(asked, set())
        return {"id": 42, "is_bot": True, "first_name": "Card", "username": "card_bot"}

    def _get_chat(self, asked: Asked) -> dict[str, Any]:
        self._in(_fields(asked, {"chat_id"}))
        return {**self.chat, "accent_color_id": 1, "max_reaction_count": 1}

    def _get_chat_member(self, asked: Asked) -> dict[str, Any]:
        fields = _fields(asked, {"chat_id", "user_id"})
        self._in(fields)
        if str(fields.get("user_id")) != "42":
            raise RefusedError(400, "Bad Request: invalid user_id specified")
        return {**self.rights, "user": self._get_me(Asked("GET", "", {}, {}, b""))}

    def _send_message(self, asked: Asked) -> dict[str, Any]:
        fields = _fields(asked, {"chat_id", "text", "link_preview_options"})
        self._in(fields)
        text = cleaned(fields.get("text", ""))
        if not text:
            raise RefusedError(400, "Bad Request: message text is empty")
        if units(text) > 4096:
            raise RefusedError(400, "Bad Request: message is too long")
        if fields.get("link_preview_options") != {"is_disabled": True}:
            raise RefusedError(400, "Bad Request: a preview was not asked for here")
        return self._shown(Message(next(self._numbers), text, None))

    def _send_photo(self, asked: Asked) -> dict[str, Any]:
        plain, files = _form(asked, {"chat_id", "caption"})
        self._in(plain)
        if set(files) != {"photo"}:
            raise RefusedError(400, "Bad Request: there is no photo in the request")
        caption = _caption(plain.get("caption", ""))
        photo = _photo(files["photo"])
        return self._shown(Message(next(self._numbers), caption, photo))

    def _send_media_group(self, asked: Asked) -> list[dict[str, Any]]:
        plain, files = _form(asked, {"chat_id", "media"})
        self._in(plain)
        media = json.loads(plain["media"])
        if not 2 <= len(media) <= 10:
            raise RefusedError(400, "Bad Request: too many or too few items in the album")
        whole = []
        for one in media:
            if set(one) - {"caption"} != {"type", "media"} or one["type"] != "photo":
                raise RefusedError(400, "Bad Request: can't parse InputMedia")
            file = files.pop(one["media"].removeprefix("attach://"))
            whole.append((_caption(one.get("caption", "")), _photo(file)))
        if files:
            raise RefusedError(400, "Bad Request: a file that nobody attaches")
        album = str(next(self._albums))
        return [
            self._shown(Message(next(self._numbers), caption, photo, album))
            for caption, photo in whole
        ]

    def _delete_message(self, asked: Asked) -> bool:
        fields = _fields(asked, {"chat_id", "message_id"})
        self._in(fields)
        number = fields["message_id"]
        if number not in self.messages:
            raise RefusedError(400, "Bad Request: message to delete not found")
        if number in self.days_old:
            raise RefusedError(400, "Bad Request: message can't be deleted for everyone")
        del self.messages[number]
        return True

    def _in(self, fields: Mapping[str, Any]) -> None:
        known = {str(self.chat["id"]), f"@{self.chat.get('username')}"}
        if str(fields.get("chat_id")) not in known:
            raise RefusedError(400, "Bad Request: chat not found")

    def _shown(self, message: Message) -> dict[str, Any]:
        self.messages[message.number] = message
        told: dict[str, Any] = {
            "message_id": message.number,
            "date": 1816930800,
            "chat": self.chat,
            "sender_chat": self.chat,
        }
        if message.photo is None:
            return told | {"text": message.text}
        _, (width, height) = picture_of(message.photo)
        names = {"file_id": f"f{message.number}", "file_unique_id": f"u{message.number}"}
        told["photo"] = [{**names, "width": width, "height": height}]
        if message.album:
            told["media_group_id"] = message.album
        return told | ({"caption": message.text} if message.text else {})


_METHODS = {
    "getMe": Telegram._get_me,
    "getChat": Telegram._get_chat,
    "getChatMember": Telegram._get_chat_member,
    "sendMessage": Telegram._send_message,
    "sendPhoto": Telegram._send_photo,
    "sendMediaGroup": Telegram._send_media_group,
    "deleteMessage": Telegram._delete_message,
}


def cleaned(text: str) -> str:
    """What Telegram keeps of a text (tdlib/td, misc.cpp: clean_input_string), without the spaces
    around it."""
    return _MARKS.sub("\u200c", _DROPPED.sub("", text.translate(_SPACES))).strip()


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _fields(asked: Asked, known: set[str]) -> dict[str, Any]:
    if asked.method == "GET":
        fields: dict[str, Any] = dict(asked.query)
    elif media_type(asked) == "application/json":
        fields = json.loads(asked.body)
    else:
        raise RefusedError(400, "Bad Request: unsupported content type")
    _known(fields, known)
    return fields


def _form(asked: Asked, known: set[str]) -> tuple[dict[str, str], dict[str, Part]]:
    if asked.method != "POST" or media_type(asked) != "multipart/form-data":
        raise RefusedError(400, "Bad Request: a file wants multipart/form-data")
    parts = parts_of(asked)
    plain = {part.name: part.data.decode() for part in parts if not part.file}
    _known(plain, known)
    return plain, {part.name: part for part in parts if part.file}


def _known(fields: Mapping[str, Any], known: set[str]) -> None:
    if set(fields) - known:
        raise RefusedError(400, f"Bad Request: unknown field {min(set(fields) - known)}")


def _caption(text: str) -> str:
    caption = cleaned(text)
    if units(caption) > 1024:
        raise RefusedError(400, "Bad Request: message caption is too long")
    return caption


def _photo(part: Part) -> bytes:
    kind, size = picture_of(part.data)
    if not kind or kind != part.media_type:
        raise RefusedError(400, "Bad Request: IMAGE_PROCESS_FAILED")
    if sum(size) > 10_000 or max(size) > 20 * min(size):
        raise RefusedError(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
    if len(part.data) > 10_000_000:
        raise RefusedError(413, "Request Entity Too Large")
    return part.data
