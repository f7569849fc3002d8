"""Pictures people hand in: opened carefully, upright, whole or cropped, without what they carry."""

from __future__ import annotations

import io
import os
import random
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw

from rendering.encode import JPEG
from rendering.errors import PictureError
from rendering.photos import MAX_PIXELS, check, contained, cropped, fingerprint

RED, BLUE, GREEN, WHITE = (200, 0, 0), (0, 0, 200), (0, 200, 0), (255, 255, 255)
ORIENTATION, MAKER = 0x0112, 0x010F


def saved(file: Path, picture: Image.Image, **options: object) -> Path:
    picture.save(file, **options)
    return file


def halves(width: int, height: int) -> Image.Image:
    """Red on the left, blue on the right."""
    picture = Image.new("RGB", (width, height), RED)
    picture.paste(BLUE, (width // 2, 0, width, height))
    return picture


def declared(width: int, height: int) -> bytes:
    """A PNG of a hundred bytes that says it has so many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0"))
        + chunk(b"IEND", b"")
    )


def refusal(file: Path) -> str:
    with pytest.raises(PictureError) as caught:
        check(file)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(f"{file}: ")
    return message


@pytest.mark.parametrize(
    "side", [30_000, MAX_PIXELS // 1000 + 1], ids=["beyond Pillow's limit", "beyond ours"]
)
def test_a_small_file_that_unpacks_to_too_many_pixels_is_refused_unopened(
    tmp_path: Path, side: int
) -> None:
    file = tmp_path / "bomb.png"
    file.write_bytes(declared(30_000 if side == 30_000 else 1000, side))
    assert file.stat().st_size < 100
    message = refusal(file)
    assert "unpacks to" in message
    assert message.endswith("60,000,000 allowed; save a smaller picture")


def test_a_file_too_large_to_be_a_picture_of_a_card_is_refused_by_its_size(tmp_path: Path) -> None:
    file = tmp_path / "big.jpg"
    with file.open("wb") as big:
        big.truncate(40 * 1024 * 1024 + 1)
    assert refusal(file).endswith("larger than 40 MiB; save a smaller picture")


@pytest.mark.parametrize(
    "content",
    [
        b"These are words.\n",
        b"",
        b"\xff\xd8\xff",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n",
        b"BM" + bytes(60),
    ],
    ids=["words", "nothing", "only a signature", "SVG", "PostScript", "bitmap"],
)
def test_a_file_that_is_no_picture_is_refused_whatever_its_name_says(
    tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "photo.jpg"
    file.write_bytes(content)
    message = refusal(file)
    assert "cannot be read as a picture" in message
    assert message.endswith("use a JPEG or PNG file")


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "ICO", "PPM", "TGA", "JPEG2000", "EPS", "PDF"])
def test_only_everyday_types_are_opened(tmp_path: Path, kind: str) -> None:
    file = saved(tmp_path / "photo.jpg", halves(64, 64), format=kind)
    assert "cannot be read as a picture" in refusal(file)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_cut_short_is_refused(tmp_path: Path, kind: str) -> None:
    whole = io.BytesIO()
    Image.effect_noise((200, 200), 80).convert("RGB").save(whole, kind)
    file = tmp_path / "cut.jpg"
    file.write_bytes(whole.getvalue()[: len(whole.getvalue()) * 2 // 3])
    assert "cannot be read as a picture" in refusal(file)


def test_a_picture_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "none.jpg")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert "directory" in refusal(tmp_path)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_no_damage_raises_anything_but_a_refusal(tmp_path: Path, kind: str) -> None:
    chance = random.Random(kind)
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = 6, "somebody"
    whole = io.BytesIO()
    options = {} if kind == "GIF" else {"exif": exif}
    Image.effect_noise((24, 24), 80).convert("RGB").save(whole, kind, **options)
    file, said = tmp_path / "damaged", []
    for _ in range(150):
        content = bytearray(whole.getvalue())
        for _ in range(chance.choice((1, 3, 12))):
            content[chance.randrange(min(len(content), chance.choice((60, 4000))))] ^= 1 << (
                chance.randrange(8)
            )
        file.write_bytes(content)
        try:
            check(file)
        except PictureError as refused:
            said.append(str(refused))
    assert said
    assert not any("\n" in message for message in said)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_as_its_camera_says(tmp_path: Path, orientation: int) -> None:
    upright = halves(80, 40)
    upright.paste(GREEN, (0, 0, 20, 20))
    back = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright.transpose(back[orientation]) if orientation in back else upright
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    file = saved(tmp_path / "turned.png", stored, exif=exif)
    found = cropped(file, 80, 40)
    assert ImageChops.difference(found, upright).getbbox() is None


def test_nothing_of_what_a_picture_carries_reaches_the_asset(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[MAKER] = "the maker"
    exif[0x8825] = {1: "N", 2: (48.0, 51.0, 0.0)}  # where it was taken
    options = {"exif": exif, "comment": b"a comment", "icc_profile": b"a profile"}
    file = saved(tmp_path / "told.jpg", halves(90, 90), **options)
    for picture in (cropped(file, 90, 90), contained(file, 90, 90)):
        written = JPEG.encode(picture)
        found = Image.open(io.BytesIO(written))
        assert not found.getexif()
        assert not {"exif", "comment", "icc_profile"} & found.info.keys()
        for told in (b"the maker", b"a comment", b"a profile", b"Exif"):
            assert told not in written


@pytest.mark.parametrize(("width", "height"), [(300, 100), (100, 300), (200, 200)])
def test_a_photograph_fills_its_box_from_the_middle_and_keeps_its_shape(
    tmp_path: Path, width: int, height: int
) -> None:
    picture = Image.new("RGB", (width, height), WHITE)
    middle = (width // 2 - 25, height // 2 - 25, width // 2 + 25, height // 2 + 25)
    ImageDraw.Draw(picture).ellipse(middle, fill=RED)
    found = cropped(saved(tmp_path / "photo.png", picture), 200, 200)
    assert found.size == (200, 200)
    left, top, right, bottom = ImageChops.invert(found).getbbox() or (0, 0, 0, 0)
    assert right - left == pytest.approx(bottom - top, abs=2)
    assert left + right == pytest.approx(200, abs=2)
    assert top + bottom == pytest.approx(200, abs=2)
    assert right - left >= 50 * 200 // max(width, height)


@pytest.mark.parametrize(
    ("size", "place"),
    [
        ((400, 100), (0, 39, 104, 65)),
        ((100, 400), (39, 0, 65, 104)),
        ((50, 50), (0, 0, 104, 104)),
        ((104, 104), (0, 0, 104, 104)),
    ],
)
def test_a_logo_stands_whole_and_undistorted_on_white(
    tmp_path: Path, size: tuple[int, int], place: tuple[int, int, int, int]
) -> None:
    found = contained(saved(tmp_path / "logo.png", Image.new("RGB", size, RED)), 104, 104)
    assert found.size == (104, 104)
    assert ImageChops.invert(found).getbbox() == place
    assert found.getpixel((52, 52)) == RED


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1", "CMYK", "RGB"])
def test_what_can_be_seen_through_becomes_white_and_every_colour_mode_is_read(
    tmp_path: Path, mode: str
) -> None:
    logo = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    logo.paste((0, 0, 0, 255), (10, 10, 30, 30))
    if mode in ("L", "1", "CMYK", "RGB"):
        ground = Image.new("RGBA", logo.size, WHITE)
        ground.alpha_composite(logo)
        logo = ground.convert("RGB")
    kind = "logo.jpg" if mode == "CMYK" else "logo.png"
    file = saved(tmp_path / kind, logo.convert(mode))
    found = contained(file, 40, 40)
    assert found.mode == "RGB"
    assert min(found.getpixel((2, 2))) >= 250
    assert max(found.getpixel((20, 20))) <= 5


@pytest.mark.parametrize("size", [(4000, 1), (1, 4000)])
def test_the_thinnest_picture_is_still_drawn(tmp_path: Path, size: tuple[int, int]) -> None:
    file = saved(tmp_path / "thin.png", Image.new("RGB", size, RED))
    assert contained(file, 104, 104).size == (104, 104)
    assert cropped(file, 104, 104).size == (104, 104)


def test_a_picture_replaced_under_its_name_is_read_anew(tmp_path: Path) -> None:
    file = saved(tmp_path / "logo.png", Image.new("RGB", (9, 9), RED))
    first = fingerprint(file)
    assert contained(file, 9, 9).getpixel((4, 4)) == RED
    saved(file, Image.new("RGB", (9, 9), BLUE))
    os.utime(file, ns=(1, 1))
    assert contained(file, 9, 9).getpixel((4, 4)) == BLUE
    assert cropped(file, 9, 9).getpixel((4, 4)) == BLUE
    assert fingerprint(file) != first


def test_the_fingerprint_is_that_of_the_content_and_not_of_the_name(tmp_path: Path) -> None:
    one = saved(tmp_path / "one.png", Image.new("RGB", (9, 9), RED))
    other = saved(tmp_path / "other.png", Image.new("RGB", (9, 9), RED))
    assert fingerprint(one) == fingerprint(other) != fingerprint(tmp_path / "none.png")
    assert fingerprint(None) == ""
