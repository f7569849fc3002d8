"""What a layout may not say is refused when it is read: one line, with the file and a way out."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from rendering.card import Composer
from rendering.errors import RenderError
from templates.layouts import LayoutError, Theme, open_theme
from tests.templates.samples import request, written

GOOD = """\
about = "One quote."
include = ["_footer"]

[[element]]
type = "rect"
fill = "mist"
radius = 8
box.square = [0, 0, 1080, 1080]

[[element]]
type = "ring"
fill = "foam"
width = 6
box.square = [700, 100, 300, 300]

[[element]]
type = "icon"
name = "check"
colour = "sea"
width = 3
box.square = [56, 60, 56, 56]

[[element]]
type = "text"
name = "quote"
when = "body"
unless = "absent"
below = "none"
colour = "ink"
align = "start"
valign = "middle"
largest = 60
smallest = "minimum"
marker = "check"
marker_colour = "sea"
box.square = [56, 130, 968, 640]

[[element.paragraphs]]
text = "{{ body }}"
each = true
weight = 650
scale = 1
colour = "ink"
space = 0.5
lines = 4
leading = 1.2
"""

BAD = {
    # what is typed -> what stands there instead -> what the refusal says
    'about = "One quote."': {
        "about = 1": "layout about is 1; write a text",
        'abuot = "One quote."': "layout has the unknown key 'abuot'; did you mean 'about'?",
        'about = "One': "Illegal character",
    },
    'include = ["_footer"]': {
        'include = ["_foot"]': "no layout '_foot'; known are",
        'include = "_footer"': "include is '_footer'; write names such as",
        "include = [3]": "include is [3]",
        'include = ["quote"]': "include goes round in circles",
    },
    'type = "ring"': {
        'type = "rign"': "element type 'rign'; use one of rect, circle, ring",
        "type = 3": "element type '3'",
        'type = "circle"': "circle has the unknown key 'width'",
        "": "element type ''",
    },
    'fill = "mist"': {
        'fill = "misst"': "rect fill 'misst' is not in palette.toml; use one of ink, soft",
        'fill = ["mist"]': "rect fill ['mist'] is not in palette.toml",
        "": "rect has no fill; add it",
        'fil = "mist"': "rect has the unknown key 'fil'; did you mean 'fill'?",
    },
    "radius = 8": {"radius = -1": "rect radius is -1", 'radius = "8"': "rect radius is '8'"},
    "width = 6": {"width = 0": "ring width is 0", "": "ring has no width; add it"},
    'name = "check"': {
        'name = "chekc"': "icon icon 'chekc' is not in icons.toml; use one of cross, check",
        "": "icon has no name; add it",
    },
    'colour = "sea"\nwidth': {'colour = "see"\nwidth': "icon colour 'see' is not in palette.toml"},
    "width = 3": {"width = true": "icon width is True; write a number above 0"},
    'name = "quote"': {"name = []": "text name is []"},
    'when = "body"': {"when = true": "text when is True; write the name of a text of the card"},
    'unless = "absent"': {"unless = 1": "text unless is 1"},
    'below = "none"': {"below = 1": "text below is 1"},
    'colour = "ink"\nalign': {
        'colour = "#14213D"\nalign': "text colour '#14213D' is not in palette.toml",
        "align": "text has no colour; add it",
    },
    'align = "start"': {'align = "left"': "text align is 'left'; write start, center or end"},
    'valign = "middle"': {'valign = "center"': "text valign is 'center'; write top, middle"},
    "largest = 60": {
        "largest = 0": "text largest must be pixels",
        "largest = true": "text largest must be pixels",
        "largest = { sqare = 60 }": "text largest has the unknown key 'sqare'; did you mean",
        "largest = { square = 1.5 }": "text largest must be pixels",
    },
    'smallest = "minimum"': {'smallest = "tiny"': "text smallest is 'tiny'; write minimum"},
    'marker = "check"': {'marker = "tick"': "text icon 'tick' is not in icons.toml"},
    'marker_colour = "sea"': {
        'marker_colour = "see"': "text marker_colour 'see' is not in palette.toml",
        "": "text with a marker has no marker_colour; add it",
    },
    "box.square = [56, 130, 968, 640]": {
        "box.sqaure = [56, 130, 968, 640]": "text box has the unknown key 'sqaure'; did you mean",
        "box.square = [56, 130, 968]": "text box square is [56, 130, 968]; write [left, top",
        "box.square = [56, 130, 968, 6.5]": "text box square is",
        'box.square = "all"': "text box square is 'all'",
        "box.square = [56, 130, 968, 0]": "text box square has no area",
        "box.square = [56, 130, 969, 640]": "'quote' leaves the safe area of square",
        "box.square = [55, 130, 968, 640]": "'quote' leaves the safe area of square",
        "box.square = [56, 39, 968, 640]": "'quote' leaves the safe area of square",
        "box.square = [56, 500, 968, 565]": "'quote' leaves the safe area of square",
        "box = 3": "text box is 3",
        "": "text has no box; add it",
    },
    'text = "{{ body }}"': {
        'text = "{{ body"': "text '{{ body': unexpected end of template",
        'text = "{% include \'captions/_card.txt.j2\' %}"': "reads another template",
        "text = 3": "paragraph text is 3; write a text",
        "": "paragraph has no text; add it",
        'txt = "{{ body }}"': "paragraph has the unknown key 'txt'; did you mean 'text'?",
    },
    "each = true": {'each = "yes"': "paragraph each is 'yes'; write true or false"},
    "weight = 650": {
        "weight = 900": "paragraph weight is 900; write a whole number from 400 to 700",
        "weight = 650.5": "paragraph weight is 650.5",
    },
    "scale = 1": {"scale = 0": "paragraph scale is 0", "scale = nan": "paragraph scale is nan"},
    'colour = "ink"\nspace': {'colour = "inc"\nspace': "paragraph colour 'inc' is not in palette"},
    "space = 0.5": {"space = -0.5": "paragraph space is -0.5; write a number, 0 or more"},
    "lines = 4": {"lines = 0": "paragraph lines is 0", "lines = 1.5": "paragraph lines is 1.5"},
    "leading = 1.2": {"leading = inf": "paragraph leading is inf; write a number above 0"},
    "[[element.paragraphs]]": {"[element.paragraphs]": "element.paragraphs is no list of tables"},
}  # fmt: skip
CASES = [(old, new, says) for old, changes in BAD.items() for new, says in changes.items()]


def theme_with(folder: Path, text: str) -> Theme:
    return open_theme(written(folder, "cards/quote.toml", text))


def refusal(theme: Theme, name: str = "quote") -> str:
    with pytest.raises(LayoutError) as caught:
        theme.layout(name)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_layout_these_tests_damage_is_sound(tmp_path: Path) -> None:
    composer = Composer(theme_with(tmp_path, GOOD))
    assert composer.compose(request("quote")).size == (1080, 1080)


@pytest.mark.parametrize(("old", "new", "says"), CASES, ids=[f"{o}: {n}" for o, n, _ in CASES])
def test_what_is_wrong_is_named_with_its_file(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    assert GOOD.count(old) == 1
    message = refusal(theme_with(tmp_path, GOOD.replace(old, new)))
    assert says in message
    assert message.startswith(f"{tmp_path}/templates/cards/quote.toml: ")


SPOTS = [line for line in GOOD.splitlines() if re.match(r"[a-z_.]+ = ", line)]
TYPED = (-1, 0, 3, 0.5, 1e9, "x", "", True, [], [1, 2], [[]], {"a": 1})


@pytest.mark.parametrize("line", SPOTS)
def test_no_value_makes_anything_but_a_picture_or_a_refusal(tmp_path: Path, line: str) -> None:
    key = line.split(" = ")[0]
    said = []
    for value in TYPED:
        typed = json.dumps(value) if not isinstance(value, dict) else "{ a = 1 }"
        theme = theme_with(tmp_path, GOOD.replace(line, f"{key} = {typed}"))
        try:
            Composer(theme).compose(request("quote"))
        except (LayoutError, RenderError) as refused:
            said.append(str(refused))
    assert not any("\n" in message for message in said)


def test_elements_that_are_no_tables_are_refused(tmp_path: Path) -> None:
    assert "element is no list of tables; write [[element]]" in refusal(
        theme_with(tmp_path, "element = 3")
    )


def test_a_layout_that_is_no_text_is_refused_by_name(tmp_path: Path) -> None:
    theme = theme_with(tmp_path, "")
    (tmp_path / "templates/cards/quote.toml").write_bytes(b"about = '\xff'")
    assert "quote.toml" in refusal(theme)


def test_an_unknown_layout_is_answered_with_those_that_are_there(tmp_path: Path) -> None:
    message = refusal(theme_with(tmp_path, GOOD), "qoute")
    assert "no layout 'qoute'" in message
    assert "quote" in message
    assert "myth_fact" in message
    assert "_footer" not in message


def test_two_files_that_include_each_other_are_refused(tmp_path: Path) -> None:
    written(tmp_path, "cards/a.toml", 'include = ["b"]')
    theme = open_theme(written(tmp_path, "cards/b.toml", 'include = ["a"]'))
    assert "include goes round in circles; remove one" in refusal(theme, "a")


def test_an_unknown_format_is_answered_with_those_that_are_there() -> None:
    with pytest.raises(LayoutError, match="no format 'tall'; known are square, portrait, story"):
        open_theme().format("tall")


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("palette.toml", 'ink = "#12345"', "ink is '#12345'; write a colour such as #14213D"),
        ("palette.toml", 'ink = "#12345G"', "ink is '#12345G'"),
        ("palette.toml", "ink = 3", "ink is 3"),
        ("palette.toml", "ink = ", "mend the file"),
        ("icons.toml", "star = 3", "star is no icon; write polylines"),
        ("icons.toml", "star = [[1, 2]]", "star is no icon"),
        ("formats.toml", "square = 3", "square is 3; known are height"),
        ("formats.toml", "[banner]\nwidth = 3", "banner has no height; add it"),
        ("formats.toml", "[banner]\nwitdh = 3", "banner has the unknown key 'witdh'"),
        (
            "formats.toml",
            "[banner]\nwidth = 0\nheight = 9\nsafe = [0, 0, 0, 0]\nminimum = 9\nsmall = 9",
            "banner is not in whole pixels; write numbers above 0",
        ),
        (
            "formats.toml",
            "[banner]\nwidth = 9\nheight = 9\nsafe = [0, 0, 0]\nminimum = 9\nsmall = 9",
            "banner is not in whole pixels",
        ),
    ],
)
def test_a_workspaces_formats_colours_and_icons_are_checked(
    tmp_path: Path, name: str, text: str, says: str
) -> None:
    written(tmp_path, name, text)
    with pytest.raises(LayoutError) as caught:
        open_theme(tmp_path)
    message = str(caught.value)
    assert says in message
    assert message.startswith(f"{tmp_path}/templates/{name}: ")
    assert "\n" not in message


def test_the_wider_margin_counts_on_both_sides_since_cards_are_mirrored(tmp_path: Path) -> None:
    form = "width = 400\nheight = 400\nsafe = [10, 0, 60, 0]\nminimum = 20\nsmall = 20"
    written(tmp_path, "formats.toml", f"[uneven]\n{form}")
    text = (
        '[[element]]\ntype = "text"\ncolour = "ink"\nlargest = 20\nbox.uneven = [{}, 0, {}, 400]\n'
        '[[element.paragraphs]]\ntext = "{{{{ body }}}}"'
    )
    written(tmp_path, "cards/quote.toml", text.format(10, 330))
    assert "leaves the safe area of uneven" in refusal(open_theme(tmp_path))
    written(tmp_path, "cards/quote.toml", text.format(60, 280))
    assert open_theme(tmp_path).layout("quote").elements
