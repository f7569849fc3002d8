"""Where a picture was taken, and by whom, stays with whoever took it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from rendering.encode import JPEG, PNG, Encoding
from rendering.photos import cropped

PLACE = "48.856613"
XMP = f'<x:xmpmeta xmlns:x="adobe:ns:meta/" latitude="{PLACE}"/>'.encode()


def exif() -> Image.Exif:
    found = Image.Exif()
    found[0x010F] = "the maker"
    found[0x8825] = {1: "N", 2: (48.0, 51.0, 23.8), 3: "E", 4: (2.0, 21.0, 7.9)}
    return found


def words() -> PngImagePlugin.PngInfo:
    told = PngImagePlugin.PngInfo()
    told.add_itxt("XML:com.adobe.xmp", XMP.decode())
    told.add_text("Author", "somebody")
    return told


@pytest.mark.parametrize("encoding", [JPEG, PNG], ids=["jpeg", "png"])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_no_place_and_no_name_leaves_with_a_picture(
    tmp_path: Path, kind: str, encoding: Encoding
) -> None:
    file = tmp_path / f"told.{kind.lower()}"
    more = {"pnginfo": words()} if kind == "PNG" else {"xmp": XMP}
    Image.linear_gradient("L").convert("RGB").save(file, kind, exif=exif(), **more)
    with Image.open(file) as carried:  # the test can fail
        assert carried.getexif().get_ifd(0x8825)
        assert PLACE.encode() in file.read_bytes()
    written = encoding.encode(cropped(file, 200, 100))
    with Image.open(io.BytesIO(written)) as found:
        assert not found.getexif()
        assert not {"exif", "xmp", "XML:com.adobe.xmp", "Author", "comment"} & found.info.keys()
    for told in (PLACE.encode(), b"the maker", b"somebody", b"xmpmeta", b"Exif"):
        assert told not in written
