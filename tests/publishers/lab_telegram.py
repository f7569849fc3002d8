"""A Telegram channel under test: a fake Bot API server behind the lossy proxy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from publishers.account import FixedAccount, Secret
from publishers.port import Post, Prepared
from publishers.telegram import TelegramPublisher
from publishers.telegram.refusals import TABLE
from publishers.testing.lab import HttpLab, Seen
from publishers.testing.lossy import LossyProxy
from tests.publishers.servers.telegram import Message, Telegram

TOKEN = "8123456789:AAF-canary_canary_canary_canary_cana"

_DESCRIBED = re.compile("(?:^|\n\n)((?:[\u200e\u200f]🖼️ [^\n]*\n?)+)\\Z")


class Impatient(TelegramPublisher):
    deadline = 0.5


class TelegramLab(HttpLab):
    secrets = (TOKEN,)
    echoes = frozenset({"text", "alts"})
    never_was = "-1001234567890:999999"
    table = TABLE

    def __init__(self, server: Telegram, lossy: LossyProxy) -> None:
        self.server, self.lossy = server, lossy
        self.account = FixedAccount("it/it-telegram", {"token": Secret(TOKEN)})

    def publisher(self) -> TelegramPublisher:
        return self._made(TelegramPublisher, self.lossy.origin)

    def impatient(self) -> TelegramPublisher:
        return self._made(Impatient, self.lossy.origin)

    def elsewhere(self, origin: str, ca_file: str) -> TelegramPublisher:
        return self._made(TelegramPublisher, origin, ca_file=ca_file)

    def _made(
        self, kind: type[TelegramPublisher], server: str, **settings: str
    ) -> TelegramPublisher:
        own = {"chat": "@croce_rossa", "server": server, "local": "yes"} | settings
        return kind("it-it-telegram", own, Path("/"), self.account)

    def seen(self) -> list[Seen]:
        """An album is one post; a visitor knows the alt texts by the sign before them."""
        albums: dict[str, list[Message]] = {}
        for message in self.server.messages.values():
            albums.setdefault(message.album or str(message.number), []).append(message)
        return [_seen(messages) for messages in albums.values()]

    def expected(self, post: Post) -> Seen:
        """Telegram drops the old direction marks; the alt texts are part of the text."""
        alts = tuple(_kept(picture.alt) for picture in post.pictures)
        return Seen(_kept(post.text), "", alts)

    def over_limit(self, prepared: Prepared) -> Prepared:
        return Prepared.of(prepared.key, prepared.kind, {**prepared.request, "text": "a" * 1025})

    def says(self, name: str) -> Mapping[str, object]:
        return {"ok": False, "description": f"Bad Request: {name}" if name else ""}


def _seen(messages: list[Message]) -> Seen:
    assert [message.text for message in messages[1:]] == [""] * (len(messages) - 1)
    text, pictures = messages[0].text, [one for one in messages if one.photo is not None]
    described = _DESCRIBED.search(text)
    lines = described[1].splitlines() if described else []
    assert len(lines) == len(pictures)
    alts = tuple(line.partition("🖼️ ")[2] for line in lines)
    return Seen(text[: described.start()] if described else text, "", alts)


def _kept(text: str) -> str:
    return re.sub("[\u202a-\u202e]", "", text)
