"""Who else may know what time it is, and what they say about the clock."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from scheduler.clock import Look, TimeSource, look_at

log = logging.getLogger("clarion.scheduler.witness")


@dataclass(frozen=True, slots=True)
class TimeWitness:
    """Somebody who may know what time it is.

    ``ask`` soon returns the present instant, aware, right to a few seconds; or None: not known.
    One that may be reading the very clock it is asked about, as a database on the same machine
    does, can contradict it but not vouch for it.
    """

    name: str
    ask: Callable[[], datetime | None]
    vouches: bool = True


@dataclass(frozen=True, slots=True)
class Word:
    """What all witnesses together say: ``against`` the clock, in words, or "" for nothing.

    ``zero`` is what it ought to be, by whoever spoke last (see :class:`scheduler.clock.Look`);
    ``vouched`` is the look at the clock that somebody vouched for.
    """

    zero: datetime
    against: str = ""
    vouched: Look | None = None


def listen(witnesses: Sequence[TimeWitness], time: TimeSource, within: timedelta) -> Word:
    """Ask every witness; one speaks against the clock when it is further than ``within`` from it.

    The first that does is quoted, and outweighs all the others. One that fails says nothing; its
    error is logged.
    """
    word = Word(look_at(time).zero)
    for witness in witnesses:
        heard = _heard(witness)
        look = look_at(time)
        if heard is None:
            continue
        ahead = look.at - heard
        if abs(ahead) > within:
            text = f"{witness.name} says it is {told(heard)}, this machine {told(look.at)}"
            return Word(look.zero - ahead, text)
        if witness.vouches:
            word = Word(look.zero - ahead, "", look)
    return word


def span(length: timedelta) -> str:
    """``35 s``, ``17 min``, ``5 h``, ``12 days``."""
    seconds = length.total_seconds()
    for least, unit, name in ((172800, 86400, "days"), (7200, 3600, "h"), (120, 60, "min")):
        if seconds >= least:
            return f"{seconds / unit:.0f} {name}"
    return f"{seconds:.0f} s"


def told(instant: datetime) -> str:
    """``2027-07-30 07:00:00 UTC``."""
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _heard(witness: TimeWitness) -> datetime | None:
    try:
        answer = witness.ask()
        if answer is not None and answer.utcoffset() is None:
            raise ValueError(f"{answer.isoformat()} has no zone")
    except Exception as error:  # noqa: BLE001  whoever cannot answer has nothing to say
        log.warning("%s: asked for the time, it failed: %s", witness.name, error)
        return None
    return answer
