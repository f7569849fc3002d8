"""What the simulation tells at the end of a test run."""

from __future__ import annotations

import pytest

TALLY = pytest.StashKey[list[str]]()


def tell(config: pytest.Config, line: str) -> None:
    """Have a line printed when all tests are done."""
    config.stash.setdefault(TALLY, []).append(line)
