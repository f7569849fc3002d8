"""A delivery's whole life in plain words: every event, what stands in its way, what can be done."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clarion.explain import Story, explain_delivery
from clarion.outlook import Around, AtWork, choices, goes_at, obstacles
from clarion.telling import WORDS, has_words, tell
from publishers.errors import AuthExpired, Permanent, Transient
from publishers.memory import Delay, Lag, LoseAnswer, LoseRequest, Refuse
from publishers.port import Idempotency
from scheduler.delivery import Delivery, Entry, Late
from scheduler.ledger import Claim, Hold, HoldScope, Outcome, Posted, Ref, Scope, Verdict, moment
from scheduler.plan import LatePolicy
from tests.conftest import Command
from tests.project import ROOT
from tests.scheduler.scene import BEFORE, DUE, EXPIRES, SETTLE, Stage, deliveries

AT_WORK = AtWork(True, "'clarion run' is at work (process 7)")
LEDGERS = ("scheduler/rules", "clarion/store", "scheduler/adapters/memory_ledger.py")


def events_written() -> Iterator[str]:
    """Every event that the code of rules and ledgers names when it writes the journal."""
    for place in LEDGERS:
        path = ROOT / place
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Call):
                    yield from _events_of(node)


def _events_of(call: ast.Call) -> Iterator[str]:
    """The constants among what can be the event: in ``Change``, ``remark`` and ``_note``."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    place = {"Change": 1, "remark": 2, "_note": 1}.get(name)
    if place is None or len(call.args) <= place:
        return
    event = call.args[place]
    if isinstance(event, ast.Constant):
        yield str(event.value)
    elif isinstance(event, ast.JoinedStr):  # too-late-…, by the name of the outcome
        prefix = event.values[0]
        assert isinstance(prefix, ast.Constant)
        for outcome in Outcome.__args__:
            yield f"{prefix.value}{outcome.__name__.lower()}"
    elif name == "Change":
        assert ast.unparse(event) == "state", ast.unparse(event)


def test_every_event_has_words_and_every_word_an_event() -> None:
    written = {*events_written(), "claimed", "reconciling"}  # these two are named by their state
    assert len(written) > 30
    assert {event for event in written if not has_words(event)} == set()
    assert {event for event in WORDS if event not in written} == set()


def test_an_event_of_a_newer_program_is_told_by_its_name(tmp_path: Path) -> None:
    stage = begun(tmp_path)
    [line] = [one for one in stage.ledger.journal() if one.event == "planned"]
    later = replace(line, event="teleported", detail="to Mars")
    assert not has_words("teleported")
    entry = stage.ledger.get(line.delivery)
    assert [told.words for told in tell(entry, [later])] == ["teleported (to Mars)"]


# --- lives ---


def begun(
    base: Path, idempotency: Idempotency = Idempotency.NATIVE, late: Late = Late.POST_UNTIL
) -> Stage:
    """One delivery, planned and approved, on a platform of a kind."""
    stage = Stage(base, idempotency)
    policy = LatePolicy(late, EXPIRES.time().replace(hour=20) if late is Late.POST_UNTIL else None)
    stage.ledger.put(deliveries(late=policy), BEFORE)
    stage.ledger.approve([only(stage).id], "editor", BEFORE)
    return stage


def only(stage: Stage) -> Entry:
    """The one delivery."""
    [entry] = stage.ledger.entries()
    return entry


def told(stage: Stage) -> list[str]:
    """Its life after it was planned and approved, in words."""
    words = [one.words for one in tell(only(stage), stage.ledger.journal())]
    assert words[:2] == ["planned; waits for an approval", "approved by editor"]
    return words[2:]


def posted(stage: Stage) -> None:
    stage.at(DUE)


def lost_answer(stage: Stage) -> None:
    stage.platform.misbehave(LoseAnswer())
    stage.at(DUE)
    stage.at(SETTLE)


def lost_request(stage: Stage) -> None:
    stage.platform.misbehave(LoseRequest())
    stage.at(DUE)
    stage.at(SETTLE)


