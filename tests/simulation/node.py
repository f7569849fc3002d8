"""One runner: the real one, with a ledger and a publisher that look over its shoulder.

What is in here dies with it.

One thing is left out, for nobody can do anything about it: a runner that stands still between its
last look at the clock and the first byte of its request, for longer than a lease. That is a request
that takes longer to arrive than the platform promises.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, cast

from publishers.port import Prepared, Publisher
from scheduler.adapters.inline import InlineExecutor
from scheduler.adapters.manual_clock import ManualClock
from scheduler.delivery import Entry
from scheduler.ledger import (
    Claim,
    Granted,
    Hold,
    Outcome,
    Recovered,
    Ref,
    Refused,
    Spacing,
)
from scheduler.runner import Pace, Runner
from scheduler.trust import ClockGate
from tests.simulation.events import Erred, Held, Intent, Settled
from tests.simulation.moment import BOOT
from tests.simulation.platform import Check
from tests.simulation.publisher import VirtualPublisher
from tests.simulation.world import World

ROUNDS = 20
"""How often a runner may find something due at one instant."""
MENDED = timedelta(minutes=4)
"""After so long the owner of an account that was put on hold for good has connected it anew."""


@cache
def digest_of(prepared: bytes) -> str:
    """What a frozen request is known by."""
    return Prepared.from_json(prepared.decode()).digest


class Node:
    """A runner of this name. ``alone`` says that it takes over from all others as it starts."""

    def __init__(self, world: World, owner: str, *, alone: bool) -> None:
        variant = world.variant
        self._world = world
        self.owner = owner
        self.ledger: Any = Watched(world, owner, variant.ledger(world.ledger))
        gate = ClockGate(world.time, world.log, boot=BOOT, aside=lambda job: job())
        account = VirtualPublisher(world, owner, lambda: self.ledger.fence)
        publisher: Publisher = variant.publisher(account)
        self.clock = ManualClock(cast(Any, world.time))
        deliver = variant.deliver(
            self.ledger,
            world.time,
            lambda _delivery: publisher,
            self._check,
            Path(),
            owner,
            variant.timing,
            trusted=(lambda: bool(gate.glance())) if variant.gated else (lambda: True),
        )
        executor = InlineExecutor()

        def work(ref: Ref) -> None:
            try:
                deliver.work(ref)
            except Exception as error:
                world.see(Erred(repr(error)))
                raise

        executor.start(work, lambda: None)
        self._runner = Runner(
            self.ledger,
            self.clock,
            executor,
            work,
            world.time,
            owner,
            Pace(tick=math.inf, settle=variant.settle),
            trusted=(lambda: bool(gate.check())) if variant.gated else (lambda: True),
        )
        if alone:
            self.ledger.recover(owner, world.time.now(), variant.settle)

    def work(self) -> None:
        """Rounds, until one finds nothing to do."""
        for _ in range(ROUNDS):
            before = self._world.ledger.image
            idle = not self._runner.round() and before is self._world.ledger.image
            if idle or self._world.rests():
                return
        self._world.see(Erred("always something due"))

    def _check(self, _entry: Entry, _now: datetime) -> Sequence[str]:
        failed = self._world.choose(Check) is Check.FAILED
        return (Check.FAILED.value,) if failed else ()


class Watched:
    """A ledger as a node sees it: with a place to stop before and after everything it changes."""

    def __init__(self, world: World, node: str, ledger: Any) -> None:
        self._world = world
        self._node = node
        self._ledger = ledger
        self.fence = 0
        """That of the last leave to send."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    def claim(
        self,
        refs: Iterable[Ref],
        owner: str,
        lease_until: datetime,
        now: datetime,
        spacing: Spacing | None = None,
    ) -> list[Claim]:
        """See :meth:`scheduler.ledger.Ledger.claim`."""
        self._world.step("before claim")
        claims = self._do("claim", refs, owner, lease_until, now, spacing)
        self._world.step("after claim")
        return claims

    def intent(self, claim: Claim, prepared: bytes, now: datetime) -> Granted | Refused:
        """See :meth:`scheduler.ledger.Ledger.intent`."""
        self._world.step("before intent")
        before = self._world.row
        answer = self._do("intent", claim, prepared, now)
        granted = isinstance(answer, Granted)
        self.fence = claim.fence if granted else self.fence
        digest = digest_of(prepared)
        row, true = self._world.row, self._world.time.true
        self._world.see(
            Intent(self._node, claim.id, claim.fence, granted, digest, true, before, row)
        )
        self._world.step("after intent")
        return answer

    def settle(self, claim: Claim, outcome: Outcome, now: datetime) -> bool:
        """See :meth:`scheduler.ledger.Ledger.settle`."""
        self._world.step("before settle")
        before = self._world.row
        kept = self._do("settle", claim, outcome, now)
        name = type(outcome).__name__
        row = self._world.row
        self._world.see(Settled(self._node, claim.id, claim.fence, name, kept, before, row))
        self._world.step("after settle")
        return kept

    def hold(self, hold: Hold, now: datetime) -> None:
        """See :meth:`scheduler.ledger.Ledger.hold`."""
        self._do("hold", hold, now)
        self._world.see(Held(hold))
        if hold.until is None:
            self._world.later(MENDED, "mend")
        self._world.step("after hold")

    def recover(self, owner: str, now: datetime, settle: timedelta) -> Recovered:
        """See :meth:`scheduler.ledger.Ledger.recover`."""
        found = self._do("recover", owner, now, settle)
        self._world.step("after recover")
        return found

    def reclaim(self, now: datetime, settle: timedelta) -> Recovered:
        """See :meth:`scheduler.ledger.Ledger.reclaim`."""
        found = self._do("reclaim", now, settle)
        if found != Recovered():
            self._world.step("after reclaim")
        return found

    def expire(self, now: datetime) -> int:
        """See :meth:`scheduler.ledger.Ledger.expire`."""
        count = self._do("expire", now)
        if count:
            self._world.step("after expire")
        return count

    def _do(self, name: str, *given: Any) -> Any:
        try:
            return getattr(self._ledger, name)(*given)
        except Exception as error:
            self._world.see(Erred(f"{name}: {error!r}"))
            raise
