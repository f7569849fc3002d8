"""What Clarion asks of a platform, and what it may rely on.

A publisher carries one approved post to one account. The caller keeps the books: it stores the
`Prepared` request, then calls `publish` once, and after a lost answer asks `find` before anything
else. Four promises make that safe:

* `prepare` freezes. Everything `publish` needs is inside the `Prepared`; two calls for the same
  post give equal ones, and nobody outside sees anything.
* `publish` acts once. It makes exactly one mutating act and never retries. An answer that did not
  arrive, or cannot be understood, is `Unknown`, not a failure.
* `find` only reads. `Absent` is said only when the platform was asked and does not have the post.
* `validate` is pure: no file, no network, no clock.

Errors are in `publishers.errors`; anything else that escapes a publisher is a bug.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, Protocol


@dataclass(frozen=True)
class Picture:
    """A finished picture. `digest` is the SHA-256 of the file's bytes, in lower-case hex;
    `width` and `height` are pixels; `alt` is in the language of the post."""

    path: Path
    media_type: str
    alt: str
    width: int
    height: int
    digest: str


@dataclass(frozen=True)
class Post:
    """One post, in one language, ready to go out.

    `key` is the idempotency key: the same post always has the same one. `language` is a BCP 47
    tag. `facts` is what somebody who posts by hand needs beside the post: `society`, `channel`,
    `campaign`, `card`, `locale`, `local_time` (`2027-07-30 09:00 Europe/Rome`), `utc_time`
    (`2027-07-30 07:00`), `sources`, `observance`,
    `account` in words, and `helpline` when the post shows one.
    """

    key: str
    text: str
    language: str
    direction: Literal["ltr", "rtl"] = "ltr"
    title: str = ""
    pictures: tuple[Picture, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Finding:
    """Why a post cannot go out as it is: `text` is one line that names the field, what was found
    and what is allowed. `limit` and `actual` are filled in where something was counted."""

    code: str
    field: str
    limit: int | None
    actual: int | None
    text: str


class Idempotency(Enum):
    """What the platform does with the same request sent twice."""

    NATIVE = "native"
    """The second answers as the first did, for ever."""
    WINDOWED = "windowed"
    """As NATIVE, but the platform forgets the key after `Capabilities.key_ttl` seconds."""
    TWO_PHASE = "two_phase"
    """A container is made unseen and published once; publishing it again changes nothing."""
    READBACK = "readback"
    """It doubles the post; whether the first arrived can be read back."""
    NONE = "none"
    """It doubles the post, and nothing can be read back: an unknown outcome goes to a person."""


@dataclass(frozen=True)
class Capabilities:
    """What the account takes. A limit that is None does not exist.

    `text_limit` and `alt_limit` are counted with `text_counter`, a name in `publishers.limits`.
    For `settle_seconds` after a send, `Absent` may only mean "not yet visible". `rehearsal` is
    true when nothing this publisher does is meant to be seen outside this machine.
    """

    text_limit: int | None
    text_counter: str
    max_pictures: int | None
    media_types: frozenset[str]
    max_bytes: int | None
    alt_limit: int | None
    idempotency: Idempotency
    settle_seconds: float = 0.0
    key_ttl: float | None = None
    can_find: bool = True
    can_delete: bool = True
    rehearsal: bool = False


@dataclass(frozen=True)
class Prepared:
    """The frozen request: what is stored before the one mutating act, and sent byte for byte.

    `request` holds JSON values only, and is brought to the form JSON gives it. `digest` is the
    SHA-256 of `canonical_json` of key, kind and request; `intact` tells whether it still fits.
    """

    key: str
    kind: str
    digest: str
    request: Mapping[str, Any] = field(hash=False)

    def __post_init__(self) -> None:
        plain = json.loads(canonical_json(dict(self.request)))
        object.__setattr__(self, "request", MappingProxyType(plain))

    @classmethod
    def of(cls, key: str, kind: str, request: Mapping[str, Any]) -> Prepared:
        """Freeze `request`. TypeError or ValueError when it is not JSON."""
        return cls(key, kind, _seal(key, kind, request), request)

    @property
    def intact(self) -> bool:
        return self.digest == _seal(self.key, self.kind, self.request)

    def to_json(self) -> str:
        """One line; `from_json` gives back an equal value."""
        fields = {"key": self.key, "kind": self.kind, "digest": self.digest}
        return canonical_json(fields | {"request": dict(self.request)})

    @classmethod
    def from_json(cls, text: str) -> Prepared:
        """ValueError when the text is no prepared request or was changed since."""
        fields = json.loads(text)
        if not isinstance(fields, dict) or set(fields) != {"key", "kind", "digest", "request"}:
            raise ValueError("prepared request: expected key, kind, digest and request")
        prepared = cls(**fields)
        if not prepared.intact:
            raise ValueError(f"prepared request {prepared.key}: digest does not fit its content")
        return prepared


@dataclass(frozen=True)
class Receipt:
    """What the platform answered. `echoed` is what it says it stored, under `text`, `language`
    and `alts` (a list, in order); a name is missing when the platform does not tell."""

    remote_id: str
    url: str | None
    at: datetime
    echoed: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if self.at.utcoffset() is None:
            raise ValueError(f"receipt {self.remote_id}: the time has no zone")


@dataclass(frozen=True)
class Found:
    receipt: Receipt


@dataclass(frozen=True)
class Absent:
    """The platform was asked, and does not have it."""


@dataclass(frozen=True)
class CannotTell:
    reason: str


class Publisher(Protocol):
    """One account on one platform. Safe to call from several threads."""

    @property
    def kind(self) -> str:
        """The name under which the registry knows it: `folder`, `memory`."""

    def capabilities(self) -> Capabilities: ...

    def verify(self) -> str:
        """Check, without side effect, that the account can be used; one line that names it.
        Raises `AuthExpired`, `AccountBlocked`, `Transient` or `Permanent`."""

    def validate(self, post: Post) -> list[Finding]:
        """Everything that keeps the post from going out; empty when nothing does."""

    def prepare(self, post: Post) -> Prepared:
        """Freeze the request. `Permanent` when `validate` has findings or a picture is missing."""

    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        """Make the post visible. `now` is aware. Any `PublishError` may be raised; all but
        `Unknown` promise that nothing became visible through this call."""

    def find(self, prepared: Prepared) -> Found | Absent | CannotTell: ...

    def delete(self, receipt: Receipt) -> None:
        """Take the post down. One that is no longer there counts as done."""


def canonical_json(value: object) -> str:
    """The one spelling of a JSON value: ASCII, keys sorted, no spaces. ValueError for NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _seal(key: str, kind: str, request: Mapping[str, Any]) -> str:
    text = canonical_json({"key": key, "kind": kind, "request": dict(request)})
    return hashlib.sha256(text.encode("ascii")).hexdigest()
