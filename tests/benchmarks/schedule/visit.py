"""The driver's side of the platform: start it, reset it, read what arrived, and how fast it is."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.field import ROOT


@dataclass(frozen=True)
class Seen:
    """What the platform saw: first arrivals by key, repeats, processor seconds so far."""

    arrivals: dict[str, float]
    again: int
    cpu: float


class Platform:
    """A running platform."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.url = f"http://127.0.0.1:{port}"

    def reset(self, delay_ms: int) -> None:
        """Forget everything; answer after this many milliseconds from now on."""
        self._ask(f"/reset/{delay_ms}")

    def count(self) -> int:
        """How many different posts have arrived."""
        return int(self._ask("/count"))

    def seen(self) -> Seen:
        """Everything since the last reset."""
        return Seen(**json.loads(self._ask("/seen")))

    def wait(self, count: int, patience: float) -> bool:
        """Until so many have arrived; False after ``patience`` seconds without a new one."""
        last, since = -1, time.monotonic()
        while (now := self.count()) < count:
            if now != last:
                last, since = now, time.monotonic()
            elif time.monotonic() - since > patience:
                return False
            time.sleep(0.05)
        return True

    def ceiling(self, count: int = 5000, lines: int = 64) -> dict[str, float]:
        """Posts a second it takes from a client that does next to nothing, and what one costs."""
        self.reset(0)
        before = self.seen().cpu
        begun = time.perf_counter()
        _flood(self._port, count, lines)
        seconds = time.perf_counter() - begun
        used = self.seen().cpu - before
        return {"per_second": count / seconds, "cpu_us_each": used / count * 1e6}

    def _ask(self, path: str) -> Any:
        self._line.request("POST", path)
        return self._line.getresponse().read()


@contextmanager
def platform() -> Iterator[Platform]:
    """A platform in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.schedule.platform"],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield Platform(int(process.stdout.readline()))
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


def _flood(port: int, count: int, lines: int) -> None:
    """``count`` posts over so many connections, each answered before the next on its own."""
    body = b"x" * 300
    open_lines = [socket.create_connection(("127.0.0.1", port)) for _ in range(lines)]
    for number in range(0, count, lines):
        now = open_lines[: count - number]
        for place, line in enumerate(now):
            key = b"flood-%d" % (number + place)
            line.sendall(
                b"POST /post/%b HTTP/1.1\r\nContent-Length: %d\r\n\r\n%b" % (key, len(body), body)
            )
        for line in now:
            line.recv(4096)
    for line in open_lines:
        line.close()
