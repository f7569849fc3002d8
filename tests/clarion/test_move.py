"""From one profile to the other and back: nothing is lost, and nothing posts from two places."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from clarion.errors import ClarionError
from clarion.moving import Stage, move
from clarion.store import postgres as database_store
from clarion.store.lock import AlreadyRunningError, Lock
from clarion.store.sqlite import open_ledger
from scheduler.delivery import State
from scheduler.ledger import LedgerError, StoreError
from tests.clarion.ledgers import (
    AFTER,
    content,
    live,
    opened,
    sent,
    settings,
    states,
)
from tests.conftest import Command
from tests.project import ROOT
from tests.scheduler.scene import DUE, LEASE, SETTLE, approved, claim_one, deliveries


def complaint(what: Callable[[], object]) -> str:
    with pytest.raises((ClarionError, LedgerError)) as refusal:
        what()
    [line] = str(refusal.value).splitlines()
    return line


def test_there_and_back_everything_is_what_it_was(ours: Path, url: str) -> None:
    before = content(ours)
    there = move(settings(ours), url, "operator", DUE)
    assert (there.deliveries, there.lines, there.aside) == (8, 35, None)
    assert there.setting.startswith("write its address as 'database' into clarion.toml")
    assert content(ours, url) == before
    back = move(settings(ours, url), "file", "operator", AFTER)
    assert back.lines == there.lines + 1
    assert back.setting.startswith("leave 'database' out of clarion.toml")
    assert content(ours) == before
    with opened(ours) as ledger:
        told = [(line.at, line.actor) for line in ledger.journal() if line.event == "arrived"]
        assert told == [(DUE, "operator"), (AFTER, "operator")]
        numbers = [line.number for line in ledger.journal()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert not list(ours.glob("*.arriving*"))


def test_again_and_again_the_older_ones_are_set_aside(ours: Path, url: str) -> None:
    before = content(ours)
    place = url
    asides = []
    for number in range(4):
        now = DUE + timedelta(minutes=number)
        done = move(settings(ours, "" if place == url else url), place, "", now)
        asides.append(done.aside)
        assert content(ours, url if place == url else "") == before
        place = "file" if place == url else url
    # the first two came to empty places
    assert asides[0] is None
    assert [aside.is_file() for aside in asides[1:] if aside] == [True] * 3
    assert "is a backup of" in complaint(lambda: open_ledger(asides[1]))  # type: ignore[arg-type]


def test_the_day_goes_on_at_the_new_place(ours: Path, url: str) -> None:
    """What a dead runner had in hand is taken back there, and the journal's numbers go on."""
    move(settings(ours), url, "", DUE)
    with opened(ours, url) as ledger:
        last = ledger.journal()[-1].number
        found = ledger.recover("next-runner", AFTER, SETTLE)
        assert (found.released, found.in_doubt) == (2, 1)
        assert ledger.journal()[-1].number == last + 3
        assert states(ledger)[State.APPROVED] == 2


def test_the_place_it_left_says_where_it_is(ours: Path, url: str) -> None:
    move(settings(ours), url, "", DUE)
    assert complaint(lambda: content(ours)).startswith(
        f"{ours / 'clarion.sqlite'}: its deliveries are in database fresh_"
    )
    move(settings(ours, url), "file", "", DUE)
    line = complaint(lambda: content(ours, url))
    assert f": its deliveries are in {ours / 'clarion.sqlite'} on " in line
    assert line.endswith("leave 'database' out of clarion.toml, and CLARION_DATABASE unset")


@pytest.mark.parametrize("words", [("plan",), ("approve", "--as", "x"), ("run", "--once")])
def test_commands_at_the_old_place_refuse(
    workspace: Path, clarion: Command, url: str, words: tuple[str, ...]
) -> None:
    with opened(workspace) as ledger:
        live(ledger)
    moved = clarion("move", "--to", url, "--json").value
    assert (moved["deliveries"], moved["aside"]) == (8, None)
    refused = clarion(*words)
    assert "its deliveries are in database fresh_" in refused.complaint


def test_who_had_the_old_place_open_can_write_nothing_there(ours: Path, url: str) -> None:
    """A process that stands by opened it long before."""
    with closing(open_ledger(ours / "clarion.sqlite")) as stale:
        move(settings(ours), url, "", DUE)
        for act in _writes(stale):
            assert "is closed, its deliveries were moved" in complaint(act)
    with closing(database_store.open_ledger(url)) as stale:
        move(settings(ours, url), "file", "", DUE)
        for act in _writes(stale):
            assert "is closed, its deliveries were moved" in complaint(act)


def _writes(ledger: object) -> list[Callable[[], object]]:
    waiting = next(e for e in ledger.entries() if e.state is State.RETRY_WAIT)  # type: ignore[attr-defined]
    return [
        lambda: claim_one(ledger, waiting.id, AFTER + timedelta(hours=4)),  # type: ignore[arg-type]
        lambda: ledger.revoke([waiting.id], "x", AFTER),  # type: ignore[attr-defined]
        lambda: ledger.put(deliveries(9), AFTER),  # type: ignore[attr-defined]
    ]


# --- killed on the way ---

STAGES = [stage.name for stage in Stage if stage is not Stage.BEGUN]


@pytest.mark.parametrize("stage", STAGES)
def test_killed_on_the_way_into_the_database_one_place_is_left(
    ours: Path, url: str, stage: str
) -> None:
    before = content(ours)
    _killed(ours, "-", url, stage)
    decided = stage in ("DECIDED", "DONE")
    assert _usable(ours, url) == ["database" if decided else "file"]
    assert content(ours, url if decided else "") == before
    done = move(settings(ours), url, "", DUE)
    assert (done.lines == 0) == decided
    assert _usable(ours, url) == ["database"]
    assert content(ours, url) == before


