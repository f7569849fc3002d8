"""One suite, every ledger."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from clarion.store.sqlite import open_ledger
from scheduler.adapters.memory_ledger import MemoryLedger
from scheduler.delivery import Delivery, Late, State
from scheduler.ledger import (
    AskHuman,
    Claim,
    Filter,
    Granted,
    Hold,
    HoldBack,
    HoldScope,
    IllegalOutcomeError,
    InDoubt,
    Ledger,
    NoSuchDeliveryError,
    NotThere,
    Posted,
    PutCounts,
    Recovered,
    Ref,
    Refused,
    Rejected,
    Scope,
    Spacing,
    TryAgain,
    Verdict,
    Why,
    moment,
)
from scheduler.plan import PUNCTUAL, LatePolicy, Target
from tests.postgres import new_database_ledger
from tests.scheduler.scene import (
    BEFORE,
    DUE,
    EXPIRES,
    LEASE,
    ROME,
    SETTLE,
    WORLD_DAY,
    approved,
    claim_one,
    deliveries,
    due_ids,
    hint,
)

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
ATHENS = Target("gr", "feed", "memory", "el", "Europe/Athens")
NOTE = Target("it", "note", "memory", "it", "Europe/Rome")
RECEIPT = {"remote_id": "42", "echoed": {"alts": ["Una mano"], "language": "it"}}
OUT = Posted("42", "https://example.org/42", DUE + SECOND, RECEIPT, "the language differs")


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    made = opened(request, tmp_path)
    yield made
    made.close()


def opened(request: pytest.FixtureRequest, folder: Path) -> Ledger:
    if request.param == "memory":
        return MemoryLedger()
    if request.param == "sqlite":
        return open_ledger(folder / "l.db")
    return new_database_ledger(request.getfixturevalue("postgres"))


def sent(ledger: Ledger, delivery_id: str) -> Claim:
    """A claim whose request is on the wire."""
    claim = claim_one(ledger, delivery_id)
    assert isinstance(ledger.intent(claim, b"request", DUE), Granted)
    return claim


def in_doubt(ledger: Ledger, delivery_id: str) -> None:
    assert ledger.settle(sent(ledger, delivery_id), InDoubt(DUE + SETTLE, "no answer"), DUE)


def state(ledger: Ledger, delivery_id: str) -> State:
    return ledger.get(delivery_id).state


# --- the plan ---


def test_a_plan_comes_back_as_it_was_put(ledger: Ledger) -> None:
    plan = deliveries(2, [ROME, ATHENS])
    assert ledger.put(plan, BEFORE) == PutCounts(added=4)
    assert [entry.delivery for entry in ledger.entries()] == plan
    assert {entry.state for entry in ledger.entries()} == {State.PLANNED}
    assert ledger.get(plan[0].id).delivery == plan[0]


def test_an_unknown_id_is_an_error_that_names_it(ledger: Ledger) -> None:
    with pytest.raises(NoSuchDeliveryError, match="nobody"):
        ledger.get("nobody")
    assert ledger.approve(["nobody"], "approver", BEFORE)[0].why is Why.UNKNOWN_ID
    assert ledger.claim([Ref("nobody", 1, "it/feed")], "runner", DUE + LEASE, DUE) == []


def test_putting_the_same_plan_again_changes_nothing(ledger: Ledger) -> None:
    plan = deliveries(3)
    approved(ledger, plan)
    lines = len(ledger.journal())
    assert ledger.put(plan, BEFORE) == PutCounts(unchanged=3)
    assert {entry.state for entry in ledger.entries()} == {State.APPROVED}
    assert len(ledger.journal()) == lines


@pytest.mark.parametrize(
    "change",
    [
        {"wall": deliveries()[0].wall + MINUTE},
        {"due_at": DUE + MINUTE},
        {"expires_at": EXPIRES + MINUTE},
        {"author": "another-author"},
        {"late": Late.SKIP},
        {"zone": "Europe/Athens"},
        {"held": ("the helpline was not verified",)},
    ],
)
def test_any_change_voids_the_approval(ledger: Ledger, change: dict[str, object]) -> None:
    [one] = deliveries()
    approved(ledger, [one])
    assert ledger.put([replace(one, **change)], BEFORE) == PutCounts(changed=1)  # type: ignore[arg-type]
    entry = ledger.get(one.id)
    assert entry.state is (State.HELD if "held" in change else State.PLANNED)
    assert (entry.approval, entry.approved, entry.revision) == (None, False, 2)
    assert due_ids(ledger, DUE + MINUTE, 10) == []


def test_changed_words_or_alt_text_void_the_approval(ledger: Ledger) -> None:
    [one] = deliveries()
    approved(ledger, [one])
    assert one.content is not None
    ledger.put([replace(one, content=replace(one.content, text="Other words."))], BEFORE)
    assert state(ledger, one.id) is State.PLANNED


def test_a_claim_on_a_changed_delivery_sends_nothing(ledger: Ledger) -> None:
    [one] = deliveries()
    approved(ledger, [one])
    claim = claim_one(ledger, one.id)
    ledger.put([replace(one, author="another-author")], DUE)
    ledger.approve([one.id], "approver", DUE)
    answer = ledger.intent(claim, b"request", DUE)
    assert answer == Refused(Why.LOST, "it is approved")


def test_what_is_no_longer_planned_is_withdrawn(ledger: Ledger) -> None:
    plan = deliveries(3)
    approved(ledger, plan)
    assert ledger.put(plan[:1], BEFORE) == PutCounts(unchanged=1, withdrawn=2)
    assert [entry.state for entry in ledger.entries()] == [
        State.APPROVED if entry.delivery == plan[0] else State.CANCELLED
        for entry in ledger.entries()
    ]
    assert due_ids(ledger, DUE, 10) == [plan[0].id]
    assert ledger.put(plan, BEFORE) == PutCounts(unchanged=1, changed=2)
    assert state(ledger, plan[1].id) is State.PLANNED


def test_a_part_of_a_plan_withdraws_only_what_it_is_the_whole_of(ledger: Ledger) -> None:
    plan = deliveries(3)
    last_year = [replace(one, id="y" + one.id[1:], occurrence=date(2026, 7, 30)) for one in plan]
    ledger.put([*plan, *last_year], BEFORE)
    assert ledger.put(plan[:1], BEFORE, whole=()).withdrawn == 0
    assert ledger.put([], BEFORE, whole=[("myths", WORLD_DAY)]).withdrawn == 3
    assert {entry.state for entry in ledger.entries(Filter(occurrence=date(2026, 7, 30)))} == {
        State.PLANNED
    }


def test_what_is_out_or_may_be_is_left_alone(ledger: Ledger) -> None:
    posted, sending, doubtful = deliveries(3)
    approved(ledger, [posted, sending, doubtful])
    ledger.settle(sent(ledger, posted.id), OUT, DUE)
    sent(ledger, sending.id)
    in_doubt(ledger, doubtful.id)
    other = [replace(one, author="another-author") for one in (posted, sending, doubtful)]
    before = ledger.entries()
    assert ledger.put(other, DUE) == PutCounts(left=3)
    assert ledger.put([], DUE, whole=[("myths", WORLD_DAY)]) == PutCounts()
    assert ledger.entries() == before


def test_entries_are_filtered_and_ordered(ledger: Ledger) -> None:
    plan = deliveries(2, [ROME, ATHENS, NOTE])
    ids = approved(ledger, plan[:2])
    ledger.put(plan, BEFORE)

    def found(**which: object) -> list[str]:
        return [entry.id for entry in ledger.entries(Filter(**which))]  # type: ignore[arg-type]

    assert found() == [one.id for one in plan]
    assert found(society="gr") == [one.id for one in plan if one.society == "gr"]
    assert found(account="it/note") == [one.id for one in plan if one.channel == "note"]
    assert found(locale="el", states={State.APPROVED}) == ids
    assert found(ids=ids) == ids
    assert found(ids=[]) == []
    assert found(campaign="other") == []
    assert found(platform="memory", occurrence=WORLD_DAY) == [one.id for one in plan]


# --- approvals ---


def test_an_approval_needs_somebody_else_than_the_author(ledger: Ledger) -> None:
    [one] = deliveries()
    ledger.put([one], BEFORE)
    assert ledger.approve([one.id], "author", BEFORE)[0].why is Why.AUTHOR
    assert ledger.approve([one.id], "  ", BEFORE)[0].why is Why.NO_NAME
    assert state(ledger, one.id) is State.PLANNED
    assert ledger.approve([one.id], "approver", BEFORE)[0].granted
    approval = ledger.get(one.id).approval
    assert approval is not None
    assert (approval.by, approval.at, approval.revision) == ("approver", BEFORE, 1)
    assert approval.content_hash == one.content_hash


def test_an_approval_is_for_what_was_looked_at(ledger: Ledger) -> None:
    [one] = deliveries()
    ledger.put([one], BEFORE)
    seen = {one.id: "0" * 64}
    assert ledger.approve([one.id], "approver", BEFORE, seen=seen)[0].why is Why.CHANGED
    seen = {one.id: one.content_hash}
    assert ledger.approve([one.id], "approver", BEFORE, seen=seen)[0].granted


@pytest.mark.parametrize(
    "change", [{"held": ("no reviewed catalogue",)}, {"content": None}], ids=["held", "empty"]
)
def test_what_is_held_cannot_be_approved(ledger: Ledger, change: dict[str, object]) -> None:
    [one] = deliveries()
    ledger.put([replace(one, **change)], BEFORE)  # type: ignore[arg-type]
    assert state(ledger, one.id) is State.HELD
    assert ledger.approve([one.id], "approver", BEFORE)[0].why is Why.NOT_READY


def test_nothing_late_or_sent_can_be_approved(ledger: Ledger) -> None:
    one, two = deliveries(2)
    approved(ledger, [one])
    ledger.put([one, two], BEFORE)
    ledger.settle(sent(ledger, one.id), OUT, DUE)
    first, second = ledger.approve([one.id, two.id], "approver", EXPIRES)
    assert (first.why, second.why) == (Why.SENT, Why.LATE)


def test_approving_twice_is_approving_once(ledger: Ledger) -> None:
    [one] = deliveries()
    approved(ledger, [one])
    before = ledger.get(one.id)
    assert ledger.approve([one.id], "other-approver", BEFORE + MINUTE)[0].granted
    assert ledger.get(one.id) == before


def test_a_revoked_delivery_is_not_sent(ledger: Ledger) -> None:
    waiting, claimed, retrying = plan = deliveries(3)
    ids = approved(ledger, plan)
    claim = claim_one(ledger, claimed.id)
    ledger.settle(sent(ledger, retrying.id), TryAgain(DUE + MINUTE, "busy"), DUE)
    assert all(decision.granted for decision in ledger.revoke(ids, "approver", DUE))
    assert {entry.state for entry in ledger.entries()} == {State.PLANNED}
    assert ledger.intent(claim, b"request", DUE) == Refused(Why.LOST, "it is planned")
    assert due_ids(ledger, DUE + MINUTE, 10) == []
    assert ledger.revoke([waiting.id], "approver", DUE)[0].why is Why.CLOSED


def test_what_is_sent_cannot_be_revoked_and_says_since_when(ledger: Ledger) -> None:
    one, two = deliveries(2)
    approved(ledger, [one, two])
    sent(ledger, one.id)
    ledger.settle(sent(ledger, two.id), OUT, DUE)
    first, second = ledger.revoke([one.id, two.id], "approver", DUE)
    assert (first.why, second.why) == (Why.SENT, Why.SENT)
    assert DUE.isoformat() in first.detail
    assert OUT.url in second.detail


# --- what is due ---


def test_only_approved_deliveries_fall_due_and_only_in_time(ledger: Ledger) -> None:
    one, two = deliveries(2)
    approved(ledger, [one])
    ledger.put([one, two], BEFORE)
    assert ledger.next_due(BEFORE) == DUE
    assert due_ids(ledger, DUE - SECOND, 10) == []
    assert due_ids(ledger, DUE, 10) == [one.id]
    assert due_ids(ledger, EXPIRES - SECOND, 10) == [one.id]
    assert due_ids(ledger, EXPIRES, 10) == []
    assert ledger.next_due(EXPIRES) is None


def test_due_comes_in_order_and_no_more_than_asked_for(ledger: Ledger) -> None:
    plan = deliveries(4, [ROME, ATHENS])
    approved(ledger, plan)
    newest = sorted(plan, key=lambda one: (-one.due_at.timestamp(), one.id))
    assert due_ids(ledger, DUE, 5) == [one.id for one in newest][:5]
    assert ledger.next_due(BEFORE) == DUE - timedelta(hours=1)


def test_a_claim_is_had_once(ledger: Ledger) -> None:
    [one] = deliveries()
    approved(ledger, [one])
    assert ledger.claim([hint(ledger, one.id)], "a", DUE + LEASE, DUE - SECOND) == []
    [claim] = ledger.claim([hint(ledger, one.id)], "a", DUE + LEASE, DUE)
    assert ledger.claim([hint(ledger, one.id)], "b", DUE + LEASE, DUE) == []
    assert (claim.id, claim.owner, claim.fence) == (one.id, "a", 1)
    assert claim.entry == ledger.get(one.id)
    assert due_ids(ledger, DUE, 10) == []
    assert ledger.next_due(DUE) is None


# --- the intent ---


def test_an_intent_is_granted_once_and_keeps_the_request(ledger: Ledger) -> None:
    [one] = deliveries()
    approved(ledger, [one])
    claim = claim_one(ledger, one.id)
    answer = ledger.intent(claim, b"request", DUE + SECOND)
    entry = ledger.get(one.id)
    assert answer == Granted(entry)
    assert (entry.state, entry.prepared, entry.attempts) == (State.SENDING, b"request", 1)
    assert entry.first_sent_at == DUE + SECOND
    assert ledger.intent(claim, b"request", DUE + SECOND) == Refused(Why.LOST, "it is sending")


def test_only_the_holder_of_the_claim_may_send(ledger: Ledger) -> None:
    [one] = deliveries()
    approved(ledger, [one])
    claim = claim_one(ledger, one.id)
    for other in (replace(claim, owner="other"), replace(claim, fence=claim.fence + 1)):
        assert ledger.intent(other, b"request", DUE) == Refused(Why.LOST, "it is claimed")
        assert not ledger.settle(other, OUT, DUE)
    assert isinstance(ledger.intent(claim, b"request", DUE), Granted)


@pytest.mark.parametrize(
    ("now", "why", "after"),
    [
        (DUE - SECOND, Why.EARLY, State.APPROVED),
        (EXPIRES, Why.LATE, State.MISSED),
    ],
)
def test_nothing_is_sent_early_or_late(ledger: Ledger, now, why, after) -> None:
    [one] = deliveries()
    approved(ledger, [one])
    answer = ledger.intent(claim_one(ledger, one.id), b"request", now)
    assert isinstance(answer, Refused)
    assert answer.why is why
    entry = ledger.get(one.id)
    assert (entry.state, entry.owner, entry.attempts) == (after, "", 0)


SCOPES = [
    (Scope.ALL, ""),
    (Scope.CAMPAIGN, "myths"),
    (Scope.SOCIETY, "it"),
    (Scope.LOCALE, "it"),
    (Scope.CHANNEL, "it/feed"),
]


@pytest.mark.parametrize(("scope", "value"), SCOPES)
def test_a_stop_holds_back_what_it_covers_until_it_is_lifted(
    ledger: Ledger, scope: Scope, value: str
) -> None:
    claimed, waiting, other = deliveries(2)[0], deliveries(2)[1], deliveries(1, [ATHENS])[0]
    approved(ledger, [claimed, waiting, other])
    claim = claim_one(ledger, claimed.id)
    ledger.stop(scope, value, "coordinator", DUE)
    answer = ledger.intent(claim, b"request", DUE)
    assert isinstance(answer, Refused)
    assert answer.why is Why.STOPPED
    assert "coordinator" in answer.detail
    assert state(ledger, claimed.id) is State.APPROVED
    reached = scope in (Scope.ALL, Scope.CAMPAIGN)
    assert due_ids(ledger, DUE, 10) == ([] if reached else [other.id])
    assert ledger.next_due(BEFORE) == (None if reached else other.due_at)
    assert ledger.claim([hint(ledger, waiting.id)], "runner", DUE + LEASE, DUE) == []
    assert [(stop.scope, stop.value, stop.by) for stop in ledger.stops()] == [
        (scope, value, "coordinator")
    ]
    assert ledger.resume(scope, value, "coordinator", DUE)
    assert not ledger.resume(scope, value, "coordinator", DUE)
    assert ledger.stops() == []
    assert len(due_ids(ledger, DUE, 10)) == 3


@pytest.mark.parametrize(
    ("scope", "value"),
    [
        (Scope.CAMPAIGN, "online-safety"),
        (Scope.SOCIETY, "gr"),
        (Scope.LOCALE, "el"),
        (Scope.CHANNEL, "feed"),
        (Scope.CHANNEL, "gr/feed"),
    ],
)
def test_a_stop_reaches_no_further_than_its_scope(ledger: Ledger, scope: Scope, value: str) -> None:
    [one] = deliveries()
    approved(ledger, [one])
    ledger.stop(scope, value, "coordinator", BEFORE)
    assert isinstance(ledger.intent(claim_one(ledger, one.id), b"request", DUE), Granted)


def test_a_stop_needs_something_to_stop(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="needs its id"):
        ledger.stop(Scope.SOCIETY, "", "coordinator", BEFORE)
    assert ledger.stops() == []


def test_stopping_twice_is_stopping_once(ledger: Ledger) -> None:
    ledger.stop(Scope.ALL, "", "first", BEFORE)
    ledger.stop(Scope.ALL, "ignored", "second", BEFORE + SECOND)
    assert [stop.by for stop in ledger.stops()] == ["first"]


def test_a_held_account_gets_nothing_until_its_time(ledger: Ledger) -> None:
    mine, other = deliveries(1, [ROME])[0], deliveries(1, [NOTE])[0]
    approved(ledger, [mine, other])
    claim = claim_one(ledger, mine.id)
    until = DUE + 5 * MINUTE
    ledger.hold(Hold(HoldScope.ACCOUNT, "it/feed", until, "too many requests"), DUE)
    answer = ledger.intent(claim, b"request", DUE)
    assert answer == Refused(Why.ACCOUNT_HELD, "too many requests")
    assert due_ids(ledger, DUE, 10) == [other.id]
    claim_one(ledger, other.id)
    assert ledger.next_due(DUE) == until
    assert due_ids(ledger, until - SECOND, 10) == []
    assert due_ids(ledger, until, 10) == [mine.id]


def test_an_account_held_without_end_waits_to_be_released(ledger: Ledger) -> None:
    [one] = deliveries()
    approved(ledger, [one])
    ledger.hold(Hold(HoldScope.ACCOUNT, "it/feed", None, "the token has expired"), DUE)
    assert ledger.next_due(BEFORE) is None
    assert due_ids(ledger, DUE, 10) == []
    assert [(hold.value, hold.until) for hold in ledger.holds()] == [("it/feed", None)]
    assert ledger.release(HoldScope.ACCOUNT, "it/feed", "operator", DUE)
    assert not ledger.release(HoldScope.ACCOUNT, "it/feed", "operator", DUE)
    assert due_ids(ledger, DUE, 10) == [one.id]


def test_a_hold_is_only_ever_lengthened(ledger: Ledger) -> None:
    for until, kept in (
        (DUE, DUE),
        (DUE - MINUTE, DUE),
        (DUE + MINUTE, DUE + MINUTE),
        (None, None),
        (DUE + 2 * MINUTE, None),
    ):
        ledger.hold(Hold(HoldScope.ACCOUNT, "it/feed", until, "busy"), BEFORE)
        assert [hold.until for hold in ledger.holds()] == [kept]


def test_a_hold_beyond_the_last_moment_leaves_nothing_due(ledger: Ledger) -> None:
    [one] = deliveries()
    approved(ledger, [one])
    ledger.hold(Hold(HoldScope.ACCOUNT, "it/feed", EXPIRES, "busy"), DUE)
    assert ledger.next_due(DUE) is None
    assert ledger.expire(EXPIRES) == 1


# --- outcomes ---


def test_posted_keeps_what_the_platform_said(ledger: Ledger) -> None:
    [one] = deliveries()
    approved(ledger, [one])
    assert ledger.settle(sent(ledger, one.id), OUT, DUE + SECOND)
    entry = ledger.get(one.id)
    assert (entry.state, entry.remote_id, entry.url) == (State.POSTED, "42", OUT.url)
    assert (entry.posted_at, entry.receipt, entry.note) == (OUT.at, RECEIPT, OUT.note)
    assert (entry.owner, entry.in_doubt, entry.next_try) == ("", False, None)


def test_a_lost_claim_settles_nothing_but_is_written_down(ledger: Ledger) -> None:
    [one] = deliveries()
    approved(ledger, [one])
    claim = sent(ledger, one.id)
    ledger.recover("other", DUE, SETTLE)
    before = ledger.get(one.id)
    assert not ledger.settle(claim, OUT, DUE)
    assert ledger.get(one.id) == before
    last = ledger.journal(one.id)[-1]
    assert (last.event, last.detail, last.state) == ("too-late-posted", "42", "unknown")


def test_trying_again_waits_for_its_time(ledger: Ledger) -> None:
    [one] = deliveries()
    approved(ledger, [one])
    assert ledger.settle(sent(ledger, one.id), TryAgain(DUE + MINUTE, "busy"), DUE)
    entry = ledger.get(one.id)
    assert (entry.state, entry.note, entry.attempts) == (State.RETRY_WAIT, "busy", 1)
    assert ledger.next_due(DUE) == DUE + MINUTE
    assert due_ids(ledger, DUE + MINUTE - SECOND, 10) == []
    claim = claim_one(ledger, one.id, DUE + MINUTE)
    assert claim.fence == 2
    assert isinstance(ledger.intent(claim, b"again", DUE + MINUTE), Granted)
    assert ledger.get(one.id).first_sent_at == DUE


@pytest.mark.parametrize(
    ("policy", "after"),
    [
        (Late.POST_UNTIL, State.MISSED),
        (Late.SKIP, State.MISSED),
        (Late.HOLD, State.NEEDS_HUMAN),
    ],
)
def test_no_time_for_another_try_is_late_at_once(
    ledger: Ledger, policy: Late, after: State
) -> None:
    [one] = [replace(one, late=policy) for one in deliveries()]
    approved(ledger, [one])
    ledger.settle(sent(ledger, one.id), TryAgain(EXPIRES, "closed today"), DUE)
    entry = ledger.get(one.id)
    assert entry.state is after
    assert "closed today" in entry.note


def test_a_refusal_for_good_fails(ledger: Ledger) -> None:
    [one] = deliveries()
    approved(ledger, [one])
    ledger.settle(sent(ledger, one.id), Rejected("too long"), DUE)
    assert state(ledger, one.id) is State.FAILED
    assert ledger.approve([one.id], "approver", DUE)[0].why is Why.CLOSED
    assert ledger.put([one], DUE).changed == 1  # the reason may have lain outside the plan
    entry = ledger.get(one.id)
    assert (entry.state, entry.approval, entry.revision) == (State.PLANNED, None, 2)


def test_a_lost_answer_is_looked_up_after_its_settle_time(ledger: Ledger) -> None:
    [one] = deliveries()
    approved(ledger, [one])
    in_doubt(ledger, one.id)
    assert ledger.get(one.id).in_doubt
    assert due_ids(ledger, DUE + SETTLE - SECOND, 10) == []
    assert ledger.next_due(DUE) == DUE + SETTLE
    claim = claim_one(ledger, one.id, DUE + SETTLE)
    assert claim.entry.state is State.RECONCILING
    assert ledger.settle(claim, OUT, DUE + SETTLE)
    entry = ledger.get(one.id)
    assert (entry.state, entry.in_doubt) == (State.POSTED, False)


def test_what_is_proved_absent_may_go_out_under_the_same_claim(ledger: Ledger) -> None:
    [one] = deliveries()
    approved(ledger, [one])
    in_doubt(ledger, one.id)
    claim = claim_one(ledger, one.id, DUE + SETTLE)
    assert ledger.settle(claim, NotThere(), DUE + SETTLE)
    assert not ledger.get(one.id).in_doubt
    assert isinstance(ledger.intent(claim, b"prepared anew", DUE + SETTLE), Granted)


def test_in_doubt_only_the_very_same_request_goes_again(ledger: Ledger) -> None:
    [one] = deliveries()
    approved(ledger, [one])
    in_doubt(ledger, one.id)
    claim = claim_one(ledger, one.id, DUE + SETTLE)
    answer = ledger.intent(claim, b"another", DUE + SETTLE)
    assert isinstance(answer, Refused)
    assert answer.why is Why.NOT_THE_SAME
    assert state(ledger, one.id) is State.RECONCILING
    assert isinstance(ledger.intent(claim, b"request", DUE + SETTLE), Granted)
    assert ledger.get(one.id).in_doubt


@pytest.mark.parametrize(
    ("outcome", "after"),
    [
        (TryAgain(DUE + MINUTE, "busy"), State.UNKNOWN),
        (InDoubt(DUE + MINUTE, "no answer"), State.UNKNOWN),
        (Rejected("a duplicate"), State.NEEDS_HUMAN),
        (AskHuman("cannot tell"), State.NEEDS_HUMAN),
    ],
)
def test_a_doubt_is_never_forgotten(ledger: Ledger, outcome, after: State) -> None:
    """Whatever happens to the repeat, the first request may still have been accepted."""
    [one] = deliveries()
    approved(ledger, [one])
    in_doubt(ledger, one.id)
    claim = claim_one(ledger, one.id, DUE + SETTLE)
    ledger.intent(claim, b"request", DUE + SETTLE)
    assert ledger.settle(claim, outcome, DUE + SETTLE)
    entry = ledger.get(one.id)
    assert (entry.state, entry.in_doubt) == (after, True)
    assert ledger.approve([one.id], "approver", DUE + SETTLE)[0].why is Why.SENT


@pytest.mark.parametrize(
    ("switch", "after"),
    [("stop", State.UNKNOWN), ("hold", State.UNKNOWN), ("late", State.NEEDS_HUMAN)],
)
def test_a_repeat_in_doubt_is_weighed_like_a_first_sending(
    ledger: Ledger, switch: str, after: State
) -> None:
    [one] = deliveries()
    approved(ledger, [one])
    in_doubt(ledger, one.id)
    now = EXPIRES if switch == "late" else DUE + SETTLE
    claim = claim_one(ledger, one.id, now)
    if switch == "stop":
        ledger.stop(Scope.ALL, "", "coordinator", now)
    if switch == "hold":
        ledger.hold(Hold(HoldScope.ACCOUNT, "it/feed", None, "blocked"), now)
    assert isinstance(ledger.intent(claim, b"request", now), Refused)
    entry = ledger.get(one.id)
    assert (entry.state, entry.in_doubt) == (after, True)
    assert due_ids(ledger, now, 10) == []


def test_looking_up_is_not_stopped_and_never_late(ledger: Ledger) -> None:
    [one] = deliveries()
    approved(ledger, [one])
    in_doubt(ledger, one.id)
    ledger.stop(Scope.ALL, "", "coordinator", DUE)
    assert ledger.expire(EXPIRES) == 0
    assert ledger.next_due(DUE) == DUE + SETTLE
    assert due_ids(ledger, EXPIRES, 10) == [one.id]


def test_what_is_held_back_at_the_last_moment_needs_a_new_approval(ledger: Ledger) -> None:
    [one] = deliveries()
    approved(ledger, [one])
    reasons = ("the figure is out of date", "the helpline was not verified")
    assert ledger.settle(claim_one(ledger, one.id), HoldBack(reasons), DUE)
    entry = ledger.get(one.id)
    assert (entry.state, entry.delivery.held, entry.approval) == (State.HELD, reasons, None)
    assert ledger.approve([one.id], "approver", DUE)[0].why is Why.NOT_READY
    assert ledger.put([one], DUE).changed == 1
    assert state(ledger, one.id) is State.PLANNED


def test_what_a_person_has_to_settle_can_be_approved_again(ledger: Ledger) -> None:
    [one] = deliveries()
    approved(ledger, [one])
    ledger.settle(sent(ledger, one.id), AskHuman("the token has expired"), DUE)
    assert state(ledger, one.id) is State.NEEDS_HUMAN
    assert ledger.approve([one.id], "approver", DUE)[0].granted
    assert due_ids(ledger, DUE, 10) == [one.id]


def asked(ledger: Ledger, delivery_id: str) -> None:
    """Let a lost answer become a person's business."""
    in_doubt(ledger, delivery_id)
    ledger.settle(claim_one(ledger, delivery_id, DUE + SETTLE), AskHuman("cannot tell"), DUE)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_only_what_waits_for_a_person_takes_a_person_s_word(
    ledger: Ledger, verdict: Verdict
) -> None:
    [one] = deliveries()
    approved(ledger, [one])
    assert ledger.resolve(one.id, "operator", DUE, verdict).why is Why.CLOSED
    in_doubt(ledger, one.id)
    assert ledger.resolve(one.id, "operator", DUE, verdict).why is Why.CLOSED
    ledger.settle(claim_one(ledger, one.id, DUE + SETTLE), AskHuman("cannot tell"), DUE)
    assert ledger.resolve(one.id, " ", DUE, verdict).why is Why.NO_NAME
    assert ledger.resolve(one.id, "operator", DUE, verdict).granted
    assert ledger.journal(one.id)[-1].actor == "operator"
    assert ledger.resolve("nobody", "operator", DUE, verdict).why is Why.UNKNOWN_ID


