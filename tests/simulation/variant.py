"""What a world is made with: the honest protocol, or one with a bug in one place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from scheduler.deliver import Deliver
from scheduler.runner import Pace
from scheduler.verdict import Timing
from tests.simulation.people import AGENDA
from tests.simulation.world import World


def same(one: Any) -> Any:
    """As it is."""
    return one


@dataclass(frozen=True)
class Variant:
    """The parts that nodes are built from; by default the real ones."""

    name: str = "the protocol"
    ledger: Callable[[Any], Any] = same
    publisher: Callable[[Any], Any] = same
    deliver: type[Deliver] = Deliver
    timing: Timing = field(default_factory=Timing)
    settle: timedelta = field(default_factory=lambda: Pace().settle)
    gated: bool = True
    agenda: Mapping[str, Callable[[World], None]] = field(default_factory=lambda: AGENDA)


HONEST = Variant()
