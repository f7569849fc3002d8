"""Pictures that people hand in: opened carefully, turned upright, cropped, stripped.

A file that is no image, is damaged, or would unpack to more than 60 million pixels is refused
before its pixels are read. Only everyday file types are opened: some of the others hand the file
to a program outside. Of several pictures in one file, the first is taken.
"""

from __future__ import annotations

import hashlib
import math
import warnings
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageOps

from rendering import focus as finder
from rendering.errors import PictureError

MAX_PIXELS = 60_000_000
MAX_BYTES = 40 * 1024 * 1024
_TYPES = ("JPEG", "PNG", "WEBP", "GIF")
_ORIENTATION, _ON_ITS_SIDE = 0x0112, range(5, 9)
_QUICK = 3.0
"""How much larger than asked for a picture stays while it is shrunk in one quick step."""

Focus = tuple[float, float]
"""What matters in an upright picture: fractions of its width and height from left and top."""
Size = tuple[int, int]


def cropped(path: Path, width: int, height: int, focus: Focus | None = None) -> Image.Image:
    """The picture filling ``width`` x ``height``, in RGB without metadata, never mirrored.

    ``focus`` comes to stand as near the middle as the picture's edges allow; without one, it is
    found (:mod:`rendering.focus`). Not to be drawn upon: it is kept.
    """
    return _cropped(path, fingerprint(path), width, height, focus)


def logo(
    path: Path,
    width: int,
    height: int,
    *,
    align: str = "start",
    direction: str = "ltr",
    minimum: int = 1,
) -> Image.Image:
    """A logo inside ``width`` x ``height`` on white, with a quarter of its drawn height kept clear
    on every side. Its shape and colours stay as they are; it is never drawn larger than its file.

    ``align`` is start, center or end, in the direction of reading. Raises :class:`PictureError`
    when it would be drawn less than ``minimum`` pixels high.
    """
    return _logo(path, fingerprint(path), (width, height), _share(align, direction), minimum)