def test_a_person_saw_it(ledger: Ledger) -> None:
    [one] = deliveries()
    approved(ledger, [one])
    asked(ledger, one.id)
    url = "https://example.org/7"
    assert ledger.resolve(one.id, "operator", DUE, Verdict.THERE, url).granted
    entry = ledger.get(one.id)
    assert (entry.state, entry.url, entry.in_doubt) == (State.POSTED, url, False)


def test_what_a_person_did_not_see_goes_out_again_at_its_approval(ledger: Ledger) -> None:
    [one] = deliveries()
    approved(ledger, [one])
    asked(ledger, one.id)
    later = DUE + MINUTE
    assert ledger.resolve(one.id, "operator", later, Verdict.NOT_THERE).granted
    entry = ledger.get(one.id)
    assert (entry.state, entry.in_doubt, entry.approved) == (State.APPROVED, False, True)
    assert due_ids(ledger, later, 10) == [one.id]
    assert isinstance(ledger.intent(claim_one(ledger, one.id, later), b"other", later), Granted)


def test_what_a_person_did_not_see_in_time_waits_for_an_approval(ledger: Ledger) -> None:
    [one] = deliveries()
    approved(ledger, [one])
    asked(ledger, one.id)
    assert ledger.resolve(one.id, "operator", EXPIRES, Verdict.NOT_THERE).granted
    entry = ledger.get(one.id)
    assert (entry.state, entry.approval, entry.in_doubt) == (State.PLANNED, None, False)