def busy(stage: Stage) -> None:
    stage.platform.misbehave(Refuse(Transient("busy", retry_after=20, scope="host")))
    stage.at(DUE)
    stage.at(timedelta(seconds=20))


def refused(stage: Stage) -> None:
    stage.platform.misbehave(Refuse(Permanent("text: too long", code="x")))
    stage.at(DUE)


def stopped(stage: Stage) -> None:
    stage.ledger.stop(Scope.SOCIETY, "fr", "somebody", BEFORE)
    stage.ledger.stop(Scope.SOCIETY, "it", "duty-officer", BEFORE)
    stage.ledger.resume(Scope.SOCIETY, "it", "duty-officer", BEFORE)


def asked_about(stage: Stage) -> None:
    stage.ledger.stop(Scope.LATE, moment(DUE + timedelta(hours=1)), "clarion", BEFORE)
    stage.ledger.resume(Scope.LATE, moment(DUE + timedelta(hours=1)), "duty-officer", BEFORE)


def signed_out(stage: Stage) -> None:
    stage.platform.misbehave(Refuse(AuthExpired("sign in anew")))
    stage.at(DUE)
    stage.ledger.release(HoldScope.ACCOUNT, "it/feed", "duty-officer", DUE)


def taken_back(stage: Stage) -> None:
    stage.ledger.revoke([only(stage).id], "duty-officer", BEFORE)


def let_go(stage: Stage) -> None:
    stage.ledger.skip([only(stage).id], "duty-officer", BEFORE)


def withdrawn(stage: Stage) -> None:
    stage.ledger.put([], BEFORE, whole={only(stage).delivery.series})


def changed(stage: Stage) -> None:
    stage.ledger.put(deliveries(text="Other words."), BEFORE)


def expired(stage: Stage) -> None:
    stage.ledger.expire(EXPIRES)


def rederived(stage: Stage) -> None:
    def hour_later(one: Delivery) -> Delivery:
        return replace(one, due_at=one.due_at + timedelta(hours=1), tzdata="2099a")

    def as_before(one: Delivery) -> Delivery:
        return replace(one, tzdata="2099b")

    stage.ledger.rederive(hour_later, "2099a", BEFORE)
    stage.ledger.rederive(as_before, "2099b", BEFORE)


def abandoned(stage: Stage) -> None:
    claim = claimed(stage)
    stage.ledger.recover("other", DUE, SETTLE)
    stage.ledger.settle(claim, Posted("remote-9", "", DUE, {}), DUE)


def claimed(stage: Stage) -> Claim:
    entry = only(stage)
    ref = Ref(entry.id, entry.revision, entry.delivery.account)
    [claim] = stage.ledger.claim([ref], "runner", DUE + timedelta(minutes=5), DUE)
    return claim


def abandoned_while_sending(stage: Stage) -> None:
    stage.ledger.intent(claimed(stage), b"{}", DUE)
    stage.ledger.recover("other", DUE, SETTLE)


def stopped_while_claimed(stage: Stage) -> None:
    claim = claimed(stage)
    stage.ledger.stop(Scope.ALL, "", "duty-officer", DUE)
    stage.ledger.intent(claim, b"{}", DUE)


