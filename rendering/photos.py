"""Pictures that people hand in: opened carefully, turned upright, cropped, stripped.

A file that is no image, is damaged, or would unpack to more than 60 million pixels is refused
before its pixels are read.
"""

from __future__ import annotations

import warnings
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageOps

from rendering.errors import PictureError

MAX_PIXELS = 60_000_000
MAX_BYTES = 40 * 1024 * 1024


@lru_cache(maxsize=16)
def cropped(path: Path, width: int, height: int) -> Image.Image:
    """The picture filling ``width`` x ``height``, centred, in RGB without metadata."""
    return ImageOps.fit(_opened(path), (width, height), Image.Resampling.LANCZOS)


@lru_cache(maxsize=64)
def contained(path: Path, width: int, height: int) -> Image.Image:
    """The whole picture inside ``width`` x ``height`` on white ground: for logos."""
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
            # Our own limit speaks first; Pillow's is a warning up to twice its size.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as picture:
                pixels = picture.width * picture.height
                if pixels > MAX_PIXELS:
                    raise PictureError(
                        f"{path}: unpacks to {pixels:,} pixels, {MAX_PIXELS:,} allowed; "
                        "save a smaller picture"
                    )
                return _upright(picture)
    except PictureError:
        raise
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise PictureError(
            f"{path}: cannot be read as a picture ({_short(error)}); use a JPEG or PNG file"
        ) from error


def _upright(picture: Image.Image) -> Image.Image:
    upright = ImageOps.exif_transpose(picture)
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        ground = Image.new("RGBA", upright.size, (255, 255, 255, 255))
        ground.alpha_composite(upright.convert("RGBA"))
        upright = ground
    return upright.convert("RGB")


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