def test_a_person_has_it_looked_up_again(ledger: Ledger) -> None:
    [one] = deliveries()
    approved(ledger, [one])
    asked(ledger, one.id)
    assert ledger.resolve(one.id, "operator", DUE + MINUTE, Verdict.LOOK_AGAIN).granted
    assert due_ids(ledger, DUE + MINUTE, 10) == [one.id]
    claim = claim_one(ledger, one.id, DUE + MINUTE)
    assert (claim.entry.state, claim.entry.in_doubt) == (State.RECONCILING, True)


def test_there_is_nothing_to_look_up_where_nothing_was_sent(ledger: Ledger) -> None:
    [one] = deliveries()
    approved(ledger, [one])
    ledger.settle(claim_one(ledger, one.id), AskHuman("the token has expired"), DUE)
    assert ledger.resolve(one.id, "operator", DUE, Verdict.LOOK_AGAIN).why is Why.CLOSED
    assert ledger.resolve(one.id, "operator", DUE, Verdict.NOT_THERE).granted


def test_what_is_let_go_by_is_not_posted(ledger: Ledger) -> None:
    first, second, third = deliveries(3)
    approved(ledger, [first, second, third])
    in_doubt(ledger, third.id)
    granted = ledger.skip([first.id, third.id, "nobody"], "operator", DUE)
    assert [one.why for one in granted] == [None, Why.SENT, Why.UNKNOWN_ID]
    assert state(ledger, first.id) is State.MISSED
    assert due_ids(ledger, DUE, 10) == [second.id]
    assert ledger.approve([first.id], "approver", DUE)[0].why is Why.CLOSED


