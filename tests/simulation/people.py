"""What others do while a runner is between two acts: people, a second runner, the clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from scheduler.delivery import Delivery
from scheduler.ledger import Hold, HoldScope, Scope
from tests.simulation.events import Approved, Away, Edited, Held, Released, Switched, TakenBack
from tests.simulation.moment import Crash
from tests.simulation.node import Node
from tests.simulation.world import World

SHORT = timedelta(minutes=1)
WHILE = timedelta(minutes=2)
HOLD = timedelta(minutes=3)
LONG = timedelta(minutes=12)
"""Longer than a lease and everything that follows when it runs out."""
STEP = timedelta(minutes=10)

Act = Callable[[World], None]


def revoke(world: World) -> None:
    """The approval is taken back."""
    _take_back(world, "revoke")


def skip(world: World) -> None:
    """Somebody lets it go by."""
    _take_back(world, "skip")


def _take_back(world: World, how: str) -> None:
    name = world.scene.one.id
    [decision] = getattr(world.people, how)([name], "approver", world.time.now())
    open_ = any(one.accepted and one.arrives for one in world.platform.wire)
    live = len(world.platform.of(name))
    world.see(TakenBack(name, decision, world.time.true, open_, live))


def stop(world: World) -> None:
    """Everything is stopped, and goes on two minutes later."""
    world.people.stop(Scope.ALL, "", "operator", world.time.now())
    world.see(Switched(True))
    world.later(WHILE, "resume")


def resume(world: World) -> None:
    """The stop is lifted."""
    world.people.resume(Scope.ALL, "", "operator", world.time.now())
    world.see(Switched(False))


def hold(world: World) -> None:
    """The account is to rest for three minutes."""
    one, now = world.scene.one, world.time.now()
    wanted = Hold(HoldScope.ACCOUNT, one.account, now + HOLD, "an election")
    world.people.hold(wanted, now)
    world.see(Held(wanted))


def mend(world: World) -> None:
    """The account is connected anew."""
    one = world.scene.one
    world.people.release(HoldScope.ACCOUNT, one.account, "operator", world.time.now())
    world.see(Released())


def edit(world: World) -> None:
    """Other words, two minutes later; somebody approves them after one."""
    other, before = world.scene.other, world.row.revision
    world.people.put([other], world.time.now())
    changed = world.row.revision != before
    world.see(Edited(other.id, changed, other.due_at, other.expires_at, False))
    world.later(SHORT, "approve")


def approve(world: World) -> None:
    """What was changed is approved."""
    other = world.scene.other
    [decision] = world.people.approve(
        [other.id], "approver", world.time.now(), seen={other.id: other.content_hash}
    )
    world.see(Approved(other.id, decision, world.scene.digest(other), world.time.true))


def moved(delivery: Delivery) -> Delivery:
    """The same wall time by newer zone data: ten minutes later."""
    return replace(
        delivery,
        due_at=delivery.due_at + STEP,
        expires_at=delivery.expires_at + STEP,
        tzdata="next",
    )


def rederive(world: World) -> None:
    """Newer zone data comes."""
    one = world.scene.one
    found = world.people.rederive(moved, "next", world.time.now())
    for move in found:
        entry = move.entry.delivery
        world.see(Edited(one.id, True, entry.due_at, entry.expires_at, True))


def other(world: World) -> None:
    """A second runner, there all along, comes round at this instant."""
    _second(world).work()


def pause(world: World) -> None:
    """The runner stands still, far longer than its lease, while the second one works."""
    _second(world)
    first, world.nodes = world.nodes[0], world.nodes[1:]
    until = world.time.true + LONG
    world.run(until)
    world.advance(until)
    world.nodes = [first, *world.nodes]


def thief(world: World) -> None:
    """The runner stands still; the second one takes over when the lease is up, and ends."""
    second = _second(world)
    world.advance(world.time.true + LONG)
    world.fatal = "after claim"
    with suppress(Crash):
        second.work()
        second.work()
    world.fatal = ""
    world.nodes.remove(second)


def intruder(world: World) -> None:
    """A second runner starts, takes the first for dead, and comes round."""
    node = Node(world, "intruder", alone=True)
    world.nodes.append(node)
    node.work()


def sleep(world: World) -> None:
    """The machine is suspended until all is over."""
    world.see(Away())
    world.advance(max(world.time.true, world.row.expires_at + SHORT))


def back(world: World) -> None:
    """The clock is set back, and right again after two minutes."""
    _set(world, -STEP)


def forward(world: World) -> None:
    """The clock is set forward, and right again after two minutes."""
    _set(world, STEP)


def _set(world: World, by: timedelta) -> None:
    world.time.offset += by
    world.later(WHILE, "right")


def right(world: World) -> None:
    """The clock is right again."""
    world.time.offset = timedelta()


def _second(world: World) -> Node:
    node = Node(world, "second", alone=False)
    world.nodes.append(node)
    return node


PEOPLE = (revoke, skip, stop, hold, edit, rederive)
RUNNERS = (other, pause, thief, intruder)
MACHINE = (sleep, back, forward)
ACTS: Mapping[str, Act] = {act.__name__: act for act in (*PEOPLE, *RUNNERS, *MACHINE)}
AGENDA: Mapping[str, Act] = {act.__name__: act for act in (resume, approve, mend, right)}
