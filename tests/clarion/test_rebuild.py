"""A build draws what has changed and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Command

CATALOGUE = Path("locales/en_GB/LC_MESSAGES/our-first-campaign.po")


def pictures(workspace: Path) -> set[Path]:
    return set(workspace.glob("assets/*/*.jpg"))


@pytest.fixture
def built(workspace: Path, clarion: Command) -> Path:
    """A workspace of two languages and two formats, with all its pictures."""
    (workspace / "clarion.toml").write_text(
        'societies = ["mt"]\ncampaigns = ["our-first-campaign"]\n'
        'formats = ["square", "link"]\nsample_helpline = true\n',
        "utf-8",
    )
    assert clarion("build", "--json").value["drawn"] == 6
    return workspace


def changed(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def test_nothing_changed_nothing_is_drawn(built: Path, clarion: Command) -> None:
    before = {file: file.stat().st_mtime_ns for file in pictures(built)}
    done = clarion("build", "--json").value
    assert (done["drawn"], done["reused"]) == (0, 6)
    assert {file: file.stat().st_mtime_ns for file in pictures(built)} == before


def test_one_message_changed_and_only_its_pictures_are_drawn(built: Path, clarion: Command) -> None:
    before = {file: file.stat().st_mtime_ns for file in pictures(built)}
    changed(built / CATALOGUE, 'msgstr "Ask for the contract in', 'msgstr "Get the contract in')
    done = clarion("build", "--json").value
    assert (done["drawn"], done["reused"]) == (2, 4)
    assert len(pictures(built)) == 8
    assert {file: file.stat().st_mtime_ns for file in before} == before


def test_a_message_that_no_picture_shows_draws_nothing(built: Path, clarion: Command) -> None:
    changed(built / CATALOGUE, 'msgstr "Share this with', 'msgstr "Send this to')
    done = clarion("build", "--json").value
    assert (done["drawn"], done["reused"]) == (0, 6)


def test_a_message_changed_back_has_its_pictures_still(built: Path, clarion: Command) -> None:
    old, new = 'msgstr "Ask for the contract in', 'msgstr "Get the contract in'
    changed(built / CATALOGUE, old, new)
    clarion("build")
    changed(built / CATALOGUE, new, old)
    done = clarion("build", "--json").value
    assert (done["drawn"], done["reused"]) == (0, 6)