# --- one question for a backlog, rests between posts ---


def test_a_late_stop_covers_what_was_due_before(ledger: Ledger) -> None:
    early, late = deliveries(1, [ATHENS])[0], deliveries(1, [ROME])[0]
    approved(ledger, [early, late])
    claim = claim_one(ledger, early.id)
    ledger.stop(Scope.LATE, moment(late.due_at), "clarion", DUE)
    assert due_ids(ledger, DUE, 10) == [late.id]
    answer = ledger.intent(claim, b"request", DUE)
    assert isinstance(answer, Refused)
    assert answer.why is Why.STOPPED
    assert ledger.resume(Scope.LATE, moment(late.due_at), "operator", DUE)
    assert due_ids(ledger, DUE, 10) == [late.id, early.id]


def test_an_account_rests_between_two_posts(ledger: Ledger) -> None:
    mine, other = deliveries(3, [ROME]), deliveries(1, [NOTE])
    approved(ledger, [*mine, *other])
    refs = ledger.due(DUE, 10)
    taken = ledger.claim(refs, "runner", DUE + LEASE, DUE, Spacing(always=MINUTE))
    assert sorted(claim.entry.delivery.account for claim in taken) == ["it/feed", "it/note"]
    assert all(isinstance(ledger.intent(claim, b"r", DUE), Granted) for claim in taken)
    assert due_ids(ledger, DUE + MINUTE - SECOND, 10) == []
    assert ledger.next_due(DUE) == DUE + MINUTE
    assert len(ledger.due(DUE + MINUTE, 10)) == 2


