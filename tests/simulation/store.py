"""The real SQLite ledger as a value: a transaction takes one image of its tables to the next.

A ledger knows neither the time nor chance, so the same call on the same rows always does the same.
Hence each distinct transaction is done once, by the real store on a real file, and remembered;
whoever makes the same call on the same rows again gets the same answer and the same rows. What is
remembered is held against the store itself in ``test_store.py``, schedule by schedule.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from clarion.store.ledger import SqlLedger
from clarion.store.sqlite import open_ledger
from scheduler.delivery import Entry, State
from scheduler.ledger import (
    Claim,
    LedgerError,
)

TABLES = ("clarion_deliveries", "clarion_stops", "clarion_holds", "clarion_paces")
MEMORY = Path("/dev/shm")
"""Files in here never see a disk, and nothing is lost with them; where there is none, any place."""
LINE = "at, coalesce(delivery, ''), event, state, revision, fence, actor, detail"


class Line(NamedTuple):
    """A line of the journal, as the file has it."""

    at: str
    delivery: str
    event: str
    state: str
    revision: int
    fence: int
    actor: str
    detail: str


@dataclass(frozen=True, slots=True)
class Row:
    """What a schedule and its judge want to know of a delivery."""

    state: State
    revision: int
    fence: int
    owner: str
    due_at: datetime
    expires_at: datetime
    next_try: datetime | None
    lease_until: datetime | None
    in_doubt: bool
    prepared: bytes
    remote_id: str
    note: str


class Image:
    """All rows of all tables but the journal, which is only ever added to and never read."""

    def __init__(self, number: int, tables: tuple[tuple[Any, ...], ...], rows: dict[str, Row]):
        self.number = number
        self.tables = tables
        self.rows = rows


class Done(NamedTuple):
    """What came of a transaction."""

    answer: Any
    error: LedgerError | None
    image: Image
    lines: tuple[Line, ...]


@dataclass
class Shelf:
    """A real ledger file whose rows can be put back to what they were."""

    ledger: SqlLedger
    file: sqlite3.Connection
    transactions: int = 0
    _images: dict[tuple[Any, ...], Image] = field(default_factory=dict)
    _memory: dict[tuple[Any, ...], Done] = field(default_factory=dict)
    _entries: dict[int, tuple[Entry, int]] = field(default_factory=dict)
    _numbers: dict[str, int] = field(default_factory=dict)
    _here: Image | None = None
    _told: int = 0

    def __post_init__(self) -> None:
        self.empty = self.now()

    def now(self) -> Image:
        """The rows as they are."""
        tables = tuple(
            tuple(self.file.execute(f"SELECT * FROM {table} ORDER BY 1, 2")) for table in TABLES
        )
        image = self._images.get(tables)
        if image is None:
            image = Image(len(self._images), tables, dict(self._rows()))
            self._images[tables] = image
        self._here = image
        return image

    def do(self, image: Image, key: tuple[Any, ...], call: Callable[[SqlLedger], Any]) -> Done:
        """What ``call`` comes to on these rows; ``key`` stands for the call."""
        known = self._memory.get((image.number, *key))
        if known is None:
            known = self._memory[image.number, *key] = self.really(image, call)
        return known

    def really(self, image: Image, call: Callable[[SqlLedger], Any]) -> Done:
        """The same, done by the store whether or not it is known."""
        self.transactions += 1
        self._put_back(image)
        [version] = self.file.execute("PRAGMA data_version").fetchone()
        answer, error = None, None
        try:
            answer = call(self.ledger)
        except LedgerError as found:
            error = found
        if self.file.execute("PRAGMA data_version").fetchone() == (version,):
            return Done(answer, error, image, ())  # nobody has written anything
        return Done(answer, error, self.now(), self._lines())

    def names(self, claim: Claim) -> tuple[Any, ...]:
        """A claim, all of it, as part of a key."""
        known = self._entries.get(id(claim.entry))
        if known is None:
            number = self._numbers.setdefault(repr(claim.entry), len(self._numbers))
            known = self._entries[id(claim.entry)] = claim.entry, number  # kept: ids are used again
        return claim.id, claim.owner, claim.fence, known[1]

    def _put_back(self, image: Image) -> None:
        if self._here is image:
            return
        here = self._here.tables if self._here else (None,) * len(TABLES)
        do = self.file.execute
        do("BEGIN IMMEDIATE")
        for table, was, rows in zip(TABLES, here, image.tables, strict=True):
            if rows != was:
                do(f"DELETE FROM {table}")
                for row in rows:
                    do(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
        do("COMMIT")
        self._here = image

    def _lines(self) -> tuple[Line, ...]:
        asked = f"SELECT number, {LINE} FROM clarion_journal WHERE number > ? ORDER BY number"
        found = self.file.execute(asked, (self._told,)).fetchall()
        self._told = found[-1][0] if found else self._told
        return tuple(Line(*row[1:]) for row in found)

    def _rows(self) -> Iterator[tuple[str, Row]]:
        names = (
            "id, state, revision, fence, owner, due_at, expires_at, next_try, lease_until,"
            " in_doubt, prepared, remote_id, note"
        )
        for row in self.file.execute(f"SELECT {names} FROM clarion_deliveries"):
            name, state, revision, fence, owner, due, expires, again, lease, *rest = row
            times = [
                None if text is None else datetime.fromisoformat(text) for text in (again, lease)
            ]
            due, expires = datetime.fromisoformat(due), datetime.fromisoformat(expires)
            doubt, *words = rest
            yield (
                name,
                Row(
                    State(state), revision, fence, owner, due, expires, *times, bool(doubt), *words
                ),
            )


@contextmanager
def shelf() -> Iterator[Shelf]:
    """A ledger file of its own, gone afterwards."""
    place = str(MEMORY) if MEMORY.is_dir() else None
    with TemporaryDirectory(prefix="clarion-simulation-", dir=place) as folder:
        path = Path(folder) / "ledger.db"
        ledger = open_ledger(path, durable=False)
        file = sqlite3.connect(path, isolation_level=None)
        file.execute("PRAGMA synchronous=OFF")
        try:
            yield Shelf(ledger, file)
        finally:
            file.close()
            ledger.close()
