"""Writes posts into the file of an Atom feed, and their pictures beside it.

The one mutating act is the rename of the feed's new state over the old one. Pictures are put in
place before it: nobody sees a file under the SHA-256 of its bytes that no entry names.
"""

from __future__ import annotations

import hashlib
import re
import textwrap
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from publishers.account import Account, Wanted
from publishers.atom.entry import digest, element, enclosures, html, receipt, urn
from publishers.atom.feed import Feed, FeedFile
from publishers.errors import Permanent, SetupError
from publishers.facts import lacking, society_of
from publishers.http.client import host_of
from publishers.limits import check, missing, refuse
from publishers.pictures import SUFFIXES, read_checked, read_whole
from publishers.platforms import capabilities
from publishers.port import (
    Absent,
    CannotTell,
    Capabilities,
    Finding,
    Found,
    Idempotency,
    Picture,
    Post,
    Prepared,
    Receipt,
    WithoutUploads,
    canonical_json,
    refuse_foreign,
)
from publishers.settings import Settings
from publishers.shelf import explained, slug

_KEEP = 200
_TITLE = 90
# What XML 1.0 cannot hold, however it is written (section 2.2); halves of pairs and zero bytes are
# found before.
_UNWRITABLE = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class AtomPublisher(WithoutUploads):
    """Adds posts to a feed.

    Settings: `url`, where the feed is served; `path`, its file (default
    `feed/<channel>.atom.xml`, from `base`); `pictures_path` and `pictures_url`, the folder for
    pictures and its address (both together; default `pictures` beside the feed); `title`;
    `keep`, the most entries (default 200); `max_bytes` of one picture; `local`, for http.
    """

    kind = "atom"
    wanted: tuple[Wanted, ...] = ()

    def __init__(
        self, channel: str, settings: Mapping[str, object], base: Path, account: Account
    ) -> None:
        """SetupError when a setting is unknown or is not understood."""
        own = Settings(channel, settings)
        self._channel = channel
        self._url = _address(channel, "url", own.text("url", ""), local=own.flag("local"))
        path = (base / own.text("path", f"feed/{slug(channel)}.atom.xml")).resolve()
        self._file = FeedFile(path, own=path.is_relative_to(base.resolve()))
        folder, there = own.text("pictures_path", ""), own.text("pictures_url", "")
        if bool(folder) != bool(there):
            raise SetupError(f"channel {channel}: give pictures_path and pictures_url, or neither")
        self._pictures = (base / folder).resolve() if folder else path.parent / "pictures"
        there = there or urljoin(self._url, "pictures")
        there = _address(channel, "pictures_url", there, local=own.flag("local"))
        self._pictures_url = there.rstrip("/")
        self._title = own.text("title", channel)
        self._keep = own.number("keep") or _KEEP
        limit = own.number("max_bytes")
        own.done()
        self._account = account
        self._capabilities = capabilities(
            self.kind, idempotency=Idempotency.NATIVE, max_bytes=limit
        )

    def capabilities(self) -> Capabilities:
        return self._capabilities

    def verify(self) -> str:
        with explained(self._file.path):
            self._file.check()
            self._read()
        return f"feed {self._file.path}, served as {self._url}"

    def validate(self, post: Post) -> list[Finding]:
        return [*check(post, self._capabilities), *lacking(post, "society"), *_unwritable(post)]

    def prepare(self, post: Post) -> Prepared:
        refuse(self.validate(post))
        pictures = [self._described(one, number) for number, one in enumerate(post.pictures, 1)]
        request = {
            "id": urn(self._channel, post.key),
            "title": _titled(post),
            "author": society_of(post.facts),
            "language": post.language,
            "due": post.due.isoformat(),
            "html": html(post.text, post.language, post.direction, pictures),
            "pictures": pictures,
            "files": [str(picture.path.absolute()) for picture in post.pictures],
        }
        return Prepared.of(post.key, self.kind, request)

    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        """Calling it again with the same request gives the same receipt and changes nothing;
        with another request under the same key it is Permanent."""
        refuse_foreign(prepared, self.kind, now)
        with explained(self._file.path), self._file.locked():
            feed = self._read() or self._new()
            there = self._there(feed, prepared)
            if there is None:
                there = self._add(feed, prepared, now)
            return there

    def find(self, prepared: Prepared) -> Found | Absent | CannotTell:
        path = self._file.path
        try:
            if self._file.unplugged:
                return CannotTell(f"{path.parent} is not there; is a disk or share disconnected?")
            feed = self._read()
            there = self._there(feed, prepared) if feed else None
        except Permanent as other:
            return CannotTell(str(other))
        except OSError as error:
            return CannotTell(f"{path} cannot be read: {error.strerror}")
        if there is None and feed and feed.past(_due(prepared)):
            return CannotTell(f"{path}: it is older than what the feed keeps")
        return Absent() if there is None else Found(there)

    def delete(self, receipt: Receipt) -> None:
        """Take the entry out, and its pictures where no other entry shows them. Readers that
        fetched it before may keep it."""
        with explained(self._file.path):
            if not self._file.path.exists():
                return
            with self._file.locked():
                feed = self._read()
                entry = feed.entry(receipt.remote_id) if feed else None
                if feed and entry is not None:
                    # The pictures first: what breaks off in between is done again.
                    feed.remove(entry, self._account.now())
                    others = {url for one in feed.entries for url in enclosures(one)}
                    for url in set(enclosures(entry)) - others:
                        self._picture(url).unlink(missing_ok=True)
                    self._file.write(feed)

    def _read(self) -> Feed | None:
        feed = self._file.read(self._keep)
        if feed and feed.name != urn(self._channel):
            text = f"{self._file.path}: the feed of another channel; change the setting 'path'"
            raise Permanent(text, code="feed.foreign", field="settings")
        return feed

    def _new(self) -> Feed:
        return Feed.new(urn(self._channel), self._title, self._url, self._keep)

    def _there(self, feed: Feed, prepared: Prepared) -> Receipt | None:
        entry = feed.entry(prepared.request["id"])
        if entry is None:
            return None
        if digest(entry) != _digest(prepared):
            text = f"{self._file.path}: post {prepared.key} was published with other content"
            raise Permanent(f"{text}; take that one down first", code="key.reused", field="key")
        return receipt(entry, self._url)

    def _add(self, feed: Feed, prepared: Prepared, now: datetime) -> Receipt:
        if feed.past(_due(prepared)):
            text = f"{self._file.path}: post {prepared.key} is older than the {self._keep} entries"
            raise Permanent(f"{text} it keeps; raise 'keep'", code="feed.past", field="settings")
        request = prepared.request
        for number, picture in enumerate(request["pictures"], 1):
            self._place(Path(request["files"][number - 1]), picture, number)
        if request["pictures"]:
            self._file.sync(self._pictures)
        entry = element(request, _digest(prepared), now.astimezone(UTC))
        feed.introduce(self._title, self._url)
        feed.add(entry, now.astimezone(UTC))
        self._file.write(feed)
        return receipt(entry, self._url)

    def _place(self, source: Path, picture: Mapping[str, Any], number: int) -> None:
        file = self._picture(picture["url"])
        file.parent.mkdir(parents=True, exist_ok=True)
        self._file.put(file, read_checked(source, picture["digest"], number))

    def _picture(self, url: str) -> Path:
        return self._pictures / url.rpartition("/")[2]

    def _described(self, picture: Picture, number: int) -> dict[str, Any]:
        size = len(read_whole(picture, number, self._capabilities.max_bytes))
        name = f"{slug(self._channel)}-{picture.digest}.{SUFFIXES[picture.media_type]}"
        return {
            "url": f"{self._pictures_url}/{name}",
            "alt": picture.alt,
            "media_type": picture.media_type,
            "width": picture.width,
            "height": picture.height,
            "size": size,
            "digest": picture.digest,
        }


