"""A backup is whole whoever works meanwhile, and what comes back posts nothing again by itself."""

from __future__ import annotations

import shutil
import socket
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from clarion.backing_up import RESTORED, back_up, restore
from clarion.errors import ClarionError
from clarion.moving import move
from clarion.store.lock import AlreadyRunningError, Lock
from clarion.store.sqlite import open_ledger
from scheduler.backlog import Answer, answer, waiting
from scheduler.delivery import State
from scheduler.ledger import LedgerError, Posted, Scope, moment
from tests.clarion.ledgers import (
    AFTER,
    content,
    everything,
    opened,
    sent,
    settings,
    with_tables,
)
from tests.conftest import Command
from tests.postgres import Postgres
from tests.scheduler.scene import BEFORE, DUE, SETTLE, approved, deliveries, due_ids

NOON = DUE + timedelta(hours=3)
DUMP = Path(__file__).parents[1] / "samples" / "ledgers" / "0001.sql"


def without_question(found: dict[str, object]) -> dict[str, object]:
    """The same without what restoring adds: the question, and what it keeps from being due."""
    stops = [stop for stop in found["stops"] if stop.by != RESTORED]  # type: ignore[attr-defined]
    lines = [one for one in found["journal"] if one.actor != RESTORED]  # type: ignore[attr-defined]
    return {**found, "stops": stops, "journal": lines, "due": None, "next": None}


def complaint(what: Callable[[], object]) -> str:
    with pytest.raises((ClarionError, LedgerError)) as refusal:
        what()
    [line] = str(refusal.value).splitlines()
    return line


# --- backup ---


