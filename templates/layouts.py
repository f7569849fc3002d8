"""Card layouts as data: one TOML file a layout, boxes in pixels for every format.

A layout is a list of elements drawn in order. Every element has a ``box`` per format, as
``[left, top, width, height]`` for a left-to-right card; right-to-left cards are mirrored by the
renderer. Texts are Jinja2 expressions over the card's slots, so a new layout needs no Python.

    rect   fill, radius          circle, ring   fill, width
    icon   name, colour, width   text           paragraphs, colour, align, valign, largest
    emblem                       photo
    ``when``/``unless`` name a slot the element depends on; ``include`` takes another file's
    elements after one's own.
"""

from __future__ import annotations

import difflib
import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import TemplateSyntaxError
from jinja2.meta import find_undeclared_variables

from templates.environment import SHIPPED, environment

Box = tuple[int, int, int, int]
Colour = tuple[int, int, int]

_COMMON = {"type", "box", "when", "unless"}
_KEYS = {
    "rect": {"fill", "radius"},
    "circle": {"fill"},
    "ring": {"fill", "width"},
    "icon": {"name", "colour", "width"},
    "emblem": set(),
    "photo": set(),
    "text": {
        "name", "colour", "align", "valign", "largest", "smallest", "paragraphs", "below", "marker",
        "marker_colour",
    },
}  # fmt: skip
_PARAGRAPH = {"text", "each", "weight", "scale", "colour", "space", "lines", "leading"}


class LayoutError(ValueError):
    """A layout cannot be used: one line with file, element, problem and remedy."""


@dataclass(frozen=True, slots=True)
class Format:
    """A picture size. ``safe`` is left, top, right, bottom distance; sizes are pixels."""

    name: str
    width: int
    height: int
    safe: Box
    minimum: int
    small: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One text of a column. ``scale`` is relative to the column's size; ``space`` is above it.

    ``leading`` is the distance of baselines in em; bold type (600 and over) is set tighter.
    """

    text: str
    each: bool
    weight: int
    scale: float
    colour: str
    space: float
    lines: int | None
    leading: float


@dataclass(frozen=True, slots=True)
class Element:
    """One thing to draw. ``options`` holds what only its type knows."""

    type: str
    boxes: Mapping[str, Box]
    when: str
    unless: str
    options: Mapping[str, Any]
    paragraphs: tuple[Paragraph, ...] = ()


@dataclass(frozen=True)
class Layout:
    """A layout, with the digest of every file it was read from."""

    name: str
    file: Path
    elements: tuple[Element, ...]
    digest: str

    @cached_property
    def slots(self) -> frozenset[str]:
        """The names of the card's texts this layout can show; no other text changes a picture."""
        found = {name for e in self.elements for name in (e.when, e.unless) if name}
        parse = environment().parse
        for element in self.elements:
            for paragraph in element.paragraphs:
                found |= find_undeclared_variables(parse(paragraph.text))
        return frozenset(found)


@dataclass(frozen=True)
class Theme:
    """Formats, palette, icons, and layouts by name; a workspace's files come first."""

    folders: tuple[Path, ...]
    formats: Mapping[str, Format]
    palette: Mapping[str, Colour]
    icons: Mapping[str, tuple[tuple[tuple[float, float], ...], ...]]

    def layout(self, name: str) -> Layout:
        """Read the layout ``name``; :class:`LayoutError` when it cannot be used."""
        file = self._file(name)
        digest = hashlib.sha256()
        elements = self._elements(file, digest, depth=0)
        return Layout(name, file, tuple(elements), digest.hexdigest())

    @cached_property
    def digest(self) -> str:
        """Changes whenever a format, a colour or an icon changes."""
        seen = repr((sorted(self.palette.items()), sorted(self.icons.items())))
        formats = repr(sorted(self.formats.items()))
        return hashlib.sha256((seen + formats).encode()).hexdigest()

    def colour(self, name: str) -> Colour:
        """A colour by its name in the palette."""
        return self.palette[name]

    def _file(self, name: str) -> Path:
        for folder in self.folders:
            file = folder / "cards" / f"{name}.toml"
            if file.is_file():
                return file
        known = sorted(
            {f.stem for folder in self.folders for f in (folder / "cards").glob("[a-z]*.toml")}
        )
        raise LayoutError(f"no layout '{name}'; known are {', '.join(known)}")

    def _elements(self, file: Path, digest: hashlib._Hash, depth: int) -> list[Element]:
        data = _read_toml(file)
        digest.update(file.read_bytes())
        _only(file, "layout", data, {"element", "include", "about"})
        elements = [self._element(file, raw) for raw in data.get("element", [])]
        for name in data.get("include", []):
            if depth > 3:
                raise LayoutError(f"{file}: include goes round in circles; remove one")
            elements += self._elements(self._file(name), digest, depth + 1)
        return elements

    def _element(self, file: Path, raw: dict[str, Any]) -> Element:
        kind = raw.get("type", "")
        if kind not in _KEYS:
            raise LayoutError(f"{file}: element type '{kind}'; use one of {', '.join(_KEYS)}")
        _only(file, kind, raw, _COMMON | _KEYS[kind])
        options = {key: value for key, value in raw.items() if key in _KEYS[kind]}
        for key in ("fill", "colour", "marker_colour"):
            if key in options and options[key] not in self.palette:
                raise LayoutError(
                    f"{file}: {kind} {key} '{options[key]}' is no colour of palette.toml; "
                    f"use one of {', '.join(self.palette)}"
                )
        icon = options.get("name") if kind == "icon" else options.get("marker")
        if icon is not None and icon not in self.icons:
            raise LayoutError(f"{file}: no icon '{icon}'; see icons.toml")
        self._check_sizes(file, kind, options)
        paragraphs = tuple(_paragraph(file, p) for p in options.pop("paragraphs", []))
        return Element(
            kind, self._boxes(file, kind, raw), raw.get("when", ""), raw.get("unless", ""),
            options, paragraphs,
        )  # fmt: skip

    def _check_sizes(self, file: Path, kind: str, options: dict[str, Any]) -> None:
        largest = options.get("largest", 80)
        sizes = largest if isinstance(largest, dict) else dict.fromkeys(self.formats, largest)
        _only(file, f"{kind} largest", sizes, set(self.formats))
        if not all(isinstance(size, int) and size > 0 for size in sizes.values()):
            raise LayoutError(f"{file}: {kind} 'largest' must be pixels, one number or per format")

    def _boxes(self, file: Path, kind: str, raw: dict[str, Any]) -> dict[str, Box]:
        typed = raw.get("box", {})
        _only(file, f"{kind} box", typed, set(self.formats))
        boxes = {}
        for name, box in typed.items():
            if len(box) != 4 or not all(isinstance(side, int) for side in box):
                raise LayoutError(f"{file}: {kind} box {name} is not [left, top, width, height]")
            boxes[name] = (box[0], box[1], box[2], box[3])
            if kind in ("text", "emblem"):
                _check_safe(file, raw.get("name", kind), boxes[name], self.formats[name])
        return boxes


