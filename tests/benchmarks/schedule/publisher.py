"""The platform of this benchmark as a publisher: small, honest, and with requests or without."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from publishers.errors import Unknown
from publishers.port import (
    Absent,
    CannotTell,
    Capabilities,
    Finding,
    Found,
    Idempotency,
    Post,
    Prepared,
    Publisher,
    Receipt,
    WithoutUploads,
)
from tests.benchmarks.schedule.post import found

_CAPABILITIES = Capabilities(
    text_limit=500,
    text_counter="characters",
    max_pictures=4,
    media_types=frozenset({"image/jpeg", "image/png"}),
    max_bytes=8_000_000,
    alt_limit=1500,
    idempotency=Idempotency.READBACK,
)


class HttpPublisher(WithoutUploads):
    """See :class:`publishers.port.Publisher`."""

    def __init__(self, url: str, post: Callable[[str, str, str], None]) -> None:
        self._url = url
        self._post = post

    @property
    def kind(self) -> str:
        """See :class:`publishers.port.Publisher`."""
        return "bench"

    def capabilities(self) -> Capabilities:
        """See :class:`publishers.port.Publisher`."""
        return _CAPABILITIES

    def verify(self) -> str:
        """See :class:`publishers.port.Publisher`."""
        return self._url

    def validate(self, post: Post) -> list[Finding]:
        """See :class:`publishers.port.Publisher`."""
        if len(post.text) <= 500:
            return []
        return [Finding("text", "text", 500, len(post.text), "the text is too long")]

    def prepare(self, post: Post) -> Prepared:
        """See :class:`publishers.port.Publisher`."""
        return Prepared.of(post.key, self.kind, {"text": post.text, "language": post.language})

    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        """See :class:`publishers.port.Publisher`."""
        text = prepared.request["text"]
        try:
            self._post(self._url, prepared.key, text)
        except OSError as error:  # those of requests are OSErrors
            raise Unknown(f"no answer: {error}", phase="answer") from error
        return Receipt(prepared.key, f"{self._url}/{prepared.key}", now, {"text": text})

    def find(self, prepared: Prepared) -> Found | Absent | CannotTell:
        """See :class:`publishers.port.Publisher`."""
        try:
            there = found(self._url, prepared.key)
        except OSError as error:
            return CannotTell(f"no answer: {error}")
        if not there:
            return Absent()
        return Found(Receipt(prepared.key, f"{self._url}/{prepared.key}", _EPOCH))

    def delete(self, receipt: Receipt) -> None:
        """See :class:`publishers.port.Publisher`."""


_EPOCH = datetime.fromisoformat("2027-07-30T00:00:00+00:00")


def typed(publisher: HttpPublisher) -> Publisher:
    """The same, held against the port by the type checker."""
    return publisher