def crop_box(size: Size, wanted: Size, focus: Focus) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of the largest part of a picture that has the shape wanted, with the
    focus as near its middle as the edges allow."""
    scale = min(size[0] / wanted[0], size[1] / wanted[1])
    wide, high = min(wanted[0] * scale, size[0]), min(wanted[1] * scale, size[1])
    left = min(max(focus[0] * size[0] - wide / 2, 0.0), size[0] - wide)
    top = min(max(focus[1] * size[1] - high / 2, 0.0), size[1] - high)
    return left, top, min(left + wide, size[0]), min(top + high, size[1])


def fingerprint(path: Path | None) -> str:
    """What tells one content of a file from another; empty for no file.

    A file that cannot be read has one too: opening it is what fails, with the reason.
    """
    if path is None:
        return ""
    try:
        seen = path.stat()
        return _sha256(path, seen.st_mtime_ns, seen.st_size)
    except OSError:
        return "unreadable"


@lru_cache(maxsize=256)
def _sha256(path: Path, _changed: int, _size: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@lru_cache(maxsize=16)
def _cropped(path: Path, seen: str, width: int, height: int, focus: Focus | None) -> Image.Image:
    place = _focal_point(path, seen) if focus is None else focus
    picture = _opened(path, (width, height))
    box = crop_box(picture.size, (width, height), place)
    return picture.resize((width, height), Image.Resampling.LANCZOS, box, reducing_gap=_QUICK)


@lru_cache(maxsize=256)
def _focal_point(path: Path, _seen: str) -> Focus:
    return finder.focal_point(_opened(path, (finder.SIDE, finder.SIDE)))


@lru_cache(maxsize=64)
def _logo(path: Path, _seen: str, room: Size, share: float, minimum: int) -> Image.Image:
    picture = _opened(path)
    drawn, clear = _logo_size(path, picture.size, room, minimum)
    ground = Image.new("RGB", room, (255, 255, 255))
    left = clear + round((room[0] - 2 * clear - drawn[0]) * share)
    ground.paste(picture.resize(drawn, Image.Resampling.LANCZOS), (left, (room[1] - drawn[1]) // 2))
    return ground


def _logo_size(path: Path, size: Size, room: Size, minimum: int) -> tuple[Size, int]:
    """How large a logo is drawn in a room, and how much is kept clear around it."""
    for high in range(min(size[1], room[1]), minimum - 1, -1):
        wide, clear = max(1, round(size[0] * high / size[1])), -(-high // 4)
        if wide + 2 * clear <= room[0] and high + 2 * clear <= room[1]:
            return (wide, high), clear
    if size[1] < minimum:
        problem, remedy = f"is {size[1]} pixels high", "save it at least 300 pixels high"
    else:
        problem = f"does not stand in {room[0]}x{room[1]} with a quarter of its height clear around"
        remedy = "use a logo less wide for its height, or give it a larger box"
    raise PictureError(f"{path}: {problem}, {minimum} needed; {remedy}")


def _share(align: str, direction: str) -> float:
    """How much of the free room is left of a logo."""
    share = {"start": 0.0, "center": 0.5, "end": 1.0}[align]
    return 1.0 - share if direction == "rtl" else share


def check(path: Path) -> None:
    """Raise :class:`PictureError` when the file cannot be used as a picture."""
    _opened(path)


def _opened(path: Path, wanted: Size | None = None) -> Image.Image:
    """The picture upright, in RGB, without what it carried. Where a size is wanted, a JPEG is read
    only as large as filling it needs."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise PictureError(f"{path}: larger than 40 MiB; save a smaller picture")
        with warnings.catch_warnings():
            # Our own limit speaks first; Pillow's is a warning up to twice its size. Others are
            # about metadata, of which only a readable orientation counts.
            warnings.simplefilter("ignore")
            with Image.open(path, formats=_TYPES) as picture:
                pixels = picture.width * picture.height
                if pixels > MAX_PIXELS:
                    raise _too_many(path, f"{pixels:,}")
                if wanted is not None:
                    _read_smaller(picture, wanted)
                return _upright(picture)
    except PictureError:
        raise
    except Image.DecompressionBombError as error:
        raise _too_many(path, "far too many") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise PictureError(
            f"{path}: cannot be read as a picture ({_short(error)}); use a JPEG or PNG file"
        ) from error


def _too_many(path: Path, pixels: str) -> PictureError:
    return PictureError(
        f"{path}: unpacks to {pixels} pixels, {MAX_PIXELS:,} allowed; save a smaller picture"
    )


def _read_smaller(picture: Image.Image, wanted: Size) -> None:
    """Have a JPEG decoded at a half, a quarter or an eighth, still filling the size wanted."""
    turned = picture.getexif().get(_ORIENTATION) in _ON_ITS_SIDE
    wide, high = reversed(wanted) if turned else wanted
    scale = min(picture.width / wide, picture.height / high)
    picture.draft(None, (math.ceil(picture.width / scale), math.ceil(picture.height / scale)))


def _upright(picture: Image.Image) -> Image.Image:
    ImageOps.exif_transpose(picture, in_place=True)
    if picture.mode.startswith("I;16"):
        return _eight_bits(picture)
    plain = picture
    if picture.has_transparency_data:
        plain = Image.new("RGBA", picture.size, (255, 255, 255, 255))
        plain.alpha_composite(picture.convert("RGBA"))
    plain = plain.convert("RGB")
    plain.info.clear()
    return plain


def _eight_bits(picture: Image.Image) -> Image.Image:
    """A grey of 16 bits with its tones; converted as it is, nearly all of it would be white."""
    plain = picture.convert("I").point(lambda value: value / 256).convert("L").convert("RGB")
    plain.info.clear()
    return plain


def _short(error: BaseException) -> str:
    told = getattr(error, "strerror", None) or str(error)
    return " ".join(told.split())[:120] or type(error).__name__
