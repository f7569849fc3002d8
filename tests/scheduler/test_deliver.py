"""One attempt: what leaves, what does not, and what the ledger says afterwards."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from publishers.errors import (
    AccountBlocked,
    AuthExpired,
    Permanent,
    PublishError,
    SetupError,
    Transient,
)
from publishers.memory import LoseAnswer, LoseRequest, MemoryPublisher, Refuse
from publishers.port import (
    CannotTell,
    Finding,
    Found,
    Idempotency,
    Pending,
    Post,
    Prepared,
    Receipt,
)
from scheduler.adapters.memory_ledger import MemoryLedger
from scheduler.deliver import Deliver
from scheduler.delivery import Entry, State
from scheduler.ledger import (
    Claim,
    Granted,
    HoldScope,
    Outcome,
    Refused,
    Scope,
    StoreError,
    Verdict,
)
from scheduler.post import compose
from scheduler.verdict import Timing
from tests.scheduler.scene import (
    BEFORE,
    DUE,
    EXPIRES,
    SETTLE,
    Stage,
    approved,
    claim_one,
    deliveries,
    hint,
    nothing_against,
    picture,
)

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
SECRET = "token-" + "of-the-account"
FIRST_WAIT = Timing().first_wait
VERIFIABLE = [
    Idempotency.NATIVE,
    Idempotency.WINDOWED,
    Idempotency.TWO_PHASE,
    Idempotency.READBACK,
]


def planned(stage: Stage, cards: int = 1) -> list[str]:
    return approved(stage.ledger, deliveries(cards))


def entry(stage: Stage, delivery_id: str) -> Entry:
    return stage.ledger.get(delivery_id)


# --- all goes well ---


def test_what_was_approved_is_posted_word_for_word(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    [one] = deliveries(pictures=(picture(tmp_path),))
    approved(stage.ledger, [one])
    assert stage.at(DUE) == 1
    [post] = stage.platform.posts
    assert one.content is not None
    assert post.key == one.id
    assert post.content == {
        "text": one.content.text,
        "language": "it",
        "title": "card-1",
        "pictures": [one.content.pictures[0].digest],
        "alts": ["A hand."],
    }
    found = entry(stage, one.id)
    assert (found.state, found.remote_id) == (State.POSTED, post.receipt.remote_id)
    assert (found.posted_at, found.attempts, found.note) == (DUE, 1, "")
    assert Prepared.from_json(found.prepared.decode()).key == one.id


def test_people_find_what_they_need_beside_the_post(tmp_path: Path) -> None:
    posts: list[Post] = []

    class Listening(MemoryPublisher):
        def validate(self, post: Post) -> list[Finding]:
            posts.append(post)
            return super().validate(post)

    stage = Stage(tmp_path)
    stage.publisher = Listening("feed", {}, tmp_path, platform=stage.platform)
    [one] = deliveries()
    assert one.content is not None
    facts = (("sources", "UNODC, 2024"), ("observance", "World Day"))
    approved(stage.ledger, [replace(one, content=replace(one.content, facts=facts))])
    stage.at(DUE)
    assert posts[0].facts == {
        "campaign": "myths",
        "card": "card-1",
        "society": "it",
        "channel": "feed",
        "locale": "it",
        "local_time": "2027-07-30 09:00 Europe/Rome",
        "utc_time": "2027-07-30 07:00",
        "sources": "UNODC, 2024",
        "observance": "World Day",
    }


def test_what_the_platform_stored_otherwise_is_noted(tmp_path: Path) -> None:
    class Forgetful(MemoryPublisher):
        def publish(self, prepared: Prepared, now: datetime) -> Receipt:
            receipt = super().publish(prepared, now)
            return replace(receipt, echoed={"language": "en", "alts": []})

    stage = Stage(tmp_path)
    stage.publisher = Forgetful("feed", {}, tmp_path, platform=stage.platform)
    [one] = deliveries(pictures=(picture(tmp_path),))
    approved(stage.ledger, [one])
    stage.at(DUE)
    found = entry(stage, one.id)
    assert found.state is State.POSTED
    assert found.note == "the platform stored another language, alt text: look at the post"


def test_an_odd_echo_does_not_hide_that_it_is_posted(tmp_path: Path) -> None:
    class Odd(MemoryPublisher):
        def publish(self, prepared: Prepared, now: datetime) -> Receipt:
            return replace(super().publish(prepared, now), echoed={"seen": now, "by": {1}})

    stage = Stage(tmp_path)
    stage.publisher = Odd("feed", {}, tmp_path, platform=stage.platform)
    [one] = planned(stage)
    stage.at(DUE)
    found = entry(stage, one)
    assert found.state is State.POSTED
    assert found.receipt is not None
    assert found.receipt["echoed"] == {"seen": str(DUE), "by": "{1}"}


# --- the gate ---


def test_the_gate_is_asked_at_the_moment_of_posting(tmp_path: Path) -> None:
    asked: list[tuple[str, datetime]] = []

    def gate(found: Entry, now: datetime) -> Sequence[str]:
        asked.append((found.id, now))
        return ["the helpline was verified 91 days ago"] if found.delivery.card == "card-2" else ()

    stage = Stage(tmp_path, gate=gate)
    ids = planned(stage, 3)
    assert asked == []
    stage.at(DUE + SECOND)
    assert sorted(asked) == sorted((one, DUE + SECOND) for one in ids)
    held = [found for found in stage.ledger.entries() if found.state is State.HELD]
    assert [found.delivery.card for found in held] == ["card-2"]
    assert held[0].delivery.held == ("the helpline was verified 91 days ago",)
    assert held[0].attempts == 0
    assert held[0].id not in stage.posts()
    assert stage.platform.mutating_calls == 2


def test_a_gate_that_breaks_is_no_permission(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def gate(found: Entry, now: datetime) -> Sequence[str]:
        raise KeyError(SECRET)

    stage = Stage(tmp_path, gate=gate)
    [one] = planned(stage)
    stage.at(DUE)
    assert entry(stage, one).state is State.HELD
    assert "unexpected KeyError" in entry(stage, one).note
    assert SECRET not in caplog.text
    assert stage.platform.mutating_calls == 0


@pytest.mark.parametrize("damage", ["changed", "gone"])
def test_a_picture_touched_after_its_approval_is_not_posted(tmp_path: Path, damage: str) -> None:
    stage = Stage(tmp_path)
    [one] = deliveries(pictures=(picture(tmp_path),))
    approved(stage.ledger, [one])
    if damage == "gone":
        (tmp_path / "card.png").unlink()
    else:
        (tmp_path / "card.png").write_bytes(b"another picture")
    stage.at(DUE)
    found = entry(stage, one.id)
    assert found.state is State.HELD
    assert "card.png" in found.note
    assert stage.platform.mutating_calls == 0


# --- before the intent ---


def test_findings_stop_it(tmp_path: Path) -> None:
    stage = Stage(tmp_path, settings={"text_limit": 5})
    [one] = planned(stage)
    stage.at(DUE)
    found = entry(stage, one)
    assert (found.state, found.attempts, stage.platform.mutating_calls) == (State.FAILED, 0, 0)
    assert "5" in found.note


def test_an_account_that_cannot_be_set_up_asks(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    [one] = planned(stage)

    def no_publisher(_delivery: object) -> MemoryPublisher:
        raise SetupError("channel feed: there is no publisher 'smoke'")

    deliver = Deliver(stage.ledger, stage.time, no_publisher, nothing_against, tmp_path, "runner")
    stage.time.move(DUE)
    deliver.attempt(claim_one(stage.ledger, one))
    found = entry(stage, one)
    assert (found.state, found.in_doubt) == (State.NEEDS_HUMAN, False)
    assert found.note == "channel feed: there is no publisher 'smoke'"


class Unprepared(MemoryPublisher):
    """Fails while it prepares."""

    error: Exception

    def prepare(self, post: Post) -> Prepared:
        raise self.error


@pytest.mark.parametrize(
    ("error", "after"),
    [
        (Transient("busy"), State.RETRY_WAIT),
        (Permanent("too long", code="x"), State.FAILED),
        (AuthExpired("the token has expired"), State.NEEDS_HUMAN),
        (RuntimeError("a bug"), State.NEEDS_HUMAN),
    ],
)
def test_an_error_while_preparing_sends_nothing_and_leaves_no_doubt(
    tmp_path: Path, error: Exception, after: State
) -> None:
    stage = Stage(tmp_path)
    publisher = Unprepared("feed", {}, tmp_path, platform=stage.platform)
    publisher.error = error
    stage.publisher = publisher
    [one] = planned(stage)
    stage.at(DUE)
    found = entry(stage, one)
    assert (found.state, found.in_doubt, found.attempts) == (after, False, 0)
    assert stage.platform.mutating_calls == 0


class Working(MemoryPublisher):
    """Takes a while to take in what was uploaded."""

    asked = 0
    rounds = 2
    pause = 0.0

    def poll(self, prepared: Prepared) -> Pending | None:
        self.asked += 1
        busy = self.asked <= self.rounds
        return Pending(self.pause, "the pictures are being read") if busy else None


def test_nothing_is_sent_before_the_platform_has_taken_in_the_pictures(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    working = Working("feed", {}, tmp_path, platform=stage.platform)
    stage.publisher = working
    [one] = planned(stage)
    stage.at(DUE)
    assert (entry(stage, one).state, working.asked) == (State.POSTED, 3)


def test_a_platform_that_takes_too_long_is_asked_again_later(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    working = Working("feed", {}, tmp_path, platform=stage.platform)
    working.rounds, working.pause = 1, 3600.0
    stage.publisher = working
    [one] = planned(stage)
    stage.at(DUE)
    found = entry(stage, one)
    assert (found.state, found.note) == (State.RETRY_WAIT, "the pictures are being read")
    assert (found.attempts, stage.platform.mutating_calls) == (0, 0)
    assert stage.ledger.holds() == []
    stage.at(DUE + FIRST_WAIT)
    assert entry(stage, one).state is State.POSTED


def test_an_upload_that_is_spent_holds_nobody_and_is_made_anew(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    spent = Transient("the upload is gone", scope="post", retry_after=2)
    stage.platform.misbehave(Refuse(spent))
    [one, two] = planned(stage, 2)
    stage.at(DUE)
    assert {entry(stage, one).state, entry(stage, two).state} == {State.RETRY_WAIT, State.POSTED}
    assert stage.ledger.holds() == []
    stage.at(DUE + 2 * SECOND)
    assert sorted(stage.posts()) == sorted([one, two])


class Expiring(MemoryPublisher):
    """Prepares only once its credentials are renewed, which takes so many tries."""

    tries = 1
    renewed = 0

    def prepare(self, post: Post) -> Prepared:
        self.renewed += 1
        if self.renewed <= self.tries:
            raise AuthExpired("the session has ended", refreshable=True)
        return super().prepare(post)


@pytest.mark.parametrize(("tries", "after"), [(1, State.POSTED), (2, State.NEEDS_HUMAN)])
def test_credentials_that_run_out_are_renewed_once_and_then_a_person_is_asked(
    tmp_path: Path, tries: int, after: State
) -> None:
    stage = Stage(tmp_path)
    expiring = Expiring("feed", {}, tmp_path, platform=stage.platform)
    expiring.tries = tries
    stage.publisher = expiring
    [one] = planned(stage)
    stage.at(DUE)
    assert (entry(stage, one).state, expiring.renewed) == (after, 2)
    assert [hold.value for hold in stage.ledger.holds()] == ["it/feed"] * (tries == 2)


def test_credentials_refused_for_the_post_itself_are_renewed_and_it_goes_again(
    tmp_path: Path,
) -> None:
    stage = Stage(tmp_path)
    ended = Refuse(AuthExpired("the session has ended", refreshable=True))
    stage.platform.misbehave(ended)
    [one] = planned(stage)
    stage.at(DUE)
    assert entry(stage, one).state is State.RETRY_WAIT
    assert stage.ledger.holds() == []
    stage.at(DUE + SECOND)
    assert (entry(stage, one).state, entry(stage, one).attempts) == (State.POSTED, 2)


def test_credentials_that_are_refused_again_and_again_end_with_a_person(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    ended = Refuse(AuthExpired("the session has ended", refreshable=True))
    stage.platform.misbehave(*[ended] * 9)
    [one] = planned(stage)
    for second in range(9):
        stage.at(DUE + second * SECOND)
    assert (entry(stage, one).state, entry(stage, one).attempts) == (State.NEEDS_HUMAN, 4)
    assert len(stage.ledger.holds()) == 1


def test_a_post_that_gets_lost_each_time_ends_with_a_person(tmp_path: Path) -> None:
    stage = Stage(tmp_path, Idempotency.READBACK)
    stage.platform.misbehave(*[LoseRequest()] * 99)
    [one] = planned(stage)
    for minute in range(40):
        stage.at(DUE + minute * SETTLE)
    found = entry(stage, one)
    assert (found.state, found.attempts) == (State.NEEDS_HUMAN, Timing().doubts)
    assert found.note.endswith(
        "it was sent 8 times and is not there: look at the platform, then say so"
    )
    assert stage.ledger.resolve(one, "operator", stage.time.now(), Verdict.NOT_THERE).granted


def test_a_refused_intent_sends_nothing(tmp_path: Path) -> None:
    """Between claim and intent somebody pressed stop."""
    stage = Stage(tmp_path)
    [one] = planned(stage)
    stage.time.move(DUE)
    claim = claim_one(stage.ledger, one)
    stage.ledger.stop(Scope.ALL, "", "coordinator", DUE)
    stage.deliver.attempt(claim)
    assert entry(stage, one).state is State.APPROVED
    assert stage.platform.mutating_calls == 0


def test_a_claim_that_was_lost_sends_nothing(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    [one] = planned(stage)
    stage.time.move(DUE)
    claim = claim_one(stage.ledger, one)
    stage.ledger.revoke([one], "approver", DUE)
    stage.deliver.attempt(claim)
    assert entry(stage, one).state is State.PLANNED
    assert stage.platform.mutating_calls == 0


def test_the_intent_is_stored_before_the_request(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    seen: list[tuple[State, bytes]] = []

    class Looking(MemoryPublisher):
        def publish(self, prepared: Prepared, now: datetime) -> Receipt:
            found = stage.ledger.get(prepared.key)
            seen.append((found.state, found.prepared))
            assert found.prepared == prepared.to_json().encode()
            return super().publish(prepared, now)

    stage.publisher = Looking("feed", {}, tmp_path, platform=stage.platform)
    planned(stage)
    stage.at(DUE)
    assert [state for state, _prepared in seen] == [State.SENDING]


# --- the platform says no ---


def test_a_busy_platform_is_tried_again_with_growing_pauses(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.platform.misbehave(*[Refuse(Transient("busy", scope="host"))] * 3)
    [one] = planned(stage)
    waits, now = [], DUE
    for _ in range(3):
        assert stage.at(now) == 1
        found = entry(stage, one)
        assert (found.state, found.note) == (State.RETRY_WAIT, "busy")
        assert found.next_try is not None
        waits.append(found.next_try - now)
        assert stage.at(found.next_try - SECOND) == 0
        now = found.next_try
    assert waits == [FIRST_WAIT, 2 * FIRST_WAIT, 4 * FIRST_WAIT]
    stage.at(now)
    assert entry(stage, one).state is State.POSTED
    assert len(stage.posts()) == 1
    assert stage.ledger.holds() == []


def test_pauses_have_a_longest(tmp_path: Path) -> None:
    assert Timing().wait(10_000) == Timing().longest_wait
    assert Timing().wait(0) == Timing().wait(1) == Timing().first_wait


def test_the_platform_s_own_pause_is_kept_for_the_whole_account(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.platform.misbehave(Refuse(Transient("slow down", retry_after=600, scope="account")))
    one, two = planned(stage, 2)
    stage.time.move(DUE)
    stage.deliver.attempt(claim_one(stage.ledger, one))
    [hold] = stage.ledger.holds()
    assert (hold.value, hold.until, hold.why) == ("it/feed", DUE + 10 * MINUTE, "slow down")
    assert stage.at(DUE + 10 * MINUTE - SECOND) == 0
    assert stage.platform.mutating_calls == 0
    assert stage.at(DUE + 10 * MINUTE) == 2
    assert sorted(stage.posts()) == sorted([one, two])


def test_a_pause_beyond_the_last_moment_is_missed_at_once(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.platform.misbehave(Refuse(Transient("tomorrow", retry_after=24 * 3600)))
    [one] = planned(stage)
    stage.at(DUE)
    assert entry(stage, one).state is State.MISSED


@pytest.mark.parametrize("odd", [1e300, float("inf"), float("nan"), 0.0, -5.0])
def test_an_odd_pause_is_no_trouble(tmp_path: Path, odd: float) -> None:
    stage = Stage(tmp_path)
    stage.platform.misbehave(Refuse(Transient("busy", retry_after=odd, scope="account")))
    [one] = planned(stage)
    stage.time.move(DUE)
    stage.deliver.attempt(claim_one(stage.ledger, one))
    found = entry(stage, one)
    assert found.state is (State.MISSED if odd > 1 else State.RETRY_WAIT)
    assert found.next_try is None or found.next_try >= DUE + SECOND


def test_a_permanent_no_is_final(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.platform.misbehave(Refuse(Permanent("not allowed here", code="policy")))
    [one] = planned(stage)
    stage.at(DUE)
    assert (entry(stage, one).state, entry(stage, one).note) == (State.FAILED, "not allowed here")
    assert stage.at(EXPIRES - SECOND) == 0


@pytest.mark.parametrize("error", [AuthExpired("token expired"), AccountBlocked("suspended")])
def test_an_account_in_trouble_is_parked_with_its_queue(
    tmp_path: Path, error: PublishError
) -> None:
    stage = Stage(tmp_path)
    stage.platform.misbehave(Refuse(error))
    ids = planned(stage, 3)
    stage.at(DUE)
    states = sorted(found.state for found in stage.ledger.entries())
    assert states == [State.APPROVED, State.APPROVED, State.NEEDS_HUMAN]
    assert stage.platform.mutating_calls == 0
    assert [hold.until for hold in stage.ledger.holds()] == [None]
    stage.ledger.release(HoldScope.ACCOUNT, "it/feed", "operator", DUE)
    stage.ledger.approve(ids, "approver", DUE)
    stage.at(DUE + SECOND)
    assert sorted(stage.posts()) == sorted(ids)


# --- nobody knows ---


@pytest.mark.parametrize("idempotency", VERIFIABLE)
@pytest.mark.parametrize("fault", [LoseAnswer(), LoseRequest()])
def test_a_lost_answer_is_looked_up_and_never_doubled(
    tmp_path: Path, idempotency: Idempotency, fault: LoseAnswer | LoseRequest
) -> None:
    stage = Stage(tmp_path, idempotency)
    stage.platform.misbehave(fault)
    [one] = planned(stage)
    stage.at(DUE)
    assert entry(stage, one).state is State.UNKNOWN
    assert stage.at(DUE + SETTLE - SECOND) == 0
    assert stage.at(DUE + SETTLE) == 1
    assert entry(stage, one).state is State.POSTED
    assert stage.posts() == [one]
    assert stage.platform.mutating_calls == 1
    assert entry(stage, one).attempts == (1 if isinstance(fault, LoseAnswer) else 2)


def test_a_slow_platform_is_looked_up_no_sooner_than_it_says(tmp_path: Path) -> None:
    stage = Stage(tmp_path, Idempotency.READBACK, settings={"settle_seconds": 120})
    stage.platform.misbehave(LoseAnswer())
    [one] = planned(stage)
    stage.at(DUE)
    assert entry(stage, one).next_try == DUE + 2 * MINUTE


def test_lost_again_and_again_it_still_goes_out_once(tmp_path: Path) -> None:
    stage = Stage(tmp_path, Idempotency.READBACK)
    stage.platform.misbehave(LoseRequest(), LoseRequest(), LoseAnswer())
    [one] = planned(stage)
    for turn in range(5):
        stage.at(DUE + turn * SETTLE)
    assert entry(stage, one).state is State.POSTED
    assert stage.posts() == [one]


def test_where_nothing_can_be_looked_up_a_person_looks(tmp_path: Path) -> None:
    stage = Stage(tmp_path, Idempotency.NONE)
    stage.platform.misbehave(LoseAnswer())
    [one] = planned(stage)
    stage.at(DUE)
    stage.at(DUE + SECOND)
    found = entry(stage, one)
    assert (found.state, found.in_doubt) == (State.NEEDS_HUMAN, True)
    assert "probably gone out" in found.note
    assert stage.at(EXPIRES) == 0
    assert stage.platform.mutating_calls == 1


def test_an_unexpected_error_while_publishing_is_a_doubt_and_tells_no_secret(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Buggy(MemoryPublisher):
        def publish(self, prepared: Prepared, now: datetime) -> Receipt:
            super().publish(prepared, now)
            raise ValueError(SECRET)

    stage = Stage(tmp_path)
    stage.publisher = Buggy("feed", {}, tmp_path, platform=stage.platform)
    [one] = planned(stage)
    with caplog.at_level(logging.DEBUG):
        stage.at(DUE)
    found = entry(stage, one)
    assert found.state is State.UNKNOWN
    assert found.note == "unexpected ValueError while publishing: this is a bug, see the log"
    assert SECRET not in caplog.text + str(stage.ledger.journal())
    assert "raise ValueError(SECRET)" in caplog.text
    stage.at(DUE + SETTLE)
    assert entry(stage, one).state is State.POSTED
    assert stage.posts() == [one]


class Blind(MemoryPublisher):
    """Knows keys, and cannot look anything up."""

    def find(self, prepared: Prepared) -> CannotTell:
        return CannotTell("the search is out of order")


def blind(tmp_path: Path, idempotency: Idempotency, key_ttl: float | None = None) -> Stage:
    stage = Stage(tmp_path, idempotency, key_ttl=key_ttl)
    stage.publisher = Blind("feed", {}, tmp_path, platform=stage.platform)
    stage.platform.misbehave(LoseAnswer())
    return stage


def test_a_platform_that_knows_the_key_gets_the_very_same_request_again(tmp_path: Path) -> None:
    stage = blind(tmp_path, Idempotency.NATIVE)
    [one] = planned(stage)
    stage.at(DUE)
    stored = entry(stage, one).prepared
    stage.at(DUE + SETTLE)
    assert entry(stage, one).state is State.POSTED
    assert entry(stage, one).prepared == stored
    assert stage.posts() == [one]
    assert stage.platform.mutating_calls == 2


@pytest.mark.parametrize(
    ("after", "key_ttl", "state"),
    [
        (timedelta(minutes=49), 3600, State.POSTED),
        (timedelta(minutes=50), 3600, State.NEEDS_HUMAN),
        (timedelta(minutes=9), 600, State.NEEDS_HUMAN),
        (timedelta(minutes=8), 600, State.POSTED),
    ],
)
def test_a_platform_that_forgets_keys_is_trusted_for_a_while(
    tmp_path: Path, after: timedelta, key_ttl: float, state: State
) -> None:
    stage = blind(tmp_path, Idempotency.WINDOWED, key_ttl)
    [one] = planned(stage)
    stage.at(DUE)
    stage.at(DUE + after)
    assert entry(stage, one).state is state
    assert stage.posts() == [one]


@pytest.mark.parametrize("idempotency", [Idempotency.READBACK, Idempotency.TWO_PHASE])
def test_who_cannot_tell_and_knows_no_key_asks_a_person(
    tmp_path: Path, idempotency: Idempotency
) -> None:
    stage = blind(tmp_path, idempotency)
    [one] = planned(stage)
    stage.at(DUE)
    stage.at(DUE + SETTLE)
    found = entry(stage, one)
    assert (found.state, found.in_doubt) == (State.NEEDS_HUMAN, True)
    assert "out of order" in found.note
    assert stage.platform.mutating_calls == 1


def test_the_gate_is_asked_again_before_a_repeat(tmp_path: Path) -> None:
    open_until = DUE + SECOND

    def gate(found: Entry, now: datetime) -> Sequence[str]:
        return () if now < open_until else ["the figure has expired"]

    stage = Stage(tmp_path, Idempotency.READBACK, gate=gate)
    stage.platform.misbehave(LoseRequest())
    [one] = planned(stage)
    stage.at(DUE)
    stage.at(DUE + SETTLE)
    assert entry(stage, one).state is State.HELD
    assert stage.posts() == []


def test_after_the_last_moment_a_doubt_is_still_looked_up_but_not_sent_again(
    tmp_path: Path,
) -> None:
    there, lost = Stage(tmp_path, Idempotency.READBACK), Stage(tmp_path, Idempotency.READBACK)
    for stage, fault, after in (
        (there, LoseAnswer(), State.POSTED),
        (lost, LoseRequest(), State.MISSED),
    ):
        stage.platform.misbehave(fault)
        [one] = planned(stage)
        stage.at(DUE)
        stage.at(EXPIRES)
        assert entry(stage, one).state is after


class Unreachable(MemoryPublisher):
    """Posts, loses the answer, then cannot be asked."""

    error: Exception = Transient("busy")

    def find(self, prepared: Prepared) -> Found:
        raise self.error


@pytest.mark.parametrize(
    ("error", "after"),
    [
        (Transient("busy"), State.UNKNOWN),
        (AuthExpired("token expired"), State.UNKNOWN),
        (Permanent("gone", code="x"), State.NEEDS_HUMAN),
        (RuntimeError("a bug"), State.NEEDS_HUMAN),
    ],
)
def test_a_look_up_that_fails_keeps_the_doubt(
    tmp_path: Path, error: Exception, after: State
) -> None:
    stage = Stage(tmp_path, Idempotency.READBACK)
    publisher = Unreachable("feed", {}, tmp_path, platform=stage.platform)
    publisher.error = error
    stage.publisher = publisher
    stage.platform.misbehave(LoseAnswer())
    [one] = planned(stage)
    stage.at(DUE)
    stage.at(DUE + SETTLE)
    found = entry(stage, one)
    assert (found.state, found.in_doubt) == (after, True)
    assert stage.posts() == [one]
    if isinstance(error, AuthExpired):
        assert stage.at(EXPIRES) == 0
        stage.ledger.release(HoldScope.ACCOUNT, "it/feed", "operator", EXPIRES)
        stage.publisher = MemoryPublisher("feed", {}, tmp_path, platform=stage.platform)
        assert stage.at(EXPIRES) == 1
        assert entry(stage, one).state is State.POSTED


def test_a_stored_request_that_was_damaged_is_not_sent(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    [one] = planned(stage)
    stage.time.move(DUE)
    claim = claim_one(stage.ledger, one)
    stage.ledger.intent(claim, b"{damaged", DUE)
    stage.ledger.recover("next", DUE, SETTLE)
    stage.at(DUE + SETTLE)
    assert entry(stage, one).state is State.NEEDS_HUMAN
    assert stage.platform.mutating_calls == 0


def test_nothing_goes_out_before_its_time(tmp_path: Path) -> None:
    """Not even when the machine's clock is put back between claim and intent."""
    stage = Stage(tmp_path)
    [one] = planned(stage)
    stage.time.move(DUE)
    claim = claim_one(stage.ledger, one)
    stage.time.move(BEFORE)
    stage.deliver.attempt(claim)
    assert stage.platform.mutating_calls == 0
    assert stage.at(DUE) == 1
    assert stage.posts() == [one]


