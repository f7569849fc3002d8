"""One card, one picture: pure, mirrored for right-to-left, never clipped, the emblem untouched."""

from __future__ import annotations

import gc
import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageOps

from rendering import shapes
from rendering.asset import CardRequest
from rendering.card import Composer
from rendering.encode import JPEG, PNG
from rendering.errors import PictureError
from rendering.fit import DoesNotFit
from rendering.photos import cropped
from rendering.shaping import MissingGlyphs
from templates.layouts import Element, Format, open_theme
from tests.templates.samples import (
    DIRECTIONS,
    FORMATS,
    LAYOUTS,
    SLOTS,
    blank,
    composer,
    placed,
    request,
    written,
)

ROOT = Path(__file__).parents[2]
WHITE = (255, 255, 255)
EVERY_LAYOUT = pytest.mark.parametrize("name", LAYOUTS)
EVERY_FORMAT = pytest.mark.parametrize("form", FORMATS)
BOTH_DIRECTIONS = pytest.mark.parametrize("direction", DIRECTIONS)

ARABIC = {
    "myth": "لقد وافقوا على ذلك.",
    "fact": "لا أحد يستطيع أن يوافق على استغلاله، \u2068#Tag\u2069 \u2066+00 000\u2069.",
    "label_myth": "خرافة",
    "label_fact": "حقيقة",
    "source_line": "المصدر: \u2068UNODC\u2069، 2024",
}
HINDI = {"title": "हिन्दी में निःशुल्क मदद", "body": "पहले पूछें: पैसा कौन देगा?", "label_tip": "सलाह"}


def same(one: Image.Image, other: Image.Image) -> bool:
    return one.size == other.size and ImageChops.difference(one, other).getbbox() is None


def element(name: str, kind: str, number: int = 0) -> Element:
    return [e for e in composer().layout(name).elements if e.type == kind][number]


def place(found: Element, form: str, direction: str) -> tuple[int, int, int, int]:
    return placed(found.boxes[form], composer().theme.formats[form], direction)


# --- a pure function ------------------------------------------------------------------------------


def some_cards() -> list[CardRequest]:
    """Cards of several layouts, scripts, directions and formats."""
    return [
        request("myth_fact", "link"),
        request("myth_fact", "square", "rtl", **ARABIC),
        replace(request("tip", "wide", **HINDI), language="hi"),
        request("get_help", "story", "rtl"),
        request("checklist", "portrait"),
    ]


def digests() -> str:
    """One line that changes with any byte of any of the cards."""
    seen, here = hashlib.sha256(), Composer(open_theme())
    for asked in some_cards():
        picture = here.compose(asked)
        seen.update(picture.tobytes() + JPEG.encode(picture) + PNG.encode(picture))
    return seen.hexdigest()


@pytest.fixture(scope="module")
def digest() -> str:
    """The line as this process makes it."""
    return digests()


def test_the_same_request_gives_the_same_bytes_whoever_draws_it(digest: str) -> None:
    assert digests() == digest


@pytest.mark.parametrize(
    "surroundings",
    [
        {"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "LANG": "tr_TR.UTF-8", "LC_ALL": "tr_TR.UTF-8"},
        {"PYTHONHASHSEED": "2", "TZ": "America/St_Johns", "LANG": "C", "PYTHONOPTIMIZE": "1"},
        {"PYTHONHASHSEED": "random", "TZ": "", "LANGUAGE": "ar", "PYTHONUTF8": "0"},
    ],
    ids=["Tokyo in Turkish", "Newfoundland in C", "no zone"],
)
def test_hash_seed_zone_and_locale_of_a_process_change_no_byte(
    surroundings: dict[str, str], digest: str
) -> None:
    child = "from tests.rendering.test_card import digests; print(digests())"
    answer = subprocess.run(
        [sys.executable, "-c", child],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)} | surroundings,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert answer.stdout.strip() == digest


