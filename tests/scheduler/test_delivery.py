"""What an approval is bound to."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.delivery import Content, PictureRef
from tests.scheduler.scene import deliveries

PICTURE = PictureRef("0" * 64, "a/card.png", "image/png", 1080, 1080, "A hand.")
CONTENT = Content("نص", "ar", "title", "rtl", (PICTURE,), (("sources", "S01"),))
[DELIVERY] = [replace(one, content=CONTENT) for one in deliveries()]

PICTURES = st.builds(
    PictureRef, st.text(), st.text(), st.text(), st.integers(), st.integers(), st.text()
)
CONTENTS = st.builds(
    Content,
    st.text(),
    st.text(),
    st.text(),
    st.sampled_from(["ltr", "rtl"]),
    st.lists(PICTURES, max_size=2).map(tuple),
    st.lists(st.tuples(st.text(), st.text()), max_size=2).map(tuple),
)


@given(CONTENTS)
def test_content_survives_json(content: Content) -> None:
    back = Content.from_json(content.to_json())
    assert back == content
    assert [one.file for one in back.pictures] == [one.file for one in content.pictures]


def test_the_same_content_has_one_spelling() -> None:
    assert CONTENT.to_json() == Content.from_json(CONTENT.to_json()).to_json()
    assert "نص" in CONTENT.to_json()


@pytest.mark.parametrize(
    "other",
    [
        replace(CONTENT, text="other"),
        replace(CONTENT, language="ar-LB"),
        replace(CONTENT, direction="ltr"),
        replace(CONTENT, pictures=()),
        replace(CONTENT, pictures=(replace(PICTURE, alt="Two hands."),)),
        replace(CONTENT, pictures=(replace(PICTURE, digest="1" * 64),)),
        replace(CONTENT, facts=()),
        None,
    ],
)
def test_other_content_is_another_hash(other: Content | None) -> None:
    assert replace(DELIVERY, content=other).content_hash != DELIVERY.content_hash


@pytest.mark.parametrize(
    "change",
    [
        {"wall": DELIVERY.wall.replace(hour=10)},
        {"zone": "Europe/Athens"},
        {"channel": "other"},
        {"society": "gr"},
        {"platform": "folder"},
    ],
)
def test_another_time_or_channel_is_another_hash(change: dict[str, str]) -> None:
    assert replace(DELIVERY, **change).content_hash != DELIVERY.content_hash  # type: ignore[arg-type]


def test_where_a_picture_lies_is_no_part_of_it() -> None:
    moved = replace(CONTENT, pictures=(replace(PICTURE, file="b/card.png"),))
    assert moved == CONTENT
    assert replace(DELIVERY, content=moved).content_hash == DELIVERY.content_hash
