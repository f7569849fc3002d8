"""The ledger in PostgreSQL: for several machines at once.

Settings follow from the same sentence as SQLite's: an intent that was granted must survive a loss
of power, and nobody writes beside a write. Every write takes one lock of the database first, so
that the writers of all processes queue as they do at one file; group commit makes that cheap. A
process that stops in the middle loses its transaction after ``IDLE_SECONDS``, and the others go on.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from clarion.store import passage
from clarion.store.ledger import SqlLedger
from clarion.store.migrate import NewerStoreError, migrate
from clarion.store.presence import RUNNERS, Presence, key
from scheduler.ledger import StoreError

IDLE_SECONDS = 10
"""How long a process may stand still inside a transaction before the server ends it."""
PATIENCE_SECONDS = 30
"""How long a write waits for another's: longer than a process that stands still can hold it."""

_SET_UP = """
    SET lock_timeout = '{patience}s';
    SET idle_in_transaction_session_timeout = '{idle}s';
    SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 3; SET tcp_keepalives_count = 3;
    SELECT set_config('synchronous_commit', 'on', false)
    WHERE current_setting('synchronous_commit') IN ('off', 'local')
"""
_KEEPALIVE = {
    "connect_timeout": "10",
    "keepalives_idle": "10",
    "keepalives_interval": "3",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
    "application_name": "clarion",
}
_TURN = text("SELECT pg_advisory_xact_lock(:key)").bindparams(key=key("ledger"))
_REMEDIES = {
    "28": "refuses the user or the password: check both in the address",
    "3D000": "does not exist: create it, or correct its name in the address",
    "42501": "does not let this user make or write tables: grant that",
    "25006": "is a copy that can only be read: give the address of the primary",
    "25P03": "ended a transaction in which this process stood still for too long: "
    "nothing of it was stored, try again",
    "53100": "cannot be written, its disk is full: free some space; nothing stored was lost",
    "53300": "has no connection left: raise max_connections, or run fewer processes",
    "55000": passage.CLOSED_WORDS,
    "55P03": "is being written by another process for too long: try again",
    "57P": "is stopping or starting: try again when it is back",
}
"""By SQLSTATE or its beginning: PostgreSQL's appendix of error codes."""
_SIGNS = (
    ("authentication failed", "28"),
    ("no password supplied", "28"),
    ("no pg_hba.conf entry", "28"),
    ("too many clients", "53300"),
    ("connection slots", "53300"),
    ("starting up", "57P"),
    ("shutting down", "57P"),
    ("recovery", "57P"),
    ("role ", "28"),
    ("database ", "3D000"),  # last: others say it too
)
"""What the server says where the driver passes no SQLSTATE on: while connecting."""


def open_ledger(
    url: str, *, host: str = "", idle: float = IDLE_SECONDS, beside: Path | None = None
) -> SqlLedger:
    """The ledger in this database, its tables made or brought up to date where needed.

    ``url`` is ``postgresql://user:password@host/database``, as libpq reads it. ``host`` names this
    machine, for what is kept about its clock. ``idle`` is how many
    seconds this process may stand still inside a transaction; ``beside`` is where this workspace
    keeps a ledger in a file, from which this one may have come. Raises
    :class:`~scheduler.ledger.StoreError` with one line that names the database and the remedy, and
    never the password.
    """
    database = PostgresDatabase(url, idle=idle)
    try:
        with database.write() as db:
            passage.settle(db, database.name, beside)
            migrate(db)
    except NewerStoreError as error:
        database.close()
        raise StoreError(f"{database.name}: {error}") from error
    except StoreError:
        database.close()
        raise
    return SqlLedger(database, host)


