"""A person decides, by the installed command: what stands there, what a backlog becomes, whether an
account or a clock may be relied on again. Each decision is kept with who made it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clarion.settings import load_settings
from clarion.store.ledger import SqlLedger
from clarion.wiring import Studio
from scheduler.backlog import ask
from scheduler.delivery import Entry
from scheduler.ledger import AskHuman, Claim, Granted, Hold, HoldScope, InDoubt, Ref
from scheduler.trust import ClockMark
from tests.acceptance.test_posting import running, wait_for
from tests.acceptance.today import make_due, mark_reviewed, on_disk
from tests.conftest import Command

OFFICER = ("--as", "duty-officer")


@pytest.fixture
def due(workspace: Path, clarion: Command) -> list[str]:
    """Three approved deliveries that fell due a minute ago, by id."""
    day = make_due(workspace)
    mark_reviewed(workspace)
    assert clarion("plan", "--for", day).code == 0
    assert clarion("approve", "--as", "editor").code == 0
    return [one["id"] for one in clarion("status", "--all", "--json").value["deliveries"]]


Change = Callable[[SqlLedger, datetime], object]


def with_ledger(workspace: Path, change: Change) -> None:
    """What happened before the command is typed."""
    with closing(Studio(load_settings(workspace))) as studio:
        change(studio.ledger, datetime.now(UTC))


def in_doubt(name: str) -> Change:
    """Its request left, no answer came, and the platform could not be asked."""

    def change(ledger: SqlLedger, now: datetime) -> None:
        claim = _claim(ledger, ledger.get(name), now)
        leave = ledger.intent(claim, b"{}", now)
        assert isinstance(leave, Granted)
        lost = InDoubt(now, "no answer")
        assert ledger.settle(replace(claim, entry=leave.entry), lost, now)
        again = _claim(ledger, ledger.get(name), now)
        assert ledger.settle(again, AskHuman("no answer; open the account and look"), now)

    return change


def _claim(ledger: SqlLedger, entry: Entry, now: datetime) -> Claim:
    ref = Ref(entry.id, entry.revision, entry.delivery.account)
    [claim] = ledger.claim([ref], "runner", now + timedelta(minutes=5), now)
    return claim


def told(clarion: Command, name: str) -> list[str]:
    """What happened to it, in words."""
    return [one["words"] for one in clarion("explain", name, "--json").value["story"]]


def test_it_is_there(workspace: Path, due: list[str], process: Command, clarion: Command) -> None:
    with_ledger(workspace, in_doubt(due[0]))
    url = "https://example.org/7"
    done = process("resolve", due[0][:8], "there", "--url", url, *OFFICER)
    assert (done.code, done.out) == (0, f"{due[0][:8]} on the word of duty-officer: posted\n")
    assert told(clarion, due[0])[-1] == f"duty-officer looked, and it is there ({url})"
    assert clarion("run", "--once").code == 0
    assert set(on_disk(workspace)) == set(due[1:])


def test_it_is_not_there_and_goes_out_again_once(
    workspace: Path, due: list[str], process: Command, clarion: Command
) -> None:
    with_ledger(workspace, in_doubt(due[0]))
    assert "probably gone out" in clarion("explain", due[0]).out
    assert clarion("run", "--once").code == 0
    assert set(on_disk(workspace)) == set(due[1:])  # nobody has said anything yet
    done = process("resolve", due[0][:8], "not-there", *OFFICER)
    assert done.code == 0
    assert done.out.startswith(f"{due[0][:8]} on the word of duty-officer: approved\ngoes out ")
    assert clarion("run", "--once").code == 0
    assert on_disk(workspace) == dict.fromkeys(due, 1)
    assert "duty-officer looked, and it is not there: it goes out again" in told(clarion, due[0])


def test_have_it_looked_up_again(
    workspace: Path, due: list[str], process: Command, clarion: Command
) -> None:
    with_ledger(workspace, in_doubt(due[0]))
    done = process("resolve", due[0][:8], "look-again", *OFFICER, "--json")
    assert (done.code, done.value["granted"]) == (0, True)
    assert done.value["delivery"]["state"] == "unknown"
    assert told(clarion, due[0])[-1] == "duty-officer has it looked up once more"


def test_where_nothing_is_in_doubt_there_is_nothing_to_decide(
    due: list[str], process: Command
) -> None:
    done = process("resolve", due[0][:8], "not-there", *OFFICER)
    assert done.code == 1
    assert "nothing to decide: not open for this (it is approved)" in done.out
    assert process("resolve", due[0], "not-there").code == 2  # who says so?
    assert "not in the ledger" in process("resolve", "zzzz", "there", *OFFICER).out


@pytest.fixture
def asked(workspace: Path, due: list[str], clarion: Command) -> list[str]:
    """The same three, behind the question."""
    with_ledger(workspace, lambda ledger, now: ask(ledger, now, timedelta(seconds=1)))
    assert clarion("run", "--once").code == 0
    assert not on_disk(workspace)
    return due


def test_a_backlog_is_shown_until_it_is_answered(asked: list[str], clarion: Command) -> None:
    shown = clarion("backlog").out
    assert shown.startswith("3 deliveries fell due while nothing ran, the oldest ")
    assert all(name[:8] in shown for name in asked)
    assert clarion("backlog", "post").code == 2  # who says so?
    assert clarion("status").out.startswith("3 deliveries fell due")


@pytest.mark.parametrize(
    ("answer", "out", "words", "posted"),
    [
        ("post", "3 go out now, ", "duty-officer answered for all that was late", 3),
        ("hold", "3 wait for a new approval", "duty-officer took the approval back", 0),
        ("skip", "3 are let go by", "duty-officer let it go by: it is not posted", 0),
    ],
)
def test_one_answer_is_for_all_of_it(
    workspace: Path,
    asked: list[str],
    answer: str,
    out: str,
    words: str,
    posted: int,
    process: Command,
    clarion: Command,
) -> None:
    _no_distance(workspace)
    done = process("backlog", answer, *OFFICER)
    assert done.code == 0
    assert done.out.startswith(out)
    assert clarion("backlog").out == "nothing waits for an answer\n"
    assert words in told(clarion, asked[0])
    assert clarion("run", "--once").code == 0
    assert on_disk(workspace).total() == posted


def test_the_answer_can_come_with_the_start(
    workspace: Path, asked: list[str], process: Command, clarion: Command
) -> None:
    _no_distance(workspace)
    assert clarion("run", "--once", "--backlog", "post").code == 2
    done = process("run", "--once", "--backlog", "post", *OFFICER)
    assert (done.code, "3 posted" in done.out) == (0, True)
    assert on_disk(workspace).total() == 3
    assert clarion("backlog").out == "nothing waits for an answer\n"


def test_an_account_that_works_again_is_released(
    workspace: Path, due: list[str], process: Command, clarion: Command
) -> None:
    def signed_out(ledger: SqlLedger, now: datetime) -> None:
        ledger.hold(Hold(HoldScope.ACCOUNT, "mt/c0", None, "sign in anew"), now)

    with_ledger(workspace, signed_out)
    assert clarion("run", "--once").code == 0
    assert not on_disk(workspace)
    assert "clarion release account mt/c0 --as ROLE" in clarion("explain", due[0]).out
    assert process("release", "account", "mt/c1", *OFFICER).code == 1
    assert process("release", "account", "mt/c0", *OFFICER).out == "released\n"
    assert told(clarion, due[0])[-1] == "duty-officer ended the wait (account mt/c0)"
    assert clarion("run", "--once").code == 0
    assert on_disk(workspace).total() == 3


def test_a_clock_that_somebody_vouches_for_is_believed_again(
    workspace: Path, due: list[str], process: Command
) -> None:
    """A real ``clarion run`` waits for the word, and goes on when it comes."""

    def later(ledger: SqlLedger, now: datetime) -> None:
        ledger.clock_log.mark(ClockMark(now + timedelta(hours=2), "2026f"))

    with_ledger(workspace, later)
    with running(workspace) as run:
        wait_for(lambda: bool(_doubt(workspace) or on_disk(workspace)), run)
        if on_disk(workspace):
            pytest.skip("this machine's kernel vouches for its clock: the doubt is over at once")
        assert "nothing is posted" not in process("clock", "confirm", *OFFICER).out
        wait_for(lambda: on_disk(workspace).total() == 3, run)
    assert not _doubt(workspace)


def _doubt(workspace: Path) -> str:
    with closing(Studio(load_settings(workspace))) as studio:
        mark = studio.ledger.clock_log.last()
    return mark.why if mark else ""


def _no_distance(workspace: Path) -> None:
    """Let a backlog go out in one go: the test does not wait for it."""
    file = workspace / "clarion.toml"
    file.write_text(file.read_text("utf-8") + "catch_up_spacing = 0\n", "utf-8")
