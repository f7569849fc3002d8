"""Any day there can be: people, machines, platforms and clocks do what they like, in any order.

Two nodes share one ledger and three platforms: one knows keys, one can be read back, one can do
neither. A node may be killed before, in and after a request, or stand still for minutes with the
leave to send in its hand. The platforms are the witnesses: what they got is held against what was
approved, and when.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from clarion.store.ledger import SqlLedger
from clarion.store.sqlite import open_ledger
from publishers.errors import AccountBlocked, Permanent, Transient
from publishers.memory import (
    Fault,
    LoseAnswer,
    LoseRequest,
    MemoryPlatform,
    MemoryPublisher,
    Refuse,
)
from publishers.port import Idempotency, Prepared, Receipt
from scheduler.adapters.inline import InlineExecutor
from scheduler.adapters.manual_clock import ManualClock, ManualTime
from scheduler.deliver import Deliver
from scheduler.delivery import Delivery, State
from scheduler.ledger import (
    Claim,
    Granted,
    Hold,
    HoldScope,
    Ledger,
    Refused,
    Scope,
    Spacing,
    Verdict,
)
from scheduler.plan import Target
from scheduler.runner import Pace, Runner
from scheduler.trust import ClockGate
from scheduler.verdict import Timing
from tests.postgres import missing, new_database_ledger, server
from tests.scheduler.scene import DUE, EXPIRES, ROME, deliveries, nothing_against
from tests.scheduler.test_ledger_machine import empty_ledger

MINUTE = timedelta(minutes=1)
TIMING = Timing(settle=timedelta(seconds=30), lease=5 * MINUTE, rewrite=())
CLASSES = {
    "native": Idempotency.NATIVE,
    "readback": Idempotency.READBACK,
    "none": Idempotency.NONE,
}
TARGETS: list[Target] = [replace(ROME, channel=name) for name in CLASSES]
PLAN = deliveries(2, TARGETS)
IDS = [one.id for one in PLAN]
SOME = st.lists(st.sampled_from(IDS), min_size=1, unique=True)
FAULTS: dict[str, Fault] = {
    "lost answer": LoseAnswer(),
    "lost request": LoseRequest(),
    "busy account": Refuse(Transient("slow down", retry_after=120)),
    "busy app": Refuse(Transient("too many", retry_after=60, scope="app")),
    "unreachable": Refuse(Transient("refused", scope="host")),
    "no": Refuse(Permanent("not allowed here", code="no")),
    "blocked": Refuse(AccountBlocked("suspended")),
}
ENDS = frozenset(State) - {
    State.CLAIMED,
    State.SENDING,
    State.RECONCILING,
    State.UNKNOWN,
    State.APPROVED,
    State.RETRY_WAIT,
}


class Crash(BaseException):
    """The node is dead from here on."""


class Eye(MemoryPublisher):
    """Stands at the platform's door, and may shut it in the sender's face."""

    def __init__(self, day: Day, name: str, platform: MemoryPlatform) -> None:
        super().__init__(name, {}, day.folder, platform=platform)
        self._day = day

    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        self._day.sees(prepared)
        if self._day.dies == "before":
            self._day.dies = ""
            raise Crash
        receipt = super().publish(prepared, now)
        if self._day.dies == "after":
            self._day.dies = ""
            raise Crash
        return receipt


class Slow:
    """The ledger as a node sees it that may stand still the moment it was granted an intent."""

    def __init__(self, day: Day, ledger: Ledger, name: str) -> None:
        self._day, self._ledger, self._name = day, ledger, name

    def __getattr__(self, name: str) -> object:
        return getattr(self._ledger, name)

    def intent(self, claim: Claim, prepared: bytes, now: datetime) -> Granted | Refused:
        answer = self._ledger.intent(claim, prepared, now)
        if isinstance(answer, Granted) and self._day.stalls:
            stall, self._day.stalls = self._day.stalls, timedelta()
            for _ in range(2):
                self._day.time.move(stall / 2)
                self._day.round("b" if self._name == "a" else "a")
        return answer


class Day(RuleBasedStateMachine):
    """See the head of this module; over SQLite."""

    def open(self) -> SqlLedger:
        (self.folder / "l.db").write_bytes(empty_ledger())
        return open_ledger(self.folder / "l.db", durable=False)

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="clarion-day-"))
        self.ledger = self.open()
        self.time = ManualTime(DUE - 10 * MINUTE)
        self.platforms = {name: MemoryPlatform(how) for name, how in CLASSES.items()}
        self.dies, self.stalls = "", timedelta()
        self.lives = 0
        self.wrong: list[str] = []
        self.runners: dict[str, Runner] = {}
        self.gates: dict[str, ClockGate] = {}
        self.ledger.put(PLAN, self.now)
        self.ledger.approve(IDS, "approver", self.now)
        for name in "ab":
            self.boot(name)

    def teardown(self) -> None:
        if hasattr(self, "ledger"):
            self.come_to_rest()
            self.ledger.close()
            shutil.rmtree(self.folder)

    @property
    def now(self) -> datetime:
        return self.time.now()

    @property
    def truth(self) -> datetime:
        """What time it really is, whatever the clock says."""
        return DUE - 10 * MINUTE + timedelta(seconds=self.time.elapsed())

    def boot(self, name: str) -> None:
        self.lives += 1
        owner = f"{name}{self.lives}"
        gate = ClockGate(self.time, self.ledger.clock_log, boot="boot", aside=lambda job: job())
        gate.check()
        eyes = {one: Eye(self, one, platform) for one, platform in self.platforms.items()}
        deliver = Deliver(
            Slow(self, self.ledger, name),  # type: ignore[arg-type]
            self.time,
            lambda one: eyes[one.channel],
            nothing_against,
            self.folder,
            owner,
            TIMING,
            Spacing(late=MINUTE),
            trusted=lambda: bool(gate.glance()),
        )
        executor = InlineExecutor()
        runner = Runner(
            self.ledger,
            ManualClock(self.time),
            executor,
            deliver.work,
            self.time,
            owner,
            Pace(settle=TIMING.settle),
            trusted=lambda: bool(gate.check()),
        )
        executor.start(deliver.work, runner.wake)
        self.ledger.recover(owner, self.now, TIMING.settle)
        self.runners[name], self.gates[name] = runner, gate

    def sees(self, prepared: Prepared) -> None:
        """A request is at the door. An error raised here would be taken for the platform's."""
        self.wrong += [what for what, so in self._against(prepared) if so]

    def _against(self, prepared: Prepared) -> list[tuple[str, bool]]:
        entry = self.ledger.get(prepared.key)
        one, approval = entry.delivery, entry.approval
        stops = {(stop.scope, stop.value) for stop in self.ledger.stops()}
        return [
            ("no intent is stored", entry.state is not State.SENDING),
            ("another request was stored", entry.prepared != prepared.to_json().encode()),
            ("nobody approved this", not entry.approved),
            ("its author approved it", approval is None or approval.by == one.author),
            ("other words", not one.content or prepared.request["text"] != one.content.text),
            (f"too early: {self.truth}", self.truth < one.due_at),
            (f"too late: {self.truth}", self.truth >= one.expires_at),
            ("it is stopped", (Scope.CHANNEL, one.account) in stops),
        ]

    # --- what may happen ---

    @rule(name=st.sampled_from("ab"))
    def round(self, name: str) -> None:
        try:
            self.runners[name].round()
        except Crash:
            self.boot(name)

    @rule(name=st.sampled_from("ab"), how=st.sampled_from(["before", "after"]))
    def killed_at_the_next_request(self, name: str, how: str) -> None:
        self.dies = how
        self.round(name)
        self.dies = ""

    @rule(name=st.sampled_from("ab"), seconds=st.sampled_from([5, 11, 45, 700]))
    def stands_still_with_leave_to_send(self, name: str, seconds: int) -> None:
        self.stalls = timedelta(seconds=seconds)
        self.round(name)
        self.stalls = timedelta()

    @rule(seconds=st.sampled_from([1, 30, 60, 300, 900, 3600, 4 * 3600]))
    def time_passes(self, seconds: int) -> None:
        self.time.move(timedelta(seconds=seconds))

    @rule(minutes=st.sampled_from([-600, -60, -1, 1, 60, 600]))
    def the_clock_is_set(self, minutes: int) -> None:
        self.time.step(minutes * MINUTE)

    @rule()
    def the_clock_is_set_right(self) -> None:
        self.time.step(self.truth - self.now)

    @rule(ids=SOME)
    def approve(self, ids: list[str]) -> None:
        self.ledger.approve(ids, "approver", self.now)

    @rule(ids=SOME)
    def revoke(self, ids: list[str]) -> None:
        for decision in self.ledger.revoke(ids, "approver", self.now):
            if decision.granted:
                assert not self.ledger.get(decision.id).approved

    @rule(words=st.sampled_from(["Help is near.", "Nobody may be bought or sold.", "You decide."]))
    def edit(self, words: str) -> None:
        self.ledger.put(deliveries(2, TARGETS, text=words), self.now)

    @rule(hours=st.sampled_from([-1, 0, 1]), release=st.sampled_from(["2025b", "2026f", "2027a"]))
    def other_zone_data(self, hours: int, release: str) -> None:
        def derive(one: Delivery) -> Delivery:
            due, end = (at + timedelta(hours=hours) for at in (DUE, EXPIRES))
            return replace(one, due_at=due, expires_at=end, tzdata=release)

        self.ledger.rederive(derive, release, self.now)

    @rule(name=st.sampled_from(sorted(CLASSES)), fault=st.sampled_from(sorted(FAULTS)))
    def misbehave(self, name: str, fault: str) -> None:
        self.platforms[name].misbehave(FAULTS[fault])

    @rule(name=st.sampled_from(sorted(CLASSES)), on=st.booleans())
    def stop(self, name: str, on: bool) -> None:
        switch = self.ledger.stop if on else self.ledger.resume
        switch(Scope.CHANNEL, f"it/{name}", "coordinator", self.now)

    @rule(seconds=st.sampled_from([60, 600]))
    def rate_limit(self, seconds: int) -> None:
        until = self.now + timedelta(seconds=seconds)
        self.ledger.hold(Hold(HoldScope.PLATFORM, "memory", until, "too many"), self.now)

    @rule(one=st.sampled_from(IDS))
    def a_person_looks(self, one: str) -> None:
        entry = self.ledger.get(one)
        if entry.state is not State.NEEDS_HUMAN:
            return
        there = self.posts()[one] > 0
        verdict = Verdict.THERE if there else Verdict.NOT_THERE
        self.ledger.resolve(one, "operator", self.now, verdict)

    # --- what must hold ---

    def posts(self) -> Counter[str]:
        every = (post for platform in self.platforms.values() for post in platform.posts)
        return Counter(post.key for post in every)

    @invariant()
    def every_request_was_right_when_it_came(self) -> None:
        assert getattr(self, "wrong", []) == []

    @invariant()
    def nothing_stands_there_twice(self) -> None:
        if hasattr(self, "ledger"):
            assert all(count == 1 for count in self.posts().values()), self.posts()

    @invariant()
    def what_is_called_posted_is_there(self) -> None:
        if hasattr(self, "ledger"):
            posts = self.posts()
            for entry in self.ledger.entries():
                if entry.state is State.POSTED:
                    assert posts[entry.id] == 1

    @invariant()
    def the_journal_tells_the_state(self) -> None:
        if hasattr(self, "ledger"):
            last = {line.delivery: line for line in self.ledger.journal() if line.delivery}
            for entry in self.ledger.entries():
                assert last[entry.id].state == entry.state
                assert last[entry.id].fence <= entry.fence

    def come_to_rest(self) -> None:
        """Everything is put right and time goes by: nothing may be left lying, and what lies at
        rest stays so for another day."""
        self.time.step(self.truth - self.now)
        for stop in self.ledger.stops():
            self.ledger.resume(stop.scope, stop.value, "coordinator", self.now)
        for hold in self.ledger.holds():
            self.ledger.release(hold.scope, hold.value, "operator", self.now)
        for _ in range(60):
            self.time.move(31 * MINUTE)
            self.both_look()
            if {entry.state for entry in self.ledger.entries()} <= ENDS:
                break
        for hours in (1, 24):
            self.time.move(timedelta(hours=hours))
            self.both_look()
        self.every_request_was_right_when_it_came()
        states = {entry.state for entry in self.ledger.entries()}
        assert states <= ENDS, states
        posts = self.posts()
        for entry in self.ledger.entries():
            if posts[entry.id]:
                doubt = entry.state is State.NEEDS_HUMAN and entry.in_doubt
                assert entry.state is State.POSTED or doubt, entry

    def both_look(self) -> None:
        for name in "ab":
            for _ in range(4):
                self.round(name)


OPTIONS = settings(
    max_examples=12,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
Day.TestCase.settings = OPTIONS
TestSqlite = Day.TestCase


class DayWithServer(Day):
    """The same over PostgreSQL."""

    def open(self) -> SqlLedger:
        return new_database_ledger(server())


DayWithServer.TestCase.settings = settings(OPTIONS, max_examples=4)
TestPostgresql = pytest.mark.skipif(bool(missing()), reason=missing() or "it is there")(
    DayWithServer.TestCase
)
