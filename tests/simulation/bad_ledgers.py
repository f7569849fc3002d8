"""Ledgers with one bug each: the real one, behind a wrapper that misbehaves as the bug would."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from scheduler.delivery import State
from scheduler.ledger import (
    Claim,
    Decision,
    Granted,
    HoldScope,
    NotThere,
    Outcome,
    Recovered,
    Ref,
    Refused,
    Scope,
    TryAgain,
)
from scheduler.rules import OWNED

NOW = timedelta()
AGES = timedelta(days=2)


class Ledger:
    """The real one; each bug changes one of its methods."""

    def __init__(self, real: Any) -> None:
        self.real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


# --- intents ---


class IntentAfterwards(Ledger):
    """The intent is written in a transaction that is committed together with the outcome."""

    def __init__(self, real: Any) -> None:
        super().__init__(real)
        self.open: dict[str, tuple[Claim, bytes, datetime]] = {}

    def intent(self, claim: Claim, prepared: bytes, now: datetime) -> Granted | Refused:
        before = self.real.image, self.real.lines
        answer = self.real.intent(claim, prepared, now)
        if isinstance(answer, Granted):
            self.open[claim.id] = claim, prepared, now
            self.real.image, self.real.lines = before
        return answer

    def settle(self, claim: Claim, outcome: Outcome, now: datetime) -> bool:
        if claim.id in self.open:
            self.real.intent(*self.open.pop(claim.id))
        return self.real.settle(claim, outcome, now)


class NoIntent(Ledger):
    """A claim is leave enough: what it comes to is written down from there."""

    def intent(self, claim: Claim, prepared: bytes, now: datetime) -> Granted | Refused:
        entry = self.real.get(claim.id)
        if (entry.owner, entry.fence) != (claim.owner, claim.fence):
            return self.real.intent(claim, prepared, now)
        return Granted(replace(entry, attempts=entry.attempts + 1, prepared=prepared))

    def settle(self, claim: Claim, outcome: Outcome, now: datetime) -> bool:
        entry = self.real.get(claim.id)
        if entry.state is State.CLAIMED and type(outcome).__name__ in ("Posted", "InDoubt"):
            self.real.intent(claim, claim.entry.prepared, now)
        return self.real.settle(replace(claim, entry=self.real.get(claim.id)), outcome, now)


class RequestNotKept(Ledger):
    """The intent is stored without the request it is about."""

    def intent(self, claim: Claim, prepared: bytes, now: datetime) -> Granted | Refused:
        return self.real.intent(claim, b"{}", now)


class Unstoppable(Ledger):
    """The intent does not look at stops."""

    def intent(self, claim: Claim, prepared: bytes, now: datetime) -> Granted | Refused:
        for stop in self.real.stops():
            self.real.resume(stop.scope, stop.value, stop.by, now)
            answer = self.real.intent(claim, prepared, now)
            self.real.stop(Scope.ALL, stop.value, stop.by, now)
            return answer
        return self.real.intent(claim, prepared, now)


class Restless(Ledger):
    """The intent does not look at holds."""

    def intent(self, claim: Claim, prepared: bytes, now: datetime) -> Granted | Refused:
        for hold in self.real.holds():
            self.real.release(HoldScope.ACCOUNT, hold.value, "operator", now)
            answer = self.real.intent(claim, prepared, now)
            self.real.hold(hold, now)
            return answer
        return self.real.intent(claim, prepared, now)


class NeverLate(Ledger):
    """The intent does not look at the last moment."""

    def intent(self, claim: Claim, prepared: bytes, now: datetime) -> Granted | Refused:
        last = self.real.get(claim.id).delivery.expires_at - timedelta(seconds=1)
        return self.real.intent(claim, prepared, min(now, last))


class NeverEarly(Ledger):
    """The intent does not look at the time it is due."""

    def intent(self, claim: Claim, prepared: bytes, now: datetime) -> Granted | Refused:
        return self.real.intent(claim, prepared, max(now, self.real.get(claim.id).delivery.due_at))


class StaleWords(Ledger):
    """What was claimed is sent, whatever the plan has become since."""

    def __init__(self, real: Any) -> None:
        super().__init__(real)
        self.instead: dict[str, Claim] = {}

    def intent(self, claim: Claim, prepared: bytes, now: datetime) -> Granted | Refused:
        entry = self.real.get(claim.id)
        if entry.state is State.PLANNED and entry.revision > claim.entry.revision:
            at = max(now, entry.delivery.due_at)
            self.real.approve([claim.id], "somebody", now)
            ref = Ref(claim.id, entry.revision, entry.delivery.account)
            [claim] = self.real.claim([ref], claim.owner, at + AGES, at)
            self.instead[claim.id] = claim
            return self.real.intent(claim, prepared, at)
        return self.real.intent(claim, prepared, now)

    def settle(self, claim: Claim, outcome: Outcome, now: datetime) -> bool:
        other = self.instead.get(claim.id, claim)
        return self.real.settle(replace(other, entry=claim.entry), outcome, now)


class RevokedTooLateToMatter(Ledger):
    """A revocation is granted, but the intent of who has claimed it does not look."""

    def revoke(self, ids: list[str], by: str, now: datetime) -> list[Decision]:
        if all(self.real.get(one).state is State.CLAIMED for one in ids):
            return [Decision(one, None) for one in ids]
        return self.real.revoke(ids, by, now)


class RevokedAfterwards(Ledger):
    """A revocation is reported as granted when the request has left."""

    def revoke(self, ids: list[str], by: str, now: datetime) -> list[Decision]:
        return [replace(one, why=None) for one in self.real.revoke(ids, by, now)]


# --- claims, fences, owners ---


def current(ledger: Any, claim: Claim) -> Claim:
    """Whoever's claim it is now."""
    entry = ledger.get(claim.id)
    if entry.state not in OWNED:
        return claim
    return Claim(claim.id, entry.owner, entry.fence, entry)


