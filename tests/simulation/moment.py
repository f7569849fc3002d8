"""Time, and everything there is at one moment of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple

from scheduler.trust import ClockMark
from tests.scheduler.scene import BEFORE, DUE
from tests.simulation.platform import Platform
from tests.simulation.remembering import Chain
from tests.simulation.store import Image

START = DUE - timedelta(minutes=1)
BOOT = "virtual"
"""The machine's run: processes end in here, not machines; the count goes on."""


class Crash(BaseException):
    """A runner ends here. Nothing of ours may catch it."""


class VirtualTime:
    """A time source; ``true`` is what time it is, and ``offset`` how wrong the machine's clock."""

    def __init__(self, start: datetime) -> None:
        self.true = start
        self.offset = timedelta()

    def now(self) -> datetime:
        """What the clock on the wall says."""
        return self.true + self.offset

    def seconds_until(self, instant: datetime) -> float:
        """By the clock on the wall."""
        return (instant - self.now()).total_seconds()

    def elapsed(self) -> float:
        """By the count that nobody sets."""
        return (self.true - BEFORE).total_seconds()


class Moment(NamedTuple):
    """Everything that outlives a crash."""

    image: Image
    lines: Chain | None
    platform: Platform
    true: datetime
    offset: timedelta
    agenda: tuple[tuple[datetime, str], ...]
    taken: tuple[Enum, ...]
    events: Chain | None
    marks: tuple[ClockMark | None, ClockMark | None]
    ended: int

    def like(self, other: Moment) -> bool:
        """Whether the same will come of both: what was seen until then is no cause of anything."""
        return (
            self.image is other.image
            and self.true == other.true
            and self.platform == other.platform
            and self.offset == other.offset
            and self.agenda == other.agenda
            and self.taken == other.taken
            and self.marks == other.marks
            and self.ended == other.ended
        )


class Mark(NamedTuple):
    """A place where a runner may end. ``step`` is the one before; with ``acted`` others have."""

    number: int
    step: int
    acted: bool
    moment: Moment
