"""What keeps a post within an account's limits, and how it is said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from publishers import counting
from publishers.errors import Permanent
from publishers.limits import COUNTERS, check, count, refuse
from publishers.port import Capabilities, Finding, Idempotency, Picture, Post
from publishers.testing.posts import FACTS

PICTURE = Picture(Path("a.jpg"), "image/jpeg", "Una mano", 1080, 1350, "0" * 64, size=300_000)
POST = Post("key", "Tre parole qui #Uno #Due", "it", pictures=(PICTURE,), facts=FACTS)
WIDE = Capabilities(
    text_limit=None,
    text_counter="characters",
    max_pictures=None,
    media_types=frozenset({"image/jpeg"}),
    max_bytes=None,
    alt_limit=None,
    idempotency=Idempotency.NONE,
)


def findings(post: Post = POST, **limits: Any) -> list[tuple[str, str, int | None, int | None]]:
    found = check(post, replace(WIDE, **limits))
    assert all("\n" not in one.text for one in found)
    return [(one.code, one.field, one.limit, one.actual) for one in found]


def test_the_counters_are_the_one_set_of_them() -> None:
    assert COUNTERS is counting.COUNTERS
    assert count("e\u0301", "graphemes") == 1


def test_refusing_says_the_first_finding() -> None:
    refuse([])
    several = [Finding("a.b", "text", 1, 2, "one"), Finding("c.d", "title", None, None, "two")]
    with pytest.raises(Permanent, match="one") as refused:
        refuse(several)
    assert (refused.value.code, refused.value.field) == ("a.b", "text")


def test_nothing_is_wrong_with_a_post_where_there_are_no_limits() -> None:
    assert findings() == []


SIZE = 1080 * 1350
EXACT: list[tuple[dict[str, Any], dict[str, Any], tuple[str, str, int | None, int | None]]] = [
    ({"text_limit": 24}, {"text_limit": 23}, ("text.too_long", "text", 23, 24)),
    ({"text_bytes": 24}, {"text_bytes": 23}, ("text.too_long", "text", 23, 24)),
    ({"max_hashtags": 2}, {"max_hashtags": 1}, ("hashtags.too_many", "text", 1, 2)),
    ({"max_pictures": 1}, {"max_pictures": 0}, ("pictures.too_many", "pictures", 0, 1)),
    ({"alt_limit": 8}, {"alt_limit": 7}, ("alt.too_long", "pictures.1.alt", 7, 8)),
    (
        {"max_bytes": 300_000},
        {"max_bytes": 299_999},
        ("picture.too_large", "pictures.1", 299_999, 300_000),
    ),
    (
        {"max_pixels": SIZE},
        {"max_pixels": SIZE - 1},
        ("picture.pixels", "pictures.1", SIZE - 1, SIZE),
    ),
    ({"max_side": 1350}, {"max_side": 1349}, ("picture.side", "pictures.1", 1349, 1350)),
    ({"ratio": (0.8, 0.8)}, {"ratio": (0.81, 1.91)}, ("picture.ratio", "pictures.1", None, None)),
    ({"ratio": (0.5, 0.8)}, {"ratio": (0.5, 0.79)}, ("picture.ratio", "pictures.1", None, None)),
    (
        {"media_types": {"image/jpeg", "image/png"}},
        {"media_types": {"image/png"}},
        ("picture.media_type", "pictures.1.media_type", None, None),
    ),
]


@pytest.mark.parametrize(("fits", "over", "found"), EXACT, ids=[one[2][0] for one in EXACT])
def test_a_limit_is_kept_to_the_last_unit(
    fits: dict[str, Any], over: dict[str, Any], found: tuple[str, str, int | None, int | None]
) -> None:
    assert findings(**fits) == []
    assert findings(**over) == [found]


def test_texts_and_descriptions_may_be_counted_in_two_ways() -> None:
    post = replace(POST, text="한국", pictures=(replace(PICTURE, alt="한국"),))
    two = {"text_limit": 3, "text_counter": "weighted", "alt_limit": 3}
    assert [one[0] for one in findings(post, **two)] == ["text.too_long", "alt.too_long"]
    assert [one[0] for one in findings(post, **two, alt_counter="characters")] == ["text.too_long"]


def test_two_limits_of_a_text_are_two_findings() -> None:
    found = check(POST, replace(WIDE, text_limit=10, text_bytes=20))
    assert [(one.limit, one.actual) for one in found] == [(10, 24), (20, 24)]
    assert [one.text for one in found] == [
        "text: 24 characters, at most 10 allowed; shorten it by 14",
        "text: 24 bytes (an Arabic letter is two, a Chinese one three), at most 20 allowed; "
        "shorten it by 4",
    ]


def test_a_size_that_nobody_looked_at_is_no_finding() -> None:
    post = replace(POST, pictures=(replace(PICTURE, size=None),))
    assert findings(post, max_bytes=1) == []


def test_every_picture_is_looked_at() -> None:
    small = replace(PICTURE, width=10, height=10, size=1)
    found = findings(replace(POST, pictures=(small, PICTURE, small)), max_side=100, max_bytes=10)
    assert [field for _, field, _, _ in found] == ["pictures.2", "pictures.2"]


def test_a_shape_is_told_in_words() -> None:
    [found] = check(POST, replace(WIDE, ratio=(1.0, 1.91)))
    assert found.text == (
        "picture 1: 1080 by 1350, its width must be 1 to 1.91 times its height; "
        "choose another format"
    )


@pytest.mark.parametrize("text", ["", " \r\n", "\u200f\u200f", "\ufeff", "\u202e \u2066"])
def test_marks_that_nobody_sees_are_no_words(text: str) -> None:
    empty = ("post.empty", "text", None, None)
    assert findings(replace(POST, text=text, pictures=())) == [empty]
    assert findings(replace(POST, text=f"{text}\N{EARTH GLOBE EUROPE-AFRICA}", pictures=())) == []


def test_a_zero_byte_is_no_text() -> None:
    """Many a server fails on it, again and again."""
    pictured = replace(PICTURE, alt="Una\0mano")
    post = replace(POST, text="a\0b", pictures=(pictured,))
    assert [code for code, *_ in findings(post)] == ["text.broken", "alt.broken"]
    assert "character 2 is a zero byte" in check(post, WIDE)[0].text
