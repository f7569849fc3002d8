"""The publishers that ship and need no server, held to the contract; the others are held to it in
`tests/publishers`, beside the servers they talk to."""

from __future__ import annotations

from pathlib import Path

import pytest

from publishers.port import Idempotency
from publishers.testing.contract import Lab, PublisherContract
from tests.publishers.folder_lab import FolderLab
from tests.publishers.memory_lab import LIMITS, MemoryLab


class TestFolder(PublisherContract):
    @pytest.fixture(params=["limits", "utf-16", "no-limits", "rehearsal"])
    def lab(self, request: pytest.FixtureRequest, tmp_path: Path) -> Lab:
        settings = {
            "limits": LIMITS,
            "utf-16": LIMITS | {"text_counter": "utf16_units"},
            "no-limits": {},
            "rehearsal": LIMITS | {"rehearsal": "yes"},
        }
        return FolderLab(tmp_path / "workspace", settings[request.param])


class TestMemory(PublisherContract):
    @pytest.fixture(params=list(Idempotency), ids=lambda member: member.value)
    def lab(self, request: pytest.FixtureRequest, tmp_path: Path) -> Lab:
        return MemoryLab(tmp_path, LIMITS, request.param)


class TestMemoryWithoutLimits(PublisherContract):
    @pytest.fixture
    def lab(self, tmp_path: Path) -> Lab:
        return MemoryLab(tmp_path, {}, Idempotency.NATIVE)