def test_a_gate_that_cannot_tell_just_now_is_asked_again(tmp_path: Path) -> None:
    closed = [Transient("the pictures cannot be fetched", scope="host")]

    def gate(_entry: Entry, _now: datetime) -> Sequence[str]:
        if closed:
            raise closed[0]
        return ()

    stage = Stage(tmp_path, gate=gate)
    [one] = planned(stage, 1)
    stage.at(DUE)
    waiting = stage.ledger.get(one)
    assert (waiting.state, waiting.approved) == (State.RETRY_WAIT, True)
    assert waiting.note == "the pictures cannot be fetched"
    assert stage.platform.mutating_calls == 0
    closed.clear()
    stage.at(waiting.next_try or DUE)
    assert stage.posts() == [one]


def test_a_gate_that_cannot_tell_leaves_a_doubt_a_doubt(tmp_path: Path) -> None:
    closed: list[Transient] = []

    def gate(_entry: Entry, _now: datetime) -> Sequence[str]:
        if closed:
            raise closed[0]
        return ()

    stage = Stage(tmp_path, Idempotency.READBACK, gate=gate)
    stage.platform.misbehave(LoseRequest())
    [one] = planned(stage, 1)
    stage.at(DUE)
    closed.append(Transient("not now", scope="host"))
    stage.at(DUE + SETTLE)
    stage.at(DUE + SETTLE)
    assert stage.ledger.get(one).approved
    closed.clear()
    for _ in range(3):
        stage.at(timedelta(minutes=1))
    assert stage.posts() == [one]