def test_only_what_is_late_rests_when_catching_up(ledger: Ledger) -> None:
    plan = deliveries(3)
    approved(ledger, plan)
    spacing = Spacing(late=MINUTE, late_after=timedelta(minutes=15))
    refs = ledger.due(DUE, 10)
    assert ledger.claim(refs[:1], "runner", DUE + LEASE, DUE, spacing)
    assert len(ledger.due(DUE, 10)) == 2
    now = DUE + timedelta(minutes=16)
    assert len(ledger.claim(refs, "runner", now + LEASE, now, spacing)) == 1
    assert due_ids(ledger, now, 10) == []
    assert len(ledger.due(now + MINUTE, 10)) == 1


def test_traffic_is_what_was_sent_and_what_is_in_hand(ledger: Ledger) -> None:
    plan = deliveries(3, [ROME, NOTE])
    approved(ledger, plan)
    sent, held, waiting = (one for one in plan if one.account == "it/feed")
    other = next(one for one in plan if one.account == "it/note")
    for one in (sent, other):
        assert isinstance(ledger.intent(claim_one(ledger, one.id), b"r", DUE), Granted)
    claim_one(ledger, held.id)
    before = DUE - SECOND
    mine = ledger.traffic(HoldScope.ACCOUNT, "it/feed", before)
    assert (list(mine.sent), list(mine.in_hand)) == ([DUE], [(held.due_at, held.id)])
    everyone = ledger.traffic(HoldScope.PLATFORM, sent.platform, before)
    assert sorted(everyone.sent) == [DUE, DUE]
    assert list(everyone.in_hand) == [(held.due_at, held.id)]
    assert not ledger.traffic(HoldScope.ACCOUNT, "it/feed", DUE).sent
    assert not ledger.traffic(HoldScope.ACCOUNT, "it/nobody", before).in_hand
    assert waiting.id in due_ids(ledger, DUE, 10)


