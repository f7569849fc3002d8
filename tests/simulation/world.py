"""A world that can be put back to any moment of its past: time, ledger, platform, what was seen.

Everything that outlives a crash is a value in here; everything else is in :mod:`.node` and dies. A
crash is therefore nothing but going back to a :class:`Moment` with no node alive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, TypeVar, cast

from publishers.port import Idempotency
from scheduler.adapters.memory_clock_log import MemoryClockLog
from scheduler.delivery import State
from scheduler.trust import ClockMark
from scheduler.zones import tzdata_version
from tests.scheduler.scene import BEFORE
from tests.simulation.events import Approved, Edited, Erred, Event
from tests.simulation.moment import BOOT, START, Crash, Mark, Moment, VirtualTime
from tests.simulation.platform import Check, Fault, Look, Platform
from tests.simulation.remembering import Chain, Remembering, listed
from tests.simulation.scene import Scene
from tests.simulation.store import Row, Shelf

if TYPE_CHECKING:
    from tests.simulation.node import Node
    from tests.simulation.variant import Variant

E = TypeVar("E", bound=Enum)
FINAL = frozenset(
    {
        State.POSTED,
        State.FAILED,
        State.MISSED,
        State.CANCELLED,
        State.NEEDS_HUMAN,
        State.PLANNED,
        State.HELD,
    }
)
"""Where nothing more happens by itself; the last two wait for people."""
OPTIONS: Mapping[type[Enum], tuple[Enum, ...]] = {
    kind: tuple(kind) for kind in (Fault, Look, Check)
}
"""What may happen to a request, a look-up, a last check; the first option is that nothing does."""
OPEN = {Fault: 2, Look: 1, Check: 2}
"""To how many of the first it may happen."""
TICK, TICKS = timedelta(seconds=5), 3
"""A runner comes round by itself; so often in vain, and nothing more will happen."""
PATIENCE = 200
"""Rounds after which a world counts as never coming to rest."""


class World:
    """One schedule at a time: a tape of what the other side does, and what disturbs it."""

    def __init__(
        self,
        shelf: Shelf,
        scene: Scene,
        idempotency: Idempotency,
        variant: Variant,
        *,
        remember: bool = True,
    ) -> None:
        self.scene = scene
        self.variant = variant
        self.ledger = Remembering(shelf, scene.image, remember=remember)
        self.people = variant.ledger(self.ledger)
        self.time = VirtualTime(START)
        approved = Approved(scene.one.id, None, scene.digest(scene.one), BEFORE)
        planned = Edited(scene.one.id, True, scene.one.due_at, scene.one.expires_at, False)
        seen = Chain(approved, Chain(planned, None))
        mark = ClockMark(START, tzdata_version(), "", BOOT, BEFORE)
        self.first = Moment(
            image=scene.image,
            lines=scene.lines,
            platform=Platform(idempotency),
            true=START,
            offset=timedelta(),
            agenda=(),
            taken=(),
            events=seen,
            marks=(mark, None),
            ended=0,
        )
        self.put_back(self.first)

    # --- going back ---

    def put_back(self, moment: Moment) -> None:
        """Make it that moment again, with no node alive."""
        self.ledger.image, self.ledger.lines = moment.image, moment.lines
        self.platform, self.agenda = moment.platform, moment.agenda
        self.time.true, self.time.offset = moment.true, moment.offset
        self.taken, self.events, self.ended = list(moment.taken), moment.events, moment.ended
        self.log = MemoryClockLog(*(mark for mark in moment.marks[::-1] if mark))
        self.nodes: list[Node] = []
        self.tape: tuple[Enum, ...] = ()
        self.marks: list[Mark] = []
        self.marked = self.steps = 0
        self.stop_at: int | None = None
        self.inject: tuple[int, Callable[[World], None]] | None = None
        self.muted = False
        self.fatal = ""

    def moment(self) -> Moment:
        """Everything that outlives a crash, as it is."""
        return Moment(
            self.ledger.image,
            self.ledger.lines,
            self.platform,
            self.time.true,
            self.time.offset,
            self.agenda,
            tuple(self.taken),
            self.events,
            (self.log.last(), self.log.confirmed()),
            self.ended,
        )

    # --- what happens ---

    def see(self, event: Event) -> None:
        """Remember it for the judge."""
        self.events = Chain(event, self.events)

    def seen(self) -> list[Event]:
        """Everything that was seen, oldest first."""
        return listed(self.events)

    @property
    def row(self) -> Row:
        """The delivery as it is committed."""
        return self.ledger.image.rows[self.scene.one.id]

    def choose(self, kind: type[E]) -> E:
        """What happens to this one: as the tape says, and nothing after its end."""
        nothing = OPTIONS[kind][0]
        if sum(type(one) is kind for one in self.taken) >= OPEN[kind]:
            return cast(E, nothing)
        number = len(self.taken)
        pick = self.tape[number] if number < len(self.tape) else nothing
        self.taken.append(pick)
        return cast(E, pick)

    def step(self, label: str) -> None:
        """Between two acts of a runner: here it may end, and others may act."""
        if self.muted:
            if label == self.fatal:
                raise Crash
            return
        self.steps += 1
        self._mark(acted=False)
        if self.inject is not None and self.inject[0] == self.steps:
            with self.quietly():
                self.inject[1](self)
            self._mark(acted=True)

    @contextmanager
    def quietly(self) -> Iterator[None]:
        """Others act: that is no place to stop."""
        self.muted = True
        try:
            yield
        finally:
            self.muted = False

    def _mark(self, *, acted: bool) -> None:
        self.marked += 1
        if self.stop_at == self.marked:
            raise Crash
        here = self.moment()
        if not self.marks or not here.like(self.marks[-1].moment):
            self.marks.append(Mark(self.marked, self.steps, acted, here))

    # --- time ---

    def advance(self, to: datetime) -> None:
        """Let the true time pass until then; what is due on the way comes about."""
        while self.agenda and self.agenda[0][0] <= to:
            (when, what), *rest = self.agenda
            self.agenda = tuple(rest)
            self._pass(when)
            self.variant.agenda[what](self)
        self._pass(to)

    def _pass(self, to: datetime) -> None:
        self.time.true = max(self.time.true, to)
        self.platform = self.platform.at(self.time.true)

    def later(self, after: timedelta, what: str) -> None:
        """Have something done after a while."""
        entry = self.time.true + after, what
        self.agenda = tuple(sorted((*self.agenda, entry)))

    def run(self, until: datetime | None = None) -> None:
        """Rounds of all nodes, until nothing more will happen by itself (or until then)."""
        ticks = 0
        for _ in range(PATIENCE):
            for node in list(self.nodes):
                node.work()
            at = self._next()
            if at is None and self.row.state not in FINAL and ticks < TICKS:
                at, ticks = self.time.true + TICK, ticks + 1
            if at is None or (until is not None and at > until):
                return
            self.advance(at)
        self.see(Erred("it never comes to rest"))

    def rests(self) -> bool:
        """Whether runners have nothing more to do."""
        return self.row.state in FINAL

    def _next(self) -> datetime | None:
        """The next instant at which anything will happen."""
        true = [when for when, _ in self.agenda]
        if self.rests():
            true += [at for at in (self.platform.next_arrival(),) if at is not None]
        else:
            row, now = self.row, self.time.now()
            wall = [row.next_try, row.lease_until, row.expires_at]
            wall += [node.clock.armed for node in self.nodes]
            true += [at - self.time.offset for at in wall if at is not None and at > now]
        return min(true, default=None)
