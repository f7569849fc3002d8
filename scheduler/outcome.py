"""What the ledger answers, and what it is told: a decision, a claim, a leave to send, an outcome.

Decisions are values; nothing here does anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from scheduler.delivery import Entry


class Why(StrEnum):
    """Why something was refused."""

    UNKNOWN_ID = "not in the ledger"
    AUTHOR = "the author cannot approve: somebody else has to"
    NO_NAME = "an approval needs the name of a role"
    NOT_READY = "held"
    CHANGED = "the content is not the one that was looked at"
    SENT = "already sent, or may have been"
    CLOSED = "not open for this"
    LATE = "its last moment has passed"
    EARLY = "not due yet"
    LOST = "somebody else has it, or it was taken back"
    NOT_APPROVED = "not approved at this content"
    STOPPED = "stopped"
    ACCOUNT_HELD = "the account is on hold"
    NOT_THE_SAME = "an answer is outstanding: only the very same request may be sent again"


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of one delivery's approval or revocation; ``why`` is None when granted."""

    id: str
    why: Why | None
    detail: str = ""

    @property
    def granted(self) -> bool:
        """Whether it was done (or was so already)."""
        return self.why is None


@dataclass(frozen=True, slots=True)
class Ref:
    """A hint that a delivery is due. Lost, late, doubled or stale it does no harm.

    ``account`` is the delivery's, ``society/channel``.
    """

    id: str
    revision: int
    account: str


class Verdict(StrEnum):
    """What a person says about a delivery in doubt."""

    LOOK_AGAIN = "look-again"
    """The platform is to be asked once more."""
    THERE = "there"
    """It stands there: it is posted."""
    NOT_THERE = "not-there"
    """It does not stand there: it may be posted again."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A runner's hold on a delivery. It promises nothing; only ``intent`` does."""

    id: str
    owner: str
    fence: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class Granted:
    """The intent is stored: make the one request now. ``entry`` is as it stands."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing may be sent."""

    why: Why
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Posted:
    """It is out."""

    remote_id: str
    url: str
    at: datetime
    receipt: Mapping[str, Any]
    note: str = ""


@dataclass(frozen=True, slots=True)
class TryAgain:
    """Surely not accepted; the same may work at ``at``."""

    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """Surely not accepted, and never will be as it is."""

    why: str


@dataclass(frozen=True, slots=True)
class InDoubt:
    """The request left and no answer came; to be looked up, not before ``look_at``."""

    look_at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class NotThere:
    """Looked up, and proved absent: it may be sent again under the same claim."""

    why: str = ""


@dataclass(frozen=True, slots=True)
class AskHuman:
    """Clarion cannot decide it."""

    why: str


@dataclass(frozen=True, slots=True)
class HoldBack:
    """Checked at the last moment and found unfit; nothing was sent. The approval is void."""

    reasons: tuple[str, ...]


Outcome = Posted | TryAgain | Rejected | InDoubt | NotThere | AskHuman | HoldBack