def open_theme(workspace: Path | None = None) -> Theme:
    """The shipped theme, with a workspace's ``templates`` folder laid over it."""
    folders = [SHIPPED]
    if workspace is not None and (workspace / "templates").is_dir():
        folders.insert(0, workspace / "templates")
    return Theme(
        folders=tuple(folders),
        formats={name: _format(name, raw) for name, raw in _data(folders, "formats.toml").items()},
        palette={name: _colour(raw) for name, raw in _data(folders, "palette.toml").items()},
        icons={
            name: tuple(tuple((float(x), float(y)) for x, y in line) for line in lines)
            for name, lines in _data(folders, "icons.toml").items()
        },
    )


def _data(folders: list[Path], name: str) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for folder in reversed(folders):
        if (folder / name).is_file():
            merged.update(_read_toml(folder / name))
    return merged


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LayoutError(f"{file}: {error}; mend the file") from error


def _format(name: str, raw: dict[str, Any]) -> Format:
    left, top, right, bottom = raw["safe"]
    return Format(
        name, raw["width"], raw["height"], (left, top, right, bottom), raw["minimum"], raw["small"]
    )


def _colour(raw: str) -> Colour:
    if len(raw) != 7 or raw[0] != "#":
        raise LayoutError(f"palette.toml: '{raw}' is not a colour such as #14213D")
    return int(raw[1:3], 16), int(raw[3:5], 16), int(raw[5:7], 16)


def _paragraph(file: Path, raw: dict[str, Any]) -> Paragraph:
    _only(file, "paragraph", raw, _PARAGRAPH)
    if "text" not in raw:
        raise LayoutError(f'{file}: a paragraph without text; write text = "{{{{ body }}}}"')
    try:
        environment().parse(raw["text"])
    except TemplateSyntaxError as error:
        raise LayoutError(f"{file}: text '{raw['text']}': {error}; mend the expression") from error
    return Paragraph(
        text=raw["text"],
        each=raw.get("each", False),
        weight=raw.get("weight", 400),
        scale=float(raw.get("scale", 1.0)),
        colour=raw.get("colour", ""),
        space=float(raw.get("space", 0.0)),
        lines=raw.get("lines"),
        leading=float(raw.get("leading", 1.12 if raw.get("weight", 400) >= 600 else 1.3)),
    )


def _check_safe(file: Path, what: str, box: Box, form: Format) -> None:
    """Texts and the emblem stand inside the safe area, on both sides since cards are mirrored."""
    left, top, width, height = box
    side = min(form.safe[0], form.safe[2])
    inside = (
        left >= side
        and top >= form.safe[1]
        and left + width <= form.width - side
        and top + height <= form.height - form.safe[3]
    )
    if not inside:
        raise LayoutError(
            f"{file}: '{what}' leaves the safe area of {form.name} ({form.safe}); move its box"
        )


def _only(file: Path, what: str, raw: Mapping[str, Any], allowed: set[str]) -> None:
    for key in raw:
        if key not in allowed:
            near = difflib.get_close_matches(key, allowed, 1)
            meant = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(sorted(allowed))}"
            raise LayoutError(f"{file}: {what} has the unknown key '{key}'; {meant}")
