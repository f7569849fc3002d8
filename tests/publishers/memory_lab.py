"""The platform in memory under test."""

from __future__ import annotations

from pathlib import Path

from publishers.errors import AuthExpired, Transient
from publishers.memory import Fault as Trouble
from publishers.memory import LoseAnswer as Lost
from publishers.memory import LoseRequest as Dropped
from publishers.memory import MemoryPlatform, MemoryPublisher, Refuse
from publishers.port import Idempotency, Prepared, Publisher, Receipt
from publishers.testing.faults import DropRequest, Fault, LoseAnswer, too_many, unauthorised
from publishers.testing.lab import Lab, Seen

LIMITS = {"text_limit": "400", "alt_limit": "120", "max_pictures": "4", "max_bytes": "5000"}
_TROUBLES: dict[str, Trouble | None] = {
    Fault().name: None,
    DropRequest().name: Dropped(),
    LoseAnswer().name: Lost(),
    too_many().name: Refuse(Transient("too many requests", retry_after=30.0)),
    unauthorised().name: Refuse(AuthExpired("the token is not accepted")),
}


class MemoryLab(Lab):
    deviations = {"lenient": "what is in memory keeps anything"}
    faults = (Fault, DropRequest, LoseAnswer, too_many, unauthorised)

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

    def through(self, fault: Fault, publisher: Publisher, prepared: Prepared) -> Receipt:
        trouble = _TROUBLES[fault.name]
        if trouble is not None:
            self.platform.misbehave(trouble)
        return publisher.publish(prepared, self.now)
