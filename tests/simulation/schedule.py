"""One schedule: what it is made of, how its parts begin, and how it is done again from nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from enum import Enum
from typing import NamedTuple

from publishers.port import Idempotency
from tests.simulation.events import Away, Ended, Event
from tests.simulation.moment import START, Crash
from tests.simulation.node import Node
from tests.simulation.people import ACTS, SHORT
from tests.simulation.platform import Platform
from tests.simulation.remembering import listed
from tests.simulation.scene import scene
from tests.simulation.store import Line, Shelf
from tests.simulation.variant import HONEST, Variant
from tests.simulation.world import World

REPAIR = timedelta(seconds=15)
"""A runner that ended is started again at the next multiple of this."""


class Kill(NamedTuple):
    """The machine ends at a mark, and goes on in some way."""

    mark: int
    how: str


class Act(NamedTuple):
    """Others act at a step."""

    step: int
    what: str


class Schedule(NamedTuple):
    """Enough to do it again. ``window`` is how long after its time a delivery may go out, ``tape``
    what the other side did, one by one, as far as it was free to."""

    idempotency: Idempotency
    window: timedelta
    tape: tuple[Enum, ...]
    disturbances: tuple[Kill | Act, ...]

    def words(self) -> str:
        """On one line."""
        tape = ", ".join(str(one.value) for one in self.tape) or "-"
        then = ", ".join(f"{one[1]} at {one[0]}" for one in self.disturbances) or "undisturbed"
        return f"{self.idempotency.value}, {self.window}: {tape}; {then}"


class Trace(NamedTuple):
    """How it went, to the last line."""

    lines: list[Line]
    platform: Platform
    events: list[Event]

    @classmethod
    def of(cls, world: World) -> Trace:
        """Of a world that has come to rest."""
        return cls(listed(world.ledger.lines), world.platform, world.seen())


Start = Callable[[World], None]


def begin(world: World) -> None:
    """The first runner."""
    world.step("before the start")
    world.nodes.append(Node(world, "first", alone=True))


def restart(world: World) -> None:
    """A new runner takes over soon."""
    since = world.time.true - START
    _go_on(world, REPAIR - since % REPAIR, alone=True)


def restart_slow_wire(world: World) -> None:
    """The same, and what was on the wire comes as late as it may."""
    world.platform = world.platform.slowed()
    restart(world)


def restart_late(world: World) -> None:
    """A new runner takes over when the last moment has passed."""
    late = max(timedelta(), world.row.expires_at - world.time.true) + SHORT
    world.see(Away())
    _go_on(world, late, alone=True)


def standby(world: World) -> None:
    """A second runner goes on, and knows of the death only from the lease."""
    _go_on(world, timedelta(), alone=False)


def _go_on(world: World, repair: timedelta, *, alone: bool) -> None:
    world.ended += 1
    world.see(Ended())
    world.advance(world.time.true + repair)
    world.nodes.append(Node(world, f"runner-{world.ended}", alone=alone))


KILLS: Mapping[str, Start] = {
    one.__name__: one for one in (restart, restart_slow_wire, restart_late, standby)
}


def again(shelf: Shelf, schedule: Schedule, variant: Variant = HONEST) -> Trace:
    """Do a schedule once more, every transaction of it on the store, and end runners where they
    stand: by an error that nothing of ours may catch."""
    stage = scene(shelf, schedule.window)
    world = World(shelf, stage, schedule.idempotency, variant, remember=False)
    start: Start = begin
    rest = list(schedule.disturbances)
    while True:
        world.tape = schedule.tape
        if rest and isinstance(rest[0], Act):
            act = rest.pop(0)
            world.inject = act[0], ACTS[act[1]]
        kill = rest.pop(0) if rest else None
        world.stop_at = kill[0] if kill else None
        with suppress(Crash):
            start(world)
            world.run()
            return Trace.of(world)
        assert kill is not None
        start = KILLS[kill[1]]
        world.put_back(world.moment())
