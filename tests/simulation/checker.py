"""The judge of one schedule: the platform's own history and the ledger, against the invariants.

I1  one post at most where the platform can tell (it knows keys, or can be read back)
I2  elsewhere no second request after one that may have been accepted, one post to an approval
I3  what was approved and due has come to an end, and one that what happened explains
I4  ``posted`` means exactly one live post, with the id in the ledger; any other end but a
    person's question means none
I5  no request without a committed intent of its own under the present fence; fences rise, and a
    lost claim changes nothing
I6  no request before its time, after its last moment, at words nobody approved, while all is
    stopped or the account rests
I7  once a revocation is granted nothing leaves, and nothing had left
I8  the journal replays to the row
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from publishers.port import Idempotency
from scheduler.delivery import State
from scheduler.verdict import Timing
from tests.simulation.automaton import replay
from tests.simulation.events import (
    Answered,
    Approved,
    Away,
    Edited,
    Erred,
    Held,
    Intent,
    Released,
    Sent,
    Settled,
    Switched,
    TakenBack,
)
from tests.simulation.platform import Check, Fault, Look
from tests.simulation.remembering import listed
from tests.simulation.world import World

LEAVE = Timing().leave

CLEAR = frozenset({"Posted", "TryAgain", "Rejected"})
"""Outcomes after which nobody need wonder."""
NO_TIME = "no time is left"


class Violation(NamedTuple):
    """A broken invariant, and what broke it."""

    invariant: str
    what: str


@dataclass
class Judge:
    """Goes through what was seen, in order, with what people want in mind."""

    telling: bool
    due_at: datetime | None = None
    expires_at: datetime | None = None
    approved: str = ""
    stopped: bool = False
    holds: list[tuple[str, datetime | None]] = field(default_factory=list)
    taken_back: TakenBack | None = None
    open_requests: set[int] = field(default_factory=set)
    away: bool = False
    unsettled: set[int] = field(default_factory=set)
    by_fence: Counter[int] = field(default_factory=Counter)

    def on(self, event: object) -> Iterator[Violation]:
        """What is wrong about the next thing that happened."""
        match event:
            case Edited():
                self._edited(event)
            case Approved():
                if event.decision is None or event.decision.granted:
                    self.approved, self.taken_back = event.digest, None
            case TakenBack():
                yield from self._taken(event)
            case Switched():
                self.stopped = event.on
            case Held():
                self.holds.append((event.hold.value, event.hold.until))
            case Released():
                self.holds.clear()
            case Intent():
                yield from self._intent(event)
            case Sent():
                yield from self._sent(event)
            case Answered():
                self.open_requests.discard(event.number)
            case Settled():
                if event.kept and event.outcome in CLEAR:
                    self.unsettled.discard(event.fence)
                stands = (event.before.owner, event.before.fence) == (event.node, event.fence)
                if event.kept and not stands:
                    yield Violation("I5", f"{event.node} settled what it had lost")
            case Away():
                self.away = True
            case Erred():
                yield Violation("I8", event.what)

    def _edited(self, event: Edited) -> None:
        if event.changed:
            self.due_at, self.expires_at = event.due_at, event.expires_at
            if not event.keeps_approval:
                self.approved = ""

    def _taken(self, event: TakenBack) -> Iterator[Violation]:
        if not event.decision.granted:
            return
        self.approved, self.taken_back = "", event
        if event.live or event.on_the_wire:
            yield Violation("I7", "a revocation was granted after the request had left")

    def _intent(self, event: Intent) -> Iterator[Violation]:
        if not event.granted:
            return
        row = event.row
        self.unsettled.add(event.fence)
        if (row.owner, row.fence) != (event.node, event.fence):
            yield Violation("I5", f"leave under fence {event.fence}, the row has {row.fence}")
        if self.taken_back is not None:
            yield Violation("I7", "leave to send after a revocation")
        if event.digest != self.approved:
            yield Violation("I6", "leave to send what nobody approved")
        if self.stopped:
            yield Violation("I6", "leave to send while all is stopped")
        if any(until is None or event.at < until for _, until in self.holds):
            yield Violation("I6", "leave to send while the account rests")

    def _sent(self, event: Sent) -> Iterator[Violation]:
        self.by_fence[event.fence] += 1
        if self.by_fence[event.fence] > event.intents:
            yield Violation("I5", f"request {event.number} left without a committed intent")
        if self.due_at and event.at < self.due_at:
            yield Violation("I6", f"{self.due_at - event.at} before its time")
        if self.expires_at and event.at >= self.expires_at + LEAVE:
            yield Violation("I6", f"{event.at - self.expires_at} after its last moment")
        if self.taken_back is not None:
            yield Violation("I7", "a request after a revocation")
        if event.digest != self.approved:
            yield Violation("I6", "a request nobody approved")
        if not self.telling and self.open_requests:
            yield Violation("I2", f"request {event.number} after one that may have been accepted")
        self.open_requests.add(event.number)


def check(world: World) -> list[Violation]:
    """Everything that is wrong with a world that has come to rest."""
    judge = Judge(world.platform.idempotency is not Idempotency.NONE)
    found = [wrong for event in world.seen() for wrong in judge.on(event)]
    found += _posts(world)
    found += _end(world, judge)
    found += [Violation(*wrong) for wrong in replay(listed(world.ledger.lines), world.row)]
    return found


def _posts(world: World) -> Iterator[Violation]:
    """What a visitor of the platform sees, and what the ledger says of it."""
    row, posts = world.row, world.platform.posts
    telling = world.platform.idempotency is not Idempotency.NONE
    if len(posts) > 1:
        yield Violation("I1" if telling else "I2", f"{len(posts)} posts are live")
    if row.state is State.POSTED and [post.id for post in posts] != [row.remote_id]:
        yield Violation("I4", f"posted as {row.remote_id}, live: {[post.id for post in posts]}")
    if row.state is State.NEEDS_HUMAN:
        if posts and not row.in_doubt:
            yield Violation("I4", "live, and it could be approved again")
    elif row.state is not State.POSTED and posts:
        yield Violation("I4", f"live, and it is {row.state}")


def _end(world: World, judge: Judge) -> Iterator[Violation]:
    """Whether what happened explains the end it came to."""
    row, faults = world.row, set(world.taken)
    short = judge.away or world.scene.narrow
    over = short and judge.expires_at is not None and world.time.true >= judge.expires_at
    words = {
        State.POSTED: True,
        State.FAILED: Fault.REFUSED in faults,
        State.MISSED: over or (short and NO_TIME in row.note) or judge.taken_back is not None,
        State.PLANNED: not judge.approved,
        State.HELD: Check.FAILED in faults,
        State.NEEDS_HUMAN: _unclear(world, judge, faults, over=over),
    }
    if not words.get(row.state, False):
        yield Violation("I3", f"it ended {row.state}: {row.note}")
    elif row.state not in (State.POSTED, State.PLANNED) and not row.note:
        yield Violation("I3", f"it ended {row.state}, and nobody is told why")


def _unclear(world: World, judge: Judge, faults: set[Enum], *, over: bool) -> bool:
    """Whether a person has to be asked."""
    if faults & {Fault.EXPIRED, Fault.REFUSED, Look.CANNOT_TELL, Check.FAILED}:
        return True
    return over or (not judge.telling and bool(judge.unsettled))