def test_looking_up_needs_no_rest(ledger: Ledger) -> None:
    first, second = deliveries(2)
    approved(ledger, [first, second])
    in_doubt(ledger, first.id)
    spacing = Spacing(always=timedelta(hours=1))
    ledger.claim([hint(ledger, second.id)], "runner", DUE + LEASE, DUE, spacing)
    assert due_ids(ledger, DUE + SETTLE, 10) == [first.id]
    assert claim_one(ledger, first.id, DUE + SETTLE).entry.state is State.RECONCILING


def test_a_hold_of_a_platform_reaches_every_account_of_it(ledger: Ledger) -> None:
    plan = deliveries(1, [ROME, NOTE, replace(ROME, channel="else", platform="folder")])
    approved(ledger, plan)
    claim = claim_one(ledger, plan[0].id)
    hold = Hold(HoldScope.PLATFORM, claim.entry.delivery.platform, DUE + MINUTE, "busy")
    ledger.hold(hold, DUE)
    free = [one.id for one in plan if one.platform != hold.value and one.id != claim.id]
    assert due_ids(ledger, DUE, 10) == free
    answer = ledger.intent(claim, b"request", DUE)
    assert isinstance(answer, Refused)
    assert answer.why is Why.ACCOUNT_HELD
    assert ledger.next_due(DUE) == DUE + MINUTE
    assert ledger.release(HoldScope.PLATFORM, hold.value, "operator", DUE)
    assert len(ledger.due(DUE, 10)) == 3


