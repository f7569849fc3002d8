"""A build in several processes that is stopped: one line, whole files, nobody left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.conftest import COMMAND, run_process

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").is_dir(), reason="the system does not tell of its processes"
)
PATIENCE = 60.0


@pytest.fixture
def large(workspace: Path) -> Path:
    """A workspace with a hundred pictures and more, for two processes."""
    (workspace / "clarion.toml").write_text(
        'societies = ["fr", "it"]\ncampaigns = ["myths-and-facts"]\n'
        'formats = ["square", "portrait", "story"]\nworkers = 2\nsample_helpline = true\n',
        "utf-8",
    )
    return workspace


@contextmanager
def building(workspace: Path) -> Iterator[subprocess.Popen[str]]:
    """``clarion build`` in a process group of its own, as a terminal has it, in full work."""
    process = subprocess.Popen(
        [COMMAND, "build"], cwd=workspace, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, start_new_session=True,
    )  # fmt: skip
    try:
        until(lambda: len(drawing(process.pid)) == 2 and len(pictures(workspace)) >= 3)
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def drawing(process: int) -> list[int]:
    """The processes that draw for this one."""
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        told = {int(one): Path(f"/proc/{one}/cmdline").read_bytes() for one in children}
    except OSError:
        return []
    return [one for one, words in told.items() if b"spawn_main" in words]


def pictures(workspace: Path) -> list[Path]:
    return list(workspace.glob("assets/*/*.jpg"))


def finished_by_the_next(workspace: Path) -> None:
    """What is there is whole and stays; the next build makes the rest and clears up."""
    before = len(pictures(workspace))
    again = run_process("build", "--json", at=workspace).value
    assert again["reused"] == before
    assert again["drawn"] > 0, "it was over before it was stopped"
    assert again["failed"] == 0
    assert all(file.stat().st_size > 1000 for file in pictures(workspace))
    assert not list(workspace.glob("assets/*/.*"))


def test_ctrl_c_stops_all_processes_with_one_line(large: Path) -> None:
    with building(large) as process:
        workers = drawing(process.pid)
        os.killpg(process.pid, signal.SIGINT)  # a terminal sends it to all of them
        out, err = process.communicate(timeout=PATIENCE)
        assert (process.returncode, out) == (130, "")
        # Before it an empty line, for a terminal has just shown ^C.
        assert err == "\nclarion: stopped; what was finished is kept\n"
        until(lambda: not any(Path(f"/proc/{one}").exists() for one in workers))
    assert not list(large.glob("assets/*/.*"))
    finished_by_the_next(large)


def test_a_worker_that_is_killed_is_told_in_one_line(large: Path) -> None:
    with building(large) as process:
        workers = drawing(process.pid)
        os.kill(workers[0], signal.SIGKILL)  # as the system does when memory is short
        out, err = process.communicate(timeout=PATIENCE)
        assert (process.returncode, out) == (1, "")
        assert err == (
            "clarion: a process that draws pictures was killed, most likely because memory ran "
            "short; what was drawn is kept: run the command again, with fewer workers\n"
        )
        until(lambda: not any(Path(f"/proc/{one}").exists() for one in workers))
    finished_by_the_next(large)
