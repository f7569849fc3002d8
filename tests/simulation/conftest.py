"""One ledger file for what runs in this process, and the line at the end."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.simulation.store import Shelf, shelf
from tests.simulation.tally import TALLY


@pytest.fixture(scope="package")
def own_shelf() -> Iterator[Shelf]:
    """A ledger that remembers, for all tests of this folder."""
    with shelf() as own:
        yield own


@pytest.fixture
def _quiet() -> Iterator[None]:
    """Runners log what they lose; a thousand schedules would fill pages."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(before)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """How many schedules there really were."""
    for line in config.stash.get(TALLY, []):
        terminalreporter.write_line(line)
