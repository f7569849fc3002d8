"""Catalogues are found by locale, workspace first, parsed once per content, and immutable."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from locales import CatalogueError, Catalogues, load_catalogue, open_catalogues
from locales.catalogue import SHIPPED, StillCatalogues, catalogue_path
from locales.po import PoCatalog
from locales.signing import sign_translated

Edit = Callable[[str, str, Callable[[PoCatalog], object]], None]


def _sign(catalog: PoCatalog) -> None:
    sign_translated(catalog, catalog.contexts["myth.myth"], "somebody")


def test_a_catalogue_is_found_with_its_entries(catalogues: Catalogues, root: Path) -> None:
    found = catalogues.find("fr", "small")
    assert found is not None
    entry = found.entries["myth.myth"]
    assert (entry.msgid, entry.msgstr, entry.fuzzy, entry.plurals) == (
        "They are the same.", "Fr They are the same.", False, (),
    )  # fmt: skip
    assert "max-length:120" in entry.flags
    assert "Note: Keep it false." in entry.comments
    lines = found.file.read_text(encoding="utf-8").split("\n")
    assert lines[entry.line - 1] == 'msgid "They are the same."'
    assert found.file == catalogue_path(root, "fr", "small")


def test_a_catalogue_nobody_wrote_is_not_found(catalogues: Catalogues) -> None:
    assert catalogues.find("pt_PT", "small") is None
    assert catalogues.find("fr", "other") is None


def test_the_first_folder_with_the_file_wins_as_a_whole(
    tmp_path: Path, root: Path, edit: Edit
) -> None:
    over = tmp_path / "over"
    target = catalogue_path(over, "fr", "small")
    target.parent.mkdir(parents=True)
    target.write_bytes(catalogue_path(root, "fr", "small").read_bytes())
    edit("fr", "small", _sign)
    found = Catalogues([over, root]).find("fr", "small")
    assert found is not None
    assert (found.file, found.entries["myth.myth"].state) == (target, "draft")
    shared = Catalogues([over, root]).find("fr", "shared")
    assert shared is not None
    assert shared.file == catalogue_path(root, "fr", "shared")


def test_a_file_is_parsed_again_only_when_it_changed(catalogues: Catalogues, edit: Edit) -> None:
    first = catalogues.find("fr", "small")
    assert catalogues.find("fr", "small") is first
    edit("fr", "small", _sign)
    second = catalogues.find("fr", "small")
    assert second is not None
    assert first is not None
    assert [one.entries["myth.myth"].state for one in (first, second)] == ["draft", "translated"]
    assert second.entries["myth.myth"].translated_by == "somebody"
    assert first.digest != second.digest


def test_a_catalogue_cannot_be_changed(catalogues: Catalogues) -> None:
    found = catalogues.find("fr", "small")
    assert found is not None
    with pytest.raises(TypeError):
        found.entries["x"] = found.entries["myth.myth"]  # type: ignore[index]
    with pytest.raises(FrozenInstanceError):
        found.domain = "other"  # type: ignore[misc]


def test_a_catalogue_lies_where_catalogues_lie(tmp_path: Path) -> None:
    stray = tmp_path / "small.po"
    stray.write_text("")
    with pytest.raises(CatalogueError, match="does not lie where catalogues lie"):
        load_catalogue(stray)


def test_locales_are_listed(catalogues: Catalogues) -> None:
    assert catalogues.locales() == ("ar", "en_GB", "fr")


def test_a_workspace_is_asked_before_what_ships(tmp_path: Path, root: Path) -> None:
    assert root.parent == tmp_path
    assert open_catalogues(tmp_path).roots == (root, SHIPPED)
    assert open_catalogues(tmp_path / "elsewhere").roots == (SHIPPED,)


def test_what_a_catalogue_says_of_a_message_it_lacks_is_the_whole_file(
    catalogues: Catalogues,
) -> None:
    found = catalogues.find("fr", "small")
    assert found is not None
    assert found.place("myth.myth").line > 0
    assert found.place("absent").line == 0


def test_an_edit_of_the_same_length_within_an_instant_is_seen(
    catalogues: Catalogues, root: Path
) -> None:
    path = catalogue_path(root, "fr", "small")
    for mark in ("Fr", "Gr", "Hr"):
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub('msgstr "[FG]r ', f'msgstr "{mark} ', text), encoding="utf-8")
        found = catalogues.find("fr", "small")
        assert found is not None
        assert found.entries["myth.myth"].msgstr == f"{mark} They are the same."


def test_still_catalogues_are_as_they_were_when_first_asked_for(
    catalogues: Catalogues, root: Path, edit: Edit
) -> None:
    still = StillCatalogues(catalogues)
    first = still.find("fr", "small")
    assert first is not None
    assert still.find("pt_PT", "small") is None
    edit("fr", "small", _sign)
    target = catalogue_path(root, "pt_PT", "small")
    target.parent.mkdir(parents=True)
    text = catalogue_path(root, "fr", "small").read_text(encoding="utf-8")
    target.write_text(text.replace("Language: fr", "Language: pt_PT"), encoding="utf-8")
    assert still.find("fr", "small") is first
    assert still.find("pt_PT", "small") is None
    assert (still.roots, still.locales()) == (catalogues.roots, catalogues.locales())
    for locale, state in (("fr", "translated"), ("pt_PT", "draft")):  # copied with its marks
        found = StillCatalogues(catalogues).find(locale, "small")
        assert found is not None
        assert found.entries["myth.myth"].state == state


def test_what_a_catalogue_hides_is_told(catalogues: Catalogues, root: Path, edit: Edit) -> None:
    ours = root.parent / "ours"
    copy = catalogue_path(ours, "fr", "small")
    copy.parent.mkdir(parents=True)
    copy.write_bytes(catalogue_path(root, "fr", "small").read_bytes())
    both = Catalogues([ours, root])
    assert both.hidden("fr", "small") == ()

    def mend(catalog: PoCatalog) -> None:
        catalog.contexts["myth.myth"].string = "Mieux"
        catalog.contexts["myth.fact"].string = "Peut-être"
        catalog.contexts["myth.fact"].flags.add("fuzzy")
        catalog.contexts["campaign.call"].string = ""

    edit("fr", "small", mend)
    assert both.hidden("fr", "small") == ("myth.myth",)
    assert both.hidden("fr", "shared") == catalogues.hidden("fr", "small") == ()
    assert both.hidden("xx", "small") == ()
