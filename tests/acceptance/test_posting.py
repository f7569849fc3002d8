"""Posting for real: what is due goes out once, what is not fit stays, crashes are survived."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from clarion.settings import load_settings
from clarion.store.lock import Lock
from clarion.wiring import Studio
from scheduler.clock import RehearsalTime, SystemTime
from scheduler.delivery import State
from tests.acceptance.today import CARDS, make_due, mark_reviewed, on_disk
from tests.conftest import COMMAND, Command

KILLS = 3
CHANNELS = 24


@pytest.fixture
def due(workspace: Path, clarion: Command) -> Callable[[int], int]:
    """Plan and approve the campaign of today on so many channels; how many deliveries."""

    def make(channels: int) -> int:
        day = make_due(workspace, channels)
        assert clarion("plan", "--for", day).code == 0
        assert clarion("approve", "--as", "editor").code == 0
        return channels * len(CARDS)

    return make


def test_a_draft_is_held_at_the_moment_of_posting(
    workspace: Path, due: Callable[[int], int], process: Command, clarion: Command
) -> None:
    assert due(1) == 3
    done = process("run", "--once")
    assert (done.code, done.out.splitlines()) == (
        0,
        [
            "held back 3: catalogue en_GB is a draft awaiting review",
            "0 posted, 3 held back; 0 wait for a person (clarion status --all)",
        ],
    )
    assert not on_disk(workspace)
    for one in clarion("status", "--all", "--json").value["deliveries"]:
        assert (one["state"], one["reason"]) == (
            "held",
            "catalogue en_GB is a draft awaiting review",
        )
    assert clarion("approve", "--as", "editor").out.startswith("nothing waits")


def test_what_was_reviewed_and_approved_goes_out_exactly_once(
    workspace: Path, due: Callable[[int], int], process: Command
) -> None:
    mark_reviewed(workspace)
    count = due(1)
    first = process("run", "--once", "--json").value
    assert {one["state"] for one in first["posted"]} == {"posted"}
    assert (len(first["posted"]), first["held"], first["waiting_for_a_person"]) == (count, [], [])
    assert on_disk(workspace) == {one["id"]: 1 for one in first["posted"]}
    again = process("run", "--once", "--json").value
    assert again["posted"] == []
    assert on_disk(workspace).total() == count
    for file in workspace.glob("hand-off/*/*/CHECKLIST.txt"):
        assert "REHEARSAL" not in file.read_text("utf-8")


def test_planning_again_after_posting_posts_nothing_again(
    workspace: Path, due: Callable[[int], int], clarion: Command
) -> None:
    mark_reviewed(workspace)
    count = due(1)
    assert len(clarion("run", "--once", "--json").value["posted"]) == count
    day = make_due(workspace)  # a minute later, and a new text
    file = workspace / "campaigns/our-first-campaign/campaign.yaml"
    file.write_text(file.read_text("utf-8").replace("far away", "abroad"), "utf-8")
    assert clarion("messages", "update").code == 0
    planned = clarion("plan", "--for", day, "--json").value
    assert (planned["added"], planned["changed"]) == (0, 0)
    assert clarion("approve", "--as", "editor").out.startswith("nothing waits")
    assert clarion("run", "--once", "--json").value["posted"] == []
    assert on_disk(workspace).total() == count


def test_killed_again_and_again_nothing_is_lost_and_nothing_doubled(
    workspace: Path, due: Callable[[int], int], process: Command
) -> None:
    """Killed while hand-offs appear; whatever was in doubt is looked up, not sent again."""
    mark_reviewed(workspace)
    count = due(CHANNELS)
    cut_short = 0
    for kill in range(KILLS):
        _run_and_kill(workspace, after=len(on_disk(workspace)) + 3 + 5 * kill)
        found = on_disk(workspace)
        assert max(found.values()) == 1
        cut_short += found.total() < count
    assert cut_short, "no kill came before the end: the test showed nothing"
    process("run", "--once")
    assert _minutes_later(workspace) == {State.POSTED: count}
    assert on_disk(workspace).total() == len(on_disk(workspace)) == count
    assert not list(workspace.glob("hand-off/.clarion/staging/*"))


def test_a_second_run_refuses_and_names_the_first(
    workspace: Path, due: Callable[[int], int], process: Command
) -> None:
    mark_reviewed(workspace)
    count = due(1)
    with running(workspace) as first:
        wait_for(lambda: on_disk(workspace).total() == count, first)
        second = process("run", "--once")
        assert second.complaint == (
            f"{workspace / 'clarion.lock'}: process {first.pid} is running on this ledger: "
            "stop it first, or use another workspace"
        )
        first.send_signal(signal.SIGTERM)
        out, _ = first.communicate(timeout=30)
    assert first.returncode == 0
    assert f"{count} posted" in out
    assert process("run", "--once").code == 0


def test_a_hand_off_folder_that_cannot_be_made_loses_nothing(
    workspace: Path, due: Callable[[int], int], clarion: Command
) -> None:
    """A file stands where the folder should be, which stops even the superuser."""
    mark_reviewed(workspace)
    count = due(1)
    (workspace / "hand-off").write_text("in the way", "utf-8")
    done = clarion("run", "--once", "--json").value
    assert (done["posted"], len(done["waiting_for_a_person"])) == ([], count)
    for one in done["waiting_for_a_person"]:
        assert str(workspace / "hand-off") in one["reason"]
        assert "change the path" in one["reason"]
    assert (workspace / "hand-off").read_text("utf-8") == "in the way"
    (workspace / "hand-off").unlink()
    assert clarion("plan", "--json").value["changed"] == count
    assert f"{count} approved" in clarion("approve", "--as", "editor").out
    assert len(clarion("run", "--once", "--json").value["posted"]) == count
    assert on_disk(workspace).total() == count


def test_a_stop_holds_everything_it_covers_until_it_is_lifted(
    workspace: Path, due: Callable[[int], int], clarion: Command
) -> None:
    mark_reviewed(workspace)
    count = due(1)
    assert clarion("stop", "society", "mt", "--as", "duty-officer").code == 0
    assert clarion("run", "--once", "--json").value["posted"] == []
    assert not on_disk(workspace)
    assert clarion("resume", "society", "mt", "--as", "duty-officer").code == 0
    assert len(clarion("run", "--once", "--json").value["posted"]) == count


def test_a_picture_changed_after_the_approval_is_held(
    workspace: Path, due: Callable[[int], int], clarion: Command
) -> None:
    mark_reviewed(workspace)
    due(1)
    for file in workspace.glob("assets/*/*.jpg"):
        file.write_bytes(file.read_bytes() + b"\0")
    done = clarion("run", "--once", "--json").value
    assert (done["posted"], len(done["held"])) == ([], 3)
    assert all("changed since it was approved" in one["reason"] for one in done["held"])
    assert not on_disk(workspace)


class running:
    """``clarion run`` as a process that is certainly gone afterwards."""

    def __init__(self, workspace: Path) -> None:
        self._process = subprocess.Popen(
            [COMMAND, "run"],
            cwd=workspace,
            env={"PATH": os.environ["PATH"]},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> subprocess.Popen[str]:
        return self._process

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate(timeout=30)


def wait_for(
    condition: Callable[[], bool], process: subprocess.Popen[str], patience: float = 60.0
) -> None:
    """Until it is so; fails when the process ends before, or it takes too long."""
    deadline = time.monotonic() + patience
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def _run_and_kill(workspace: Path, after: int) -> None:
    """Run until so many hand-offs lie there, then kill without warning."""
    with running(workspace) as process, suppress(ProcessLookupError):
        wait_for(lambda: on_disk(workspace).total() >= after, process)
        process.send_signal(signal.SIGKILL)


def _minutes_later(workspace: Path) -> dict[State, int]:
    """The same runner, on a clock two minutes ahead: doubts may be looked up now. The states."""
    with (
        closing(Studio(load_settings(workspace))) as studio,
        Lock(workspace / "clarion.lock"),
    ):
        clock = RehearsalTime(SystemTime().now() + timedelta(minutes=2))
        runner = studio.rehearsal_runner(studio.ledger, clock, studio.publisher_for)
        runner.start()
        try:
            assert runner.wait_idle(60.0)
            clock.leap(clock.now() + timedelta(minutes=2))  # what this start itself put in doubt
            assert runner.wait_idle(60.0)
        finally:
            runner.stop()
        states = [entry.state for entry in studio.ledger.entries()]
    return {state: states.count(state) for state in set(states)}
