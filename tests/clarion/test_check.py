"""What ``check`` finds beyond campaign and catalogue, and how it says so to somebody in a hurry."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Command

CAMPAIGN = "campaigns/our-first-campaign/campaign.yaml"
CATALOGUE = "locales/en_GB/LC_MESSAGES/our-first-campaign.po"


def edited(workspace: Path, name: str, old: str, new: str, count: int = 1) -> None:
    file = workspace / name
    text = file.read_text("utf-8")
    assert old in text, f"{name} no longer holds {old!r}"
    file.write_text(text.replace(old, new, count), "utf-8")


def findings(clarion: Command, rule: str) -> list[dict[str, Any]]:
    """What is found by one rule."""
    every = clarion("check", "--json").value["findings"]
    return [finding for finding in every if finding["rule"] == rule]


def test_a_finding_says_where_what_why_and_what_to_do(workspace: Path, clarion: Command) -> None:
    edited(workspace, CATALOGUE, 'msgstr "It only', 'msgstr "It {only}')
    [found] = findings(clarion, "placeholder")
    assert found["file"] == str(workspace / CATALOGUE)
    assert found["line"] > 1
    assert found["level"] == "error"
    assert found["field"] == "where-it-happens.myth"
    for part in ("problem", "why", "remedy"):
        assert found[part]


def test_of_many_alike_the_first_are_shown_and_the_rest_counted(
    workspace: Path, clarion: Command
) -> None:
    file = workspace / CATALOGUE
    lines = file.read_text("utf-8").split("\nmsgctxt ")
    file.write_text("\n#, fuzzy\nmsgctxt ".join(lines), "utf-8")
    many = len(lines) - 1
    done = clarion("check")
    assert sum(": error fuzzy " in line for line in done.out.splitlines()) == 5
    assert f"{many - 5} more of fuzzy: en_GB {many - 5} (--all shows them)" in done.out
    assert done.out.count("why: Nobody has yet said") == 1
    every = clarion("check", "--all")
    assert sum(": error fuzzy " in line for line in every.out.splitlines()) == many
    assert "--all" not in every.out


def test_errors_come_before_warnings_and_information_only_when_asked(
    workspace: Path, clarion: Command
) -> None:
    edited(workspace, CATALOGUE, 'msgstr "It only', 'msgstr "It  only')
    edited(workspace, CATALOGUE, 'msgstr "Ask for', 'msgstr "{ask} for')
    long = "It happens " + "in every town " * 8 + "and close to home."
    edited(
        workspace,
        CATALOGUE,
        'msgstr "It can happen in any country, and close to home.',
        f'msgstr "{long}',
    )
    levels = re.findall(r"^\S+: (error|warning|info) ", clarion("check", "--info").out, re.M)
    assert {"error", "warning", "info"} == set(levels)
    assert levels == sorted(levels, key=["error", "warning", "info"].index)
    assert ": info " not in clarion("check").out


def test_a_character_that_no_face_has_is_named_where_it_would_be_drawn(
    workspace: Path, clarion: Command
) -> None:
    edited(workspace, CATALOGUE, 'msgstr "Ask for', 'msgstr "\U0001f6e1 Ask for')
    [found] = findings(clarion, "glyph")
    assert found["field"] == "ask-first.title"
    assert "U+1F6E1" in found["problem"]
    edited(workspace, CATALOGUE, 'msgstr "\U0001f6e1 Ask', 'msgstr "Ask')
    edited(workspace, CATALOGUE, 'msgstr "Share', 'msgstr "\U0001f6e1 Share')
    assert findings(clarion, "glyph") == []


def test_harmful_words_are_found_in_the_english_where_it_is_written(
    workspace: Path, clarion: Command
) -> None:
    assert findings(clarion, "terms") == []
    edited(workspace, CAMPAIGN, "You can ask for help", "You can be rescued")
    found = findings(clarion, "terms")
    [there] = [one for one in found if one["file"].endswith("campaign.yaml")]
    assert there["level"] == "error"
    assert there["field"] == "get-help.heading"
    assert "en_GB.Rescue" in there["problem"]
    assert there["line"] > 1
    assert there["why"]


def test_approved_words_are_only_information(workspace: Path, clarion: Command) -> None:
    edited(workspace, CAMPAIGN, "You can ask for help", "You can be rescued")
    (workspace / "campaigns" / "overrides.yaml").write_text(
        "overrides:\n"
        "  - {id: A1, rule: en_GB.Rescue, locale: en_GB, words: rescued,\n"
        "     context: our-first-campaign/get-help.heading, by: safeguarding-editor,\n"
        '     "on": "2026-11-01", why: It is the name of the service.}\n',
        "utf-8",
    )
    found = findings(clarion, "terms")
    assert {one["level"] for one in found} == {"info"}
    assert "safeguarding-editor" in found[0]["remedy"]


@pytest.mark.parametrize("taken_over", [True, False])
def test_a_small_rewording_does_not_stay_marked_for_ever(
    workspace: Path, clarion: Command, taken_over: bool
) -> None:
    old, new = "It only happens far away.", "It only happens far from here."
    edited(workspace, CAMPAIGN, f'"{old}"', f'{{msg: "{new}", minor: "true"}}')
    if taken_over:
        edited(workspace, CATALOGUE, old, new, 2)
    found = findings(clarion, "minor-left")
    assert [one["field"] for one in found] == ["where-it-happens.myth"] * taken_over


def test_the_words_of_a_hashtag_are_held_against_the_terms_and_hold_its_cards(
    workspace: Path, clarion: Command
) -> None:
    edited(workspace, CAMPAIGN, "[EndHumanTrafficking]", "[StopSexSlaves]")
    [found] = findings(clarion, "terms")
    assert (found["level"], found["field"]) == ("error", "campaign.hashtags")
    assert "Sex Slaves" in found["problem"]
    assert clarion("pack", "--format", "link").code == 0
    assert not list((workspace / "assets").glob("*/*.jpg"))
