"""Keeps a copy of the whole ledger in one file, and brings it back: ``backup`` and ``restore``.

A backup does not know what was posted after it. So what was due before it was brought back waits
behind one question, and nobody but a person answers it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from clarion.errors import ClarionError
from clarion.settings import Settings
from clarion.store import books, copy, keep, passage
from clarion.store.lock import Lock
from clarion.store.migrate import migrate
from clarion.store.passage import Passage, Step
from clarion.store.sqlite import SqliteFile, open_ledger
from clarion.wiring import Studio, postgres
from scheduler.delivery import State
from scheduler.ledger import Filter, Ledger, Scope, moment

if TYPE_CHECKING:
    from clarion.store.postgres import PostgresDatabase

RESTORED = "clarion restore"
"""Who asks about what was due before a ledger was brought back."""
_OPEN = frozenset({State.PLANNED, State.APPROVED, State.CLAIMED, State.RETRY_WAIT})


@dataclass(frozen=True)
class Backup:
    """A backup that was made: of what, when, and how many deliveries and lines of the journal."""

    source: str
    file: Path
    at: datetime
    deliveries: int
    lines: int


@dataclass(frozen=True)
class Restored:
    """A ledger that was brought back: as it was ``at``; the ``asked`` deliveries are in question.
    ``aside`` is where the ledger is that was there before."""

    target: str
    at: datetime
    deliveries: int
    asked: int
    aside: Path | None = None


def back_up(settings: Settings, file: Path, now: datetime) -> Backup:
    """Copy the ledger as it is at this moment into a new ``file``; whoever works on it goes on.

    The file is there when it is whole. Raises :class:`ClarionError` or
    :class:`~scheduler.ledger.StoreError`.
    """
    if file.exists():
        raise ClarionError(f"{file}: exists already: choose another name")
    with _part(file) as part:
        source = _copied(settings, part)
        keep.seal(part, _kept(source, now))
        with closing(SqliteFile(part)) as made, made.read() as db:
            sums = copy.tally(db)
        part.replace(file)
    deliveries, lines = sums["clarion_deliveries"].rows, sums["clarion_journal"].rows
    return Backup(source, file, now, deliveries, lines)


def restore(
    settings: Settings, file: Path, by: str, now: datetime, *, replace: bool = False
) -> Restored:
    """Bring the ledger back that ``file`` holds, to where the settings keep it.

    With ``replace`` the present one is put aside into a backup of its own; without, there must be
    none. Never while a runner is alive. Raises :class:`ClarionError` or
    :class:`~scheduler.ledger.StoreError`.
    """
    if not file.is_file() or not keep.is_ledger(file):
        raise ClarionError(f"{file}: is no backup of a ledger: give the file of 'clarion backup'")
    with ExitStack() as stack:
        stack.enter_context(Lock(passage.lock_of(settings.ledger)))
        database: PostgresDatabase | None = None
        if settings.database:
            database = stack.enter_context(closing(postgres().PostgresDatabase(settings.database)))
            stack.enter_context(database.alone())
        made = stack.enter_context(_part(settings.ledger))
        back = _prepared(settings, file, made, by, now)
        return _into_file(back, replace) if database is None else _into(database, back, replace)


def in_question(ledger: Ledger) -> bool:
    """Whether a ledger that was brought back still waits for a person's word."""
    return any(stop.scope is Scope.LATE and stop.by == RESTORED for stop in ledger.stops())


# --- backup ---


def _copied(settings: Settings, part: Path) -> str:
    """Copy the open ledger; where from."""
    if settings.database:
        with closing(postgres().PostgresDatabase(settings.database)) as database:
            with database.write() as db:
                passage.settle(db, database.name, settings.ledger)
                migrate(db)
            with database.read() as db:
                keep.copy_to(db, part)
            return str(database.name)
    if not settings.ledger.is_file():
        raise ClarionError(f"{settings.ledger}: there is no ledger yet: nothing to keep")
    passage.check(str(settings.ledger), passage.peek(settings.ledger))
    keep.snapshot(settings.ledger, part)
    return f"{settings.ledger} on {Studio(settings).host}"


