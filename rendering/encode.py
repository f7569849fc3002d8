"""Bitmap to file bytes: JPEG at quality 90 without colour subsampling, PNG on request.

Settings are the measured sweet spots: 4:4:4 keeps red type clean, optimisation passes cost more
than they save. Drawn cards become PNG without row filters, which on flat colour cost more than the
compression and make the file larger; cards with a photograph keep them. No EXIF, no time, so equal
bitmaps give equal bytes.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

from PIL import Image
from PIL.PngImagePlugin import putchunk

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_EIGHT_BIT_RGB = b"\x08\x02\0\0\0"  # deflated, usual filters, not interlaced


@dataclass(frozen=True, slots=True)
class Deflate:
    """A library that compresses, at a level: a module with the interface of :mod:`zlib`.

    Any of them gives the same pixels. The bytes are those of this version, and for ISA-L also of
    the kind of processor.
    """

    module: str
    version: str
    level: int

    def compress(self, parts: Iterable[bytes | memoryview]) -> bytes:
        """The parts as one zlib stream."""
        stream = import_module(self.module).compressobj(self.level)
        return b"".join([*map(stream.compress, parts), stream.flush()])


@dataclass(frozen=True, slots=True)
class Encoding:
    """A file type: its Pillow name, media type, file ending and save options.

    ``deflate`` writes pictures without a photograph as unfiltered PNG, past Pillow's encoder.
    """

    name: str
    media_type: str
    suffix: str
    options: tuple[tuple[str, int], ...]
    deflate: Deflate | None = None

    def encode(self, image: Image.Image, *, photo: bool = False) -> bytes:
        """The file of an RGB picture; ``photo`` says that there is a photograph in it."""
        if self.deflate is not None and not photo:
            return _unfiltered_png(image, self.deflate)
        out = io.BytesIO()
        image.save(out, self.name, **dict(self.options))
        return out.getvalue()

    def recipe(self, *, photo: bool) -> str:
        """What encodes such a picture, in words that change whenever its bytes may."""
        how = self.options if self.deflate is None or photo else self.deflate
        return f"{self.name} {how}"


def _unfiltered_png(image: Image.Image, deflate: Deflate) -> bytes:
    width, height = image.size
    # A stride of one byte more than a row leaves a zero after each, which says of the row that
    # follows: not filtered. The first row needs its own, and the last one has it too many.
    rows = memoryview(image.tobytes("raw", "RGB", width * 3 + 1, 1))
    out = io.BytesIO()
    out.write(_PNG_SIGNATURE)
    putchunk(out, b"IHDR", width.to_bytes(4, "big"), height.to_bytes(4, "big"), _EIGHT_BIT_RGB)
    putchunk(out, b"IDAT", deflate.compress((b"\0", rows[:-1])))
    putchunk(out, b"IEND")
    return out.getvalue()


ZLIB = Deflate("zlib", zlib.ZLIB_RUNTIME_VERSION, 3)


def _fastest() -> Deflate:
    """ISA-L where the extra ``fast`` is installed: several times faster than zlib."""
    try:
        import_module("isal.isal_zlib")
        return Deflate("isal.isal_zlib", version("isal"), 1)
    except (ImportError, PackageNotFoundError):
        return ZLIB


JPEG = Encoding("JPEG", "image/jpeg", ".jpg", (("quality", 90), ("subsampling", 0)))
PNG = Encoding(
    "PNG", "image/png", ".png", (("compress_level", 1), ("compress_type", 3)), _fastest()
)
ENCODINGS = {"jpeg": JPEG, "png": PNG}
