"""The feed's file: read whole, written whole, by one writer at a time.

    <?xml …?><feed>…</feed>
    <!-- written by Clarion; a change by hand stops it: 9f86d0… -->

The last line holds the SHA-256 of everything above it. A file that does not fit its line was
changed or cut short by somebody else: it is left as it is, and a person is told. A new state is
written beside the file, synced and renamed over it; a reader sees the old one or the new one.

Only the newest entries are kept. `clarion:past` is the planned instant of the newest one that had
to go: what is not newer than that may have been here, and is neither added nor called absent.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from publishers.atom.entry import ATOM, LANG, OURS, due, identity
from publishers.errors import Permanent, Transient, Unknown
from publishers.shelf import Writer

_PATIENCE = 30.0
_HEAD = b"<?xml version='1.0' encoding='utf-8'?>\n"
_SEAL = b"<!-- written by Clarion; a change by hand stops it: %s -->\n"
_SEALED = re.compile(rb"(?s)(.*\n)" + re.escape(_SEAL).replace(rb"%s", rb"([0-9a-f]{64})"))


class Feed:
    """What a feed says. `keep` is the most entries it may have."""

    def __init__(self, root: ET.Element, keep: int) -> None:
        self.root = root
        self._keep = keep

    @classmethod
    def new(cls, name: str, title: str, url: str, keep: int) -> Feed:
        root = ET.Element(f"{ATOM}feed")
        for tag, text in (("id", name), ("title", title), ("updated", "")):
            ET.SubElement(root, f"{ATOM}{tag}").text = text
        kind = "application/atom+xml"
        ET.SubElement(root, f"{ATOM}link", rel="self", type=kind, href=url)
        ET.SubElement(root, f"{ATOM}generator").text = "Clarion"
        return cls(root, keep)

    @property
    def name(self) -> str:
        """Its id."""
        return self.root.findtext(f"{ATOM}id", "")

    @property
    def entries(self) -> list[ET.Element]:
        return self.root.findall(f"{ATOM}entry")

    def entry(self, name: str) -> ET.Element | None:
        """The entry with this id."""
        return next((one for one in self.entries if identity(one) == name), None)

    def past(self, at: datetime) -> bool:
        """Whether an entry planned for then is too old to be here, or may have been."""
        left = self.root.findtext(f"{OURS}past")
        if left and at <= datetime.fromisoformat(left):
            return True
        kept = sorted(map(due, self.entries), reverse=True)[: self._keep]
        return len(kept) == self._keep and at < kept[-1]

    def add(self, entry: ET.Element, now: datetime) -> None:
        """The newest first; what is too much goes at the end."""
        there = sorted([entry, *self.entries], key=due, reverse=True)
        for old in self.entries:
            self.root.remove(old)
        self.root.extend(there[: self._keep])
        if gone := there[self._keep :]:
            self._say(f"{OURS}past", max(map(due, gone)).isoformat())
        self.root.set(LANG, entry.get(LANG, ""))
        self._say(f"{ATOM}updated", now.isoformat())

    def remove(self, entry: ET.Element, now: datetime) -> None:
        self.root.remove(entry)
        self._say(f"{ATOM}updated", now.isoformat())

    def introduce(self, title: str, url: str) -> None:
        """What the channel's settings say now."""
        self._say(f"{ATOM}title", title)
        for link in self.root.iterfind(f"{ATOM}link"):
            link.set("href", url)

    def _say(self, name: str, text: str) -> None:
        found = self.root.find(name)
        if found is None:
            found = ET.Element(name)
            self.root.insert(len(self.root) - len(self.entries), found)
        found.text = text


class FeedFile:
    """Where it lies. Only writing needs the lock."""

    def __init__(self, path: Path, *, own: bool, patience: float = _PATIENCE) -> None:
        """A folder that is our `own` is made; `patience` is for the lock, in seconds."""
        self.path = path
        self._patience = patience
        self._own = own
        self._writer = Writer(durable=True)

    @property
    def unplugged(self) -> bool:
        """A folder not our own that is missing: more likely a disk that is not connected."""
        return not self._own and not self.path.parent.is_dir()

    def check(self) -> None:
        """OSError or Permanent when nothing could be written here. Writes nothing."""
        self._need_folder()
        folder = self.path.parent
        there = next(path for path in (folder, *folder.parents) if path.exists())
        if not there.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        if not os.access(there, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Alone among threads and processes; Transient when that takes too long."""
        self._need_folder()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._beside("lock"), timeout=self._patience)
        try:
            lock.acquire()
        except Timeout as error:
            text = (
                f"{self.path}: busy for {self._patience:.0f} s with another writer; try again later"
            )
            raise Transient(text, scope="host") from error
        try:
            yield
        finally:
            lock.release()

    def read(self, keep: int) -> Feed | None:
        """What it says; None when there is no file. Permanent when it is not as it was written."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return None
        sealed = _SEALED.fullmatch(data)
        if not sealed or hashlib.sha256(sealed[1]).hexdigest().encode() != sealed[2]:
            raise self._damaged()
        # A document type, and so an entity, has no place in what we write.
        if not data.startswith(_HEAD) or b"<!DOCTYPE" in data:
            raise self._damaged()
        try:
            return Feed(ET.fromstring(data), keep)  # noqa: S314  it is what we wrote, see above
        except ET.ParseError:
            raise self._damaged() from None

    def write(self, feed: Feed) -> None:
        """Replace the file in one step. OSError when nothing changed, Unknown when the disk did
        not confirm the change."""
        ET.indent(feed.root)
        data = ET.tostring(feed.root, encoding="utf-8", xml_declaration=True) + b"\n"
        self.put(self.path, [data, _SEAL % hashlib.sha256(data).hexdigest().encode()])
        try:
            self.sync(self.path.parent)
        except OSError as error:
            text = f"{self.path}: written, but the disk did not confirm it"
            raise Unknown(text, phase="answer") from error

    def put(self, file: Path, pieces: Iterable[bytes]) -> None:
        """Write a file whole, in one step; `sync` its folder then."""
        new = file.with_name(f".{file.name}.new")
        new.unlink(missing_ok=True)
        try:
            self._writer.save(new, pieces)
            new.replace(file)
        except BaseException:
            with suppress(OSError):
                new.unlink(missing_ok=True)
            raise

    def sync(self, folder: Path) -> None:
        """Wait until the disk has the folder's names."""
        self._writer.sync(folder)

    def _need_folder(self) -> None:
        if self.unplugged:
            text = f"{self.path.parent} is not there; connect the disk, or make the folder"
            raise Permanent(text, code="folder.missing", field="path")

    def _beside(self, what: str) -> Path:
        return self.path.with_name(f".{self.path.name}.{what}")

    def _damaged(self) -> Permanent:
        text = f"{self.path}: changed by hand or damaged; put the last good one back, or move it"
        return Permanent(f"{text} away to begin anew", code="feed.damaged", field="path")
