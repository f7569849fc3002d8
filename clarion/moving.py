"""Moves the whole ledger from the workspace's file into a database, or back: ``clarion move``.

Nothing is lost on the way and nothing posts from two places, wherever the move is cut short: see
:mod:`clarion.store.passage`. Said again, the command carries on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from clarion.errors import ClarionError
from clarion.settings import Settings
from clarion.store import books, copy, keep, passage
from clarion.store.lock import Lock
from clarion.store.migrate import migrate
from clarion.store.passage import Passage, Step
from clarion.store.sqlite import SqliteFile
from clarion.wiring import Studio, postgres
from scheduler.ledger import StoreError

if TYPE_CHECKING:
    from clarion.store.postgres import PostgresDatabase


class Stage(Enum):
    """How far a move has come."""

    BEGUN = "nobody else writes"
    COPIED = "copied and compared"
    STORED = "the copy is safe, and closed"
    DECIDED = "the file has decided"
    DONE = "open at its new place"


Reached = Callable[[Stage], object]
"""Told of each stage as it is reached."""


@dataclass(frozen=True)
class Move:
    """A move that was carried through. ``deliveries`` and ``lines`` (of the journal) are how many
    were copied now: 0 where a move that had been cut short only had to be finished. ``aside`` is
    where an older ledger at the new place was put."""

    source: str
    target: str
    deliveries: int = 0
    lines: int = 0
    aside: Path | None = None

    @property
    def setting(self) -> str:
        """What is to be set now."""
        return passage.setting_for(self.target)


@dataclass(frozen=True)
class _Order:
    """What was ordered: by whom, when, and who wants to hear of it."""

    settings: Settings
    by: str
    now: datetime
    reached: Reached

    @property
    def file(self) -> Path:
        return self.settings.ledger

    @property
    def host(self) -> str:
        return Studio(self.settings).host

    def token(self, other: str) -> str:
        return passage.token(self.file_name, other, self.now.isoformat())

    @property
    def file_name(self) -> str:
        return f"{self.file} on {self.host}"

    @property
    def aside(self) -> Path:
        return keep.aside(self.file, self.now)


def move(
    settings: Settings, to: str, by: str, now: datetime, reached: Reached = lambda _stage: None
) -> Move:
    """Move the ledger ``to`` the address of a database, or to ``"file"``, the workspace's own.

    Raises :class:`ClarionError` or :class:`~scheduler.ledger.StoreError`, one line each, where a
    runner is alive, a request may be on the wire, or there is another ledger already.
    """
    order = _Order(settings, by, now, reached)
    with Lock(passage.lock_of(order.file)):
        if to == "file":
            if not settings.database:
                raise ClarionError(f"the ledger is in {settings.ledger} already")
            with _alone(settings.database) as database:
                return _to_file(order, database)
        if settings.database not in ("", to):
            raise ClarionError(
                "the ledger is in the database that 'database' names: say 'clarion move --to file' "
                "first, then move it from there"
            )
        if not settings.ledger.is_file():
            raise ClarionError(
                f"{settings.ledger}: there is no ledger yet: nothing has to be moved, "
                "write the address as 'database' into clarion.toml"
            )
        with _alone(to) as database:
            return _to_database(order, database)


@contextmanager
def _alone(url: str) -> Iterator[PostgresDatabase]:
    database: PostgresDatabase = postgres().PostgresDatabase(url)
    with closing(database), database.alone():
        yield database


# --- from the file into a database ---


def _to_database(order: _Order, target: PostgresDatabase) -> Move:
    with closing(SqliteFile(order.file)) as source:
        with source.write() as old:
            found = passage.read(old)
            if found is not None and found.step is Step.GONE:
                return _finish_in_database(order, target, found)
            passage.check(str(order.file), found)
            migrate(old)
            going = found and found.step is Step.GOING
            token = found.token if found and going else order.token(target.name)
            mark = Passage(token, Step.GOING, target.name, order.now)
            passage.write(old, mark)
        with source.write() as old:
            order.reached(Stage.BEGUN)
            _refuse_what_is_on_the_wire(old, str(order.file))
            with target.write() as new:
                aside = _make_room(order, new, target.name, token)
                tally = copy.copy(old, new)
                order.reached(Stage.COPIED)
                copy.call_machine(new, "", order.host)
                _note(new, order, order.file_name)
                passage.write(new, replace(mark, step=Step.ARRIVING, other=order.file_name))
                passage.close(new)
            order.reached(Stage.STORED)
            passage.write(old, replace(mark, step=Step.GONE))
            passage.close(old)
        order.reached(Stage.DECIDED)
    _open(order, target)
    return _moved(order.file_name, target.name, tally, aside)


def _make_room(order: _Order, new: copy.Open, name: str, token: str) -> Path | None:
    """Tables without a row; what was moved away from here before is set aside in a file."""
    found, aside = passage.read(new), None
    ours = found is not None and found.step is Step.ARRIVING and found.token == token
    if found is not None and found.step is Step.GONE:
        aside = order.aside
        passage.reopen(new)
        migrate(new)
        keep.copy_to(new, aside)
        keep.seal(aside, Passage(found.token, Step.BACKUP, name, found.at))
    if ours or aside:
        copy.wipe(new)
    else:
        passage.check(name, found)
    migrate(new)
    _refuse_what_is_there(new, name)
    return aside


def _open(order: _Order, target: PostgresDatabase) -> None:
    """The file has said that it is gone: the copy in the database is the ledger now."""
    with target.write() as new:
        found = passage.read(new)
        if found is not None and found.step is Step.ARRIVING:
            passage.decided(new, found, order.file)
    order.reached(Stage.DONE)


def _finish_in_database(order: _Order, target: PostgresDatabase, gone: Passage) -> Move:
    with target.read() as new:
        there = passage.read(new)
    if there is None or there.token != gone.token:
        passage.check(str(order.file), gone)
    _open(order, target)
    return Move(order.file_name, target.name)


# --- from a database into the file ---


def _to_file(order: _Order, source: PostgresDatabase) -> Move:
    with source.write() as old:
        found = passage.read(old)
        if found is not None:
            found = passage.decided(old, found, order.file)
    _tidy(order.file, source.name)
    if found is not None and found.step is Step.GONE:
        there = passage.peek(order.file)
        if there is not None and there.token == found.token:
            return Move(source.name, order.file_name)
    passage.check(source.name, found)
    aside = _room_in_file(order)
    token = order.token(source.name)
    made = passage.arriving(order.file, token)
    mark = Passage(token, Step.LEAVING, order.file_name, order.now)
    with source.write() as old:
        order.reached(Stage.BEGUN)
        migrate(old)
        _refuse_what_is_on_the_wire(old, source.name)
        with keep.making(made) as new:
            tally = copy.copy(old, new)
            copy.call_machine(new, order.host, "")
            _note(new, order, source.name)
            passage.write(new, replace(mark, step=Step.ARRIVED, other=source.name))
        order.reached(Stage.COPIED)
        passage.write(old, mark)
        passage.close(old)
    order.reached(Stage.STORED)
    keep.place(made, order.file)
    order.reached(Stage.DECIDED)
    with source.write() as old:
        passage.write(old, replace(mark, step=Step.GONE))
    keep.remove(made)
    order.reached(Stage.DONE)
    return _moved(source.name, order.file_name, tally, aside)


def _tidy(file: Path, source: str) -> None:
    """Remove what moves out of this database left behind where they were cut short."""
    for left in file.parent.glob(passage.arriving(file, "*").name):
        mark = passage.peek(left)
        if mark is None or mark.other == source:
            keep.remove(left)


def _room_in_file(order: _Order) -> Path | None:
    """See that the workspace's file may be overwritten; what was moved away is set aside."""
    found = passage.peek(order.file)
    if found is not None and found.step is Step.GONE:
        keep.snapshot(order.file, order.aside)
        keep.seal(order.aside, Passage(found.token, Step.BACKUP, order.file_name, found.at))
        return order.aside
    if order.file.is_file():
        passage.check(str(order.file), found)
        with closing(SqliteFile(order.file)) as there, there.write() as db:
            migrate(db)
            _refuse_what_is_there(db, str(order.file))
    return None


# --- both ---


def _refuse_what_is_on_the_wire(db: copy.Open, name: str) -> None:
    sending = copy.on_the_wire(db)
    if sending:
        raise StoreError(
            f"{name}: {sending} requests were on their way when the runner ended: "
            "say 'clarion run --once', which looks them up, then move"
        )


def _refuse_what_is_there(db: copy.Open, name: str) -> None:
    if copy.holdings(db):
        raise StoreError(
            f"{name}: holds another ledger already ({copy.holdings(db)} deliveries): "
            "choose an empty place"
        )


def _note(db: copy.Open, order: _Order, source: str) -> None:
    books.remark(db, order.now, "arrived", order.by, f"from {source}")


def _moved(source: str, target: str, tally: copy.Tally, aside: Path | None) -> Move:
    deliveries, lines = tally["clarion_deliveries"].rows, tally["clarion_journal"].rows
    return Move(source, target, deliveries, lines, aside)
