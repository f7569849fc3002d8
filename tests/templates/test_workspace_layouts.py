"""A workspace's files are laid over the shipped ones; a new layout needs no Python."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import ImageChops

from rendering.asset import AssetStore
from rendering.build import Workshop
from rendering.card import Composer
from templates.environment import SHIPPED
from templates.layouts import LayoutError, open_theme
from tests.templates.samples import FORMATS, blank, placed, request, written

HOWTO = SHIPPED.parent / "docs" / "howto" / "add-a-layout.md"


def example() -> str:
    """The one TOML example of the how-to, letter by letter."""
    found = re.findall(r"```toml\n(.*?)```", HOWTO.read_text(encoding="utf-8"), re.DOTALL)
    assert len(found) == 1
    return str(found[0])


@pytest.mark.parametrize("form", ["square", "story"])
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_the_example_of_the_how_to_draws_its_card(
    tmp_path: Path, form: str, direction: str
) -> None:
    theme = open_theme(written(tmp_path, "cards/quote.toml", example()))
    asked = request("quote", form, direction)
    composer = Composer(theme)
    drawn, ground = composer.compose(asked), composer.compose(blank(asked))
    (quote,) = (e for e in theme.layout("quote").elements if e.options.get("name") == "quote")
    box = placed(quote.boxes[form], theme.formats[form], direction)
    assert ImageChops.difference(drawn, ground).crop(box).getbbox() is not None
    assert ground.getpixel((2, 2)) == theme.palette["mist"]


def test_the_example_becomes_an_asset_beside_the_shipped_layouts(tmp_path: Path) -> None:
    written(tmp_path, "cards/quote.toml", example())
    workshop = Workshop(AssetStore(tmp_path / "assets"), tmp_path)
    report = workshop.build([request("quote"), request("tip")])
    assert (report.drawn, report.failed) == (2, [])


def test_a_format_the_example_has_no_box_for_is_refused_and_never_drawn_without_words(
    tmp_path: Path,
) -> None:
    composer = Composer(open_theme(written(tmp_path, "cards/quote.toml", example())))
    with pytest.raises(LayoutError) as caught:
        composer.compose(request("quote", "portrait"))
    assert str(caught.value) == (
        f"{tmp_path}/templates/cards/quote.toml: text 'quote' has no box for portrait; "
        "add box.portrait or leave this format out"
    )


def test_a_text_the_card_does_not_have_is_named_with_the_file_and_those_it_has(
    tmp_path: Path,
) -> None:
    written(tmp_path, "cards/quote.toml", example().replace("{{ heading }}", "{{ headline }}"))
    with pytest.raises(LayoutError) as caught:
        Composer(open_theme(tmp_path)).compose(request("quote"))
    message = str(caught.value)
    assert message.startswith(f"{tmp_path}/templates/cards/quote.toml: text 'quote': 'headline' is")
    assert "'{{ headline }}'; the card has body, counter, fact, facts, hashtag" in message
    assert "\n" not in message


@pytest.mark.parametrize(
    "expression",
    [
        "{{ ''.__class__ }}",
        "{{ heading.__class__.__mro__ }}",
        "{{ heading.format.__globals__ }}",
        "{{ 1 / 0 }}",
        "{{ heading + 1 }}",
        "{{ heading[heading] }}",
        "{{ heading | nonsense }}",
        "{{ heading.nonsense }}",
        "{% for n in range(10 ** 9) %}{% endfor %}",
        "{{ lipsum() }}",
        "{{ heading | random }}",
    ],
)
def test_an_expression_that_cannot_or_must_not_run_is_the_layouts_fault(
    tmp_path: Path, expression: str
) -> None:
    written(tmp_path, "cards/quote.toml", example().replace("{{ heading }}", expression))
    with pytest.raises(LayoutError, match=r"quote\.toml") as caught:
        Composer(open_theme(tmp_path)).compose(request("quote"))
    assert "\n" not in str(caught.value)


def test_a_workspaces_layout_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    theme = open_theme(written(tmp_path, "cards/tip.toml", example()))
    assert theme.layout("tip").file == tmp_path / "templates/cards/tip.toml"
    assert theme.layout("statistic").file == SHIPPED / "cards/statistic.toml"


def test_a_workspaces_footer_stands_under_the_shipped_layouts(tmp_path: Path) -> None:
    theme = open_theme(written(tmp_path, "cards/_footer.toml", 'about = "No footer."'))
    types = {element.type for element in theme.layout("tip").elements}
    assert "emblem" not in types
    assert theme.layout("tip").digest != open_theme().layout("tip").digest


def test_one_colour_of_a_workspace_leaves_the_others_as_they_ship(tmp_path: Path) -> None:
    theme = open_theme(written(tmp_path, "palette.toml", 'mist = "#FDFCFB"'))
    assert theme.palette["mist"] == (253, 252, 251)
    assert theme.palette["ink"] == open_theme().palette["ink"]
    assert Composer(theme).compose(request("tip")).getpixel((2, 600)) == (253, 252, 251)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("palette.toml", 'mist = "#FDFCFB"'),
        ("icons.toml", "cross = [[[1, 1], [2, 2]]]"),
        (
            "formats.toml",
            "[banner]\nwidth = 9\nheight = 9\nsafe = [0, 0, 0, 0]\nminimum = 9\nsmall = 9",
        ),
    ],
)
def test_the_digest_of_a_theme_tells_every_file_apart(tmp_path: Path, name: str, text: str) -> None:
    assert open_theme().digest == open_theme(tmp_path).digest
    assert open_theme(written(tmp_path, name, text)).digest != open_theme().digest


def test_the_digest_of_a_layout_follows_its_own_text_only(tmp_path: Path) -> None:
    before = open_theme(written(tmp_path, "cards/quote.toml", example())).layout("quote")
    again = open_theme(written(tmp_path, "cards/other.toml", example())).layout("quote")
    after = open_theme(written(tmp_path, "cards/quote.toml", example() + "\n")).layout("quote")
    assert before.digest == again.digest != after.digest


def test_a_format_of_a_workspace_is_one_more(tmp_path: Path) -> None:
    text = "[banner]\nwidth = 600\nheight = 200\nsafe = [9, 9, 9, 9]\nminimum = 20\nsmall = 16"
    theme = open_theme(written(tmp_path, "formats.toml", text))
    assert tuple(theme.formats) == (*FORMATS, "banner")
    assert theme.format("banner").safe == (9, 9, 9, 9)


def test_a_layout_knows_which_texts_it_can_show(tmp_path: Path) -> None:
    layout = open_theme(written(tmp_path, "cards/quote.toml", example())).layout("quote")
    assert layout.slots == {"heading", "body", "source_line", "society", "hashtag"}
    assert {"helpline", "sample_note"} <= open_theme().layout("get_help").slots
