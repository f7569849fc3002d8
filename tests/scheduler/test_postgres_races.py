"""The ledger in PostgreSQL, used by several at once: who wins, who waits, who counts as alive."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest

from clarion.store.ledger import SqlLedger
from clarion.store.postgres import PostgresDatabase, open_ledger
from clarion.store.presence import GRACE
from scheduler.delivery import State
from scheduler.ledger import (
    EVERYTHING,
    Granted,
    Posted,
    Recovered,
    Scope,
    StoreError,
    TryAgain,
    Why,
)
from tests.postgres import PATIENCE, Postgres
from tests.project import ROOT
from tests.scheduler.scene import (
    DUE,
    LEASE,
    SETTLE,
    approved,
    claim_one,
    deliveries,
    due_ids,
    hint,
)

ROUNDS = 200
SECOND = timedelta(seconds=1)


@pytest.fixture
def url(postgres: Postgres) -> str:
    """A database with the ledger's tables."""
    return postgres.fresh_database(make_tables)


def make_tables(address: str) -> None:
    open_ledger(address).close()


@pytest.fixture
def here(url: str) -> Iterator[SqlLedger]:
    """One node's ledger."""
    yield from _open(url)


@pytest.fixture
def there(url: str) -> Iterator[SqlLedger]:
    """Another's, over connections of its own: to the database it is another process."""
    yield from _open(url)


def _open(url: str) -> Iterator[SqlLedger]:
    ledger = open_ledger(url)
    yield ledger
    ledger.close()


def at_once(*tasks: Callable[[], object]) -> None:
    """All of these side by side."""
    with ThreadPoolExecutor(len(tasks)) as pool:
        for task in [pool.submit(task) for task in tasks]:
            task.result(PATIENCE)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.05)


# --- who wins ---


def test_of_revoke_and_intent_on_two_nodes_exactly_one_wins(
    here: SqlLedger, there: SqlLedger
) -> None:
    ids = approved(here, deliveries(ROUNDS))
    claims = here.claim([hint(here, one) for one in ids], "runner", DUE + LEASE, DUE)
    start = threading.Barrier(2)
    granted: dict[str, bool] = {}
    revoked: dict[str, bool] = {}

    def send() -> None:
        for claim in claims:
            start.wait(PATIENCE)
            granted[claim.id] = isinstance(here.intent(claim, b"request", DUE), Granted)

    def revoke() -> None:
        for claim in claims:
            start.wait(PATIENCE)
            [answer] = there.revoke([claim.id], "approver", DUE)
            assert answer.granted or answer.why is Why.SENT
            revoked[claim.id] = answer.granted

    at_once(send, revoke)
    assert all(granted[one] != revoked[one] for one in ids)
    states = {entry.id: entry.state for entry in there.entries(EVERYTHING)}
    assert {one for one, state in states.items() if state is State.SENDING} == {
        one for one in ids if granted[one]
    }


def test_no_intent_follows_a_stop_that_another_node_was_told(
    here: SqlLedger, there: SqlLedger
) -> None:
    ids = approved(here, deliveries(60))
    claims = here.claim([hint(here, one) for one in ids], "runner", DUE + LEASE, DUE)
    sent = threading.Semaphore(0)

    def send() -> None:
        for claim in claims:
            here.intent(claim, b"request", DUE)
            sent.release()

    def stop() -> None:
        for _ in range(20):
            sent.acquire()
        there.stop(Scope.ALL, "", "approver", DUE)

    at_once(send, stop)
    events = [line.event for line in there.journal() if line.event in ("intent", "stop")]
    assert events.count("stop") == 1
    assert events[-1] == "stop"
    assert events.count("intent") >= 20