class NoFence(Ledger):
    """Any claim ever given out is good for an intent."""

    def intent(self, claim: Claim, prepared: bytes, now: datetime) -> Granted | Refused:
        return self.real.intent(current(self.real, claim), prepared, now)


class SettlesAnyway(Ledger):
    """An outcome is written down whoever owns the delivery by now."""

    def settle(self, claim: Claim, outcome: Outcome, now: datetime) -> bool:
        return self.real.settle(current(self.real, claim), outcome, now)


class Resends(Ledger):
    """What a dead runner was sending counts as not sent."""

    def recover(self, owner: str, now: datetime, settle: timedelta) -> Recovered:
        found = self.real.recover(owner, now, NOW)
        for entry in self.real.entries():
            if entry.state is State.UNKNOWN and entry.note.startswith("the runner ended"):
                ref = Ref(entry.id, entry.revision, entry.delivery.account)
                for claim in self.real.claim([ref], owner, now + AGES, now):
                    self.real.settle(claim, NotThere(), now)
                    self.real.settle(current(self.real, claim), TryAgain(now, "again"), now)
        return found


class TakesFromTheLiving(Ledger):
    """Every sweep takes over from all others, and looks at once."""

    def reclaim(self, now: datetime, settle: timedelta) -> Recovered:
        return self.real.recover("nobody", now, NOW)


class TakesNothingOver(Ledger):
    """What a dead runner had in hand stays in its hands."""

    def recover(self, owner: str, now: datetime, settle: timedelta) -> Recovered:
        return Recovered()

    def reclaim(self, now: datetime, settle: timedelta) -> Recovered:
        return Recovered()


class NoLatePolicy(Ledger):
    """Nothing ever expires."""

    def expire(self, now: datetime) -> int:
        return 0


class SilentSettle(Ledger):
    """An outcome is written into the row, and not into the journal."""

    def settle(self, claim: Claim, outcome: Outcome, now: datetime) -> bool:
        before = self.real.lines
        kept = self.real.settle(claim, outcome, now)
        self.real.lines = before
        return kept


class LooksAtOnce(Ledger):
    """After a crash no time is given to what may be on the wire."""

    def recover(self, owner: str, now: datetime, settle: timedelta) -> Recovered:
        return self.real.recover(owner, now, NOW)
