"""Telegram's adapter.

The pictures travel in the one request that posts: one with sendPhoto, two to ten with
sendMediaGroup, none with sendMessage. Telegram keeps no alt texts: they follow the text.

Nothing can be read back. An attempt whose answer was lost goes to a person.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from publishers.account import Account, Wanted
from publishers.enclosed import enclose, enclosures
from publishers.errors import AccountBlocked, AuthExpired, Permanent, SetupError
from publishers.http.client import Act, Client
from publishers.limits import check, refuse
from publishers.platforms import capabilities
from publishers.port import (
    Absent,
    CannotTell,
    Capabilities,
    Finding,
    Found,
    Idempotency,
    Post,
    Prepared,
    Receipt,
    WithoutUploads,
    refuse_foreign,
)
from publishers.secret_address import SecretAddress
from publishers.settings import Settings
from publishers.telegram.refusals import GONE, POSTING, TABLE, moved_to
from publishers.telegram.words import echo, misfits, one_line, words

_Read = TypeVar("_Read")
_CHAT = re.compile(r"@[A-Za-z]\w{3,31}|-\d{1,19}", re.ASCII)
_TOKEN = re.compile(r"\d+:[\w-]+", re.ASCII)
_REMOTE_ID = re.compile(r"(-?\d+):(\d+(?:,\d+)*)", re.ASCII)


class TelegramPublisher(WithoutUploads):
    """Posts in one chat. Settings: `chat` (`@channel`, or a number such as `-1001234567890`),
    `server` for a Bot API server of one's own, `ca_file`, `local`. Secret: `token`."""

    kind = "telegram"
    wanted = (Wanted("token", "the token that @BotFather gave for the bot"),)
    deadline = 90.0
    """Seconds for one request with all its pictures."""

    def __init__(
        self,
        channel: str,
        settings: Mapping[str, object],
        base: Path,
        account: Account,
    ) -> None:
        """SetupError when a setting is unknown or is not understood."""
        own = Settings(channel, settings)
        self._account = account
        self._chat = own.text("chat", "")
        if not _CHAT.fullmatch(self._chat):
            raise SetupError(
                f"channel {channel}: chat is '{self._chat}'; "
                "write @name or a number such as -1001234567890"
            )
        self._client = Client(
            own.text("server", "https://api.telegram.org"),
            local=own.flag("local"),
            ca_file=own.file("ca_file", base),
            deadline=self.deadline,
        )
        own.done()
        self._capabilities = capabilities(self.kind, idempotency=Idempotency.NONE, can_find=False)

    def capabilities(self) -> Capabilities:
        return self._capabilities

    def verify(self) -> str:
        """See `Publisher.verify`: the bot, the chat, and that the one may post in the other."""
        me = self._look("who the bot is", "/getMe")
        chat = self._look(f"for {self._chat}", "/getChat", chat_id=self._chat)
        of = {"chat_id": self._chat, "user_id": me.get("id")}
        if not _may_post(chat, self._look("for the bot's rights", "/getChatMember", **of)):
            raise AccountBlocked(f"{self._client.host}: {self._chat}: {POSTING}")
        return f"Telegram bot @{me.get('username')} in '{chat.get('title')}' ({self._chat})"

    def validate(self, post: Post) -> list[Finding]:
        uncounted = replace(self._capabilities, text_limit=None)
        return [*check(post, uncounted), *misfits(post, self._capabilities)]

    def prepare(self, post: Post) -> Prepared:
        refuse(self.validate(post))
        text, described = words(post)
        request = {
            "chat": self._chat,
            "text": text + described,
            "described": described,
            "alts": [one_line(picture.alt) for picture in post.pictures],
            "pictures": enclose(post, self._capabilities.max_bytes),
        }
        return Prepared.of(post.key, self.kind, request)

    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        refuse_foreign(prepared, self.kind, now)
        path, parts = _posting(prepared.request)
        number = max(len(prepared.request["pictures"]), 1)
        messages = self._ask(Act.ONCE, "POST", "posting", path, _messages(number), **parts)
        return _receipt(messages, prepared.request, now)

    def find(self, prepared: Prepared) -> Found | Absent | CannotTell:
        chat = prepared.request["chat"]
        return CannotTell(f"Telegram does not show a bot what it has posted: look at {chat}")

    def delete(self, receipt: Receipt) -> None:
        """See `Publisher.delete`. Permanent when Telegram no longer lets the bot: 48 hours."""
        known = _REMOTE_ID.fullmatch(receipt.remote_id)
        if known is None:
            return
        for message in known[2].split(","):
            which = {"chat_id": int(known[1]), "message_id": int(message)}
            what = f"taking down {message}"
            try:
                self._ask(Act.REPEATABLE, "POST", what, "/deleteMessage", _done, json=which)
            except Permanent as refused:
                if refused.code != GONE:
                    raise

    def _look(self, what: str, path: str, **params: object) -> Mapping[str, Any]:
        return self._ask(Act.READ, "GET", f"asking {what}", path, _object, params=params)

    def _ask(
        self,
        act: Act,
        method: str,
        what: str,
        path: str,
        read: Callable[[object], _Read | None],
        **parts: Any,
    ) -> _Read:
        """The `result` of an answer as `read` understands it; what understands nothing says
        None."""
        address = self._address()
        answer = address.send(act, method, what, path, **parts)
        found = read(answer.fields().get("result")) if answer.ok else None
        if found is not None:
            return found
        error = address.error(act, what, answer)
        number = moved_to(answer)
        raise error if number is None else AccountBlocked(f"{error}: its number is {number}")

    def _address(self) -> SecretAddress:
        token = self._account.grant()["token"].reveal().strip()
        if not _TOKEN.fullmatch(token):
            raise AuthExpired("the secret 'token' is not the token of a bot: clarion accounts add")
        return SecretAddress(self._client, f"/bot{token}", [token], TABLE, self._account.now())


