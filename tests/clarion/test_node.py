"""A node that posts, on time that is moved by hand."""

from __future__ import annotations

import time as real
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from clarion.posting import Node, Role
from clarion.settings import load_settings
from clarion.wiring import Studio
from scheduler.adapters.manual_clock import ManualTime
from scheduler.backlog import waiting
from scheduler.ledger import Scope
from tests.scheduler.scene import BEFORE, DUE, approved, deliveries


@pytest.mark.parametrize("slept", [timedelta(minutes=5), timedelta(hours=5)])
def test_a_machine_that_slept_asks_before_it_posts_what_fell_due(
    workspace: Path, slept: timedelta
) -> None:
    said: list[str] = []
    time = ManualTime(DUE - timedelta(seconds=30))
    with closing(Studio(load_settings(workspace))) as studio:
        approved(studio.ledger, deliveries(2), BEFORE)
        studio.ledger.stop(Scope.ALL, "", "coordinator", BEFORE)  # what is not asked about
        node = Node(studio, Role.ALL, said.append, time)
        assert node.start() == []
        try:
            assert node.runner.wait_idle(10)
            time.move(slept)
            studio.ledger.resume(Scope.ALL, "", "coordinator", time.now())
            node.runner.wake()
            deadline = real.monotonic() + 10
            while not said and real.monotonic() < deadline and slept > timedelta(hours=1):
                real.sleep(0.01)
            asked = len(waiting(studio.ledger))
        finally:
            node.stop()
    if slept > timedelta(hours=1):
        assert asked == 2
        assert "2 deliveries fell due while nothing ran" in said[0]
    else:
        assert (asked, said) == (0, [])
