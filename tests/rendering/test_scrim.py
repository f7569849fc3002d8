"""Words over a photograph: as little veil as they need, and never less."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageStat

from rendering import contrast
from rendering.asset import CardRequest
from templates.layouts import Colour
from tests.templates.samples import DIRECTIONS, FORMATS, composer, placed, request

WHITE, BLACK = (255, 255, 255), (0, 0, 0)


def over(folder: Path, colour: Colour | None, form: str = "square", direction: str = "ltr",
         **slots: str) -> CardRequest:  # fmt: skip
    """A card over a photograph of one colour, or over one of bright and dark specks."""
    file = folder / f"{colour}.png"
    if colour is None:
        Image.effect_noise((600, 400), 120).convert("RGB").save(file)
    else:
        Image.new("RGB", (600, 400), colour).save(file)
    return replace(request("over_photo", form, direction, **slots), photo=file)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("colour", [WHITE, BLACK, (250, 200, 40), None])
def test_every_text_over_a_photograph_can_be_read(
    tmp_path: Path, form: str, direction: str, colour: Colour | None
) -> None:
    asked = over(tmp_path, colour, form, direction)
    composer().compose(asked)  # raises LowContrast otherwise
    under = composer().ground(asked).image
    for text in composer().texts(asked):
        left, top, width, height = text.box
        area = (left, top, left + width, top + height)
        for ink in set(text.colours):
            assert contrast.lowest(under, area, ink) >= contrast.NORMAL, text.element.name


def brightness(folder: Path, colour: Colour) -> float:
    """How much is left of a photograph where its card's text stands."""
    asked = over(folder, colour)
    message = next(t for t in composer().texts(asked) if t.element.name == "message")
    left, top, width, height = message.box
    area = (left, top, left + width, top + height)
    return ImageStat.Stat(composer().ground(asked).image.convert("L").crop(area)).mean[0]


def test_the_veil_is_no_denser_than_needed(tmp_path: Path) -> None:
    dark = over(tmp_path, (20, 24, 40))
    veil = composer().ground(dark).image.getpixel((540, 800))
    deep = composer().theme.palette["deep"]
    share = (veil[2] - 40) / (deep[2] - 40)
    assert share == pytest.approx(0.40, abs=0.05), "the thinnest there is"
    assert brightness(tmp_path, WHITE) > brightness(tmp_path, BLACK)


def test_the_photograph_is_untouched_above_the_veil_and_without_words_of_ours(
    tmp_path: Path,
) -> None:
    picture = composer().ground(over(tmp_path, (250, 200, 40))).image
    assert picture.getpixel((540, 20)) == (250, 200, 40)


def test_without_a_photograph_there_is_a_plain_ground_and_no_veil() -> None:
    ground = composer().ground(request("over_photo")).image
    assert ground.getpixel((540, 20)) == ground.getpixel((540, 800)) == (0x14, 0x21, 0x3D)


def test_a_focus_chooses_what_a_photograph_shows(tmp_path: Path) -> None:
    file = tmp_path / "wide.png"
    wide = Image.new("RGB", (1200, 400), WHITE)
    wide.paste((200, 0, 0), (0, 0, 300, 400))
    wide.save(file)
    shown = {}
    for focus in ((0.0, 0.5), (1.0, 0.5)):
        asked = replace(request("over_photo"), photo=file, focus=focus)
        shown[focus] = composer().ground(asked).image.getpixel((10, 10))
    assert shown == {(0.0, 0.5): (200, 0, 0), (1.0, 0.5): WHITE}


# --- the measure ----------------------------------------------------------------------------------


def test_the_measure_agrees_with_the_standards_own_examples() -> None:
    assert contrast.ratio(BLACK, WHITE) == pytest.approx(21)
    assert contrast.ratio((118, 118, 118), WHITE) == pytest.approx(4.54, abs=0.005)
    assert contrast.ratio(WHITE, (119, 119, 119)) < 4.5


def test_contrast_is_that_of_the_worst_place() -> None:
    ground = Image.new("RGB", (80, 40), WHITE)
    ground.paste((118, 118, 118), (40, 0, 60, 40))
    assert contrast.lowest(ground, (0, 0, 40, 40), BLACK) == pytest.approx(21)
    assert contrast.lowest(ground, (0, 0, 80, 40), BLACK) == pytest.approx(4.62, abs=0.02)
    assert contrast.lowest(ground, (0, 0, 80, 40), (118, 118, 118)) == pytest.approx(1)


def test_one_speck_hides_no_word() -> None:
    ground = Image.new("RGB", (80, 40), BLACK)
    ground.putpixel((20, 20), WHITE)
    assert contrast.lowest(ground, (0, 0, 80, 40), WHITE) > 10


@pytest.mark.parametrize(
    ("css", "weight", "needed"),
    [(24, 400, 3.0), (23.9, 400, 4.5), (18.7, 700, 3.0), (18.7, 650, 4.5), (18.5, 700, 4.5)],
)
def test_large_is_what_the_standard_calls_large(css: float, weight: int, needed: float) -> None:
    assert contrast.needed(css, weight) == needed


def test_a_size_is_measured_as_a_telephone_shows_it() -> None:
    assert composer().theme.formats["square"].css(42) == 14
    assert composer().theme.formats["wide"].css(96) == 28


def test_a_box_of_the_layout_is_where_the_contrast_is_measured(tmp_path: Path) -> None:
    asked = over(tmp_path, WHITE)
    text = next(t for t in composer().texts(asked) if t.element.name == "message")
    square = composer().theme.formats["square"]
    left, top, right, bottom = placed(text.element.boxes["square"], square, "ltr")
    assert text.box == (left, top, right - left, bottom - top)
