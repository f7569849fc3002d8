"""A feed under test: what a reader of it sees, what the format demands, and a process that dies
while it writes.

As a program it reads one JSON object from its input, publishes, and comes to harm as it was told.
"""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from publishers.account import FixedAccount
from publishers.atom.publisher import AtomPublisher
from publishers.errors import Unknown
from publishers.port import Prepared, Publisher, Receipt
from publishers.testing.faults import DropRequest, Fault
from publishers.testing.lab import Lab, Seen
from tests.publishers.html_seen import Shown

URL = "https://it.example.org/clarion/it-it-atom.atom.xml"
ATOM = "{http://www.w3.org/2005/Atom}"
XML = "{http://www.w3.org/XML/1998/namespace}"
_REPOSITORY = Path(__file__).parents[2]


class AtomLab(Lab):
    deviations = {"lenient": "a file takes a text of any length"}

    def __init__(self, base: Path, **settings: str) -> None:
        self.base = base
        self.settings = {"url": URL} | settings
        base.mkdir(exist_ok=True)

    @property
    def file(self) -> Path:
        return self.base / "feed/it-it-atom.atom.xml"

    def publisher(self) -> AtomPublisher:
        return AtomPublisher("it-it-atom", self.settings, self.base, FixedAccount("it/it-it-atom"))

    def entries(self) -> list[ET.Element]:
        """The newest first, as they stand."""
        if not self.file.exists():
            return []
        data = self.file.read_bytes()
        assert problems(data) == []
        return ET.fromstring(data).findall(f"{ATOM}entry")

    def seen(self) -> list[Seen]:
        found = []
        for entry in reversed(self.entries()):
            shown = Shown(entry.findtext(f"{ATOM}content", ""))
            found.append(Seen(shown.text, entry.get(f"{XML}lang", ""), shown.alts))
        return found

    def through(self, fault: Fault, publisher: Publisher, prepared: Prepared) -> Receipt:
        """A process that is killed in the middle of the first file, or before it can answer."""
        early = isinstance(fault, DropRequest)
        order = {"prepared": prepared.to_json(), "base": str(self.base), "early": early}
        order |= {"settings": self.settings, "now": self.now.isoformat()}
        child = subprocess.run(
            [sys.executable, "-B", "-m", "tests.publishers.lab_atom"],
            cwd=_REPOSITORY,
            input=json.dumps(order),
            text=True,
            timeout=60,
            check=False,
        )
        assert -child.returncode == (signal.SIGXFSZ if early else signal.SIGKILL)
        raise Unknown("the process died", phase="sent")


_FEED = {"id": (1, 1), "title": (1, 1), "updated": (1, 1), "link": (0, 99), "generator": (0, 1)}
_FEED |= {"author": (0, 9), "entry": (0, 999)}
_ENTRY = {"id": (1, 1), "title": (1, 1), "updated": (1, 1), "published": (0, 1), "content": (1, 1)}
_ENTRY |= {"author": (0, 9), "link": (0, 99)}
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:\S+")


def problems(data: bytes) -> list[str]:
    """What RFC 4287 forbids in this feed; it knows the elements that we use, and no others."""
    root = ET.fromstring(data)
    if root.tag != f"{ATOM}feed":
        return [f"the root is {root.tag}"]
    found = [*_children(root, _FEED), *_common(root)]
    selves = [link for link in root.iterfind(f"{ATOM}link") if link.get("rel") == "self"]
    if len(selves) != 1:
        found.append(f"{len(selves)} self links")
    entries = root.findall(f"{ATOM}entry")
    for entry in entries:
        found += [*_children(entry, _ENTRY), *_common(entry), *_entry(entry)]
    ids = [one.findtext(f"{ATOM}id") for one in (root, *entries)]
    if len(set(ids)) != len(ids):
        found.append("an id stands twice")
    return found


def _children(parent: ET.Element, known: dict[str, tuple[int, int]]) -> Iterator[str]:
    names = [child.tag.removeprefix(ATOM) for child in parent if child.tag.startswith(ATOM)]
    for name in set(names) - set(known):
        yield f"{parent.tag}: has {name}"
    for name, (least, most) in known.items():
        if not least <= names.count(name) <= most:
            yield f"{parent.tag}: {names.count(name)} {name}"
    # 4.1.1: no order is demanded, but what describes a feed stands before its entries.
    if "entry" in names and "entry" not in names[-names.count("entry")]:
        yield f"{parent.tag}: something stands after the entries"


def _common(parent: ET.Element) -> Iterator[str]:
    if not _ADDRESS.fullmatch(parent.findtext(f"{ATOM}id", "")):
        yield "an id is no address"
    for name in ("updated", "published"):
        for date in parent.iterfind(f"{ATOM}{name}"):
            if not _DATE.fullmatch(date.text or ""):
                yield f"{name} is {date.text}"
    for link in parent.iterfind(f"{ATOM}link"):
        if not _ADDRESS.fullmatch(link.get("href", "")):
            yield "a link leads nowhere"
        if set(link.attrib) - {"rel", "type", "href", "length"}:
            yield f"a link has {sorted(link.attrib)}"
    if not re.fullmatch(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*|", parent.get(f"{XML}lang", "")):
        yield f"xml:lang is {parent.get(f'{XML}lang')}"


def _entry(entry: ET.Element) -> Iterator[str]:
    names = [author.findtext(f"{ATOM}name", "") for author in entry.iterfind(f"{ATOM}author")]
    if not names or not all(name.strip() for name in names):
        yield "an entry without an author: the feed has none either"
    for content in entry.iterfind(f"{ATOM}content"):
        if content.get("type") != "html" or len(content):
            yield "content is not HTML in escaped form"
    for link in entry.iterfind(f"{ATOM}link"):
        if link.get("rel") != "enclosure" or not (link.get("length") or "").isdecimal():
            yield "a link of an entry is no enclosure with its length"
        if not re.fullmatch(r"image/[a-z]+", link.get("type") or ""):
            yield "an enclosure has no type"


def main() -> None:
    order = json.loads(sys.stdin.read())
    base, settings = Path(order["base"]), order["settings"]
    publisher = AtomPublisher("it-it-atom", settings, base, FixedAccount("it/it-it-atom"))
    if order["early"]:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (8, resource.RLIM_INFINITY))
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    publisher.publish(Prepared.from_json(order["prepared"]), datetime.fromisoformat(order["now"]))
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
