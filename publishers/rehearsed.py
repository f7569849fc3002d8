"""A rehearsal of an account: its own publisher up to the frozen request, and then a folder.

What is checked, refused and frozen is what would be on the day, word for word; nothing is uploaded
and nobody is asked. The frozen request lies beside the post, as `request.json`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from publishers.port import (
    Absent,
    CannotTell,
    Capabilities,
    Finding,
    Found,
    Post,
    Prepared,
    Publisher,
    Receipt,
    WithoutUploads,
)


class Rehearsed(WithoutUploads):
    """`real` says what would be sent; `folder`, a hand-off folder of a rehearsal, takes it."""

    def __init__(self, real: Publisher, folder: Publisher) -> None:
        self._real = real
        self._folder = folder

    @property
    def kind(self) -> str:
        return self._folder.kind

    def capabilities(self) -> Capabilities:
        return self._folder.capabilities()

    def verify(self) -> str:
        return self._folder.verify()

    def validate(self, post: Post) -> list[Finding]:
        return [*self._real.validate(post), *self._folder.validate(post)]

    def prepare(self, post: Post) -> Prepared:
        would = self._real.preview(post)
        frozen: Mapping[str, Any] = {"kind": would.kind, "request": dict(would.request)}
        laid = self._folder.prepare(post)
        return Prepared.of(post.key, laid.kind, dict(laid.request) | {"frozen": frozen})

    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        return self._folder.publish(prepared, now)

    def find(self, prepared: Prepared) -> Found | Absent | CannotTell:
        return self._folder.find(prepared)

    def delete(self, receipt: Receipt) -> None:
        self._folder.delete(receipt)
