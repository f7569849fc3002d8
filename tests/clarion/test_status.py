"""The one screen of a morning: who is waited for, sums, what comes next, what is switched off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clarion.report import STATES
from clarion.settings import load_settings
from clarion.store.ledger import SqlLedger
from clarion.store.lock import Lock
from clarion.wiring import Studio
from scheduler.backlog import ask
from scheduler.delivery import Entry, State
from scheduler.ledger import (
    AskHuman,
    Claim,
    Granted,
    Hold,
    HoldScope,
    InDoubt,
    Outcome,
    Posted,
    Ref,
    Rejected,
)
from scheduler.trust import ClockMark
from scheduler.zones import zone
from tests.acceptance.today import make_due
from tests.conftest import Command


@pytest.fixture
def now() -> datetime:
    """One instant for a whole test."""
    return datetime.now(UTC)


@pytest.fixture
def ledger(workspace: Path, clarion: Command) -> Iterator[SqlLedger]:
    """A ledger with three approved deliveries that fell due a minute ago."""
    day = make_due(workspace)
    assert clarion("plan", "--for", day).code == 0
    assert clarion("approve", "--as", "editor").code == 0
    with closing(Studio(load_settings(workspace))) as studio:
        yield studio.ledger


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A screen of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")


def sent(ledger: SqlLedger, entry: Entry, at: datetime, *outcomes: Outcome) -> None:
    """Send it, with these outcomes one after the other."""
    claim = claimed(ledger, entry, at)
    leave = ledger.intent(claim, b"{}", at)
    assert isinstance(leave, Granted)
    claim = replace(claim, entry=leave.entry)
    for outcome in outcomes:
        assert ledger.settle(claim, outcome, at)
        if outcome is not outcomes[-1]:
            claim = claimed(ledger, entry, at)


def claimed(ledger: SqlLedger, entry: Entry, at: datetime) -> Claim:
    ref = Ref(entry.id, entry.revision, entry.delivery.account)
    [claim] = ledger.claim([ref], "runner", at + timedelta(minutes=5), at)
    return claim


def test_every_state_has_a_word_for_people() -> None:
    assert STATES.keys() == set(State)
    assert len(set(STATES.values())) == len(State)


def test_when_all_is_well_it_is_short(ledger: SqlLedger, clarion: Command, now: datetime) -> None:
    assert clarion("status").out.splitlines() == [
        "     3  approved",
        "next: 3 are due now",
        "now: nothing is running; start it with 'clarion run'",
    ]
    first, *others = ledger.entries()
    for entry in others:
        sent(ledger, entry, now, Posted("7", "https://example.org/7", now, {}))
    assert "next: 1 is due now\n" in clarion("status").out
    sent(ledger, first, now, Posted("7", "https://example.org/7", now, {}))
    assert "next: nothing is due\n" in clarion("status").out


def test_what_is_due_is_told_beside_what_comes_and_not_where_a_stop_covers_it(
    ledger: SqlLedger, clarion: Command, now: datetime
) -> None:
    later, *_ = ledger.entries()
    at = now + timedelta(hours=1)
    moved = replace(later.delivery, due_at=at, expires_at=at + timedelta(hours=2))
    ledger.put([moved], now, whole=())
    ledger.approve([later.id], "editor", now)
    out = clarion("status").out
    local = at.astimezone(zone(later.delivery.zone))
    assert f"next: 2 are due now; then {local:%Y-%m-%d %H:%M:%S} " in " ".join(out.split())
    assert clarion("status", "--json").value["due"] == 2
    assert clarion("stop", "society", "mt", "--as", "duty-officer").code == 0
    assert "due now" not in clarion("status").out
    assert clarion("status", "--json").value["due"] == 0


def test_what_comes_next_is_told_in_local_time_and_utc(workspace: Path, clarion: Command) -> None:
    clarion("plan", "--for", "2027-07-30")
    assert "     3  waits for an approval: clarion approve --as ROLE" in clarion("status").out
    clarion("approve", "--as", "editor")
    assert (
        "next: 2027-07-29 09:00:00 Europe/Malta (07:00:00 UTC), mt ask-first\n"
        in clarion("status").out
    )
    assert clarion("status", "--json").value["next"] == "2027-07-29T07:00:00+00:00"


def test_who_waits_for_a_person_comes_first_with_the_commands(
    ledger: SqlLedger, clarion: Command, now: datetime
) -> None:
    doubtful, refused, _ = ledger.entries()
    sent(ledger, refused, now, Rejected("text: too long"))
    sent(ledger, doubtful, now, InDoubt(now, "no answer"), AskHuman("no answer; who knows"))
    lines = clarion("status").out.splitlines()
    short = doubtful.id[:8]
    assert lines[0] == "2 wait for a person:"
    assert lines[1].startswith(f"  {short}  mt en_GB  {doubtful.delivery.card}  ")
    assert lines[2:10] == [
        "    no answer; who knows",
        "    it has probably gone out: open the account, look, and say what is there",
        "    it is there",
        f"      clarion resolve {short} there --url URL --as ROLE",
        "    it is not there: post it again",
        f"      clarion resolve {short} not-there --as ROLE",
        "    have the platform asked again",
        f"      clarion resolve {short} look-again --as ROLE",
    ]
    assert f"  {refused.id[:8]}  mt en_GB" in "\n".join(lines[10:])
    assert "    text: too long" in lines
    assert "     1  waits for a person" in lines
    assert "     1  refused for good" in lines
    assert max(map(len, lines)) <= 80
    value = clarion("status", "--json").value
    assert [one["id"] for one in value["waiting_for_a_person"]] == [doubtful.id, refused.id]


def test_holds_say_until_when_and_those_that_ran_out_are_gone(
    ledger: SqlLedger, clarion: Command, now: datetime
) -> None:
    until = (now + timedelta(hours=1)).replace(microsecond=0)
    ledger.hold(Hold(HoldScope.ACCOUNT, "mt/c0", None, "sign in anew"), now)
    ledger.hold(Hold(HoldScope.PLATFORM, "folder", until, "busy"), now)
    ledger.hold(Hold(HoldScope.PLATFORM, "memory", now - timedelta(hours=1), "was busy"), now)
    out = clarion("status").out
    assert "ON HOLD: account mt/c0 waits until somebody releases it: sign in anew\n" in out
    assert "  to lift it: clarion release account mt/c0 --as ROLE\n" in out
    assert f"ON HOLD: platform folder has to wait until {until:%Y-%m-%d %H:%M:%S} UTC" in out
    assert "was busy" not in out
    found = clarion("status", "--json").value["holds"]
    assert [one["until"] for one in found] == [None, until.isoformat()]


def test_the_question_about_a_backlog_and_an_unbelieved_clock_come_before_all(
    ledger: SqlLedger, clarion: Command, now: datetime
) -> None:
    assert len(ask(ledger, now, timedelta(seconds=1))) == 3
    ledger.clock_log.mark(ClockMark(now, "2026f", why="the clock jumped back by 60 min"))
    lines = clarion("status").out.splitlines()
    assert lines[:2] == [
        "NOTHING IS POSTED, the clock is not believed: the clock jumped back by 60 min",
        "  set it right, or: clarion clock confirm --as ROLE",
    ]
    assert lines[2].startswith("3 deliveries fell due while nothing ran, the oldest ")
    assert "  clarion backlog post|hold|skip --as ROLE" in lines
    assert not any("STOPPED" in line for line in lines)
    value = clarion("status", "--json").value
    assert (value["backlog"], value["clock"]) == (3, "the clock jumped back by 60 min")


def test_it_tells_who_is_at_work(ledger: SqlLedger, clarion: Command, workspace: Path) -> None:
    assert clarion("status", "--json").value["running"] is False
    with Lock(workspace / "clarion.lock"):
        assert "now: 'clarion run' is at work (process " in clarion("status").out
        assert clarion("status", "--json").value["running"] is True
    assert "now: nothing is running" in clarion("status").out


def test_everything_one_by_one_fits_the_screen(ledger: SqlLedger, clarion: Command) -> None:
    entry, *_ = ledger.entries()
    ledger.put(
        [replace(entry.delivery, held=("because of this and that " * 5,))],
        entry.delivery.due_at,
        whole=(),
    )
    lines = clarion("status", "--all").out.splitlines()
    assert max(map(len, lines)) <= 80
    assert any(line.startswith(f"{entry.id[:8]}  mt") and "held" in line for line in lines)


# --- too late ---


def test_a_stop_shows_what_is_out_and_what_may_be(
    ledger: SqlLedger, clarion: Command, now: datetime
) -> None:
    out, doubtful, safe = ledger.entries()
    sent(ledger, out, now, Posted("7", "https://example.org/7", now, {}))
    sent(ledger, doubtful, now, InDoubt(now + timedelta(hours=1), "no answer"))
    done = clarion("stop", "society", "mt", "--as", "duty-officer")
    lines = done.out.splitlines()
    assert lines[0] == "stopped: society mt; 1 had already gone out"
    assert lines[1].startswith(f"  {out.id[:8]}")
    assert "https://example.org/7" in "".join(lines[1:3])
    assert "1 may be out as well, their answers are not known yet:" in lines
    assert any(line.startswith(f"  {doubtful.id[:8]}") for line in lines)
    assert safe.id[:8] not in done.out
    assert lines[-1] == "to lift it: clarion resume society mt --as ROLE"
    value = clarion("stop", "all", "--as", "duty-officer", "--json").value
    assert (value["already_posted"], value["may_be_out"]) == ([out.id], [doubtful.id])


def test_who_loses_the_race_against_a_post_is_told_so_with_the_address(
    ledger: SqlLedger, clarion: Command, now: datetime
) -> None:
    out, under_way, safe = ledger.entries()
    sent(ledger, out, now, Posted("7", "https://example.org/7", now, {}))
    sent(ledger, under_way, now)
    names = [one.id for one in (out, under_way, safe)]
    done = clarion("approve", "--revoke", "--as", "duty-officer", *names)
    assert done.code == 1
    text = " ".join(done.out.split())
    assert "too late for 2, which had left already:" in text
    assert ": https://example.org/7; delete it there?" in text
    assert ": already sending since " in text
    assert f"clarion explain {under_way.id[:8]}" in text
    assert "1 revoked by duty-officer, 2 refused" in text
    value = clarion("approve", "--revoke", "--as", "duty-officer", out.id, "--json").value
    [refused] = value["refused"]
    assert (refused["why"], refused["url"]) == (
        "already sent, or may have been",
        "https://example.org/7",
    )
