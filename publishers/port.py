"""What Clarion asks of a platform, and what it may rely on.

A publisher carries one approved post to one account. The caller keeps the books: it stores the
`Prepared` request, then calls `publish` once, and after a lost answer asks `find` before anything
else. Four promises make that safe:

* `prepare` freezes. Everything `publish` needs is inside the `Prepared`; nobody outside sees
  anything. It may upload pictures; two calls for the same post differ in what those uploads are
  called and in nothing else.
* `publish` acts once. It makes exactly one mutating act and never retries. An answer that did not
  arrive, or cannot be understood, is `Unknown`, not a failure.
* `find` only reads. `Absent` is said only when the platform was asked and does not have the post.
* `validate` is pure: no file, no network, no clock. `preview` makes the frozen request without
  the network, as far as that goes: what a rehearsal shows.

Errors are in `publishers.errors`; anything else that escapes a publisher is a bug.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, Protocol

from publishers.errors import Permanent


@dataclass(frozen=True)
class Picture:
    """A finished picture. `digest` is the SHA-256 of the file's bytes, in lower-case hex;
    `width` and `height` are pixels; `alt` is in the language of the post. `size` is the file's
    length in bytes, None when nobody looked. `focus` is what must stay in sight where a platform
    crops: across and down, each from 0 to 1; None is the middle."""

    path: Path
    media_type: str
    alt: str
    width: int
    height: int
    digest: str
    size: int | None = None
    focus: tuple[float, float] | None = None


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

    @property
    def due(self) -> datetime:
        """The instant it was planned for. ValueError when the facts do not tell."""
        return datetime.strptime(self.facts.get("utc_time", ""), "%Y-%m-%d %H:%M").replace(
            tzinfo=UTC
        )


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
class Budget:
    """No more than `posts` in any `seconds`: kept below what the platform allows, so that people
    can still post by hand."""

    posts: int
    seconds: float


@dataclass(frozen=True)
class Prices:
    """What one post costs, in US dollars: without a link in its text, and with one."""

    post: Decimal
    with_link: Decimal


@dataclass(frozen=True)
class Capabilities:
    """What the account takes. A limit that is None does not exist.

    `text_limit` is counted with `text_counter`, `alt_limit` with `alt_counter` (the same one when
    empty): names in `publishers.counting`. `text_bytes` is a second limit, in bytes of UTF-8.
    `max_pixels` is width times height, `max_side` the longer side, `ratio` the least and the
    greatest width by height. `max_hashtags` may stand in the text.

    For `settle_seconds` after a send, `Absent` may only mean "not yet visible". `alts` and
    `languages` tell whether the platform keeps alt texts and the language of a post.
    `needs_public_url`: the platform fetches the pictures itself. `budget` is for one account,
    `app_budget` for all accounts of the platform together. `rehearsal` is
    true when nothing this publisher does is meant to be seen outside this machine. `as_of` is the
    day on which the limits were read or last checked.
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
    alt_counter: str = ""
    text_bytes: int | None = None
    max_pixels: int | None = None
    max_side: int | None = None
    ratio: tuple[float, float] | None = None
    max_hashtags: int | None = None
    alts: bool = True
    languages: bool = True
    needs_public_url: bool = False
    budget: Budget | None = None
    app_budget: Budget | None = None
    prices: Prices | None = None
    as_of: date | None = None


@dataclass(frozen=True)
class Prepared:
    """The frozen request: what is stored before the one mutating act, and sent byte for byte.

    `request` holds JSON values only, and is brought to the form JSON gives it; what the platform
    called the uploads lies in it under `uploads`, and nowhere else. `digest` is the
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

    @property
    def content(self) -> Mapping[str, Any]:
        """The request without its uploads: equal for two preparations of the same post."""
        return {name: value for name, value in self.request.items() if name != "uploads"}

    def with_uploads(self, uploads: object) -> Prepared:
        """The same request, once its pictures are with the platform."""
        return Prepared.of(self.key, self.kind, dict(self.request) | {"uploads": uploads})

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
    and `alts` (a list, in order); a name is missing when the platform does not tell. What cannot be
    stored as text in an id or an address is replaced by `?`."""

    remote_id: str
    url: str | None
    at: datetime
    echoed: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if self.at.utcoffset() is None:
            raise ValueError(f"receipt {self.remote_id}: the time has no zone")
        object.__setattr__(self, "remote_id", _storable(self.remote_id))
        object.__setattr__(self, "url", None if self.url is None else _storable(self.url))


@dataclass(frozen=True)
class Pending:
    """The platform still works on what was uploaded: ask again after `retry_after` seconds."""

    retry_after: float
    reason: str


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

    def preview(self, post: Post) -> Prepared:
        """What `prepare` freezes, without its uploads: made on this machine alone. `Permanent`
        when `validate` has findings or a picture is missing or not the approved one."""

    def prepare(self, post: Post) -> Prepared:
        """Freeze the request, with its pictures uploaded. Raises what `preview` raises, and any
        `PublishError` but `Unknown`: an upload that nobody sees may simply be made again."""

    def poll(self, prepared: Prepared) -> Pending | None:
        """Whether the platform has taken in what `prepare` uploaded: None when it can be
        published now. Only reads. `Transient` when the upload is spent: prepare it anew."""

    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        """Make the post visible. `now` is aware. Any `PublishError` may be raised; all but
        `Unknown` promise that nothing became visible through this call."""

    def find(self, prepared: Prepared) -> Found | Absent | CannotTell:
        """Whether the post is there. Only reads; a `Transient` when that cannot be done now."""

    def delete(self, receipt: Receipt) -> None:
        """Take the post down. One that is no longer there counts as done."""


class WithoutUploads:
    """To be inherited by a publisher that uploads nothing: what it prepares is made on this
    machine, and is ready at once."""

    def preview(self: Publisher, post: Post) -> Prepared:
        """See `Publisher.preview`."""
        return self.prepare(post)

    def poll(self, prepared: Prepared) -> Pending | None:  # noqa: ARG002
        """See `Publisher.poll`."""
        return None


def refuse_foreign(prepared: Prepared, kind: str, now: datetime) -> None:
    """What every `publish` asks first. `Permanent` for a request of another publisher, or one that
    was changed since it was frozen; ValueError for a time without a zone."""
    if now.utcoffset() is None:
        raise ValueError("publish needs a time with a zone")
    if prepared.kind != kind or not prepared.intact:
        text = f"request {prepared.key} is not one this publisher prepared; prepare it again"
        raise Permanent(text, code="request.foreign")


def canonical_json(value: object) -> str:
    """The one spelling of a JSON value: ASCII, keys sorted, no spaces. ValueError for NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _storable(text: str) -> str:
    """It is posted, whatever the platform calls it: that has to be written down."""
    return text.replace("\0", "?").encode("utf-8", "replace").decode()


def _seal(key: str, kind: str, request: Mapping[str, Any]) -> str:
    text = canonical_json({"key": key, "kind": kind, "request": dict(request)})
    return hashlib.sha256(text.encode("ascii")).hexdigest()