# --- newer zone data ---


def test_newer_zone_data_move_the_instant_and_leave_the_approval(ledger: Ledger) -> None:
    plan = [replace(one, tzdata="2025b") for one in deliveries(2)]
    approved(ledger, plan)
    sent(ledger, plan[1].id)

    def derive(old: Delivery) -> Delivery:
        later = timedelta(hours=1)
        return replace(
            old, due_at=old.due_at + later, expires_at=old.expires_at + later, tzdata="2026f"
        )

    [moved] = ledger.rederive(derive, "2026f", DUE)
    assert (moved.entry.id, moved.before) == (plan[0].id, DUE)
    entry = ledger.get(plan[0].id)
    assert (entry.delivery.due_at, entry.approved) == (DUE + timedelta(hours=1), True)
    assert due_ids(ledger, DUE, 10) == []
    assert due_ids(ledger, DUE + timedelta(hours=1), 10) == [plan[0].id]
    line = ledger.journal(plan[0].id)[-1]
    assert line.event == "time-moved"
    assert "2025b to 2026f" in line.detail
    assert ledger.rederive(derive, "2026f", DUE) == []
    assert ledger.get(plan[1].id).delivery.due_at == DUE


@pytest.mark.parametrize("outcome", [OUT, InDoubt(DUE, "x"), NotThere()])
def test_an_outcome_that_cannot_be_is_a_bug(ledger: Ledger, outcome) -> None:
    [one] = deliveries()
    approved(ledger, [one])
    claim = claim_one(ledger, one.id)
    with pytest.raises(IllegalOutcomeError, match="cannot follow claimed"):
        ledger.settle(claim, outcome, DUE)
    assert ledger.get(one.id) == claim.entry


# --- crashes ---


def test_a_dead_owner_s_claims_are_free_and_its_requests_in_doubt(ledger: Ledger) -> None:
    claimed, sending, looked_up = plan = deliveries(3)
    approved(ledger, plan)
    in_doubt(ledger, looked_up.id)
    old = claim_one(ledger, looked_up.id, DUE + SETTLE), claim_one(ledger, claimed.id)
    sent(ledger, sending.id)
    now = DUE + SETTLE
    assert ledger.recover("new", now, SETTLE) == Recovered(released=1, in_doubt=2)
    assert state(ledger, claimed.id) is State.APPROVED
    for one in (sending, looked_up):
        entry = ledger.get(one.id)
        assert (entry.state, entry.in_doubt) == (State.UNKNOWN, True)
        assert entry.next_try == now + SETTLE
    assert ledger.recover("new", now, SETTLE) == Recovered()
    for claim in old:
        assert ledger.intent(claim, b"request", now) == Refused(
            Why.LOST, f"it is {state(ledger, claim.id)}"
        )


