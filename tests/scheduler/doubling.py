"""A platform that makes a new post of every request: what is sent twice stands there twice."""

from __future__ import annotations

import json
import time
import uuid
from datetime import datetime
from pathlib import Path

from publishers.port import (
    Absent,
    CannotTell,
    Capabilities,
    Finding,
    Found,
    Idempotency,
    Post,
    Prepared,
    Receipt,
    WithoutUploads,
)


class DoublingPublisher(WithoutUploads):
    """Posts are files in a folder, so that they outlive whoever sent them.

    ``slow`` seconds pass before and after a post appears: room to be killed in.
    """

    kind = "doubling"

    def __init__(self, folder: Path, slow: float = 0.003) -> None:
        self._folder = folder
        self._slow = slow
        folder.mkdir(exist_ok=True)

    def capabilities(self) -> Capabilities:
        return Capabilities(None, "characters", None, frozenset(), None, None, Idempotency.READBACK)

    def verify(self) -> str:
        return "doubling"

    def validate(self, post: Post) -> list[Finding]:
        return []

    def prepare(self, post: Post) -> Prepared:
        return Prepared.of(post.key, self.kind, {"text": post.text})

    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        time.sleep(self._slow)
        name = f"{prepared.key}.{uuid.uuid4().hex}"
        new = self._folder / f"{name}.new"
        new.write_text(json.dumps({"at": now.isoformat()}))
        new.rename(self._folder / f"{name}.json")
        time.sleep(self._slow)
        return Receipt(name, None, now)

    def find(self, prepared: Prepared) -> Found | Absent | CannotTell:
        for file in sorted(self._folder.glob(f"{prepared.key}.*.json")):
            at = datetime.fromisoformat(json.loads(file.read_text())["at"])
            return Found(Receipt(file.stem, None, at))
        return Absent()

    def delete(self, receipt: Receipt) -> None:
        (self._folder / f"{receipt.remote_id}.json").unlink(missing_ok=True)


def keys(folder: Path) -> list[str]:
    """The key of every post that stands there, once for each post."""
    return sorted(file.name.split(".")[0] for file in folder.glob("*.json"))
