"""A platform in memory: for rehearsals, and for trying what a real one may do to us.

`MemoryPlatform` is the server: it keeps posts, counts mutating calls and misbehaves on request.
`MemoryPublisher` is the adapter; several may share one platform, as processes share a server.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from publishers.account import Account
from publishers.errors import Permanent, PublishError, Unknown
from publishers.limits import COUNTERS, check, refuse
from publishers.pictures import check_files
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
    refuse_foreign,
)
from publishers.settings import Settings


@dataclass(frozen=True)
class Refuse:
    """Raise this instead of acting: any PublishError but Unknown."""

    error: PublishError


@dataclass(frozen=True)
class LoseRequest:
    """The request never arrives: Unknown, and nothing was made."""


@dataclass(frozen=True)
class LoseAnswer:
    """The post is made, the answer never arrives: Unknown."""


@dataclass(frozen=True)
class Delay:
    """Answer after so many real seconds."""

    seconds: float


@dataclass(frozen=True)
class Lag:
    """Make the post, and say Absent to the next so many look-ups."""

    lookups: int


Fault = Refuse | LoseRequest | LoseAnswer | Delay | Lag


@dataclass
class MemoryPost:
    """A post as the platform keeps it. `unseen` look-ups will not find it yet."""

    key: str
    digest: str
    receipt: Receipt
    content: Mapping[str, Any]
    unseen: int = 0


@dataclass
class MemoryPlatform:
    """The server. `mutating_calls` counts every create and delete that reached it."""

    idempotency: Idempotency = Idempotency.NATIVE
    key_ttl: float | None = None
    mutating_calls: int = 0
    _posts: list[MemoryPost] = field(default_factory=list)
    _faults: deque[Fault] = field(default_factory=deque)
    _made: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def posts(self) -> tuple[MemoryPost, ...]:
        """What a visitor sees, oldest first."""
        with self._lock:
            return tuple(self._posts)

    def misbehave(self, *faults: Fault) -> None:
        """Give one fault to each of the next creates, in order."""
        with self._lock:
            self._faults.extend(faults)

    def create(self, prepared: Prepared, now: datetime) -> Receipt:
        with self._lock:
            fault = self._faults.popleft() if self._faults else None
        if isinstance(fault, Refuse):
            raise fault.error
        if isinstance(fault, LoseRequest):
            raise Unknown(f"post {prepared.key}: no answer", phase="sent")
        if isinstance(fault, Delay):
            threading.Event().wait(fault.seconds)
        with self._lock:
            receipt = self._create(prepared, now, fault.lookups if isinstance(fault, Lag) else 0)
        if isinstance(fault, LoseAnswer):
            raise Unknown(f"post {prepared.key}: the answer was lost", phase="answer")
        return receipt

    def look_up(self, prepared: Prepared) -> Receipt | None:
        """The oldest visible post made from this request."""
        with self._lock:
            for post in self._posts:
                if post.digest == prepared.digest:
                    if post.unseen == 0:
                        return post.receipt
                    post.unseen -= 1
        return None

    def remove(self, remote_id: str) -> None:
        with self._lock:
            self.mutating_calls += 1
            self._posts = [post for post in self._posts if post.receipt.remote_id != remote_id]

    def _create(self, prepared: Prepared, now: datetime, unseen: int) -> Receipt:
        self.mutating_calls += 1
        earlier = self._same_key(prepared.key, now)
        if earlier is not None:
            if earlier.digest != prepared.digest:
                text = f"post {prepared.key} exists with other content; take that one back first"
                raise Permanent(text, code="key.reused", field="key")
            return earlier.receipt
        self._made += 1
        remote_id = f"memory-{self._made}"
        content = dict(prepared.request)
        echoed = {name: content[name] for name in ("text", "language", "alts")}
        receipt = Receipt(remote_id, f"memory:{remote_id}", now.astimezone(UTC), echoed)
        self._posts.append(MemoryPost(prepared.key, prepared.digest, receipt, content, unseen))
        return receipt

    def _same_key(self, key: str, now: datetime) -> MemoryPost | None:
        if self.idempotency in (Idempotency.READBACK, Idempotency.NONE):
            return None
        for post in reversed(self._posts):
            if post.key == key and self._remembered(post, now):
                return post
        return None

    def _remembered(self, post: MemoryPost, now: datetime) -> bool:
        if self.idempotency is not Idempotency.WINDOWED or self.key_ttl is None:
            return True
        return now - post.receipt.at < timedelta(seconds=self.key_ttl)


class MemoryPublisher(WithoutUploads):
    """Posts to a `MemoryPlatform`, its own unless one is given.

    Settings: `idempotency` (a value of `Idempotency`, default `native`), `key_ttl` and
    `settle_seconds` in seconds, `text_limit`, `text_counter`, `alt_limit`, `max_pictures`,
    `max_bytes`. `rehearsal` is accepted and is always so: nothing leaves the process.
    """

    kind = "memory"

    def __init__(
        self,
        channel: str,
        settings: Mapping[str, object],
        base: Path,  # noqa: ARG002  every factory is called alike
        account: Account | None = None,  # noqa: ARG002
        platform: MemoryPlatform | None = None,
    ) -> None:
        """SetupError when a setting is unknown or is not understood. With a `platform` given,
        how it treats keys is its own affair, not that of the settings."""
        own = Settings(channel, settings)
        classes = tuple(member.value for member in Idempotency)
        own_class = Idempotency(own.choice("idempotency", "native", classes))
        self.platform = platform or MemoryPlatform(own_class, own.number("key_ttl"))
        self._name = f"memory account {channel}"
        self._capabilities = self._read(own)
        own.done()

    def _read(self, own: Settings) -> Capabilities:
        own.flag("rehearsal")
        return Capabilities(
            text_limit=own.number("text_limit"),
            text_counter=own.choice("text_counter", "characters", tuple(COUNTERS)),
            max_pictures=own.number("max_pictures"),
            media_types=frozenset({"image/png", "image/jpeg"}),
            max_bytes=own.number("max_bytes"),
            alt_limit=own.number("alt_limit"),
            idempotency=self.platform.idempotency,
            settle_seconds=float(own.number("settle_seconds") or 0),
            key_ttl=self.platform.key_ttl,
            can_find=self.platform.idempotency is not Idempotency.NONE,
            rehearsal=True,
        )

    def capabilities(self) -> Capabilities:
        return self._capabilities

    def verify(self) -> str:
        return self._name

    def validate(self, post: Post) -> list[Finding]:
        return check(post, self._capabilities)

    def prepare(self, post: Post) -> Prepared:
        refuse(self.validate(post))
        check_files(post, self._capabilities.max_bytes)
        request = {
            "text": post.text,
            "language": post.language,
            "title": post.title,
            "pictures": [picture.digest for picture in post.pictures],
            "alts": [picture.alt for picture in post.pictures],
        }
        return Prepared.of(post.key, self.kind, request)

    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        refuse_foreign(prepared, self.kind, now)
        return self.platform.create(prepared, now)

    def find(self, prepared: Prepared) -> Found | Absent | CannotTell:
        if not self._capabilities.can_find:
            return CannotTell(f"{self._name} has no way to look up a post")
        receipt = self.platform.look_up(prepared)
        return Absent() if receipt is None else Found(receipt)

    def delete(self, receipt: Receipt) -> None:
        self.platform.remove(receipt.remote_id)
