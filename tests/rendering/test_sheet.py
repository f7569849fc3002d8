"""Contact sheets: every picture once, in its place, on sheets that any viewer opens."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from rendering.errors import PictureError
from rendering.sheet import LONGEST, THUMB, Cell, Contact, sheets

Colour = tuple[int, int, int]
Paint = Callable[[Colour], Path]


@pytest.fixture
def paint(tmp_path: Path) -> Paint:
    """A small picture of one colour."""

    def make(colour: Colour) -> Path:
        file = tmp_path / "{:02x}{:02x}{:02x}.png".format(*colour)
        Image.new("RGB", (20, 20), colour).save(file)
        return file

    return make


def contact(cells: list[list[Cell]], size: tuple[int, int] = (1080, 1080)) -> Contact:
    columns = tuple(f"Language {number}" for number in range(len(cells[0])))
    return Contact("A campaign, a format", columns, tuple(map(tuple, cells)), size)


def colours(sheet: Image.Image) -> set[Colour]:
    """The colours that a sheet shows in more than a speck."""
    few = sheet.resize((sheet.width // 16, sheet.height // 16), Image.Resampling.NEAREST)
    return {colour for _, colour in few.getcolors(few.width * few.height) or ()}  # type: ignore[misc]


@pytest.mark.parametrize(
    ("columns", "rows", "size", "count"),
    [(1, 1, (1, 1), 1), (3, 2, (1600, 900), 1), (1, 40, (10, 3), 1), (25, 3, (1, 10), 4),
     (24, 1, (10, 1), 2), (23, 1, (10, 1), 1)],
)  # fmt: skip
def test_every_picture_is_shown_on_one_sheet_and_no_side_is_too_long(
    paint: Paint, columns: int, rows: int, size: tuple[int, int], count: int
) -> None:
    marks = [[(255, 6 * row, 10 * column) for column in range(columns)] for row in range(rows)]
    cells = [[Cell("caption", paint(colour)) for colour in row] for row in marks]
    made = list(sheets(contact(cells, size)))
    assert len(made) == count
    assert all(max(sheet.size) <= LONGEST for sheet in made)
    shown = [colours(sheet) for sheet in made]
    for colour in chain(*marks):
        assert sum(colour in one for one in shown) == 1, colour


def test_one_language_goes_on_beside_itself_until_the_sheet_is_about_square(paint: Paint) -> None:
    [sheet] = sheets(contact([[Cell("caption", paint((1, 2, 3)))] for _ in range(20)]))
    assert 0.6 < sheet.width / sheet.height < 1.6


def test_pictures_of_a_language_stand_below_each_other_and_cards_beside(paint: Paint) -> None:
    marks = [[(200, 0, 0), (0, 200, 0)], [(0, 0, 200), (200, 0, 200)]]
    cells = [[Cell("caption", paint(colour)) for colour in row] for row in marks]
    [sheet] = sheets(contact(cells))
    boxes = [[_box(sheet, colour) for colour in row] for row in marks]
    (one, other), (below, _) = boxes
    assert all(right - left == THUMB == low - top for left, top, right, low in chain(*boxes))
    assert one[1] == other[1]
    assert one[2] < other[0]
    assert one[0] == below[0]
    assert one[3] < below[1]


def _box(sheet: Image.Image, colour: Colour) -> tuple[int, int, int, int]:
    """Where a colour stands."""
    away = ImageChops.difference(sheet, Image.new("RGB", sheet.size, colour)).convert("L")
    box = away.point(lambda value: 255 * (value == 0)).getbbox()
    assert box is not None
    return box


def test_a_missing_picture_leaves_a_tile_with_its_reason(paint: Paint) -> None:
    def sheet(reason: str) -> Image.Image:
        return next(sheets(contact([[Cell("caption", None, reason)]])))

    plain, told = sheet(""), sheet("text 'fact' is 37 px too high")
    changed = ImageChops.difference(plain, told).getbbox()
    assert changed is not None
    assert changed[2] - changed[0] < THUMB
    assert sheet("نص أطول مما يجب " * 60).size == plain.size


@pytest.mark.parametrize("size", [(1600, 900), (1200, 630), (1080, 1920), (100, 1)])
def test_names_of_any_length_stay_on_one_line(paint: Paint, size: tuple[int, int]) -> None:
    file = paint((9, 9, 9))
    long = "a-card-with-a-name-of-many-words-" * 9
    short = next(sheets(contact([[Cell("x", file)]], size)))
    made = next(sheets(contact([[Cell(long, file)]], size)))
    assert made.size == short.size
    changed = ImageChops.difference(made, short).getbbox()
    assert changed is not None
    assert changed[2] - changed[0] <= THUMB
    assert changed[3] - changed[1] < 40


def test_a_file_that_is_no_picture_is_named(tmp_path: Path) -> None:
    file = tmp_path / "broken.jpg"
    file.write_bytes(b"no picture")
    with pytest.raises(PictureError, match=r"broken\.jpg: cannot be read .*delete it, build again"):
        list(sheets(contact([[Cell("caption", file)]])))


def test_nothing_gives_no_sheet() -> None:
    assert list(sheets(Contact("Nothing", (), (), (1080, 1080)))) == []
