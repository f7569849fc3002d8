"""Every rule of the review finds its defect, and a sound campaign has no finding."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from campaigns import open_library
from campaigns.review import RULES, Finding, placeholders, review
from campaigns.rules import Rule

Edit = Callable[[str, str, str], Path]


def findings(folder: Path) -> list[Finding]:
    """All but the risk note, which a society signs: ``test_risk`` has that."""
    library = open_library(folder.parent)
    found = review(library.campaign("small"), library)
    return [finding for finding in found if finding.rule != "risk-note"]


@pytest.fixture
def sound(edit: Edit) -> Path:
    """The small campaign with every card on a day."""
    return edit("small/campaign.yaml", "[number, help]", "[number, help, meaning, steps]").parent


def test_a_sound_campaign_has_no_finding(sound: Path, folder: Path) -> None:
    assert findings(folder) == []


@pytest.mark.parametrize(
    ("old", "new", "rule", "level", "field"),
    [
        ("People in {year}", "People of 2021", "number-in-text", "error", "number.lead"),
        ("People in {year}", "People of ٢٠٢١", "number-in-text", "error", "number.lead"),
        ("under 18", "under 16", "number-in-text", "error", "smuggling.fact"),
        ("They are the same.", "½ are the same.", "number-in-text", "error", "smuggling.myth"),
        ("They are the same.", "Millions are the same.", "number-in-words", "warning",
         "smuggling.myth"),
        ("They are the same.", "One in three is.", "number-in-words", "warning", "smuggling.myth"),
        ("under 18", "under 1818", "number-in-text", "error", "smuggling.fact"),
        ("msg: Share this.", "msg: Ring 116 006.", "number-in-text", "error", "campaign.call"),
        ("They are the same.", "x" * 81, "too-long", "error", "smuggling.myth"),
        ("They are the same.", '"By {name}"', "placeholder-unknown", "error", "smuggling.myth"),
        ("They are the same.", '"By {society.names}"', "placeholder-unknown", "error",
         "smuggling.myth"),
        ("They are the same.", '"A brace }"', "brace-alone", "error", "smuggling.myth"),
        ("They are the same.", '"{ a brace"', "brace-alone", "error", "smuggling.myth"),
        ("They are the same.", '"{figure} of us"', "figure-missing", "error", "smuggling"),
        ("They are the same.", '"Since {year}"', "year-without-figure", "error", "smuggling"),
        ('"{figure} million"', "Many", "figure-unused", "warning", "number"),
        (", meaning, steps]", ", meaning]", "unscheduled", "warning", "steps"),
        (", meaning, steps]", ", meaning, steps, smuggling]", "scheduled-twice", "error",
         "smuggling"),
    ],
)  # fmt: skip
def test_a_defect_is_found(
    sound: Path, folder: Path, edit: Edit, old: str, new: str, rule: str, level: str, field: str
) -> None:
    edit("small/campaign.yaml", old, new)
    found = [item for item in findings(folder) if item.rule == rule]
    assert [(item.level, item.field) for item in found] == [(level, field)]
    assert found[0].remedy
    assert "\n" not in str(found[0])
    assert str(found[0]).startswith(f"{folder / 'small/campaign.yaml'}:")


@pytest.mark.parametrize("text", ["A } brace", "A { brace", "A {{figure} brace"])
def test_a_brace_alone_is_found_inside_a_text(
    sound: Path, folder: Path, edit: Edit, text: str
) -> None:
    edit("small/campaign.yaml", "They are the same.", f'"{text}"')
    assert "brace-alone" in [item.rule for item in findings(folder)]


def test_a_figure_needs_its_own_source_on_the_card(sound: Path, folder: Path, edit: Edit) -> None:
    source = (folder / "sources.yaml").read_text(encoding="utf-8").partition("\n")[2]
    more = source.replace("S01", "X02")
    (folder / "sources.yaml").write_text("sources:\n" + source + more, encoding="utf-8")
    edit("figures.yaml", "source: S01", "source: X02")
    assert [item.rule for item in findings(folder)] == ["figure-source"]


TEXTS = [rule for rule in RULES.values() if rule.fails is not None]


@pytest.mark.parametrize("rule", TEXTS, ids=lambda rule: rule.id)
def test_the_examples_of_the_table_fail_and_pass(
    sound: Path, folder: Path, edit: Edit, rule: Rule
) -> None:
    assert rule.fails is not None
    assert rule.passes is not None
    edit("small/campaign.yaml", "They are the same.", f'"{rule.passes.translation}"')
    assert rule.id not in {finding.rule for finding in findings(folder)}
    edit("small/campaign.yaml", f'"{rule.passes.translation}"', f'"{rule.fails.translation}"')
    found = findings(folder)
    assert [(one.rule, one.level, one.why) for one in found] == [(rule.id, rule.level, rule.why)]


def test_placeholders_are_the_names_between_braces() -> None:
    assert placeholders("{a} and {b}, {a}") == {"a", "b"}
