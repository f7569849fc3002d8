"""The publishers that ship, held to the contract."""

from __future__ import annotations

from pathlib import Path

import pytest

from publishers.errors import Unknown
from publishers.memory import LoseAnswer, LoseRequest, MemoryPlatform, MemoryPublisher
from publishers.port import Idempotency, Prepared
from publishers.testing.contract import NOW, Lab, PublisherContract, Seen
from tests.publishers.folder_lab import FolderLab

LIMITS = {
    "text_limit": "400",
    "alt_limit": "120",
    "max_pictures": "4",
    "max_bytes": "5000",
}


class MemoryLab:
    def __init__(self, base: Path, settings: dict[str, str], idempotency: Idempotency) -> None:
        self.base = base
        self.settings = settings
        ttl = 3600.0 if idempotency is Idempotency.WINDOWED else None
        self.platform = MemoryPlatform(idempotency, ttl)

    def publisher(self) -> MemoryPublisher:
        return MemoryPublisher("it-it-memory", self.settings, self.base, platform=self.platform)

    def seen(self) -> list[Seen]:
        contents = [post.content for post in self.platform.posts]
        return [Seen(c["text"], c["language"], tuple(c["alts"])) for c in contents]

    def lose_request(self, prepared: Prepared) -> None:
        self.platform.misbehave(LoseRequest())
        self._publish(prepared)

    def lose_answer(self, prepared: Prepared) -> None:
        self.platform.misbehave(LoseAnswer())
        self._publish(prepared)

    def _publish(self, prepared: Prepared) -> None:
        with pytest.raises(Unknown):
            self.publisher().publish(prepared, NOW)


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
