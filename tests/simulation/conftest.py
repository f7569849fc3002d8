"""One ledger file for what runs in this process."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.simulation.store import Shelf, shelf


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
