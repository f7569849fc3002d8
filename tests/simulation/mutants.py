"""Bugs that a delivery protocol may have, one each, put in where its parts are put together.

Nothing of ours is patched. ``by`` names the invariants of :mod:`.checker` by which a bug has to be
caught.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from publishers.port import Capabilities, Idempotency
from scheduler.deliver import Deliver
from scheduler.ledger import Claim
from scheduler.verdict import Timing
from tests.simulation import bad_ledgers as ledgers
from tests.simulation import bad_publishers as publishers
from tests.simulation.platform import LAG
from tests.simulation.variant import Variant


class Hasty(Deliver):
    """Looks up what a dead runner sent as soon as it may: there are two guards against looking too
    early, and a bug in the one shows only where the other is missing."""

    def _shows_by(self, claim: Claim, caps: Capabilities) -> datetime:
        return datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Mutant:
    """A bug, the invariants it has to be caught by, and the classes of platform that show it
    (any, where there are none)."""

    variant: Variant
    by: frozenset[str]
    classes: tuple[Idempotency, ...] = ()

    @property
    def name(self) -> str:
        """In a word or two."""
        return self.variant.name


def _mutant(name: str, by: str, *classes: Idempotency, **parts: Any) -> Mutant:
    return Mutant(Variant(name, **parts), frozenset(by.split()), classes)


def _mutants() -> Iterable[Mutant]:
    quick = Timing(settle=LAG / 2)
    yield _mutant("intent committed afterwards", "I5", ledger=ledgers.IntentAfterwards)
    yield _mutant("no intent", "I5", ledger=ledgers.NoIntent)
    yield _mutant("request not kept", "I3", ledger=ledgers.RequestNotKept)
    yield _mutant("stop not checked", "I6", ledger=ledgers.Unstoppable)
    yield _mutant("hold not checked", "I6", ledger=ledgers.Restless)
    yield _mutant("last moment not checked", "I6", ledger=ledgers.NeverLate)
    yield _mutant("due time not checked", "I6", ledger=ledgers.NeverEarly)
    yield _mutant("revision not checked", "I6", ledger=ledgers.StaleWords)
    yield _mutant("approval not checked", "I7", ledger=ledgers.RevokedTooLateToMatter)
    yield _mutant("revocation granted after the intent", "I7", ledger=ledgers.RevokedAfterwards)
    yield _mutant("intent ignores the fence", "I5", ledger=ledgers.NoFence)
    yield _mutant("outcome ignores the fence", "I5", ledger=ledgers.SettlesAnyway)
    yield _mutant("restart resends", "I1", ledger=ledgers.Resends)
    yield _mutant(
        "sweep takes from the living", "I1", ledger=ledgers.TakesFromTheLiving, deliver=Hasty
    )
    yield _mutant("nobody takes over", "I3", ledger=ledgers.TakesNothingOver)
    yield _mutant("late policy forgotten", "I3", ledger=ledgers.NoLatePolicy)
    yield _mutant("outcome not in the journal", "I8", ledger=ledgers.SilentSettle)
    yield _mutant("no settle time after a crash", "I1", ledger=ledgers.LooksAtOnce, deliver=Hasty)
    yield _mutant("read lag ignored", "I1", publisher=publishers.Impatient, timing=quick)
    yield _mutant("old leave still used", "I1", timing=Timing(leave=ledgers.AGES), deliver=Hasty)
    yield _mutant("clock believed blindly", "I6", gated=False)
    yield _mutant("timeout counts as failure", "I1", publisher=publishers.TimeoutIsFailure)
    yield _mutant("trouble counts as refusal", "I3", publisher=publishers.TroubleIsFinal)
    yield _mutant("timeout counts as refusal", "I4", publisher=publishers.TimeoutIsRefusal)
    none, keys = Idempotency.NONE, Idempotency.NATIVE
    yield _mutant("repeated without keys", "I2", none, publisher=publishers.BoastsOfKeys)
    yield _mutant("repeated under another key", "I1", keys, publisher=publishers.AnotherKey)
    yield _mutant("cannot tell counts as absent", "I1", publisher=publishers.DoubtIsAbsence)
    yield _mutant("publisher retries by itself", "I5", publisher=publishers.Twice)


MUTANTS = tuple(_mutants())
