"""Reading back what Instagram or Threads shows, and how each of the two calls things."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from publishers.errors import PublishError
from publishers.graph.client import Graph, node
from publishers.http.client import UNSHAPED
from publishers.port import Receipt
from publishers.sameness import same_text


@dataclass(frozen=True)
class Dialect:
    """How one of the two platforms calls things. `words` is the field for the text, `state` that
    of a container's state; the rest are parts of paths."""

    kind: str
    name: str
    origin: str
    version: str
    make: str
    publish: str
    posts: str
    quota: str
    words: str
    state: str
    renewal: str


@dataclass(frozen=True)
class Shown:
    """The posts that one account shows."""

    graph: Graph
    user: str
    dialect: Dialect

    def receipt(self, remote_id: str, now: datetime) -> Receipt:
        """Of a post that was just made: it is out, whatever comes of reading it back."""
        try:
            entry = self.graph.read("reading the post", node(remote_id), fields=self._fields)
            return self._of(dict(entry) | {"id": remote_id}, now)
        except (PublishError, *UNSHAPED):
            return Receipt(remote_id, None, now)

    def search(
        self, text: str, alts: Sequence[str], since: datetime
    ) -> tuple[Receipt | None, bool]:
        """The oldest post with these words since then, one with these alt texts first; and
        whether all posts since then were read."""
        path, found, exact = f"{self.user}/{self.dialect.posts}", None, None
        for entry in self.graph.listed("looking the post up", path, fields=self._fields):
            if entry is None:
                return None, False
            if at_of(entry, "timestamp") < since:
                break
            said, told = str(entry.get(self.dialect.words) or ""), _alts(entry)
            if len(told) == len(alts) and same_text(said, text):
                found, exact = entry, entry if told == list(alts) else exact
        found = exact or found
        return (self._of(found, at_of(found, "timestamp")) if found else None), True

    @property
    def _fields(self) -> str:
        own = f"id,{self.dialect.words},media_type,alt_text,permalink,timestamp"
        return f"{own},children{{alt_text}}"

    def _of(self, entry: Mapping[str, Any], at: datetime) -> Receipt:
        echoed: dict[str, Any] = {}
        if entry.get(self.dialect.words) is not None:
            echoed["text"] = str(entry[self.dialect.words])
        if "media_type" in entry:
            echoed["alts"] = _alts(entry)
        url = entry.get("permalink")
        return Receipt(str(entry["id"]), str(url) if url else None, at, echoed)


def at_of(entry: Mapping[str, Any], name: str) -> datetime:
    """Graph writes `2027-07-30T07:00:05+0000`."""
    return datetime.strptime(str(entry[name]), "%Y-%m-%dT%H:%M:%S%z").astimezone(UTC)


def _alts(entry: Mapping[str, Any]) -> list[str]:
    """The alt texts of a post as stored, in order, empty where there is none: Graph leaves out
    what is empty."""
    if entry.get("media_type") == "TEXT_POST":
        return []
    inner = (entry.get("children") or {}).get("data")
    return [str(one.get("alt_text") or "") for one in (inner or [entry])]
