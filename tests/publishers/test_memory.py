from __future__ import annotations

import dataclasses
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from publishers.errors import AccountBlocked, AuthExpired, Permanent, PublishError, Transient
from publishers.memory import Delay, Lag, MemoryPlatform, MemoryPublisher, Refuse
from publishers.port import Absent, Found, Idempotency
from publishers.testing.contract import NOW, TEXTS, a_post


@pytest.fixture
def publisher(tmp_path: Path) -> MemoryPublisher:
    return MemoryPublisher("c", {}, tmp_path)


@pytest.mark.parametrize(
    "error",
    [
        Transient("busy", retry_after=30.0, scope="app"),
        Permanent("no", code="policy", field="text"),
        AuthExpired("spent", refreshable=True),
        AccountBlocked("suspended"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_refusal_makes_nothing_and_is_over(
    error: PublishError, publisher: MemoryPublisher
) -> None:
    publisher.platform.misbehave(Refuse(error))
    prepared = publisher.prepare(a_post())
    with pytest.raises(type(error)) as refused:
        publisher.publish(prepared, NOW)
    assert refused.value is error
    assert publisher.platform.posts == ()
    assert publisher.platform.mutating_calls == 0
    publisher.publish(prepared, NOW)
    assert len(publisher.platform.posts) == 1


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_kept_as_it_was_given(name: str, publisher: MemoryPublisher) -> None:
    language, text = TEXTS[name]
    publisher.publish(publisher.prepare(a_post(text=text, language=language)), NOW)
    [post] = publisher.platform.posts
    assert post.content["text"] == post.receipt.echoed["text"] == text


def test_faults_come_in_order(publisher: MemoryPublisher) -> None:
    publisher.platform.misbehave(Refuse(Transient("1")), Refuse(Transient("2")))
    prepared = publisher.prepare(a_post())
    for said in ("1", "2"):
        with pytest.raises(Transient, match=said):
            publisher.publish(prepared, NOW)
    publisher.publish(prepared, NOW)


def test_read_lag_says_absent_so_many_times(publisher: MemoryPublisher) -> None:
    publisher.platform.misbehave(Lag(2))
    prepared = publisher.prepare(a_post())
    receipt = publisher.publish(prepared, NOW)
    assert [publisher.find(prepared) for _ in range(3)] == [Absent(), Absent(), Found(receipt)]


def test_a_delay_takes_its_time(publisher: MemoryPublisher) -> None:
    publisher.platform.misbehave(Delay(0.05))
    started = time.monotonic()
    publisher.publish(publisher.prepare(a_post()), NOW)
    assert time.monotonic() - started >= 0.05


def test_a_window_closes(tmp_path: Path) -> None:
    platform = MemoryPlatform(Idempotency.WINDOWED, key_ttl=3600)
    publisher = MemoryPublisher("c", {}, tmp_path, platform=platform)
    prepared = publisher.prepare(a_post())
    first = publisher.publish(prepared, NOW)
    assert publisher.publish(prepared, NOW + timedelta(seconds=3599)) == first
    assert publisher.publish(prepared, NOW + timedelta(seconds=3600)) != first
    assert len(platform.posts) == 2


def test_every_call_that_reaches_the_platform_is_counted(publisher: MemoryPublisher) -> None:
    prepared = publisher.prepare(a_post())
    receipt = publisher.publish(prepared, NOW)
    publisher.publish(prepared, NOW)
    publisher.find(prepared)
    assert publisher.platform.mutating_calls == 2
    publisher.delete(receipt)
    assert publisher.platform.mutating_calls == 3


def test_many_threads_that_switch_all_the_time(publisher: MemoryPublisher) -> None:
    requests = [publisher.prepare(a_post(key=f"key-{number}")) for number in range(150)]
    gate = threading.Barrier(8, timeout=20)

    def go(_: int) -> None:
        gate.wait()
        for request in requests:
            publisher.publish(request, NOW)

    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(go, range(8)))
    finally:
        sys.setswitchinterval(usual)
    assert len({post.receipt.remote_id for post in publisher.platform.posts}) == 150
    assert len(publisher.platform.posts) == 150
    assert publisher.platform.mutating_calls == 8 * 150


def test_it_is_always_a_rehearsal(publisher: MemoryPublisher, tmp_path: Path) -> None:
    assert publisher.capabilities().rehearsal
    assert MemoryPublisher("c", {"rehearsal": "no"}, tmp_path).capabilities().rehearsal


def test_a_request_keeps_what_was_approved(publisher: MemoryPublisher) -> None:
    prepared = publisher.prepare(dataclasses.replace(a_post(), title="A title"))
    publisher.publish(prepared, NOW)
    assert publisher.platform.posts[0].content == prepared.request
    assert prepared.request["title"] == "A title"