def test_of_two_nodes_that_claim_the_same_each_delivery_has_one(
    here: SqlLedger, there: SqlLedger
) -> None:
    refs = [hint(here, one) for one in approved(here, deliveries(ROUNDS))]
    taken: list[str] = []

    def take(ledger: SqlLedger, owner: str) -> None:
        for ref in refs:
            taken.extend(one.id for one in ledger.claim([ref], owner, DUE + LEASE, DUE))

    at_once(lambda: take(here, "one"), lambda: take(there, "other"))
    assert sorted(taken) == sorted(ref.id for ref in refs)


def test_many_writers_of_two_nodes_lose_nothing(here: SqlLedger, there: SqlLedger) -> None:
    ids = approved(here, deliveries(64))
    out = Posted("42", "", DUE, {})

    def post(ledger: SqlLedger, part: list[str]) -> None:
        for one in part:
            claim = claim_one(ledger, one, owner="runner")
            answer = ledger.intent(claim, b"request", DUE)
            assert isinstance(answer, Granted)
            assert ledger.settle(replace(claim, entry=answer.entry), out, DUE)

    parts = [ids[number::8] for number in range(8)]
    ledgers = [here, there] * 4
    at_once(*(lambda x=x: post(*x) for x in zip(ledgers, parts, strict=True)))  # type: ignore[misc]
    assert {entry.state for entry in here.entries(EVERYTHING)} == {State.POSTED}


def test_nodes_that_start_at_once_make_the_tables_once(postgres: Postgres) -> None:
    empty = postgres.fresh_database()
    ledgers: list[SqlLedger] = []
    at_once(*[lambda: ledgers.append(open_ledger(empty))] * 4)
    for ledger in ledgers:
        assert ledger.entries(EVERYTHING) == []
        ledger.close()


def test_the_journal_is_only_ever_added_to(url: str, here: SqlLedger) -> None:
    approved(here, deliveries())
    with psycopg.connect(url) as db:
        for change in (
            "UPDATE clarion_journal SET detail = 'nothing happened'",
            "DELETE FROM clarion_journal",
            "TRUNCATE clarion_journal",
        ):
            with pytest.raises(psycopg.DatabaseError, match="only ever added to"), db.transaction():
                db.execute(change)


# --- who waits ---


def test_who_stands_still_in_the_middle_of_a_write_loses_it_and_the_others_go_on(
    url: str, here: SqlLedger
) -> None:
    [one] = approved(here, deliveries())
    still = PostgresDatabase(url, idle=0.3)

    def stand_still() -> None:
        with still.write() as db:
            db.exec_driver_sql("UPDATE clarion_deliveries SET note = 'never'")
            here.revoke([one], "approver", DUE)  # waits until the other's turn is taken from it

    with pytest.raises(StoreError, match="stood still"):
        stand_still()
    assert here.get(one).state is State.PLANNED
    assert here.get(one).note != "never"
    with still.write() as db:
        assert db.exec_driver_sql("SELECT 1").scalar() == 1
    still.close()


def test_an_error_inside_a_write_undoes_it_and_the_next_one_goes_through(url: str) -> None:
    database = PostgresDatabase(url)

    def stumble() -> None:
        with database.write() as db:
            db.exec_driver_sql("INSERT INTO clarion_paces VALUES ('it/feed', '2027')")
            db.exec_driver_sql("SELECT * FROM nowhere")

    with pytest.raises(StoreError, match="nowhere"):
        stumble()
    with database.write() as db:
        assert db.exec_driver_sql("SELECT count(*) FROM clarion_paces").scalar() == 0
    database.close()


def test_a_database_that_was_killed_is_gone_on_with(postgres: Postgres, here: SqlLedger) -> None:
    [one] = approved(here, deliveries())
    claim = claim_one(here, one)
    answer = here.intent(claim, b"request", DUE)
    assert isinstance(answer, Granted)
    claim = replace(claim, entry=answer.entry)
    postgres.kill()
    try:
        with pytest.raises(StoreError, match="cannot be reached"):
            here.settle(claim, TryAgain(DUE + SECOND, "busy"), DUE)
        with pytest.raises(StoreError, match="cannot be reached"):
            here.entries(EVERYTHING)
    finally:
        postgres.start()
    assert here.get(one).state is State.SENDING, "the intent was durable"
    assert here.settle(claim, TryAgain(DUE + SECOND, "busy"), DUE)
    assert due_ids(here, DUE + SECOND, 10) == [one]


