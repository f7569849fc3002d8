"""A rehearsal on a platform that misbehaves: whatever it does, nothing is lost or doubled."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from clarion.faults import BAD, Fate, Faults, Kind, Temper, fates
from publishers.memory import Delay, LoseAnswer, LoseRequest, Refuse
from scheduler.delivery import Approval, Entry, State
from scheduler.ledger import JournalLine
from tests.acceptance.today import make_due
from tests.conftest import Command, run_process
from tests.scheduler.scene import BEFORE, DUE, deliveries

CHANNELS = 8


@pytest.fixture(scope="module")
def plan(starter: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with 24 deliveries to 8 channels. Not to be changed."""
    place = Path(shutil.copytree(starter, tmp_path_factory.mktemp("planned") / "ours"))
    day = make_due(place, CHANNELS)
    assert run_process("plan", "--for", str(day), at=place).code == 0
    return place


@pytest.fixture
def rehearsed(plan: Path, workspace: Path, clarion: Command) -> Any:
    """Rehearse it with these options; the exit code is 0 and the sums close."""
    shutil.copytree(plan, workspace, dirs_exist_ok=True)

    def run(*words: str) -> dict[str, Any]:
        done = clarion("rehearse", "--assume-approved", "--json", *words)
        assert done.code == 0, done
        value: dict[str, Any] = done.value
        assert sum(value["fates"].values()) == value["planned"] == 3 * CHANNELS
        assert (value["lost"], value["duplicated"]) == (0, 0)
        assert not any(value["fates"][fate.name.lower()] for fate in BAD)
        return value

    return run


def fates_of(value: dict[str, Any]) -> dict[str, int]:
    return {name: count for name, count in value["fates"].items() if count}


def test_lost_answers_are_looked_up_and_found(rehearsed: Any) -> None:
    value = rehearsed("--platform", "readback", "--fault", "lost-answer=100%")
    assert fates_of(value) == {"found": 24}
    assert value["posted"] == 24


def test_where_nobody_can_be_asked_a_person_is(rehearsed: Any) -> None:
    value = rehearsed("--platform", "none", "--fault", "lost-answer=50%", "--seed", "2")
    found = fates_of(value)
    assert set(found) == {"first", "asked_out"}
    assert value["waiting_for_a_person"] == found["asked_out"]


@pytest.mark.parametrize("temper", list(Temper))
def test_everything_at_once_and_nothing_is_lost_or_doubled(rehearsed: Any, temper: Temper) -> None:
    faults = ("lost-answer=25%", "lost-request=25%", "busy=10%", "refused=5%", "hang=1%")
    options = [word for one in faults for word in ("--fault", one)]
    found = fates_of(rehearsed("--platform", temper, *options))
    assert len(found) > 2
    if temper is Temper.NONE:
        assert {"asked_out", "asked_not_out"} <= found.keys()
    else:
        assert {"found", "later"} <= found.keys()


def test_it_is_told_in_words_and_no_hand_off_is_made(
    plan: Path, workspace: Path, clarion: Command
) -> None:
    shutil.copytree(plan, workspace, dirs_exist_ok=True)
    done = clarion("rehearse", "--assume-approved", "--fault", "refused=100%")
    assert done.code == 0
    assert done.out.splitlines()[:2] == [
        "platform 'native', refused 100%; seed 1",
        "    24  refused for good",
    ]
    assert not list(workspace.glob("rehearsal/hand-off*"))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["--fault", "busy"], "'busy': write KIND=5%, KIND one of lost-answer, lost-request"),
        (["--fault", "rude=5%"], "'rude=5%': write KIND=5%"),
        (["--fault", "busy=120%"], "'busy=120%': write KIND=5%"),
        (["--fault", "busy=nan"], "'busy=nan': write KIND=5%"),
    ],
)
def test_a_fault_that_is_not_understood_is_wrong_usage(
    clarion: Command, typed: list[str], said: str
) -> None:
    done = clarion("rehearse", *typed)
    assert (done.code, said in done.err) == (2, True)


def test_shares_of_more_than_all_are_refused(plan: Path, clarion: Command) -> None:
    done = clarion("rehearse", "--fault", "busy=60%", "--fault", "hang=60%", at=plan)
    assert done.complaint == "the shares of all --fault together are more than 100%"


def test_the_same_seed_draws_the_same_and_the_shares_come_true() -> None:
    shares = {Kind.LOST_ANSWER: 0.1, Kind.LOST_REQUEST: 0.2, Kind.BUSY: 0.1, Kind.HANG: 0.1}
    keys = [f"key-{number}" for number in range(4000)]
    once, again, other = (
        [Faults(shares, seed=seed).drawn(key, 1) for key in keys] for seed in (1, 1, 2)
    )
    assert [repr(one) for one in once] == [repr(one) for one in again]
    assert [repr(one) for one in once] != [repr(one) for one in other]
    found = Counter(type(one) for one in once)
    expected = {LoseAnswer: 400, LoseRequest: 800, Refuse: 400, Delay: 400, type(None): 2000}
    assert all(abs(found[kind] - count) < 120 for kind, count in expected.items()), found


# --- what is wrong is seen ---


def entry(state: State, *, approved: bool = True) -> Entry:
    [one] = deliveries()
    approval = Approval("editor", BEFORE, 1, one.content_hash) if approved else None
    return Entry(one, state, approval=approval)


def lines(name: str, *events: str) -> list[JournalLine]:
    return [JournalLine(n, DUE, name, event, "", 1, 1, "", "") for n, event in enumerate(events)]


@pytest.mark.parametrize(
    ("state", "there", "fate"),
    [
        (State.POSTED, 0, Fate.LOST),
        (State.POSTED, 2, Fate.DOUBLED),
        (State.NEEDS_HUMAN, 2, Fate.DOUBLED),
        (State.UNKNOWN, 0, Fate.LOST),
        (State.APPROVED, 0, Fate.LOST),
        (State.FAILED, 1, Fate.UNNOTICED),
        (State.MISSED, 1, Fate.UNNOTICED),
        (State.POSTED, 1, Fate.FIRST),
        (State.NEEDS_HUMAN, 1, Fate.ASKED_OUT),
        (State.NEEDS_HUMAN, 0, Fate.ASKED_NOT_OUT),
        (State.FAILED, 0, Fate.REFUSED),
        (State.MISSED, 0, Fate.MISSED),
    ],
)
def test_a_fate_is_told_by_what_stands_on_the_platform(
    state: State, there: int, fate: Fate
) -> None:
    one = entry(state)
    journal = lines(one.id, "planned", "approved", "claimed", "intent", "posted")
    assert fates([one], journal, {one.id: there}) == {fate: 1}


def test_what_nobody_approved_is_not_lost() -> None:
    assert fates([entry(State.PLANNED, approved=False)], [], {}) == {Fate.HELD: 1}
