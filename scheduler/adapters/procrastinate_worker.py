"""The working half of the executor on Procrastinate: fetches hints and works on them.

Procrastinate fetches in a thread with an event loop of its own; the work is done by threads, of
which one that waits for a platform keeps nobody else waiting. Nothing is fetched that would only
lie about here: there may be another node with its hands free.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import queue
import threading
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Protocol
from urllib.parse import quote, unquote

import procrastinate
import psycopg
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status
from procrastinate.manager import get_channel_for_queues
from procrastinate.worker import Worker as Fetcher
from psycopg.sql import Identifier

from scheduler.executor import Work
from scheduler.outcome import Ref

log = logging.getLogger("clarion.scheduler.executor")

QUEUE = "clarion"
TASK = "clarion.deliver"
"""A name, never a path to code: it outlives whatever is renamed."""
OPTIONS: dict[str, Any] = {
    "options": "-c search_path=clarion_queue -c synchronous_commit=off -c lock_timeout=10s",
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
    "application_name": "clarion-queue",
}
"""How every connection to the queue is made, of hints and of pictures."""
_SIDE_BY_SIDE = 2  # jobs in passing: one is fetched while another is handed over
_POLL = 0.5  # seconds after which the queue is looked at without being woken
_ECHO = 0.01  # seconds after a notice at which it is heard once more
_PATIENCE = 2.0  # seconds for which a broken database is waited for before everything is anew
_BEAT, _DEAD = 5.0, 20.0  # seconds between signs of life, and after which a worker counts as dead


class Ended(Protocol):
    """Told when the work about a hint came to its end, and whether it was the last in hand."""

    def __call__(self, ref: Ref, *, last: bool) -> None: ...


class Hands:
    """Threads that work on hints; daemons, so that no platform keeps the process alive."""

    def __init__(self, slots: int, work: Work, ended: Ended) -> None:
        self._room = slots * 2
        self._work = work
        self._ended = ended
        self._lock = threading.Lock()
        self._in_hand: set[Ref] = set()
        self._waiting: queue.SimpleQueue[Ref | None] = queue.SimpleQueue()
        self._slots = slots
        self._closed = False
        self._freed = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        for number in range(slots):
            name = f"clarion-post-{number + 1}"
            threading.Thread(target=self._run, name=name, daemon=True).start()

    @property
    def busy(self) -> bool:
        """Whether any hint waits or is worked on."""
        return bool(self._in_hand)

    async def take(self, refs: Iterable[Ref]) -> None:
        """Work on these soon; returns when there is room for more."""
        self._loop = asyncio.get_running_loop()
        with self._lock:
            new = [] if self._closed else [ref for ref in refs if ref not in self._in_hand]
            self._in_hand.update(new)
        for ref in new:
            self._waiting.put(ref)
        while True:
            self._freed.clear()
            if len(self._in_hand) < self._room or self._closed:
                return
            await self._freed.wait()

    def close(self) -> None:
        """Drop what waits; what is worked on comes to its end. May be called twice."""
        with self._lock:
            self._closed = True
        with suppress(queue.Empty):
            while (ref := self._waiting.get_nowait()) is not None:
                self._release(ref)
        for _ in range(self._slots):
            self._waiting.put(None)
        self._wake()

    def _run(self) -> None:
        while (ref := self._waiting.get()) is not None:
            try:
                self._work(ref)
            except Exception:
                log.exception("%s: the work failed", ref.id)
            self._ended(ref, last=self._release(ref))

    def _release(self, ref: Ref) -> bool:
        with self._lock:
            self._in_hand.discard(ref)
            left = len(self._in_hand)
        if left == self._room - 1:
            self._wake()
        return left == 0

    def _wake(self) -> None:
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop has ended, and nobody waits
                self._loop.call_soon_threadsafe(self._freed.set)


class Worker:
    """Fetches until it is closed; a database that goes away is waited for."""

    def __init__(self, url: str, hands: Hands) -> None:
        self._url = url
        self._hands = hands
        self._closed = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(_left_over)
        self._fetcher: Fetcher | None = None
        self._nap: asyncio.Event = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="clarion-fetch", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Fetch nothing more. May be called twice."""
        self._closed.set()
        with suppress(RuntimeError):  # it has ended already
            self._loop.call_soon_threadsafe(self._stop)
        self._thread.join()

    def _stop(self) -> None:
        self._nap.set()
        if self._fetcher is not None:
            self._fetcher.stop()  # type: ignore[no-untyped-call]

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._fetch())

    async def _fetch(self) -> None:
        while not self._closed.is_set():
            try:
                await self._session()
            except (
                psycopg.Error,
                procrastinate.exceptions.ProcrastinateException,
                OSError,
            ) as error:
                log.warning("the queue cannot be read (%s): trying again", type(error).__name__)
            except Exception:
                log.exception("fetching from the queue failed: trying again")
            await self._rest(0.3)

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._nap.wait(), seconds)

    async def _session(self) -> None:
        """Fetch as long as the database is there."""
        async with await psycopg.AsyncConnection.connect(
            self._url, autocommit=True, **OPTIONS
        ) as wire:
            for channel in get_channel_for_queues([QUEUE]):
                await wire.execute(psycopg.sql.SQL("LISTEN {}").format(Identifier(channel)))
            pool = procrastinate.PsycopgConnector(
                conninfo=self._url, kwargs=OPTIONS, min_size=2, max_size=3, timeout=_PATIENCE
            )
            app = procrastinate.App(connector=pool)
            app.task(name=TASK, queue=QUEUE)(self._deliver)
            try:
                await app.open_async()
                await self._fetch_until_it_breaks(app, wire)
            finally:
                await app.close_async()

    async def _fetch_until_it_breaks(
        self, app: procrastinate.App, wire: psycopg.AsyncConnection
    ) -> None:
        self._fetcher = _fetcher(app)
        if self._closed.is_set():
            return
        tasks = [
            asyncio.create_task(self._fetcher.run()),  # type: ignore[no-untyped-call]
            asyncio.create_task(_hear(wire, self._fetcher)),
            asyncio.create_task(_tidy(app)),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self._fetcher.stop()  # type: ignore[no-untyped-call]
            self._fetcher = None
            await asyncio.wait(tasks[:1], timeout=_PATIENCE)
            await app.close_async()  # who still waits for a connection is told that there is none
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _deliver(self, hints: str) -> None:
        await self._hands.take(unpacked(hints))


def _left_over(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What nobody waited for: as when the database goes away before a job is struck off."""
    log.debug("%s", context["message"], exc_info=context.get("exception"))


def _fetcher(app: procrastinate.App) -> Fetcher:
    return Fetcher(
        app,
        queues=[QUEUE],
        concurrency=_SIDE_BY_SIDE,
        fetch_job_polling_interval=_POLL,
        listen_notify=False,  # see _hear
        delete_jobs="always",
        install_signal_handlers=False,
        shutdown_graceful_timeout=_PATIENCE,
        update_heartbeat_interval=_BEAT,
        stalled_worker_timeout=_DEAD,
    )


async def _hear(wire: psycopg.AsyncConnection, fetcher: Fetcher) -> None:
    """Wake the fetcher at each notice, twice; ends when the connection breaks.

    Procrastinate forgets a notice that comes while it is finding the queue empty (measured: one in
    twenty of those that follow another within 8 ms), and goes on without its own listener where
    that broke. Either way its next look would be its poll.
    """
    loop, wake = asyncio.get_running_loop(), fetcher._new_job_event.set
    async for _notice in wire.notifies():
        wake()
        loop.call_later(_ECHO, wake)


async def _tidy(app: procrastinate.App) -> None:
    """Remove what dead workers had fetched, from time to time; whatever is due is hinted anew."""
    jobs = app.job_manager
    while True:
        with suppress(ConnectorException):
            await jobs.prune_stalled_workers(_DEAD)
            for job in await jobs.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=_DEAD):
                await jobs.finish_job(job, status=Status.FAILED, delete_job=True)
        await asyncio.sleep(_DEAD)


def connect(url: str) -> psycopg.Connection:
    """A connection to the queue, each statement a transaction of its own."""
    return psycopg.connect(url, autocommit=True, **OPTIONS)


def plain(url: str) -> str:
    """An address as libpq reads it."""
    return url.replace("postgresql+psycopg:", "postgresql:", 1)


def lock_key(name: str) -> int:
    """The number of an advisory lock of the queue's."""
    digest = hashlib.blake2b(f"clarion queue {name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def packed(refs: Iterable[Ref]) -> str:
    """Hints as a job carries them: words, three to a hint. Lists cost ten times the time."""
    return " ".join(f"{quote(ref.id)} {ref.revision} {quote(ref.account)}" for ref in refs)


def unpacked(hints: str) -> list[Ref]:
    """The hints of a job."""
    words = iter(hints.split(" "))
    return [
        Ref(unquote(name), int(revision), unquote(account))
        for name, revision, account in zip(words, words, words, strict=True)
    ]