def test_what_was_drawn_before_leaves_no_trace() -> None:
    here = Composer(open_theme())
    first = here.compose(request("tip"))
    kept = first.copy()
    ImageDraw.Draw(first).rectangle((0, 0, 1080, 1080), fill=(9, 9, 9))
    here.compose(request("tip", title="Another title", body="Other words."))
    assert same(here.compose(request("tip")), kept)


def test_grounds_are_not_kept_without_end_and_drawn_again_alike() -> None:
    here = Composer(open_theme())
    asked = request("tip", "link")
    before, held = here.compose(asked), pictures_in_memory()
    for direction in DIRECTIONS:
        for layout in LAYOUTS:
            for form in FORMATS:
                here.compose(blank(request(layout, form, direction)))
    assert pictures_in_memory() - held < len(LAYOUTS) * len(FORMATS)
    assert same(here.compose(asked), before)


def pictures_in_memory() -> int:
    """How many bitmaps of the size of a card are alive."""
    gc.collect()
    everything = (one for one in gc.get_objects() if isinstance(one, Image.Image))
    return sum(one.mode == "RGB" and one.width >= 1080 for one in everything)


def test_a_request_is_not_changed_by_drawing_it() -> None:
    slots = dict(SLOTS)
    asked = replace(request("get_help"), slots=slots)
    composer().compose(asked)
    assert slots == SLOTS


# --- right to left --------------------------------------------------------------------------------


@EVERY_LAYOUT
@EVERY_FORMAT
def test_the_ground_of_a_right_to_left_card_is_the_mirror_image_but_for_pictures(
    name: str, form: str
) -> None:
    left = composer().compose(blank(request(name, form)))
    right = composer().compose(blank(request(name, form, "rtl")))
    apart = ImageChops.difference(ImageOps.mirror(left), right)
    for found in composer().layout(name).elements:
        if found.type in ("emblem", "icon"):
            x0, y0, x1, y1 = place(found, form, "rtl")
            assert same(left.crop(place(found, form, "ltr")), right.crop((x0, y0, x1, y1)))
            ImageDraw.Draw(apart).rectangle((x0, y0, x1 - 1, y1 - 1), fill=0)
    assert apart.getbbox() is None


@EVERY_FORMAT
def test_a_right_to_left_text_begins_at_the_right_edge_of_its_mirrored_box(form: str) -> None:
    fact = next(
        e for e in composer().layout("myth_fact").elements if e.options.get("name") == "fact"
    )
    for direction in DIRECTIONS:
        asked = request("myth_fact", form, direction, fact="HHH")
        drawn, ground = composer().compose(asked), composer().compose(blank(asked))
        left, top, right, bottom = place(fact, form, direction)
        ink = ImageChops.difference(drawn, ground).crop((left, top, right, bottom)).getbbox()
        assert ink is not None
        gap = ink[0] if direction == "ltr" else right - left - ink[2]
        assert 0 <= gap <= 12


def test_list_marks_stand_on_the_side_where_reading_begins() -> None:
    form, items = composer().theme.formats["square"], "First.\nSecond.\nThird."
    found = next(
        e for e in composer().layout("checklist").elements if e.options.get("marker") == "check"
    )
    sea = composer().theme.palette["sea"]
    for direction in DIRECTIONS:
        picture = composer().compose(request("checklist", "square", direction, items=items))
        left, top, right, bottom = placed(found.boxes["square"], form, direction)
        edge = (
            (left, top, left + 70, bottom)
            if direction == "ltr"
            else (right - 70, top, right, bottom)
        )
        strip = picture.crop(edge)
        colours = {colour for _, colour in strip.getcolors(strip.width * strip.height)}
        assert sea in colours
        assert composer().theme.palette["ink"] not in colours


# --- sizes ----------------------------------------------------------------------------------------

WORD = "_" * 8
"""Ink without a gap: as long as its type is large."""


