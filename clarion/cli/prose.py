"""Lines for people, broken where the screen ends."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterable, Sequence

import click

_WIDEST, _LEAST = 120, 40


def tell(line: str, hanging: int = 2) -> None:
    """Print a line; what does not fit goes on below, indented by ``hanging`` more columns.

    A word, and so a path or an id, is never broken. Nor is a command: a line that holds nothing
    else is left as long as it is, to be copied.
    """
    plain = line.lstrip(" ")
    if plain.startswith("clarion ") or not plain:
        click.echo(line)
        return
    indent = " " * (len(line) - len(plain))
    for part in textwrap.wrap(
        plain, _width(), initial_indent=indent, subsequent_indent=indent + " " * hanging,
        break_long_words=False, break_on_hyphens=False,
    ):  # fmt: skip
        click.echo(part)


def tell_all(lines: Iterable[str], hanging: int = 2) -> None:
    """Print these, one after the other."""
    for line in lines:
        tell(line, hanging)


def columns(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table of which the last column is prose: it goes on below itself, or, on a narrow screen,
    on a line of its own."""
    sizes = [max(len(row[n]) for row in (head, *rows)) for n in range(len(head) - 1)]
    width = sum(size + 2 for size in sizes)
    beside = _width() - width >= _LEAST
    rule = ["-" * size for size in (*sizes, len(head[-1]))]
    for row in (head, rule, *rows):
        start = "".join(cell.ljust(size + 2) for cell, size in zip(row, sizes, strict=False))
        if row[-1] and not beside and row is not head and row is not rule:
            click.echo(start.rstrip())
            tell(f"    {row[-1]}", hanging=0)
            continue
        room = max(_width() - width, _LEAST)
        parts = textwrap.wrap(row[-1], room, break_long_words=False, break_on_hyphens=False)
        for number, part in enumerate(parts or [""]):
            click.echo(((start if number == 0 else " " * width) + part).rstrip())


def _width() -> int:
    return max(_LEAST, min(shutil.get_terminal_size((80, 24)).columns, _WIDEST))
