"""Prism (from npm, see ``tests/node``): holds a request against an OpenAPI description.

It listens on loopback alone and lives no longer than this process: it ends with the pipe to it.
"""

from __future__ import annotations

import atexit
import functools
import json
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import requests

from tests.node import packages

PATIENCE = 60.0
"""Seconds after which the server counts as stuck."""
_KEEPER = '"$@" & read -r _; kill $!'


def origin(what: str, document: dict[str, Any]) -> str:
    """The address of a server that answers as this OpenAPI document has it, and with 422 what is
    not in it. Skips, loudly, where it cannot run; ``what`` says what was not tested."""
    return _origin(packages.program(what, "prism"), json.dumps(document))


def errors(origin: str, method: str, path: str, **parts: Any) -> list[str]:
    """What is wrong with this request, in prism's words; empty when nothing is."""
    answer = requests.request(method, origin + path, timeout=PATIENCE, **parts)
    if answer.ok:
        return []
    assert answer.status_code == 422, answer.text
    return [f"{one['location']}: {one['message']}" for one in answer.json()["validation"]]


@functools.cache
def _origin(program: Path, document: str) -> str:
    folder = Path(tempfile.mkdtemp(prefix="clarion-prism-"))
    (folder / "openapi.json").write_text(document)
    with socket.socket() as plug:
        plug.bind(("127.0.0.1", 0))
        port = plug.getsockname()[1]
    words = [program, "mock", "-h", "127.0.0.1", "-p", str(port), "--errors", "openapi.json"]
    with (folder / "log").open("wb") as log:
        keeper = subprocess.Popen(
            ["sh", "-c", _KEEPER, "sh", *words],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    atexit.register(_end, keeper, folder)
    _wait(port, keeper, folder / "log")
    return f"http://127.0.0.1:{port}"


def _wait(port: int, keeper: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        assert keeper.poll() is None, log.read_text()
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"prism does not listen: {log.read_text()}")


def _end(keeper: subprocess.Popen[bytes], folder: Path) -> None:
    keeper.communicate(timeout=PATIENCE)
    shutil.rmtree(folder, ignore_errors=True)
