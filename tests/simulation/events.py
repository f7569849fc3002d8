"""What happened, as somebody saw it who sees everything: the judge's evidence.

``at`` is the true time, ``wall`` what the machine's clock said. ``row`` is the committed row just
after, ``before`` just before.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from scheduler.ledger import Decision, Hold
from tests.simulation.store import Row


class Approved(NamedTuple):
    """People approved these words; None stands for how it all began."""

    id: str
    decision: Decision | None
    digest: str
    at: datetime


class Edited(NamedTuple):
    """The plan says something else now, or the time moved: what is due from when to when."""

    id: str
    changed: bool
    due_at: datetime
    expires_at: datetime
    keeps_approval: bool


class TakenBack(NamedTuple):
    """Somebody revoked it, or let it go by."""

    id: str
    decision: Decision
    at: datetime
    on_the_wire: bool
    live: int


class Switched(NamedTuple):
    """The stop of everything went on or off."""

    on: bool


class Held(NamedTuple):
    """An account was put on hold."""

    hold: Hold


class Released(NamedTuple):
    """The account's hold was lifted."""


class Intent(NamedTuple):
    """A runner asked for the leave to send; ``wall`` is the time it gave."""

    node: str
    id: str
    fence: int
    granted: bool
    digest: str
    at: datetime
    before: Row
    row: Row


class Settled(NamedTuple):
    """A runner reported an outcome, and was told whether its claim stood."""

    node: str
    id: str
    fence: int
    outcome: str
    kept: bool
    before: Row
    row: Row


class Sent(NamedTuple):
    """A request left; ``intents`` are those in the committed journal under the sender's fence."""

    node: str
    id: str
    number: int
    fence: int
    digest: str
    key: str
    at: datetime
    row: Row
    intents: int


class Answered(NamedTuple):
    """The sender of a request learned for sure that nothing came of it."""

    id: str
    number: int


class LookedUp(NamedTuple):
    """A look-up was answered, or not."""

    id: str
    told: bool


class Erred(NamedTuple):
    """A call of the ledger failed: with real rows and honest runners it never does."""

    what: str


class Away(NamedTuple):
    """Nobody was there until the last moment had passed."""


class Ended(NamedTuple):
    """Every runner there was has ended."""


Event = (
    Approved
    | Edited
    | TakenBack
    | Switched
    | Held
    | Released
    | Intent
    | Settled
    | Sent
    | Answered
    | LookedUp
    | Erred
    | Away
    | Ended
)
