"""Rehearse a plan: everything as on the day, but for the ledger, the time and the hands.

The rehearsal's ledger and hand-off folders lie in a folder of their own; the real ones are only
read. What comes out is checked from the folders on disk, not from what the ledger believes. With
faults it goes to a platform of this process instead, which misbehaves as it is told.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from clarion.errors import ClarionError
from clarion.faults import BAD, FakePlatform, Fate, Faults, fates
from clarion.store.sqlite import open_ledger
from clarion.wiring import Studio
from publishers.port import Publisher
from scheduler.clock import RehearsalTime
from scheduler.delivery import Delivery, Entry, State
from scheduler.ledger import Ledger
from scheduler.rehearsal import Summary, Witness, drive

SPEED, SLOWEST = 20.0, 1.0
"""Rehearsed seconds in a real second during a wave; idle stretches are leapt over."""
_PER_MINUTE = 2400
"""Posts that any machine manages in a minute: a fast clock must not make a big wave late."""
_MARK = ".clarion-rehearsal"
_RESULT = "result.json"


@dataclass(frozen=True)
class Rehearsal:
    """What a rehearsal left: its summary, its ledger's entries and its folder."""

    summary: Summary
    entries: tuple[Entry, ...]
    folder: Path
    found: Counter[str]
    """How many posts stand there for each delivery id: hand-off folders on disk, or on the
    platform that misbehaves."""
    faults: Faults | None = None
    fates: Counter[Fate] = field(default_factory=Counter)
    """With faults: how many deliveries met which fate."""

    @property
    def lost(self) -> int:
        """Deliveries that are out by the ledger's account alone, or of which nobody knows."""
        if self.faults:
            return self.fates[Fate.LOST]
        return self.summary.lost + sum(
            entry.state is State.POSTED and self.found[entry.id] == 0 for entry in self.entries
        )

    @property
    def duplicated(self) -> int:
        """Deliveries that stand there more than once."""
        if self.faults:
            return self.fates[Fate.DOUBLED]
        return self.summary.duplicated + sum(count > 1 for count in self.found.values())

    @property
    def mistimed(self) -> int:
        """Deliveries posted outside their minute on the wall."""
        return self.summary.early + self.summary.late

    @property
    def clean(self) -> bool:
        """Whether everything approved went out once, in its minute. With faults, which make posts
        late: whether nothing was lost, doubled or early."""
        if self.faults:
            return not self.summary.early and not any(self.fates[fate] for fate in BAD)
        return self.summary.clean and not self.lost and not self.duplicated


@dataclass(frozen=True)
class Record:
    """What is kept of the last rehearsal: when it was, what it came to, and of which plan."""

    at: datetime
    clean: bool
    plans: dict[str, str]

    def covers(self, day: date, entries: Iterable[Entry]) -> bool:
        """Whether exactly these deliveries of an occurrence, as they are, were rehearsed."""
        return self.plans.get(day.isoformat()) == _fingerprint(entries)


def rehearse(
    studio: Studio,
    entries: Sequence[Entry],
    *,
    assume_approved: bool,
    faults: Faults | None = None,
) -> Rehearsal:
    """Run these deliveries through the real code on a fast clock.

    With ``assume_approved`` whatever could be approved counts as approved. With ``faults`` they go
    to a platform that misbehaves, else into hand-off folders.
    """
    if not entries:
        raise ClarionError("nothing is planned for this; run 'clarion plan' first")
    folder = _fresh(studio.settings.rehearsals)
    ledger = open_ledger(folder / "clarion.sqlite", durable=False)
    try:
        start = min(entry.delivery.due_at for entry in entries) - timedelta(hours=1)
        time = RehearsalTime(start, _speed(entries))
        _copy(ledger, entries, time, assume_approved=assume_approved)
        witness = Witness(time)
        if faults is None:
            return _into_folders(studio, ledger, time, witness, folder)
        platform = FakePlatform(faults, witness, folder, time.speed)
        summary = _drive(studio, ledger, time, witness, platform.publisher_for)
        done, there = tuple(ledger.entries()), platform.there()
        found = fates(done, ledger.journal(), there)
        return Rehearsal(summary, done, folder, there, faults, found)
    finally:
        ledger.close()


def keep_record(done: Rehearsal, now: datetime) -> None:
    """Write down beside the rehearsal what it came to."""
    days: dict[str, list[Entry]] = {}
    for entry in done.entries:
        days.setdefault(entry.delivery.occurrence.isoformat(), []).append(entry)
    record = {
        "at": now.isoformat(),
        "clean": done.clean,
        "plans": {day: _fingerprint(entries) for day, entries in days.items()},
    }
    (done.folder / _RESULT).write_text(json.dumps(record, indent=2) + "\n", "utf-8")


def last_record(folder: Path) -> Record | None:
    """What the last rehearsal in this folder came to; None when none is recorded."""
    try:
        raw = json.loads((folder / _RESULT).read_text("utf-8"))
        return Record(datetime.fromisoformat(raw["at"]), bool(raw["clean"]), dict(raw["plans"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _fingerprint(entries: Iterable[Entry]) -> str:
    """One value for what a plan says: its deliveries, their content, channels and times."""
    lines = sorted(f"{entry.id} {entry.delivery.content_hash}\n" for entry in entries)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _speed(entries: Iterable[Entry]) -> float:
    """As fast as the biggest wave can follow."""
    waves = Counter(entry.delivery.due_at for entry in entries)
    return min(SPEED, max(SLOWEST, _PER_MINUTE / max(waves.values())))


def _into_folders(
    studio: Studio, ledger: Ledger, time: RehearsalTime, witness: Witness, folder: Path
) -> Rehearsal:
    publisher_for = studio.rehearsal_publisher_for(folder)
    summary = _drive(
        studio, ledger, time, witness, lambda delivery: witness.beside(publisher_for(delivery))
    )
    found = _on_disk(folder / "hand-off-rehearsal")
    return Rehearsal(summary, tuple(ledger.entries()), folder, found)


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


def _drive(
    studio: Studio,
    ledger: Ledger,
    time: RehearsalTime,
    witness: Witness,
    publisher_for: Callable[[Delivery], Publisher],
) -> Summary:
    runner = studio.rehearsal_runner(ledger, time, publisher_for)
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
