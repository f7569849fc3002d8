"""Every ledger does the same, whatever comes in whatever order; and some things never happen."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from clarion.store.sqlite import open_ledger
from scheduler.adapters.memory_ledger import MemoryLedger
from scheduler.delivery import Delivery, Late, State
from scheduler.ledger import (
    AskHuman,
    Claim,
    Granted,
    Hold,
    HoldBack,
    HoldScope,
    IllegalOutcomeError,
    InDoubt,
    Ledger,
    NotThere,
    Outcome,
    Posted,
    Rejected,
    Scope,
    Spacing,
    TryAgain,
    Verdict,
    moment,
)
from scheduler.plan import LatePolicy, Target
from tests.postgres import missing, new_database_ledger, server
from tests.scheduler.scene import DUE, EXPIRES, LEASE, ROME, SETTLE, deliveries

T = TypeVar("T")
MINUTE = timedelta(minutes=1)
ATHENS = Target("gr", "feed", "memory", "el", "Europe/Athens")
PLANS = {
    policy: deliveries(2, [ROME, ATHENS], LatePolicy(policy, EXPIRES.time().replace(hour=20)))
    for policy in Late
}
IDS = [one.id for one in PLANS[Late.HOLD]]
OUTCOMES: dict[str, Callable[[datetime], Outcome]] = {
    "posted": lambda now: Posted("1", "u", now, {"a": 1}),
    "later": lambda now: TryAgain(now + MINUTE, "busy"),
    "much later": lambda now: TryAgain(now + timedelta(days=1), "closed"),
    "no": lambda now: Rejected("no"),
    "lost": lambda now: InDoubt(now + SETTLE, "no answer"),
    "absent": lambda now: NotThere("absent"),
    "ask": lambda now: AskHuman("look"),
    "held": lambda now: HoldBack(("expired",)),
}
STOPS = st.sampled_from(
    [
        (Scope.ALL, ""),
        (Scope.CAMPAIGN, "myths"),
        (Scope.SOCIETY, "gr"),
        (Scope.LOCALE, "it"),
        (Scope.CHANNEL, "it/feed"),
        (Scope.LATE, moment(DUE)),
        (Scope.LATE, moment(DUE + MINUTE)),
    ]
)
SOME = st.lists(st.sampled_from(IDS), min_size=1, max_size=4, unique=True)
HELD = st.sampled_from(
    [
        (HoldScope.ACCOUNT, "it/feed"),
        (HoldScope.ACCOUNT, "gr/feed"),
        (HoldScope.PLATFORM, "memory"),
    ]
)


@cache
def empty_ledger() -> bytes:
    """The file of a new ledger: the tables need to be made only once."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "l.db"
        open_ledger(path).close()
        return path.read_bytes()


