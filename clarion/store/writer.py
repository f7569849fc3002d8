"""Group commit: whatever waits while one transaction is being written goes into the next one.

Each caller waits for the commit that holds its own change. Who finds nobody writing writes at
once, on its own thread; the others' changes gather meanwhile, and the first of them writes them
all. So a lone write costs no detour, and a thousand at once cost a few dozen commits.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection

from scheduler.ledger import StoreError

T = TypeVar("T")
R = TypeVar("R")

Batch = Callable[[Connection, Sequence[T]], Sequence[R]]
"""Does something about each of several items, in order; a result for each."""


class Writer:
    """Runs batches inside write transactions. ``begin`` opens one; it is committed, and safe, when
    its context ends."""

    def __init__(self, begin: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._begin = begin
        self._lock = threading.Lock()
        self._queue: list[_Job[Any, Any]] = []
        self._writing = False

    def do(self, batch: Batch[T, R], item: T) -> R:
        """The batch's result for this item, once it is committed.

        Items given at the same time to the same ``batch`` may share one call and one transaction.
        When that fails, nothing of it is kept and each item has a transaction of its own; an error
        is raised to the caller whose item causes it alone.
        """
        job = _Job(batch, item)
        with self._lock:
            self._queue.append(job)
            mine, self._writing = not self._writing, True
        if not mine:
            job.wait()
        if not job.done:
            self._write()
        return job.result()

    def _write(self) -> None:
        with self._lock:
            jobs, self._queue = self._queue, []
        try:
            self._together(jobs)
        finally:
            with self._lock:
                heir = self._queue[0] if self._queue else None
                self._writing = heir is not None
            if heir is not None:
                heir.wake()
            for job in jobs:
                job.wake()

    def _together(self, jobs: list[_Job[Any, Any]]) -> None:
        try:
            with self._begin() as db:
                answers = [(group, _answers(db, group)) for group in _groups(jobs)]
        except StoreError as error:  # the disk's or the server's doing: alone it fares no better
            _fail(jobs, error)
        except Exception as error:  # noqa: BLE001  raised again where it belongs
            if len(jobs) == 1:
                _fail(jobs, error)
            else:
                for job in jobs:
                    self._together([job])
        except BaseException as error:
            _fail(jobs, StoreError(f"stopped while writing ({type(error).__name__})"))
            raise
        else:
            for group, found in answers:
                for job, answer in zip(group, found, strict=True):
                    job.succeed(answer)


class _Job(Generic[T, R]):
    """One caller's item, and what became of it."""

    def __init__(self, batch: Batch[T, R], item: T) -> None:
        self.batch = batch
        self.item = item
        self.done = False
        self._answer: R | None = None
        self._error: BaseException | None = None
        self._bell = threading.Lock()
        self._bell.acquire()

    def wait(self) -> None:
        """Until it is done, or it is this caller's turn to write."""
        self._bell.acquire()

    def wake(self) -> None:
        """End the wait."""
        if self._bell.locked():
            self._bell.release()

    def succeed(self, answer: R) -> None:
        """Keep the answer."""
        self._answer, self.done = answer, True

    def fail(self, error: BaseException) -> None:
        """Keep the error."""
        self._error, self.done = error, True

    def result(self) -> R:
        """The answer, or the error raised."""
        if self._error is not None:
            raise self._error
        return self._answer  # type: ignore[return-value]  # it is done, and without an error


def _groups(jobs: Sequence[_Job[Any, Any]]) -> list[list[_Job[Any, Any]]]:
    found: dict[object, list[_Job[Any, Any]]] = {}
    for job in jobs:
        found.setdefault(job.batch, []).append(job)
    return list(found.values())


def _answers(db: Connection, group: Sequence[_Job[Any, Any]]) -> Sequence[Any]:
    return group[0].batch(db, [job.item for job in group])


def _fail(jobs: Sequence[_Job[Any, Any]], error: BaseException) -> None:
    for job in jobs:
        job.fail(error)
