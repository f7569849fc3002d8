"""What Telegram's refusals mean."""

from __future__ import annotations

import re

from publishers.http.client import Answer
from publishers.http.table import Means, Row, Table

GONE = "message to delete not found"
POSTING = "let the bot post: make it an administrator with the right to post messages"

_NO_BOT = "the bot's token is not accepted; ask @BotFather for it, then clarion accounts add"
_PREFIXES = re.compile(r"^(Bad Request|Forbidden|Unauthorized|Not Found|Misdirected Request): ")


def name_of(answer: Answer) -> str:
    """Telegram names an error by a sentence only: it, on one line, without its class."""
    said = answer.fields().get("description")
    line = " ".join(said.split()) if isinstance(said, str) else ""
    return _PREFIXES.sub("", line)[:200]


TABLE = Table(
    (
        Row(401, "", Means.SIGN_IN, _NO_BOT),
        Row(404, "", Means.SIGN_IN, _NO_BOT),
        Row(421, "", Means.SIGN_IN, "the bot belongs to another server; correct 'server'"),
        Row(429, "", Means.WAIT_ACCOUNT, "too many messages"),
        Row(403, "", Means.BLOCKED, POSTING),
        Row(400, "need administrator rights in the channel chat", Means.BLOCKED, POSTING),
        Row(400, "not enough rights to send text messages to the chat", Means.BLOCKED, POSTING),
        Row(400, "not enough rights to send photos to the chat", Means.BLOCKED, POSTING),
        Row(400, "have no rights to send a message", Means.BLOCKED, POSTING),
        Row(400, "CHAT_WRITE_FORBIDDEN", Means.BLOCKED, POSTING),
        Row(400, "CHAT_ADMIN_REQUIRED", Means.BLOCKED, POSTING),
        Row(400, "chat not found", Means.BLOCKED, "add the bot there, or correct 'chat'"),
        Row(
            400,
            "group chat was upgraded to a supergroup chat",
            Means.BLOCKED,
            "the group has another number now; correct 'chat'",
        ),
        Row(400, "FROZEN_METHOD_INVALID", Means.BLOCKED, "Telegram has frozen the bot"),
        Row(400, "message is too long", Means.NEVER, "shorten the text", "text"),
        Row(400, "message caption is too long", Means.NEVER, "shorten the text", "text"),
        Row(400, "message text is empty", Means.NEVER, "the text shows nothing", "text"),
        Row(400, "PHOTO_INVALID_DIMENSIONS", Means.NEVER, "choose another format", "pictures"),
        Row(400, "IMAGE_PROCESS_FAILED", Means.NEVER, "a picture is not readable", "pictures"),
        Row(413, "", Means.NEVER, "the pictures are too large together", "pictures"),
        Row(400, GONE, Means.NEVER, "it is not there"),
        Row(400, "message can't be deleted", Means.NEVER, "take it down by hand"),
        Row(
            400,
            "message can't be deleted for everyone",
            Means.NEVER,
            "a bot may for 48 hours; take it down by hand",
        ),
    ),
    name_of,
)
"""Sentences of the Bot API's own server (tdlib/telegram-bot-api, Client.cpp, and tdlib/td)."""


def moved_to(answer: Answer) -> int | None:
    """The number that a group has since it grew."""
    parameters = answer.fields().get("parameters")
    number = parameters.get("migrate_to_chat_id") if isinstance(parameters, dict) else None
    return number if type(number) is int else None
