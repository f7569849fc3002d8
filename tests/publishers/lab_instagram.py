"""An Instagram account on a stand-in server, and a public address with pictures, for the contract
suite. `ContainerLab` serves Threads too."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from PIL import Image

from publishers.account import FixedAccount, Secret
from publishers.graph.client import TABLE
from publishers.graph.containers import ContainerPublisher
from publishers.graph.instagram import InstagramPublisher
from publishers.port import Picture
from publishers.testing.contract import NOW, HttpLab, Seen
from publishers.testing.lossy import LossyProxy
from tests.publishers.lab_facebook import says
from tests.publishers.servers.graph import GraphServer, Pictures


class ContainerLab(HttpLab):
    kind: ClassVar[type[ContainerPublisher]]
    table = TABLE
    never_was = "17999999999999999"
    echoes = frozenset({"text", "alts"})

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = GraphServer(self.kind.dialect.kind)
        self.pictures = Pictures(folder)
        self.lossy = LossyProxy(self.server.origin)
        self.secrets = (self.server.token,)
        self.account = FixedAccount(
            f"it/it-{self.kind.dialect.kind}",
            {"token": Secret(self.server.token)},
            clock=lambda: NOW,
        )

    def close(self) -> None:
        for one in (self.lossy, self.server, self.pictures):
            one.close()

    def publisher(self) -> ContainerPublisher:
        return self._made(server=self.lossy.origin)

    def impatient(self) -> ContainerPublisher:
        return self._made(0.5, server=self.lossy.origin)

    def elsewhere(self, origin: str, ca_file: str) -> ContainerPublisher:
        return self._made(server=origin, ca_file=ca_file)

    def _made(self, deadline: float = 30.0, **settings: str) -> ContainerPublisher:
        quick = type("Quick", (self.kind,), {"deadline": deadline, "pause": 0.0})
        whole = {"pictures_url": self.pictures.address, "local": "yes", **settings}
        made: ContainerPublisher = quick("it-channel", whole, self.folder, self.account)
        return made

    def seen(self) -> list[Seen]:
        return [
            Seen(post.text, "", tuple(one.alt for one in post.parts)) for post in self.server.posts
        ]

    def picture(self, folder: Path, alt: str, size: int = 0) -> Picture:
        return a_jpeg(folder, alt, size=size)

    def says(self, name: str) -> Mapping[str, object]:
        return says(name)

    def forget_uploads(self) -> None:
        kept = {post.id for post in self.server.posts}
        self.server.things = {n: one for n, one in self.server.things.items() if n in kept}


class InstagramLab(ContainerLab):
    kind = InstagramPublisher
    deviations = {
        "text alone": "Instagram shows no post without a picture",
        "lenient": "the words go into the container: a test of the adapter has its refusal",
        "row * 506": "where it was not published, it is refused for good",
    }


def a_jpeg(folder: Path, alt: str, *, size: int = 0, width: int = 64, height: int = 64) -> Picture:
    """A JPEG of one colour, made up to `size` bytes; each alt text gets one of its own."""
    shades = hashlib.sha256(alt.encode("utf-8", "surrogatepass")).digest()
    file = io.BytesIO()
    Image.new("RGB", (width, height), tuple(shades[:3])).save(file, "JPEG", comment=shades)
    data = file.getvalue().ljust(size, b"\0")
    path = folder / f"{shades.hex()[:12]}.jpg"
    path.write_bytes(data)
    return Picture(path, "image/jpeg", alt, width, height, hashlib.sha256(data).hexdigest())
