"""``clarion build --pseudo``: what breaks is said, and nothing pseudo comes near what is posted."""

from __future__ import annotations

import json
import zipfile
from contextlib import closing
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from clarion.planning import drawings, editions
from clarion.pseudo import pseudo_editions, pseudo_press
from clarion.settings import load_settings
from clarion.wiring import Studio
from locales.pseudo import parse
from tests.conftest import Command

DAY = date(2027, 7, 30)


def tree(folder: Path) -> dict[str, str]:
    """Every file below a folder and its digest."""
    return {
        file.relative_to(folder).as_posix(): sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_pictures_are_drawn_once_and_apart_from_the_asset_store(
    workspace: Path, clarion: Command
) -> None:
    before = tree(workspace)
    done = clarion("build", "--pseudo", "140%")
    assert done.code == 0
    assert "3 drawn, 0 already there, 0 failed" in done.out
    assert f"not for posting: {workspace / 'pseudo' / 'pictures'}" in done.out
    added = tree(workspace).keys() - before.keys()
    assert len(added) == 3
    assert all(name.startswith("pseudo/pictures/") for name in added)
    assert "0 drawn, 3 already there" in clarion("build", "--pseudo", "140%").out


def test_every_kind_of_pseudo_translation_draws_its_own_pictures(
    workspace: Path, clarion: Command
) -> None:
    for asked in ("120%", "140%", "rtl"):
        assert clarion("build", "--pseudo", asked, "--json").value["drawn"] == 3


def test_a_build_a_plan_and_a_pack_are_the_same_as_without(
    workspace: Path, clarion: Command, tmp_path: Path
) -> None:
    clarion("pack", "--output", tmp_path / "before", "--after", "2027-07-01")
    plan = clarion("plan", "--for", "2027-07-30", "--json").out
    assets = tree(workspace / "assets")
    for asked in ("140%", "rtl"):
        clarion("build", "--pseudo", asked, "--sheet")
    clarion("pack", "--output", tmp_path / "after", "--after", "2027-07-01")
    assert tree(tmp_path / "before") == tree(tmp_path / "after")
    assert tree(workspace / "assets") == assets
    again = json.loads(clarion("plan", "--for", "2027-07-30", "--json").out)
    assert "XA" not in json.dumps([plan, again]) + json.dumps(list(tree(workspace / "assets")))
    with zipfile.ZipFile(tmp_path / "after" / "clarion-mt.zip") as archive:
        assert not [name for name in archive.namelist() if "XA" in name or "XB" in name]


def test_each_picture_shows_that_it_is_one(workspace: Path) -> None:
    with closing(Studio(load_settings(workspace))) as studio:
        campaigns = studio.campaigns()
        plain, _ = drawings(studio.press, editions(campaigns, studio.societies()), DAY, ("square",))
        for asked in ("100%", "140%", "rtl"):
            pseudo = parse(asked)
            press = pseudo_press(studio, pseudo, campaigns)
            chosen = pseudo_editions(studio, pseudo, campaigns, ())
            wanted, held = drawings(press, chosen, DAY, ("square",))
            assert held == []
            assert len(wanted) == len(plain) == 3
            for drawing, real in zip(wanted, plain, strict=True):
                marked = [text for text in drawing.request.slots.values() if text.startswith("[")]
                assert len(marked) >= 3
                assert all(text.endswith("]") for text in marked)
                assert drawing.request.direction == ("rtl" if asked == "rtl" else "ltr")
                assert not set(marked) & set(real.request.slots.values())


def test_what_breaks_is_named_before_anybody_translates(workspace: Path, clarion: Command) -> None:
    done = clarion("build", "--pseudo", "300%", "--format", "link")
    assert done.code == 1
    line = next(line for line in done.out.splitlines() if "/ask-first, en_XA, link: " in line)
    assert line.startswith("our-first-campaign/ask-first, en_XA, link: ")
    found = clarion("build", "--pseudo", "300%", "--format", "link", "--json")
    assert found.code == 1
    assert {one["locale"] for one in found.value["problems"]} == {"en_XA"}
    assert clarion("build", "--format", "link").code == 0


def test_a_society_that_was_chosen_is_shown_even_where_it_does_not_post_in_the_source(
    workspace: Path, clarion: Command
) -> None:
    done = clarion("build", "--pseudo", "rtl", "--society", "fr", "--society", "lb", "--json")
    assert (done.value["drawn"], done.value["held"]) == (6, [])


@pytest.mark.parametrize("asked", ["99%", "fr", "140"])
def test_another_word_is_wrong_usage(workspace: Path, clarion: Command, asked: str) -> None:
    done = clarion("build", "--pseudo", asked)
    assert done.code == 2
    assert "write 100% to 300%, or rtl" in done.err
