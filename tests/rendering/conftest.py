"""``--write-goldens``: what the goldens of this folder hold is written anew instead of compared.

    python -m pytest tests/rendering --write-goldens

The difference is then for a person to look at.
"""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-goldens", action="store_true", help="write goldens anew")


@pytest.fixture(scope="session")
def write_goldens(request: pytest.FixtureRequest) -> bool:
    """Whether goldens are to be written; never unless somebody asks for it."""
    return bool(request.config.getoption("--write-goldens", default=False))
