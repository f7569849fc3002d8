"""Assets: rendered pictures, named by everything that went into them.

The name is known before anything is drawn, so a second build draws nothing. A file appears under
its name whole or not at all: it is written beside, then renamed.
"""

from __future__ import annotations

import hashlib
import os
import re
import socket
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from rendering.encode import Encoding
from rendering.errors import AssetError
from rendering.photos import fingerprint

RENDERER = 2
"""Raised when the drawing code changes what it draws for the same input."""
_PART = re.compile(r"\.[0-9a-f]{40,64}(?:\.([0-9a-f]{8}))?\.([0-9]{1,9})\.part")
_OLD = 3600.0
"""Seconds after which nobody can still be writing a file; that takes milliseconds."""
LENT = "lent"
"""Below a store: the folder of photographs and logos that other machines draw with."""


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


def look(request: CardRequest) -> tuple[str, ...]:
    """All of a request that is neither its layout nor its words: cards of one look and layout stand
    on one ground. Files are told by what they hold."""
    brand = sorted(request.brand.items())
    return (
        request.format,
        request.direction,
        request.emblem,
        fingerprint(request.logo),
        str(request.wordmark),
        fingerprint(request.photo),
        str(request.focus),
        str(len(brand)),
        *(word for pair in brand for word in pair),
    )


def asset_name(
    request: CardRequest,
    shown: Iterable[str],
    layout: str,
    theme: str,
    fonts: str,
    encoding: Encoding,
) -> str:
    """The digest of a request and of all that draws it.

    ``shown`` are the names of the texts that the layout can show, sorted; ``layout``, ``theme`` and
    ``fonts`` are digests. No two different requests have one name: every part is told with its
    length before it, so that no text can pass for two, or for the next part.
    """
    slots = [(name, request.slots[name]) for name in shown if name in request.slots]
    parts = [request.language, *look(request), *(word for pair in slots for word in pair)]
    digest = _drawn_by(layout, theme, fonts, encoding.recipe(photo=request.photo is not None))
    digest = digest.copy()
    digest.update(_told(parts))
    return digest.hexdigest()[:40]


@lru_cache(maxsize=256)
def _drawn_by(*digests: str) -> hashlib._Hash:
    """What a name begins with: the same for all cards of a layout. To be copied."""
    libraries = [f"{name} {version(name)}" for name in ("pillow", "uharfbuzz", "icu4py")]
    return hashlib.sha256(_told([str(RENDERER), *libraries, *digests]))


def _told(parts: Iterable[str]) -> bytes:
    return "".join([f"{len(part)}:{part}" for part in parts]).encode("utf-8", "surrogatepass")


class AssetStore:
    """A folder of assets, two levels deep so that no folder grows too large.

    It may lie on a network mount that several machines share: names tell the content, so whoever
    writes a file writes the same, and nobody sees half of one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str, encoding: Encoding) -> Path:
        """Where the asset lies, whether or not it is there yet."""
        return self.folder / name[:2] / f"{name}{encoding.suffix}"

    def has(self, name: str, encoding: Encoding) -> bool:
        """Whether the asset is there and not empty."""
        file = f"{self.folder}/{name[:2]}/{name}{encoding.suffix}"
        try:
            return os.stat(file).st_size > 0  # noqa: PTH116 - a path takes longer than its look-up
        except OSError:
            return False

    def holds(self, names: Iterable[str], encoding: Encoding) -> set[str]:
        """Those of the names whose assets are there."""
        return {name for name in names if self.has(name, encoding)}

    def bring(self, names: Iterable[str], encoding: Encoding) -> set[str]:
        """The same: what a folder holds is at hand."""
        return self.holds(names, encoding)

    def fetch(self, file: str, digest: str) -> None:
        """Nothing: there is no other place to look in."""

    def write(self, name: str, encoding: Encoding, data: bytes) -> Path:
        """Store the bytes under the name; raises :class:`AssetError` and leaves nothing half."""
        target = self.path(name, encoding)
        self.put(target, data)
        return target

    def put(self, target: Path, data: bytes) -> None:
        """Let a file of the folder appear whole, or not at all and :class:`AssetError`."""
        beside = target.with_name(f".{target.stem}.{_machine()}.{os.getpid()}.part")
        try:
            try:
                beside.write_bytes(data)
            except FileNotFoundError:
                target.parent.mkdir(parents=True, exist_ok=True)
                beside.write_bytes(data)
            beside.replace(target)
        except BaseException as error:  # an interruption too leaves nothing half
            with suppress(OSError):  # it may be what stands in the way of the folder
                beside.unlink()
            if not isinstance(error, OSError):
                raise
            raise AssetError(
                f"{target.parent}: {error.strerror or error}; free space or choose another folder"
            ) from error

    def lend(self, file: Path) -> str:
        """Put a picture that cards are made from where every machine finds it; returns its name.

        Raises :class:`AssetError` when it cannot be read.
        """
        name, data = lent_name(file)
        if not (self.folder / LENT / name).is_file():
            self.put(self.folder / LENT / name, data)
        return name

    def lent(self, name: str) -> Path:
        """Where a picture lies that was lent. Raises :class:`AssetError` when it is not there."""
        file = self.folder / LENT / name
        if not file.is_file():
            raise AssetError(f"{file}: is not there; give every machine the same 'assets'")
        return file

    def tidy(self) -> None:
        """Remove what killed processes left half written; what others are writing now stays."""
        with suppress(OSError):  # a folder that cannot be tidied is told of by those who write
            os.utime(self.folder)
            now = self.folder.stat().st_mtime  # the folder's own time, wherever the disk is
            for part in self.folder.glob("*/.*.part"):
                found = _PART.fullmatch(part.name)
                if found and (_left_by_the_dead(found) or part.stat().st_mtime < now - _OLD):
                    part.unlink(missing_ok=True)


def lent_name(file: Path) -> tuple[str, bytes]:
    """What a lent file is called, by the SHA-256 of its bytes, and those bytes."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise AssetError(f"{file}: {error.strerror or error}; restore the file") from error
    return f"{hashlib.sha256(data).hexdigest()}{file.suffix.lower()}", data


@lru_cache(maxsize=1)
def _machine() -> str:
    """Tells this machine from others that share its folders; processes are counted on each."""
    return hashlib.sha256(socket.gethostname().encode()).hexdigest()[:8]


def _left_by_the_dead(part: re.Match[str]) -> bool:
    """Whether its process ended. Of those on other machines nobody here can know."""
    return part[1] in (None, _machine()) and not _alive(int(part[2]))


def _alive(process: int) -> bool:
    """Whether a process runs on this machine. Where that cannot be asked, it may."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # somebody else's
    return True
