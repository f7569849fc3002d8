"""Pictures that people hand in: opened carefully, turned upright, cropped, stripped.

A file that is no image, is damaged, or would unpack to more than 60 million pixels is refused
before its pixels are read. Only everyday file types are opened: some of the others hand the file
to a program outside.
"""

from __future__ import annotations

import hashlib
import warnings
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageOps

from rendering.errors import PictureError

MAX_PIXELS = 60_000_000
MAX_BYTES = 40 * 1024 * 1024
_TYPES = ("JPEG", "PNG", "WEBP", "GIF")


def cropped(path: Path, width: int, height: int) -> Image.Image:
    """The picture filling ``width`` x ``height``, centred, in RGB without metadata."""
    return _cropped(path, fingerprint(path), width, height)


def contained(path: Path, width: int, height: int) -> Image.Image:
    """The whole picture inside ``width`` x ``height`` on white ground: for logos."""
    return _contained(path, fingerprint(path), width, height)


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
def _cropped(path: Path, _fingerprint: str, width: int, height: int) -> Image.Image:
    return ImageOps.fit(_opened(path), (width, height), Image.Resampling.LANCZOS)


@lru_cache(maxsize=64)
def _contained(path: Path, _fingerprint: str, width: int, height: int) -> Image.Image:
    inner = ImageOps.contain(_opened(path), (width, height), Image.Resampling.LANCZOS)
    ground = Image.new("RGB", (width, height), (255, 255, 255))
    ground.paste(inner, ((width - inner.width) // 2, (height - inner.height) // 2))
    return ground


def check(path: Path) -> None:
    """Raise :class:`PictureError` when the file cannot be used as a picture."""
    _opened(path)


def _opened(path: Path) -> Image.Image:
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


def _upright(picture: Image.Image) -> Image.Image:
    upright = ImageOps.exif_transpose(picture)
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        ground = Image.new("RGBA", upright.size, (255, 255, 255, 255))
        ground.alpha_composite(upright.convert("RGBA"))
        upright = ground
    plain = upright.convert("RGB")
    plain.info.clear()
    return plain


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
