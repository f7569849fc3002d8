"""Two processes on one database and one workspace: everything is posted once, whoever dies."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from scheduler.delivery import State
from tests.acceptance.nodes import ALL, a_day_due, minutes_later, posts, running
from tests.acceptance.today import on_disk
from tests.conftest import Command
from tests.postgres import Postgres, missing


@pytest.fixture
def due(workspace: Path, clarion: Command, postgres: Postgres) -> Path:
    """A workspace with a day's posts due, its ledger in a database."""
    a_day_due(workspace, clarion, postgres.fresh_database())
    return workspace


def test_one_rings_and_the_other_posts(due: Path) -> None:
    with running(due, "--role", "clock") as clock:
        clock.until_it_says("running; stop with Ctrl-C")
        with running(due, "--role", "worker") as worker:
            worker.until(lambda: posts(due) >= 3)
            worker.kill()
        assert posts(due) < ALL, "no kill came before the end: the test showed nothing"
        with running(due, "--role", "worker") as worker:
            worker.until(lambda: posts(due) >= ALL - 2)  # what two threads had begun is in doubt
            assert worker.stop() == 0
            assert worker.says("what is under way comes to its end")
        assert clock.stop() == 0
    assert minutes_later(due) == {State.POSTED: ALL}
    assert posts(due) == len(on_disk(due)) == ALL


def test_of_two_that_do_both_one_may_die(due: Path) -> None:
    with running(due) as first, running(due) as second:
        first.until_it_says("running; stop with Ctrl-C")
        second.until_it_says("running; stop with Ctrl-C")
        first.until(lambda: posts(due) >= 1)
        first.kill()
        second.until(lambda: posts(due) >= ALL - 2)
        assert second.stop() == 0
    assert minutes_later(due) == {State.POSTED: ALL}
    assert posts(due) == len(on_disk(due)) == ALL


@pytest.fixture
def own() -> Iterator[Postgres]:
    """A server of one's own, to be killed."""
    if reason := missing():
        pytest.skip(reason)
    server = Postgres(Path(tempfile.mkdtemp(prefix="clarion-pg-")))
    yield server
    server.stop()


def test_a_database_that_goes_away_is_waited_for(
    workspace: Path, clarion: Command, own: Postgres
) -> None:
    a_day_due(workspace, clarion, own.fresh_database())
    with running(workspace) as node:
        node.until(lambda: posts(workspace) >= 3)
        own.kill()
        before = posts(workspace)
        node.until_it_says("nothing is lost, trying again")
        assert posts(workspace) < ALL, "it went away after the end: the test showed nothing"
        own.start()
        node.until(lambda: posts(workspace) >= ALL - 2 > before)
        node.until_it_says("the ledger answers again, posting goes on")
        assert not [line for line in node.lines if "Traceback" in line]
        assert node.stop() == 0
    assert minutes_later(workspace) == {State.POSTED: ALL}
    assert posts(workspace) == len(on_disk(workspace)) == ALL


def test_a_database_that_is_not_there_at_the_start_is_said_in_one_line(
    workspace: Path, process: Command, tmp_path: Path
) -> None:
    address = f"postgresql:///clarion?host={tmp_path}"
    done = process("run", environment={"CLARION_DATABASE": address})
    assert done.complaint == (
        f"database clarion at {tmp_path} cannot be reached: check that it runs, and the address"
    )
