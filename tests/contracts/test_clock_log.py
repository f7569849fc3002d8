"""One suite, every log of the clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clarion.store.ledger import SqlLedger
from clarion.store.sqlite import SqliteFile, open_ledger
from scheduler.adapters.memory_clock_log import MemoryClockLog
from scheduler.trust import ClockLog, ClockMark
from tests.postgres import new_database_ledger

AT = datetime(2027, 7, 30, 7, 0, 0, 123456, tzinfo=UTC)
ZERO = AT - timedelta(days=40, microseconds=7)
MARK = ClockMark(AT, "2026f", "", "boot-1", ZERO)
WORD = ClockMark(AT + timedelta(hours=1), "2026f", "duty-officer", "boot-1", ZERO)
DOUBT = ClockMark(AT, "2026f", "", "boot-1", None, "the clock jumped back by 5 h")
LATER = ClockMark(AT + timedelta(days=1), "2027a")


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ClockLog]:
    if request.param == "memory":
        yield MemoryClockLog()
        return
    if request.param == "sqlite":
        ledger = open_ledger(tmp_path / "l.db")
    else:
        ledger = new_database_ledger(request.getfixturevalue("postgres"))
    yield ledger.clock_log
    ledger.close()


def test_an_empty_log_has_nothing(log: ClockLog) -> None:
    assert log.last() is None
    assert log.confirmed() is None


@pytest.mark.parametrize("mark", [MARK, WORD, DOUBT, LATER])
def test_a_mark_comes_back_as_it_was(log: ClockLog, mark: ClockMark) -> None:
    log.mark(mark)
    assert log.last() == mark


def test_a_ledger_knows_when_anything_last_ran(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "l.db")
    assert ledger.clock_log.any_last() is None
    ledger.clock_log.mark(LATER)
    elsewhere = SqlLedger(SqliteFile(tmp_path / "l.db"), "elsewhere")
    elsewhere.clock_log.mark(MARK)
    assert elsewhere.clock_log.last() == MARK
    assert ledger.clock_log.last() == LATER
    assert elsewhere.clock_log.any_last() == LATER.at
    elsewhere.close()
    ledger.close()


def test_the_last_is_the_one_made_last_even_if_it_tells_an_earlier_time(log: ClockLog) -> None:
    log.mark(LATER)
    log.mark(MARK)
    assert log.last() == MARK


def test_a_person_s_word_outlives_the_marks_after_it(log: ClockLog) -> None:
    log.mark(MARK)
    assert log.confirmed() is None
    log.mark(WORD)
    assert log.last() == WORD
    log.mark(LATER)
    log.mark(MARK)
    assert log.last() == MARK
    assert log.confirmed() == WORD


def test_the_last_person_s_word_counts(log: ClockLog) -> None:
    second = ClockMark(AT, "2026f", "editor")
    log.mark(WORD)
    log.mark(second)
    assert log.confirmed() == second


def test_a_copy_begins_with_what_it_is_given() -> None:
    assert MemoryClockLog(None).last() is None
    copy = MemoryClockLog(WORD, MARK, None)
    assert (copy.last(), copy.confirmed()) == (MARK, WORD)
