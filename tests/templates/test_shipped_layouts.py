"""What every shipped layout keeps: a box for every format, room of its own, and the safe area."""

from __future__ import annotations

from itertools import combinations

import pytest
from PIL import ImageChops, ImageDraw

from campaigns.kinds import KINDS
from templates.environment import SHIPPED
from templates.layouts import Element, open_theme
from tests.templates.samples import (
    DIRECTIONS,
    FORMATS,
    LAYOUTS,
    blank,
    composer,
    placed,
    request,
    texts,
    variants,
)

THEME = open_theme()
ALL = pytest.mark.parametrize("name", LAYOUTS)
EVERY_FORMAT = pytest.mark.parametrize("form", FORMATS)


def test_the_lists_of_these_tests_are_what_ships() -> None:
    files = {file.stem for file in (SHIPPED / "cards").glob("[a-z]*.toml")}
    assert files == set(LAYOUTS)
    assert tuple(THEME.formats) == FORMATS


def test_every_kind_of_card_has_its_layout() -> None:
    drawn = {kind.layout for kind in KINDS.values()}
    drawn |= {kind.carousel.layout for kind in KINDS.values() if kind.carousel}
    assert drawn == set(LAYOUTS) - {"message", "over_photo"}  # which a card asks for by name


@ALL
def test_what_is_drawn_has_a_box_for_every_format(name: str) -> None:
    for element in THEME.layout(name).elements:
        footer_ground = element.type == "rect" and element.options["fill"] == "paper"
        missing = set(FORMATS) - set(element.boxes)
        assert not missing or footer_ground, f"{element.type} {dict(element.options)}: {missing}"


@ALL
@EVERY_FORMAT
def test_a_ground_covers_the_whole_card(name: str, form: str) -> None:
    first = THEME.layout(name).elements[0]
    size = THEME.formats[form]
    assert first.type == "rect"
    assert first.boxes[form] == (0, 0, size.width, size.height)


@ALL
@EVERY_FORMAT
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_texts_and_emblem_stand_inside_the_safe_area(name: str, form: str, direction: str) -> None:
    size = THEME.formats[form]
    left, top, right, bottom = size.safe
    for element in THEME.layout(name).elements:
        if element.type in ("text", "emblem"):
            box = placed(element.boxes[form], size, direction)
            assert box[0] >= left
            assert box[1] >= top
            assert box[2] <= size.width - right
            assert box[3] <= size.height - bottom


@ALL
@EVERY_FORMAT
def test_no_text_shares_room_with_another_or_with_the_emblem(name: str, form: str) -> None:
    layout, size = THEME.layout(name), THEME.formats[form]
    emblems = [element for element in layout.elements if element.type == "emblem"]
    assert len(emblems) == 1
    for variant in variants(layout):
        shown = texts(layout, request(name, form, **variant)) + emblems
        for one, other in combinations(shown, 2):
            a, b = (placed(element.boxes[form], size, "ltr") for element in (one, other))
            apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
            assert apart, f"{title(one)} and {title(other)}"


@ALL
@EVERY_FORMAT
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_no_pixel_of_a_text_leaves_the_boxes(name: str, form: str, direction: str) -> None:
    layout = THEME.layout(name)
    for variant in variants(layout):
        asked = request(name, form, direction, **variant)
        drawn, ground = composer().compose(asked), composer().compose(blank(asked))
        changed = ImageChops.difference(drawn, ground).convert("L").point(lambda v: v and 255)
        for element in texts(layout, asked):
            left, top, right, bottom = placed(element.boxes[form], THEME.formats[form], direction)
            region = changed.crop((left, top, right, bottom))
            assert region.getbbox(), f"nothing of {title(element)} is to be seen"
            ImageDraw.Draw(changed).rectangle((left, top, right - 1, bottom - 1), fill=0)
        assert changed.getbbox() is None


@ALL
def test_only_what_stands_beside_the_message_may_be_small(name: str) -> None:
    small = {
        element.options["name"]
        for element in THEME.layout(name).elements
        if element.options.get("smallest") == "small"
    }
    assert {one for one in small if not one.startswith("label_")} <= {
        "source", "society", "hashtag", "counter", "number",
    }  # fmt: skip


def title(element: Element) -> str:
    return str(element.options.get("name", element.type))
