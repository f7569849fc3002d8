"""A ledger of every released version is opened by this one, and nothing in it is lost.

``tests/samples/ledgers`` holds a dump of a ledger in use by each version of the tables.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from clarion.store.migrate import FOLDER, HEAD
from clarion.store.sqlite import open_ledger
from scheduler.delivery import Late, State
from scheduler.ledger import Granted, HoldScope, Recovered, Scope, Verdict
from tests.scheduler.scene import DUE, EXPIRES, LEASE, SETTLE, due_ids, hint

DUMPS = sorted((Path(__file__).parents[1] / "samples" / "ledgers").glob("*.sql"))
RELEASED = [dump.stem for dump in DUMPS]


def restored(dump: str, folder: Path) -> Path:
    path = folder / "clarion.sqlite"
    db = sqlite3.connect(path)
    db.executescript((DUMPS[0].parent / f"{dump}.sql").read_text("utf-8"))
    db.close()
    return path


def test_there_is_a_ledger_of_every_version_but_the_newest() -> None:
    steps = {step.revision for step in ScriptDirectory(str(FOLDER)).walk_revisions()}
    assert set(RELEASED) == steps - {HEAD}


@pytest.mark.parametrize("dump", RELEASED)
def test_nothing_is_lost(dump: str, tmp_path: Path) -> None:
    ledger = open_ledger(restored(dump, tmp_path))
    entries = {entry.delivery.card: entry for entry in ledger.entries() if entry.id != "a" * 26}
    assert {card: entry.state for card, entry in entries.items()} == {
        "card-1": State.PLANNED,
        "card-2": State.APPROVED,
        "card-3": State.RETRY_WAIT,
        "card-4": State.POSTED,
        "card-5": State.SENDING,
        "card-6": State.UNKNOWN,
    }
    assert all(entry.approved for card, entry in entries.items() if card != "card-1")
    assert entries["card-4"].url == "https://example.org/42"
    assert entries["card-5"].prepared == b"{}"
    assert [(stop.scope, stop.value, stop.by) for stop in ledger.stops()] == [
        (Scope.LOCALE, "fr", "coordinator")
    ]
    assert [(hold.scope, hold.value, hold.until, hold.why) for hold in ledger.holds()] == [
        (HoldScope.ACCOUNT, "gr/feed", DUE + timedelta(hours=1), "too many requests"),
        (HoldScope.ACCOUNT, "it/feed", None, "the token has expired"),
    ]
    assert len(ledger.journal()) == 26
    ledger.close()


@pytest.mark.parametrize("dump", RELEASED)
def test_the_last_moment_is_known_as_a_wall_time(dump: str, tmp_path: Path) -> None:
    ledger = open_ledger(restored(dump, tmp_path))
    for entry in ledger.entries():
        one = entry.delivery
        wanted = datetime(2027, 7, 30, 20) if one.late is Late.POST_UNTIL else None
        assert (one.until, one.gap, one.fold, one.tzdata) == (wanted, "later", "earlier", "")
    ledger.close()


@pytest.mark.parametrize("dump", RELEASED)
def test_the_day_goes_on(dump: str, tmp_path: Path) -> None:
    ledger = open_ledger(restored(dump, tmp_path))
    assert ledger.recover("next-runner", DUE, SETTLE) == Recovered(in_doubt=1)
    assert ledger.release(HoldScope.ACCOUNT, "it/feed", "operator", DUE)
    [name] = [entry.id for entry in ledger.entries() if entry.delivery.card == "card-2"]
    assert name in due_ids(ledger, DUE, 10)
    [claim] = ledger.claim([hint(ledger, name)], "next-runner", DUE + LEASE, DUE)
    assert isinstance(ledger.intent(claim, b"{}", DUE), Granted)
    assert len(due_ids(ledger, DUE + SETTLE * 2, 10)) == 3
    assert ledger.expire(EXPIRES) == 3
    assert not ledger.resolve(name, "operator", DUE, Verdict.THERE).granted
    ledger.close()
