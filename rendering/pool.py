"""Batches of work spread over processes that end with whoever started them.

A process that is killed, a key that is pressed, a parent that dies: in each case what was finished
stays, and no process is left behind.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from multiprocessing.connection import Connection
from multiprocessing.connection import wait as wait_for
from typing import Any, Generic, TypeVar

from rendering import memory
from rendering.errors import RenderError

Batch = TypeVar("Batch")
Result = TypeVar("Result")
Stopped = Callable[[], bool]
"""Whether no more work is wanted; to be asked now and then while a batch is worked on."""
Work = Callable[[Batch, Stopped], Result]


class WorkerLost(RenderError):
    """A process that draws was ended from outside."""


class Crew(Generic[Batch, Result]):
    """Processes that work on batches until they are let go.

    ``prepare`` and the batches travel to the processes; each calls ``prepare`` once.
    """

    def __init__(self, prepare: Callable[[], Work[Batch, Result]], workers: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._goes_on, self._stop = context.Pipe(duplex=False)
        self._pool = ProcessPoolExecutor(workers, context, _begin, (prepare, self._goes_on))

    def submit(self, batch: Batch) -> Future[Result]:
        """What becomes of the batch. ``BrokenProcessPool`` when a process was killed."""
        with _interrupts_held():
            return self._pool.submit(_work_on, batch)

    def close(self) -> None:
        """Have what is begun ended early, and every process. May be called twice."""
        self._stop.close()
        self._pool.shutdown(cancel_futures=True)
        self._goes_on.close()


def spread(
    prepare: Callable[[], Work[Batch, Result]], batches: Iterable[Batch], workers: int
) -> Generator[Result, None, None]:
    """The results of the batches as they come, worked on by this many processes.

    ``prepare`` and the batches travel to the processes; each calls ``prepare`` once. Two batches a
    process are on their way, the others wait where they come from. Raises :class:`WorkerLost`.
    """
    crew = Crew(prepare, workers)
    queue = iter(batches)
    running: set[Future[Result]] = set()
    try:
        while True:
            for batch in islice(queue, workers * 2 - len(running)):
                running.add(crew.submit(batch))
            if not running:
                return
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                yield future.result()
    except BrokenProcessPool as error:
        raise WorkerLost(
            "a process that draws pictures was killed, most likely because memory ran short; "
            "what was drawn is kept: run the command again, with fewer workers"
        ) from error
    finally:
        crew.close()


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Processes started meanwhile never hear of Ctrl-C: whoever started them ends them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_work: Work[Any, Any] | None = None
"""What this process does with a batch; set once when the process starts."""
_stopped = threading.Event()
"""Set in a worker process when no more work is wanted."""


def _begin(prepare: Callable[[], Work[Any, Any]], goes_on: Connection) -> None:
    global _work  # a process pool's initializer has no other place
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where it could not be held back
    threading.Thread(target=_end_with_parent, args=(goes_on,), daemon=True).start()
    _work = prepare()
    memory.settle()


def _end_with_parent(goes_on: Connection) -> None:
    """Else a worker whose parent was killed would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    wait_for([goes_on, parent.sentinel])
    _stopped.set()
    parent.join()
    os._exit(1)


def _work_on(batch: Any) -> Any:
    if _work is None:
        raise RuntimeError("the process was not prepared")
    result = _work(batch, _stopped.is_set)
    memory.give_back()
    return result
