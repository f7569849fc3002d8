"""Nobody approves a campaign whose risk was not assessed, and nothing of it is posted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from campaigns.errors import ContentError
from campaigns.library import open_library
from clarion.errors import ClarionError
from clarion.gate import Gate
from clarion.risk import sign, unassessed
from clarion.settings import load_settings
from clarion.wiring import Studio
from tests.conftest import Command

WORLD_DAY = ("--for", "2027-07-30")
CAMPAIGN = "campaigns/our-first-campaign/campaign.yaml"
SIGNED = "campaigns/risk.yaml"
SIGN = ("risk", "sign", "--campaign", "our-first-campaign", "--as")
NOT_ASSESSED = "the risk note of our-first-campaign is not assessed"


@pytest.fixture
def unsigned(workspace: Path) -> Path:
    """The starter's workspace before anybody has signed its risk note."""
    (workspace / SIGNED).unlink()
    return workspace


def edit(place: Path, old: str, new: str) -> None:
    file = place / CAMPAIGN
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def test_what_is_not_assessed_is_built_and_planned_but_not_approved(
    unsigned: Path, clarion: Command
) -> None:
    assert f"warning risk-note risk: {NOT_ASSESSED}; clarion risk sign" in clarion("check").out
    planned = clarion("plan", *WORLD_DAY)
    assert planned.code == 0
    assert f"3 would be held on the day: {NOT_ASSESSED}; clarion risk sign" in planned.out
    done = clarion("approve", "--as", "editor")
    assert done.code == 1
    assert done.out.splitlines() == [
        f"refused 3: {NOT_ASSESSED}",
        "  clarion risk sign --campaign our-first-campaign --as ROLE",
        "0 approved by editor, 3 refused",
    ]
    found = clarion("approve", "--as", "editor", "--json").value
    assert found["granted"] == 0
    assert {(one["why"], one["detail"].partition(";")[0]) for one in found["refused"]} == {
        ("risk note", NOT_ASSESSED)
    }
    assert clarion(*SIGN, "safeguarding-lead").code == 0
    assert clarion("approve", "--as", "editor").out.startswith("3 approved by editor, 0 refused")


def test_a_note_is_shown_with_what_it_lacks(unsigned: Path, clarion: Command) -> None:
    shown = clarion("risk", "show", "--campaign", "our-first-campaign")
    assert shown.code == 1
    assert "could be hurt: People who are exploited now" in shown.out
    assert shown.out.splitlines()[-2:] == [
        NOT_ASSESSED, "  clarion risk sign --campaign our-first-campaign --as ROLE",
    ]  # fmt: skip
    clarion(*SIGN, "safeguarding-lead")
    done = clarion("risk", "show", "-c", "our-first-campaign", "--json")
    [one] = done.value["campaigns"]
    assert (done.code, one["assessed_by"], one["problem"]) == (0, "safeguarding-lead", "")


def test_the_author_assesses_nothing(unsigned: Path, clarion: Command) -> None:
    said = clarion(*SIGN, "Campaign Author").complaint
    assert said == (
        "Campaign Author is the author of our-first-campaign: somebody else assesses its risk; "
        "use --as"
    )
    assert not (unsigned / SIGNED).exists()


def test_a_note_that_is_not_written_cannot_be_signed(unsigned: Path, clarion: Command) -> None:
    text = (unsigned / CAMPAIGN).read_text("utf-8")
    start, end = text.index("risk:"), text.index("title:")
    (unsigned / CAMPAIGN).write_text(f"{text[:start]}risk: See above.\n{text[end:]}", "utf-8")
    said = clarion(*SIGN, "safeguarding-lead").complaint
    assert said.endswith(
        "campaign.yaml:7: the risk note lacks could_be_hurt and mitigation; write it under "
        "'risk', then sign it"
    )


@pytest.mark.parametrize("words", [("risk", "sign", "--as", "x"), SIGN[:-1]])
def test_a_signature_needs_a_campaign_and_a_role(clarion: Command, words: tuple[str, ...]) -> None:
    assert clarion(*words).code == 2


