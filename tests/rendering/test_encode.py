"""Bitmaps become files: equal bitmaps equal bytes, nothing in them but pixels."""

from __future__ import annotations

import io
import zlib
from dataclasses import replace
from importlib.util import find_spec

import pytest
from PIL import Image, ImageChops

from rendering.encode import ENCODINGS, JPEG, PNG, ZLIB, Deflate, Encoding
from tests.templates.samples import composer, request

FAST = "isal.isal_zlib"
IN_PILLOW = replace(PNG, deflate=None)
"""PNG as cards with a photograph have it."""
BOTH = pytest.mark.parametrize(
    "encoding", [JPEG, PNG, IN_PILLOW], ids=["JPEG", "PNG", "PNG of a photograph"]
)


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


# --- PNG ------------------------------------------------------------------------------------------


def chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """The chunks of a PNG file, their checksums held against their bytes."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    found, at = [], 8
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert int.from_bytes(data[at + 8 + length : at + 12 + length], "big") == zlib.crc32(
            kind + body
        )
        found.append((kind, body))
        at += 12 + length
    return found


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (1200, 630)])
def test_drawn_pictures_are_png_of_three_chunks_and_unfiltered_rows(size: tuple[int, int]) -> None:
    picture = card().resize(size)
    data = PNG.encode(picture)
    (head, header), (body, deflated), (tail, nothing) = chunks(data)
    assert (head, body, tail, nothing) == (b"IHDR", b"IDAT", b"IEND", b"")
    assert header == b"".join(n.to_bytes(4, "big") for n in size) + bytes([8, 2, 0, 0, 0])
    rows = zlib.decompress(deflated)
    stride = size[0] * 3 + 1
    assert len(rows) == stride * size[1]
    assert set(rows[::stride]) == {0}
    assert opened(data).tobytes() == picture.tobytes()


def test_a_photograph_is_filtered_and_smaller_for_it() -> None:
    width, height = 200, 100
    slopes = [(x, y, (x + y) % 256) for y in range(height) for x in range(width)]
    picture = Image.frombytes("RGB", (width, height), bytes(v for pixel in slopes for v in pixel))
    as_photo, as_drawing = PNG.encode(picture, photo=True), PNG.encode(picture)
    assert as_photo == IN_PILLOW.encode(picture)
    assert len(as_photo) < len(as_drawing)
    assert opened(as_photo).tobytes() == opened(as_drawing).tobytes() == picture.tobytes()


def test_every_library_that_deflates_gives_the_same_pixels() -> None:
    assert opened(replace(PNG, deflate=ZLIB).encode(card())).tobytes() == card().tobytes()
    assert opened(PNG.encode(card())).tobytes() == card().tobytes()


def test_the_fast_library_is_used_where_it_is_installed() -> None:
    there = find_spec("isal") is not None
    assert PNG.deflate is not None
    assert (PNG.deflate.module, PNG.deflate.level) == ((FAST, 1) if there else ("zlib", 3))


def test_the_recipe_tells_apart_whatever_may_give_other_bytes() -> None:
    libraries = [ZLIB, replace(ZLIB, level=4), Deflate(FAST, "0", 1), Deflate(FAST, "1", 1), None]
    other = [replace(PNG, deflate=one) for one in libraries]
    other += [JPEG, replace(JPEG, options=(("quality", 91), ("subsampling", 0)))]
    assert len({encoding.recipe(photo=False) for encoding in other}) == len(other)
    assert PNG.recipe(photo=True) == IN_PILLOW.recipe(photo=True) != PNG.recipe(photo=False)
    assert JPEG.recipe(photo=True) == JPEG.recipe(photo=False)
