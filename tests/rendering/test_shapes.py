"""Shapes with smooth edges, the same on both sides; emblems plain, red on white."""

from __future__ import annotations

import math

import pytest
from PIL import Image, ImageChops, ImageOps

from rendering import shapes
from templates.layouts import open_theme

WHITE = (255, 255, 255)
EMBLEMS = ("cross", "crescent", "star")


def ink(mask: Image.Image) -> float:
    """The area covered, in pixels."""
    return sum(value * count for value, count in enumerate(mask.histogram())) / 255


def red(picture: Image.Image) -> Image.Image:
    """A mask of where an emblem is not white."""
    return ImageOps.invert(picture.getchannel("G"))


def same(one: Image.Image, other: Image.Image) -> bool:
    return ImageChops.difference(one, other).getbbox() is None


def rectangle(width: int, height: int, radius: int) -> Image.Image:
    """White where a rectangle is filled."""
    canvas = Image.new("RGB", (width, height), (0, 0, 0))
    shapes.fill(canvas, (0, 0, width, height), radius, WHITE)
    return canvas.getchannel("G")


@pytest.mark.parametrize(("width", "height", "radius"), [(80, 40, 0), (81, 41, 10), (60, 60, 30)])
def test_a_rectangle_fills_its_box_but_for_round_corners(
    width: int, height: int, radius: int
) -> None:
    mask = rectangle(width, height, radius)
    assert mask.getbbox() == (0, 0, width, height)
    cut = (4 - math.pi) * radius**2
    assert ink(mask) == pytest.approx(width * height - cut, rel=0.01)


def test_a_radius_larger_than_the_box_makes_a_pill() -> None:
    assert same(rectangle(80, 40, 500), rectangle(80, 40, 20))


@pytest.mark.parametrize("side", [28, 56, 57, 340])
def test_a_circle_is_round_and_touches_its_box(side: int) -> None:
    mask = shapes.circle(side, side)
    assert mask.getbbox() == (0, 0, side, side)
    assert ink(mask) == pytest.approx(math.pi * side**2 / 4, rel=0.01)


def test_a_ring_is_as_wide_as_it_is_told() -> None:
    mask = shapes.circle(200, 200, 20)
    assert mask.getpixel((100, 100)) == 0
    assert [mask.getpixel((x, 100)) for x in (10, 18, 22, 30)] == [255, 255, 0, 0]
    assert ink(mask) == pytest.approx(math.pi * (100**2 - 80**2), rel=0.02)


def test_a_ring_wider_than_its_circle_is_a_disc() -> None:
    assert same(shapes.circle(40, 40, 20), shapes.circle(40, 40))
    assert same(shapes.circle(40, 40, 900), shapes.circle(40, 40))


@pytest.mark.parametrize(
    "mask",
    [
        rectangle(80, 40, 9),
        shapes.circle(56, 56),
        shapes.circle(61, 61),
        shapes.circle(560, 560, 26),
    ],
    ids=["rectangle", "circle", "odd circle", "ring"],
)
def test_what_is_symmetrical_is_its_own_mirror_image(mask: Image.Image) -> None:
    assert same(mask, ImageOps.mirror(mask))
    assert same(mask, ImageOps.flip(mask))


def test_edges_are_smooth() -> None:
    for mask in (shapes.circle(60, 60), shapes.icon((((4.0, 4.0), (20.0, 15.0)),), 60, 3)):
        between = sum(mask.histogram()[1:255])
        assert between > 60


@pytest.mark.parametrize("name", open_theme().icons)
def test_every_icon_has_its_strokes_inside_its_square(name: str) -> None:
    mask = shapes.icon(open_theme().icons[name], 48, 3)
    assert mask.size == (48, 48)
    left, top, right, bottom = mask.getbbox() or (0, 0, 0, 0)
    assert 0 < left < right < 48
    assert 0 < top < bottom < 48


def test_a_stroke_has_round_ends() -> None:
    mask = shapes.icon((((12.0, 12.0), (12.0, 12.0)),), 96, 6)
    assert ink(mask) == pytest.approx(math.pi * 12**2, rel=0.03)


def test_a_colour_is_laid_only_where_the_mask_is() -> None:
    canvas = Image.new("RGB", (20, 20), WHITE)
    shapes.fill(canvas, (3, 2, 5, 4), 0, (1, 2, 3))
    assert ImageChops.invert(canvas).getbbox() == (3, 2, 8, 6)
    assert canvas.getpixel((3, 2)) == (1, 2, 3)


@pytest.mark.parametrize("kind", EMBLEMS)
@pytest.mark.parametrize("side", [76, 96, 104, 105])
def test_an_emblem_is_one_red_on_a_white_square_with_room_around(kind: str, side: int) -> None:
    emblem = shapes.emblem(kind, side)
    assert emblem.size == (side, side)
    left, top, right, bottom = red(emblem).getbbox() or (0, 0, side, side)
    assert min(left, top, side - right, side - bottom) >= side * 0.05
    counted = sorted(emblem.getcolors(side * side), reverse=True)
    assert {colour for _, colour in counted[:2]} == {WHITE, (0xED, 0x1B, 0x2E)}


def test_the_cross_is_five_equal_squares() -> None:
    mask = red(shapes.emblem("cross", 200))
    left, top, right, bottom = mask.getbbox() or (0, 0, 0, 0)
    arm = (right - left) / 3
    assert right - left == bottom - top
    assert same(mask, ImageOps.mirror(mask))
    assert same(mask, mask.transpose(Image.Transpose.ROTATE_90))
    full = 255 - 0x1B
    centres = [(left + (i + 0.5) * arm, top + (j + 0.5) * arm) for i in range(3) for j in range(3)]
    shown = [mask.getpixel((round(x), round(y))) == full for x, y in centres]
    assert shown == [False, True, False, True, True, True, False, True, False]
    assert ink(mask) * 255 / full == pytest.approx(5 * arm * arm, rel=0.02)


def test_the_horns_of_the_crescent_point_to_the_right() -> None:
    mask = red(shapes.emblem("crescent", 200))
    assert same(mask, ImageOps.flip(mask))
    assert ink(mask.crop((0, 0, 100, 200))) > 2 * ink(mask.crop((100, 0, 200, 200)))
    assert mask.getpixel((120, 100)) == 0
    assert mask.getpixel((120, 22)) > 0


def test_the_star_has_six_points_and_is_an_outline() -> None:
    mask = red(shapes.emblem("star", 200))
    assert mask.getpixel((100, 100)) == 0
    reach = [
        mask.getpixel((round(100 + 78 * math.cos(turn)), round(100 + 78 * math.sin(turn))))
        for turn in (math.radians(30 + 60 * point) for point in range(6))
    ]
    assert all(reach), reach
    between = [
        mask.getpixel((round(100 + 78 * math.cos(turn)), round(100 + 78 * math.sin(turn))))
        for turn in (math.radians(60 * point) for point in range(6))
    ]
    assert not any(between)
    sides = ImageChops.difference(mask, ImageOps.mirror(mask)).getextrema()
    assert max(sides) <= 64, "more than a quarter of a pixel from side to side"
