"""A Discord channel under test: a fake webhook behind the lossy proxy."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from publishers.account import FixedAccount, Secret
from publishers.discord import TABLE, DiscordPublisher
from publishers.port import Prepared
from publishers.testing.lab import HttpLab, Seen
from publishers.testing.lossy import LossyProxy
from tests.publishers.servers.discord import Discord

TOKEN = "canary-canary_canary-canary_canary-canary_canary-canary_canary-68"


class Impatient(DiscordPublisher):
    deadline = 0.5


class DiscordLab(HttpLab):
    secrets = (TOKEN,)
    echoes = frozenset({"text", "alts"})
    never_was = "1182035934999999999"
    table = TABLE

    def __init__(self, server: Discord, lossy: LossyProxy) -> None:
        self.server, self.lossy = server, lossy
        self.account = self._account(lossy.origin)

    def publisher(self) -> DiscordPublisher:
        return self._made(DiscordPublisher, self.account)

    def impatient(self) -> DiscordPublisher:
        return self._made(Impatient, self.account)

    def elsewhere(self, origin: str, ca_file: str) -> DiscordPublisher:
        return self._made(DiscordPublisher, self._account(origin), ca_file=ca_file)

    def _account(self, origin: str) -> FixedAccount:
        return FixedAccount("it/it-discord", {"url": Secret(origin + self.server.path)})

    def _made(
        self, kind: type[DiscordPublisher], account: FixedAccount, **settings: str
    ) -> DiscordPublisher:
        return kind("it-it-discord", {"local": "yes"} | settings, Path("/"), account)

    def seen(self) -> list[Seen]:
        return [Seen(one.shown, "", one.alts) for one in self.server.messages.values()]

    def over_limit(self, prepared: Prepared) -> Prepared:
        message = prepared.request["message"] | {"content": "a" * 2001}
        return Prepared.of(prepared.key, prepared.kind, prepared.request | {"message": message})

    def says(self, name: str) -> Mapping[str, object]:
        return {"global": True, "code": 0} if name == "global" else {"code": int(name)}
