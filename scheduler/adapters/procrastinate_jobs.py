"""Work that any machine may do, offered through PostgreSQL: Procrastinate carries the texts.

For work that does no harm when it is lost or done twice, such as drawing pictures. One side offers
texts and may take back what nobody has begun; the other side, on any number of machines, works them
off. Nothing comes back but the news that a text is done with.

The queue is the one of the deliveries' executor, which makes its tables; here is another name in
it, so that no delivery ever waits behind a picture.
"""

from __future__ import annotations

import asyncio
import base64
import logging
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

import procrastinate
import psycopg
from procrastinate.exceptions import NoResult, ProcrastinateException
from procrastinate.jobs import Status
from procrastinate.worker import Worker as Fetcher

from rendering.fan_out import NoHelpError
from scheduler.adapters.procrastinate_worker import OPTIONS, plain

QUEUE = "clarion-pictures"
TASK = "clarion.draw"
"""A name, never a path to code: it outlives whatever is renamed."""
_NEWS = 0.5
"""Seconds between two looks at what has ended, where nobody waits for it."""
_LOOK = 0.05
_AGAIN = 1.0
"""Seconds after which a database that went away is tried again."""
_BEAT, _DEAD = 5.0, 20.0
"""Seconds between signs of life, and after which a worker counts as dead."""
_OPTIONS = {**OPTIONS, "application_name": "clarion-pictures"}

log = logging.getLogger("clarion.pictures")


class OfferedJobs:
    """The asking side: a :class:`rendering.fan_out.Helpers`. For one thread.

    ``url`` is a ``postgresql://`` address.
    """

    def __init__(self, url: str) -> None:
        self._url = plain(url)
        self._app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())
        self._db: psycopg.Connection | None = None
        self._looked = 0.0

    def offer(self, loads: Sequence[str]) -> Sequence[int]:
        """See :meth:`rendering.fan_out.Helpers.offer`."""
        if not loads:
            return []
        jobs: list[dict[str, Any]] = [{"load": _packed(load)} for load in loads]
        with self._asking() as db:
            return self._app.configure_task(TASK, queue=QUEUE, connection=db).batch_defer(*jobs)

    def take_back(self, ticket: int) -> bool:
        """See :meth:`rendering.fan_out.Helpers.take_back`."""
        with self._asking() as db:
            jobs = self._app.job_manager
            return jobs.cancel_job_by_id(ticket, delete_job=True, connection=db)

    def ended(self, tickets: Iterable[int], within: float) -> set[int]:
        """See :meth:`rendering.fan_out.Helpers.ended`."""
        asked = list(tickets)
        until = time.monotonic() + within
        if not within and until < self._looked + _NEWS:
            return set()
        while not (found := {one for one in asked if self._is_over(one)}):
            if time.monotonic() >= until:
                break
            time.sleep(_LOOK)
        self._looked = time.monotonic()
        return found

    def close(self) -> None:
        """See :meth:`rendering.fan_out.Helpers.close`. May be called twice."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def _is_over(self, ticket: int) -> bool:
        with self._asking() as db:
            try:
                state = self._app.job_manager.get_job_status(ticket, connection=db)
            except NoResult:  # done, and removed
                return True
        return state not in (Status.TODO, Status.DOING)

    @contextmanager
    def _asking(self) -> Iterator[psycopg.Connection]:
        """The connection, opened when it is first needed."""
        try:
            if self._db is None:
                self._db = psycopg.connect(self._url, autocommit=True, **_OPTIONS)
            yield self._db
        except (psycopg.Error, ProcrastinateException) as error:
            self.close()
            reason = type(error.__cause__ or error).__name__
            raise NoHelpError(
                f"the queue in the database cannot be used ({reason}): everything is drawn on "
                "this machine"
            ) from None


class JobServer:
    """The working side: hands every text that is offered to ``work``, from ``slots`` threads.

    An exception of ``work`` ends that text and is logged; whoever offered it sees to the rest. A
    database that goes away is waited for.
    """

    def __init__(self, url: str, work: Callable[[str], object], slots: int) -> None:
        self._url, self._work, self._slots = plain(url), work, slots
        self._threads = ThreadPoolExecutor(slots, "clarion-draw")
        self._closed = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._fetcher: Fetcher | None = None
        self._nap = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="clarion-pictures", daemon=True)

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._thread.start()

    def close(self, timeout: float = 10.0) -> bool:
        """Take nothing more on; whether what was in hand was done within so many seconds."""
        self._closed.set()
        with suppress(RuntimeError):  # it has ended already
            self._loop.call_soon_threadsafe(self._stop)
        self._thread.join(timeout)
        self._threads.shutdown(wait=False, cancel_futures=True)
        return not self._thread.is_alive()

    def _stop(self) -> None:
        self._nap.set()
        if self._fetcher is not None:
            self._fetcher.stop()  # type: ignore[no-untyped-call]

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        while not self._closed.is_set():
            try:
                await self._session()
            except (psycopg.Error, ProcrastinateException, OSError) as error:
                log.warning("pictures of others: no queue (%s), trying again", type(error).__name__)
            except Exception:
                log.exception("pictures of others: fetching failed, trying again")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._nap.wait(), _AGAIN)

    async def _session(self) -> None:
        """Fetch as long as the database is there."""
        async with await psycopg.AsyncConnection.connect(self._url, **_OPTIONS):
            pass  # it is: the pool below would try for half a minute
        pool = procrastinate.PsycopgConnector(
            conninfo=self._url, kwargs=_OPTIONS, min_size=2, max_size=3
        )
        app = procrastinate.App(connector=pool)
        app.task(name=TASK, queue=QUEUE)(self._draw)
        try:
            await app.open_async()
            await _forget_the_dead(app)
            self._fetcher = Fetcher(
                app,
                queues=[QUEUE],
                concurrency=self._slots,
                delete_jobs="always",
                install_signal_handlers=False,
                update_heartbeat_interval=_BEAT,
                stalled_worker_timeout=_DEAD,
            )
            if not self._closed.is_set():
                await self._fetcher.run()  # type: ignore[no-untyped-call]
        finally:
            self._fetcher = None
            await app.close_async()

    async def _draw(self, load: str) -> None:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._threads, self._work, _unpacked(load))


def _packed(load: str) -> str:
    """A text in few signs that need no escape: psycopg escapes those in an array one by one, which
    for a campaign of 2,400 pictures took seconds."""
    return base64.b64encode(zlib.compress(load.encode())).decode()


def _unpacked(packed: str) -> str:
    return zlib.decompress(base64.b64decode(packed)).decode()


async def _forget_the_dead(app: procrastinate.App) -> None:
    """Remove what dead workers had begun: whoever offered it has drawn it by now."""
    jobs = app.job_manager
    await jobs.prune_stalled_workers(_DEAD)
    for job in await jobs.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=_DEAD):
        await jobs.finish_job(job, status=Status.FAILED, delete_job=True)
