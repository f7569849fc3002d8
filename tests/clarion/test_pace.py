"""A plan that is faster than its platforms allow is told before the day."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from clarion.pace import late
from publishers.port import Budget, Capabilities, Idempotency
from scheduler.adapters.memory_ledger import MemoryLedger
from scheduler.delivery import Delivery, Entry
from scheduler.plan import Target
from scheduler.rules.budget import departures
from tests.scheduler.scene import BEFORE, DUE, EXPIRES, ROME, deliveries

NOTE = Target("it", "note", "memory", "it", "Europe/Rome")
MINUTE = timedelta(minutes=1)


def planned(count: int, *targets: Target) -> list[Entry]:
    ledger = MemoryLedger()
    ledger.put(deliveries(count, targets or (ROME,)), BEFORE)
    return ledger.entries()


def caps(budget: Budget | None = None, of_all: Budget | None = None) -> Capabilities:
    return Capabilities(
        None,
        "characters",
        None,
        frozenset(),
        None,
        None,
        Idempotency.NATIVE,
        budget=budget,
        app_budget=of_all,
    )


def test_a_plan_within_the_budget_is_not_spoken_of() -> None:
    assert late(planned(5), lambda _: caps(Budget(5, 60))) == []
    assert late(planned(50), lambda _: caps()) == []
    assert late(planned(50), lambda _: None) == []


def test_who_waits_and_who_would_be_missed_is_told() -> None:
    hours = (EXPIRES - DUE) // timedelta(hours=1)
    [one] = late(planned(hours + 3), lambda _: caps(Budget(1, 3600)))
    assert (one.name, one.posts, one.missed) == ("it/feed", hours + 3, 3)
    assert one.wait == timedelta(hours=hours + 2)
    assert "would be missed; spread them" in str(one)
    [one] = late(planned(3), lambda _: caps(Budget(1, 60)))
    assert str(one) == "it/feed: 3 posts, at most 1 in 60 s: the last waits 0:02:00"


def test_accounts_have_their_own_pace_and_share_that_of_the_platform() -> None:
    entries = planned(4, ROME, NOTE)
    assert late(entries, lambda _: caps(Budget(4, 60))) == []
    [shared] = late(entries, lambda _: caps(of_all=Budget(4, 60)))
    assert (shared.name, shared.posts, shared.wait) == (entries[0].delivery.platform, 8, MINUTE)


def test_only_the_accounts_that_have_a_budget_wait() -> None:
    def of(delivery: Delivery) -> Capabilities:
        return caps(Budget(1, 60) if delivery.channel == "note" else None)

    assert [one.name for one in late(planned(3, ROME, NOTE), of)] == ["it/note"]


@given(st.lists(st.integers(0, 600), max_size=30), st.integers(1, 5), st.integers(1, 120))
def test_no_window_holds_more_than_the_budget(dues: list[int], posts: int, seconds: int) -> None:
    window = timedelta(seconds=seconds)
    instants = sorted(DUE + timedelta(seconds=due) for due in dues)
    gone = departures(instants, posts, window)
    assert gone == sorted(gone)
    for due, at in zip(instants, gone, strict=True):
        assert at >= due
        assert sum(at - window < other <= at for other in gone) <= posts
        held_up = sum(at - window <= other < at or other == at for other in gone)
        assert at == due or held_up > posts or at in [g + window for g in gone]
