"""The side of an engine: told what to post and when, it plans, says so, and works until stopped.

Started as ``python -m MODULE JOB``, it says ``{zero, planned, keys}`` in one line once everything
is planned: the instant from which the offsets count, the instant at which planning ended, the key
of each post in the order of the offsets. When its input ends it stops, says what it knows in one
more line, and is gone.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True)
class Job:
    """``offsets`` are seconds after the zero instant, which is ``lead`` seconds after the engine
    is ready to plan. ``server`` is the address of the server it needs, if it needs one; ``folder``
    is empty and its own."""

    url: str
    folder: str
    offsets: Sequence[float]
    lead: float
    mode: str = ""
    server: str = ""

    def write(self, file: Path) -> None:
        """For :func:`serve` to read."""
        file.write_text(json.dumps(asdict(self)), "utf-8")


class Engine(Protocol):
    """Whatever can run something at an instant."""

    def plan(self, due: Sequence[datetime]) -> Sequence[str]:
        """Have a post made at each of these instants, by 64 slots; its keys, in order."""
        ...

    def stop(self) -> dict[str, Any]:
        """End; everything has been posted."""
        ...


def serve(make: Callable[[Job], Engine]) -> None:
    """Be an engine."""
    job = Job(**json.loads(Path(sys.argv[1]).read_text("utf-8")))
    engine = make(job)
    zero = time.time() + job.lead
    keys = engine.plan([datetime.fromtimestamp(zero + offset, UTC) for offset in job.offsets])
    _say({"zero": zero, "planned": time.time(), "keys": list(keys)})
    sys.stdin.read()
    _say(engine.stop())


def names(due: Sequence[datetime]) -> list[str]:
    """A key for each."""
    return [f"post-{number:05}" for number in range(len(due))]


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
