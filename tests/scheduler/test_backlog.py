"""One question for everything that fell due while nothing ran."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from scheduler.adapters.memory_ledger import MemoryLedger
from scheduler.backlog import Answer, answer, ask, waiting
from scheduler.delivery import State
from scheduler.ledger import Ledger, Scope
from tests.scheduler.scene import DUE, EXPIRES, Stage, approved, claim_one, deliveries

MINUTE = timedelta(minutes=1)
QUARTER = timedelta(minutes=15)
NOON = DUE + timedelta(hours=3)


def asked(ledger: Ledger, cards: int = 3) -> list[str]:
    ids = approved(ledger, deliveries(cards))
    assert len(ask(ledger, NOON, QUARTER)) == cards
    return ids


def test_what_is_late_waits_behind_one_question(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    ids = asked(stage.ledger)
    assert stage.at(NOON) == 0
    assert stage.posts() == []
    assert sorted(entry.id for entry in waiting(stage.ledger)) == sorted(ids)
    assert [stop.scope for stop in stage.ledger.stops()] == [Scope.LATE]


def test_what_is_only_a_little_late_is_not_asked_about() -> None:
    ledger = MemoryLedger()
    approved(ledger, deliveries(2))
    assert ask(ledger, DUE + QUARTER, QUARTER) == []
    assert ledger.stops() == []
    assert waiting(ledger) == []
    assert len(ask(ledger, DUE + QUARTER + MINUTE, QUARTER)) == 2


def test_what_falls_due_after_the_question_goes_out_by_itself(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    asked(stage.ledger, 1)
    [one] = deliveries(1)
    noon = replace(one, id="n" * 26, card="noon", due_at=NOON, expires_at=NOON + QUARTER)
    stage.ledger.put([noon], DUE, whole=())
    stage.ledger.approve([noon.id], "approver", DUE)
    assert stage.at(NOON) == 1
    assert stage.posts() == [noon.id]


def test_post_lets_it_out(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    ids = asked(stage.ledger)
    assert all(one.granted for one in answer(stage.ledger, Answer.POST, "operator", NOON))
    stage.at(NOON)
    assert sorted(stage.posts()) == sorted(ids)
    assert stage.ledger.stops() == []


def test_hold_waits_for_a_new_approval_of_each(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    ids = asked(stage.ledger)
    answer(stage.ledger, Answer.HOLD, "operator", NOON)
    assert {entry.state for entry in stage.ledger.entries()} == {State.PLANNED}
    stage.ledger.approve(ids[:1], "approver", NOON)
    stage.at(NOON)
    assert stage.posts() == ids[:1]


def test_skip_lets_it_go_by(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    asked(stage.ledger)
    answer(stage.ledger, Answer.SKIP, "operator", NOON)
    assert {entry.state for entry in stage.ledger.entries()} == {State.MISSED}
    stage.at(NOON)
    assert stage.posts() == []


@pytest.mark.parametrize("what", list(Answer))
def test_the_answer_is_kept_with_who_gave_it(what: Answer) -> None:
    ledger = MemoryLedger()
    asked(ledger)
    answer(ledger, what, "duty-officer", NOON)
    assert {line.actor for line in ledger.journal() if line.at == NOON} >= {"duty-officer"}
    assert waiting(ledger) == []


def test_without_an_answer_the_late_policy_goes_on() -> None:
    ledger = MemoryLedger()
    asked(ledger)
    assert ledger.expire(EXPIRES) == 3
    assert {entry.state for entry in ledger.entries()} == {State.MISSED}
    assert waiting(ledger) == []


def test_two_questions_have_one_answer() -> None:
    ledger = MemoryLedger()
    asked(ledger)
    assert len(ask(ledger, NOON + MINUTE, QUARTER)) == 3
    assert len(ledger.stops()) == 2
    assert len(waiting(ledger)) == 3
    answer(ledger, Answer.POST, "operator", NOON + MINUTE)
    assert ledger.stops() == []


def test_what_is_stopped_or_under_way_is_not_asked_about() -> None:
    ledger = MemoryLedger()
    one, *_ = approved(ledger, deliveries(2))
    claim_one(ledger, one)
    assert len(ask(ledger, NOON, QUARTER)) == 1
    answer(ledger, Answer.POST, "operator", NOON)
    ledger.stop(Scope.SOCIETY, "it", "coordinator", NOON)
    assert ask(ledger, NOON, QUARTER) == []