@pytest.mark.parametrize("stage", STAGES)
def test_killed_on_the_way_into_the_file_one_place_is_left(
    ours: Path, url: str, stage: str
) -> None:
    before = content(ours)
    move(settings(ours), url, "", DUE - timedelta(hours=1))
    _killed(ours, url, "file", stage)
    decided = stage in ("DECIDED", "DONE")
    assert _usable(ours, url) == ["file" if decided else "database"]
    assert content(ours, "" if decided else url) == before
    done = move(settings(ours, url), "file", "", AFTER)
    assert (done.lines == 0) == decided
    assert _usable(ours, url) == ["file"]
    assert content(ours) == before
    assert not list(ours.glob("*.arriving*"))


def test_killed_just_before_the_end_the_same_command_finishes(ours: Path, url: str) -> None:
    """Nobody opened the database meanwhile."""
    before = content(ours)
    _killed(ours, "-", url, "DECIDED")
    assert move(settings(ours), url, "", DUE).lines == 0
    assert content(ours, url) == before


def test_an_unfinished_copy_is_nobody_else_s(ours: Path, tmp_path: Path, url: str) -> None:
    """Its own workspace alone knows whether it counts."""
    _killed(ours, "-", url, "DECIDED")
    other = tmp_path / "other"
    with opened(other) as ledger:
        approved(ledger, deliveries(2))
    assert "holds an unfinished copy of" in complaint(lambda: content(other, url))
    assert "holds an unfinished copy of" in complaint(lambda: move(settings(other), url, "", DUE))
    assert _usable(ours, url) == ["database"]


def _killed(workspace: Path, database: str, to: str, stage: str) -> None:
    command = [sys.executable, "-m", "tests.clarion.moving_child", workspace, database, to, stage]
    done = subprocess.run(
        command, cwd=ROOT, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True
    )
    assert done.returncode == -signal.SIGKILL, done


def _usable(workspace: Path, url: str) -> list[str]:
    found = []
    for name, database in (("file", ""), ("database", url)):
        try:
            with opened(workspace, database) as ledger:
                ledger.stops()
            found.append(name)
        except StoreError:
            pass
    return found


# --- what is refused ---


def test_a_runner_that_is_alive_is_not_moved_from_under(ours: Path, url: str) -> None:
    with Lock(ours / "clarion.lock"), pytest.raises(AlreadyRunningError, match="stop it first"):
        move(settings(ours), url, "", DUE)
    move(settings(ours), url, "", DUE)
    with opened(ours, url) as ledger:
        ledger.recover("idle-runner", DUE, SETTLE)
        refused = complaint(lambda: move(settings(ours, url), "file", "", DUE))
        assert refused.endswith(
            "'clarion run' is at work on it: stop it on every machine, then try again"
        )
    assert _usable(ours, url) == ["database"]


def test_an_idle_runner_on_the_target_is_in_the_way_too(ours: Path, url: str) -> None:
    with closing(database_store.open_ledger(url)) as there:
        there.recover("idle-runner", DUE, SETTLE)
        assert "is at work on it" in complaint(lambda: move(settings(ours), url, "", DUE))
    assert _usable(ours, url) == ["file"]


def test_a_request_on_the_wire_is_waited_for(ours: Path, url: str) -> None:
    with opened(ours) as ledger:
        name = ledger.entries()[0].id
        ledger.approve([name], "approver", DUE)
        ledger.release(ledger.holds()[1].scope, "memory", "operator", DUE)
        later = DUE + timedelta(hours=3)
        sent(ledger, name, b"{}", later)
    refused = complaint(lambda: move(settings(ours), url, "", DUE))
    assert (
        ": 1 requests were on their way when the runner ended: say 'clarion run --once'" in refused
    )
    with opened(ours) as ledger:
        ledger.recover("next-runner", later + LEASE, SETTLE)
    assert move(settings(ours), url, "", DUE).deliveries == 8


def test_another_ledger_is_not_written_over(ours: Path, tmp_path: Path, url: str) -> None:
    with closing(database_store.open_ledger(url)) as there:
        approved(there, deliveries(2))
    refused = complaint(lambda: move(settings(ours), url, "", DUE))
    assert "holds another ledger already (2 deliveries): choose an empty place" in refused
    refused = complaint(lambda: move(settings(ours, url), "file", "", DUE))
    assert refused.startswith(f"{ours / 'clarion.sqlite'}: holds another ledger already (8 ")
    assert _usable(ours, url) == ["file", "database"]


def test_there_has_to_be_something_to_move(tmp_path: Path, ours: Path, url: str) -> None:
    empty = settings(tmp_path / "empty")
    assert "there is no ledger yet" in complaint(lambda: move(empty, url, "", DUE))
    assert "is in" in complaint(lambda: move(settings(ours), "file", "", DUE))
    other = settings(ours, "postgresql://elsewhere/x")
    assert "say 'clarion move --to file' first" in complaint(lambda: move(other, url, "", DUE))


def test_a_place_that_is_none_is_a_wrong_usage(clarion: Command) -> None:
    done = clarion("move", "--to", "mysql://x/y")
    assert done.code == 2
    assert "--to takes 'file', or an address postgresql://user@host/database" in done.err


def test_a_database_that_cannot_be_reached_changes_nothing(ours: Path, tmp_path: Path) -> None:
    nowhere = f"postgresql:///x?host={tmp_path}"
    refused = complaint(lambda: move(settings(ours), nowhere, "", DUE))
    assert refused.endswith("cannot be reached: check that it runs, and the address")
    assert everything_opens(ours)


def everything_opens(workspace: Path) -> bool:
    with opened(workspace) as ledger:
        return len(ledger.entries()) == 8
