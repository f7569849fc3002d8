"""A released account goes on with the post that it was parked for."""

from __future__ import annotations

from pathlib import Path

from publishers.errors import AccountBlocked, AuthExpired
from publishers.memory import LoseAnswer, Refuse
from publishers.port import Idempotency
from scheduler.delivery import State
from scheduler.ledger import HoldScope
from scheduler.releasing import Released, release
from tests.scheduler.scene import DUE, EXPIRES, SETTLE, Stage, approved, deliveries

ACCOUNT = HoldScope.ACCOUNT


def test_what_was_refused_goes_again_with_those_behind_it(tmp_path: Path) -> None:
    for error in (AuthExpired("the token has expired"), AccountBlocked("suspended")):
        stage = Stage(tmp_path)
        stage.platform.misbehave(Refuse(error))
        ids = approved(stage.ledger, deliveries(3))
        stage.at(DUE)
        [refused] = [one.id for one in stage.ledger.entries() if one.state is State.NEEDS_HUMAN]
        assert stage.posts() == []
        done = release(stage.ledger, ACCOUNT, "it/feed", "operator", DUE)
        assert done == Released(True, (refused,))
        stage.at(DUE)
        assert sorted(stage.posts()) == sorted(ids)
        told = [line.actor for line in stage.ledger.journal(refused) if line.event == "not-seen"]
        assert told == ["operator"]


def test_what_may_be_out_there_still_waits_for_a_person(tmp_path: Path) -> None:
    stage = Stage(tmp_path, Idempotency.NONE)
    stage.platform.misbehave(LoseAnswer(), Refuse(AuthExpired("the token has expired")))
    approved(stage.ledger, deliveries(2))
    stage.at(DUE)
    stage.at(DUE + SETTLE)
    done = release(stage.ledger, ACCOUNT, "it/feed", "operator", DUE + SETTLE)
    assert len(done.again) == 1
    stage.at(DUE + SETTLE)
    states = sorted(entry.state for entry in stage.ledger.entries())
    assert states == sorted([State.NEEDS_HUMAN, State.POSTED])
    assert len(stage.posts()) == 2


def test_what_is_too_late_is_not_sent(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.platform.misbehave(Refuse(AuthExpired("the token has expired")))
    approved(stage.ledger, deliveries(1))
    stage.at(DUE)
    release(stage.ledger, ACCOUNT, "it/feed", "operator", EXPIRES)
    stage.at(EXPIRES)
    assert stage.posts() == []


def test_there_has_to_be_a_hold(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    assert release(stage.ledger, ACCOUNT, "it/feed", "operator", DUE) == Released(False)
