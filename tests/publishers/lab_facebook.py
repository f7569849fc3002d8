"""A Facebook Page on a stand-in server, for the contract suite."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from publishers.account import FixedAccount, Secret
from publishers.graph.client import TABLE
from publishers.graph.facebook import FacebookPublisher
from publishers.port import Prepared
from publishers.testing.contract import NOW, HttpLab, Seen
from publishers.testing.lossy import LossyProxy
from tests.publishers.servers.graph import USER, GraphServer


class Impatient(FacebookPublisher):
    deadline = 0.5


class FacebookLab(HttpLab):
    table = TABLE
    never_was = f"{USER}_1"
    echoes = frozenset({"text", "alts"})
    deviations = {"row * 506": "where no such post is there, it is refused for good"}

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = GraphServer("facebook")
        self.lossy = LossyProxy(self.server.origin)
        self.secrets = (self.server.token,)
        self.account = FixedAccount(
            "it/it-facebook", {"token": Secret(self.server.token)}, clock=lambda: NOW
        )

    def close(self) -> None:
        self.lossy.close()
        self.server.close()

    def publisher(self) -> FacebookPublisher:
        return self._made(FacebookPublisher, server=self.lossy.origin)

    def impatient(self) -> FacebookPublisher:
        return self._made(Impatient, server=self.lossy.origin)

    def elsewhere(self, origin: str, ca_file: str) -> FacebookPublisher:
        return self._made(FacebookPublisher, server=origin, ca_file=ca_file)

    def _made(self, kind: type[FacebookPublisher], **settings: str) -> FacebookPublisher:
        whole = {"page": USER, "local": "yes", **settings}
        return kind("it-facebook", whole, self.folder, self.account)

    def seen(self) -> list[Seen]:
        return [
            Seen(post.text, "", tuple(one.alt for one in post.parts)) for post in self.server.posts
        ]

    def says(self, name: str) -> Mapping[str, object]:
        return says(name)

    def over_limit(self, prepared: Prepared) -> Prepared:
        long = dict(prepared.request) | {"text": "a" * 63_207}
        return Prepared.of(prepared.key, prepared.kind, long)

    def forget_uploads(self) -> None:
        kept = {one for post in self.server.posts for one in (post.id, *(p.id for p in post.parts))}
        self.server.things = {n: one for n, one in self.server.things.items() if n in kept}


def says(name: str) -> Mapping[str, object]:
    """A row's name as Graph tells it."""
    if name == "transient":
        return {"error": {"message": "later", "code": 5, "is_transient": True}}
    code, _, subcode = name.partition("/")
    error: dict[str, object] = {"message": f"(#{code}) refused", "code": int(code)}
    if subcode:
        error["error_subcode"] = int(subcode)
    return {"error": error}


def fields_of(edge: Callable[..., object]) -> set[str]:
    """What the platform's own library lets through to this edge: the table `param_types` in it."""
    table = re.search(r"param_types = \{(.*?)\}", inspect.getsource(edge), re.S)
    assert table is not None
    return set(re.findall(r"'(\w+)':", table[1]))
