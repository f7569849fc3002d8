"""The servers some engines need, started here and ended here: nothing has to run beforehand."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from tests import postgres

Server = Callable[[Path], AbstractContextManager[str]]
"""Given an empty folder: the address of a fresh server, or of a fresh database on one."""
_PATIENCE = 20.0


def no_redis() -> str:
    """Why Redis cannot be started; empty if it can."""
    return "" if shutil.which("redis-server") else "no redis-server on the path"


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """A Redis of our own that writes nothing to disk, which is the fastest it can be."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(["redis-server", *words], stdout=subprocess.DEVNULL)
    try:
        _answers(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(10)


class Postgres:
    """One PostgreSQL for the whole run, durable as it comes, started when first asked for."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._server: postgres.Postgres | None = None

    @contextmanager
    def database(self, _folder: Path) -> Iterator[str]:
        """An empty database; its address."""
        if self._server is None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder.mkdir(parents=True)
            self._server = postgres.Postgres(self._folder, durable=True)
            self._stack.callback(self._server.stop)
        yield self._server.fresh_database()


def _answers(port: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return
