"""A rehearsal of weeks in seconds, and a summary that can say no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest

from publishers.errors import Permanent
from publishers.memory import LoseRequest, MemoryPublisher, Refuse
from publishers.port import Idempotency
from scheduler.adapters.apscheduler_clock import APSchedulerClock
from scheduler.adapters.memory_ledger import MemoryLedger
from scheduler.adapters.threads import ThreadsExecutor
from scheduler.clock import RehearsalTime
from scheduler.deliver import Deliver, Gate
from scheduler.delivery import Entry, State
from scheduler.executor import Executor
from scheduler.outcome import Ref
from scheduler.plan import Slot, Target, plan
from scheduler.rehearsal import (
    RehearsalStuckError,
    Sighting,
    Summary,
    Witness,
    drive,
    summarise,
)
from scheduler.runner import Pace, Runner
from scheduler.verdict import Timing
from tests.scheduler.scene import (
    BEFORE,
    DUE,
    EXPIRES,
    POST_UNTIL,
    ROME,
    SETTLE,
    WORLD_DAY,
    approved,
    content,
    deliveries,
    nothing_against,
)

START = BEFORE - timedelta(days=30)
END = EXPIRES + timedelta(days=1)
ZONES = ["Europe/Rome", "Europe/Athens", "Europe/Lisbon", "Africa/Casablanca"]


class Theatre:
    """A rehearsal ready to be driven."""

    def __init__(
        self,
        base: Path,
        gate: Gate = nothing_against,
        idempotency: Idempotency = Idempotency.NATIVE,
        executor: Executor | None = None,
    ) -> None:
        self.time = RehearsalTime(START, speed=20)
        self.ledger = MemoryLedger()
        self.witness = Witness(self.time)
        self.publisher = MemoryPublisher("feed", {"idempotency": idempotency.value}, base)
        watched = self.witness.beside(self.publisher)
        deliver = Deliver(
            self.ledger,
            self.time,
            lambda _one: watched,
            gate,
            base,
            "rehearsal",
            Timing(settle=SETTLE),
        )
        self.runner = Runner(
            self.ledger,
            APSchedulerClock(self.time),
            executor or ThreadsExecutor(4),
            deliver.work,
            self.time,
            "rehearsal",
            Pace(tick=1),
        )

    def run(self, until: datetime = END, patience: float = 30) -> Summary:
        self.runner.start()
        try:
            return drive(
                self.runner, self.ledger, self.time, until, self.witness, patience=patience
            )
        finally:
            self.runner.stop(timeout=5)


def test_a_campaign_of_weeks_goes_out_in_seconds_each_post_in_its_minute(tmp_path: Path) -> None:
    theatre = Theatre(tmp_path)
    slots = [Slot(day, time(9, 0), f"card{day}") for day in (-21, -14, -7, 0)]
    targets = [Target(f"s{n}", "feed", "memory", "it", ZONES[n % 4]) for n in range(100)]
    bare = plan("myths", "author", WORLD_DAY, slots, targets, POST_UNTIL)
    approved(theatre.ledger, [replace(one, content=content(one)) for one in bare], START)
    found = theatre.run()
    assert found.clean
    assert (found.planned, found.posted, found.waves) == (400, 400, 16)
    assert found.seconds < 15
    due = {one.id: one.due_at for one in bare}
    for sighting in theatre.witness.sightings():
        assert due[sighting.key] <= sighting.at < due[sighting.key] + timedelta(minutes=1)


def test_what_was_not_approved_or_is_held_back_is_counted_and_not_posted(tmp_path: Path) -> None:
    def gate(entry: Entry, now: datetime) -> Sequence[str]:
        return ["the figure has expired"] if entry.delivery.card == "card-2" else ()

    theatre = Theatre(tmp_path, gate)
    wanted = deliveries(4)
    approved(theatre.ledger, [one for one in wanted if one.card != "card-3"], START)
    theatre.ledger.put(wanted, START)
    found = theatre.run()
    assert (found.planned, found.posted, found.held, found.lost) == (4, 2, 2, 0)
    assert found.clean
    posted = {post.content["title"] for post in theatre.publisher.platform.posts}
    assert posted == {"card-1", "card-4"}


def test_a_lost_request_is_looked_up_in_rehearsed_time(tmp_path: Path) -> None:
    theatre = Theatre(tmp_path, idempotency=Idempotency.READBACK)
    theatre.publisher.platform.misbehave(LoseRequest())
    approved(theatre.ledger, deliveries(2), START)
    found = theatre.run()
    assert (found.posted, found.lost, found.duplicated) == (2, 0, 0)


def test_a_refused_post_is_somebody_s_business(tmp_path: Path) -> None:
    theatre = Theatre(tmp_path)
    theatre.publisher.platform.misbehave(Refuse(Permanent("no", code="policy")))
    approved(theatre.ledger, deliveries(2), START)
    found = theatre.run()
    assert (found.posted, found.asks, found.lost, found.clean) == (1, 1, 0, False)


def test_a_rehearsal_ends_where_it_is_told_to(tmp_path: Path) -> None:
    theatre = Theatre(tmp_path)
    approved(theatre.ledger, deliveries(), START)
    found = theatre.run(until=DUE - timedelta(hours=1))
    assert (found.posted, found.lost, found.waves) == (0, 0, 0)
    assert theatre.time.now() < DUE


def test_a_runner_that_does_nothing_is_not_waited_for_without_end(tmp_path: Path) -> None:
    class Lazy(ThreadsExecutor):
        def submit(self, refs: Sequence[Ref]) -> None:
            """Forget them."""

    theatre = Theatre(tmp_path, executor=Lazy(1))
    approved(theatre.ledger, deliveries(), START)
    with pytest.raises(RehearsalStuckError, match="was not taken up"):
        theatre.run(patience=0.5)


# --- the summary can say no ---


def book(*changes: dict[str, object]) -> list[Entry]:
    ledger = MemoryLedger()
    approved(ledger, deliveries(len(changes)))
    wanted = zip(ledger.entries(), changes, strict=True)
    return [replace(entry, **change) for entry, change in wanted]  # type: ignore[arg-type]


def seen(entry: Entry, at: datetime = DUE, remote_id: str = "1") -> Sighting:
    return Sighting(entry.id, remote_id, at)


def test_posted_but_never_seen_is_lost() -> None:
    [one, two] = book({"state": State.POSTED}, {"state": State.POSTED})
    found = summarise([one, two], [seen(one)], END)
    assert (found.posted, found.lost, found.clean) == (2, 1, False)


@pytest.mark.parametrize(
    ("state", "lost"),
    [
        (State.APPROVED, 1),
        (State.CLAIMED, 1),
        (State.SENDING, 1),
        (State.UNKNOWN, 1),
        (State.RETRY_WAIT, 1),
        (State.MISSED, 0),
        (State.NEEDS_HUMAN, 0),
        (State.FAILED, 0),
    ],
)
def test_approved_and_due_without_a_trace_is_lost(state: State, lost: int) -> None:
    found = summarise(book({"state": state}), [], END)
    assert (found.lost, found.clean) == (lost, False)
    assert summarise(book({"state": State.APPROVED}), [], DUE - timedelta(seconds=1)).lost == 0


def test_seen_twice_under_two_names_is_duplicated() -> None:
    [one] = book({"state": State.POSTED})
    assert summarise([one], [seen(one), seen(one)], END).duplicated == 0
    found = summarise([one], [seen(one), seen(one, remote_id="2")], END)
    assert (found.duplicated, found.clean) == (1, False)


@pytest.mark.parametrize(
    ("offset", "early", "late"),
    [
        (timedelta(microseconds=-1), 1, 0),
        (timedelta(), 0, 0),
        (timedelta(seconds=59.9), 0, 0),
        (timedelta(seconds=60), 0, 1),
    ],
)
def test_outside_its_minute_is_early_or_late(offset: timedelta, early: int, late: int) -> None:
    [one] = book({"state": State.POSTED})
    found = summarise([one], [seen(one, DUE + offset)], END)
    assert (found.early, found.late, found.clean) == (early, late, not (early or late))


def test_every_target_of_the_scene_is_in_the_zone_it_says() -> None:
    [one] = plan("c", "author", WORLD_DAY, [Slot(0, time(9), "x")], [ROME], POST_UNTIL)
    assert (one.due_at, one.expires_at) == (DUE, EXPIRES)
