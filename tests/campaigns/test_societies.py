"""A society's brand: colours that are decoration, a logo, and never the emblem."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from campaigns import open_library
from campaigns.errors import ContentError
from campaigns.model import BRANDABLE, Brand
from campaigns.societies import load_societies

Edit = Callable[[str, str, str], Path]
FILE, BEFORE = "societies.yaml", "    emblem: cross\n"


def with_brand(edit: Edit, brand: str) -> Path:
    return edit(FILE, BEFORE, f"{BEFORE}{brand}")


def test_a_society_without_a_brand_looks_as_everybody_does(folder: Path) -> None:
    society = load_societies(folder / FILE)["gr"]
    assert society.brand == Brand(colours={}, logo=None, logo_holds="emblem")
    assert society.brand.logo is None


def test_a_brand_is_colours_by_name_and_a_logo_beside_the_file(edit: Edit) -> None:
    file = with_brand(
        edit,
        """\
    brand:
      colours: {sea: "#0b4f5e", mist: "#F4F0E9"}
      logo: logos/ours.png
      logo_holds: name
""",
    )
    society = load_societies(file)["gr"]
    assert society.brand.colours == {"sea": "#0B4F5E", "mist": "#F4F0E9"}
    assert society.brand.logo == file.parent / "logos" / "ours.png"
    assert society.brand.logo_holds == "name"
    assert society.brand.wordmark


def test_a_logo_holds_the_emblem_alone_unless_it_is_said(edit: Edit) -> None:
    society = load_societies(with_brand(edit, "    brand: {logo: ours.png}\n"))["gr"]
    assert society.brand.logo_holds == "emblem"


@pytest.mark.parametrize("name", BRANDABLE)
def test_decoration_may_be_changed(edit: Edit, name: str) -> None:
    file = with_brand(edit, f"    brand: {{colours: {{{name}: '#123456'}}}}\n")
    assert load_societies(file)["gr"].brand.colours == {name: "#123456"}


@pytest.mark.parametrize("name", ["red", "paper", "ink", "soft", "emblem", "Sea"])
def test_the_emblems_red_and_what_texts_are_read_in_may_not(edit: Edit, name: str) -> None:
    file = with_brand(edit, f"    brand:\n      colours:\n        {name}: '#123456'\n")
    with pytest.raises(ContentError) as caught:
        load_societies(file)
    assert str(caught.value) == (
        f"{file}:7: societies[1].brand.colours.{name}: is not a colour that a society may change; "
        "use sea, deep, dusk, foam, mist: emblem and reading colours stay as they are"
    )


@pytest.mark.parametrize(
    ("brand", "message"),
    [
        ("{colours: {sea: '0B4F5E'}}", "colours.sea: '0B4F5E' is not a colour; write six digits"),
        ("{colours: {sea: '#0B4'}}", "'#0B4' is not a colour"),
        ("{colours: {sea: teal}}", "'teal' is not a colour"),
        ("{colours: {sea: '#0B4F5G'}}", "'#0B4F5G' is not a colour"),
        ("{colours: {sea: '#0B4F5E '}}", "is not a colour"),
        ("{colours: {sea: [a]}}", "colours.sea: must be one text"),
        ("{colours: {sea: '#0B4F5E', sea: '#0B4F5E'}}", "colours.sea: stands twice"),
        ("{colours: ['#0B4F5E']}", "colours: must be a mapping"),
        (
            "\n      colours:\n        sea: #0B4F5E",
            'sea: is empty; .* in quotes, such as "#0B4F5E"',
        ),
        (
            "{logo: ours.png, logo_holds: word}",
            "logo_holds: 'word' is not allowed; .* emblem, name",
        ),
        ("{logo_holds: name}", "brand.logo_holds: is said of no logo; add 'logo:'"),
        ("{logo: ''}", "brand.logo: is empty"),
        ("{colors: {}}", "brand.colors: is not a known key; did you mean 'colours'"),
        ("ours.png", "brand: must be a mapping"),
    ],
)
def test_a_mistake_in_a_brand_is_named_in_one_line(edit: Edit, brand: str, message: str) -> None:
    file = with_brand(edit, f"    brand: {brand}\n")
    with pytest.raises(ContentError, match=message) as caught:
        load_societies(file)
    assert str(caught.value).startswith(f"{file}:")
    assert "\n" not in str(caught.value)


def test_no_society_ships_with_a_brand_that_it_has_not_chosen() -> None:
    assert {one.id for one in open_library().societies.values() if one.brand != Brand()} == set()
