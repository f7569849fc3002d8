"""Every text can be told from the ground it stands on (WCAG 2, relative luminance).

A card is looked at on a telephone, where its smallest type is 14 CSS pixels. That is not large
print even when it is bold, and any text may shrink to it, so all need 4.5:1. Signs need 3:1.
"""

from __future__ import annotations

import re
from functools import cache

import pytest

from templates.environment import SHIPPED
from templates.layouts import Colour, Element
from tests.templates.samples import (
    DIRECTIONS,
    FORMATS,
    LAYOUTS,
    blank,
    colours,
    composer,
    placed,
    request,
    texts,
    variants,
)

THEME = composer().theme
ALL = pytest.mark.parametrize("name", LAYOUTS)
EVERY_FORMAT = pytest.mark.parametrize("form", FORMATS)


def luminance(colour: Colour) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4
              for v in (channel / 255 for channel in colour)]  # fmt: skip
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Colour, other: Colour) -> float:
    """From 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@cache
def grounds(name: str, form: str, direction: str) -> list[tuple[Element, set[Colour]]]:
    """Each text with every colour that lies under its box, in all variants of the card."""
    layout = THEME.layout(name)
    found = []
    for variant in variants(layout):
        asked = request(name, form, direction, **variant)
        ground = composer().compose(blank(asked))
        for element in texts(layout, asked):
            box = placed(element.boxes[form], THEME.formats[form], direction)
            found.append((element, set(colours(ground, box))))
    return found


def inks(element: Element) -> set[str]:
    """The names of the colours a text element is set in."""
    own = element.options["colour"]
    return {paragraph.colour or own for paragraph in element.paragraphs}


def test_the_measure_agrees_with_the_standards_own_examples() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((118, 118, 118), (255, 255, 255)) == pytest.approx(4.54, abs=0.005)
    assert contrast((119, 119, 119), (255, 255, 255)) < 4.5


@ALL
@EVERY_FORMAT
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_text_stands_out_from_the_worst_of_its_ground(name: str, form: str, direction: str) -> None:
    for element, ground in grounds(name, form, direction):
        for ink in inks(element):
            worst = min(contrast(THEME.palette[ink], colour) for colour in ground)
            assert worst >= 4.5, f"{element.options['name']}: {ink} has {worst:.2f}:1"


@ALL
@EVERY_FORMAT
def test_list_marks_stand_out_from_the_worst_of_their_ground(name: str, form: str) -> None:
    for element, ground in grounds(name, form, "ltr"):
        if mark := element.options.get("marker_colour"):
            assert min(contrast(THEME.palette[mark], colour) for colour in ground) >= 3


@ALL
@EVERY_FORMAT
def test_signs_stand_out_from_what_surrounds_them(name: str, form: str) -> None:
    layout = THEME.layout(name)
    ground = composer().compose(blank(request(name, form)))
    for element in layout.elements:
        if element.type == "icon":
            ink = THEME.palette[element.options["colour"]]
            around = colours(ground, placed(element.boxes[form], THEME.formats[form], "ltr"))
            assert around.pop(ink) > 0, f"no pixel of {element.options['name']}"
            surrounding = max(around, key=lambda colour: around[colour])
            assert contrast(ink, surrounding) >= 3, element.options["name"]


def listed() -> dict[tuple[str, str], float]:
    """The pairs of palette.toml's comment with the contrast it gives them."""
    lines = (SHIPPED / "palette.toml").read_text(encoding="utf-8").splitlines()
    comment = " ".join(line.removeprefix("#") for line in lines if line.startswith("#"))
    found = re.findall(r"(\w+) on (\w+) (\d+\.\d)", comment)
    return {(ink, ground): float(value) for ink, ground, value in found}


def test_the_contrasts_written_in_the_palette_are_true() -> None:
    assert listed()
    for (ink, ground), value in listed().items():
        found = contrast(THEME.palette[ink], THEME.palette[ground])
        assert value == round(found, 1), f"{ink} on {ground}"


def test_the_palette_lists_every_pair_the_layouts_use() -> None:
    named = {colour: name for name, colour in reversed(THEME.palette.items())}
    used = {
        (THEME.palette[ink], colour)
        for name in LAYOUTS
        for form in FORMATS
        for element, ground in grounds(name, form, "ltr")
        for ink in inks(element)
        for colour in ground & named.keys()
    }
    written = {(THEME.palette[ink], THEME.palette[ground]) for ink, ground in listed()}
    missing = {f"{named[ink]} on {named[ground]}" for ink, ground in used - written}
    assert not missing
