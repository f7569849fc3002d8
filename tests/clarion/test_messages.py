"""Catalogues of a workspace: extracted, begun, kept in step, signed, counted; never lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from locales.catalogue import SHIPPED, load_catalogue
from tests.acceptance.today import mark_reviewed
from tests.conftest import Command, Done

OURS = "our-first-campaign"


@pytest.fixture(autouse=True)
def _ours(workspace: Path) -> None:
    """Without the sample helpline, which keeps a card back whatever its words."""
    settings = workspace / "clarion.toml"
    text = settings.read_text("utf-8")
    settings.write_text(text.replace("sample_helpline = true", "sample_helpline = false"), "utf-8")
    (workspace / "campaigns" / "societies.yaml").write_text(SOCIETY, "utf-8")


SOCIETY = """\
societies:
  - id: mt
    names: {en: Malta Red Cross Society}
    emblem: cross
    locales: [cy, en_GB]
    formats: {cy: cy, en_GB: en_GB}
    timezone: Europe/Malta
    weekend: [sat, sun]
    channels:
      - {id: one, platform: folder, locale: cy}
      - {id: two, platform: folder, locale: en_GB}
"""
"""A society that uses a language which does not ship."""


def catalogue(workspace: Path, locale: str, name: str = OURS) -> Path:
    return workspace / "locales" / locale / "LC_MESSAGES" / f"{name}.po"


def translate(file: Path) -> None:
    """Give every message the words of the original and one more, so that nothing is empty."""
    lines, current = [], ""
    for line in file.read_text("utf-8").splitlines():
        if line.startswith("msgid "):
            current = line.removeprefix("msgid ")
        lines.append(
            f'msgstr "Xi {current[1:]}' if line == 'msgstr ""' and current != '""' else line
        )
    file.write_text("\n".join(lines) + "\n", "utf-8")


def shared_is_current(clarion: Command, *locales: str) -> None:
    """A copy of the shared catalogues in the workspace, with every message translated."""
    for locale in locales:
        file = catalogue(Path.cwd(), locale, "shared")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes((SHIPPED / locale / "LC_MESSAGES/shared.po").read_bytes())
        clarion("messages", "update", "--locale", locale)
        translate(file)


def test_a_new_language_begins_when_it_is_named(workspace: Path, clarion: Command) -> None:
    assert clarion("messages", "update").out == "0 catalogues changed\n"
    done = clarion("messages", "update", "--locale", "cy", "--json")
    assert done.value["changed"] == [
        str(catalogue(workspace, "cy")), str(catalogue(workspace, "cy", "shared")),
    ]  # fmt: skip
    again = clarion("messages", "update", "--locale", "cy")
    assert again.out == "0 catalogues changed\n"


def test_a_language_that_ships_needs_only_the_own_campaign(
    workspace: Path, clarion: Command
) -> None:
    done = clarion("messages", "update", "--locale", "fr", "--json")
    assert done.value["changed"] == [str(catalogue(workspace, "fr"))]


def test_an_untranslated_language_is_held_and_a_translated_one_is_ready(
    workspace: Path, clarion: Command
) -> None:
    clarion("messages", "update", "--locale", "cy")
    row = status(clarion)["cy"]
    assert set(row["states"].values()) == {"missing"}
    assert why(row, "empty")["cards"] == 3
    assert f"{OURS}: ask-first.title" in why(row, "empty")["messages"]
    for name in (OURS, "shared"):
        translate(catalogue(workspace, "cy", name))
    row = status(clarion)["cy"]
    assert (row["ready"], row["cards"], row["publishable"]) == (3, 3, 0)
    assert set(row["states"].values()) == {"translated"}
    assert row["messages"]["draft"] == sum(row["messages"].values()) > 20
    assert why(row, "not reviewed")["cards"] == 3


def test_a_changed_text_makes_its_translation_fuzzy_and_keeps_it(
    workspace: Path, clarion: Command
) -> None:
    clarion("messages", "update", "--locale", "fr")
    file = catalogue(workspace, "fr")
    translate(file)
    shared_is_current(clarion, "fr")
    assert status(clarion, "fr")["fr"]["ready"] == 3
    campaign = workspace / "campaigns" / OURS / "campaign.yaml"
    campaign.write_text(campaign.read_text("utf-8").replace("far away", "abroad"), "utf-8")
    assert why(status(clarion)["fr"], "stale")["cards"] == 1
    assert clarion("messages", "update", "--check", "--json").value["changed"] == [
        str(catalogue(workspace, locale)) for locale in ("en_GB", "fr")
    ]
    done = clarion("messages", "update", "--check")
    assert (done.code, done.out.splitlines()[-1]) == (1, "2 catalogues would change")
    assert str(file) in clarion("messages", "update", "--json").value["changed"]
    assert clarion("messages", "update", "--check").code == 0
    assert 'msgstr "Xi It only happens far away."' in file.read_text("utf-8")
    row = status(clarion)["fr"]
    assert (row["ready"], row["states"]["where-it-happens"]) == (2, "fuzzy")
    assert why(row, "fuzzy") == {
        "why": "fuzzy", "cards": 1, "messages": [f"{OURS}: where-it-happens.myth"],
    }  # fmt: skip


def test_an_update_tells_what_the_copy_of_a_shipped_catalogue_hides(
    workspace: Path, clarion: Command
) -> None:
    clarion("messages", "update", "--locale", "fr")
    shared_is_current(clarion, "fr")
    assert "differ" not in clarion("messages", "update").err
    file = catalogue(workspace, "fr", "shared")
    text = file.read_text("utf-8").replace('msgid "Fact"\nmsgstr "', 'msgid "Fact"\nmsgstr "Xi ')
    file.write_text(text, "utf-8")
    done = clarion("messages", "update", "--json")
    assert done.value == {"changed": []}
    said = f"{file}: 1 translations differ from those that ship: labels.fact\n"
    assert said in done.err
    found = clarion("messages", "check", "--locale", "fr", "--json").value["findings"]
    (hidden,) = [one for one in found if one["rule"] == "shipped-differs"]
    assert (hidden["level"], hidden["file"]) == ("info", str(file))
    assert "labels.fact" in hidden["problem"]


# --- extracted -------------------------------------------------------------------------------


def test_templates_are_the_same_bytes_every_time(workspace: Path, clarion: Command) -> None:
    folder = workspace / "locales"
    done = clarion("messages", "extract", "--json")
    files = [folder / f"{OURS}.pot", folder / "shared.pot"]
    assert done.value["changed"] == [str(file) for file in files]
    before = [file.read_bytes() for file in files]
    assert clarion("messages", "extract").out == "0 templates changed\n"
    elsewhere = workspace / "for translators"
    clarion("messages", "extract", "-o", elsewhere)
    assert [(elsewhere / file.name).read_bytes() for file in files] == before
    assert b'msgctxt "ask-first.title"' in before[0]
    assert clarion("messages", "update").out == "0 catalogues changed\n"


def test_a_folder_that_cannot_be_made_is_one_line(workspace: Path, clarion: Command) -> None:
    (workspace / "in the way").write_text("", "utf-8")
    done = clarion("messages", "extract", "-o", workspace / "in the way" / "deep")
    assert done.code == 1
    assert done.err.count("\n") == 1


# --- checked ---------------------------------------------------------------------------------


def test_only_the_catalogues_asked_for_are_checked(workspace: Path, clarion: Command) -> None:
    clarion("messages", "update", "--locale", "cy")
    done = clarion("messages", "check", "--locale", "cy", "--json")
    assert done.code == 1
    assert {found["rule"] for found in done.value["findings"]} == {"empty"}
    assert {Path(found["file"]).parent.parent.name for found in done.value["findings"]} == {"cy"}
    assert done.value["errors"] == len(done.value["findings"])
    assert clarion("messages", "check", "-l", "cy").out.endswith("errors, 0 warnings\n")


# --- signed ----------------------------------------------------------------------------------


def sign(clarion: Command, state: str, role: str, *words: str) -> Done:
    return clarion("messages", "sign", state, "--as", role, *words, "--json")


def test_two_people_make_a_language_publishable(workspace: Path, clarion: Command) -> None:
    clarion("messages", "update", "--locale", "cy")
    for name in (OURS, "shared"):
        translate(catalogue(workspace, "cy", name))
    done = sign(clarion, "translated", "translator-cy", "--locale", "cy")
    assert (done.code, done.value["refused"]) == (0, 0)
    own, shared = done.value["catalogues"]
    assert (own["file"], shared["file"]) == (
        str(catalogue(workspace, "cy")), str(catalogue(workspace, "cy", "shared")),
    )  # fmt: skip
    assert not own["copied"]
    again = sign(clarion, "translated", "Translator CY", "--locale", "cy")
    assert (again.value["signed"], again.value["catalogues"][0]["before"]) == (0, own["signed"])
    refused = sign(clarion, "reviewed", "translator-cy", "--locale", "cy")
    assert refused.code == 1
    assert list(refused.value["catalogues"][0]["refused"]) == ["the reviewer is the translator"]
    assert sign(clarion, "reviewed", "editor-cy", "--locale", "cy").code == 0
    row = status(clarion)["cy"]
    assert set(row["states"].values()) == {"reviewed"}
    assert row["messages"]["reviewed"] == sum(row["messages"].values())
    assert row["publishable"] == row["cards"] == 3
    assert row["reasons"] == []


def test_one_card_can_be_reviewed_with_all_that_it_shows(workspace: Path, clarion: Command) -> None:
    clarion("messages", "update", "--locale", "cy")
    for name in (OURS, "shared"):
        translate(catalogue(workspace, "cy", name))
    for state, role in (("translated", "translator-cy"), ("reviewed", "editor-cy")):
        sign(clarion, state, role, "--locale", "cy", "--card", "ask-first")
    row = status(clarion)["cy"]
    assert row["states"] == {
        "ask-first": "reviewed", "where-it-happens": "translated", "get-help": "translated",
    }  # fmt: skip
    shared = load_catalogue(catalogue(workspace, "cy", "shared"))
    assert shared.entries["labels.tip"].reviewed_by == "editor-cy"
    assert shared.entries["labels.myth"].translated_by == ""


def test_a_shipped_catalogue_is_copied_before_it_is_signed(
    workspace: Path, clarion: Command
) -> None:
    shipped = SHIPPED / "fr" / "LC_MESSAGES" / "shared.po"
    before = shipped.read_bytes()
    done = clarion(
        "messages", "sign", "translated", "--as", "translator-fr", "-l", "fr", "-c", "shared"
    )
    file = catalogue(workspace, "fr", "shared")
    assert f"copied the shipped catalogue to {file}, which now takes its place" in done.err
    assert f"{file}: " in done.out
    assert shipped.read_bytes() == before
    assert load_catalogue(file).entries["labels.myth"].translated_by == "translator-fr"
    again = sign(clarion, "reviewed", "editor-fr", "--locale", "fr", "--campaign", "shared")
    assert not again.value["catalogues"][0]["copied"]


def test_nothing_is_copied_when_nothing_was_signed(workspace: Path, clarion: Command) -> None:
    done = sign(clarion, "reviewed", "editor-fr", "--locale", "fr", "--campaign", "shared")
    assert (done.code, done.value["signed"]) == (1, 0)
    assert "nobody signed the translation" in done.value["catalogues"][0]["refused"]
    assert not catalogue(workspace, "fr", "shared").exists()


def test_the_author_translated_the_source_and_does_not_review_it(
    workspace: Path, clarion: Command
) -> None:
    words = ("--locale", "en_GB", "--campaign", OURS)
    author = load_author(workspace)
    refused = sign(clarion, "reviewed", author, *words)
    assert list(refused.value["catalogues"][0]["refused"]) == [
        "the reviewer is the campaign's author"
    ]
    assert sign(clarion, "reviewed", "second-editor", *words).code == 0
    entry = load_catalogue(catalogue(workspace, "en_GB")).entries["ask-first.title"]
    assert (entry.translated_by, entry.reviewed_by) == (author, "second-editor")


def load_author(workspace: Path) -> str:
    text = (workspace / "campaigns" / OURS / "campaign.yaml").read_text("utf-8")
    return next(line for line in text.splitlines() if line.startswith("author:")).split(": ")[1]


def test_what_is_fuzzy_empty_or_stale_is_refused_and_the_rest_is_signed(
    workspace: Path, clarion: Command
) -> None:
    clarion("messages", "update", "--locale", "cy")
    file = catalogue(workspace, "cy")
    translate(file)
    text = file.read_text("utf-8")
    text = text.replace(
        '#, max-length:90\nmsgctxt "ask-first.title"',
        '#, fuzzy, max-length:90\nmsgctxt "ask-first.title"',
    )
    text = text.replace('msgid "Our first campaign"', 'msgid "Our campaign"')
    text = text.replace('msgstr "Xi Share this with someone you trust."', 'msgstr ""')
    file.write_text(text, "utf-8")
    done = sign(clarion, "translated", "translator-cy", "--locale", "cy", "--campaign", OURS)
    (only,) = done.value["catalogues"]
    assert only["refused"] == {
        "it is not up to date; run 'clarion messages update' first": ["campaign.title"],
        "it is not translated": ["campaign.call"],
        "it is marked fuzzy": ["ask-first.title"],
    }
    assert only["signed"] > 5


def test_what_one_translator_signed_stays_theirs_and_reviewed(
    workspace: Path, clarion: Command
) -> None:
    clarion("messages", "update", "--locale", "cy")
    file = catalogue(workspace, "cy")
    translate(file)
    words = ("--locale", "cy", "--campaign", OURS)
    sign(clarion, "translated", "translator-cy", *words)
    sign(clarion, "reviewed", "editor-cy", *words)
    file.write_text(file.read_text("utf-8").replace("Xi Our first", "Ein"), "utf-8")
    done = sign(clarion, "translated", "other-translator", *words)
    (only,) = done.value["catalogues"]
    assert (done.code, only["signed"]) == (0, 1)
    entries = load_catalogue(file).entries
    assert (entries["campaign.title"].translated_by, entries["campaign.title"].state) == (
        "other-translator", "translated",
    )  # fmt: skip
    assert entries["campaign.call"].reviewed_by == "editor-cy"


@pytest.mark.parametrize("role", ["a; b", "#", "x" * 81])
def test_a_role_that_cannot_be_kept_is_one_line(clarion: Command, role: str) -> None:
    done = clarion("messages", "sign", "translated", "--as", role, "--locale", "en_GB")
    assert done.code == 1
    assert "is not a role" in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--locale", "zz"), "there is no catalogue of any campaign"),
        (("--locale", "fr", "--campaign", OURS), f"there is no catalogue of {OURS}"),
        (("--locale", "fr", "--campaign", "nowhere"), "there is no campaign 'nowhere'"),
        (("--locale", "en_GB", "--card", "nowhere"), "there is no card 'nowhere'"),
        (("--locale", "../../up"), "there is no catalogue"),
    ],
)
def test_what_cannot_be_signed_is_one_line(
    clarion: Command, words: tuple[str, ...], said: str
) -> None:
    done = clarion("messages", "sign", "translated", "--as", "translator", *words)
    assert done.code == 1
    assert said in done.err
    assert done.err.count("\n") == 1


def test_a_locale_that_does_not_exist_is_not_checked_as_fine(clarion: Command) -> None:
    assert "there is no locale 'zz_ZZ'" in clarion("messages", "check", "-l", "zz_ZZ").complaint


def test_somebody_has_to_sign(clarion: Command) -> None:
    done = clarion("messages", "sign", "translated", "--locale", "en_GB")
    assert done.code == 2
    assert "say who does this" in done.err


# --- counted ---------------------------------------------------------------------------------


def test_status_tells_every_reason_with_its_cards(workspace: Path, clarion: Command) -> None:
    mark_reviewed(workspace)
    assert status(clarion)["en_GB"]["publishable"] == 3
    campaign = workspace / "campaigns" / OURS / "campaign.yaml"
    text = campaign.read_text("utf-8").replace("far away", "abroad")
    campaign.write_text(text, "utf-8")
    clarion("messages", "update")
    row = status(clarion)["en_GB"]
    assert row["publishable"] == 2
    assert why(row, "not reviewed")["messages"] == [f"{OURS}: where-it-happens.myth"]
    table = clarion("messages", "status").out
    assert "cards publishable" in table
    assert f"1 card: not reviewed ({OURS}: where-it-happens.myth)" in table
    assert f"why not, {OURS} in en_GB:" in table
    assert max(map(len, table.splitlines())) <= 120


def test_an_unassessed_risk_keeps_reviewed_cards_back(workspace: Path, clarion: Command) -> None:
    mark_reviewed(workspace)
    (workspace / "campaigns" / "risk.yaml").unlink()
    row = status(clarion)["en_GB"]
    assert (row["publishable"], row["ready"]) == (0, 3)
    assert set(row["states"].values()) == {"reviewed"}
    (reason,) = row["reasons"]
    assert (reason["cards"], "risk note" in reason["why"]) == (3, True)


def test_a_figure_that_is_out_of_date_keeps_its_card_back(
    workspace: Path, clarion: Command
) -> None:
    mark_reviewed(workspace)
    (workspace / "campaigns" / "figures.yaml").write_text(FIGURE, "utf-8")
    campaign = workspace / "campaigns" / OURS / "campaign.yaml"
    text = campaign.read_text("utf-8").replace(
        "  - id: ask-first\n", "  - id: ask-first\n    figures: {figure: OLD}\n"
    )
    campaign.write_text(text, "utf-8")
    clarion("messages", "update")
    row = status(clarion)["en_GB"]
    assert (row["states"]["ask-first"], row["publishable"]) == ("expired", 2)
    assert why(row, "figure OLD was to be reviewed by 2020-01-01")["cards"] == 1


FIGURE = """\
figures:
  - {id: OLD, value: "5", unit: number, counts: people, year: "2019", source: S14,
     review_by: "2020-01-01", grade: primary}
"""


@pytest.mark.parametrize("locale", ["nl", "pt_BR", "zh_Hant"])
def test_any_language_that_exists_can_be_begun(
    workspace: Path, clarion: Command, locale: str
) -> None:
    assert clarion("messages", "update", "--locale", locale).code == 0
    assert catalogue(workspace, locale).is_file()


def status(clarion: Command, *locales: str) -> dict[str, dict[str, Any]]:
    """The rows of ``messages status`` by locale; societies that use other locales on demand."""
    if locales:
        settings = Path("clarion.toml")
        text = settings.read_text("utf-8")
        settings.write_text(text.replace('["mt"]', '["mt", "fr"]'), "utf-8")
    rows = clarion("messages", "status", "--json").value["locales"]
    return {row["locale"]: row for row in rows}


def why(row: dict[str, Any], reason: str) -> dict[str, Any]:
    """The reason of this name; there is one."""
    (found,) = [one for one in row["reasons"] if one["why"] == reason]
    return dict(found)