LIVES: list[tuple[Callable[[Stage], None], list[str]]] = [
    (posted, ["taken up by runner", "sent", "posted, there called memory-1"]),
    (lost_answer, [
        "taken up by runner", "sent",
        "no answer came: looked up at 09:00:30 (07:00:30 UTC) (post ID: the answer was lost)",
        "looked up by runner", "found there: it is posted, there called memory-1",
    ]),
    (lost_request, [
        "taken up by runner", "sent",
        "no answer came: looked up at 09:00:30 (07:00:30 UTC) (post ID: no answer)",
        "looked up by runner", "not there: it may be sent again",
        "sent again, request 2", "posted, there called memory-1",
    ]),
    (busy, [
        "taken up by runner", "sent",
        "not accepted, nothing is out: tried again at 09:00:20 (07:00:20 UTC) (busy)",
        "taken up by runner", "sent again, request 2", "posted, there called memory-1",
    ]),
    (refused, ["taken up by runner", "sent", "refused for good, nothing is out (text: too long)"]),
    (stopped, [
        "stopped by duty-officer (society it)", "duty-officer lifted the stop (society it)",
    ]),
    (asked_about, [
        "was late, as nothing had run: waits for somebody's answer",
        "duty-officer answered for all that was late",
    ]),
    (signed_out, [
        "taken up by runner", "sent", "has to wait: account it/feed: sign in anew",
        "a person has to look (sign in anew)", "duty-officer ended the wait (account it/feed)",
    ]),
    (taken_back, ["duty-officer took the approval back"]),
    (let_go, ["duty-officer let it go by: it is not posted"]),
    (withdrawn, ["taken out of the plan"]),
    (changed, [
        "planned anew, as something in it had changed; waits for an approval; "
        "the approval from before no longer holds",
    ]),
    (expired, ["its last moment passed: missed"]),
    (rederived, [
        "newer time zone data: the time on the wall stays, the instant moved from 2027-07-30 "
        "09:00:00 (07:00:00 UTC) to 2027-07-30 10:00:00 (08:00:00 UTC), zone data NOW to 2099a",
        "newer time zone data: its time stays (2099a to 2099b)",
    ]),
    (abandoned, [
        "taken up by runner", "the program ended before anything was sent: taken up again",
        "word from runner, which no longer had it in hand: it was posted (remote-9)",
    ]),
    (abandoned_while_sending, [
        "taken up by runner", "sent",
        "the program ended before an answer came: looked up at 09:00:30 (07:00:30 UTC)",
    ]),
    (stopped_while_claimed, [
        "taken up by runner", "stopped by duty-officer (all)",
        "not sent: a stop covers it (all by duty-officer)",
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("happens", "words"), LIVES, ids=lambda one: getattr(one, "__name__", ""))
def test_a_life_in_words(
    tmp_path: Path, happens: Callable[[Stage], None], words: list[str]
) -> None:
    stage = begun(tmp_path)
    entry = only(stage)
    happens(stage)
    release = entry.delivery.tzdata
    expected = [line.replace("ID", entry.id).replace("NOW", release) for line in words]
    assert told(stage) == expected


def test_a_stop_that_was_over_before_it_was_planned_is_no_part_of_it(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.ledger.stop(Scope.ALL, "", "duty-officer", BEFORE)
    stage.ledger.resume(Scope.ALL, "", "duty-officer", BEFORE)
    stage.ledger.put(deliveries(), BEFORE)
    assert [one.words for one in tell(only(stage), stage.ledger.journal())] == [
        "planned; waits for an approval"
    ]


def test_what_a_person_says_about_it_is_part_of_it(tmp_path: Path) -> None:
    stage = begun(tmp_path, Idempotency.NONE)
    stage.platform.misbehave(LoseRequest(), LoseAnswer())
    stage.at(DUE)
    stage.at(timedelta(seconds=1))
    assert told(stage)[-1].startswith("a person has to look (post ")
    stage.ledger.resolve(only(stage).id, "duty-officer", DUE, Verdict.LOOK_AGAIN)
    assert told(stage)[-1] == "duty-officer has it looked up once more"
    stage.at(timedelta(seconds=1))
    stage.ledger.resolve(only(stage).id, "duty-officer", DUE, Verdict.NOT_THERE)
    assert told(stage)[-1] == "duty-officer looked, and it is not there: it goes out again"
    stage.at(timedelta(seconds=1))
    stage.at(timedelta(seconds=1))
    url = "https://example.org/7"
    stage.ledger.resolve(only(stage).id, "duty-officer", DUE, Verdict.THERE, url)
    assert told(stage)[-1] == f"duty-officer looked, and it is there ({url})"


# --- what now ---


def around(now: datetime = BEFORE, **what: object) -> Around:
    """How things stand, with somebody at work."""
    return Around(now, at_work=AT_WORK, **what)  # type: ignore[arg-type]


def test_all_is_well_until_it_goes_out(tmp_path: Path) -> None:
    entry = only(begun(tmp_path))
    assert list(obstacles(entry, around())) == []
    assert goes_at(entry, around()) == DUE


@pytest.mark.parametrize(
    ("what", "words", "command"),
    [
        (
            {"clock": "the clock jumped back by 60 min"},
            "the clock of the machine is not believed: the clock jumped back by 60 min",
            "clarion clock confirm --as ROLE",
        ),
        (
            {"holds": [Hold(HoldScope.ACCOUNT, "it/feed", None, "sign in anew")]},
            "account it/feed waits until somebody releases it: sign in anew",
            "clarion release account it/feed --as ROLE",
        ),
    ],
)
def test_what_stands_in_its_way_is_said_with_the_command(
    tmp_path: Path, what: dict[str, object], words: str, command: str
) -> None:
    entry = only(begun(tmp_path))
    [advice] = obstacles(entry, around(**what))
    assert advice == (words, command)
    assert goes_at(entry, around(**what)) is None


@pytest.mark.parametrize(
    ("scope", "value", "words", "command"),
    [
        (Scope.SOCIETY, "it", "stopped: society it by duty-officer since 2027-07-20 07:00:00 UTC",
         "clarion resume society it --as ROLE"),
        (Scope.LATE, moment(EXPIRES), "it was late, as nothing had run: it waits for an answer",
         "clarion backlog post|hold|skip --as ROLE"),
        (Scope.SOCIETY, "fr", "", ""),
    ],
)  # fmt: skip
def test_a_stop_stands_in_its_way_if_it_covers_it(
    tmp_path: Path, scope: Scope, value: str, words: str, command: str
) -> None:
    stage = begun(tmp_path)
    stage.ledger.stop(scope, value, "duty-officer", BEFORE)
    now = around(stops=stage.ledger.stops())
    assert list(obstacles(only(stage), now)) == ([(words, command)] if words else [])
    assert goes_at(only(stage), now) == (None if words else DUE)


def test_a_wait_says_until_when_and_it_goes_out_then(tmp_path: Path) -> None:
    entry, until = only(begun(tmp_path)), DUE + timedelta(minutes=5)
    now = around(DUE, holds=[Hold(HoldScope.PLATFORM, "memory", until, "busy")])
    [advice] = obstacles(entry, now)
    assert advice.words == (
        "platform memory has to wait until 2027-07-30 09:05:00 (07:05:00 UTC): busy"
    )
    assert goes_at(entry, now) == until
    assert list(obstacles(entry, replace(now, now=until))) == []


def test_when_due_it_says_that_nothing_runs_or_that_its_account_rests(tmp_path: Path) -> None:
    entry = only(begun(tmp_path))
    nothing = Around(DUE, at_work=AtWork(False, "nothing is running"))
    assert [one.words for one in obstacles(entry, nothing)] == ["nothing is running"]
    rests = around(DUE, rests=frozenset({entry.id}))
    [advice] = obstacles(entry, rests)
    assert advice.words.startswith("its account rests between two posts")
    [advice] = obstacles(entry, around(EXPIRES))
    assert advice.words.startswith("its last moment has passed")


def commands(entry: Entry, now: Around) -> list[str]:
    """What can be typed, without who."""
    found = (one.command.removesuffix(" --as ROLE") for one in choices(entry, now))
    return [one.replace(entry.id[:8], "ID") for one in found if one]


def test_in_doubt_all_three_answers_are_offered(tmp_path: Path) -> None:
    stage = begun(tmp_path, Idempotency.NONE)
    stage.platform.misbehave(LoseAnswer())
    stage.at(DUE)
    stage.at(timedelta(seconds=1))
    now = around(stage.time.now())
    assert commands(only(stage), now) == [
        "clarion resolve ID there --url URL",
        "clarion resolve ID not-there",
        "clarion resolve ID look-again",
    ]
    words = [one.words for one in choices(only(stage), now)]
    assert "it is not there: post it again" in words
    lines = "\n".join(story(stage, now).lines())
    assert "it has probably gone out: open the account, look, and say what is there" in lines
    late = [one.words for one in choices(only(stage), around(EXPIRES))]
    assert "it is not there, and its time has passed" in late


def test_signed_out_the_account_comes_first_and_nothing_can_be_looked_up(tmp_path: Path) -> None:
    stage = begun(tmp_path)
    stage.platform.misbehave(Refuse(AuthExpired("sign in anew")))
    stage.at(DUE)
    assert commands(only(stage), around(DUE, holds=stage.ledger.holds())) == [
        "clarion release account it/feed",
        "clarion resolve ID there --url URL",
        "clarion resolve ID not-there",
    ]


@pytest.mark.parametrize(
    ("happens", "expected"),
    [
        (taken_back, ["clarion approve ID"]),
        (lambda _stage: None, ["clarion approve --revoke ID"]),
        (refused, ["clarion plan"]),
        (let_go, []),
        (withdrawn, []),
        (lambda stage: stage.at(DUE), []),
    ],
)
def test_what_can_be_done_follows_from_where_it_stands(
    tmp_path: Path, happens: Callable[[Stage], object], expected: list[str]
) -> None:
    stage = begun(tmp_path)
    happens(stage)
    assert commands(only(stage), around(stage.time.now())) == expected


def story(stage: Stage, now: Around) -> Story:
    return explain_delivery(only(stage), stage.ledger.journal(), now)


def test_the_story_ends_with_now_and_what_can_be_done(tmp_path: Path) -> None:
    stage = begun(tmp_path)
    stage.platform.misbehave(Lag(1), Delay(0))
    lines = list(story(stage, around()).lines())
    start = lines.index("what happened, in Europe/Rome and UTC")
    assert lines[start + 1 :] == [
        "2027-07-20 09:00:00  07:00:00 UTC  planned; waits for an approval",
        "2027-07-20 09:00:00  07:00:00 UTC  approved by editor",
        "",
        "now, at 2027-07-20 09:00:00 Europe/Rome (07:00:00 UTC)",
        "  goes out 2027-07-30 09:00:00 Europe/Rome (07:00:00 UTC)",
        "what you can do",
        "  take the approval back",
        f"    clarion approve --revoke {only(stage).id[:8]} --as ROLE",
    ]
    value = story(stage, around()).as_dict()
    assert value["next"] == DUE.isoformat()
    assert [one["words"] for one in value["story"]] == [
        "planned; waits for an approval",
        "approved by editor",
    ]


def test_another_date_in_utc_is_written_out(tmp_path: Path) -> None:
    entry = only(begun(tmp_path))
    far = replace(entry, delivery=replace(entry.delivery, zone="Pacific/Kiritimati"))
    at = datetime(2027, 7, 29, 19, 0, tzinfo=UTC)
    far = replace(far, delivery=replace(far.delivery, due_at=at))
    lines = list(explain_delivery(far, ()).lines())
    assert "goes out  2027-07-30 09:00:00 Pacific/Kiritimati (2027-07-29 19:00:00 UTC)" in lines


def test_the_command_tells_it_within_the_width_of_the_screen(
    workspace: Path, clarion: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    clarion("plan", "--for", "2027-07-30")
    clarion("stop", "all", "--as", "duty-officer")
    monkeypatch.setenv("COLUMNS", "80")
    found = clarion("status", "--all", "--json").value["deliveries"]
    [name, *_] = [one["id"] for one in found if one["state"] == "held"]
    lines = clarion("explain", name).out.splitlines()
    assert max(map(len, lines)) <= 80
    assert "    clarion plan" in lines
    assert any(line.endswith("UTC  stopped by duty-officer (all)") for line in lines)
