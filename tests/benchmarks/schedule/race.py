"""One engine, one run, in a fresh process; and several engines in turn."""

from __future__ import annotations

import json
import os
import resource
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.field import ROOT
from tests.benchmarks.schedule.engine import Job
from tests.benchmarks.schedule.field import Entry
from tests.benchmarks.schedule.score import Run, Score, judge
from tests.benchmarks.schedule.visit import Platform

Say = Callable[[str], None]
_PATIENCE = 20.0
"""Seconds without a single arrival after which a run is over."""
_PLANNING = 60.0
_ENDING = 40.0
_ENOUGH = 90.0
"""Seconds after which a contest begins no further round, unless it was asked to take long."""


class FailedRunError(Exception):
    """An engine did not get as far as posting; the text is one line."""


@dataclass(frozen=True)
class Contest:
    """Posts at ``offsets`` seconds after an instant, on a platform that answers after ``delay_ms``.
    ``runs`` is how often each engine takes part; who is not named does not."""

    name: str
    offsets: Sequence[float]
    delay_ms: int
    runs: Mapping[str, int]
    long: bool = False


def contest(
    what: Contest, field: Sequence[Entry], platform: Platform, folder: Path, say: Say
) -> dict[str, Score]:
    """Scores by engine, in turns, so that whatever else the machine does falls on all."""
    scores: dict[str, Score] = {}
    running = [one for one in field if what.runs.get(one.name, 0)]
    begun = time.monotonic()
    for number in range(max(what.runs.values())):
        if number and not what.long and time.monotonic() - begun > _ENOUGH:
            say(f"{what.name}: no round {number + 1}, the machine is busy")
            break
        taking = [one for one in running if number < what.runs[one.name]]
        turn = number % max(1, len(taking))
        for one in [*taking[turn:], *taking[:turn]]:
            say(f"{what.name}: {one.name}")
            try:
                run = once(one, what, platform, folder)
            except FailedRunError as error:
                say(f"OUT {one.name}: {error}")
                running.remove(one)
            else:
                scores.setdefault(one.name, Score()).runs.append(run)
    return {one.name: scores[one.name] for one in field if one.name in scores}


def once(entry: Entry, what: Contest, platform: Platform, folder: Path) -> Run:
    """One run. Raises :class:`FailedRunError`."""
    lead = entry.lead(len(what.offsets))
    for _ in range(3):
        answer = _attempt(entry, what, platform, folder, lead)
        if isinstance(answer, Run):
            return answer
        lead = answer * 1.5 + 1  # planning took longer than the lead: give it more
    raise FailedRunError(f"planning took longer than {lead:.0f} s")


def _attempt(
    entry: Entry, what: Contest, platform: Platform, folder: Path, lead: float
) -> Run | float:
    """A run, or how many seconds planning took where that was more than the lead."""
    place = folder / entry.name.replace(" ", "-").replace(",", "")
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    platform.reset(what.delay_ms)
    with ExitStack() as stack:
        server = stack.enter_context(entry.server(place)) if entry.server else ""
        job = Job(platform.url, str(place), what.offsets, lead, entry.mode, server)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        with _process(entry, job, place) as process:
            planned = _line(process, place)
            if planned["planned"] > planned["zero"]:
                return float(planned["planned"] - planned["zero"] + lead)
            platform.wait(len(what.offsets), _PATIENCE + max(0.0, planned["zero"] - time.time()))
            last = _end(process, place)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    zero, seen = planned["zero"], platform.seen()
    due = {key: zero + at for key, at in zip(planned["keys"], what.offsets, strict=True)}
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return judge(due, zero, seen.arrivals, seen.again, cpu, last)


@contextmanager
def _process(entry: Entry, job: Job, place: Path) -> Iterator[subprocess.Popen[str]]:
    file = place / "job.json"
    job.write(file)
    with (place / "notes.log").open("wb") as notes:
        process = subprocess.Popen(
            [*entry.command, str(file)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=notes, text=True,
            env=os.environ | {"PYTHONPATH": entry.path} if entry.path else None,
            start_new_session=True,
        )  # fmt: skip
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):  # nobody of it is left, as it should be
                os.killpg(process.pid, signal.SIGKILL)  # its workers too
            process.communicate()


def _line(process: subprocess.Popen[str], place: Path) -> dict[str, Any]:
    assert process.stdout is not None
    readable, _, _ = select.select([process.stdout], [], [], _PLANNING)
    if not readable:
        raise FailedRunError(f"it said nothing for {_PLANNING:.0f} s")
    text = process.stdout.readline()
    if not text:
        notes = (place / "notes.log").read_text("utf-8", "replace").strip().splitlines()
        raise FailedRunError((notes or [f"it ended by itself; see {place}"])[-1])
    answer: dict[str, Any] = json.loads(text)
    return answer


def _end(process: subprocess.Popen[str], place: Path) -> dict[str, Any]:
    assert process.stdin is not None
    process.stdin.close()
    process.stdin = None
    answer = _line(process, place)
    try:
        process.wait(_ENDING)
    except subprocess.TimeoutExpired as error:
        raise FailedRunError(f"it did not end within {_ENDING:.0f} s") from error
    return answer
