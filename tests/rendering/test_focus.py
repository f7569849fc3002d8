"""Where to look in a photograph: found by its edges, near the middle or upper third if in doubt."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw

from rendering.focus import focal_point


def picture(*patches: tuple[int, int], size: tuple[int, int] = (600, 400)) -> Image.Image:
    """Grey, with detailed patches of 60 x 60 around these places."""
    found = Image.new("RGB", size, (70, 80, 90))
    draw = ImageDraw.Draw(found)
    for across, down in patches:
        for x in range(across - 30, across + 30, 10):
            draw.rectangle((x, down - 30, x + 4, down + 29), fill=(230, 220, 200))
    return found


@pytest.mark.parametrize("place", [(40, 40), (300, 200), (560, 60), (90, 350), (450, 330)])
@pytest.mark.parametrize("size", [(600, 400), (600, 900)])
def test_the_one_thing_to_see_is_found(place: tuple[int, int], size: tuple[int, int]) -> None:
    across, down = focal_point(picture(place, size=size))
    assert across * size[0] == pytest.approx(place[0], abs=12)
    assert down * size[1] == pytest.approx(place[1], abs=12)


@pytest.mark.parametrize(
    ("wins", "loses"),
    [
        ((300, 200), (40, 200)),
        ((300, 120), (300, 370)),
        ((400, 200), (50, 200)),
        ((500, 60), (500, 370)),
    ],
    ids=["the middle", "above the foot", "the nearer to the middle", "the upper of two corners"],
)
def test_of_two_alike_the_better_placed_is_taken(
    wins: tuple[int, int], loses: tuple[int, int]
) -> None:
    across, down = focal_point(picture(wins, loses))
    assert across * 600 == pytest.approx(wins[0], abs=12)
    assert down * 400 == pytest.approx(wins[1], abs=12)


def test_more_detail_wins_over_a_better_place() -> None:
    across, _ = focal_point(picture((80, 150), (80, 250), (100, 200), (560, 200)))
    assert across < 0.25


def test_grain_is_no_detail() -> None:
    grainy = Image.effect_noise((600, 400), 6).convert("RGB")
    grainy.paste(picture((70, 70)).crop((0, 0, 140, 140)), (0, 0))
    across, down = focal_point(grainy)
    assert across * 600 == pytest.approx(70, abs=25)
    assert down * 400 == pytest.approx(70, abs=25)


@pytest.mark.parametrize("size", [(600, 400), (1, 1), (2, 900), (4000, 1)])
def test_where_there_is_nothing_to_see_it_is_the_middle(size: tuple[int, int]) -> None:
    assert focal_point(Image.new("RGB", size, (120, 130, 140))) == (0.5, 0.5)


def test_the_point_lies_in_the_picture_and_follows_its_mirror_image() -> None:
    noise = Image.effect_noise((90, 60), 90).convert("RGB")
    across, down = focal_point(noise)
    assert 0 <= across <= 1
    assert 0 <= down <= 1
    left = focal_point(picture((80, 120)))
    right = focal_point(picture((80, 120)).transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    assert left[0] + right[0] == pytest.approx(1, abs=0.01)
    assert left[1] == pytest.approx(right[1], abs=0.01)
