"""The ledgers of the matrix: what nodes are told to open, and what is done to it from outside."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Protocol

import psutil
import psycopg

from clarion.store import postgres, sqlite
from clarion.store.presence import key
from scheduler.ledger import Ledger
from tests.postgres import Postgres
from tests.torture import cells, disturb
from tests.torture.supervisor import NO_LIMIT, limit_files

_PATIENCE = 30.0
_BACK = 5.0  # seconds in which a server that ran into trouble is back by itself, or never
_NAP = 0.05


class Store(disturb.Store, Protocol):
    """A ledger that can be opened as well."""

    @property
    def words(self) -> Sequence[str]:
        """What a node is told."""
        ...

    def open(self) -> Ledger:
        """A connection of one's own."""
        ...

    def close(self) -> None:
        """Stop what was started."""
        ...


class SqliteStore:
    """A file. ``tiny_disk`` is the folder, where it is a disk of its own."""

    def __init__(self, folder: Path, *, own_disk: bool) -> None:
        self.tiny_disk = folder if own_disk else None
        self._file = folder / "ledger.db"
        self.written = folder / "ledger.db-wal"
        self.words = ("--sqlite", str(self._file))

    def open(self) -> Ledger:
        """See :class:`Store`."""
        return sqlite.open_ledger(self._file, patience=_PATIENCE)

    def crash(self) -> None:
        """There is no server."""
        raise NotImplementedError

    def start(self) -> None:
        """There is no server."""

    @contextmanager
    def locked(self) -> Iterator[None]:
        """As any program that writes the file."""
        with closing(sqlite3.connect(self._file, _PATIENCE, isolation_level=None)) as db:
            db.execute("BEGIN EXCLUSIVE")
            yield
            db.execute("ROLLBACK")

    def limit_files(self, size: int) -> None:
        """Nodes write the file, and nobody else."""

    def close(self) -> None:
        """Nothing was started."""


class PostgresStore:
    """A database on a server of its own."""

    written = None

    def __init__(self, folder: Path, *, own_disk: bool) -> None:
        self.tiny_disk = folder if own_disk else None
        # Of its own elsewhere: where root runs this, the server runs as somebody else, who may not
        # be allowed to go where the rest of the cell is kept.
        below = Path(tempfile.mkdtemp(prefix="clarion-pg-", dir=self.tiny_disk))
        self._server = Postgres(below)
        self._url = self._server.fresh_database()
        self.words = ("--postgres", self._url)

    def open(self) -> Ledger:
        """See :class:`Store`."""
        return postgres.open_ledger(self._url)

    def crash(self) -> None:
        """See :meth:`tests.torture.disturb.Store.crash`."""
        self._server.kill()

    def start(self) -> None:
        """Start it, also where it went down by itself."""
        self._server.start()
        if not self._answers():
            self._server.kill()
            self._server.start()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """The turn of a writer, kept."""
        with psycopg.connect(self._url) as db:
            db.execute("SELECT pg_advisory_xact_lock(%s)", (key("ledger"),))
            yield

    def limit_files(self, size: int) -> None:
        """See :meth:`tests.torture.supervisor.Supervisor.limit_files`; here it is the server's."""
        for child in psutil.Process().children(recursive=True):
            with suppress(psutil.Error, ProcessLookupError):
                if child.name() == "postgres":
                    _limit(child, size)

    def close(self) -> None:
        """Stop the server."""
        self._server.stop()

    def _answers(self) -> bool:
        deadline = time.monotonic() + _BACK
        while time.monotonic() < deadline:
            try:
                psycopg.connect(self._url).close()
                return True
            except psycopg.OperationalError:
                time.sleep(_NAP)
        return False


def _limit(process: psutil.Process, size: int) -> None:
    """As its owner: in some containers not even root may do it to somebody else's."""
    user, group = process.uids().real, process.gids().real
    if user == os.getuid():
        limit_files(process.pid, size)
        return
    soft = "unlimited" if size == NO_LIMIT else str(size)
    words = ["prlimit", f"--pid={process.pid}", f"--fsize={soft}:"]
    subprocess.run(words, user=user, group=group, extra_groups=[], check=False, capture_output=True)


def store(kind: cells.Store, folder: Path, *, own_disk: bool) -> Store:
    """A fresh one below ``folder``."""
    if kind is cells.Store.SQLITE:
        return SqliteStore(folder, own_disk=own_disk)
    return PostgresStore(folder, own_disk=own_disk)
