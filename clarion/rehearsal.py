"""Rehearse a plan: everything as on the day, but for the ledger, the time and the hands.

The rehearsal's ledger and hand-off folders lie in a folder of their own; the real ones are only
read. What comes out is checked from the folders on disk, not from what the ledger believes.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from clarion.errors import ClarionError
from clarion.store.sqlite import open_ledger
from clarion.wiring import Studio
from scheduler.clock import RehearsalTime
from scheduler.delivery import Entry, State
from scheduler.ledger import Ledger
from scheduler.rehearsal import Summary, Witness, drive
from scheduler.runner import Pace

SPEED = 20.0
"""Rehearsed seconds in a real second during a wave; idle stretches are leapt over."""
_MARK = ".clarion-rehearsal"


@dataclass(frozen=True)
class Rehearsal:
    """What a rehearsal left: its summary, its ledger's entries and its folder."""

    summary: Summary
    entries: tuple[Entry, ...]
    folder: Path
    found: Counter[str]
    """How many hand-off folders lie on disk for each delivery id."""

    @property
    def lost(self) -> int:
        """Deliveries posted by the ledger's account without a hand-off folder on disk."""
        return self.summary.lost + sum(
            entry.state is State.POSTED and self.found[entry.id] == 0 for entry in self.entries
        )

    @property
    def duplicated(self) -> int:
        """Deliveries with more than one hand-off folder."""
        return self.summary.duplicated + sum(count > 1 for count in self.found.values())

    @property
    def mistimed(self) -> int:
        """Deliveries posted outside their minute on the wall."""
        return self.summary.early + self.summary.late

    @property
    def clean(self) -> bool:
        """Whether everything approved went out once, in its minute."""
        return self.summary.clean and not self.lost and not self.duplicated


def rehearse(studio: Studio, entries: Sequence[Entry], *, assume_approved: bool) -> Rehearsal:
    """Run these deliveries through the real code on a fast clock.

    With ``assume_approved`` whatever could be approved counts as approved.
    """
    if not entries:
        raise ClarionError("nothing is planned for this; run 'clarion plan' first")
    folder = _fresh(studio.settings.rehearsals)
    ledger = open_ledger(folder / "clarion.sqlite", durable=False)
    try:
        start = min(entry.delivery.due_at for entry in entries) - timedelta(hours=1)
        time = RehearsalTime(start, SPEED)
        _copy(ledger, entries, time, assume_approved=assume_approved)
        summary = _drive(studio, ledger, time, folder)
        found = _on_disk(folder / "hand-off-rehearsal")
        return Rehearsal(summary, tuple(ledger.entries()), folder, found)
    finally:
        ledger.close()


def _copy(
    ledger: Ledger, entries: Sequence[Entry], time: RehearsalTime, *, assume_approved: bool
) -> None:
    ledger.put([entry.delivery for entry in entries], time.now())
    by: dict[str, list[str]] = {}
    for entry in entries:
        if assume_approved and entry.delivery.ready:
            by.setdefault("rehearsal-approver", []).append(entry.id)
        elif entry.approved and entry.approval is not None:
            by.setdefault(entry.approval.by, []).append(entry.id)
    for role, ids in by.items():
        ledger.approve(ids, role, time.now())


def _drive(studio: Studio, ledger: Ledger, time: RehearsalTime, folder: Path) -> Summary:
    witness = Witness(time)
    publisher_for = studio.rehearsal_publisher_for(folder)
    runner = studio.runner(
        ledger,
        time,
        lambda delivery: witness.beside(publisher_for(delivery)),
        rehearsal=True,
        pace=Pace(tick=1.0),
    )
    last = max(entry.delivery.expires_at for entry in ledger.entries())
    runner.start()
    try:
        return drive(runner, ledger, time, last + timedelta(hours=1), witness)
    finally:
        runner.stop()


def _fresh(folder: Path) -> Path:
    """An empty folder that is surely ours to empty."""
    try:
        if folder.exists():
            if not (folder / _MARK).is_file():
                raise ClarionError(
                    f"{folder}: is not a rehearsal's folder; move it away, it will not be emptied"
                )
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        (folder / _MARK).touch()
    except OSError as error:
        raise ClarionError(
            f"{folder}: {error.strerror}; give write permission or free some space"
        ) from error
    return folder


def _on_disk(root: Path) -> Counter[str]:
    return Counter(
        json.loads(file.read_text(encoding="utf-8"))["key"] for file in root.glob("*/*/post.json")
    )
