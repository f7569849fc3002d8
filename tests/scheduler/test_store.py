"""The SQLite file: its tables, its promises to the disk, and what it says when the disk says no."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from sqlalchemy.exc import StatementError

from clarion.store import queries
from clarion.store.migrate import FOLDER, HEAD, VERSION_TABLE
from clarion.store.schema import Instant, metadata
from clarion.store.sqlite import SqliteFile, open_ledger
from scheduler.delivery import State
from scheduler.ledger import (
    Granted,
    Hold,
    HoldScope,
    Posted,
    Refused,
    Scope,
    Spacing,
    StoreError,
    Why,
)
from scheduler.trust import ClockMark
from tests.scheduler.scene import BEFORE, DUE, approved, claim_one, deliveries, due_ids

REPOSITORY = Path(__file__).parents[2]
ONE_LINE = re.compile(r"\A[^\n]+\Z")


def raw(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None)


# --- tables ---


def test_every_instant_is_kept_in_one_form(tmp_path: Path) -> None:
    """The form by which they sort and are compared, whatever statement wrote them."""
    ledger = open_ledger(tmp_path / "l.db")
    now = DUE + timedelta(microseconds=123456)
    first, second, *_ = ids = approved(ledger, deliveries(4), BEFORE + timedelta(microseconds=1))
    ledger.stop(Scope.LOCALE, "fr", "coordinator", now)
    ledger.hold(Hold(HoldScope.ACCOUNT, "fr/feed", now + timedelta(hours=1), "busy"), now)
    ledger.clock_log.mark(ClockMark(now, "2026f", "officer", "boot", BEFORE))
    spacing = Spacing(always=timedelta(seconds=1))
    refs = [ref for ref in ledger.due(now, 9) if ref.id == first]
    [claim] = ledger.claim(refs, "runner", now + timedelta(minutes=5), now, spacing)
    granted = ledger.intent(claim, b"request", now)
    assert isinstance(granted, Granted)
    assert ledger.settle(claim, Posted("1", "u", now, {"a": 1}), now)
    other = claim_one(ledger, second, now + timedelta(seconds=1))
    assert isinstance(ledger.intent(other, b"request", now + timedelta(seconds=1)), Granted)
    ledger.revoke(ids[2:], "approver", now)
    ledger.close()
    form = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
    db, seen = raw(tmp_path / "l.db"), 0
    for table in metadata.tables.values():
        for column in (one.name for one in table.c if isinstance(one.type, Instant)):
            order = f'SELECT "{column}" FROM {table.name} WHERE "{column}" IS NOT NULL'
            for (value,) in db.execute(order):
                assert form.fullmatch(value), (table.name, column, value)
                seen += 1
    db.close()
    assert seen > 30


def test_a_new_file_gets_the_tables_of_the_code(tmp_path: Path) -> None:
    open_ledger(tmp_path / "l.db").close()
    engine = create_engine(f"sqlite:///{tmp_path / 'l.db'}")
    with engine.connect() as db:
        context = MigrationContext.configure(
            db, opts={"version_table": VERSION_TABLE, "compare_type": True}
        )
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == HEAD
    engine.dispose()


def test_the_newest_step_is_the_head() -> None:
    steps = sorted(path.name for path in (FOLDER / "versions").glob("[0-9]*.py"))
    assert steps[-1].startswith(f"{HEAD}_")


def test_every_table_carries_our_name(tmp_path: Path) -> None:
    open_ledger(tmp_path / "l.db").close()
    db = raw(tmp_path / "l.db")
    names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type='table'")]
    db.close()
    assert sorted(names) == sorted([*metadata.tables, VERSION_TABLE])
    assert all(name.startswith("clarion_") for name in names)


def test_what_was_written_is_there_after_opening_again(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "deep" / "l.db")
    plan = deliveries(3)
    approved(ledger, plan)
    before = ledger.entries()
    ledger.close()
    ledger.close()
    again = open_ledger(tmp_path / "deep" / "l.db")
    assert again.entries() == before
    again.close()


def test_a_file_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    open_ledger(tmp_path / "l.db").close()
    db = raw(tmp_path / "l.db")
    db.execute(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    db.close()
    with pytest.raises(StoreError, match=r"l\.db: has version 9999.*update Clarion"):
        open_ledger(tmp_path / "l.db")


def test_opening_is_quick(tmp_path: Path) -> None:
    open_ledger(tmp_path / "l.db").close()
    began = time.perf_counter()
    open_ledger(tmp_path / "l.db").close()
    assert time.perf_counter() - began < 0.3


def test_several_processes_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from clarion.store.sqlite import open_ledger; "
    code += "print(len(open_ledger(Path(sys.argv[1])).entries()))"
    command = [sys.executable, "-W", "error", "-c", code, str(tmp_path / "l.db")]
    children = [
        subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    assert [child.communicate()[0] for child in children] == ["0\n"] * 4


# --- the journal ---


@pytest.mark.parametrize(
    "order",
    [
        "UPDATE clarion_journal SET actor = 'somebody else'",
        "DELETE FROM clarion_journal",
        "REPLACE INTO clarion_journal SELECT * FROM clarion_journal WHERE number = 1",
    ],
)
def test_the_journal_cannot_be_rewritten_by_anybody(tmp_path: Path, order: str) -> None:
    ledger = open_ledger(tmp_path / "l.db")
    approved(ledger, deliveries())
    before = ledger.journal()
    db = raw(tmp_path / "l.db")
    with pytest.raises(sqlite3.IntegrityError, match="only ever added to"):
        db.execute(order)
    db.close()
    assert ledger.journal() == before
    ledger.close()


# --- the compare-and-set ---

TAMPERED = [
    "UPDATE clarion_deliveries SET owner = 'other'",
    "UPDATE clarion_deliveries SET fence = fence + 1",
    "UPDATE clarion_deliveries SET state = 'sending'",
    "UPDATE clarion_deliveries SET state = 'reconciling', prepared = X'00'",
    "UPDATE clarion_deliveries SET revision = revision + 1",
    "UPDATE clarion_deliveries SET approved_revision = NULL",
    "UPDATE clarion_deliveries SET content_hash = 'other'",
    "UPDATE clarion_deliveries SET due_at = '2027-07-30T07:00:00.000001Z'",
    "UPDATE clarion_deliveries SET expires_at = '2027-07-30T07:00:00.000000Z'",
    "INSERT INTO clarion_stops VALUES ('all', '', 'x', '2027-07-30T07:00:00.000000Z')",
    "INSERT INTO clarion_stops VALUES ('locale', 'it', 'x', '2027-07-30T07:00:00.000000Z')",
    "INSERT INTO clarion_stops VALUES ('late', '2027-07-30T07:00:00.000001Z', 'x', 'y')",
    "INSERT INTO clarion_holds VALUES ('account', 'it/feed', NULL, 'x')",
    "INSERT INTO clarion_holds VALUES ('platform', 'memory', NULL, 'x')",
    "INSERT INTO clarion_holds VALUES ('account', 'it/feed', '2027-07-30T07:00:00.000001Z', 'x')",
    "SELECT 1",
    "INSERT INTO clarion_stops VALUES ('locale', 'el', 'x', '2027-07-30T07:00:00.000000Z')",
    "INSERT INTO clarion_stops VALUES ('late', '2027-07-30T07:00:00.000000Z', 'x', 'y')",
    "INSERT INTO clarion_holds VALUES ('account', 'it/feed', '2027-07-30T07:00:00.000000Z', 'x')",
    "INSERT INTO clarion_holds VALUES ('platform', 'folder', NULL, 'x')",
]


@pytest.mark.parametrize(
    ("order", "rows"), [*zip(TAMPERED, [0] * 15 + [1] * 5, strict=True)], ids=TAMPERED
)
def test_the_statement_itself_checks_everything(tmp_path: Path, order: str, rows: int) -> None:
    """Whatever happened since the rules were asked: a database that lets others in between
    relies on this alone."""
    ledger = open_ledger(tmp_path / "l.db")
    [one] = approved(ledger, deliveries())
    claim = claim_one(ledger, one)
    ledger.close()
    file = SqliteFile(tmp_path / "l.db")
    with file.write() as db:
        db.exec_driver_sql(order)
        asked = queries.intent(claim, b"request", DUE)
        assert db.execute(queries.INTENT, asked).rowcount == rows
    file.close()


def test_words_changed_behind_the_ledger_s_back_are_not_posted(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "l.db")
    [one] = approved(ledger, deliveries())
    db = raw(tmp_path / "l.db")
    db.execute("UPDATE clarion_deliveries SET content = replace(content, 'Nobody', 'Anybody')")
    db.close()
    claim = claim_one(ledger, one)
    answer = ledger.intent(claim, b"request", DUE)
    assert isinstance(answer, Refused)
    assert answer.why is Why.NOT_APPROVED
    assert ledger.get(one).state is State.PLANNED
    ledger.close()


# --- durability ---


def test_the_settings_are_those_that_survive_a_loss_of_power(tmp_path: Path) -> None:
    file = SqliteFile(tmp_path / "l.db")
    with file.write() as db:
        found = {
            name: db.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    file.close()
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 10_000,
    }


def test_a_write_waits_its_turn_behind_another_process(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "l.db")
    [one] = approved(ledger, deliveries())
    claim = claim_one(ledger, one)
    other = sqlite3.connect(tmp_path / "l.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.5, lambda: other.execute("COMMIT"))
    release.start()
    began = time.perf_counter()
    assert isinstance(ledger.intent(claim, b"request", DUE), Granted)
    assert time.perf_counter() - began >= 0.4
    release.join()
    other.close()
    ledger.close()


def test_a_writer_that_never_ends_is_an_error_and_afterwards_all_is_well(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "l.db", patience=0.05)
    ledger.put(deliveries(2), BEFORE)
    other = raw(tmp_path / "l.db")
    other.execute("BEGIN IMMEDIATE")
    for _ in range(2):
        with pytest.raises(StoreError, match=r"l\.db: is being written by another process"):
            ledger.put(deliveries(3), BEFORE)
    other.execute("ROLLBACK")
    other.close()
    assert ledger.put(deliveries(3), BEFORE).added == 1
    ledger.close()


def test_reading_does_not_wait_for_a_writer(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "l.db")
    [one] = approved(ledger, deliveries())
    other = raw(tmp_path / "l.db")
    other.execute("BEGIN IMMEDIATE")
    began = time.perf_counter()
    assert due_ids(ledger, DUE, 1) == [one]
    assert ledger.get(one).state is State.APPROVED
    assert time.perf_counter() - began < 1
    other.close()
    ledger.close()


def test_a_naive_time_is_refused_before_it_is_stored(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "l.db")
    with pytest.raises(StatementError, match="has no zone"):
        ledger.put(deliveries(), datetime(2027, 7, 1))
    assert ledger.entries() == []
    ledger.close()


def test_instants_sort_as_text_and_read_as_they_are(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "l.db")
    ledger.put(deliveries(), BEFORE + timedelta(microseconds=1))
    ledger.close()
    db = raw(tmp_path / "l.db")
    assert db.execute("SELECT due_at FROM clarion_deliveries").fetchone() == (
        "2027-07-30T07:00:00.000000Z",
    )
    assert db.execute("SELECT at FROM clarion_journal").fetchone() == (
        "2027-07-20T07:00:00.000001Z",
    )
    db.close()


# --- when the disk says no ---


def test_a_file_that_is_no_ledger_says_so(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    path.write_bytes(b"these are somebody's notes, not a database" * 50)
    with pytest.raises(StoreError, match=r"l\.db: is not a Clarion ledger.*backup") as caught:
        open_ledger(path)
    assert ONE_LINE.match(str(caught.value))
    assert path.read_bytes().startswith(b"these are somebody's notes")


def test_a_damaged_file_says_so_and_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    ledger = open_ledger(path)
    approved(ledger, deliveries(50))
    ledger.close()
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)
    with pytest.raises(StoreError, match=r"l\.db: .*backup") as caught:
        open_ledger(path).entries()
    assert ONE_LINE.match(str(caught.value))


def test_a_folder_in_the_way_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"file: cannot be made a folder"):
        open_ledger(tmp_path / "file" / "l.db")
    (tmp_path / "l.db").mkdir()
    with pytest.raises(StoreError, match=r"l\.db: cannot be opened"):
        open_ledger(tmp_path / "l.db")


def _child(folder: Path, code: str, before: Callable[[], None] | None = None) -> str:
    """Run a few lines in a process that can be limited; what it printed."""
    head = (
        "import sys; from pathlib import Path; sys.path.insert(0, '.')\n"
        "from clarion.store.sqlite import open_ledger\n"
        "from scheduler.ledger import StoreError\n"
        "from tests.scheduler.scene import *\n"
        "path = Path(sys.argv[1])\n"
    )
    found = subprocess.run(
        [sys.executable, "-B", "-W", "error", "-c", head + code, str(folder / "l.db")],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=before,
    )
    assert found.returncode == 0, found.stderr
    return found.stdout.strip()


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_a_full_disk_says_so_and_loses_nothing(tmp_path: Path) -> None:
    import resource
    import signal

    ledger = open_ledger(tmp_path / "l.db")
    ids = approved(ledger, deliveries(20))
    before = ledger.entries()
    ledger.close()

    def fill_up() -> None:
        """No file may grow beyond what the ledger has now: the disk is full."""
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        size = (tmp_path / "l.db").stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    said = _child(
        tmp_path,
        "ledger = open_ledger(path)\n"
        "try:\n"
        "    for cards in range(30, 3000, 300): ledger.put(deliveries(cards), BEFORE)\n"
        "except StoreError as error: print(error)\n"
        "assert len(ledger.entries()) >= 20\n",
        fill_up,
    )
    assert ONE_LINE.match(said), said
    assert "l.db: cannot be" in said
    assert "free" in said
    again = open_ledger(tmp_path / "l.db")
    kept = {entry.id: entry for entry in again.entries()}
    assert [kept[entry.id] for entry in before] == before
    assert again.approve(ids, "approver", BEFORE)[0].granted
    again.close()


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_a_read_only_folder_says_so() -> None:
    """Permissions do not hold for root, so the child gives its rights away; and the test's usual
    folder is closed to whom it becomes then."""
    code = (
        "import os\n"
        "if os.getuid() == 0: os.setgid(65534); os.setuid(65534)\n"
        "try: open_ledger(path).put(deliveries(), BEFORE)\n"
        "except StoreError as error: print(error)\n"
    )
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        open_ledger(folder / "l.db").close()
        (folder / "l.db").chmod(0o444)
        folder.chmod(0o555)
        said = _child(folder, code)
        folder.chmod(0o755)
    assert re.fullmatch(r".*l\.db: cannot be (written|opened): .*", said), said