def _posting(request: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The method that posts this, and the parts of its request."""
    chat, text = request["chat"], request["text"]
    files = enclosures(request["pictures"])
    if not files:
        # A preview of a link is a picture and words that nobody approved.
        plain = {"chat_id": chat, "text": text, "link_preview_options": {"is_disabled": True}}
        return "/sendMessage", {"json": plain}
    if len(files) == 1:
        caption = {"chat_id": chat, "caption": text}
        return "/sendPhoto", {"data": caption, "files": [("photo", files[0])]}
    named = {f"picture{number}": file for number, file in enumerate(files, 1)}
    media = [{"type": "photo", "media": f"attach://{name}"} for name in named]
    media[0]["caption"] = text
    album = {"chat_id": chat, "media": json.dumps(media)}
    return "/sendMediaGroup", {"data": album, "files": list(named.items())}


def _messages(number: int) -> Callable[[object], list[dict[str, Any]] | None]:
    """Reads so many messages, each of which could be found again."""

    def read(result: object) -> list[dict[str, Any]] | None:
        messages: list[Any] = result if isinstance(result, list) else [result]
        return messages if len(messages) == number and all(map(_whole, messages)) else None

    return read


def _whole(message: object) -> bool:
    chat = message.get("chat") if isinstance(message, dict) else None
    return (
        isinstance(message, dict)
        and isinstance(chat, dict)
        and isinstance(message.get("message_id"), int)
        and isinstance(chat.get("id"), int)
    )


def _object(result: object) -> dict[str, Any] | None:
    return result if isinstance(result, dict) else None


def _done(result: object) -> bool | None:
    return True if result is True else None


def _receipt(messages: list[dict[str, Any]], request: Mapping[str, Any], now: datetime) -> Receipt:
    """The numbers of an album's messages are all kept: each is taken down by its own. They count
    within one chat only, so its number stands before them."""
    first = messages[0]
    chat = first["chat"]
    numbers = ",".join(str(one["message_id"]) for one in messages)
    name = chat.get("username")
    url = f"https://t.me/{name}/{first['message_id']}" if name else None
    told = str(first.get("text") or first.get("caption") or "")
    return Receipt(f"{chat['id']}:{numbers}", url, now.astimezone(UTC), echo(told, request))


def _may_post(chat: Mapping[str, Any], member: Mapping[str, Any]) -> bool:
    status = member.get("status")
    if chat.get("type") == "channel":
        return status == "creator" or (
            status == "administrator" and member.get("can_post_messages") is True
        )
    return status in ("creator", "administrator", "member")
