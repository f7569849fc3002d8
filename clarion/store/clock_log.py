"""Where the time that was last believed is kept: beside the ledger, for every process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select

from clarion.store.schema import clock
from clarion.store.writer import Writer
from scheduler.trust import ClockMark

_LAST, _CONFIRMED = "last", "confirmed"


class SqlClockLog:
    """See :class:`scheduler.trust.ClockLog`; that of the machine ``host``."""

    def __init__(
        self, read: Callable[[], AbstractContextManager[Connection]], writer: Writer, host: str
    ) -> None:
        self._read = read
        self._writer = writer
        self._host = host

    def last(self) -> ClockMark | None:
        """See :meth:`scheduler.trust.ClockLog.last`."""
        return self._mark(_LAST)

    def confirmed(self) -> ClockMark | None:
        """See :meth:`scheduler.trust.ClockLog.confirmed`."""
        return self._mark(_CONFIRMED)

    def any_last(self) -> datetime | None:
        """The latest time that any machine believed: when something last ran."""
        with self._read() as db:
            found: datetime | None = db.scalar(select(func.max(clock.c.at, type_=clock.c.at.type)))
            return found

    def mark(self, mark: ClockMark) -> None:
        """See :meth:`scheduler.trust.ClockLog.mark`."""
        self._writer.do(_keep, (self._host, mark))

    def _mark(self, kind: str) -> ClockMark | None:
        this = clock.c.host == self._host, clock.c.kind == kind
        with self._read() as db:
            for row in db.execute(select(clock).where(*this)):
                return ClockMark(row.at, row.tzdata, row.by, row.boot, row.zero, row.why)
        return None


def _keep(db: Connection, marks: Sequence[tuple[str, ClockMark]]) -> list[None]:
    for host, mark in marks:
        for kind in (_LAST, _CONFIRMED) if mark.by else (_LAST,):
            db.execute(delete(clock).where(clock.c.host == host, clock.c.kind == kind))
            db.execute(
                insert(clock).values(
                    host=host, kind=kind, at=mark.at, tzdata=mark.tzdata, by=mark.by,
                    boot=mark.boot, zero=mark.zero, why=mark.why,
                )
            )  # fmt: skip
    return [None] * len(marks)
