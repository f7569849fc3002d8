"""One command brings every catalogue up to date, and can say that it would."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from campaigns.library import Library
from campaigns.model import Campaign
from locales.catalogue import catalogue_path, load_catalogue
from locales.po import PoCatalog
from locales.update import SHIPPED_LOCALES, main, update

Edit = Callable[[str, str, Callable[[PoCatalog], object]], None]


def test_every_locale_gets_every_domain_once(tmp_path: Path, library: Library) -> None:
    folder = tmp_path / "new"
    changed = update(library, folder, SHIPPED_LOCALES)
    assert {path.relative_to(folder).as_posix() for path in changed} == {
        f"{locale}/LC_MESSAGES/{domain}.po"
        for locale in SHIPPED_LOCALES
        for domain in ("small", "shared")
    }
    assert update(library, folder, SHIPPED_LOCALES) == []
    assert not list(folder.rglob(".*"))


def test_check_changes_nothing(tmp_path: Path, library: Library) -> None:
    folder = tmp_path / "new"
    assert len(update(library, folder, ["fr"], check=True)) == 2
    assert not folder.exists()


def test_a_reworded_message_is_found_by_check_and_merged(
    root: Path, library: Library, campaign: Campaign
) -> None:
    assert update(library, root, ["fr"], check=True) == []
    text = campaign.file.read_text(encoding="utf-8").replace("The act", "The first act")
    campaign.file.write_text(text, encoding="utf-8")
    path = catalogue_path(root, "fr", "small")
    assert update(library, root, ["fr"], check=True) == [path]
    assert update(library, root, ["fr"]) == [path]
    entry = load_catalogue(path).entries["meaning.slides.1.heading"]
    assert (entry.msgstr, entry.fuzzy, entry.previous) == ("Fr The act", True, "The act")


@pytest.mark.parametrize("locales", [("sr_Latn", "sr"), ("sr", "sr_Latn"), ("sr_Latn",)])
def test_serbian_latin_follows_cyrillic(
    root: Path, library: Library, edit: Edit, locales: tuple[str, ...]
) -> None:
    update(library, root, ["sr"])
    edit("sr", "small", lambda c: setattr(c.contexts["myth.myth"], "string", "Њихов џеп."))
    update(library, root, locales)
    latin = load_catalogue(catalogue_path(root, "sr_Latn", "small"))
    assert latin.entries["myth.myth"].msgstr == "Njihov džep."
    assert latin.entries["myth.fact"].msgstr == ""
    assert update(library, root, locales, check=True) == []


def test_without_shared_messages_there_is_no_shared_domain(
    tmp_path: Path, library: Library
) -> None:
    changed = update(replace(library, shared={}), tmp_path / "new", ["fr"])
    assert [path.name for path in changed] == ["small.po"]


def test_only_the_domains_asked_for_are_written(tmp_path: Path, library: Library) -> None:
    changed = update(library, tmp_path / "new", ["fr"], domains=["shared"])
    assert [path.name for path in changed] == ["shared.po"]


def test_the_command_says_what_is_wrong_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sr@latin", "--check"]) == 2
    error = capsys.readouterr().err
    assert "not sr@latin" in error
    assert error.count("\n") == 1


def test_the_command_lists_what_would_change(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["xx", "--check"]) == 1
    assert "would change xx/LC_MESSAGES/shared.po" in capsys.readouterr().out