def test_a_backup_is_made_while_a_runner_is_alive_and_writes(ours: Path, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            ledger.stop(Scope.SOCIETY, "x", "operator", DUE)
            ledger.resume(Scope.SOCIETY, "x", "operator", DUE)

    with Lock(ours / "clarion.lock"), opened(ours) as ledger:
        lines = len(ledger.journal())
        busy = threading.Thread(target=write)
        busy.start()
        try:
            while len(ledger.journal()) < lines + 20:
                pass
            made = back_up(settings(ours), tmp_path / "b.sqlite", NOON)
        finally:
            stop.set()
            busy.join()
    assert (made.deliveries, made.lines >= lines + 20) == (8, True)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["b.sqlite", "ours"]
    restored = restore(settings(tmp_path / "new"), tmp_path / "b.sqlite", "operator", NOON)
    assert (restored.at, restored.deliveries) == (NOON, 8)
    with opened(tmp_path / "new") as ledger:
        assert len(ledger.journal()) == made.lines + 2
        told = ledger.journal()[-1]
    assert (told.event, told.actor, told.detail) == (
        "restored", "operator", "as of 2027-07-30T10:00:00+00:00",
    )  # fmt: skip


@pytest.mark.parametrize("source", ["file", "database"])
@pytest.mark.parametrize("target", ["file", "database"])
def test_all_of_it_comes_back_wherever_it_was(
    ours: Path, tmp_path: Path, postgres: Postgres, source: str, target: str
) -> None:
    before = content(ours)
    place, database = ours, ""
    if source == "database":
        database = postgres.fresh_database(with_tables)
        move(settings(ours), database, "", DUE)
    back_up(settings(place, database), tmp_path / "b.sqlite", DUE)
    there = postgres.fresh_database(with_tables) if target == "database" else ""
    restored = restore(settings(tmp_path / "new", there), tmp_path / "b.sqlite", "", NOON)
    assert (restored.at, restored.deliveries, restored.aside) == (DUE, 8, None)
    assert without_question(content(tmp_path / "new", there)) == without_question(before)
    with opened(tmp_path / "new", there) as ledger:
        assert ledger.recover("next-runner", NOON, SETTLE).released == 2
        numbers = [line.number for line in ledger.journal()]
        assert numbers == list(range(1, len(numbers) + 1))


def test_a_backup_is_never_written_over(ours: Path, tmp_path: Path) -> None:
    back_up(settings(ours), tmp_path / "b.sqlite", DUE)
    kept = (tmp_path / "b.sqlite").read_bytes()
    refused = complaint(lambda: back_up(settings(ours), tmp_path / "b.sqlite", NOON))
    assert refused == f"{tmp_path / 'b.sqlite'}: exists already: choose another name"
    assert (tmp_path / "b.sqlite").read_bytes() == kept


def test_without_a_ledger_there_is_nothing_to_keep(tmp_path: Path, ours: Path, url: str) -> None:
    empty = settings(tmp_path / "empty")
    assert "there is no ledger yet" in complaint(lambda: back_up(empty, tmp_path / "b", DUE))
    move(settings(ours), url, "", DUE)
    assert "its deliveries are in database" in complaint(
        lambda: back_up(settings(ours), tmp_path / "b", DUE)
    )
    assert not (tmp_path / "b").exists()


def test_nobody_goes_on_from_a_backup_by_mistake(ours: Path, tmp_path: Path) -> None:
    """Copied into its place by hand it would post again what was posted since."""
    back_up(settings(ours), tmp_path / "b.sqlite", DUE)
    (tmp_path / "new").mkdir()
    shutil.copy(tmp_path / "b.sqlite", tmp_path / "new" / "clarion.sqlite")
    assert complaint(lambda: content(tmp_path / "new")) == (
        f"{tmp_path / 'new' / 'clarion.sqlite'}: is a backup of {ours / 'clarion.sqlite'} on "
        f"{socket.gethostname()}, made 2027-07-30 07:00 UTC: bring it back with 'clarion restore'"
    )


# --- what was posted since ---


def test_what_was_due_since_waits_for_a_person(tmp_path: Path) -> None:
    """Approved before the backup, posted after it: of that the backup knows nothing."""
    ours = settings(tmp_path / "ours")
    with opened(ours.workspace) as ledger:
        posted, other = approved(ledger, deliveries(2))
        back_up(ours, tmp_path / "b.sqlite", BEFORE)
        claim = sent(ledger, posted, b"{}")
        ledger.settle(claim, Posted("42", "", DUE, {}), DUE)
    done = restore(ours, tmp_path / "b.sqlite", "operator", NOON, replace=True)
    assert (done.at, done.asked) == (BEFORE, 2)
    with opened(ours.workspace) as ledger:
        assert due_ids(ledger, NOON, 10) == []
        assert {entry.id for entry in waiting(ledger)} == {posted, other}
        # planned and approved again, as people do after a loss: it waits all the same
        ledger.revoke([posted], "editor", NOON)
        ledger.approve([posted], "editor", NOON)
        assert due_ids(ledger, NOON, 10) == []
        ledger.skip([posted], "duty-officer", NOON)
        answer(ledger, Answer.POST, "duty-officer", NOON)
        assert due_ids(ledger, NOON, 10) == [other]


def test_what_is_due_from_now_on_goes_out(tmp_path: Path) -> None:
    ours = settings(tmp_path / "ours")
    with opened(ours.workspace) as ledger:
        [one] = approved(ledger, deliveries())
    back_up(ours, tmp_path / "b.sqlite", BEFORE)
    done = restore(ours, tmp_path / "b.sqlite", "", DUE - timedelta(minutes=1), replace=True)
    assert done.asked == 0
    with opened(ours.workspace) as ledger:
        assert due_ids(ledger, DUE, 10) == [one]


def test_an_answer_given_beforehand_does_not_count_for_it(
    workspace: Path, clarion: Command
) -> None:
    """``--backlog post`` in a service's settings was never meant for this."""
    with opened(workspace) as ledger:
        approved(ledger, deliveries(2))
    assert clarion("backup", "b.sqlite", "--json").value["deliveries"] == 2
    done = clarion("restore", "b.sqlite", "--replace")
    assert done.out.splitlines()[-1] == (
        "nothing of it was due before now: 'clarion run' goes on with what comes"
    )
    ran = clarion("run", "--once", "--backlog", "post", "--as", "service")
    assert "restored from a backup: --backlog post does not answer for that" in ran.err
    with opened(workspace) as ledger:
        assert [stop.by for stop in ledger.stops()] == [RESTORED]
    assert clarion("backlog", "skip", "--as", "duty-officer").code == 0
    with opened(workspace) as ledger:
        assert ledger.stops() == []


# --- restore ---


def test_the_present_ledger_is_put_aside_and_can_come_back(ours: Path, tmp_path: Path) -> None:
    back_up(settings(ours), tmp_path / "b.sqlite", DUE)
    with opened(ours) as ledger:
        ledger.stop(Scope.ALL, "", "duty-officer", DUE)
        before = everything(ledger)
    refused = complaint(lambda: restore(settings(ours), tmp_path / "b.sqlite", "", NOON))
    assert "holds a ledger already: say --replace to put that one aside" in refused
    assert content(ours) == before
    done = restore(settings(ours), tmp_path / "b.sqlite", "", NOON, replace=True)
    assert done.aside == ours / "clarion-set-aside-20270730T100000Z.sqlite"
    assert content(ours) != before
    later = NOON + timedelta(minutes=1)
    again = restore(settings(ours), done.aside, "", later, replace=True)
    assert again.at == NOON
    assert without_question(content(ours)) == without_question(before)


def test_in_a_database_too(ours: Path, tmp_path: Path, url: str) -> None:
    back_up(settings(ours), tmp_path / "b.sqlite", DUE)
    move(settings(ours), url, "", DUE)
    place = settings(ours, url)
    with opened(ours, url) as ledger:
        ledger.stop(Scope.ALL, "", "duty-officer", DUE)
        before = everything(ledger)
    assert "say --replace" in complaint(lambda: restore(place, tmp_path / "b.sqlite", "", NOON))
    assert content(ours, url) == before
    done = restore(place, tmp_path / "b.sqlite", "", NOON, replace=True)
    assert done.aside is not None
    restore(place, done.aside, "", NOON + timedelta(minutes=1), replace=True)
    assert without_question(content(ours, url)) == without_question(before)


def test_not_while_a_runner_is_alive(ours: Path, tmp_path: Path, url: str) -> None:
    back_up(settings(ours), tmp_path / "b.sqlite", DUE)
    with Lock(ours / "clarion.lock"), pytest.raises(AlreadyRunningError):
        restore(settings(ours), tmp_path / "b.sqlite", "", NOON, replace=True)
    move(settings(ours), url, "", DUE)
    with opened(ours, url) as ledger:
        ledger.recover("idle-runner", DUE, SETTLE)
        refused = complaint(
            lambda: restore(settings(ours, url), tmp_path / "b.sqlite", "", NOON, replace=True)
        )
    assert "'clarion run' is at work on it" in refused


def test_who_had_it_open_sees_what_came_back(ours: Path, tmp_path: Path) -> None:
    """A process that stands by goes on from the ledger that is there, not from the one before."""
    back_up(settings(ours), tmp_path / "b.sqlite", DUE)
    with closing(open_ledger(ours / "clarion.sqlite")) as standing_by:
        standing_by.stop(Scope.ALL, "", "duty-officer", DUE)
        restore(settings(ours), tmp_path / "b.sqlite", "", NOON, replace=True)
        assert (Scope.LATE, moment(NOON)) in {(s.scope, s.value) for s in standing_by.stops()}
        assert Scope.ALL not in {stop.scope for stop in standing_by.stops()}
        standing_by.stop(Scope.SOCIETY, "x", "duty-officer", NOON)
        assert content(ours)["stops"] == standing_by.stops()


def test_a_ledger_of_an_earlier_version_is_brought_up_to_date(tmp_path: Path) -> None:
    """Such a copy says nothing about itself: the last that happened in it is when it was made."""
    with closing(sqlite3.connect(tmp_path / "old.sqlite")) as db:
        db.executescript(DUMP.read_text("utf-8"))
        [(last,)] = db.execute("SELECT max(at) FROM clarion_journal")
    ours = settings(tmp_path / "ours")
    done = restore(ours, tmp_path / "old.sqlite", "operator", AFTER)
    assert moment(done.at) == last
    with opened(ours.workspace) as ledger:
        assert len(ledger.entries()) == done.deliveries
        assert {entry.state for entry in ledger.entries()} >= {State.POSTED, State.UNKNOWN}
    assert "0001" in _version(tmp_path / "old.sqlite")  # the backup itself stays as it was


def _version(file: Path) -> str:
    with closing(sqlite3.connect(file)) as db:
        return str(db.execute("SELECT version_num FROM clarion_version").fetchone()[0])


def test_a_damaged_ledger_is_replaced_and_kept_as_it_is(ours: Path, tmp_path: Path) -> None:
    back_up(settings(ours), tmp_path / "b.sqlite", DUE)
    (ours / "clarion.sqlite").write_bytes(b"not a database at all" * 1000)
    assert "damaged" in complaint(lambda: content(ours))
    assert "--replace" in complaint(
        lambda: restore(settings(ours), tmp_path / "b.sqlite", "", NOON)
    )
    done = restore(settings(ours), tmp_path / "b.sqlite", "", NOON, replace=True)
    assert done.aside is not None
    assert done.aside.read_bytes().startswith(b"not a database")
    assert len(content(ours)["entries"]) == 8  # type: ignore[arg-type]


@pytest.mark.parametrize("what", [b"", b"something else", None])
def test_what_is_no_backup_is_refused(ours: Path, tmp_path: Path, what: bytes | None) -> None:
    if what is not None:
        (tmp_path / "b.sqlite").write_bytes(what)
    before = content(ours)
    refused = complaint(
        lambda: restore(settings(ours), tmp_path / "b.sqlite", "", NOON, replace=True)
    )
    assert "is no backup of a ledger: give the file of 'clarion backup'" in refused
    assert content(ours) == before


def overwritten(file: Path) -> None:
    data = bytearray(file.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 20_000] = b"\xff" * 20_000
    file.write_bytes(data)


def without_an_index(file: Path) -> None:
    """Every row can be read, and yet pages belong to nobody."""
    with closing(sqlite3.connect(file)) as db:
        db.execute("PRAGMA writable_schema=ON")
        db.execute("DELETE FROM sqlite_master WHERE name = 'clarion_journal_delivery'")
        db.commit()


@pytest.mark.parametrize("damage", [overwritten, without_an_index])
def test_a_damaged_backup_changes_nothing(
    ours: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    back_up(settings(ours), tmp_path / "b.sqlite", DUE)
    damage(tmp_path / "b.sqlite")
    before = content(ours)
    refused = complaint(
        lambda: restore(settings(ours), tmp_path / "b.sqlite", "", NOON, replace=True)
    )
    assert "damaged" in refused
    assert content(ours) == before
    assert not list(ours.glob("*.part*"))
