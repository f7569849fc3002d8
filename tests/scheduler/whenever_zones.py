"""The second reader of time zones: the ``whenever`` library, made to read a release we name.

It reads the same compiled files as we do, but with its own code throughout: its own reader of the
files and of the rule at their end, its own calendar, its own choice where clocks are changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal

from whenever import (
    PlainDateTime,
    RepeatedTime,
    SkippedTime,
    clear_tzcache,
    reset_tzpath,
)

from scheduler.zones import Fold, Gap, ZoneData

Shown = Literal["once", "never", "twice"]


@contextmanager
def reading(data: ZoneData) -> Iterator[None]:
    """While this lasts, whenever reads the zone files of ``data`` before any others."""
    folder = Path(str(data.folder))
    assert (folder / "tzdata.zi").is_file(), folder
    reset_tzpath([folder])
    clear_tzcache()
    try:
        yield
    finally:
        reset_tzpath()
        clear_tzcache()


def shown(wall: PlainDateTime, name: str) -> Shown:
    """How often clocks show this, according to whenever."""
    try:
        wall.assume_tz(name, disambiguation="raise")
    except SkippedTime:
        return "never"
    except RepeatedTime:
        return "twice"
    return "once"


def instant(wall: datetime, name: str, gap: Gap = "later", fold: Fold = "earlier") -> datetime:
    """The same as :meth:`ZoneData.resolve`, worked out by whenever."""
    plain = PlainDateTime(wall.replace(fold=0))
    choices: dict[Shown, Literal["earlier", "later", "compatible"]]
    choices = {"never": gap, "twice": fold, "once": "compatible"}
    choice = choices[shown(plain, name)]
    return plain.assume_tz(name, disambiguation=choice).to_instant().to_stdlib()
