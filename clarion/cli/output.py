"""What commands print: one JSON object, or lines and tables for people; progress on stderr."""

from __future__ import annotations

import json
import math
import shutil
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TextIO

import click

Progress = Callable[[int, int], None]


def as_json(value: Any) -> None:
    """Print one object."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def say(text: str) -> None:
    """A line about progress, for people: on stderr."""
    click.echo(text, err=True)


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Columns as wide as their widest cell; the last one may run on."""
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [
        max(_width(cells[column]) for cells in [list(head), *texts]) for column in range(len(head))
    ]
    for number, cells in enumerate([list(head), *texts]):
        line = "  ".join(_padded(cell, size) for cell, size in zip(cells, widths, strict=True))
        click.echo(line.rstrip())
        if number == 0:
            click.echo("  ".join("-" * min(size, 40) for size in widths))


@contextmanager
def progress(what: str) -> Iterator[Progress]:
    """How far something is: on a terminal as it goes, elsewhere one line at the end. On stderr.

    Nothing at all when there was nothing to do; no last line when it did not come to its end.
    """
    meter = Meter(what, sys.stderr, time.monotonic)
    try:
        yield meter.show
    except BaseException:
        meter.wipe()
        raise
    meter.end()


class Meter:
    """Tells how far something is, how fast it goes and how long it will take.

    ``now`` gives seconds. On a terminal one line is redrawn, at most ten times a second.
    """

    def __init__(self, what: str, stream: TextIO, now: Callable[[], float]) -> None:
        self._what, self._stream, self._now = what, stream, now
        self._live = stream.isatty()
        self._started = now()
        self._next = 0.0
        self._total = 0
        self._drawn = 0

    def show(self, done: int, total: int) -> None:
        """So many are done of so many."""
        self._total = total
        now = self._now()
        if self._live and now >= self._next:
            self._next = now + 0.1
            self._redraw(f"{self._what}: {_so_far(done, total, now - self._started)}")

    def wipe(self) -> None:
        """Take the line off the terminal again."""
        if self._drawn:
            self._redraw("")
            self._stream.write("\r")
            self._stream.flush()

    def end(self) -> None:
        """It is done: one line that stays."""
        self.wipe()
        if self._total:
            seconds = max(self._now() - self._started, 0.001)
            rate = _rate(self._total / seconds)
            self._stream.write(f"{self._what}: {self._total:,} in {seconds:.1f} s, {rate}\n")

    def _redraw(self, text: str) -> None:
        shown = text[: shutil.get_terminal_size().columns - 1]
        self._stream.write(f"\r{shown.ljust(self._drawn)}")
        self._stream.flush()
        self._drawn = len(shown)


def _so_far(done: int, total: int, seconds: float) -> str:
    text = f"{done:,} of {total:,}"
    if not done or seconds <= 0:
        return text
    left = math.ceil((total - done) * seconds / done)
    time_left = f"{left} s" if left < 120 else f"{math.ceil(left / 60)} min"
    return f"{text}, {_rate(done / seconds)}, {time_left} left"


def _rate(a_second: float) -> str:
    return f"{a_second:,.0f}/s" if a_second >= 10 else f"{a_second:.1f}/s"


def _width(text: str) -> int:
    return sum(
        0 if unicodedata.category(sign) in ("Mn", "Me", "Cf")
        else 2 if unicodedata.east_asian_width(sign) in "WF"
        else 1
        for sign in text
    )  # fmt: skip


def _padded(text: str, size: int) -> str:
    return text + " " * (size - _width(text))