class PostgresDatabase:
    """See :class:`clarion.store.ledger.Transactions`."""

    def __init__(self, url: str, *, idle: float = IDLE_SECONDS) -> None:
        where = _parsed(url)
        set_up = _SET_UP.format(idle=idle, patience=max(PATIENCE_SECONDS, idle * 2))
        self.name = _name(where)
        """What messages call it."""
        self._readers = _engine(where, "REPEATABLE READ", set_up, pool_size=4, pool_pre_ping=True)
        self._writers = _engine(where, "READ COMMITTED", set_up, pool_size=1)
        self._lock = threading.Lock()
        self._writer: Connection | None = None
        self._session: Callable[[], psycopg.Connection] = lambda: _session(where, set_up)
        self._presence = Presence(self._session)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """See :meth:`clarion.store.ledger.Transactions.read`."""
        with self._explained(), self._readers.connect() as db, db.begin():
            yield db

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """See :meth:`clarion.store.ledger.Transactions.write`.

        A connection that was lost since the last write is opened anew; one that is lost on the way
        raises, and whoever asked cannot know whether the commit arrived.
        """
        with self._lock, self._explained():
            db = self._begin()
            try:
                yield db
                db.commit()
            except BaseException:
                self._give_up()
                raise

    @contextmanager
    def alone(self) -> Iterator[None]:
        """A while in which no runner is alive here. :class:`~scheduler.ledger.StoreError` where one
        is, on whatever machine."""
        try:
            with self._session() as session:
                if not _alone(session):
                    raise StoreError(
                        f"{self.name}: 'clarion run' is at work on it: stop it on every machine, "
                        "then try again"
                    )
                yield
        except psycopg.Error as error:
            raise StoreError(f"{self.name} {_remedy(error)}") from error

    def enrol(self, owner: str) -> None:
        """See :meth:`clarion.store.ledger.Transactions.enrol`."""
        try:
            self._presence.enrol(owner)
        except psycopg.Error as error:
            raise StoreError(f"{self.name} {_remedy(error)}") from error

    def gone(self, owners: Collection[str], *, starting: bool) -> set[str]:
        """See :meth:`clarion.store.ledger.Transactions.gone`."""
        return self._presence.gone_before(owners) if starting else self._presence.gone(owners)

    def close(self) -> None:
        """See :meth:`clarion.store.ledger.Transactions.close`."""
        self._presence.close()
        with self._lock:
            if self._writer is not None:
                self._writer.close()
                self._writer = None
            self._writers.dispose()
            self._readers.dispose()

    def _begin(self) -> Connection:
        """A transaction whose turn it is."""
        if self._writer is not None:
            try:
                self._writer.execute(_TURN)
                return self._writer
            except OperationalError as error:
                self._give_up()
                if not error.connection_invalidated:
                    raise
        self._writer = self._writers.connect()
        try:
            self._writer.execute(_TURN)
        except BaseException:
            self._give_up()
            raise
        return self._writer

    def _give_up(self) -> None:
        """Undo what was begun; where not even that can be done, the connection is dropped."""
        writer, self._writer = self._writer, None
        if writer is None:
            return
        try:
            writer.rollback()
            self._writer = None if writer.invalidated else writer
        except DBAPIError:
            writer.invalidate()
        finally:
            if self._writer is None:
                writer.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise  # a broken promise of ours, not of the server
        except DBAPIError as error:
            raise StoreError(f"{self.name} {_remedy(error.orig)}") from None
        except NoConnectionLeft:
            raise StoreError(f"{self.name} is being read by too many at once: try again") from None


def _remedy(error: BaseException | None) -> str:
    state: str | None = getattr(error, "sqlstate", None)
    if state is None:
        _, _, said = str(error).partition("FATAL:")
        state = next((state for sign, state in _SIGNS if sign in said), None)
    if state is None:
        return "cannot be reached: check that it runs, and the address"
    for beginning, remedy in _REMEDIES.items():
        if state.startswith(beginning):
            return remedy
    said = str(error).splitlines()[0]
    return f"says '{said}' ({state}): check the server and its log"


def _parsed(url: str) -> URL:
    try:
        where = make_url(url)
    except ArgumentError:
        where = None
    if where is None or where.drivername not in ("postgres", "postgresql", "postgresql+psycopg"):
        raise StoreError(
            "the address of the database cannot be read: write postgresql://user@host/database"
        )
    return where.set(drivername="postgresql+psycopg").difference_update_query(_KEEPALIVE)


def _name(where: URL) -> str:
    host = where.host or where.query.get("host") or "this machine"
    port = f":{where.port}" if where.port else ""
    return f"database {where.database or where.username} at {host}{port}"


def _session(where: URL, set_up: str) -> psycopg.Connection:
    plain = where.set(drivername="postgresql").render_as_string(hide_password=False)
    session = psycopg.connect(plain, autocommit=True, **_KEEPALIVE)  # type: ignore[arg-type]
    session.execute(set_up)
    return session


def _alone(session: psycopg.Connection) -> bool:
    """Take the lock that runners share; one that has just died may still have it for a moment."""
    for _ in range(10):
        took = session.execute("SELECT pg_try_advisory_lock(%s)", (RUNNERS,)).fetchone()
        if took == (True,):
            return True
        time.sleep(0.1)
    return False


def _engine(where: URL, isolation: Any, set_up: str, **options: Any) -> Engine:
    engine = create_engine(where, isolation_level=isolation, connect_args=_KEEPALIVE, **options)

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: Any) -> None:
        before, connection.autocommit = connection.autocommit, True
        connection.execute(set_up)
        connection.autocommit = before

    return engine
