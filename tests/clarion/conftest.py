"""What some of these tests share: a server, and ledgers that have seen everything."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.clarion.ledgers import live, opened, with_tables
from tests.postgres import Postgres, postgres

__all__ = ["postgres"]


@pytest.fixture
def url(postgres: Postgres) -> str:
    """A database with an empty ledger."""
    return postgres.fresh_database(with_tables)


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """See ``ours``; not to be changed."""
    folder = tmp_path_factory.mktemp("lived")
    with opened(folder) as ledger:
        live(ledger)
    return folder


@pytest.fixture
def ours(lived: Path, tmp_path: Path) -> Path:
    """A workspace with a ledger in a file that has seen everything."""
    return Path(shutil.copytree(lived, tmp_path / "ours"))
