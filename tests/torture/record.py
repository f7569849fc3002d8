"""What the platform writes down about what it did: one line of JSON each, only ever added to."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path


class Event(StrEnum):
    """What happened to one request."""

    RECEIVED = "received"
    """A mutating request was read whole; ``fault`` says what is going to be done to it."""
    ACCEPTED = "accepted"
    """A new post is live, under ``id``."""
    SAME = "same"
    """The key was known: no new post; ``id`` is the first one's."""
    LIMITED = "limited"
    """Refused with 429; nothing more is wanted from the account before ``until``."""
    STALE = "stale"
    """It was on its way for longer than the platform promises to take, and was dropped."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line. ``at``, ``sent`` and ``until`` are seconds since 1970 by the machine's clock,
    ``sent`` by that of the sender as the request left. ``digest`` is that of the stored request,
    ``account`` is ``society/channel``."""

    at: float
    event: Event
    account: str
    key: str
    digest: str = ""
    sent: float = 0.0
    fault: str = ""
    id: str = ""
    until: float = 0.0


class Book:
    """The file. ``add`` with ``safe`` returns when the line would survive a loss of power."""

    def __init__(self, path: Path) -> None:
        _mend(path)
        self._file = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o644)

    def add(self, line: Line, *, safe: bool = False) -> None:
        """Write a line down."""
        words = {name: value for name, value in asdict(line).items() if value not in ("", 0.0)}
        os.write(self._file, (json.dumps(words, separators=(",", ":")) + "\n").encode())
        if safe:
            os.fdatasync(self._file)


def read(path: Path) -> Iterator[Line]:
    """What was written; a last line that was not finished is no line."""
    if not path.exists():
        return
    for raw in path.read_bytes().splitlines(keepends=True):
        if raw.endswith(b"\n"):
            words = json.loads(raw)
            yield Line(**{**words, "event": Event(words["event"])})


def _mend(path: Path) -> None:
    """Cut off a line that a crash left unfinished, so that the next one is not glued to it."""
    if path.exists():
        whole = path.read_bytes()
        os.truncate(path, whole.rfind(b"\n") + 1)