def test_a_leave_that_has_grown_old_is_not_used(tmp_path: Path) -> None:
    """The process stood still between the grant and the request: somebody may have looked."""

    class Standing(MemoryLedger):
        def intent(self, claim: Claim, prepared: bytes, now: datetime) -> Granted | Refused:
            answer = super().intent(claim, prepared, now)
            stage.time.move(timedelta(seconds=11))
            return answer

    stage = Stage(tmp_path, Idempotency.READBACK, ledger=Standing())
    [one] = planned(stage, 1)
    stage.at(DUE)
    found = stage.ledger.get(one)
    assert stage.platform.mutating_calls == 0
    assert (found.state, found.note) == (State.RETRY_WAIT, "the leave to send had grown old")


def test_while_the_time_is_in_doubt_nothing_is_claimed_or_sent(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    believed = [True, False]  # once for the claim, and no more when it comes to the intent

    def deliver() -> Deliver:
        return Deliver(
            stage.ledger,
            stage.time,
            lambda _delivery: stage.publisher,
            nothing_against,
            tmp_path,
            "runner",
            trusted=lambda: believed.pop(0) if believed else False,
        )

    [one] = planned(stage, 1)
    stage.time.move(DUE)
    deliver().work(hint(stage.ledger, one))
    found = stage.ledger.get(one)
    assert (found.state, found.next_try, found.approved) == (State.RETRY_WAIT, DUE, True)
    before = stage.ledger.journal()
    deliver().work(hint(stage.ledger, one))
    assert stage.ledger.journal() == before
    assert stage.platform.mutating_calls == 0


def test_what_came_of_a_post_is_offered_to_the_ledger_more_than_once(tmp_path: Path) -> None:
    class Ailing(MemoryLedger):
        ill = 2

        def settle(self, claim: Claim, outcome: Outcome, now: datetime) -> bool:
            if self.ill > 0:
                self.ill -= 1
                raise StoreError("the disk is full")
            return super().settle(claim, outcome, now)

    stage = Stage(tmp_path, ledger=Ailing())
    [one] = planned(stage, 1)
    stage.time.move(DUE)
    Deliver(
        stage.ledger,
        stage.time,
        lambda _delivery: stage.publisher,
        nothing_against,
        tmp_path,
        "runner",
        Timing(rewrite=(0.0, 0.0)),
    ).work(hint(stage.ledger, one))
    assert stage.ledger.get(one).state is State.POSTED


def test_after_a_crash_too_the_platform_has_the_time_it_needs_to_show_a_post(
    tmp_path: Path,
) -> None:
    """The dead runner's request may become visible as late as the platform says."""
    stage = Stage(tmp_path, Idempotency.READBACK, settings={"settle_seconds": 120})
    [one] = planned(stage, 1)
    stage.time.move(DUE)
    claim = claim_one(stage.ledger, one, owner="dead")
    content = claim.entry.delivery.content
    assert content is not None
    prepared = stage.publisher.prepare(compose(claim.entry.delivery, content, tmp_path))
    assert stage.ledger.intent(claim, prepared.to_json().encode(), DUE)
    stage.ledger.recover("runner", DUE + SECOND, SETTLE)
    stage.at(DUE + SETTLE + SECOND)
    found = stage.ledger.get(one)
    assert found.state is State.UNKNOWN
    assert found.next_try is not None
    assert found.next_try >= DUE + timedelta(seconds=120)
    stage.platform.create(prepared, DUE + timedelta(seconds=100))  # late, as it may be
    stage.at(found.next_try)
    assert stage.ledger.get(one).state is State.POSTED
    assert stage.posts() == [one]
