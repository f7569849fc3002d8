"""The ledger: what is planned, who approved it, what was sent and what came of it.

It is the truth; the alarm and the executor only hurry it along. Whatever implements
:class:`Ledger` promises:

* every method is one transaction, and every change a compare-and-set on what was read;
* ``intent`` is committed, and safe from a loss of power, before it returns: no request leaves
  without one, and it is the last place where an approval, a stop, a hold or the time can say no;
* of an ``intent`` and a ``revoke`` (or ``stop``) at the same moment exactly one wins, and the loser
  is told;
* a lost claim changes nothing: whoever lost it learns so from ``False`` or :class:`Refused`;
* the journal is only ever added to, and its last line about a delivery names its present state;
* it may be called from several threads and, where it is a file, from several processes.

Every instant is aware; the ledger never asks for the time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from scheduler.delivery import Delivery, Entry, State
from scheduler.outcome import (
    AskHuman,
    Claim,
    Decision,
    Granted,
    HoldBack,
    InDoubt,
    NotThere,
    Outcome,
    Posted,
    Ref,
    Refused,
    Rejected,
    TryAgain,
    Verdict,
    Why,
)
from scheduler.switches import Hold, HoldScope, Scope, Spacing, Stop, Traffic, moment

__all__ = [
    "EVERYTHING",
    "AskHuman",
    "Claim",
    "Decision",
    "Filter",
    "Granted",
    "Hold",
    "HoldBack",
    "HoldScope",
    "IllegalOutcomeError",
    "InDoubt",
    "JournalLine",
    "Ledger",
    "LedgerError",
    "Moved",
    "NoSuchDeliveryError",
    "NotThere",
    "Outcome",
    "Posted",
    "PutCounts",
    "Recovered",
    "Ref",
    "Refused",
    "Rejected",
    "Scope",
    "Spacing",
    "Stop",
    "StoreError",
    "Traffic",
    "TryAgain",
    "Verdict",
    "Why",
    "moment",
]


class LedgerError(Exception):
    """The ledger could not do what was asked; the text is one line."""


class NoSuchDeliveryError(LedgerError):
    """There is no delivery with this id."""


class IllegalOutcomeError(LedgerError):
    """An outcome was reported that cannot follow from where the delivery stands: a bug."""


class StoreError(LedgerError):
    """The ledger's store cannot be read or written; the text names the file and the remedy."""


@dataclass(frozen=True, slots=True)
class PutCounts:
    """What ``put`` did: ``left`` were planned differently but are out, or may be."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    left: int = 0
    withdrawn: int = 0


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One line of the journal. ``delivery`` is empty for lines about the whole ledger.

    ``state`` is the state after the event, ``detail`` a reason, a digest or a remote id.
    """

    number: int
    at: datetime
    delivery: str
    event: str
    state: str
    revision: int
    fence: int
    actor: str
    detail: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A delivery whose instant changed with the time zone data; its wall time stays."""

    entry: Entry
    before: datetime


@dataclass(frozen=True, slots=True)
class Recovered:
    """What ``recover`` found: claims given back, and requests whose answer is outstanding."""

    released: int = 0
    in_doubt: int = 0


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries to list; None asks for any. ``account`` is ``society/channel``."""

    ids: Collection[str] | None = None
    states: Collection[State] | None = None
    campaign: str | None = None
    occurrence: date | None = None
    society: str | None = None
    account: str | None = None
    locale: str | None = None
    platform: str | None = None


EVERYTHING = Filter()


