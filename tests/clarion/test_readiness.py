"""Go or no-go for a date: what stands against it is named with the remedy, and nothing else is."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from campaigns.referrals import load_referrals
from clarion.doctor import clock_check
from clarion.readiness import about, judge
from clarion.settings import load_settings
from clarion.wiring import Studio
from scheduler.backlog import ask
from scheduler.clock import SystemTime
from scheduler.delivery import Delivery, State
from scheduler.ledger import Granted, Hold, HoldScope, InDoubt, Ref, Rejected
from scheduler.trust import ClockMark
from tests.acceptance.today import make_due, mark_reviewed
from tests.conftest import Command, run_process


@pytest.fixture(scope="module")
def prepared(starter: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, date]:
    """A workspace whose day is today, reviewed, planned, approved, rehearsed. Not to be changed."""
    place = Path(shutil.copytree(starter, tmp_path_factory.mktemp("ready") / "ours"))
    day = make_due(place, 2)
    mark_reviewed(place)
    for words in (
        ("plan", "--for", f"{day}"),
        ("approve", "--as", "editor"),
        ("rehearse", "--for", f"{day}"),
    ):
        done = run_process(*words, at=place)
        assert done.code == 0, done
    return place, day


@pytest.fixture
def day(prepared: tuple[Path, date], workspace: Path) -> date:
    """The date; the workspace is that which is prepared."""
    shutil.copytree(prepared[0], workspace, dirs_exist_ok=True)
    return prepared[1]


@pytest.fixture
def studio(day: date, workspace: Path) -> Iterator[Studio]:
    with closing(Studio(load_settings(workspace))) as opened:
        yield opened


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


Problems = Callable[[], dict[str, list[str]]]


@pytest.fixture
def problems(clarion: Command, day: date) -> Problems:
    """What stands against the day, by check; the exit code agrees."""

    def look() -> dict[str, list[str]]:
        done = clarion("doctor", "--for", f"{day}", "--json")
        found: dict[str, list[str]] = {}
        for check in done.value["checks"]:
            if check["verdict"] == "problem":
                found.setdefault(check["name"], []).append(check["text"])
        assert done.code == (1 if found else 0)
        assert done.value["go"] is not found
        assert done.value["problems"] == sum(map(len, found.values()))
        return found

    return look


def verdicts(value: dict[str, Any]) -> dict[str, str]:
    return {check["name"]: check["verdict"] for check in value["checks"]}


def test_when_all_is_done_it_is_go(
    clarion: Command, day: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = clarion("doctor", "--for", f"{day}")
    assert done.code == 0, done.out
    lines = done.out.splitlines()
    assert lines[-1].startswith(f"GO for {day}: 0 problems, ")
    value = clarion("doctor", "--for", f"{day}", "--json").value
    assert (value["date"], value["go"], value["problems"]) == (f"{day}", True, 0)
    found = verdicts(value)
    for name in (
        "plan", "approvals", "translations", "helplines", "figures", "content", "pictures",
        "texts", "accounts", "stops", "holds", "rehearsal", "disk",
    ):  # fmt: skip
        assert found[name] == "ok", name
    assert found["running"] == "warning"  # and yet it is go
    monkeypatch.setenv("COLUMNS", "80")
    narrow = clarion("doctor", "--for", f"{day}").out.splitlines()
    # a path is never broken
    assert max(len(line) for line in narrow if "GiB" not in line and "/" not in line) <= 80


def test_looking_changes_nothing(clarion: Command, day: date, workspace: Path) -> None:
    before = clarion("status", "--all", "--json").value
    with closing(Studio(load_settings(workspace))) as studio:
        journal, mark = studio.ledger.journal(), studio.ledger.clock_log.last()
        assert judge(studio, day, datetime.now(UTC)).go
        assert (studio.ledger.journal(), studio.ledger.clock_log.last()) == (journal, mark)
    assert clarion("status", "--all", "--json").value == before
    assert not (workspace / "hand-off").exists()


def test_what_nobody_approved(clarion: Command, problems: Problems) -> None:
    assert clarion("approve", "--revoke", "--as", "duty-officer").code == 0
    assert problems() == {"approvals": ["6 are not approved (mt): clarion approve --as ROLE"]}


def test_a_date_for_which_nothing_is_planned(clarion: Command, day: date) -> None:
    done = clarion("doctor", "--for", "2031-07-30")
    assert done.code == 1
    assert "nothing is planned for 2031-07-30: clarion plan --for 2031-07-30" in done.out
    assert done.out.splitlines()[-1].startswith("NO-GO for 2031-07-30: 1 problem, ")


def test_a_society_that_is_not_there_is_named(clarion: Command, day: date) -> None:
    words = ("doctor", "--for", f"{day}", "--society")
    assert clarion(*words, "malta").complaint.startswith("there is no society 'malta'; known are")
    assert clarion(*words, "mt").code == 0
    assert clarion("doctor", "--society", "mt").code == 2


def test_a_stop_that_covers_some_of_it_and_no_other(clarion: Command, problems: Problems) -> None:
    assert clarion("stop", "channel", "mt/c1", "--as", "duty-officer").code == 0
    assert clarion("stop", "campaign", "online-safety", "--as", "duty-officer").code == 0
    [found] = problems()["stops"]
    assert found.startswith("channel mt/c1 by duty-officer since ")
    assert found.endswith(": clarion resume channel mt/c1 --as ROLE")


def test_a_hold_counts_if_it_still_lasts_when_something_is_due(
    studio: Studio, problems: Problems, now: datetime
) -> None:
    studio.ledger.hold(Hold(HoldScope.PLATFORM, "folder", now - timedelta(hours=1), "busy"), now)
    assert problems() == {}
    studio.ledger.hold(Hold(HoldScope.ACCOUNT, "mt/c0", None, "sign in anew"), now)
    assert problems() == {
        "holds": [
            "account mt/c0 waits until somebody releases it: sign in anew: "
            "clarion release account mt/c0 --as ROLE"
        ]
    }


def test_a_backlog_that_waits_for_an_answer(
    studio: Studio, problems: Problems, now: datetime
) -> None:
    ask(studio.ledger, now, timedelta(seconds=1))
    assert problems() == {
        "backlog": ["6 fell due while nothing ran: clarion backlog post|hold|skip --as ROLE"]
    }


def test_a_clock_that_is_not_believed(studio: Studio, problems: Problems, now: datetime) -> None:
    why = "the clock jumped back by 60 min"
    studio.ledger.clock_log.mark(ClockMark(now, "2026f", why=why))
    found = clock_check(studio, SystemTime())
    if found.verdict == "ok":
        pytest.skip("this machine's kernel vouches for its clock: the doubt is over at once")
    assert problems()["clock"] == [
        f"{why}: nothing is posted; set it right, or: clarion clock confirm --as ROLE"
    ]


def test_a_draft_and_a_changed_text(workspace: Path, problems: Problems) -> None:
    file = next((workspace / "locales/en_GB/LC_MESSAGES").glob("our-*.po"))
    text = file.read_text("utf-8")
    assert "; reviewed by second-editor" in text
    file.write_text(text.replace("; reviewed by second-editor", ""), "utf-8")
    [found] = problems()["translations"]
    assert found == (
        "6 would be held on the day: catalogue en_GB is a draft awaiting review; "
        "have it reviewed and marked so, then plan and approve again"
    )


def test_a_picture_that_was_touched(workspace: Path, problems: Problems) -> None:
    file = sorted(workspace.glob("assets/*/*.jpg"))[0]
    file.write_bytes(file.read_bytes() + b"\0")
    [found] = problems()["pictures"]
    assert found == f"{file}: changed since it was approved: build and approve it again"


def test_an_account_that_cannot_be_used(workspace: Path, problems: Problems) -> None:
    (workspace / "hand-off").write_text("in the way", "utf-8")
    [found] = problems()["accounts"]  # said once, of both
    assert found.startswith("mt/c0, mt/c1: ")
    assert "change the path" in found


def test_a_channel_that_is_no_longer_there(workspace: Path, problems: Problems) -> None:
    file = workspace / "campaigns/societies.yaml"
    kept = [line for line in file.read_text("utf-8").splitlines() if "id: c1" not in line]
    file.write_text("\n".join(kept), "utf-8")
    assert problems()["accounts"] == [
        "mt/c1: channel mt/c1 is no longer in societies.yaml; plan again or restore it"
    ]


def test_what_waits_for_a_person(studio: Studio, problems: Problems, now: datetime) -> None:
    first, second, *_ = studio.ledger.entries()
    for entry, outcome in ((first, Rejected("text: too long")), (second, InDoubt(now, "none"))):
        ref = Ref(entry.id, entry.revision, entry.delivery.account)
        [claim] = studio.ledger.claim([ref], "runner", now + timedelta(minutes=5), now)
        leave = studio.ledger.intent(claim, b"{}", now)
        assert isinstance(leave, Granted)
        assert studio.ledger.settle(replace(claim, entry=leave.entry), outcome, now)
    [found] = problems()["people"]
    assert found == (f"mt {first.delivery.card}: text: too long: clarion explain {first.id[:8]}")


def test_what_is_held_is_counted_with_its_reason(studio: Studio, problems: Problems) -> None:
    def held(one: Delivery) -> Delivery:
        return replace(one, held=("mt: has no translation yet",))

    first, second, *_ = (entry.delivery for entry in studio.ledger.entries())
    studio.ledger.put([held(first), held(second)], first.due_at, whole=())
    assert problems()["held"] == [
        "2 cannot go out: mt: has no translation yet; mend it, then 'clarion plan' and approve"
    ]


def test_a_rehearsal_counts_for_the_plan_that_was_rehearsed(
    clarion: Command, day: date, workspace: Path, studio: Studio
) -> None:
    def look() -> tuple[str, str]:
        value = clarion("doctor", "--for", f"{day}", "--json").value
        [found] = [check for check in value["checks"] if check["name"] == "rehearsal"]
        return found["verdict"], found["text"]

    assert look()[0] == "ok"
    record = workspace / "rehearsal/result.json"
    text = record.read_text("utf-8")
    record.write_text(text.replace('"clean": true', '"clean": false'), "utf-8")
    assert look()[0] == "problem"
    assert f"did not pass: clarion rehearse --for {day}" in look()[1]
    first = studio.ledger.entries()[0].delivery
    changed = replace(first, wall=first.wall + timedelta(minutes=1))
    studio.ledger.put([changed], first.due_at, whole=())
    assert look() == (
        "warning",
        f"it has not been rehearsed as it is now: clarion rehearse --for {day}",
    )
    record.write_text("{", "utf-8")
    assert look() == ("warning", f"it has not been rehearsed: clarion rehearse --for {day}")


def test_somebody_at_work_is_told(studio: Studio, day: date, now: datetime) -> None:
    assert {entry.state for entry in studio.ledger.entries()} == {State.APPROVED}
    checks = {check.name: check for check in judge(studio, day, now).checks}
    assert checks["running"].text.endswith("; it is due")
    early = {check.name: check for check in judge(studio, day, now - timedelta(days=1)).checks}
    assert "; the first is due in 23 h " in early["running"].text


def test_reasons_of_the_gate_are_told_where_they_belong() -> None:
    from campaigns.library import SHIPPED

    lines = load_referrals(SHIPPED / "referrals.yaml")
    on = date(2027, 7, 30)
    whys = [line.problem(on, line.territory) for line in lines.values()]
    assert whys
    assert {about(why) for why in whys if why} == {"helplines"}
    assert about("catalogue fr is a draft awaiting review") == "translations"
    assert about("figure victims was to be reviewed by 2027-01-01") == "figures"
    assert about("its texts have changed since it was approved") == "content"
