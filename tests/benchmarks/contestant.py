"""A contestant: a process of ours that answers over pipes, and what it costs."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_PATIENCE = 120.0
_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")


class Lost(Exception):
    """The process ended, or did not answer."""


class Contestant:
    """Started when made, and ready; ``close`` ends it. Notes go to a file of its own."""

    def __init__(
        self, name: str, command: Sequence[str], at: Path, notes: Path, path: str = ""
    ) -> None:
        self.name = name
        self._notes = notes.open("wb")
        self._begun = time.perf_counter()
        self._process = subprocess.Popen(
            command,
            cwd=at,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._notes,
            env={**os.environ, "PYTHONPATH": path} if path else None,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._input, self._output = self._process.stdin, self._process.stdout
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._output, selectors.EVENT_READ)
        self._buffer = b""
        self._receive()

    @property
    def age(self) -> float:
        """Seconds since the process was started."""
        return time.perf_counter() - self._begun

    def draw(self, card: int, encoding: str, save: Path | None = None) -> int:
        """Have a card drawn: how many bytes its file has. Raises :class:`Lost`."""
        asked = {"card": card, "encoding": encoding, "save": str(save) if save else ""}
        self._input.write(json.dumps(asked).encode() + b"\n")
        self._input.flush()
        answer = self._receive()
        if "error" in answer:
            raise Lost(answer["error"])
        return int(answer["bytes"])

    def cpu(self) -> float | None:
        """Seconds of processor time of the process and all it started; None where unknown."""
        family = _family(self._process.pid)
        return sum(member[1] for member in family.values()) if family else None

    def memory(self) -> float | None:
        """The most memory that the process and all it started ever had, in MB; None if unknown."""
        peaks = [peak(pid) for pid in _family(self._process.pid)]
        return sum(filter(None, peaks)) or None

    def close(self) -> None:
        """End the process: it does so when its input ends; else it is made to."""
        self._input.close()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._selector.close()
        self._output.close()
        self._notes.close()

    def _receive(self) -> Mapping[str, Any]:
        while b"\n" not in self._buffer:
            if not self._selector.select(_PATIENCE):
                raise Lost(f"no answer for {_PATIENCE:.0f} s")
            chunk = os.read(self._output.fileno(), 1 << 16)
            if not chunk:
                raise Lost(f"ended by itself; see {self._notes.name}")
            self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        answer: Mapping[str, Any] = json.loads(line)
        return answer


def peak(pid: int) -> float | None:
    """The most memory that a process ever had, in MB."""
    try:
        lines = (_PROC / str(pid) / "status").read_text().splitlines()
    except OSError:
        return None
    found = [line.split()[1] for line in lines if line.startswith("VmHWM")]
    return int(found[0]) / 1024 if found else None


def children(pid: int) -> list[int]:
    """Every process that this one started and they started, itself not counted."""
    return [member for member in _family(pid) if member != pid]


def _family(root: int) -> dict[int, tuple[int, float]]:
    """Parent and processor seconds by process id, of a process and all below it."""
    everybody: dict[int, tuple[int, float]] = {}
    for folder in _PROC.glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        everybody[int(folder.name)] = (int(fields[1]), sum(map(int, fields[11:15])) / _TICKS)
    family = {pid: seen for pid, seen in everybody.items() if pid == root}
    grown = True
    while grown:
        more = {p: s for p, s in everybody.items() if s[0] in family and p not in family}
        family |= more
        grown = bool(more)
    return family
