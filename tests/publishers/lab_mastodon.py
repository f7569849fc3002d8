"""One account on a Mastodon server under test: `mastodon-mock`, or our own fake in two flavours."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from publishers.account import FixedAccount, Secret
from publishers.mastodon import MastodonPublisher
from publishers.mastodon.answers import TABLE
from publishers.port import Prepared
from publishers.testing.contract import HttpLab, Seen
from publishers.testing.lossy import LossyProxy
from tests.publishers.servers.mastodon import TOKEN, MastodonServer

_SENTENCES = {
    "scopes": "This action is outside the authorized scopes",
    "no user": "This method requires an authenticated user",
    "not allowed": "This action is not allowed",
    "picture gone": "Media 7 not found or already attached to another post",
    "not ready": "Cannot attach files that have not finished processing. Try again in a moment!",
}
_MEANT = {"sr": "sr-Latn"}
"""Mastodon has one Serbian: what was meant by it here is not what it can tell."""


class Impatient(MastodonPublisher):
    deadline = 0.5


class MastodonLab(HttpLab):
    """What the flavours share. The account is verified, as after `clarion accounts add`."""

    table = TABLE
    deviations: Mapping[str, str] = {
        "row 404": "beside a key or a picture it means more than the row says",
    }

    def __init__(self, base: Path, lossy: LossyProxy, token: str, account: FixedAccount) -> None:
        self.base = base
        self.lossy = lossy
        self.secrets = (token,)
        self.account = account
        self.publisher().verify()
        lossy.clear()

    def publisher(self) -> MastodonPublisher:
        return self._made(MastodonPublisher)

    def impatient(self) -> MastodonPublisher:
        return self._made(Impatient)

    def elsewhere(self, origin: str, ca_file: str) -> MastodonPublisher:
        return self._made(MastodonPublisher, server=origin, ca_file=ca_file)

    def says(self, name: str) -> bytes | Mapping[str, object]:
        if name == "bad token":
            return b"Invalid Bearer token"
        return {"error": _SENTENCES[name]}

    def over_limit(self, prepared: Prepared) -> Prepared | None:
        over = {**prepared.request, "text": "a" * 501}
        return Prepared.of(prepared.key, prepared.kind, over)

    def _made(self, make: type[MastodonPublisher], **settings: str) -> MastodonPublisher:
        own = {"server": self.lossy.origin, "local": "yes"} | settings
        return make("it-it-mastodon", own, self.base, self.account)


class OwnLab(MastodonLab):
    """An account on our own fake."""

    def __init__(self, base: Path, lossy: LossyProxy, server: MastodonServer) -> None:
        self.server = server
        super().__init__(base, lossy, TOKEN, an_account(TOKEN, server))

    def seen(self) -> list[Seen]:
        return [seen(post, post["text"]) for post in self.server.posts.values()]

    def forget_uploads(self) -> None:
        self.server.media.clear()


class MockLab(MastodonLab):
    """A new account on mastodon-mock. Its posts are of the present: it has no clock to be set."""

    deviations = MastodonLab.deviations | {
        "uploads kept": "mastodon-mock takes any id of a picture, also one it does not know",
    }

    def __init__(self, base: Path, lossy: LossyProxy) -> None:
        made = ask("POST", f"{lossy.target}/api/v1/_mock/dev_user", json={})
        self._id, token = made["id"], made["access_token"]
        account = FixedAccount(
            "it/it-mastodon", {"token": Secret(token)}, clock=lambda: datetime.now(UTC)
        )
        super().__init__(base, lossy, token, account)

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    def seen(self) -> list[Seen]:
        posts = self.ask(f"/api/v1/accounts/{self._id}/statuses?limit=40")
        texts = [self.ask(f"/api/v1/statuses/{post['id']}/source")["text"] for post in posts]
        return [seen(post, text) for post, text in zip(posts, texts, strict=True)][::-1]

    def ask(self, path: str) -> Any:
        """Not through the publisher, and not through the proxy before the server."""
        bearer = {"Authorization": f"Bearer {self.secrets[0]}"}
        return ask("GET", self.lossy.target + path, headers=bearer)


def seen(post: Mapping[str, Any], text: str) -> Seen:
    """What a visitor sees of a post as the server tells it."""
    language = post.get("language") or ""
    alts = tuple(media["description"] for media in post["media_attachments"])
    return Seen(text, _MEANT.get(language, language), alts)


def an_account(token: str, server: MastodonServer) -> FixedAccount:
    """One whose clock is the server's."""
    return FixedAccount("it/it-mastodon", {"token": Secret(token)}, clock=lambda: server.now)


def ask(method: str, address: str, **parts: Any) -> Any:
    """What the mock answers. Nothing of the surroundings is used: no proxy, no netrc."""
    with requests.Session() as session:
        session.trust_env = False
        answer = session.request(method, address, timeout=30, **parts)
        answer.raise_for_status()
        return answer.json()


@contextmanager
def mastodon_mock(folder: Path) -> Iterator[str]:
    """The origin of a running mastodon-mock. Fails where it is not installed."""
    with socket.socket() as plug:
        plug.bind(("127.0.0.1", 0))
        port = plug.getsockname()[1]
    command = [sys.executable, "-m", "mastodon_mock", "serve", "--in-memory"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--log-level", "critical"]
    # It leaves its pictures and its tables in the folder for temporary files.
    env = {"TMPDIR": str(folder), "PATH": "", "HOME": str(folder)}
    child = subprocess.Popen(command, cwd=folder, env=env)
    try:
        _wait(child, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        child.terminate()
        child.wait(20)


def _wait(child: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(600):
        if child.poll() is not None:
            raise AssertionError(f"mastodon-mock ended with {child.returncode}: is it installed?")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("mastodon-mock does not answer")
