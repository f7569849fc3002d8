"""The seeded defects, each found by ours; what other programs find is measured, not believed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.locales.defect_table import TOOLS, defects, measure, table
from tests.locales.rules_table import MEASURED, SEEDED

BY_MSGFMT = {
    "placeholder-missing", "placeholder-renamed", "placeholder-unbalanced",
    "placeholder-reads-an-attribute", "plural-lacks-placeholder", "plural-empty",
}  # fmt: skip
"""The format of braces, and forms that are missing."""

NOT_BY_POFILTER = {
    "decimal-changed", "far-too-long", "hashtag-lost", "look-alike-letter", "isolate-unbalanced",
    "number-typed-in", "half-in-english", "override-of-direction", "private-use", "not-composed",
    "ligature-of-a-font", "plain-space-before-a-mark", "mark-of-another-script",
    "letters-of-another-style",
}  # fmt: skip


def test_there_are_the_twenty_of_the_study_and_more() -> None:
    assert len(defects()) >= 26
    assert len({(one.english, one.sound) for one in defects()}) == len(defects())


@pytest.mark.parametrize(("tool", "claimed"), list(zip(TOOLS, MEASURED.items(), strict=True)))
def test_the_documentation_claims_what_is_measured(
    tmp_path: Path, tool: str, claimed: tuple[str, tuple[int, int]]
) -> None:
    result = measure(TOOLS[tool], tmp_path)
    assert (len(result.found), len(result.false)) == claimed[1]
    assert len(defects()) == SEEDED


def test_ours_finds_every_defect_by_its_rule(tmp_path: Path) -> None:
    result = measure(TOOLS["Clarion"], tmp_path)
    assert {d.name: d.rule in result.found.get(d.name, ()) for d in defects()} == {
        d.name: True for d in defects()
    }


def test_ours_complains_of_no_sound_text_but_of_plural_forms(tmp_path: Path) -> None:
    assert measure(TOOLS["Clarion"], tmp_path).false == {
        "plural-lacks-placeholder": {"plural"},
        "plural-empty": {"plural"},
    }


def test_babel_finds_none(tmp_path: Path) -> None:
    assert measure(TOOLS["Babel"], tmp_path).found == {}


def test_msgfmt_finds_the_format_of_braces(tmp_path: Path) -> None:
    result = measure(TOOLS["msgfmt -c"], tmp_path)
    assert set(result.found) == BY_MSGFMT
    assert result.false == {}


def test_pofilter_finds_most_and_not_what_is_ours(tmp_path: Path) -> None:
    result = measure(TOOLS["pofilter"], tmp_path)
    assert set(result.found) == {one.name for one in defects()} - NOT_BY_POFILTER
    assert "numbers" in result.false["decimal-changed"]  # 27.6 against the correct French 27,6
    text = table({"pofilter": result})
    assert f"| **found of {len(defects())}** | {len(result.found)} | |" in text
    assert "| hashtag lost | – | `hashtag` |" in text
