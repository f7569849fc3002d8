"""The rasteriser behind its interface: coverage that can be worked out by hand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from rendering.fonts import EM, packaged
from rendering.raster import Mask, Rasteriser, Run


def test_a_stem_covers_exactly_its_area() -> None:
    """The small l of Noto Sans is an upright rectangle, so its coverage is its geometry."""
    font = packaged().font("NotoSans", 400)
    glyph = font.handle.get_nominal_glyph(ord("l"))
    box = font.handle.get_glyph_extents(glyph)
    assert box.y_bearing + box.height == 0
    scale = 100 / EM
    mask = Rasteriser().line([Run(font, ((glyph, 0, 0),))], 100, 10.0, 90)
    assert mask is not None
    left, top = 10 + box.x_bearing * scale, 90 - box.y_bearing * scale
    right = left + box.width * scale
    width = mask.image.width
    for index, found in enumerate(mask.image.tobytes()):
        column, row = index % width + mask.left, index // width + mask.top
        across = max(0.0, min(column + 1, right) - max(column, left))
        down = max(0.0, min(row + 1, 90) - max(row, top))
        assert abs(found - 255 * across * down) <= 2


def test_overlapping_outlines_are_filled_once() -> None:
    """Joined letters overlap; a seam would show where coverage is added up or cancelled out."""
    font = packaged().font("NotoSans", 400)
    glyph = font.handle.get_nominal_glyph(ord("l"))
    half = (font.ink[glyph].right - font.ink[glyph].left) // 2
    mask = Rasteriser().line([Run(font, ((glyph, 0, 0), (glyph, half, 0)))], 200, 0.0, 200)
    assert mask is not None
    width, middle = mask.image.width, mask.image.height // 2
    row = mask.image.tobytes()[middle * width : (middle + 1) * width]
    assert set(row[1:-1]) == {255}


def test_blank_lines_have_no_mask() -> None:
    font = packaged().font("NotoSans", 400)
    space = font.handle.get_nominal_glyph(ord(" "))
    assert Rasteriser().line([Run(font, ((space, 0, 0),))], 60, 0.0, 60) is None
    assert Rasteriser().line([], 60, 0.0, 60) is None


def test_a_rasteriser_forgets_the_line_before() -> None:
    font = packaged().font("NotoSans", 400)
    one, other = (font.handle.get_nominal_glyph(ord(char)) for char in "lM")
    kept = Rasteriser()
    kept.line([Run(font, ((other, 0, 0),))], 90, 3.5, 70)
    again = kept.line([Run(font, ((one, 0, 0),))], 60, 0.25, 60)
    assert again == Rasteriser().line([Run(font, ((one, 0, 0),))], 60, 0.25, 60)


@given(st.tuples(*[st.integers(0, 255)] * 3), st.tuples(*[st.integers(0, 255)] * 3))
def test_ink_on_one_colour_gives_the_pixels_that_a_mask_gives(
    ink: tuple[int, int, int], under: tuple[int, int, int]
) -> None:
    mask = Mask(bytes(range(256)), 16, 16, 16, 0, 0)
    canvas = Image.new("RGB", (16, 16), under)
    canvas.paste(Image.new("RGB", (16, 16), ink), (0, 0), mask.image)
    assert mask.blended(ink, under).tobytes() == canvas.tobytes()
