"""Never more posts in a window than an account, or all of a platform, may be sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publishers.errors import Transient
from publishers.memory import LoseAnswer, LoseRequest, MemoryPublisher, Refuse
from publishers.port import Budget, Capabilities
from scheduler.adapters.memory_ledger import MemoryLedger
from scheduler.delivery import Entry, State
from scheduler.ledger import HoldScope, Traffic
from scheduler.plan import Target
from scheduler.rules.budget import room_at
from tests.scheduler.scene import DUE, ROME, Stage, approved, deliveries

NOTE = Target("it", "note", "memory", "it", "Europe/Rome")

SECOND = timedelta(seconds=1)
WINDOW = timedelta(seconds=60)


class Modest(MemoryPublisher):
    """Takes three posts a minute, or three a minute of all accounts."""

    of_all = False

    def capabilities(self) -> Capabilities:
        budget = Budget(3, 60)
        known = super().capabilities()
        return replace(known, **{"app_budget" if self.of_all else "budget": budget})


def modest(stage: Stage, base: Path, *, of_all: bool = False) -> None:
    publisher = Modest("feed", {}, base, platform=stage.platform)
    publisher.of_all = of_all
    stage.publisher = publisher


def times(stage: Stage) -> list[int]:
    return [(post.receipt.at - DUE) // SECOND for post in stage.platform.posts]


def walk(stage: Stage, seconds: int) -> None:
    for second in range(seconds):
        stage.at(DUE + second * SECOND)


def test_what_is_over_the_budget_waits_until_there_is_room(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    modest(stage, tmp_path)
    ids = approved(stage.ledger, deliveries(8))
    walk(stage, 130)
    assert times(stage) == [0, 0, 0, 60, 60, 60, 120, 120]
    assert all(stage.ledger.get(one).state is State.POSTED for one in ids)
    assert all(stage.ledger.get(one).attempts == 1 for one in ids)


def test_while_it_waits_a_person_can_read_why(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    modest(stage, tmp_path)
    ids = approved(stage.ledger, deliveries(4))
    stage.at(DUE)
    [hold] = stage.ledger.holds()
    assert (hold.scope, hold.value, hold.until) == (HoldScope.ACCOUNT, "it/feed", DUE + WINDOW)
    assert hold.why == "it/feed is sent at most 3 posts in 60 s"
    assert {stage.ledger.get(one).state for one in ids} == {State.POSTED, State.RETRY_WAIT}


def test_another_account_has_a_budget_of_its_own(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    modest(stage, tmp_path)
    approved(stage.ledger, deliveries(3, [ROME, NOTE]))
    stage.at(DUE)
    assert len(stage.posts()) == 6


def test_all_accounts_of_a_platform_can_share_one(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    modest(stage, tmp_path, of_all=True)
    approved(stage.ledger, deliveries(3, [ROME, NOTE]))
    walk(stage, 61)
    assert times(stage) == [0, 0, 0, 60, 60, 60]


@pytest.mark.parametrize("lost", [LoseAnswer(), LoseRequest()])
def test_what_got_lost_was_sent_all_the_same(tmp_path: Path, lost: object) -> None:
    stage = Stage(tmp_path)
    modest(stage, tmp_path)
    stage.platform.misbehave(*[lost] * 3)  # type: ignore[list-item]
    approved(stage.ledger, deliveries(4))
    stage.at(DUE)
    assert [entry.attempts for entry in stage.ledger.entries()].count(1) == 3


def test_a_busy_platform_and_a_budget_go_together(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    modest(stage, tmp_path)
    stage.platform.misbehave(Refuse(Transient("busy", retry_after=5)))
    approved(stage.ledger, deliveries(5))
    walk(stage, 130)
    assert len(stage.posts()) == 5
    assert not any(times(stage).count(second) > 3 for second in range(130))


@given(
    st.lists(st.integers(0, 200), max_size=12),
    st.integers(0, 6),
    st.integers(1, 5),
    st.integers(1, 90),
)
def test_when_it_says_there_is_room_there_is(
    sent: list[int], ahead: int, posts: int, seconds: int
) -> None:
    """Whenever it is sent by this rule, no window holds more than the budget."""
    entry = an_entry()
    now, window = DUE + 200 * SECOND, timedelta(seconds=seconds)
    instants = [DUE + second * SECOND for second in sent]
    in_hand = [(DUE - SECOND, f"{n}") for n in range(ahead)]
    at = room_at(Traffic(instants, in_hand), posts, window, entry, now)
    used = [instant for instant in instants if instant > (at or now) - window]
    if at is None:
        assert len(used) + ahead < posts
    else:
        assert at > now
        assert len(used) < posts


def an_entry() -> Entry:
    ledger = MemoryLedger()
    [one] = approved(ledger, deliveries(1))
    return ledger.get(one)


def test_two_taken_up_at_once_do_not_wait_for_each_other() -> None:
    entry = an_entry()
    mine = entry.delivery.due_at, entry.id
    before, after = (mine[0], ""), (mine[0], "zzz")
    room: list[datetime | None] = [
        room_at(Traffic((), [mine, other]), 1, WINDOW, entry, DUE) for other in (before, after)
    ]
    assert room == [DUE + WINDOW, None]
