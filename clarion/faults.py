"""A platform that misbehaves as it is told: for rehearsals of the bad day.

Whether a request meets a fault is drawn from the seed, the delivery and the number of its request,
so the same seed gives the same faults in whatever order the threads come.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from clarion.errors import ClarionError
from publishers.errors import Permanent, Transient
from publishers.memory import (
    Delay,
    Fault,
    LoseAnswer,
    LoseRequest,
    MemoryPlatform,
    MemoryPublisher,
    Refuse,
)
from publishers.port import Idempotency, Prepared, Publisher, Receipt
from scheduler.delivery import Delivery, Entry, State
from scheduler.ledger import JournalLine
from scheduler.rehearsal import Witness

HANG = 30.0
"""Rehearsed seconds."""
_BUSY = 20.0


class Kind(StrEnum):
    """What a platform can be told to do to a request."""

    LOST_ANSWER = "lost-answer"
    """It posts, and nobody hears of it."""
    LOST_REQUEST = "lost-request"
    """It never hears of the request."""
    BUSY = "busy"
    """It asks the account to come again later."""
    REFUSED = "refused"
    """It refuses for good."""
    HANG = "hang"
    """It answers only after half a minute."""


class Temper(StrEnum):
    """What a platform does with the same request sent twice, and what it can be asked."""

    NATIVE = "native"
    """It knows a request that it has seen."""
    READBACK = "readback"
    """It would post twice, but can be asked what is there."""
    NONE = "none"
    """It would post twice, and cannot be asked."""


@dataclass(frozen=True)
class Faults:
    """How a rehearsal's platform behaves; ``shares`` are of all requests, between 0 and 1."""

    shares: Mapping[Kind, float] = field(default_factory=dict)
    temper: Temper = Temper.NATIVE
    seed: int = 1

    def __post_init__(self) -> None:
        if sum(self.shares.values()) > 1:
            raise ClarionError("the shares of all --fault together are more than 100%")

    def drawn(self, key: str, number: int, speed: float = 1.0) -> Fault | None:
        """What this request of a delivery meets, on a clock so many times as fast."""
        words = f"{self.seed} {key} {number}".encode()
        dice = int.from_bytes(hashlib.sha256(words).digest()[:8]) / 2**64
        for kind, share in self.shares.items():
            if dice < share:
                return _fault(kind, speed)
            dice -= share
        return None

    def __str__(self) -> str:
        told = ", ".join(f"{kind} {share * 100:g}%" for kind, share in self.shares.items())
        return f"platform '{self.temper}', {told or 'no faults'}; seed {self.seed}"


def _fault(kind: Kind, speed: float) -> Fault:
    match kind:
        case Kind.LOST_ANSWER:
            return LoseAnswer()
        case Kind.LOST_REQUEST:
            return LoseRequest()
        case Kind.BUSY:
            return Refuse(Transient("the platform is busy", retry_after=_BUSY))
        case Kind.REFUSED:
            return Refuse(Permanent("the platform refuses it", code="rehearsal.refused"))
        case Kind.HANG:
            return Delay(HANG / speed)


@dataclass
class Moody(MemoryPlatform):
    """A platform for one delivery, that draws a fault for each request, and tells a witness
    whatever becomes visible on it, whether an answer comes or not."""

    faults: Faults = field(default_factory=Faults)
    witness: Witness | None = None
    speed: float = 1.0
    _asked: int = 0

    def create(self, prepared: Prepared, now: datetime) -> Receipt:
        """See :meth:`publishers.memory.MemoryPlatform.create`."""
        self._asked += 1
        fault = self.faults.drawn(prepared.key, self._asked, self.speed)
        if fault is not None:
            self.misbehave(fault)
        before = len(self.posts)
        try:
            return super().create(prepared, now)
        finally:
            for post in self.posts[before:]:
                if self.witness is not None:
                    self.witness.saw(post.key, post.receipt.remote_id)


class FakePlatform:
    """Gives each delivery its publisher, and knows afterwards what stands there."""

    def __init__(self, faults: Faults, witness: Witness, folder: Path, speed: float) -> None:
        self._faults, self._witness, self._folder, self._speed = faults, witness, folder, speed
        self._made: dict[str, Moody] = {}

    def publisher_for(self, delivery: Delivery) -> Publisher:
        """The publisher of a delivery."""
        platform = self._made.get(delivery.id)
        if platform is None:
            temper = Idempotency(self._faults.temper.value)
            platform = Moody(temper, faults=self._faults, witness=self._witness, speed=self._speed)
            # of two threads that come here at once, one platform counts for both
            platform = self._made.setdefault(delivery.id, platform)
        return MemoryPublisher(delivery.channel, {}, self._folder, platform=platform)

    def there(self) -> Counter[str]:
        """How many posts stand there for each delivery."""
        return Counter({name: len(platform.posts) for name, platform in self._made.items()})


class Fate(StrEnum):
    """What can become of a delivery, in the order in which it is told."""

    FIRST = "posted at the first request"
    LATER = "posted at a later request; nothing was out before"
    FOUND = "posted: the answer was lost, it was looked up and found"
    ASKED_OUT = "waits for a person: it is out"
    ASKED_NOT_OUT = "waits for a person: it is not out"
    REFUSED = "refused for good"
    MISSED = "missed: its last moment passed"
    HELD = "held, or not approved"
    UNNOTICED = "WRONG: it is out, and the ledger does not know it"
    LOST = "LOST: neither out, nor known why"
    DOUBLED = "DOUBLED: out more than once"


BAD = frozenset({Fate.UNNOTICED, Fate.LOST, Fate.DOUBLED})
"""What must not happen, however a platform misbehaves."""


def fates(
    entries: Sequence[Entry], journal: Iterable[JournalLine], there: Mapping[str, int]
) -> Counter[Fate]:
    """How many deliveries met which fate, by what stands on the platform."""
    lives: dict[str, list[str]] = {}
    for line in journal:
        lives.setdefault(line.delivery, []).append(line.event)
    return Counter(
        _fate(entry, lives.get(entry.id, []), there.get(entry.id, 0)) for entry in entries
    )


def _fate(entry: Entry, events: Sequence[str], there: int) -> Fate:
    if there > 1:
        return Fate.DOUBLED
    match entry.state:
        case State.POSTED if there:
            return _posted(events)
        case State.NEEDS_HUMAN:
            return Fate.ASKED_OUT if there else Fate.ASKED_NOT_OUT
    if there:
        return Fate.UNNOTICED
    match entry.state:
        case State.FAILED:
            return Fate.REFUSED
        case State.MISSED if entry.approved:
            return Fate.MISSED
    return Fate.LOST if entry.approved or entry.state is State.POSTED else Fate.HELD


def _posted(events: Sequence[str]) -> Fate:
    if list(events[-2:]) == ["reconciling", "posted"]:
        return Fate.FOUND
    return Fate.FIRST if events.count("intent") == 1 else Fate.LATER
