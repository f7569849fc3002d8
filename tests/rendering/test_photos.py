"""Pictures people hand in: opened carefully, upright, cropped around what matters, stripped."""

from __future__ import annotations

import io
import os
import random
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw

from rendering.encode import JPEG
from rendering.errors import PictureError
from rendering.photos import (
    MAX_PIXELS,
    check,
    crop_box,
    cropped,
    fingerprint,
    logo,
)
from templates.layouts import open_theme

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


def portable(width: int, height: int, depth: int, kind: int, rows: bytes) -> bytes:
    """A PNG of unfiltered rows, of a colour type and depth that Pillow does not write."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def declared(width: int, height: int) -> bytes:
    """A PNG of a hundred bytes that says it has so many pixels."""
    return portable(width, height, 1, 0, b"\0")


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
        for use in (check, lambda damaged: cropped(damaged, 5, 5)):
            try:
                use(file)
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
    for picture in (cropped(file, 90, 90), logo(file, 135, 135)):
        written = JPEG.encode(picture)
        found = Image.open(io.BytesIO(written))
        assert not found.getexif()
        assert not {"exif", "comment", "icc_profile"} & found.info.keys()
        for told in (b"the maker", b"a comment", b"a profile", b"Exif"):
            assert told not in written


@pytest.mark.parametrize(("width", "height"), [(300, 100), (100, 300), (200, 200)])
@pytest.mark.parametrize("focus", [(0.5, 0.5), None], ids=["said", "found"])
def test_a_photograph_fills_its_box_around_what_matters_and_keeps_its_shape(
    tmp_path: Path, width: int, height: int, focus: tuple[float, float] | None
) -> None:
    picture = Image.new("RGB", (width, height), WHITE)
    middle = (width // 2 - 25, height // 2 - 25, width // 2 + 25, height // 2 + 25)
    ImageDraw.Draw(picture).ellipse(middle, fill=RED)
    found = cropped(saved(tmp_path / "photo.png", picture), 200, 200, focus)
    assert found.size == (200, 200)
    left, top, right, bottom = ImageChops.invert(found).getbbox() or (0, 0, 0, 0)
    assert right - left == pytest.approx(bottom - top, abs=2)
    assert left + right == pytest.approx(200, abs=2)
    assert top + bottom == pytest.approx(200, abs=2)
    assert right - left >= 50 * 200 // max(width, height)


@given(
    st.tuples(st.integers(1, 5000), st.integers(1, 5000)),
    st.tuples(st.integers(1, 2000), st.integers(1, 2000)),
    st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_the_focus_stands_as_near_the_middle_of_the_crop_as_the_edges_allow(
    size: tuple[int, int], wanted: tuple[int, int], focus: tuple[float, float]
) -> None:
    box = crop_box(size, wanted, focus)
    sides = (box[2] - box[0], box[3] - box[1])
    assert sides[0] * wanted[1] == pytest.approx(sides[1] * wanted[0], rel=1e-6)
    assert any(side == pytest.approx(whole) for side, whole in zip(sides, size, strict=True))
    for axis in (0, 1):
        first, last, whole = box[axis], box[axis + 2], size[axis]
        assert 0 <= first <= last <= whole
        off = focus[axis] * whole - (first + last) / 2
        if off < -1e-6 * whole:
            assert first == 0
        if off > 1e-6 * whole:
            assert last == pytest.approx(whole)


@pytest.mark.parametrize(
    ("focus", "left"), [((0.0, 0.5), 0), ((0.3, 0.5), 20), ((0.5, 0.1), 60), ((1.0, 1.0), 120)]
)
def test_a_focus_moves_the_crop_and_nothing_else(
    tmp_path: Path, focus: tuple[float, float], left: int
) -> None:
    picture = Image.linear_gradient("L").rotate(90).resize((200, 80)).convert("RGB")
    found = cropped(saved(tmp_path / "photo.png", picture), 80, 80, focus)
    expected = picture.crop((left, 0, left + 80, 80))
    assert ImageChops.difference(found, expected).getbbox() is None


def test_the_focus_is_a_place_in_the_picture_as_people_see_it(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    upright = halves(80, 40).transpose(Image.Transpose.ROTATE_270)  # red above blue
    stored = upright.transpose(Image.Transpose.ROTATE_90)
    file = saved(tmp_path / "turned.png", stored, exif=exif)
    assert cropped(file, 40, 40, (0.5, 0.0)).getpixel((20, 20)) == RED
    assert cropped(file, 40, 40, (0.5, 1.0)).getpixel((20, 20)) == BLUE


FORMATS = {name: (form.width, form.height) for name, form in open_theme().formats.items()}
PATCH = 90


def scene(left: int, top: int) -> Image.Image:
    """A soft dark picture with one bright detailed patch."""
    picture = Image.linear_gradient("L").resize((800, 600)).point(lambda v: v // 4).convert("RGB")
    draw = ImageDraw.Draw(picture)
    for x in range(0, PATCH, 15):
        for y in range(0, PATCH, 15):
            colour = WHITE if (x + y) % 30 == 0 else (150, 160, 150)
            draw.rectangle((left + x, top + y, left + x + 14, top + y + 14), fill=colour)
    return picture


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("left", [0, 150, 355, 710])
@pytest.mark.parametrize("top", [0, 200, 510])
@pytest.mark.parametrize("said", [True, False], ids=["said", "found"])
def test_what_matters_is_whole_in_every_format(
    tmp_path: Path, form: str, left: int, top: int, said: bool
) -> None:
    width, height = (side // 2 for side in FORMATS[form])
    file = saved(tmp_path / "photo.png", scene(left, top))
    middle = ((left + PATCH / 2) / 800, (top + PATCH / 2) / 600)
    found = cropped(file, width, height, middle if said else None)
    bright = found.convert("L").point(lambda v: 255 if v > 110 else 0).getbbox()
    assert bright is not None
    side = PATCH / min(800 / width, 600 / height)
    assert bright[2] - bright[0] == pytest.approx(side, abs=3)
    assert bright[3] - bright[1] == pytest.approx(side, abs=3)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
@pytest.mark.parametrize("size", [(100, 75), (75, 100), (200, 200), (800, 800)])
def test_a_large_jpeg_read_smaller_shows_what_the_whole_one_would(
    tmp_path: Path, orientation: int, size: tuple[int, int]
) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    large = scene(150, 200)
    jpeg = saved(tmp_path / "photo.jpg", large, quality=95, exif=exif)
    png = saved(tmp_path / "photo.png", large, exif=exif)
    one, other = (cropped(file, *size, (0.3, 0.4)) for file in (jpeg, png))
    assert one.size == other.size == size
    apart = ImageChops.difference(one, other).convert("L").histogram()
    assert sum(value * count for value, count in enumerate(apart)) < 2 * size[0] * size[1]


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "MPO"])
def test_of_several_pictures_in_a_file_the_first_is_taken(tmp_path: Path, kind: str) -> None:
    frames = [Image.new("RGB", (64, 64), colour) for colour in (RED, BLUE, GREEN)]
    options: dict[str, object] = {"save_all": True, "append_images": frames[1:]}
    if kind == "WEBP":
        options["lossless"] = True
    file = saved(tmp_path / "photo.jpg", frames[0], format=kind, **options)
    with Image.open(file) as several:
        assert getattr(several, "n_frames", 1) == 3
    for found in (cropped(file, 32, 32), logo(file, 32, 32)):
        red, green, blue = found.getpixel((16, 16))
        assert red >= 190
        assert max(green, blue) <= 10


def test_a_grey_of_sixteen_bits_keeps_its_tones(tmp_path: Path) -> None:
    deep = Image.new("I;16", (256, 4))
    for x in range(256):
        for y in range(4):
            deep.putpixel((x, y), x * 256 + 200)
    file = saved(tmp_path / "deep.png", deep)
    found = cropped(file, 256, 4)
    assert found.mode == "RGB"
    assert [found.getpixel((x, 2)) for x in range(256)] == [(x, x, x) for x in range(256)]


def test_colours_of_sixteen_bits_keep_their_tones(tmp_path: Path) -> None:
    row = b"\0" + b"".join(struct.pack(">HHH", 256 * x, 40_000, 65_535 - 256 * x) for x in range(8))
    file = tmp_path / "deep.png"
    file.write_bytes(portable(8, 4, 16, 2, row * 4))
    found = cropped(file, 8, 4)
    assert [found.getpixel((x, 2)) for x in range(8)] == [(x, 156, 255 - x) for x in range(8)]


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1", "CMYK", "RGB"])
def test_what_can_be_seen_through_becomes_white_and_every_colour_mode_is_read(
    tmp_path: Path, mode: str
) -> None:
    mark = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    mark.paste((0, 0, 0, 255), (10, 10, 30, 30))
    if mode in ("L", "1", "CMYK", "RGB"):
        ground = Image.new("RGBA", mark.size, WHITE)
        ground.alpha_composite(mark)
        mark = ground.convert("RGB")
    kind = "logo.jpg" if mode == "CMYK" else "logo.png"
    file = saved(tmp_path / kind, mark.convert(mode))
    found = cropped(file, 40, 40)
    assert found.mode == "RGB"
    assert min(found.getpixel((2, 2))) >= 250
    assert max(found.getpixel((20, 20))) <= 5


# --- logos ----------------------------------------------------------------------------------------


def emblem(folder: Path, width: int, height: int, mode: str = "RGB") -> Path:
    return saved(folder / f"{width}x{height}.png", Image.new(mode, (width, height), RED))


@pytest.mark.parametrize("size", [(300, 300), (1200, 300), (900, 400), (200, 800), (333, 301)])
@pytest.mark.parametrize("room", [(156, 156), (430, 124), (124, 430), (160, 110)])
@pytest.mark.parametrize("align", ["start", "center", "end"])
def test_a_logo_keeps_its_shape_and_a_quarter_of_its_height_clear(
    tmp_path: Path, size: tuple[int, int], room: tuple[int, int], align: str
) -> None:
    found = logo(emblem(tmp_path, *size), *room, align=align)
    assert found.size == room
    ink = ImageChops.invert(found).getbbox()
    assert ink is not None
    left, top, right, bottom = ink
    high, wide = bottom - top, right - left
    clear = high / 4
    assert wide == round(size[0] * high / size[1])
    assert min(left, top, room[0] - right, room[1] - bottom) >= clear
    larger = (size[0] * (high + 1) / size[1] + 2 * (high + 1) / 4, 1.5 * (high + 1))
    assert larger[0] > room[0] - 1.5 or larger[1] > room[1] - 1.5, "it could be drawn larger"
    assert top == pytest.approx(room[1] - bottom, abs=1)
    sides = {"start": left - clear, "center": (left + right - room[0]) / 2,
             "end": room[0] - right - clear}  # fmt: skip
    assert abs(sides[align]) <= 1


def test_a_logo_begins_where_reading_begins_and_is_never_mirrored(tmp_path: Path) -> None:
    file = saved(tmp_path / "logo.png", halves(300, 300))
    starts = []
    for direction in ("ltr", "rtl"):
        found = logo(file, 400, 150, direction=direction)
        left, _, right, _ = ImageChops.invert(found).getbbox() or (0, 0, 0, 0)
        starts.append(left if direction == "ltr" else 400 - right)
        assert found.getpixel((left + 10, 75)) == RED
        assert found.getpixel((right - 10, 75)) == BLUE
    assert starts == [25, 25]


def test_a_logo_is_not_recoloured_and_stands_on_white(tmp_path: Path) -> None:
    picture = Image.new("RGBA", (72, 72), (0, 0, 0, 0))
    for x in range(36):
        for y in range(72):
            picture.putpixel((x, y), (x * 7, y * 3, 200, 255))
    found = logo(saved(tmp_path / "logo.png", picture), 200, 200, align="center")
    drawn = found.crop((64, 64, 136, 136))
    ground = Image.new("RGBA", (72, 72), WHITE)
    ground.alpha_composite(picture)
    assert ImageChops.difference(drawn, ground.convert("RGB")).getbbox() is None
    found.paste(WHITE, (64, 64, 136, 136))
    assert ImageChops.invert(found).getbbox() is None


@pytest.mark.parametrize("high", [72, 80, 119])
def test_a_logo_is_never_drawn_larger_than_its_file(tmp_path: Path, high: int) -> None:
    ink = ImageChops.invert(logo(emblem(tmp_path, 100, high), 600, 400, minimum=72)).getbbox()
    assert ink is not None
    assert (ink[2] - ink[0], ink[3] - ink[1]) == (100, high)


@pytest.mark.parametrize(
    ("size", "room", "reason"),
    [
        ((71, 71), (400, 400), "is 71 pixels high, 72 needed; save it at least 300 pixels high"),
        ((300, 300), (400, 107), "does not stand in 400x107 with a quarter of its height clear"),
        ((1200, 300), (300, 200), "does not stand in 300x200 with a quarter of its height clear"),
    ],
)
def test_a_logo_that_would_be_too_small_is_refused(
    tmp_path: Path, size: tuple[int, int], room: tuple[int, int], reason: str
) -> None:
    file = emblem(tmp_path, *size)
    with pytest.raises(PictureError) as caught:
        logo(file, *room, minimum=72)
    assert str(caught.value).startswith(f"{file}: {reason}")
    assert "\n" not in str(caught.value)


def test_the_least_room_for_the_least_logo_is_one_and_a_half_times_its_height(
    tmp_path: Path,
) -> None:
    ink = ImageChops.invert(logo(emblem(tmp_path, 300, 300), 108, 108, minimum=72)).getbbox()
    assert ink == (18, 18, 90, 90)


@pytest.mark.parametrize("size", [(4000, 1), (1, 4000)])
def test_the_thinnest_picture_is_still_drawn(tmp_path: Path, size: tuple[int, int]) -> None:
    file = saved(tmp_path / "thin.png", Image.new("RGB", size, RED))
    assert cropped(file, 104, 104).size == (104, 104)


def test_a_picture_replaced_under_its_name_is_read_anew(tmp_path: Path) -> None:
    file = saved(tmp_path / "logo.png", Image.new("RGB", (9, 9), RED))
    first = fingerprint(file)
    assert logo(file, 15, 15).getpixel((7, 7)) == RED
    saved(file, Image.new("RGB", (9, 9), BLUE))
    os.utime(file, ns=(1, 1))
    assert logo(file, 15, 15).getpixel((7, 7)) == BLUE
    assert cropped(file, 9, 9).getpixel((4, 4)) == BLUE
    assert fingerprint(file) != first


def test_the_fingerprint_is_that_of_the_content_and_not_of_the_name(tmp_path: Path) -> None:
    one = saved(tmp_path / "one.png", Image.new("RGB", (9, 9), RED))
    other = saved(tmp_path / "other.png", Image.new("RGB", (9, 9), RED))
    assert fingerprint(one) == fingerprint(other) != fingerprint(tmp_path / "none.png")
    assert fingerprint(None) == ""
