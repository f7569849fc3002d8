"""The page of an organisation on a stand-in for LinkedIn, for the contract suite."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from publishers.account import FixedAccount, Secret
from publishers.linkedin import LinkedInPublisher
from publishers.linkedin.client import TABLE
from publishers.linkedin.little_text import escape
from publishers.port import Prepared
from publishers.testing.contract import NOW, HttpLab, Seen
from publishers.testing.lossy import LossyProxy
from tests.publishers.servers.linkedin import ORGANISATION, LinkedInServer


class Impatient(LinkedInPublisher):
    deadline = 0.5


class LinkedInLab(HttpLab):
    table = TABLE
    never_was = "urn:li:share:6999999999999999999"
    echoes = frozenset({"text", "alts"})
    deviations = {
        "twins": "LinkedIn refuses the same words while they are up",
        "row * DUPLICATE_POST": "where no such post is there, it is refused for good",
    }

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = LinkedInServer()
        self.lossy = LossyProxy(self.server.origin)
        number, secret = self.server.client
        self.secrets = (self.server.token, self.server.refresh, secret)
        secrets = {
            "token": Secret(self.server.token),
            "refresh_token": Secret(self.server.refresh),
            "client_id": Secret(number),
            "client_secret": Secret(secret),
        }
        self.account = FixedAccount("it/it-linkedin", secrets, clock=lambda: NOW)

    def close(self) -> None:
        self.lossy.close()
        self.server.close()

    def publisher(self) -> LinkedInPublisher:
        return self.made(LinkedInPublisher, server=self.lossy.origin)

    def impatient(self) -> LinkedInPublisher:
        return self.made(Impatient, server=self.lossy.origin)

    def elsewhere(self, origin: str, ca_file: str) -> LinkedInPublisher:
        return self.made(LinkedInPublisher, server=origin, ca_file=ca_file)

    def made(self, kind: type[LinkedInPublisher], **settings: str) -> LinkedInPublisher:
        fixed = {"organisation": ORGANISATION, "local": "yes", "sign_in_server": self.server.origin}
        return kind("it-linkedin", {**fixed, **settings}, self.folder, self.account)

    def seen(self) -> list[Seen]:
        return [
            Seen(post.text, "", tuple(one.get("altText", "") for one in post.images))
            for post in self.server.posts
        ]

    def says(self, name: str) -> Mapping[str, object]:
        if name == "DUPLICATE_POST":
            return {"errorDetails": {"inputErrors": [{"code": name}]}}
        return {"error": name} if name.startswith("invalid") else {"code": name}

    def over_limit(self, prepared: Prepared) -> Prepared:
        long = dict(prepared.request) | {"commentary": escape("a" * 3_001)}
        return Prepared.of(prepared.key, prepared.kind, long)

    def forget_uploads(self) -> None:
        self.server.images.clear()

    @property
    def renewals(self) -> int:  # type: ignore[override]
        return self.server.renewals

    def expire(self) -> None:
        self.server.expired = True

    def revoke(self) -> None:
        self.server.revoked = True
