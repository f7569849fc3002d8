"""A second process on one file stands by, and takes over when the first one dies."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from scheduler.delivery import State
from tests.acceptance.nodes import ALL, a_day_due, minutes_later, posts, running
from tests.acceptance.today import on_disk
from tests.conftest import Command
from tests.postgres import Postgres


@pytest.fixture
def due(workspace: Path, clarion: Command) -> Path:
    """A workspace with a day's posts due."""
    a_day_due(workspace, clarion)
    return workspace


def test_the_second_takes_over_from_the_first_and_nothing_is_lost_or_doubled(due: Path) -> None:
    with running(due) as first:
        first.until_it_says("running; stop with Ctrl-C")
        with running(due) as second, running(due) as third:
            for waiting in (second, third):
                waiting.until_it_says(
                    f"process {first.pid} is running on this ledger: standing by for it"
                )
            first.until(lambda: posts(due) >= 3)
            before = posts(due)
            first.kill()
            assert before < ALL, "no kill came before the end: the test showed nothing"
            second.until(
                lambda: (
                    second.says("running; stop with Ctrl-C")
                    or third.says("running; stop with Ctrl-C")
                )
            )
            next_, last = (second, third) if second.says("running;") else (third, second)
            assert not last.says("running;")
            next_.until(lambda: posts(due) >= ALL - 2)  # what two threads had begun is in doubt
            assert next_.stop() == 0
            assert next_.says("what is under way comes to its end")
            last.until_it_says("running; stop with Ctrl-C")
            assert last.stop() == 0
    assert minutes_later(due) == {State.POSTED: ALL}
    assert posts(due) == len(on_disk(due)) == ALL


def test_who_stands_by_does_not_go_on_from_a_ledger_that_moved(
    due: Path, clarion: Command, postgres: Postgres
) -> None:
    """It had the file open before; the lock it waited for comes free after the move."""
    with ExitStack() as stack:
        first = stack.enter_context(running(due))
        first.until_it_says("running; stop with Ctrl-C")
        second = stack.enter_context(running(due))
        second.until_it_says("standing by for it")
        first.until(lambda: posts(due) == ALL)
        second.freeze()
        assert first.stop() == 0
        assert clarion("move", "--to", postgres.fresh_database()).code == 0
        second.thaw()
        assert second.wait() == 1
        assert "is closed, its deliveries were moved" in second.lines[-1]


@pytest.mark.parametrize("role", ["clock", "worker"])
def test_a_role_needs_a_ledger_in_a_database(process: Command, role: str) -> None:
    done = process("run", "--role", role)
    assert done.code == 2
    assert f"--role {role} needs a ledger in a database" in done.err
