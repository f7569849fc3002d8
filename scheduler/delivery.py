"""The delivery: one post of one card, in one locale, on one channel, at one instant.

Its id is also its idempotency key. What a person approves is its :class:`Content` at its time
on its channel, and :attr:`Delivery.content_hash` stands for exactly that.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal

from scheduler.zones import Fold, Gap

Direction = Literal["ltr", "rtl"]


class State(StrEnum):
    """Where a delivery stands."""

    HELD = "held"
    """Cannot be approved: something is missing, and ``held`` says what."""
    PLANNED = "planned"
    """Complete, waits for somebody's approval."""
    APPROVED = "approved"
    """Goes out when it is due."""
    CLAIMED = "claimed"
    """A runner has taken it; nothing has left yet."""
    SENDING = "sending"
    """The intent is stored; the one request may be on the wire."""
    POSTED = "posted"
    """It is out; ``remote_id`` and ``url`` say where."""
    RETRY_WAIT = "retry_wait"
    """Surely not accepted; tried again at ``next_try``."""
    UNKNOWN = "unknown"
    """Nobody knows whether it was accepted; looked up at ``next_try``, never blindly resent."""
    RECONCILING = "reconciling"
    """A runner is looking it up."""
    FAILED = "failed"
    """Refused for good; has to be mended, and planned again, before it can go out."""
    MISSED = "missed"
    """Its last moment passed, and it did not go out."""
    NEEDS_HUMAN = "needs_human"
    """Somebody has to look; ``note`` says at what."""
    CANCELLED = "cancelled"
    """No longer in the plan."""


UNDECIDED = frozenset({State.SENDING, State.UNKNOWN, State.RECONCILING})
"""States in which a request may have been accepted and the answer is not known yet."""


class Late(StrEnum):
    """What becomes of a delivery that could not go out in time."""

    POST_UNTIL = "post_until"
    """It may go out late, until ``expires_at``; then it is missed."""
    HOLD = "hold"
    """After ``expires_at`` a person decides."""
    SKIP = "skip"
    """After ``expires_at`` it is missed."""


@dataclass(frozen=True, slots=True)
class PictureRef:
    """A rendered picture, by name.

    ``digest`` is the SHA-256 of the file's bytes in lower-case hexadecimal, so that a file that
    was touched after the approval is found out. ``file`` is where it lies now; that alone is no
    part of what was approved. ``width`` and ``height`` are pixels.
    """

    digest: str
    file: str = field(compare=False)
    media_type: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True, slots=True)
class Content:
    """What is approved and then posted, word for word.

    ``text`` is the caption, ``language`` its BCP 47 tag, ``facts`` names and values for people,
    each name once, in reading order (``sources``, ``observance``, ``helpline``).
    """

    text: str
    language: str
    title: str
    direction: Direction = "ltr"
    pictures: tuple[PictureRef, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> str:
        """Canonical JSON: sorted keys, no spaces, Unicode as it is."""
        return canonical({**_fields(self), "pictures": [_fields(one) for one in self.pictures]})

    @classmethod
    def from_json(cls, text: str) -> Content:
        """The content :meth:`to_json` wrote."""
        raw: dict[str, Any] = json.loads(text)
        return cls(
            text=raw["text"],
            language=raw["language"],
            title=raw["title"],
            direction=raw["direction"],
            pictures=tuple(PictureRef(**picture) for picture in raw["pictures"]),
            facts=tuple((what, value) for what, value in raw["facts"]),
        )

    def approved_part(self) -> dict[str, Any]:
        """Everything but where the pictures happen to lie."""
        return {**_fields(self), "pictures": [_fields(one, "file") for one in self.pictures]}


@dataclass(frozen=True, slots=True)
class Delivery:
    """The plan's part of a delivery; what happens to it is in :class:`Entry`.

    ``occurrence`` is the date of the observance. ``wall`` is the naive local time at which it goes
    out and ``until`` that of its last moment (None: a while after ``due_at``), both kept as
    written; ``gap`` and ``fold`` say what a wall time means that clocks skip or show twice
    (:func:`scheduler.zones.resolve`). ``due_at`` and ``expires_at`` are the two in UTC, derived
    with the zone data ``tzdata``. ``held`` are the reasons why it cannot go out; a delivery without
    content is held as well.
    """

    id: str
    campaign: str
    card: str
    society: str
    channel: str
    platform: str
    locale: str
    occurrence: date
    wall: datetime
    zone: str
    due_at: datetime
    expires_at: datetime
    late: Late
    author: str
    content: Content | None = None
    held: tuple[str, ...] = ()
    until: datetime | None = None
    gap: Gap = "later"
    fold: Fold = "earlier"
    tzdata: str = field(default="", compare=False)

    @property
    def account(self) -> str:
        """The account it goes to, ``society/channel``: what holds and channel stops name."""
        return f"{self.society}/{self.channel}"

    @property
    def series(self) -> tuple[str, date]:
        """The campaign and the date of its observance: what is planned together."""
        return self.campaign, self.occurrence

    @property
    def content_hash(self) -> str:
        """SHA-256 of content, channel and time: what an approval is bound to."""
        return digest(
            {
                "account": self.account,
                "platform": self.platform,
                "content": self.content.approved_part() if self.content else None,
                "wall": self.wall.isoformat(),
                "zone": self.zone,
            }
        )

    @property
    def ready(self) -> bool:
        """Whether it could be approved."""
        return self.content is not None and not self.held


@dataclass(frozen=True, slots=True)
class Approval:
    """Who said yes, when, and to exactly what."""

    by: str
    at: datetime
    revision: int
    content_hash: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What the ledger holds about one delivery.

    ``revision`` rises with every change of the plan, ``fence`` with every change of owner.
    ``in_doubt`` says that a request may have been accepted without our knowing. ``prepared`` is
    the frozen request of the last intent; ``receipt`` what the platform answered, JSON-able.
    """

    delivery: Delivery
    state: State
    revision: int = 1
    approval: Approval | None = None
    fence: int = 0
    owner: str = ""
    lease_until: datetime | None = None
    next_try: datetime | None = None
    first_sent_at: datetime | None = None
    attempts: int = 0
    in_doubt: bool = False
    prepared: bytes = b""
    remote_id: str = ""
    url: str = ""
    posted_at: datetime | None = None
    receipt: Mapping[str, Any] | None = None
    note: str = ""

    @property
    def id(self) -> str:
        """The delivery's id."""
        return self.delivery.id

    @property
    def approved(self) -> bool:
        """Whether somebody approved exactly this revision at exactly this content."""
        return (
            self.approval is not None
            and self.approval.revision == self.revision
            and self.approval.content_hash == self.delivery.content_hash
        )


def _fields(one: Content | PictureRef, *without: str) -> dict[str, Any]:
    """By name; ``asdict`` would copy all there is inside as well."""
    return {name: getattr(one, name) for name in one.__slots__ if name not in without}


def delivery_id(
    campaign: str, card: str, society: str, channel: str, locale: str, occurrence: date
) -> str:
    """The stable id: 26 characters of lower-case base32.

    It survives re-planning, so the same post planned again is the same delivery.
    """
    words = "|".join((campaign, card, society, channel, locale, occurrence.isoformat()))
    name = base64.b32encode(hashlib.sha256(words.encode()).digest()).decode("ascii")
    return name[:26].lower()


def canonical(value: Mapping[str, Any]) -> str:
    """JSON with one spelling for one value."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest(value: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON, in lower-case hexadecimal."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()
