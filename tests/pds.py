"""A real personal data server of Bluesky's network for the tests, and accounts on it.

The reference server, from npm, with the directory of accounts that it needs: see ``tests/node``.
Both listen on loopback alone, and live no longer than this process, however that ends: they stop
when the pipe to them closes.
"""

from __future__ import annotations

import atexit
import base64
import functools
import hashlib
import hmac
import itertools
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.node import packages

PATIENCE = 60.0
"""Seconds after which the server counts as stuck."""
_names = itertools.count(1)


@dataclass(frozen=True)
class Host:
    """The server: its address, the folder of its data, and the key that it signs sessions with."""

    origin: str
    data: Path
    key: str

    def call(self, method: str, token: str = "", **fields: Any) -> dict[str, Any]:
        """POST; the answer, which has to be a good one."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = f"{self.origin}/xrpc/{method}"
        answer = requests.post(url, json=fields or None, headers=headers, timeout=PATIENCE)
        assert answer.ok, answer.text
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """GET; the answer, which has to be a good one."""
        answer = requests.get(f"{self.origin}/xrpc/{method}", params=params, timeout=PATIENCE)
        assert answer.ok, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def join(self) -> Member:
        """A new account, with an app password."""
        handle = f"society-{next(_names)}.test"
        password = "the owner's own password"
        made = self.call(
            "com.atproto.server.createAccount",
            handle=handle,
            email=f"{handle}@example.org",
            password=password,
        )
        token = made["accessJwt"]
        app = self.call("com.atproto.server.createAppPassword", token, name="clarion")
        return Member(self, made["did"], handle, password, app["password"], token)

    def aged(self, token: str) -> str:
        """The same session token, as if its time had run out: signed by the server's own key."""
        head, body, _ = token.split(".")
        claims = json.loads(base64.urlsafe_b64decode(body + "=="))
        claims |= {"iat": claims["iat"] - 86_400, "exp": claims["iat"] - 79_200}
        signed = f"{head}.{_bare(json.dumps(claims).encode())}"
        seal = hmac.digest(self.key.encode(), signed.encode(), "sha256")
        return f"{signed}.{_bare(seal)}"


@dataclass(frozen=True)
class Member:
    """One account. ``token`` is of its owner, who signed in with the own ``password``."""

    host: Host
    did: str
    handle: str
    password: str
    app_password: str
    token: str

    def posts(self) -> list[dict[str, Any]]:
        """Its posts as the network stores them, by the planned minute."""
        found = self.host.ask(
            "com.atproto.repo.listRecords",
            repo=self.did,
            collection="app.bsky.feed.post",
            reverse="true",
            limit=100,
        )
        return list(found["records"])

    def delete(self, uri: str) -> None:
        """Its owner takes a post down."""
        repo, collection, rkey = uri.removeprefix("at://").split("/")
        fields = {"repo": repo, "collection": collection, "rkey": rkey}
        self.change("com.atproto.repo.deleteRecord", **fields)

    def change(self, method: str, **fields: Any) -> Mapping[str, Any]:
        """Something that the account's owner does."""
        return self.host.call(method, self.token, **fields)

    def forget_blobs(self) -> None:
        """As time does: uploads that no post refers to are gone."""
        spot = hashlib.sha256(self.did.encode()).hexdigest()[:2]
        store = sqlite3.connect(self.host.data / "actors" / spot / self.did / "store.sqlite")
        with store:
            store.execute("DELETE FROM blob WHERE cid NOT IN (SELECT blobCid FROM record_blob)")
        store.close()


@functools.cache
def host() -> Host:
    """The one server of this process, started when first asked for."""
    place = packages.folder("Bluesky, on a real server")
    folder = Path(tempfile.mkdtemp(prefix="clarion-pds-"))
    (folder / "data").mkdir()
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [shutil.which("node") or "node", packages.HERE / "serve.mjs", folder, place],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env={"PATH": os.environ["PATH"], "HOME": str(folder), "LOG_ENABLED": "0"},
            start_new_session=True,
            text=True,
        )
    atexit.register(_stop, server)
    assert server.stdout is not None
    line = server.stdout.readline()
    assert line, f"no personal data server: {(folder / 'log').read_text()}"
    told = json.loads(line)
    return Host(f"http://127.0.0.1:{told['pds']}", folder / "data", told["key"])


def _stop(server: subprocess.Popen[str]) -> None:
    server.communicate(timeout=PATIENCE)


@pytest.fixture(scope="session")
def pds() -> Host:
    """The server."""
    return host()


def _bare(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
