"""One cell: a platform, a plan, nodes, what happens to them, and the judgement."""

from __future__ import annotations

import random
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from scheduler.delivery import State
from scheduler.ledger import Filter, Ledger, StoreError
from tests.torture.cells import Cell, Shape, Trouble, plan
from tests.torture.checker import Counts, Report, check
from tests.torture.disturb import TROUBLES, Scene
from tests.torture.history import Kind, Violation
from tests.torture.node import DEADLINE
from tests.torture.platform import Manners
from tests.torture.record import read
from tests.torture.stores import Store, store
from tests.torture.supervisor import Node, Supervisor, end, process

OPEN = frozenset(
    {
        State.APPROVED,
        State.CLAIMED,
        State.SENDING,
        State.RETRY_WAIT,
        State.UNKNOWN,
        State.RECONCILING,
    }
)
GRACE = Manners().within + DEADLINE
_LEAD = 2.5  # seconds between the plan and its first instant
_TAIL = 90.0  # seconds after the last instant in which everything has to be settled
_NAP = 0.25


@dataclass(frozen=True)
class Options:
    """``chance`` is the share of requests that the platform ill-treats, ``most`` how often the
    cell's trouble strikes at most, ``hold`` how many seconds a lock is held. ``settle`` is how many
    seconds nodes wait before they look a lost request up, where it is not to be the right number.
    ``disk`` is a small disk of its own for the ledger."""

    shape: Shape
    seed: int = 1
    chance: float = 0.3
    most: int = 1000
    hold: float = 10.0
    settle: float | None = None
    disk: Path | None = None


@dataclass
class Outcome:
    """What came of a cell. ``done`` is what happened to its nodes, ``lives`` how often a node was
    started, ``fell`` how often one ended by itself, ``clean`` whether all ended well at the end."""

    cell: str
    seconds: float
    lives: int
    fell: int
    clean: bool
    disk: str
    done: dict[str, int]
    report: Report = field(repr=False)

    def to_json(self) -> dict[str, Any]:
        """Plain values; :meth:`of_json` makes it again."""
        return asdict(self)

    @classmethod
    def of_json(cls, words: dict[str, Any]) -> Self:
        """From what :meth:`to_json` gave."""
        raw = words["report"]
        counts = {name: Counts(**one) for name, one in raw["counts"].items()}
        wrong = [
            Violation(Kind(one["kind"]), one["delivery"], one["words"], tuple(one["proof"]))
            for one in raw["violations"]
        ]
        return cls(**{**words, "report": Report(counts, wrong)})


def run(cell: Cell, folder: Path, options: Options) -> Outcome:
    """Carry it out below ``folder``, which is left behind for whoever wants to look."""
    begun = time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    place = options.disk or folder / "store"
    place.mkdir(exist_ok=True)
    with (
        closing(store(cell.store, place, own_disk=options.disk is not None)) as where,
        closing(where.open()) as ledger,
        _platform(folder, options) as address,
        Supervisor(_nodes(cell, folder, [address, *where.words, *_wrong(options)])) as nodes,
    ):
        nodes.wait_until_leading()
        last = _put(ledger, options)
        _torment(cell, where, nodes, options, last)
        _settle(ledger, last + timedelta(seconds=_TAIL))
        clean = nodes.stop()
        report = _judge(ledger, folder)
        return Outcome(
            cell=cell.name,
            seconds=round(time.monotonic() - begun, 1),
            lives=nodes.lives,
            fell=nodes.fell,
            clean=clean,
            disk=_disk(cell, options),
            done=dict(nodes.done),
            report=report,
        )


@contextmanager
def _platform(folder: Path, options: Options) -> Iterator[str]:
    words = ["tests.torture.platform", str(folder / "platform.jsonl")]
    words += ["--seed", str(options.seed), "--chance", str(options.chance)]
    with (folder / "platform.log").open("ab") as log:
        child = process(words, log)
        try:
            yield f"http://127.0.0.1:{_port(child)}"
        finally:
            end(child)


def _port(child: subprocess.Popen[bytes]) -> int:
    assert child.stdout is not None
    return int(child.stdout.readline())


def _wrong(options: Options) -> list[str]:
    return [] if options.settle is None else ["--settle", str(options.settle)]


def _nodes(cell: Cell, folder: Path, more: Sequence[str]) -> list[Node]:
    def words(owner: str) -> list[str]:
        return ["tests.torture.node", owner, *more]

    names = [f"node-{number}" for number in range(1, cell.nodes + 1)]
    return [Node(name, words, folder / f"{name}.log") for name in names]


def _put(ledger: Ledger, options: Options) -> datetime:
    """Plan and approve; the last instant."""
    now = datetime.now(UTC)
    found = plan(options.shape, now + timedelta(seconds=_LEAD), options.seed)
    ledger.put(found, now)
    decisions = ledger.approve([one.id for one in found], "approver", now)
    assert all(decision.granted for decision in decisions)
    return max(one.due_at for one in found)


def _torment(cell: Cell, where: Store, nodes: Supervisor, options: Options, last: datetime) -> None:
    """Until the last one is due, and a little longer: also what was late has to suffer."""
    stop = threading.Event()
    scene = Scene(nodes, where, random.Random(options.seed), stop, options.most, options.hold)
    failed: list[BaseException] = []

    def strike() -> None:
        try:
            TROUBLES[cell.trouble](scene)
        except BaseException as error:
            failed.append(error)
            raise

    striker = threading.Thread(target=strike, daemon=True)
    striker.start()
    time.sleep(max(0.0, (last - datetime.now(UTC)).total_seconds()) + 1.0)
    stop.set()
    striker.join()
    if failed:
        raise failed[0]


def _settle(ledger: Ledger, deadline: datetime) -> None:
    """Until nothing is open any more, or it takes too long: then the judge will say so."""
    while datetime.now(UTC) < deadline:
        try:
            if not ledger.entries(Filter(states=OPEN)):
                return
        except StoreError:
            pass  # it is only just back
        time.sleep(_NAP)


def _judge(ledger: Ledger, folder: Path) -> Report:
    lines = list(read(folder / "platform.jsonl"))
    end_ = datetime.now(UTC).timestamp()
    return check(ledger.entries(), ledger.journal(), lines, end=end_, grace=GRACE)


def _disk(cell: Cell, options: Options) -> str:
    if cell.trouble is not Trouble.DISK:
        return ""
    return "a small disk of its own" if options.disk else "a limit on the size of files"
