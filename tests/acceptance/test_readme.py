"""The story the README tells, command by command, and what it says happens next."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.conftest import Command, Done, run_process

ROOT = Path(__file__).parents[2]
CAMPAIGN = "campaigns/our-first-campaign/campaign.yaml"
OLD, NEW = "It only happens far away.", "It only happens in other countries."


def block(heading: str) -> list[list[str]]:
    """The commands of the code block under a heading of the README, in words."""
    text = (ROOT / "README.md").read_text("utf-8")
    found = re.search(rf"^## {heading}$.*?^```sh\n(.*?)^```$", text, re.M | re.S)
    assert found, f"README.md has no code block under '{heading}'"
    lines = [shlex.split(line, comments=True) for line in found[1].splitlines()]
    return [words for words in lines if words]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Done]]:
    """The block, done as it stands: the workspace it leads to, and each command's end."""
    place = tmp_path_factory.mktemp("readme")
    ends: dict[str, Done] = {}
    for words in block("Your first campaign in five minutes"):
        if words[0] == "cd":
            place = place / words[1]
        else:
            assert words[0] == "clarion", words
            ends[words[1]] = run_process(*words[1:], at=place)
    return place, ends


@pytest.fixture
def after(told: tuple[Path, dict[str, Done]], workspace: Path) -> Path:
    """The workspace at the end of the story, copied into the place of an untouched one."""
    shutil.rmtree(workspace)
    return Path(shutil.copytree(told[0], workspace))


def test_every_command_of_the_story_ends_well(told: tuple[Path, dict[str, Done]]) -> None:
    assert list(told[1]) == [
        "init", "check", "build", "plan", "risk", "approve", "rehearse", "status",
    ]  # fmt: skip
    assert {name: done.code for name, done in told[1].items()} == dict.fromkeys(told[1], 0)
    assert not [name for name, done in told[1].items() if "Traceback" in done.err]


def test_the_story_says_what_happened(told: tuple[Path, dict[str, Done]]) -> None:
    ends = told[1]
    assert "0 errors" in ends["check"].out
    assert "3 drawn, 0 already there, 0 failed" in ends["build"].out
    assert "6 deliveries, 3 held; 6 new" in ends["plan"].out
    assert "signed by safeguarding-lead" in ends["risk"].out
    assert "3 approved by national-editor, 0 refused" in ends["approve"].out
    assert "planned 6, posted 3, held 3, lost 0, duplicated 0" in ends["rehearse"].out
    assert re.search(r"^ +3  approved$", ends["status"].out, re.M)
    assert "next: 2027-07-29 09:00:00 Europe/Malta (07:00:00 UTC)" in ends["status"].out


def test_an_edited_text_is_noticed_until_the_catalogue_follows(
    after: Path, clarion: Command
) -> None:
    _edit(after / CAMPAIGN)
    noticed = clarion("check")
    assert noticed.code == 1
    assert "error stale where-it-happens.myth" in noticed.out
    updated = clarion("messages", "update")
    assert updated.out.splitlines() == [
        f"wrote {after / 'locales/en_GB/LC_MESSAGES/our-first-campaign.po'}",
        "1 catalogue changed",
    ]
    assert clarion("check").code == 0


def test_a_changed_card_needs_a_new_approval_and_the_others_keep_theirs(
    after: Path, clarion: Command
) -> None:
    _edit(after / CAMPAIGN)
    assert clarion("messages", "update").code == 0
    planned = clarion("plan", "--for", "2027-07-30")
    assert "1 changed, 5 as before" in planned.out
    found = clarion("status", "--all", "--json").value
    assert found["states"] == {"planned": 1, "approved": 2, "held": 3}
    [void] = [one for one in found["deliveries"] if one["state"] == "planned"]
    assert void["card"] == "where-it-happens"


def test_two_commands_are_all_there_is_to_know() -> None:
    targets = [words[1] for words in block("Two commands")]
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert targets == ["demo", "test"]
    assert all(re.search(rf"^{target}:", makefile, re.M) for target in targets)


def test_the_map_names_every_stage_there_is() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    listed = re.findall(r"^([a-z]+)/ +", text.split("## Map")[1], re.M)
    folders = {file.parent.name for file in ROOT.glob("*/__init__.py")} | {"tests"}
    assert set(listed) == folders
    assert len(listed) == len(folders)


def _edit(file: Path) -> None:
    text = file.read_text("utf-8")
    assert OLD in text
    file.write_text(text.replace(OLD, NEW), "utf-8")
