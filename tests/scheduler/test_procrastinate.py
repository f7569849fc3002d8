"""Hints through PostgreSQL: several nodes, one wave; what is left behind, and what is not."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from scheduler.adapters.procrastinate_executor import AGAIN, ProcrastinateExecutor
from scheduler.ledger import StoreError
from scheduler.outcome import Ref
from tests.postgres import PATIENCE, Postgres


class Node:
    """An executor, what it was told to work on, and how often it asked to be asked again."""

    def __init__(self, url: str, **options: Any) -> None:
        self.executor = ProcrastinateExecutor(url, 4, **options)
        self.done: list[Ref] = []
        self.rested = threading.Event()
        self.executor.start(self.done.append, self.rested.set)


@contextmanager
def node(url: str, **options: Any) -> Iterator[Node]:
    one = Node(url, **options)
    try:
        yield one
    finally:
        one.executor.close()


@pytest.fixture
def url(postgres: Postgres) -> str:
    return postgres.fresh_database()


def refs(count: int, name: str = "delivery") -> list[Ref]:
    return [Ref(f"{name}-{number:04}", 1, "it/feed") for number in range(count)]


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.01)


def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url, options="-c search_path=clarion_queue") as db:
        return db.execute(query).fetchall()


def jobs(url: str) -> int:
    return int(rows(url, "SELECT count(*) FROM procrastinate_jobs")[0][0])


# --- who hints ---


def test_nodes_that_ring_at_once_hint_once(url: str) -> None:
    wave = refs(200)
    with node(url) as one, node(url) as other:
        one.executor.submit(wave)
        other.executor.submit(wave)
        until(lambda: len(one.done) + len(other.done) >= len(wave))
        assert one.executor.drain(PATIENCE)
        assert other.executor.drain(PATIENCE)
        assert sorted(one.done + other.done, key=lambda ref: ref.id) == wave


def test_who_does_not_lead_asks_to_be_asked_again_and_then_steps_in(url: str) -> None:
    with node(url, works=False) as leader, node(url) as other:
        leader.executor.submit(refs(1, "first"))
        until(lambda: len(other.done) == 1)
        other.rested.clear()
        other.executor.submit(refs(3))  # the leader keeps silent about these
        assert other.rested.wait(PATIENCE)
        other.executor.submit(refs(3))
        until(lambda: len(other.done) == 4)


def test_the_lead_passes_on_when_its_holder_goes(url: str) -> None:
    with node(url) as other:
        with node(url, works=False) as leader:
            leader.executor.submit(refs(1, "first"))
            until(lambda: len(other.done) == 1)
        until(lambda: len(_leaders(url)) == 0)
        other.executor.submit(refs(3))
        assert len(_leaders(url)) == 1
        until(lambda: len(other.done) == 4)


def test_who_only_steps_in_never_leads(url: str) -> None:
    with node(url, leads=False) as spare:
        spare.executor.submit(refs(3))
        until(lambda: len(spare.done) == 3)
        assert _leaders(url) == []


def _leaders(url: str) -> list[tuple[Any, ...]]:
    return rows(url, "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted")


# --- what is hinted ---


def test_a_job_carries_ids_revisions_and_accounts_and_is_called_by_a_name(url: str) -> None:
    with node(url, works=False) as clock:
        clock.executor.submit([Ref("one", 7, "it/feed"), Ref("two", 1, "fr/page")])
    [first, second] = rows(url, "SELECT queue_name, task_name, args FROM procrastinate_jobs")
    assert first == ("clarion", "clarion.deliver", {"hints": "one 7 it/feed"})
    assert second == ("clarion", "clarion.deliver", {"hints": "two 1 fr/page"})


@pytest.mark.parametrize("name", ["a name", "name%20", "", "ñandú/señal", "two\nlines", '"'])
def test_any_name_arrives_as_it_was(url: str, name: str) -> None:
    with node(url) as one:
        one.executor.submit([Ref(name, 3, name), Ref("next", 1, "it/feed")])
        assert one.executor.drain(PATIENCE)
        assert set(one.done) == {Ref(name, 3, name), Ref("next", 1, "it/feed")}


def test_a_wave_goes_in_few_jobs(url: str) -> None:
    with node(url, works=False) as clock:
        clock.executor.submit(refs(5000))
        assert jobs(url) < 200
    with node(url) as worker:
        until(lambda: len(worker.done) == 5000)
    assert set(worker.done) == set(refs(5000))


def test_what_still_waits_is_not_hinted_again(url: str) -> None:
    with node(url, works=False) as clock:
        clock.executor.submit(refs(10))
        before = jobs(url)
        for _ in range(2):
            time.sleep(AGAIN)
            clock.executor.submit(refs(10))
            assert jobs(url) == before
    with node(url, works=False) as later:
        later.executor.submit(refs(10))
        assert jobs(url) == before


def test_what_was_lost_is_hinted_again(url: str) -> None:
    with node(url, works=False) as clock:
        clock.executor.submit(refs(10))
        with psycopg.connect(url, autocommit=True) as db:
            db.execute("TRUNCATE clarion_queue.procrastinate_jobs CASCADE")
        clock.rested.clear()
        clock.executor.submit(refs(10))
        assert jobs(url) == 0, "too soon: it may be in somebody's hands"
        assert clock.rested.wait(PATIENCE)
        until(lambda: _asked_again(clock, url))


def _asked_again(clock: Node, url: str) -> bool:
    clock.executor.submit(refs(10))
    return jobs(url) > 0


# --- what is left behind ---


def test_nothing_is_left_of_what_was_done(url: str) -> None:
    with node(url) as one:
        one.executor.submit(refs(100))
        assert one.executor.drain(PATIENCE)
        until(lambda: jobs(url) == 0)
        assert rows(url, "SELECT * FROM procrastinate_events") == []


def test_what_a_dead_worker_had_fetched_is_cleared_away(url: str) -> None:
    with node(url, works=False) as clock:
        clock.executor.submit(refs(10))
        before = jobs(url)
        with psycopg.connect(url, options="-c search_path=clarion_queue", autocommit=True) as db:
            long_ago = (
                "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - '1h'::interval)"
            )
            db.execute(long_ago)
            db.execute(
                "UPDATE procrastinate_jobs SET status = 'doing', "
                "worker_id = (SELECT max(id) FROM procrastinate_workers)"
            )
        assert jobs(url) == before
        with node(url, submits=False):
            until(lambda: jobs(url) == 0)


def test_hints_wait_for_a_worker_and_a_clock_needs_none(url: str) -> None:
    with node(url, works=False) as clock:
        clock.executor.submit(refs(3))
        assert clock.executor.busy
        assert not clock.executor.drain(0.1)
        with node(url, submits=False) as worker:
            worker.executor.submit(refs(5, "of its own"))
            assert clock.executor.drain(PATIENCE)
            until(lambda: len(worker.done) == 3)
        assert sorted(worker.done, key=lambda ref: ref.id) == refs(3)
        assert clock.done == []


# --- what goes wrong ---


def test_a_database_that_was_killed_is_gone_on_with(postgres: Postgres, url: str) -> None:
    with node(url) as one:
        one.executor.submit(refs(3))
        assert one.executor.drain(PATIENCE)
        postgres.kill()
        try:
            with pytest.raises(StoreError, match="cannot be used"):
                one.executor.submit(refs(3, "while it was away"))
        finally:
            postgres.start()
        until(lambda: _hinted_again(one, refs(3, "after")))


def _hinted_again(one: Node, wanted: list[Ref]) -> bool:
    """As a runner does each round: a hint may be lost, what is due is hinted again."""
    missing = [ref for ref in wanted if ref not in one.done]
    one.executor.submit(missing)
    return not missing


def test_nodes_that_start_at_once_make_the_queue_once(url: str) -> None:
    made: list[Node] = []
    threads = [threading.Thread(target=lambda: made.append(Node(url))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert len(made) == 3
    for one in made:
        one.executor.close()


def test_the_queue_of_another_version_is_made_anew(url: str) -> None:
    with node(url, works=False) as old:
        old.executor.submit(refs(3))
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("COMMENT ON SCHEMA clarion_queue IS 'of another version'")
    with node(url) as new:
        assert jobs(url) == 0
        new.executor.submit(refs(3))
        assert new.executor.drain(PATIENCE)
        assert len(new.done) == 3


def test_a_wrong_address_is_one_line_without_the_password() -> None:
    executor = ProcrastinateExecutor("postgresql://me:s3cret@127.0.0.1:1/them")
    with pytest.raises(StoreError, match="cannot be used") as found:
        executor.start(lambda _ref: None, lambda: None)
    assert "s3cret" not in str(found.value)
    assert "\n" not in str(found.value)
    executor.close()


def test_a_worker_without_threads_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        ProcrastinateExecutor("postgresql://127.0.0.1/them", 0)