class Ledger(Protocol):
    """The record of deliveries. See the head of this module for its promises."""

    def put(
        self,
        deliveries: Sequence[Delivery],
        now: datetime,
        *,
        whole: Iterable[tuple[str, date]] | None = None,
    ) -> PutCounts:
        """Write the plan down.

        New deliveries are added. One that differs in anything, or that was refused for good,
        becomes a new revision, and its approval is void. What is out, or may be, is left alone.

        ``whole`` names the (campaign, occurrence) pairs of which ``deliveries`` is the whole plan:
        their other deliveries are withdrawn. By default these are all pairs in ``deliveries``.
        """
        ...

    def get(self, delivery_id: str) -> Entry:
        """One entry; :class:`NoSuchDeliveryError`."""
        ...

    def entries(self, which: Filter = EVERYTHING) -> list[Entry]:
        """Entries in order of ``due_at`` and id."""
        ...

    def journal(self, delivery_id: str | None = None) -> list[JournalLine]:
        """What happened to a delivery, or to everything, oldest first."""
        ...

    def approve(
        self,
        ids: Iterable[str],
        by: str,
        now: datetime,
        *,
        seen: Mapping[str, str] | None = None,
    ) -> list[Decision]:
        """Say yes to exactly what these deliveries are now.

        Refused for the author, for what is held, late or sent, and where ``seen`` gives a content
        hash that is no longer the delivery's. ``CLAIMED`` and ``RETRY_WAIT`` count as approved.
        """
        ...

    def revoke(self, ids: Iterable[str], by: str, now: datetime) -> list[Decision]:
        """Take approvals back. Refused with ``SENT`` once an intent is stored."""
        ...

    def due(self, now: datetime, limit: int) -> list[Ref]:
        """What could be claimed now, the newest wave first: approved and due, waiting for another
        try, or to be looked up; not stopped (looking up is never stopped), nothing held or paced.
        """
        ...

    def next_due(self, now: datetime) -> datetime | None:
        """The first instant after ``now`` at which ``due`` will have something more, as things
        stand. What is due already does not count."""
        ...

    def claim(
        self,
        refs: Iterable[Ref],
        owner: str,
        lease_until: datetime,
        now: datetime,
        spacing: Spacing | None = None,
    ) -> list[Claim]:
        """Take those that are still to be had.

        With ``spacing``, one to an account, and no other of that account until so much later:
        by any runner, and after any restart. Looking up needs no such distance.
        """
        ...

    def intent(self, claim: Claim, prepared: bytes, now: datetime) -> Granted | Refused:
        """Store the frozen request, and with it the leave to send it once.

        One compare-and-set over owner, fence, state, approved revision and content, stops,
        holds, ``due_at`` and ``expires_at``. A refusal puts the delivery where it belongs.
        While an answer is outstanding only the stored request itself is granted again.
        """
        ...

    def settle(self, claim: Claim, outcome: Outcome, now: datetime) -> bool:
        """Write down what came of a claim; False when it was lost meanwhile.

        A lost claim's outcome goes to the journal only. :class:`IllegalOutcomeError` for one that
        cannot be.
        """
        ...

    def recover(self, owner: str, now: datetime, settle: timedelta) -> Recovered:
        """Begin as the runner ``owner``: take over from those that are no longer alive.

        Where only one can run at a time these are all others; a store that several share can
        tell. Their claims are given back; what they were sending is in doubt, to be looked up
        ``settle`` from now: their requests may still be on the wire.
        """
        ...

    def reclaim(self, now: datetime, settle: timedelta) -> Recovered:
        """The same for claims whose lease has run out, and for runners that died meanwhile."""
        ...

    def expire(self, now: datetime) -> int:
        """Apply the late policy to whatever waits past its last moment; how many."""
        ...

    def rederive(
        self, derive: Callable[[Delivery], Delivery], release: str, now: datetime
    ) -> list[Moved]:
        """Derive the instants of what has not gone out anew, where another release of the time
        zone data than ``release`` did it before; what moved.

        ``derive`` may change ``due_at``, ``expires_at`` and ``tzdata`` alone. The wall time stays,
        and with it the approval; the journal says from when to when.
        """
        ...

    def resolve(
        self, delivery_id: str, by: str, now: datetime, verdict: Verdict, url: str = ""
    ) -> Decision:
        """A person's word about a delivery in ``NEEDS_HUMAN``.

        ``THERE`` (at ``url``): it is posted. ``LOOK_AGAIN``: asked once more, where a request is
        outstanding. ``NOT_THERE``: it goes out again where its approval still stands and its time
        has not passed; else it waits for an approval.
        """
        ...

    def skip(self, ids: Iterable[str], by: str, now: datetime) -> list[Decision]:
        """Let these go by: they will not be posted. Refused with ``SENT`` as ``revoke`` is."""
        ...

    def stop(self, scope: Scope, value: str, by: str, now: datetime) -> None:
        """Let no new intent through for what this covers, from now on."""
        ...

    def resume(self, scope: Scope, value: str, by: str, now: datetime) -> bool:
        """Lift a stop; False when there was none."""
        ...

    def stops(self) -> list[Stop]:
        """The stops that are on."""
        ...

    def hold(self, hold: Hold, now: datetime) -> None:
        """Send nothing to an account, or a platform, for a while.

        A hold is only ever lengthened.
        """
        ...

    def release(self, scope: HoldScope, value: str, by: str, now: datetime) -> bool:
        """Lift a hold; False when there was none."""
        ...

    def holds(self) -> list[Hold]:
        """The holds that were set and not released; they may have run out."""
        ...

    def traffic(self, scope: HoldScope, value: str, since: datetime) -> Traffic:
        """What was sent to an account, or to all of a platform, for the first time after
        ``since``, and what runners have in hand to send there."""
        ...

    def close(self) -> None:
        """Give back what is open. May be called twice."""
        ...
