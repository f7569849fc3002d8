"""``make torture``: the kill matrix.

Prints a line for each of its cells, and complaints with their proof; exits with 1 when there are
any. What every cell found is written under ``build/torture``.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path

from tests.torture import table
from tests.torture.cells import ACCOUNTS, CELLS, Cell, Shape, Store, Trouble, chosen
from tests.torture.run import Options, Outcome, run
from tests.torture.supervisor import ROOT, end_with_parent, started

FOLDER = ROOT / "build" / "torture"
_OVERHEAD = 30.0  # seconds of a cell besides those in which deliveries fall due
_SHORTEST = 10.0
_MOST_A_SECOND = 40.0  # deliveries: what one cell of several can carry at its side of two cores
_TINY = "32m"
_TINY_SERVER = "192m"


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--deliveries", type=int, default=10_000, help="in all; default 10000")
    parser.add_argument("--cells", default="", help="only those whose name has one of these words")
    parser.add_argument("--minutes", type=float, default=12.0, help="about so long; default 12")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--chance", type=float, default=0.25, help="of a fault, for each request")
    parser.add_argument("--jobs", type=int, default=3, help="cells at a time; default 3")
    parser.add_argument("--span", type=float, help="seconds over which deliveries fall due")
    parser.add_argument("--hold", type=float, default=10.0, help="seconds a lock is held")
    parser.add_argument("--settle", type=float, help="another settle time: 0 shows what it is for")
    parser.add_argument("--no-mount", action="store_true", help="full disks by a limit on files")
    parser.add_argument("--out", type=Path, default=FOLDER)
    parser.add_argument("--one", help=argparse.SUPPRESS)  # a cell in this very process
    parser.add_argument("--disk", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args(words)


def main(words: Sequence[str] | None = None) -> None:
    """Run the cells, print, judge."""
    asked = _arguments(words)
    if asked.one:
        _one(asked)
        return
    cells = chosen(asked.cells)
    if not cells:
        names = ", ".join(cell.name for cell in CELLS)
        print(f"--cells {asked.cells}: no such cell; there are {names}", file=sys.stderr)
        sys.exit(2)
    shutil.rmtree(asked.out, ignore_errors=True)
    asked.out.mkdir(parents=True)
    begun = time.monotonic()
    print(table.HEAD, flush=True)
    outcomes: list[Outcome] = []
    failed: list[str] = []
    for cell, found in _all(cells, asked):
        if isinstance(found, str):
            failed.append(f"{cell.name}: {found}")
            continue
        outcomes.append(found)
        print("", *table.lines(found), sep="\n", flush=True)
    print("", *table.complaints(outcomes), *failed, sep="\n")
    print(table.total(outcomes, time.monotonic() - begun))
    sys.exit(1 if failed or any(one.report.violations for one in outcomes) else 0)


def _all(cells: Sequence[Cell], asked: argparse.Namespace) -> Iterator[tuple[Cell, Outcome | str]]:
    """Each cell and what came of it, or why nothing did, as they end."""
    each = -(-asked.deliveries // len(cells) // len(ACCOUNTS)) * len(ACCOUNTS)
    with ThreadPoolExecutor(asked.jobs) as pool:
        waiting = {
            pool.submit(_child, cell, asked, each, _span(asked, each, len(cells))): cell
            for cell in cells
        }
        for done in as_completed(waiting):
            yield waiting[done], done.result()


def _span(asked: argparse.Namespace, each: int, cells: int) -> float:
    if asked.span is not None:
        return float(asked.span)
    rounds = -(-cells // asked.jobs)
    free: float = asked.minutes * 60 / rounds - _OVERHEAD
    return max(_SHORTEST, each / _MOST_A_SECOND, free)


def _child(cell: Cell, asked: argparse.Namespace, each: int, span: float) -> Outcome | str:
    """A cell in a process of its own, on a small disk of its own where that is its trouble."""
    result, log = (asked.out / f"{cell.name}.{kind}" for kind in ("json", "log"))
    words = ["-m", "tests.torture", "--one", cell.name, "--deliveries", str(each)]
    words += ["--span", str(span), "--seed", str(asked.seed), "--chance", str(asked.chance)]
    words += ["--hold", str(asked.hold), "--out", str(asked.out)]
    words += [] if asked.settle is None else ["--settle", str(asked.settle)]
    with tempfile.TemporaryDirectory(prefix="clarion-torture-") as mount:
        command = [sys.executable, *words]
        if cell.trouble is Trouble.DISK and not asked.no_mount:
            command = _on_tiny_disk(cell, Path(mount), command)
        with log.open("wb") as out, started(command, out) as child:
            child.wait()
    if child.returncode != 0 or not result.exists():
        return f"could not be run: {log.read_text('utf-8', 'replace').strip()[-2000:]}"
    return Outcome.of_json(json.loads(result.read_text("utf-8")))


def _on_tiny_disk(cell: Cell, mount: Path, command: list[str]) -> list[str]:
    """The same command where ``mount`` is a small disk, if this machine lets us have one."""
    size = _TINY if cell.store is Store.SQLITE else _TINY_SERVER
    root = os.geteuid() == 0
    if not root and cell.store is Store.POSTGRES:
        return command  # the server refuses to be root, even in a world of its own
    script = f'mount -t tmpfs -o size={size},mode=755 none "$0" && exec "$@"'
    shell = ["unshare", "-m" if root else "-Urm", "sh", "-c", script, str(mount)]
    try:
        tried = subprocess.run([*shell, "true"], capture_output=True, check=False)
    except OSError:
        return command
    return [*shell, *command, "--disk", str(mount)] if tried.returncode == 0 else command


def _one(asked: argparse.Namespace) -> None:
    end_with_parent()
    [cell] = [cell for cell in CELLS if cell.name == asked.one]
    shape = Shape(asked.deliveries, asked.span)
    seed = asked.seed * len(CELLS) + CELLS.index(cell)
    options = Options(
        shape, seed, asked.chance, hold=asked.hold, settle=asked.settle, disk=asked.disk
    )
    with _folder(asked.out / cell.name) as folder:
        outcome = run(cell, folder, options)
    file = asked.out / f"{cell.name}.json"
    file.write_text(json.dumps(outcome.to_json(), indent=1), "utf-8")


@contextmanager
def _folder(folder: Path) -> Iterator[Path]:
    """Where the cell keeps ledger, journal and logs, for whoever wants to look."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    yield folder


if __name__ == "__main__":
    main()