class Ledgers(RuleBasedStateMachine):
    """Memory and a database side by side, and the platform's view of what they let through."""

    def database(self) -> Ledger:
        (self.folder / "l.db").write_bytes(empty_ledger())
        return open_ledger(self.folder / "l.db", durable=False)

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="clarion-machine-"))
        self.memory: Ledger = MemoryLedger()
        self.stored: Ledger = self.database()
        self.now = DUE - timedelta(minutes=5)
        self.claims: list[Claim] = []
        self.open_requests: set[str] = set()
        self.both(lambda ledger: ledger.put(PLANS[Late.POST_UNTIL], self.now))
        self.both(lambda ledger: ledger.approve(IDS, "approver", self.now))

    def teardown(self) -> None:
        if hasattr(self, "stored"):
            self.stored.close()
            shutil.rmtree(self.folder)

    def both(self, do: Callable[[Ledger], T]) -> T:
        first, second = do(self.memory), do(self.stored)
        assert first == second
        return first

    @rule(minutes=st.sampled_from([0, 1, 5, 30, 60, 120, 300, 700]))
    def time_passes(self, minutes: int) -> None:
        self.now += minutes * MINUTE

    @rule(policy=st.sampled_from(list(Late)), cards=st.integers(1, 4), author=st.booleans())
    def plan(self, policy: Late, cards: int, author: bool) -> None:
        name = "author" if author else "another-author"
        wanted = [replace(one, author=name) for one in PLANS[policy][:cards]]
        self.both(lambda ledger: ledger.put(wanted, self.now))

    @rule(ids=SOME, by=st.sampled_from(["approver", "author"]))
    def approve(self, ids: list[str], by: str) -> None:
        self.both(lambda ledger: ledger.approve(ids, by, self.now))

    @rule(ids=SOME)
    def revoke(self, ids: list[str]) -> None:
        self.both(lambda ledger: ledger.revoke(ids, "approver", self.now))

    @rule(
        owner=st.sampled_from(["a", "b"]),
        limit=st.integers(1, 4),
        spacing=st.sampled_from([None, Spacing(always=MINUTE), Spacing(late=20 * MINUTE)]),
    )
    def claim(self, owner: str, limit: int, spacing: Spacing | None) -> None:
        refs = self.both(lambda ledger: ledger.due(self.now, limit))
        self.claims += self.both(
            lambda ledger: ledger.claim(refs, owner, self.now + LEASE, self.now, spacing)
        )

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), request=st.sampled_from([b"request", b"other"]))
    def intent(self, data: st.DataObject, request: bytes) -> None:
        claim = data.draw(st.sampled_from(self.claims))
        before = self.memory.get(claim.id)
        answer = self.both(lambda ledger: ledger.intent(claim, request, self.now))
        if isinstance(answer, Granted):
            one = before.delivery
            assert before.approved
            assert one.due_at <= self.now < one.expires_at
            assert before.approval is not None
            assert before.approval.by != one.author
            assert claim.id not in self.open_requests or request == before.prepared
            self.open_requests.add(claim.id)

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), name=st.sampled_from(sorted(OUTCOMES)))
    def settle(self, data: st.DataObject, name: str) -> None:
        claim = data.draw(st.sampled_from(self.claims))
        outcome = OUTCOMES[name](self.now)
        before = self.memory.get(claim.id)

        def do(ledger: Ledger) -> str:
            try:
                return str(ledger.settle(claim, outcome, self.now))
            except IllegalOutcomeError as error:
                return str(error)

        kept = self.both(do)
        explained = not before.in_doubt or name in ("posted", "absent")
        if kept == "True" and explained and name != "lost":
            self.open_requests.discard(claim.id)

    @rule(owner=st.sampled_from(["a", "b", "c"]))
    def recover(self, owner: str) -> None:
        self.both(lambda ledger: ledger.recover(owner, self.now, SETTLE))

    @rule()
    def clear_up(self) -> None:
        self.both(lambda ledger: ledger.reclaim(self.now, SETTLE))
        self.both(lambda ledger: ledger.expire(self.now))

    @rule(stop=STOPS, on=st.booleans())
    def switch(self, stop: tuple[Scope, str], on: bool) -> None:
        if on:
            self.both(lambda ledger: ledger.stop(*stop, "coordinator", self.now))
        else:
            self.both(lambda ledger: ledger.resume(*stop, "coordinator", self.now))

    @rule(what=HELD, minutes=st.sampled_from([None, -1, 1, 60, 900]))
    def hold(self, what: tuple[HoldScope, str], minutes: int | None) -> None:
        until = None if minutes is None else self.now + minutes * MINUTE
        self.both(lambda ledger: ledger.hold(Hold(*what, until, "busy"), self.now))

    @rule(what=HELD)
    def release(self, what: tuple[HoldScope, str]) -> None:
        self.both(lambda ledger: ledger.release(*what, "operator", self.now))

    @rule(one=st.sampled_from(IDS), verdict=st.sampled_from(list(Verdict)))
    def resolve(self, one: str, verdict: Verdict) -> None:
        done = self.both(lambda ledger: ledger.resolve(one, "operator", self.now, verdict, "u"))
        if done.granted and verdict is not Verdict.LOOK_AGAIN:
            self.open_requests.discard(one)

    @rule(ids=SOME)
    def skip(self, ids: list[str]) -> None:
        self.both(lambda ledger: ledger.skip(ids, "operator", self.now))

    @rule(release=st.sampled_from(["2025b", "2026f"]), minutes=st.sampled_from([-60, 0, 60]))
    def other_zone_data(self, release: str, minutes: int) -> None:
        def derive(old: Delivery) -> Delivery:
            return replace(
                old,
                due_at=DUE + minutes * MINUTE,
                expires_at=EXPIRES + minutes * MINUTE,
                tzdata=release,
            )

        self.both(lambda ledger: ledger.rederive(derive, release, self.now))

    @invariant()
    def they_agree(self) -> None:
        if not hasattr(self, "memory"):
            return
        entries = self.both(lambda ledger: ledger.entries())
        self.both(lambda ledger: ledger.due(self.now, 10))
        self.both(lambda ledger: ledger.next_due(self.now))
        self.both(lambda ledger: ledger.stops())
        self.both(lambda ledger: ledger.holds())
        lines = self.both(lambda ledger: ledger.journal())
        for entry in entries:
            mine = [line for line in lines if line.delivery == entry.id]
            assert mine[-1].state == entry.state
            assert [line.fence for line in mine] == sorted(line.fence for line in mine)

    @invariant()
    def what_may_be_out_is_never_up_for_a_fresh_start(self) -> None:
        if not hasattr(self, "memory"):
            return
        waiting = {State.HELD, State.PLANNED, State.APPROVED, State.RETRY_WAIT, State.CANCELLED}
        for delivery_id in self.open_requests:
            entry = self.memory.get(delivery_id)
            assert entry.state not in waiting | {State.FAILED, State.MISSED, State.CLAIMED}

    @invariant()
    def due_is_what_next_due_says(self) -> None:
        if not hasattr(self, "memory"):
            return
        at = self.memory.next_due(self.now)
        due = self.memory.due(self.now, 10)
        if at is not None:
            assert at > self.now
            before = self.memory.due(at - timedelta(microseconds=1), 10)
            assert {ref.id for ref in before} <= {ref.id for ref in due}
            assert {ref.id for ref in self.memory.due(at, 10)} - {ref.id for ref in due}


Ledgers.TestCase.settings = settings(
    max_examples=20,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestSqlite = Ledgers.TestCase


class LedgersWithServer(Ledgers):
    """The same with PostgreSQL, whose one runner is alive for as long as it is open."""

    def database(self) -> Ledger:
        return new_database_ledger(server())

    @rule(owner=st.sampled_from(["a", "b", "c"]))
    def recover(self, owner: str) -> None:
        """Who is alive, only a database can tell: see tests/scheduler/test_postgres_races.py."""


LedgersWithServer.TestCase.settings = settings(
    Ledgers.TestCase.settings, max_examples=10, stateful_step_count=30
)
TestPostgresql = pytest.mark.skipif(bool(missing()), reason=missing() or "it is there")(
    LedgersWithServer.TestCase
)
