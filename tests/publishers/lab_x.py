"""An account on a stand-in for X, for the contract suite."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from publishers.account import FixedAccount, Secret
from publishers.port import Prepared
from publishers.testing.contract import NOW, HttpLab, Seen
from publishers.testing.lossy import LossyProxy
from publishers.x import XPublisher
from publishers.x.answers import TABLE
from tests.publishers.servers.x import XServer

SENTENCES = {
    "duplicate": "You are not allowed to create a Tweet with duplicate content.",
    "suspended": "Your account is suspended and is not permitted to access this feature.",
    "locked": "To protect our users, your account is temporarily locked. Please log in.",
    "media-invalid": "Your media IDs are invalid.",
    "too-long": "Your Tweet text is too long.",
}
_OAUTH = ("invalid_request", "invalid_grant", "invalid_client", "unauthorized_client")


class XLab(HttpLab):
    table = TABLE
    echoes = frozenset({"text"})
    never_was = "1234567890123456789"
    deviations = {
        "twins": "X refuses words that the account has posted already",
        "row * duplicate": "where no such post is there, it is refused for good",
    }

    def __init__(self, client_secret: str = "") -> None:
        self.server = XServer(client_secret)
        self.server.clock = lambda: NOW
        self.lossy = LossyProxy(self.server.origin)
        tokens = self.server.tokens
        names = {
            "client_id": tokens.client_id,
            "client_secret": client_secret,
            "access_token": tokens.access,
            "refresh_token": tokens.refresh,
        }
        secrets = {name: Secret(text) for name, text in names.items() if text}
        ends = NOW + timedelta(hours=2)
        self.account = FixedAccount("it/it-x", secrets, ends, lambda: NOW)
        self.secrets = (tokens.access, tokens.refresh, *((client_secret,) if client_secret else ()))

    def close(self) -> None:
        self.lossy.close()
        self.server.close()

    def publisher(self) -> XPublisher:
        return self._at(self.lossy.origin)

    def impatient(self) -> XPublisher:
        return self._at(self.lossy.origin, deadline=0.5)

    def elsewhere(self, origin: str, ca_file: str) -> XPublisher:
        settings = {"server": origin, "local": "yes", "ca_file": ca_file}
        return XPublisher("it-x", settings, Path("/"), self.account)

    def _at(self, origin: str, deadline: float = 60.0) -> XPublisher:
        settings = {"server": origin, "local": "yes"}
        return XPublisher("it-x", settings, Path("/"), self.account, deadline=deadline)

    def seen(self) -> list[Seen]:
        return [
            Seen(one.text, "", tuple(media.alt or "" for media in one.media))
            for one in self.server.tweets
        ]

    def over_limit(self, prepared: Prepared) -> Prepared:
        longer = dict(prepared.request) | {"text": "a" * 281}
        return Prepared.of(prepared.key, prepared.kind, longer)

    def says(self, name: str) -> Mapping[str, object]:
        if name in _OAUTH:
            return {"error": name, "error_description": "refused"}
        if name in SENTENCES:
            return {"type": "about:blank", "title": "Forbidden", "detail": SENTENCES[name]}
        kind = f"https://api.twitter.com/2/problems/{name}"
        return {"type": kind, "title": "Problem", "detail": "refused"}

    def forget_uploads(self) -> None:
        self.server.media.clear()

    @property
    def renewals(self) -> int:  # type: ignore[override]
        return self.server.tokens.renewals

    def expire(self) -> None:
        self.server.tokens.access = "canary-another"

    def revoke(self) -> None:
        self.server.tokens.revoked = True
