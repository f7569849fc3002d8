"""Every publisher, every fault, carried by the scheduler's own code: what became of the post.

`python -m tests.publishers.lossy_table [KIND ...]` prints the table as Markdown.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from publishers.port import Idempotency, Prepared, Publisher, Receipt
from publishers.testing.faults import Fault, unauthorised
from publishers.testing.lab import Lab
from scheduler.adapters.inline import InlineExecutor
from scheduler.adapters.manual_clock import ManualClock, ManualTime
from scheduler.adapters.memory_ledger import MemoryLedger
from scheduler.deliver import Deliver
from scheduler.delivery import Content, Delivery, Entry, Late, PictureRef, State
from scheduler.plan import LatePolicy, Slot, Target, plan
from scheduler.runner import Runner
from tests.publishers.labs import HOUSES, Fresh, House
from tests.scheduler.scene import nothing_against

ROME = ZoneInfo("Europe/Rome")
FINAL = frozenset({State.POSTED, State.NEEDS_HUMAN, State.FAILED, State.MISSED, State.HELD})


@dataclass(frozen=True)
class Outcome:
    """What the ledger says in the end, and how many posts a visitor sees."""

    fault: str
    entry: Entry
    posts: int
    askable: bool

    @property
    def words(self) -> str:
        if self.entry.state is State.POSTED:
            return "one post"
        if self.entry.state is State.NEEDS_HUMAN:
            return f"a person is asked; it is {'there' if self.posts else 'not there'}"
        return "refused, not sent" if self.entry.state is State.FAILED else self.entry.state.value

    def problems(self) -> list[str]:
        """What must never be."""
        state, found = self.entry.state, []
        if self.posts > 1:
            found.append(f"{self.posts} posts")
        if state is State.POSTED and self.posts != 1:
            found.append("said to be posted, and is not there")
        if state is State.FAILED and self.posts:
            found.append("said to be refused, and is there")
        if state not in (State.POSTED, State.FAILED, State.NEEDS_HUMAN):
            found.append(f"lost silently: {state.value}")
        if state is State.NEEDS_HUMAN and not self._may_ask():
            found.append(f"a person is asked without need: {self.entry.note}")
        return [f"{self.fault}: {problem}" for problem in found]

    def _may_ask(self) -> bool:
        if self.entry.in_doubt:
            return not self.askable
        return self.fault == unauthorised().name and self.posts == 0


class AtPublish:
    """The publisher, with a fault on its first `publish`."""

    def __init__(self, publisher: Publisher, lab: Lab, fault: Fault) -> None:
        self._publisher, self._lab = publisher, lab
        self._faults = iter([fault])

    def __getattr__(self, name: str) -> Any:
        return getattr(self._publisher, name)

    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        fault = next(self._faults, None)
        if fault is None:
            return self._publisher.publish(prepared, now)
        return self._lab.through(fault, self._publisher, prepared)


def carried(lab: Lab, fault: Fault, folder: Path) -> Outcome:
    """One approved delivery, from due to settled, with time that is moved on by hand."""
    time_, ledger, executor = ManualTime(lab.now), MemoryLedger(), InlineExecutor()
    publisher = lab.publisher()
    one = delivery(lab, publisher, folder)
    ledger.put([one], lab.now - timedelta(days=1))
    ledger.approve([one.id], "approver", lab.now - timedelta(days=1))
    faulty: Any = AtPublish(publisher, lab, fault)
    deliver = Deliver(ledger, time_, lambda _: faulty, nothing_against, folder, "runner")
    runner = Runner(ledger, ManualClock(time_), executor, deliver.work, time_, "runner")
    executor.start(deliver.work, runner.wake)
    for _ in range(40):
        runner.round()
        entry = ledger.get(one.id)
        if entry.state in FINAL:
            break
        time_.move(timedelta(seconds=31))
    caps = publisher.capabilities()
    askable = caps.can_find or caps.idempotency in (Idempotency.NATIVE, Idempotency.WINDOWED)
    askable = askable and caps.idempotency is not Idempotency.NONE
    return Outcome(fault.name, entry, len(lab.seen()), askable)


def delivery(lab: Lab, publisher: Publisher, folder: Path) -> Delivery:
    """A delivery to this account that is due now, with one picture if it takes any."""
    due = lab.now.astimezone(ROME)
    slot = Slot(0, time(due.hour, due.minute), "card-1")
    target = Target("it", "feed", publisher.kind, "it", "Europe/Rome")
    (bare,) = plan("myths", "author", due.date(), [slot], [target], LatePolicy(Late.HOLD))
    most = publisher.capabilities().max_pictures
    pictures = () if most == 0 else (reference(lab, folder),)
    text = "La tratta è un reato. #EndHumanTrafficking"
    return replace(bare, content=Content(text, "it", "Smuggling", pictures=pictures))


def reference(lab: Lab, folder: Path) -> PictureRef:
    made = lab.picture(folder, "Una mano tesa")
    where = made.path.relative_to(folder).as_posix()
    return PictureRef(made.digest, where, made.media_type, made.width, made.height, made.alt)


def outcomes(house: House, folder: Path) -> list[Outcome]:
    """Every fault that this publisher can meet, each on a fresh account, in a folder of its own."""
    found = []
    with house() as fresh:
        for number, make in enumerate(_faults(fresh, folder)):
            base = folder / f"case-{number}"
            base.mkdir()
            found.append(carried(fresh(base), make(), base))
    return found


def _faults(fresh: Fresh, folder: Path) -> tuple[Callable[[], Fault], ...]:
    base = folder / "first"
    base.mkdir()
    return fresh(base).faults


def markdown(table: Mapping[str, list[Outcome]]) -> str:
    """One row a fault, one column a publisher; a dash where it cannot happen."""
    faults = list(dict.fromkeys(one.fault for column in table.values() for one in column))
    lines = [f"| What happened | {' | '.join(table)} |", "| --- " * (len(table) + 1) + "|"]
    for fault in faults:
        cells = (
            next((one.words for one in column if one.fault == fault), "-")
            for column in table.values()
        )
        lines.append(f"| {fault} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main(kinds: list[str]) -> None:
    table = {}
    for kind in kinds or list(HOUSES):
        with tempfile.TemporaryDirectory() as folder:
            try:
                table[kind] = outcomes(HOUSES[kind], Path(folder))
            except pytest.skip.Exception as without:
                print(f"left out: {kind}: {without}", file=sys.stderr)
    print(markdown(table))
    problems = [f"{kind}: {text}" for kind in table for o in table[kind] for text in o.problems()]
    sys.exit("\n".join(problems) or 0)


if __name__ == "__main__":
    main(sys.argv[1:])
