"""Catalogues of a workspace: begun, kept in step, counted; never lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.today import DRAFT, REVIEWED
from tests.conftest import Command

OURS = "our-first-campaign"


def catalogue(workspace: Path, locale: str, name: str = OURS) -> Path:
    return workspace / "locales" / locale / "LC_MESSAGES" / f"{name}.po"


def translate(file: Path) -> None:
    """Give every message the words of the original, so that nothing is empty."""
    lines, current = [], ""
    for line in file.read_text("utf-8").splitlines():
        if line.startswith("msgid "):
            current = line.removeprefix("msgid ")
        lines.append(f"msgstr {current}" if line == 'msgstr ""' and current != '""' else line)
    file.write_text("\n".join(lines) + "\n", "utf-8")


def test_a_new_language_begins_when_it_is_named(workspace: Path, clarion: Command) -> None:
    assert clarion("messages", "update").out == "0 catalogues changed\n"
    done = clarion("messages", "update", "--locale", "mt", "--json")
    assert done.value["changed"] == [
        str(catalogue(workspace, "mt")), str(catalogue(workspace, "mt", "shared")),
    ]  # fmt: skip
    again = clarion("messages", "update", "--locale", "mt")
    assert again.out == "0 catalogues changed\n"


def test_a_language_that_ships_needs_only_the_own_campaign(
    workspace: Path, clarion: Command
) -> None:
    done = clarion("messages", "update", "--locale", "fr", "--json")
    assert done.value["changed"] == [str(catalogue(workspace, "fr"))]


def test_an_untranslated_language_is_held_and_a_translated_one_is_ready(
    workspace: Path, clarion: Command
) -> None:
    clarion("messages", "update", "--locale", "mt")
    assert "empty" in status(clarion)["mt"]["why"]
    for name in (OURS, "shared"):
        translate(catalogue(workspace, "mt", name))
    row = status(clarion)["mt"]
    assert (row["ready"], row["cards"], row["state"], row["why"]) == (3, 3, "draft", "")


def test_a_changed_text_makes_its_translation_fuzzy_and_keeps_it(
    workspace: Path, clarion: Command
) -> None:
    clarion("messages", "update", "--locale", "fr")
    file = catalogue(workspace, "fr")
    translate(file)
    assert status(clarion, "fr")["fr"]["ready"] == 3
    campaign = workspace / "campaigns" / OURS / "campaign.yaml"
    campaign.write_text(campaign.read_text("utf-8").replace("far away", "abroad"), "utf-8")
    assert "stale" in status(clarion, "fr")["fr"]["why"]
    assert str(file) in clarion("messages", "update", "--json").value["changed"]
    assert 'msgstr "It only happens far away."' in file.read_text("utf-8")
    row = status(clarion, "fr")["fr"]
    assert row["ready"] == 2
    assert "fuzzy: where-it-happens.myth" in row["why"]


def test_status_says_when_a_language_is_reviewed(workspace: Path, clarion: Command) -> None:
    assert status(clarion)["en_GB"]["state"] == "draft"
    own = catalogue(workspace, "en_GB")
    shared = Path(__file__).parents[2] / "locales/en_GB/LC_MESSAGES/shared.po"
    for source, target in ((own, own), (shared, catalogue(workspace, "en_GB", "shared"))):
        text = source.read_text("utf-8").replace(DRAFT, REVIEWED)
        target.write_text(text, "utf-8")
    assert status(clarion)["en_GB"]["state"] == "reviewed"


@pytest.mark.parametrize("locale", ["nl", "pt_BR", "zh_Hant"])
def test_any_language_that_exists_can_be_begun(
    workspace: Path, clarion: Command, locale: str
) -> None:
    assert clarion("messages", "update", "--locale", locale).code == 0
    assert catalogue(workspace, locale).is_file()


def status(clarion: Command, *locales: str) -> dict[str, dict[str, object]]:
    """The rows of ``messages status`` by locale; societies that use other locales on demand."""
    if locales:
        settings = Path("clarion.toml")
        text = settings.read_text("utf-8")
        settings.write_text(text.replace('["mt"]', '["mt", "fr"]'), "utf-8")
    rows = clarion("messages", "status", "--json").value["locales"]
    return {row["locale"]: row for row in rows}