# --- who is alive ---

_RUNNER = """
import sys, time
from clarion.store.postgres import open_ledger
from tests.scheduler.scene import DUE, LEASE, SETTLE
ledger = open_ledger(sys.argv[1])
ledger.recover("killed", DUE, SETTLE)
ledger.claim(ledger.due(DUE, 10), "killed", DUE + LEASE, DUE)
print("holding", flush=True)
time.sleep(600)
"""


@contextmanager
def another_runner(url: str) -> Iterator[subprocess.Popen[str]]:
    """A process that holds whatever is due."""
    command = [sys.executable, "-c", _RUNNER, url]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "holding\n"
            yield process
        finally:
            process.kill()


def test_a_killed_runner_s_claims_are_taken_back_long_before_its_lease_ends(
    url: str, here: SqlLedger
) -> None:
    [one] = approved(here, deliveries())
    here.recover("alive", DUE, SETTLE)
    with another_runner(url) as process:
        process.send_signal(signal.SIGSTOP)
        time.sleep(GRACE * 1.5)
        assert here.reclaim(DUE, SETTLE) == Recovered(), "one that is only stopped is alive"
        assert here.get(one).state is State.CLAIMED
        process.kill()
        until(lambda: here.reclaim(DUE, SETTLE) == Recovered(released=1))
    assert here.get(one).state is State.APPROVED


def test_a_beginner_takes_over_from_the_dead_alone(
    url: str, here: SqlLedger, there: SqlLedger
) -> None:
    dead, alive = approved(here, deliveries(2))
    here.recover("alive", DUE, SETTLE)
    claim_one(here, alive, owner="alive")
    claim_one(here, dead, owner="dead")
    assert there.recover("beginner", DUE, SETTLE) == Recovered(released=1)
    found = {entry.id: entry.state for entry in here.entries(EVERYTHING)}
    assert found == {dead: State.APPROVED, alive: State.CLAIMED}


def test_a_restart_of_the_database_buries_nobody(
    postgres: Postgres, here: SqlLedger, there: SqlLedger
) -> None:
    [one] = approved(here, deliveries())
    here.recover("alive", DUE, SETTLE)
    there.recover("other", DUE, SETTLE)
    claim_one(here, one, owner="alive")
    postgres.kill()
    postgres.start()
    deadline = time.monotonic() + GRACE * 1.5
    while time.monotonic() < deadline:
        assert there.reclaim(DUE, SETTLE) == Recovered()
        time.sleep(0.05)
    assert here.get(one).owner == "alive"


# --- what it says ---


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql://me:s3cret@127.0.0.1:1/them", "database them at 127.0.0.1:1 cannot be"),
        ("mysql://me:s3cret@127.0.0.1/them", "cannot be read: write postgresql://"),
        ("s3cret", "cannot be read: write postgresql://"),
    ],
)
def test_a_wrong_address_is_one_line_without_the_password(address: str, said: str) -> None:
    with pytest.raises(StoreError, match=said) as found:
        open_ledger(address)
    assert "s3cret" not in str(found.value)
    assert "\n" not in str(found.value)


def test_a_database_that_is_missing_and_a_user_that_is_are_named(postgres: Postgres) -> None:
    with pytest.raises(StoreError, match=r"database nowhere .* does not exist: create it"):
        open_ledger(postgres.url("nowhere"))
    with pytest.raises(StoreError, match="refuses the user"):
        open_ledger(postgres.url("postgres").replace("postgres@", "nobody@"))
