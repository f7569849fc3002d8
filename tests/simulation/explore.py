"""Every schedule there is, up to a bound.

A schedule is what the other side does to the first requests, look-ups and last checks, and up to
two disturbances: a runner ends at some place, others act at some place. What happens before a
runner ends is the same for all schedules that end it there, so it is gone through once and put
back. No schedule is visited twice: a tape is only varied where it was really read, and a runner is
only ended where something has changed since the place before.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import NamedTuple

from publishers.port import Idempotency
from tests.simulation.checker import Violation, check
from tests.simulation.moment import Mark, Moment
from tests.simulation.people import ACTS
from tests.simulation.platform import Fault
from tests.simulation.scene import scene
from tests.simulation.schedule import KILLS, Act, Kill, Schedule, Start, Trace, begin
from tests.simulation.store import Shelf, shelf
from tests.simulation.variant import HONEST, Variant
from tests.simulation.world import OPTIONS, World

Tape = tuple[Enum, ...]
DISTURBANCES = 2
FEW = ("restart", "standby")
"""How things go on after a second end, and where two things have gone wrong."""
WIDE, NARROW = timedelta(hours=1), timedelta(seconds=75)
"""How long after its time a delivery may go out: ample, and hardly enough for a second try."""
SAMPLE = 1500
"""Every so many-th schedule is kept, to be done again."""


class Found(NamedTuple):
    """A schedule that broke something, and how it went."""

    schedule: Schedule
    violations: tuple[Violation, ...]
    story: tuple[str, ...]

    def words(self) -> str:
        """For whoever has to mend it."""
        wrong = "; ".join(f"{one.invariant}: {one.what}" for one in self.violations)
        return "\n    ".join((f"{self.schedule.words()}: {wrong}", *self.story))


@dataclass(frozen=True)
class Bounds:
    """How far to go. The tuples say, for schedules in which nothing, one thing, two things go
    wrong on the other side: at how many places after a first disturbance a second may come. Those
    of ``reach`` are two ends of a runner, those of ``act_reach`` an end and an act of others, in
    either order. Where more goes wrong than a tuple has places for, there is no such schedule."""

    reach: tuple[int, ...]
    act_reach: tuple[int, ...]


class Branch(NamedTuple):
    """Where a schedule leaves those before it: what of the tape is given, what has been done, and
    what others do after ``start``."""

    origin: Moment
    start: Start
    tape: Tape
    done: tuple[Kill | Act, ...]
    act: Act | None

    @property
    def here(self) -> tuple[Kill | Act, ...]:
        """All disturbances."""
        return self.done if self.act is None else (*self.done, self.act)


@dataclass
class Report:
    """What was done, and what was found."""

    schedules: int = 0
    transactions: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    found: list[Found] = field(default_factory=list)
    samples: list[tuple[Schedule, Trace]] = field(default_factory=list)


@dataclass(frozen=True)
class Explorer:
    """All schedules of one world within the bounds, or until it is ``enough``. ``told`` hears of
    each."""

    world: World
    window: timedelta
    bounds: Bounds
    report: Report
    enough: Callable[[Report], bool]
    told: Callable[[Schedule], None]

    def all(self) -> None:
        """From the beginning."""
        self._visit(Branch(self.world.first, begin, (), (), None))

    def _visit(self, branch: Branch) -> None:
        """One schedule, and all that branch off from it."""
        if self.enough(self.report):
            return
        world, act = self.world, branch.act
        world.put_back(branch.origin)
        world.tape = branch.tape
        world.inject = None if act is None else (act.step, ACTS[act.what])
        branch.start(world)
        world.run()
        self._judge(branch.here)
        marks, taken, steps = world.marks, tuple(world.taken), world.steps
        for tape in self._tapes(branch, taken):
            self._visit(branch._replace(tape=tape))
        for mark, how in self._ends(branch, marks):
            read, done = mark.moment.taken, (*branch.here, Kill(mark.number, how))
            self._visit(Branch(mark.moment, KILLS[how], read, done, None))
        for step, read in self._steps(branch, marks, steps):
            for what in ACTS:
                self._visit(branch._replace(tape=read, act=Act(step, what)))

    def _judge(self, done: tuple[Kill | Act, ...]) -> None:
        world, report = self.world, self.report
        schedule = Schedule(world.platform.idempotency, self.window, tuple(world.taken), done)
        self.told(schedule)
        report.schedules += 1
        report.ends[world.row.state.value] += 1
        if report.schedules % SAMPLE == 0:
            report.samples.append((schedule, Trace.of(world)))
        wrong = check(world)
        if wrong:
            story = tuple(str(event) for event in world.seen())
            report.found.append(Found(schedule, tuple(wrong), story))

    def _tapes(self, branch: Branch, taken: Tape) -> Iterator[Tape]:
        """The tapes that differ from this one where it was read beyond its end."""
        acted = any(isinstance(one, Act) for one in branch.here)
        most = len(self.bounds.act_reach if acted else self.bounds.reach) - 1
        for number in range(len(branch.tape), len(taken)):
            kind, wild = type(taken[number]), _wild(taken[:number])
            if wild < most and (wild == 0 or kind is Fault):
                for option in OPTIONS[kind][1:]:
                    yield (*taken[:number], option)

    def _ends(self, branch: Branch, marks: list[Mark]) -> Iterator[tuple[Mark, str]]:
        """Where a runner may end, and how things go on: after all that makes this schedule differ
        from others."""
        act, wild = branch.act, _wild(branch.tape)
        if len(branch.here) == DISTURBANCES:
            return
        reach = self.bounds.act_reach if act else self.bounds.reach
        places = [mark for mark in marks if len(mark.moment.taken) >= len(branch.tape)]
        if act:
            places = [mark for mark in places if (mark.step, mark.acted) >= (act.step, True)]
        few = branch.here or wild > 1
        for mark in places[: reach[wild]] if branch.here else places:
            for how in FEW if few else KILLS:
                if how != "restart_slow_wire" or mark.moment.platform.next_arrival() is not None:
                    yield mark, how

    def _steps(self, branch: Branch, marks: list[Mark], steps: int) -> Iterator[tuple[int, Tape]]:
        """Every step at which others may act, and what of the tape had been read by then."""
        wild = _wild(branch.tape)
        full = branch.act is not None or len(branch.done) == DISTURBANCES
        if full or wild >= len(self.bounds.act_reach):
            return
        known = {mark.step: mark.moment.taken for mark in marks}
        read: Tape = ()
        last = min(steps, self.bounds.act_reach[wild]) if branch.done else steps
        for step in range(1, last + 1):
            read = known.get(step, read)
            if len(read) >= len(branch.tape):
                yield step, read


def _wild(tape: Tape) -> int:
    """How many things go wrong."""
    return sum(one is not OPTIONS[type(one)][0] for one in tape)


class Share(NamedTuple):
    """What one process explores."""

    idempotency: Idempotency
    window: timedelta
    bounds: Bounds


def explore(
    shelf: Shelf,
    share: Share,
    variant: Variant = HONEST,
    enough: Callable[[Report], bool] = lambda _report: False,
    told: Callable[[Schedule], None] = lambda _schedule: None,
) -> Report:
    """All schedules of a share."""
    report = Report()
    before = shelf.transactions
    world = World(shelf, scene(shelf, share.window), share.idempotency, variant)
    Explorer(world, share.window, share.bounds, report, enough, told).all()
    report.transactions = shelf.transactions - before
    return report


def explored(share: Share) -> Report:
    """The same on a ledger file of its own, for a process of its own."""
    logging.disable(logging.CRITICAL)  # what is logged a million times nobody reads
    with shelf() as own:
        return explore(own, share)
