"""Those who listen are told what those who look can read: every word of every layout."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clarion.parity import gaps, parity, plain, told
from clarion.planning import Drawing, drawings, editions
from clarion.settings import load_settings
from clarion.wiring import Studio
from rendering.asset import CardRequest
from tests.conftest import Command

DAY = date(2027, 7, 30)
OURS = 'societies = ["mt"]\ncampaigns = ["our-first-campaign"]\n'


@pytest.fixture
def studio(workspace: Path) -> Iterator[Studio]:
    with closing(Studio(load_settings(workspace))) as opened:
        yield opened


def wanted(studio: Studio) -> list[Drawing]:
    everything = editions(studio.campaigns(), studio.societies())
    return drawings(studio.press, everything, DAY, studio.formats())[0]


def own_layout(workspace: Path, stamp: str) -> None:
    """A workspace's layout for tips, which draws the words of the shipped one and a stamp."""
    target = workspace / "templates" / "cards" / "tip.toml"
    target.parent.mkdir(parents=True, exist_ok=True)
    drawn = {"title": "{{ title }}", "body": "{{ body }}", "source": "{{ source_line }}"}
    forms = ("square", "portrait", "story", "wide", "link")
    parts = ['about = "A stamp."']
    for number, (name, text) in enumerate((drawn | {"stamp": stamp}).items()):
        boxes = "".join(f"box.{form} = [84, {256 + 80 * number}, 900, 72]\n" for form in forms)
        parts.append(
            f'[[element]]\ntype = "text"\nname = "{name}"\ncolour = "ink"\nsmallest = "small"\n'
            f'{boxes}[[element.paragraphs]]\ntext = "{text}"\nweight = 600\n'
        )
    target.write_text("\n\n".join(parts), "utf-8")


def test_what_ships_says_all_its_words(tmp_path: Path) -> None:
    place = tmp_path / "all"
    place.mkdir()
    (place / "clarion.toml").write_text("sample_helpline = true\n", "utf-8")
    with closing(Studio(load_settings(place))) as studio:
        shown = wanted(studio)
        found = [one for one in parity(studio.press, shown) if one.level == "error"]
    assert len({one.card.locale for one in shown}) > 10
    assert [str(one) for one in found] == []


def test_a_word_that_only_a_layout_says_is_found(
    workspace: Path, clarion: Command, studio: Studio
) -> None:
    assert parity(studio.press, wanted(studio)) == []
    own_layout(workspace, "VOLUNTEER NOW")
    checked = clarion("check", "--fit")
    assert checked.code == 1
    lines = [line for line in checked.out.splitlines() if " parity " in line]
    assert len(lines) == 1  # once, not once a format
    assert lines[0].endswith(
        "error parity ask-first, en_GB: the picture says 'VOLUNTEER NOW' (stamp), its description "
        "or post text does not; say it there, or take it out of layout 'tip'"
    )


@pytest.mark.parametrize(
    "text", ["{{ title }}", "Ask for the contract", "{{ hashtag }}", "1", "{{ society }}"]
)
def test_a_word_that_is_told_already_may_stand_there(
    workspace: Path, studio: Studio, text: str
) -> None:
    own_layout(workspace, text)
    tips = [one for one in wanted(studio) if one.job.card.kind == "tip"]
    assert [name for name, _ in studio.press.workshop.composer.words(tips[0].request)] == [
        "title", "body", "source", "stamp",
    ]  # fmt: skip
    assert parity(studio.press, tips) == []


def test_a_hashtag_is_told_in_the_post_text_and_in_every_one(
    workspace: Path, studio: Studio
) -> None:
    [one] = [one for one in wanted(studio) if one.job.card.id == "ask-first"][:1]
    assert list(gaps(studio.press, one)) == []
    short = workspace / "templates" / "captions" / "short.txt.j2"
    short.parent.mkdir(parents=True)
    short.write_text("{{ title }}", "utf-8")
    with closing(Studio(load_settings(workspace))) as other:
        [gap] = gaps(other.press, one)
    assert (gap.element, gap.needed) == ("hashtag", "post text")
    assert plain(gap.text) == "#endhumantrafficking"


def test_a_logo_with_the_name_needs_the_name_in_the_description(studio: Studio) -> None:
    one = wanted(studio)[0]
    request: CardRequest = replace(one.request, wordmark=True)
    assert list(gaps(studio.press, replace(one, request=request))) == []
    bare = replace(one.card, alts=tuple("Tip 1." for _ in one.card.alts))
    found = [gap.element for gap in gaps(studio.press, replace(one, card=bare, request=request))]
    assert found[0] == "logo"


def test_a_finished_description_has_no_hashtag(studio: Studio) -> None:
    one = wanted(studio)[0]
    alts = tuple(f"{alt} #EndHumanTrafficking" for alt in one.card.alts)
    found = parity(studio.press, [replace(one, card=replace(one.card, alts=alts))])
    assert [(one.rule, one.level) for one in found] == [("alt-hashtag", "error")]


def test_a_long_description_is_information(studio: Studio) -> None:
    one = wanted(studio)[0]
    alts = tuple(alt + " word" * 100 for alt in one.card.alts)
    found = parity(studio.press, [replace(one, card=replace(one.card, alts=alts))])
    assert ("alt-long", "info") in {(one.rule, one.level) for one in found}


@pytest.mark.parametrize(
    ("shown", "said", "is_told"),
    [
        ("Act", "a fact of life", False),
        ("ACT", "act now", True),
        ("1", "Tip 10: ask", False),
        ("١٠", "Tip 10: ask", True),
        ("\u2066116 006\u2069", "call 116\u00a0006 now", True),
        ("خرافة", "الخرافة: كذا", True),
        ("迷思", "迷思：他们", True),
        ("Źródło: A,\u00a02024", "… źródło: a, 2024", True),
    ],
)
def test_texts_are_compared_as_people_read_them(shown: str, said: str, is_told: bool) -> None:
    assert told(plain(shown), plain(said)) == is_told


@given(st.text(min_size=1), st.text(), st.text())
def test_what_stands_between_spaces_is_told(text: str, before: str, after: str) -> None:
    shown = plain(text)
    if shown:
        assert told(shown, plain(f"{before} \n{text}\n {after}"))
