"""The packaged fonts, and nothing but them: no font of the system is ever looked for.

Lengths are in font units of 1/`EM` em for every face, so that layout is integer arithmetic.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Container, Iterable
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import uharfbuzz

from rendering.errors import FontsDamaged

EM = 64_000
_ROUNDING = EM // 1000
"""HarfBuzz rounds a glyph's box to the font's own units, of which Noto has 1000 an em."""

FOLDER = Path(__file__).resolve().parents[1] / "templates" / "fonts"


class Ink(NamedTuple):
    """A box around a glyph's outline in font units, y upwards; empty when right <= left."""

    left: int
    bottom: int
    right: int
    top: int


class _Inks(dict[int, Ink]):
    """The ink of each glyph of a font, looked up once."""

    def __init__(self, handle: Any) -> None:
        super().__init__()
        self._handle = handle

    def __missing__(self, glyph: int) -> Ink:
        box = self._handle.get_glyph_extents(glyph)
        found = Ink(0, 0, 0, 0)
        if box is not None and box.width and box.height:
            x, y, margin = box.x_bearing, box.y_bearing, _ROUNDING
            found = Ink(x - margin, y + box.height - margin, x + box.width + margin, y + margin)
        self[glyph] = found
        return found


class Font:
    """One face at one weight, opened when it is first used. Equal when name and weight are.

    `handle` is HarfBuzz's font, `characters` the code points that it has a glyph for.
    """

    def __init__(self, name: str, weight: int, opened: Callable[[], Face]) -> None:
        self.name = name
        self.weight = weight
        self._opened = opened

    @cached_property
    def handle(self) -> Any:
        handle = uharfbuzz.Font(self._opened().handle)
        handle.scale = (EM, EM)
        handle.set_variations({"wght": self.weight})
        return handle

    @cached_property
    def characters(self) -> Container[int]:
        return self._opened().characters

    @cached_property
    def ink(self) -> dict[int, Ink]:
        return _Inks(self.handle)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Font) and (self.name, self.weight) == (other.name, other.weight)

    def __hash__(self) -> int:
        return hash((self.name, self.weight))

    def __repr__(self) -> str:
        return f"Font({self.name!r}, {self.weight})"


class Face(NamedTuple):
    """An opened file. Its bytes are mapped, not read: only the pages in use take memory."""

    handle: Any
    characters: Container[int]


class Preference(tuple[Font, ...]):
    """Fonts in the order to try. Remembers which is the first that has a character."""

    def __init__(self, _fonts: Iterable[Font]) -> None:
        self._first: dict[str, Font | None] = {}

    def first(self, char: str) -> Font | None:
        """The first font that has the character; those after it are not even opened."""
        if char not in self._first:
            code = ord(char)
            self._first[char] = next((font for font in self if code in font.characters), None)
        return self._first[char]


class Fonts:
    """The faces of one folder. Each is opened on first use and kept; its size is checked then."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.folder = folder
        manifest = folder / "manifest.json"
        try:
            entries = json.loads(manifest.read_text(encoding="utf-8"))["fonts"]
        except (OSError, ValueError, KeyError) as error:
            raise FontsDamaged(f"{manifest}: unreadable ({error}); install again") from error
        self._entries: dict[str, dict[str, Any]] = {entry["name"]: entry for entry in entries}
        self._by_script: dict[str, list[dict[str, Any]]] = {}
        for entry in entries:
            for script in entry["scripts"]:
                self._by_script.setdefault(script, []).append(entry)
        self._faces: dict[str, Face] = {}
        self._fonts: dict[tuple[str, int], Font] = {}

    @property
    def digest(self) -> str:
        """Changes whenever a packaged font does: the SHA-256 of the manifest."""
        return hashlib.sha256((self.folder / "manifest.json").read_bytes()).hexdigest()

    @property
    def scripts(self) -> tuple[str, ...]:
        """ISO 15924 codes that have a face of their own."""
        return tuple(self._by_script)

    @property
    def opened(self) -> tuple[str, ...]:
        """The faces in use so far: the others have cost nothing."""
        return tuple(self._faces)

    def font(self, name: str, weight: int) -> Font:
        """The face called `name` at `weight`, which must lie within the face's axis."""
        if (name, weight) not in self._fonts:
            low, high = self._entries[name]["weights"]
            if not low <= weight <= high:
                raise ValueError(f"weight {weight} is outside {low} to {high} of {name}")
            self._fonts[name, weight] = Font(name, weight, lambda: self._face(name))
        return self._fonts[name, weight]

    @lru_cache(maxsize=1024)  # noqa: B019 - one instance lives as long as the process
    def preference(self, script: str, main: str, weight: int, language: str = "") -> Preference:
        """Every font in the order to try for `script` inside a text that is mostly `main`.

        A face that the manifest limits to some languages comes first in texts of these.
        """
        wanted = [self._named(s, language) for s in (script, main, "Latn") if s in self._by_script]
        names = dict.fromkeys([*wanted, *self._entries])
        return Preference(self.font(name, weight) for name in names)

    def _named(self, script: str, language: str) -> str:
        """The face of `script`: one made for `language` if there is one, else one for all."""
        asked = _wish(language)
        entries = sorted(self._by_script[script], key=lambda entry: "languages" not in entry)
        fitting = (e["name"] for e in entries if asked in e.get("languages", (asked,)))
        return str(next(fitting, entries[0]["name"]))

    def findings(self) -> list[str]:
        """What differs between the files and the manifest's SHA-256, one line a file."""
        out = []
        for entry in self._entries.values():
            path = self.folder / entry["file"]
            if not path.is_file():
                out.append(f"{path}: missing; install again")
            elif hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
                out.append(f"{path}: SHA-256 differs from manifest.json; install again")
        return out

    def _face(self, name: str) -> Face:
        if name not in self._faces:
            entry = self._entries[name]
            path = self.folder / entry["file"]
            size = path.stat().st_size if path.is_file() else -1
            if size != entry["size"]:
                raise FontsDamaged(
                    f"{path}: {entry['size']} bytes expected, "
                    f"{'none' if size < 0 else size} found; install again"
                )
            handle = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(path)))
            self._faces[name] = Face(handle, handle.unicodes)
        return self._faces[name]


def _wish(language: str) -> str:
    """What a language tag says of the face wanted, as the manifest writes it.

    That is its script subtag if there is one (`ur-Arab` asks for Naskh as `und-Arab`, any
    `-Aran` for Nastaliq), else the language.
    """
    primary, *others = language.split("-")
    scripts = [tag.title() for tag in others if len(tag) == 4 and tag.isalpha()]
    return f"und-{scripts[0]}" if scripts else primary.lower()


@lru_cache(maxsize=1)
def packaged() -> Fonts:
    """The fonts that ship with the package, opened once a process."""
    return Fonts(FOLDER)


def fonts_digest() -> str:
    """SHA-256 over the manifest, which names every packaged file by its own SHA-256."""
    return hashlib.sha256((FOLDER / "manifest.json").read_bytes()).hexdigest()
