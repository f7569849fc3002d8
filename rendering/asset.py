"""Assets: rendered pictures, named by everything that went into them.

The name is known before anything is drawn, so a second build draws nothing. A file appears under
its name whole or not at all: it is written beside, then renamed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from rendering.encode import Encoding
from rendering.errors import AssetError
from rendering.photos import fingerprint

RENDERER = 1
"""Raised when the drawing code changes what it draws for the same input."""


@dataclass(frozen=True)
class CardRequest:
    """Everything a picture depends on, and nothing else; plain values that travel to a process.

    ``slots`` are finished texts by name. ``logo`` and ``photo`` are files or None; their bytes,
    not their paths, are part of the name. ``wordmark`` says that the logo holds the society's name.
    ``brand`` replaces colours of the palette by name, as ``#RRGGBB``. ``focus`` is what matters in
    the photograph, in fractions from its left and top; None lets the renderer find it.
    """

    layout: str
    format: str
    direction: str
    language: str
    slots: Mapping[str, str]
    emblem: str
    logo: Path | None = None
    wordmark: bool = False
    brand: Mapping[str, str] = field(default_factory=dict)
    photo: Path | None = None
    focus: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Asset:
    """A picture in the store: its name (digest of inputs), file, type and size in pixels."""

    name: str
    file: Path
    media_type: str
    width: int
    height: int

    def digest(self) -> str:
        """SHA-256 of the file's bytes, in lower-case hexadecimal."""
        return hashlib.sha256(self.file.read_bytes()).hexdigest()


def asset_name(
    request: CardRequest, layout: str, theme: str, fonts: str, encoding: Encoding
) -> str:
    """The digest of a request and of the layout, theme, fonts and libraries that draw it."""
    seen = {
        "renderer": RENDERER,
        "libraries": _libraries(),
        "layout": layout,
        "theme": theme,
        "fonts": fonts,
        "encoding": [encoding.name, encoding.options],
        "request": [request.format, request.direction, request.language, request.emblem],
        "slots": dict(request.slots),
        "files": [fingerprint(request.logo), fingerprint(request.photo)],
        "brand": [request.wordmark, sorted(request.brand.items()), request.focus],
    }
    text = json.dumps(seen, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:40]


class AssetStore:
    """A folder of assets, two levels deep so that no folder grows too large."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str, encoding: Encoding) -> Path:
        """Where the asset lies, whether or not it is there yet."""
        return self.folder / name[:2] / f"{name}{encoding.suffix}"

    def has(self, name: str, encoding: Encoding) -> bool:
        """Whether the asset is there and not empty."""
        try:
            return self.path(name, encoding).stat().st_size > 0
        except OSError:
            return False

    def write(self, name: str, encoding: Encoding, data: bytes) -> Path:
        """Store the bytes under the name; raises :class:`AssetError` and leaves nothing half."""
        target = self.path(name, encoding)
        beside = target.with_name(f".{name}.{os.getpid()}.part")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(data)
            beside.replace(target)
        except OSError as error:
            with suppress(OSError):  # it may be what stands in the way of the folder
                beside.unlink()
            raise AssetError(
                f"{target.parent}: {error.strerror or error}; free space or choose another folder"
            ) from error
        return target


@lru_cache(maxsize=1)
def _libraries() -> list[str]:
    return [f"{name} {version(name)}" for name in ("pillow", "uharfbuzz", "icu4py")]
