"""A society's own logo and colours: what may change on a card, and what never does."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw

from campaigns.model import BRANDABLE
from rendering.asset import CardRequest
from rendering.errors import LowContrast, PictureError
from templates.layouts import Element, LayoutError, open_theme
from tests.templates.samples import (
    DIRECTIONS,
    FORMATS,
    blank,
    composer,
    placed,
    request,
    written,
)

BLUE, WHITE = (10, 20, 120), (255, 255, 255)
BOTH_DIRECTIONS = pytest.mark.parametrize("direction", DIRECTIONS)
EVERY_FORMAT = pytest.mark.parametrize("form", FORMATS)


def element(kind: str) -> Element:
    return next(e for e in composer().layout("tip").elements if e.type == kind)


def crop(asked: CardRequest, kind: str) -> Image.Image:
    """What stands in the place of the emblem, or of the logo with a name."""
    box = placed(
        element(kind).boxes[asked.format], composer().theme.formats[asked.format], asked.direction
    )
    return composer().compose(asked).crop(box)


def ink(picture: Image.Image) -> tuple[int, int, int, int]:
    """Where a picture is not white, give or take a smoothed edge."""
    found = ImageChops.invert(picture.convert("L")).point(lambda v: 255 if v > 100 else 0).getbbox()
    assert found is not None
    return found


def half_blue(folder: Path, width: int, height: int) -> Path:
    """A logo whose left half is blue, on nothing."""
    logo = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    ImageDraw.Draw(logo).rectangle((0, 0, width // 2 - 1, height), fill=(*BLUE, 255))
    logo.save(folder / "logo.png")
    return folder / "logo.png"


@BOTH_DIRECTIONS
@EVERY_FORMAT
def test_a_logo_takes_the_place_of_the_emblem_whole_and_clear_and_never_mirrored(
    tmp_path: Path, form: str, direction: str
) -> None:
    logo = half_blue(tmp_path, 400, 400)
    shown = crop(replace(request("tip", form, direction), logo=logo), "emblem")
    left, top, right, bottom = ink(shown)
    high = bottom - top
    assert high >= composer().theme.formats[form].minimum * 3 // 2
    assert right - left == pytest.approx(high / 2, abs=1), "the left half, undistorted"
    clear = high / 4 - 1
    assert min(left, top, shown.width - left - high, shown.height - bottom) >= clear
    assert shown.getpixel((left + 2, top + 2)) == BLUE


@BOTH_DIRECTIONS
@EVERY_FORMAT
def test_a_logo_that_holds_the_name_stands_in_the_place_of_emblem_and_name(
    tmp_path: Path, form: str, direction: str
) -> None:
    logo = half_blue(tmp_path, 1200, 300)
    asked = replace(request("tip", form, direction), logo=logo, wordmark=True)
    without = replace(asked, slots=asked.slots | {"society": ""})
    assert composer().compose(asked).tobytes() == composer().compose(without).tobytes()
    left, top, right, bottom = ink(crop(asked, "logo"))
    assert right - left == pytest.approx(2 * (bottom - top), abs=2)


def test_a_logo_too_small_to_be_seen_is_refused_and_named(tmp_path: Path) -> None:
    for size, why in (((50, 50), "is 50 pixels high, 63 needed"), ((900, 90), "does not stand in")):
        Image.new("RGB", size, BLUE).save(tmp_path / "logo.png")
        with pytest.raises(PictureError, match=why) as told:
            composer().compose(replace(request("tip"), logo=tmp_path / "logo.png"))
        assert str(told.value).startswith(str(tmp_path / "logo.png"))


def test_a_logo_replaced_under_its_name_is_drawn_anew(tmp_path: Path) -> None:
    logo = tmp_path / "logo.png"
    asked = replace(request("tip"), logo=logo)
    for number, colour in enumerate((BLUE, (120, 20, 10))):
        Image.new("RGB", (300, 300), colour).save(logo)
        os.utime(logo, ns=(number, number))
        assert crop(asked, "emblem").getpixel((50, 50)) == colour


def test_every_colour_a_brand_may_change_is_one_that_cards_have() -> None:
    assert set(BRANDABLE) < set(composer().theme.palette)


def test_a_brands_colour_takes_the_place_of_one_of_the_palette_and_of_no_other() -> None:
    plain, branded = request("myth_fact"), replace(request("myth_fact"), brand={"sea": "#123456"})
    sea = composer().theme.palette["sea"]
    before, after = (composer().compose(blank(one)) for one in (plain, branded))
    assert before.getpixel((540, 900)) == sea
    assert after.getpixel((540, 900)) == (0x12, 0x34, 0x56)
    apart = ImageChops.difference(before, after).getbbox()
    assert apart == (0, 348, 1080, 924), "the fact's ground and nothing else"
    assert crop(branded, "emblem").tobytes() == crop(plain, "emblem").tobytes()


def test_a_brands_colour_on_which_a_text_cannot_be_read_fails_the_card() -> None:
    asked = replace(request("myth_fact"), brand={"sea": "#88AABB"})
    with pytest.raises(LowContrast, match=r"text 'label_fact' has a contrast of 2\.5:1") as told:
        composer().compose(asked)
    assert told.value.box_name == "label_fact"
    assert 2 < told.value.ratio < told.value.needed == 4.5


def test_large_type_needs_less_contrast_than_small() -> None:
    grey = {"sea": "#7C8A90"}  # 3.6:1 to white
    with pytest.raises(LowContrast):
        composer().compose(replace(request("myth_fact"), brand=grey))
    only_large = {"label_fact": "", "source_line": "", "fact": "Nobody can agree to exploitation."}
    composer().compose(replace(request("myth_fact", **only_large), brand=grey))


# --- the emblem is locked in layouts -----------------------------------------------------------

FOOTER = """
[[element]]
type = "emblem"
box.square = [56, 900, {side}, {side}]

[[element]]
type = "{kind}"
{options}
box.square = [{left}, 900, 300, 100]
"""
TEXT = 'name = "society"\ncolour = "ink"\nparagraphs = [{ text = "{{ society }}" }]'


@pytest.mark.parametrize(
    ("side", "kind", "options", "left", "why"),
    [
        (60, "text", TEXT, 400, "the emblem of square is smaller than 94 px"),
        (100, "text", TEXT, 150, "'emblem' and 'society' overlap in square"),
        (100, "rect", 'fill = "sea"', 150, "'emblem' and 'rect' overlap in square"),
        (100, "scrim", 'fill = "sea"', 0, "'emblem' and 'scrim' overlap in square"),
    ],
)
def test_a_layout_cannot_shrink_or_cover_the_emblem(
    tmp_path: Path, side: int, kind: str, options: str, left: int, why: str
) -> None:
    text = FOOTER.format(side=side, kind=kind, options=options, left=left)
    theme = open_theme(written(tmp_path, "cards/ours.toml", text))
    with pytest.raises(LayoutError, match=why):
        theme.layout("ours")


def test_a_layout_may_lay_the_emblem_on_a_ground(tmp_path: Path) -> None:
    ground = '[[element]]\ntype = "rect"\nfill = "mist"\nbox.square = [0, 0, 1080, 1080]\n'
    text = ground + FOOTER.format(side=100, kind="text", options=TEXT, left=200)
    theme = open_theme(written(tmp_path, "cards/ours.toml", text))
    assert [one.type for one in theme.layout("ours").elements] == ["rect", "emblem", "text"]


def test_white_stays_around_the_emblem_even_on_a_coloured_ground() -> None:
    corner = crop(request("tip"), "emblem").getpixel((0, 0))
    assert corner == WHITE