def length_of_word(
    picture: Image.Image, ground: Image.Image, box: tuple[int, int, int, int]
) -> int:
    """The longest run of columns with ink in the first line of a box."""
    ink = ImageChops.difference(picture, ground).crop(box).convert("L").point(lambda v: v and 255)
    top = (ink.getbbox() or (0, 0, 0, 0))[1]
    line = ink.crop((0, top, ink.width, top + 2)).reduce((1, 2)).tobytes()
    return max(len(run) for run in line.split(b"\0"))


@pytest.mark.parametrize(
    ("form", "direction"), [("square", "ltr"), ("link", "ltr"), ("wide", "rtl"), ("story", "rtl")]
)
def test_the_fact_is_set_larger_than_the_myth_and_neither_below_the_minimum(
    form: str, direction: str
) -> None:
    found = {e.options.get("name"): e for e in composer().layout("myth_fact").elements}
    size: Format = composer().theme.formats[form]
    ground = composer().compose(blank(request("myth_fact", form, direction)))

    def drawn(facts: int, myths: int) -> dict[str, int]:
        slots = {"fact": " ".join([WORD] * facts), "myth": " ".join([WORD] * myths)}
        picture = composer().compose(request("myth_fact", form, direction, **slots))
        return {
            name: length_of_word(picture, ground, place(found[name], form, direction))
            for name in slots
        }

    largest = drawn(1, 1)  # a word's pixels for one of type: the two have different weights
    pixel = {name: largest[name] / found[name].options["largest"][form] for name in largest}
    seen = []
    for words in range(1, 60):
        try:
            now = drawn(words, max(1, words // 2))
        except DoesNotFit:
            break
        fact, myth = (now[name] / pixel[name] for name in ("fact", "myth"))
        assert fact > myth + 0.5, words
        assert myth >= size.minimum - 0.8, words
        seen.append(round(fact))
    assert seen == sorted(seen, reverse=True)
    assert seen[-1] < 1.2 * size.minimum, "the smallest sizes were never reached"


def test_a_text_far_too_long_is_refused_and_never_cut() -> None:
    with pytest.raises(DoesNotFit) as caught:
        composer().compose(request("myth_fact", "link", fact="exploitation " * 200))
    message = str(caught.value)
    assert "text 'fact' is " in message
    assert "px too high for 664x322 px at the smallest size, 41 px" in message
    assert "shorten the text" in message
    assert "\n" not in message


def test_a_word_wider_than_the_card_is_torn_before_it_is_refused() -> None:
    composer().compose(request("tip", title="exploitation" * 6))
    with pytest.raises(DoesNotFit):
        composer().compose(request("tip", title="exploitation" * 90))


def test_more_points_than_there_is_room_for_are_refused() -> None:
    items = "\n".join(f"Point number {number} of a list." for number in range(40))
    with pytest.raises(DoesNotFit):
        composer().compose(request("checklist", "square", items=items))


def test_a_script_without_a_font_is_refused_and_never_drawn_as_boxes() -> None:
    with pytest.raises(MissingGlyphs) as caught:
        composer().compose(request("tip", title="བོད་ཡིག"))
    assert "\n" not in str(caught.value)


# --- emblem, logo, photograph ---------------------------------------------------------------------


@EVERY_FORMAT
@BOTH_DIRECTIONS
@pytest.mark.parametrize("emblem", ["cross", "crescent", "star"])
def test_the_emblem_is_drawn_as_it_is_on_white(form: str, direction: str, emblem: str) -> None:
    picture = composer().compose(replace(request("tip", form, direction), emblem=emblem))
    left, top, right, bottom = place(element("tip", "emblem"), form, direction)
    assert same(picture.crop((left, top, right, bottom)), shapes.emblem(emblem, right - left))
    around = picture.crop((left - 8, top - 8, right + 8, bottom + 8))
    ImageDraw.Draw(around).rectangle((8, 8, right - left + 7, bottom - top + 7), fill=WHITE)
    assert ImageChops.invert(around).getbbox() is None


@EVERY_LAYOUT
def test_no_layout_draws_over_the_emblem(name: str) -> None:
    for form in FORMATS:
        left, top, right, bottom = place(element(name, "emblem"), form, "ltr")
        drawn = composer().compose(request(name, form)).crop((left, top, right, bottom))
        assert same(drawn, shapes.emblem("cross", right - left))


def test_an_emblem_in_a_box_that_is_no_square_keeps_its_shape(tmp_path: Path) -> None:
    text = '[[element]]\ntype = "emblem"\nbox.square = [100, 100, 300, 120]'
    here = Composer(open_theme(written(tmp_path, "cards/lone.toml", text)))
    picture = here.compose(request("lone"))
    assert same(picture.crop((190, 100, 310, 220)), shapes.emblem("cross", 120))
    ImageDraw.Draw(picture).rectangle((190, 100, 309, 219), fill=WHITE)
    assert ImageChops.invert(picture).getbbox() is None


@EVERY_FORMAT
@BOTH_DIRECTIONS
def test_a_photograph_fills_its_box_and_the_words_stand_beside_it(
    tmp_path: Path, form: str, direction: str
) -> None:
    photo = tmp_path / "photo.png"
    picture = Image.linear_gradient("L").resize((640, 480))
    Image.merge("RGB", (picture, picture.rotate(90).resize((640, 480)), picture)).save(photo)
    asked = replace(request("message", form, direction), photo=photo)
    drawn = composer().compose(asked)
    left, top, right, bottom = place(element("message", "photo"), form, direction)
    expected = cropped(photo, right - left, bottom - top)
    assert same(drawn.crop((left, top, right, bottom)), expected), "covered, mirrored or distorted"
    ground = composer().compose(blank(asked))
    words = next(e for e in composer().layout("message").elements if e.when == "photo")
    assert ImageChops.difference(drawn, ground).crop(place(words, form, direction)).getbbox()


def test_without_a_photograph_the_words_take_the_room(tmp_path: Path) -> None:
    asked = request("message")
    ground = composer().compose(blank(asked))
    ink = ImageChops.difference(composer().compose(asked), ground).getbbox()
    assert ink is not None
    assert ink[1] < place(element("message", "photo"), "square", "ltr")[3]


@pytest.mark.parametrize("what", ["logo", "photo"])
def test_a_picture_that_cannot_be_read_is_named(tmp_path: Path, what: str) -> None:
    file = tmp_path / "missing.png"
    with pytest.raises(PictureError, match=r"missing\.png: cannot be read as a picture"):
        composer().compose(replace(request("message"), **{what: file}))


# --- a ground is lent, and clean again ------------------------------------------------------------


@EVERY_LAYOUT
@BOTH_DIRECTIONS
def test_a_card_leaves_nothing_on_its_ground(name: str, direction: str) -> None:
    here, asked = Composer(open_theme()), request(name, "square", direction)
    bare = here.ground(asked).image.copy()
    with here.drawn(asked) as picture:
        assert not same(picture, bare)
        shown = picture.copy()
    assert same(here.ground(asked).image, bare)
    assert same(here.compose(asked), shown), "what is remembered of small print is the same"


def test_a_card_that_fails_halfway_leaves_nothing_on_its_ground() -> None:
    here, good = Composer(open_theme()), request("myth_fact")
    bare = here.ground(good).image.copy()
    with pytest.raises(DoesNotFit):
        here.compose(request("myth_fact", myth="exploitation " * 80))
    assert same(here.ground(good).image, bare)
    with pytest.raises(KeyError), here.drawn(good):
        raise KeyError
    assert same(here.ground(good).image, bare)
    assert same(here.compose(good), Composer(open_theme()).compose(good))


def test_small_print_is_forgotten_sooner_or_later() -> None:
    here = Composer(open_theme())
    first = here.compose(request("tip", society="Society 0"))
    for number in range(1, 60):
        here.compose(request("tip", society=f"Society {number}"))
    assert same(here.compose(request("tip", society="Society 0")), first)