def test_one_s_own_claims_are_not_taken_back(ledger: Ledger) -> None:
    [one] = deliveries()
    approved(ledger, [one])
    claim = claim_one(ledger, one.id, owner="me")
    assert ledger.recover("me", DUE, SETTLE) == Recovered()
    assert isinstance(ledger.intent(claim, b"request", DUE), Granted)


def test_a_lease_runs_out_for_everybody(ledger: Ledger) -> None:
    claimed, sending = deliveries(2)
    approved(ledger, [claimed, sending])
    claim_one(ledger, claimed.id)
    sent(ledger, sending.id)
    assert ledger.reclaim(DUE + LEASE - SECOND, SETTLE) == Recovered()
    assert ledger.reclaim(DUE + LEASE, SETTLE) == Recovered(released=1, in_doubt=1)


# --- lateness ---


@pytest.mark.parametrize(
    ("policy", "after"),
    [
        (Late.POST_UNTIL, State.MISSED),
        (Late.SKIP, State.MISSED),
        (Late.HOLD, State.NEEDS_HUMAN),
    ],
)
def test_the_late_policy_decides_after_the_last_moment(
    ledger: Ledger, policy: Late, after: State
) -> None:
    late = LatePolicy(policy, EXPIRES.time().replace(hour=20))
    plan = deliveries(3, late=late)
    retrying = plan[1]
    unapproved = plan[2]
    approved(ledger, plan[:2])
    ledger.put(plan, BEFORE)
    ledger.settle(sent(ledger, retrying.id), TryAgain(DUE + MINUTE, "busy"), DUE)
    end = EXPIRES if policy is Late.POST_UNTIL else DUE + PUNCTUAL
    assert ledger.expire(end - SECOND) == 0
    assert ledger.expire(end) == 3
    assert [state(ledger, one.id) for one in plan] == [after, after, State.MISSED]
    assert "busy" in ledger.get(retrying.id).note
    assert ledger.get(unapproved.id).note == "nobody approved it in time"
    assert ledger.expire(end) == 0


# --- the journal ---


def test_the_journal_names_every_step_and_ends_with_the_present_state(ledger: Ledger) -> None:
    [one] = deliveries()
    approved(ledger, [one])
    in_doubt(ledger, one.id)
    claim = claim_one(ledger, one.id, DUE + SETTLE)
    ledger.settle(claim, NotThere(), DUE + SETTLE)
    ledger.intent(claim, b"request", DUE + SETTLE)
    ledger.settle(claim, OUT, DUE + SETTLE)
    ledger.stop(Scope.ALL, "", "coordinator", DUE + SETTLE)
    lines = ledger.journal(one.id)
    assert [(line.event, line.state) for line in lines] == [
        ("planned", "planned"),
        ("approved", "approved"),
        ("claimed", "claimed"),
        ("intent", "sending"),
        ("in-doubt", "unknown"),
        ("reconciling", "reconciling"),
        ("not-there", "claimed"),
        ("intent", "sending"),
        ("posted", "posted"),
    ]
    assert [line.fence for line in lines] == [0, 0, 1, 1, 1, 2, 2, 2, 2]
    assert lines[1].actor == "approver"
    assert lines[1].detail == one.content_hash
    assert lines[-1].detail == "42"
    everything = ledger.journal()
    assert [line.number for line in everything] == sorted(line.number for line in everything)
    assert (everything[-1].delivery, everything[-1].event) == ("", "stop")


# --- races ---


def _race(*jobs: Callable[[], object]) -> list[object]:
    """Let several threads begin at the same moment; what each came back with."""
    gate = threading.Barrier(len(jobs))
    found: list[object] = [None] * len(jobs)

    def run(number: int) -> None:
        gate.wait()
        found[number] = jobs[number]()

    threads = [threading.Thread(target=run, args=[number]) for number in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_of_revoke_and_intent_exactly_one_wins(ledger: Ledger) -> None:
    plan = deliveries(40)
    approved(ledger, plan)
    for one in plan:
        claim = claim_one(ledger, one.id)

        def revoke(delivery_id: str = one.id) -> bool:
            return ledger.revoke([delivery_id], "approver", DUE)[0].granted

        def send(mine: Claim = claim) -> bool:
            return isinstance(ledger.intent(mine, b"request", DUE), Granted)

        assert sorted(_race(revoke, send)) == [False, True]  # type: ignore[type-var]


def test_after_a_stop_no_intent_gets_through(ledger: Ledger) -> None:
    plan = deliveries(40)
    approved(ledger, plan)
    claims = ledger.claim([hint(ledger, one.id) for one in plan], "runner", DUE + LEASE, DUE)

    def send() -> list[bool]:
        return [isinstance(ledger.intent(claim, b"r", DUE), Granted) for claim in claims]

    def stop() -> None:
        ledger.stop(Scope.ALL, "", "coordinator", DUE)

    [granted, _none] = _race(send, stop)
    assert isinstance(granted, list)
    lines = ledger.journal()
    stopped_at = next(line.number for line in lines if line.event == "stop")
    intents = [line.number for line in lines if line.event == "intent"]
    assert len(intents) == sum(granted)
    assert all(number < stopped_at for number in intents)


def test_of_many_claims_one_wins(ledger: Ledger) -> None:
    plan = deliveries(20)
    ids = approved(ledger, plan)
    refs = ledger.due(DUE, 20)

    def take(owner: str) -> Callable[[], list[Claim]]:
        return lambda: ledger.claim(refs, owner, DUE + LEASE, DUE)

    taken = _race(*(take(owner) for owner in "abcd"))
    won = [claim.id for claims in taken for claim in claims]  # type: ignore[attr-defined]
    assert sorted(won) == sorted(ids)
