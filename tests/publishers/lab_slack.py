"""A Slack channel under test: a fake webhook behind the lossy proxy, and a place with pictures."""

from __future__ import annotations

from pathlib import Path

from publishers.account import FixedAccount, Secret
from publishers.port import Picture, Prepared
from publishers.slack import TABLE, SlackPublisher
from publishers.testing.lab import HttpLab, Seen
from publishers.testing.lossy import LossyProxy
from publishers.testing.posts import a_picture
from tests.publishers.servers.slack import Shelf, Slack

TOKEN = "canaryCANARYcanaryCANARY"


class Impatient(SlackPublisher):
    deadline = 0.5


class SlackLab(HttpLab):
    secrets = (TOKEN,)
    echoes = frozenset()
    table = TABLE

    def __init__(self, server: Slack, shelf: Shelf, lossy: LossyProxy) -> None:
        self.server, self.shelf, self.lossy = server, shelf, lossy
        self.account = self._account(lossy.origin)

    def publisher(self) -> SlackPublisher:
        return self._made(SlackPublisher, self.account)

    def impatient(self) -> SlackPublisher:
        return self._made(Impatient, self.account)

    def elsewhere(self, origin: str, ca_file: str) -> SlackPublisher:
        return self._made(SlackPublisher, self._account(origin), ca_file=ca_file)

    def _account(self, origin: str) -> FixedAccount:
        return FixedAccount("it/it-slack", {"url": Secret(origin + self.server.path)})

    def _made(
        self, kind: type[SlackPublisher], account: FixedAccount, **settings: str
    ) -> SlackPublisher:
        own = {"local": "yes", "pictures_url": f"{self.shelf.origin}/cards"} | settings
        return kind("it-it-slack", own, Path("/"), account)

    def picture(self, folder: Path, alt: str, size: int = 0) -> Picture:
        """A picture that lies in the public place as well."""
        picture = a_picture(folder, alt, size=size)
        self.shelf.files[f"{picture.digest}.png"] = picture.path.read_bytes()
        return picture

    def seen(self) -> list[Seen]:
        return [Seen(one.text, "", one.alts) for one in self.server.messages]

    def over_limit(self, prepared: Prepared) -> Prepared:
        section = {"type": "section", "text": {"type": "mrkdwn", "text": "a" * 3001}}
        message = prepared.request["message"] | {"text": "a" * 3001, "blocks": [section]}
        return Prepared.of(prepared.key, prepared.kind, {"message": message})

    def says(self, name: str) -> bytes:
        return name.encode()
