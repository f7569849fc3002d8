"""A picture that cannot be made is named once: card, locale, format, text box, and by how much."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import Command

SOCIETIES = "societies:\n" + "".join(
    f"""\
  - id: {name}
    names: {{en: {name.upper()} Red Cross}}
    emblem: cross
    locales: [en_GB]
    formats: {{en_GB: en_GB}}
    timezone: Europe/Malta
    weekend: [sat, sun]
    channels:
      - {{id: {name}-1, platform: folder, locale: en_GB}}
"""
    for name in ("one", "two", "three")
)
FACT = "It can happen in any country, and close to home."
CATALOGUE = Path("locales", "en_GB", "LC_MESSAGES", "our-first-campaign.po")
LINE = re.compile(
    r"our-first-campaign/where-it-happens, en_GB, (square|link): .*text '\w+' is (\d+) px too high "
    r"for \d+x\d+ px at the smallest size, \d+ px: “.*”; shorten the text or enlarge its box"
    r" \(3 societies\)"
)


@pytest.fixture
def crowded(workspace: Path) -> Path:
    """Three societies, and a fact that is far too long in the only language they have."""
    (workspace / "campaigns" / "societies.yaml").write_text(SOCIETIES, "utf-8")
    file = workspace / CATALOGUE
    text = file.read_text("utf-8")
    assert text.count(f'msgstr "{FACT}"') == 1
    file.write_text(text.replace(f'msgstr "{FACT}"', f'msgstr "{FACT * 9}"'), "utf-8")
    settings = workspace / "clarion.toml"
    settings.write_text(
        settings.read_text("utf-8").replace('["mt"]', '["one", "two", "three"]'), "utf-8"
    )
    return workspace


def test_one_line_a_format_however_many_societies_share_it(crowded: Path, clarion: Command) -> None:
    done = clarion("build", "--format", "square", "--format", "link")
    lines = [line for line in done.out.splitlines() if "where-it-happens" in line]
    found = [LINE.fullmatch(line) for line in lines]
    assert [match and match[1] for match in found] == ["square", "link"]
    assert all(match and int(match[2]) > 0 for match in found)
    assert done.code == 1
    assert "12 drawn, 0 already there, 6 failed" in done.out


def test_as_json_every_part_is_a_field(crowded: Path, clarion: Command) -> None:
    done = clarion("build", "--json")
    [problem] = done.value["problems"]
    assert problem["problem"].count("px too high") == 1
    del problem["problem"]
    assert problem == {
        "campaign": "our-first-campaign", "card": "where-it-happens", "locale": "en_GB",
        "format": "square", "societies": ["one", "two", "three"],
    }  # fmt: skip


def test_a_reason_of_one_society_alone_counts_nobody(crowded: Path, clarion: Command) -> None:
    done = clarion("build", "--society", "two")
    [line] = [line for line in done.out.splitlines() if "where-it-happens" in line]
    assert line.endswith("enlarge its box")


def test_a_plan_holds_the_deliveries_with_the_same_reason_in_one_line(
    crowded: Path, clarion: Command
) -> None:
    clarion("plan", "--for", "2027-07-30")
    rows = clarion("status", "--all", "--json").value["deliveries"]
    held = [row for row in rows if row["state"] == "held"]
    assert {row["card"] for row in held} == {"where-it-happens"}
    assert len(held) == 3
    for row in held:
        assert re.match(r"square: .*text '\w+' is \d+ px too high", row["reason"])
        assert "\n" not in row["reason"]


def test_check_says_the_same_without_keeping_a_picture(crowded: Path, clarion: Command) -> None:
    assert clarion("check").code == 0
    done = clarion("check", "--fit")
    assert done.code == 1
    built = clarion("build")
    line = next(line for line in built.out.splitlines() if "px too high" in line)
    assert LINE.fullmatch(line)
    checked = next(line for line in done.out.splitlines() if "px too high" in line)
    assert LINE.fullmatch(checked)
    assert "1 errors, " in done.out


def test_check_draws_nothing_and_passes_what_fits(workspace: Path, clarion: Command) -> None:
    done = clarion("check", "--fit", "--json")
    assert (done.code, done.value["pictures"], done.value["errors"]) == (0, [], 0)
    assert not (workspace / "assets").exists()


def test_check_tries_no_picture_of_what_cannot_be_read(crowded: Path, clarion: Command) -> None:
    (crowded / "campaigns" / "our-first-campaign" / "campaign.yaml").write_text("id: [", "utf-8")
    done = clarion("check", "--fit")
    assert done.code == 1
    assert "unreadable" in done.out
    assert "px too high" not in done.out


def test_a_layout_that_cannot_be_read_is_said_once_with_its_first_card(
    crowded: Path, clarion: Command
) -> None:
    layouts = crowded / "templates" / "cards"
    layouts.mkdir(parents=True, exist_ok=True)
    for name in ("tip", "myth_fact"):
        (layouts / f"{name}.toml").write_text("about = ", "utf-8")
    done = clarion("build", "--format", "square", "--format", "link", "--json")
    assert done.code == 1
    problems = done.value["problems"]
    assert [(one["card"], one["format"]) for one in problems] == [
        ("ask-first", "square"), ("where-it-happens", "square"),
    ]  # fmt: skip
    assert all(one["societies"] == ["one", "two", "three"] for one in problems)
    assert "tip.toml" in problems[0]["problem"]
