"""A receiver of webhooks under test, behind a lossy proxy."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import ClassVar

from publishers.account import FixedAccount, Secret
from publishers.http.table import Table
from publishers.testing.lab import HttpLab, Seen
from publishers.testing.lossy import LossyProxy
from publishers.testing.posts import NOW
from publishers.webhook import TABLE, WebhookPublisher
from tests.publishers.servers.webhook import Receiver

SECRET = "whsec_" + base64.b64encode(b"canary-of-the-signing-secret-7c").decode()


class Impatient(WebhookPublisher):
    deadline: ClassVar[float] = 0.5


class WebhookLab(HttpLab):
    deviations = {"lenient": "the receiver at hand takes a text of any length"}
    secrets = (SECRET, "canary-of-the-signing-secret-7c")
    table: ClassVar[Table] = TABLE

    def __init__(self, receiver: Receiver, lossy: LossyProxy) -> None:
        self.receiver = receiver
        self.lossy = lossy
        sealed = {"signing_secret": Secret(SECRET)}
        self.account = FixedAccount("it/it-it-webhook", sealed, clock=lambda: NOW)

    def publisher(self) -> WebhookPublisher:
        return self._made(WebhookPublisher, {"url": f"{self.lossy.origin}/posts"})

    def impatient(self) -> WebhookPublisher:
        return self._made(Impatient, {"url": f"{self.lossy.origin}/posts"})

    def elsewhere(self, origin: str, ca_file: str) -> WebhookPublisher:
        return self._made(WebhookPublisher, {"url": f"{origin}/posts", "ca_file": ca_file})

    def _made(self, kind: type[WebhookPublisher], own: dict[str, str]) -> WebhookPublisher:
        return kind("it-it-webhook", own | {"local": "yes"}, Path("/"), self.account)

    def seen(self) -> list[Seen]:
        return [
            Seen(
                post["text"],
                post["language"],
                tuple(picture["alt"] for picture in post["pictures"]),
            )
            for post in self.receiver.posts.values()
        ]
