"""Every rule of the review finds its defect, and a sound campaign has no finding."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from campaigns import open_library
from campaigns.review import Finding, length, placeholders, review

Edit = Callable[[str, str, str], Path]


def findings(folder: Path) -> list[Finding]:
    library = open_library(folder.parent)
    return review(library.campaign("small"), library)


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


@pytest.mark.parametrize(
    ("text", "size"), [("abc", 3), ("e\u0301", 1), ("\u2066x\u2069", 1), ("", 0), ("שָׁלוֹם", 4)]
)
def test_length_counts_what_people_see(text: str, size: int) -> None:
    assert length(text) == size


def test_placeholders_are_the_names_between_braces() -> None:
    assert placeholders("{a} and {b}, {a}") == {"a", "b"}
