"""Who may say yes to what, and how it is taken back, stopped, looked at: through the command."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Command, run_process

WORLD_DAY = ("--for", "2027-07-30")


@pytest.fixture(scope="module")
def plan(starter: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter's workspace, planned. Not to be changed."""
    place = Path(shutil.copytree(starter, tmp_path_factory.mktemp("planned") / "ours"))
    assert run_process("plan", *WORLD_DAY, at=place).code == 0
    return place


@pytest.fixture
def planned(plan: Path, workspace: Path, clarion: Command) -> list[dict[str, Any]]:
    """The workspace with its plan: six deliveries, three of them held."""
    shutil.copytree(plan, workspace, dirs_exist_ok=True)
    return list(clarion("status", "--all", "--json").value["deliveries"])


@pytest.fixture
def ready(planned: list[dict[str, Any]]) -> list[str]:
    """Ids of what could be approved."""
    return [one["id"] for one in planned if one["state"] == "planned"]


def states(clarion: Command) -> dict[str, int]:
    return dict(clarion("status", "--json").value["states"])


def test_the_author_cannot_approve(ready: list[str], clarion: Command) -> None:
    done = clarion("approve", "--as", "campaign-author")
    assert done.code == 1
    assert done.out.splitlines() == [
        "refused 3: the author cannot approve: somebody else has to (it is planned)",
        "0 approved by campaign-author, 3 refused",
    ]
    assert states(clarion) == {"planned": 3, "held": 3}


@pytest.mark.parametrize("role", ["Campaign-Author", "CAMPAIGN AUTHOR", " campaign_author "])
def test_the_author_in_other_letters_is_still_the_author(
    ready: list[str], clarion: Command, role: str
) -> None:
    assert clarion("approve", "--as", role).code == 1
    assert states(clarion) == {"planned": 3, "held": 3}


def test_somebody_else_can_all_or_one(ready: list[str], clarion: Command) -> None:
    one = clarion("approve", "--as", "editor", ready[0])
    assert (one.code, one.out.splitlines()[0]) == (0, "1 approved by editor, 0 refused")
    assert states(clarion) == {"approved": 1, "planned": 2, "held": 3}
    assert clarion("approve", "--as", "editor").out.startswith("2 approved by editor, 0 refused")
    assert states(clarion) == {"approved": 3, "held": 3}


def test_the_first_letters_of_an_id_are_enough_where_they_are_clear(
    ready: list[str], clarion: Command
) -> None:
    assert clarion("approve", "--as", "editor", ready[1][:8]).code == 0
    assert states(clarion)["approved"] == 1
    assert "is the start of 6 deliveries" in clarion("approve", "--as", "editor", "").complaint


def test_an_unknown_id_is_refused_and_nothing_else_happens(
    ready: list[str], clarion: Command
) -> None:
    done = clarion("approve", "--as", "editor", "zzzz", "--json")
    assert done.code == 1
    assert done.value == {
        "granted": 0,
        "refused": [{"id": "zzzz", "why": "not in the ledger", "detail": ""}],
    }
    assert states(clarion) == {"planned": 3, "held": 3}


def test_what_is_held_cannot_be_approved(planned: list[dict[str, Any]], clarion: Command) -> None:
    [held, *_] = [one for one in planned if one["state"] == "held"]
    done = clarion("approve", "--as", "editor", held["id"], "--json")
    assert done.code == 1
    [refused] = done.value["refused"]
    assert (refused["why"], refused["detail"]) == ("held", held["reason"])


def test_an_approval_taken_back_is_gone(ready: list[str], clarion: Command) -> None:
    assert clarion("approve", "--as", "editor").code == 0
    assert clarion("approve", "--revoke", "--as", "duty-officer", ready[0]).code == 0
    assert states(clarion) == {"approved": 2, "planned": 1, "held": 3}
    assert clarion("approve", "--revoke", "--as", "duty-officer").out.startswith("2 revoked")
    assert states(clarion) == {"planned": 3, "held": 3}


