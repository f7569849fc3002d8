"""What commands print: one JSON object, or lines and tables for people; progress on stderr."""

from __future__ import annotations

import json
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

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
    """A progress bar on a terminal; elsewhere one line at the end. Both on stderr."""
    started = time.monotonic()
    state = {"total": 0}
    bar: list[Any] = []

    def show(done: int, total: int) -> None:
        state["total"] = total
        if not sys.stderr.isatty():
            return
        if not bar:
            bar.append(click.progressbar(length=total, label=what, file=sys.stderr))
            bar[0].__enter__()
        bar[0].update(done - bar[0].pos)

    try:
        yield show
    finally:
        if bar:
            bar[0].__exit__(None, None, None)
        if state["total"]:
            say(f"{what}: {state['total']} in {time.monotonic() - started:.1f} s")


def _width(text: str) -> int:
    return sum(
        0 if unicodedata.category(sign) in ("Mn", "Me", "Cf")
        else 2 if unicodedata.east_asian_width(sign) in "WF"
        else 1
        for sign in text
    )  # fmt: skip


def _padded(text: str, size: int) -> str:
    return text + " " * (size - _width(text))