def test_an_edited_note_keeps_the_approval_and_holds_the_post(
    workspace: Path, clarion: Command
) -> None:
    clarion("plan", *WORLD_DAY)
    clarion("approve", "--as", "editor")
    edit(workspace, "No real case,", "No case,")
    assert clarion("status", "--json").value["states"] == {"approved": 3, "held": 3}
    changed = "the risk note of our-first-campaign has changed since safeguarding-lead signed it"
    with closing(Studio(load_settings(workspace))) as studio:
        approved = [entry for entry in studio.ledger.entries() if entry.approved]
        assert len(approved) == 3
        for entry in approved:
            at = entry.delivery.due_at
            assert any(why.startswith(changed) for why in Gate(studio.press)(entry, at))
            assert not any("risk" in why for why in Gate(studio.press, rehearsal=True)(entry, at))
    judged = clarion("doctor", *WORLD_DAY, "--json").value["checks"]
    [risk] = [one for one in judged if one["name"] == "risk"]
    assert risk["verdict"] == "problem"
    assert changed in risk["text"]
    assert clarion(*SIGN, "safeguarding-lead").code == 0
    judged = clarion("doctor", *WORLD_DAY, "--json").value["checks"]
    assert [one["verdict"] for one in judged if one["name"] == "risk"] == ["ok"]


def test_a_campaign_that_ships_is_adopted_by_a_signature(workspace: Path, clarion: Command) -> None:
    shipped = ("myths-and-facts", "online-safety")
    assert set(unassessed(open_library(workspace), shipped)) == set(shipped)
    for name in shipped:
        words = ("risk", "sign", "-c", name, "--as", "safeguarding-lead", "--note", "read by law")
        assert clarion(*words).code == 0
    library = open_library(workspace)
    assert unassessed(library, shipped) == {}
    assert library.signatures["online-safety"].note == "read by law"


def test_a_campaign_that_cannot_be_read_is_not_approved(workspace: Path) -> None:
    edit(workspace, "id: our-first-campaign", "id: another")
    found = unassessed(open_library(workspace), ["our-first-campaign"])
    assert "differs from the folder's name" in found["our-first-campaign"][0]


def test_everybody_who_signs_at_once_stays_in_the_file(unsigned: Path) -> None:
    names = [f"lead-{number}" for number in range(12)]
    with closing(Studio(load_settings(unsigned))) as studio:
        campaign = studio.library.campaign("our-first-campaign")
        sign(studio, campaign, "first", date(2027, 1, 1))
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(lambda name: sign(studio, campaign, name, date(2027, 1, 2)), names))
    text = (unsigned / SIGNED).read_text("utf-8")
    assert all(f'"{name}"' in text for name in names)
    assert open_library(unsigned).signatures.keys() == {"our-first-campaign"}


@pytest.mark.parametrize(
    "there", ["signatures: []\n", "signatures:\n- {broken", "other: []\n", "\x00"]
)
def test_a_file_that_could_not_be_read_afterwards_stays_as_it_is(
    unsigned: Path, there: str
) -> None:
    (unsigned / SIGNED).write_text(there, "utf-8")
    with pytest.raises(ContentError), closing(Studio(load_settings(unsigned))) as studio:
        sign(studio, studio.library.campaign("our-first-campaign"), "lead", date(2027, 1, 1))
    assert (unsigned / SIGNED).read_text("utf-8") == there


def test_a_file_without_an_end_of_line_is_carried_on(unsigned: Path, clarion: Command) -> None:
    clarion(*SIGN, "one")
    file = unsigned / SIGNED
    file.write_text(file.read_text("utf-8").rstrip(), "utf-8")
    assert clarion(*SIGN, 'two: "the second" # lead').code == 0
    signed = open_library(unsigned).signatures["our-first-campaign"]
    assert signed.assessed_by == 'two: "the second" # lead'


@pytest.mark.parametrize("role", ["", "  ", "a\nb", "a\u2028b", "a\x1bb"])
def test_a_role_is_one_line_of_text(unsigned: Path, role: str) -> None:
    with closing(Studio(load_settings(unsigned))) as studio:
        campaign = studio.library.campaign("our-first-campaign")
        with pytest.raises(ClarionError, match="plain text on one line"):
            sign(studio, campaign, role, date(2027, 1, 1))