@contextmanager
def _part(file: Path) -> Iterator[Path]:
    """A name beside a file to put it together at; nothing stays there."""
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    keep.remove(part)
    try:
        yield part
    finally:
        keep.remove(part)


# --- restore ---


@dataclass(frozen=True)
class _Back:
    """What comes back: put together in ``made``, as it was ``at``; ``asked`` are in question."""

    settings: Settings
    made: Path
    at: datetime
    asked: int
    now: datetime

    @property
    def aside(self) -> Path:
        """Where to put what is in its place now."""
        return keep.aside(self.settings.ledger, self.now)

    def done(self, target: str, aside: Path | None) -> Restored:
        """It is in its place."""
        with closing(SqliteFile(self.made)) as file, file.read() as db:
            deliveries = copy.tally(db)["clarion_deliveries"].rows
        return Restored(target, self.at, deliveries, self.asked, aside)


def _prepared(settings: Settings, file: Path, made: Path, by: str, now: datetime) -> _Back:
    """Put together what is to be the ledger, of this version and with the question in it."""
    keep.snapshot(file, made)
    at = keep.made_at(made)
    source = f"the backup {file.name}"
    mark = Passage(passage.token(source, now.isoformat()), Step.ARRIVED, source, now)
    keep.seal(made, mark)
    with closing(open_ledger(made)) as ledger:
        ledger.stop(Scope.LATE, moment(now), RESTORED, now)
        asked = [
            entry
            for entry in ledger.entries(Filter(states=_OPEN))
            if entry.delivery.due_at < now < entry.delivery.expires_at
        ]
    with closing(SqliteFile(made)) as filed, filed.write() as db:
        names = ("", Studio(settings).host)
        copy.call_machine(db, *(names if settings.database else reversed(names)))
        books.remark(db, now, "restored", by, f"as of {at.astimezone(UTC).isoformat()}")
    return _Back(settings, made, at, len(asked), now)


def _into_file(back: _Back, replace: bool) -> Restored:
    target = back.settings.ledger
    aside = _set_aside(target, back, replace) if target.is_file() else None
    keep.place(back.made, target)
    return back.done(str(target), aside)


def _set_aside(target: Path, back: _Back, replace: bool) -> Path | None:
    sound = keep.is_sound(target)
    if sound and not _would_be_missed(target):
        return None
    if not replace:
        raise _another(str(target))
    if sound:
        keep.snapshot(target, back.aside)
        keep.seal(back.aside, _kept(str(target), back.now))
    else:
        keep.rename(target, back.aside)  # nothing else can be done with it
    return back.aside


def _would_be_missed(file: Path) -> bool:
    """Whether there is anything in a ledger's file, of whatever version."""
    found = passage.peek(file)
    if found is not None and found.step is Step.GONE:
        return True
    with closing(SqliteFile(file)) as there, there.write() as db:
        migrate(db)
        return copy.holdings(db) > 0


def _into(database: PostgresDatabase, back: _Back, replace: bool) -> Restored:
    aside = None
    with database.write() as new, closing(SqliteFile(back.made)) as made, made.read() as old:
        passage.reopen(new)  # whatever it is, it is put aside whole
        migrate(new)
        if copy.holdings(new):
            if not replace:
                raise _another(database.name)
            aside = back.aside
            keep.copy_to(new, aside)
            keep.seal(aside, _kept(database.name, back.now))
        copy.wipe(new)
        migrate(new)
        copy.copy(old, new)
        passage.write(new, passage.read(old))
    return back.done(database.name, aside)


def _kept(name: str, now: datetime) -> Passage:
    return Passage(passage.token(name, now.isoformat()), Step.BACKUP, name, now)


def _another(name: str) -> ClarionError:
    return ClarionError(
        f"{name}: holds a ledger already: say --replace to put that one aside, into a backup"
    )