def test_a_role_is_needed_and_may_come_from_the_environment(
    ready: list[str], clarion: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in (("approve",), ("stop", "all"), ("resume", "all")):
        done = clarion(*words)
        assert done.code == 2
        assert "--as ROLE, or set CLARION_AS" in done.err
    monkeypatch.setenv("CLARION_AS", "editor")
    assert clarion("approve").out.startswith("3 approved by editor, 0 refused\n")


def test_plan_and_approve_say_what_would_be_held_on_the_day(
    ready: list[str], clarion: Command
) -> None:
    sample, draft = "the helpline shown is only a sample", "catalogue en_GB is a draft"
    planned = clarion("plan", *WORLD_DAY)
    approved = clarion("approve", "--as", "editor")
    for done in (planned, approved):
        assert f"1 would be held on the day: {sample}" in done.out
        assert f"3 would be held on the day: {draft} awaiting review" in done.out
    assert clarion("plan", *WORLD_DAY, "--json").value["would_be_held"][sample] == 1


def test_only_the_named_society_or_campaign_is_approved(ready: list[str], clarion: Command) -> None:
    assert "nothing waits" in clarion("approve", "--as", "editor", "-s", "fr").out
    assert "nothing waits" in clarion("approve", "--as", "editor", "-c", "online-safety").out
    assert clarion("approve", "--as", "editor", "-s", "mt").out.startswith("3 approved")


@pytest.mark.parametrize(
    ("scope", "value"),
    [
        ("all", ()),
        ("society", ("mt",)),
        ("campaign", ("our-first-campaign",)),
        ("locale", ("en_GB",)),
        ("channel", ("mt/mt-en_GB-folder",)),
    ],
)
def test_a_stop_is_shown_until_it_is_lifted(
    ready: list[str], clarion: Command, scope: str, value: tuple[str, ...]
) -> None:
    assert clarion("approve", "--as", "editor").code == 0
    done = clarion("stop", scope, *value, "--as", "duty-officer")
    assert done.code == 0
    assert "0 had already gone out" in done.out
    shown = clarion("status")
    assert f"STOPPED: {' '.join((scope, *value))}" in shown.out.replace("  ", " ")
    assert "next: nothing is due" in shown.out
    [stop] = clarion("status", "--json").value["stops"]
    assert stop == {"scope": scope, "value": "".join(value), "by": "duty-officer"}
    assert clarion("resume", scope, *value, "--as", "duty-officer").out == "resumed\n"
    assert clarion("status", "--json").value["stops"] == []
    assert clarion("resume", scope, *value, "--as", "duty-officer").code == 1


@pytest.mark.parametrize(
    ("scope", "value", "known"),
    [
        ("society", "malta", "al, ba"),
        ("campaign", "our-campaign", "myths-and-facts"),
        ("locale", "en", "en_GB"),
        ("channel", "mt/x", "mt/mt-en_GB-folder"),
    ],
)
def test_a_stop_with_a_mistyped_name_says_so_instead_of_stopping_nothing(
    ready: list[str], clarion: Command, scope: str, value: str, known: str
) -> None:
    complaint = clarion("stop", scope, value, "--as", "duty-officer").complaint
    assert complaint.startswith(f"there is no {scope} '{value}'; known are ")
    assert known in complaint
    assert clarion("status", "--json").value["stops"] == []


def test_a_stop_and_a_revocation_work_while_the_registers_are_broken(
    ready: list[str], clarion: Command, workspace: Path
) -> None:
    assert clarion("approve", "--as", "editor").code == 0
    (workspace / "campaigns/societies.yaml").write_text("societies: [", "utf-8")
    assert clarion("stop", "society", "mt", "--as", "duty-officer").code == 0
    assert clarion("approve", "--revoke", "--as", "duty-officer").out == (
        "3 revoked by duty-officer, 0 refused\n"
    )
    assert clarion("status").code == 0
    assert "is not valid YAML" in clarion("plan").complaint


@pytest.mark.parametrize(
    "words", [("stop", "society"), ("stop", "all", "mt"), ("stop", "everything")]
)
def test_a_stop_without_a_clear_reach_is_wrong_usage(
    clarion: Command, words: tuple[str, ...]
) -> None:
    done = clarion(*words, "--as", "duty-officer")
    assert done.code == 2
    assert done.err.startswith("Usage: clarion stop")


def test_explain_tells_a_life_in_local_time_and_utc(ready: list[str], clarion: Command) -> None:
    clarion("approve", "--as", "editor", ready[0])
    told = clarion("explain", ready[0][:10])
    assert told.code == 0
    lines = told.out.splitlines()
    assert lines[0] == "ask-first of our-first-campaign, mt in en_GB"
    assert "goes out  2027-07-29 09:00:00 Europe/Malta (07:00:00 UTC)" in lines
    last = "at last   2027-07-29 20:00:00 Europe/Malta (18:00:00 UTC); then it is missed"
    assert last in lines
    assert "state     approved" in lines
    assert any(re.fullmatch(r"approved  by editor, .* Europe/Malta \(.* UTC\)", x) for x in lines)
    assert any(x.endswith("planned; waits for an approval") for x in lines)
    assert "  | Ask for the contract in writing" in lines


def test_explain_as_an_object_has_the_same(ready: list[str], clarion: Command) -> None:
    value = clarion("explain", ready[0], "--json").value
    assert value["id"] == ready[0]
    assert (value["wall_time"], value["zone"]) == ("2027-07-29T09:00", "Europe/Malta")
    assert value["utc_time"] == "2027-07-29T07:00:00+00:00"
    assert [line["event"] for line in value["journal"]] == ["planned"]
    assert all(value["alt"])


def test_explain_refuses_what_is_not_clear(ready: list[str], clarion: Command) -> None:
    assert clarion("explain", "zzzz").complaint == "delivery zzzz: not in the ledger"
    assert "is the start of 6 deliveries" in clarion("explain", "").complaint


def test_status_as_an_object(ready: list[str], clarion: Command) -> None:
    short = clarion("status", "--json").value
    assert short == {
        "states": {"planned": 3, "held": 3}, "next": None, "stops": [], "holds": [],
        "deliveries": None, "waiting_for_a_person": [], "backlog": 0, "clock": "",
        "due": 0, "running": False, "accounts": [],
    }  # fmt: skip
    clarion("approve", "--as", "editor")
    long = clarion("status", "--json", "--all").value
    assert long["next"] == "2027-07-29T07:00:00+00:00"
    assert sorted(one["state"] for one in long["deliveries"]) == ["approved"] * 3 + ["held"] * 3


def test_planning_again_changes_nothing(ready: list[str], clarion: Command) -> None:
    clarion("approve", "--as", "editor")
    again = clarion("plan", *WORLD_DAY, "--json").value
    counts = {name: again[name] for name in ("added", "changed", "unchanged", "withdrawn")}
    assert counts == {"added": 0, "changed": 0, "unchanged": 6, "withdrawn": 0}
    assert states(clarion) == {"approved": 3, "held": 3}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param('time: "09:00"', 'time: "09:30"', id="time"),
        pytest.param("[EndHumanTrafficking]", "[EndTrafficking]", id="hashtag"),
    ],
)
def test_any_change_to_what_would_go_out_voids_the_approval(
    ready: list[str], clarion: Command, workspace: Path, old: str, new: str
) -> None:
    clarion("approve", "--as", "editor")
    file = workspace / "campaigns/our-first-campaign/campaign.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
    assert clarion("plan", *WORLD_DAY, "--json").value["changed"] >= 3
    assert states(clarion) == {"planned": 3, "held": 3}


def test_a_rehearsal_leaves_the_ledger_as_it_is(
    ready: list[str], clarion: Command, workspace: Path
) -> None:
    before = clarion("status", "--all", "--json").value
    done = clarion("rehearse", *WORLD_DAY, "--assume-approved", "--json").value
    assert (done["posted"], done["held"], done["lost"], done["duplicated"]) == (3, 3, 0, 0)
    assert clarion("status", "--all", "--json").value == before
    assert not (workspace / "hand-off").exists()
    folders = list(workspace.glob("rehearsal/hand-off-rehearsal/mt/*/post.json"))
    assert {json.loads(file.read_text("utf-8"))["key"] for file in folders} == set(ready)


def test_a_rehearsal_never_empties_a_folder_that_is_not_its_own(
    ready: list[str], clarion: Command, workspace: Path
) -> None:
    (workspace / "rehearsal").mkdir()
    (workspace / "rehearsal" / "mine.txt").write_text("keep", "utf-8")
    complaint = clarion("rehearse", "--assume-approved").complaint
    assert "is not a rehearsal's folder; move it away" in complaint
    assert (workspace / "rehearsal" / "mine.txt").read_text("utf-8") == "keep"
