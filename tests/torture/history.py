"""Everything known about one delivery, and what can be wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from scheduler.delivery import Entry
from scheduler.ledger import JournalLine
from tests.torture.record import Event, Line

INTENT = "intent"
NOT_SEEN = "not-seen"


class Kind(StrEnum):
    """What can be wrong."""

    LOST = "lost"
    DUPLICATED = "duplicated"
    EARLY = "early"
    LATE = "late"
    PHANTOM = "posted in the ledger, not on the platform"
    OTHER_POST = "posted in the ledger as another post"
    DENIED = "live, and the ledger says it is not"
    OPEN = "live, and the ledger has not come to know it"
    NEEDLESS = "flagged, and the platform could have told in time"
    UNEXPLAINED = "flagged, and nothing says why"
    RESENT = "sent again though nobody could know that it was not there"
    NO_INTENT = "sent without a stored intent"
    SAME_FENCE = "two intents under one fence"
    FENCE_FELL = "the fence did not rise"
    NOT_REPLAYED = "the journal ends elsewhere than the ledger"
    HOLD_BROKEN = "sent though the account was on hold"
    STRANGER = "the platform has a post that was never planned"


@dataclass(frozen=True, slots=True)
class Violation:
    """One complaint; ``proof`` are the lines that show it, oldest first."""

    kind: Kind
    delivery: str
    words: str
    proof: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.kind}: {self.delivery} {self.words}"


@dataclass(frozen=True)
class History:
    """Everything known about one delivery, each oldest first."""

    entry: Entry
    journal: Sequence[JournalLine]
    lines: Sequence[Line]

    @cached_property
    def accepted(self) -> list[Line]:
        """Its posts."""
        return [line for line in self.lines if line.event is Event.ACCEPTED]

    @cached_property
    def received(self) -> list[Line]:
        """Its requests, in the order in which they were sent."""
        found = (line for line in self.lines if line.event is Event.RECEIVED)
        return sorted(found, key=lambda line: line.sent)

    @cached_property
    def intents(self) -> list[JournalLine]:
        """Its leaves to send."""
        return [line for line in self.journal if line.event == INTENT]

    @cached_property
    def words(self) -> list[float]:
        """When a person said that it is not there."""
        return [line.at.timestamp() for line in self.journal if line.event == NOT_SEEN]

    @cached_property
    def verifiable(self) -> bool:
        """Whether its platform can tell, or be asked, what is there: any class but ``c``."""
        return not self.entry.delivery.account.endswith("/c")

    def complain(self, kind: Kind, words: str = "") -> Violation:
        """A complaint, with everything there is to prove it."""
        told = [(line.at.timestamp(), _of_ledger(line)) for line in self.journal]
        told += [(line.at, _of_platform(line)) for line in self.lines]
        told.sort(key=lambda pair: pair[0])
        return Violation(kind, self.entry.id, words, tuple(f"{at:.3f} {said}" for at, said in told))


def _of_ledger(line: JournalLine) -> str:
    words = f"ledger {line.event} -> {line.state} fence {line.fence} by {line.actor} {line.detail}"
    return words.rstrip()


def _of_platform(line: Line) -> str:
    words = f"platform {line.event} sent {line.sent:.3f} {line.fault} {line.id}"
    return words.rstrip()
