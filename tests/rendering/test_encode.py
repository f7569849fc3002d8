"""Bitmaps become files: equal bitmaps equal bytes, nothing in them but pixels."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageChops

from rendering.encode import ENCODINGS, JPEG, PNG, Encoding
from tests.templates.samples import composer, request

BOTH = pytest.mark.parametrize("encoding", [JPEG, PNG], ids=["JPEG", "PNG"])


def card() -> Image.Image:
    return composer().compose(request("myth_fact", "link"))


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def test_both_encodings_are_known_by_name() -> None:
    assert ENCODINGS == {"jpeg": JPEG, "png": PNG}


@BOTH
def test_equal_bitmaps_give_equal_bytes(encoding: Encoding) -> None:
    assert encoding.encode(card()) == encoding.encode(card().copy())


@BOTH
def test_the_file_is_what_its_type_says(encoding: Encoding) -> None:
    found = opened(encoding.encode(card()))
    assert found.format == encoding.name
    assert Image.MIME[encoding.name] == encoding.media_type
    assert Image.registered_extensions()[encoding.suffix] == encoding.name
    assert found.size == (1200, 630)


@BOTH
def test_a_file_holds_no_time_no_words_and_no_metadata(encoding: Encoding) -> None:
    picture = card()
    found = opened(encoding.encode(picture))
    assert not found.getexif()
    allowed = {"jfif", "jfif_version", "jfif_unit", "jfif_density"} if encoding is JPEG else set()
    assert set(found.info) <= allowed


def test_png_keeps_every_pixel() -> None:
    assert ImageChops.difference(opened(PNG.encode(card())), card()).getbbox() is None


def test_jpeg_keeps_red_type_clean_for_its_colour_is_not_subsampled() -> None:
    found = opened(JPEG.encode(card()))
    assert [layer[1:3] for layer in found.layer] == [(1, 1)] * 3
    difference = ImageChops.difference(found, card()).convert("L").histogram()
    far = sum(difference[40:]) / sum(difference)
    assert far < 0.001
