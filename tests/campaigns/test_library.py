"""The shipped folder, a workspace over it, and references between files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from campaigns import ContentError, open_library
from campaigns.library import Library

Edit = Callable[[str, str, str], Path]


def test_a_workspace_is_laid_over_what_ships(folder: Path) -> None:
    shipped, library = open_library(), open_library(folder.parent)
    assert set(library.campaign_ids()) == {*shipped.campaign_ids(), "small"}
    assert library.sources["S01"].title == "A report"
    assert library.campaign("small").title.text == "Small campaign"
    assert shipped.sources.keys() <= library.sources.keys()


def test_a_folder_without_campaigns_is_no_workspace(tmp_path: Path) -> None:
    assert open_library(tmp_path).folders == open_library().folders


def test_a_campaign_nobody_wrote_is_refused_with_the_known_ones(folder: Path) -> None:
    with pytest.raises(ContentError, match=r"holds no campaign 'smal'; known are .*small"):
        open_library(folder.parent).campaign("smal")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("id: small", "id: tiny", "'tiny' differs from the folder's name"),
        ("observance: wdatip", "observance: nothing", "'nothing' is not in observances.yaml"),
        ("sources: [S01]", "sources: [S99]", r"cards\.smuggling\.sources: 'S99' is not in"),
        ("figure: F01", "figure: F99", r"cards\.number\.figures: 'F99' is not in figures"),
    ],
)
def test_a_reference_to_nothing_is_refused(edit: Edit, old: str, new: str, message: str) -> None:
    file = edit("small/campaign.yaml", old, new)
    with pytest.raises(ContentError, match=message):
        open_library(file.parents[2]).campaign("small")


def test_a_later_folders_campaign_takes_the_place_of_an_earlier_one(
    folder: Path, tmp_path: Path
) -> None:
    over = tmp_path / "over" / "small" / "campaign.yaml"
    over.parent.mkdir(parents=True)
    text = (folder / "small/campaign.yaml").read_text(encoding="utf-8")
    over.write_text(text.replace("title: Small campaign", "title: Mine"), encoding="utf-8")
    library: Library = open_library(folder.parent)
    stacked = replace(library, folders=(*library.folders, tmp_path / "over"))
    assert stacked.campaign("small").title.text == "Mine"