def _address(channel: str, name: str, url: str, *, local: bool) -> str:
    if not url:
        raise SetupError(f"channel {channel}: {name} is missing; write where the feed is served")
    host_of(url, local=local)
    return url


def _unwritable(post: Post) -> list[Finding]:
    texts = {"text": post.text, "title": post.title}
    texts |= {f"facts.{name}": post.facts.get(name, "") for name in ("society", "society_name")}
    texts |= {f"pictures.{n}.alt": one.alt for n, one in enumerate(post.pictures, 1)}
    found = []
    for field, text in texts.items():
        if at := _UNWRITABLE.search(text):
            said = f"{field}: character {at.start() + 1} cannot stand in a feed; take it out"
            found.append(missing("text.unwritable", field, said))
    return found


def _titled(post: Post) -> str:
    """The title, or the first words of the text: readers show an entry by it."""
    if title := " ".join(post.title.split()):
        return title  # whole: half a fact may say something else
    words = " ".join(post.text.split())
    return textwrap.shorten(words, _TITLE, placeholder=" …") or words[:_TITLE]


def _due(prepared: Prepared) -> datetime:
    return datetime.fromisoformat(prepared.request["due"])


def _digest(prepared: Prepared) -> str:
    """Of what readers get; where the pictures lay on this machine is not part of it."""
    content = {name: value for name, value in prepared.request.items() if name != "files"}
    return hashlib.sha256(canonical_json(content).encode("ascii")).hexdigest()
