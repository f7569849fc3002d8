"""Card layouts as data: one TOML file a layout, boxes in pixels for every format.

A layout is a list of elements drawn in order. Every element has a ``box`` per format, as
``[left, top, width, height]`` for a left-to-right card; right-to-left cards are mirrored by the
renderer. Texts are Jinja2 expressions over the card's slots, so a new layout needs no Python.

    rect   fill, radius          circle, ring   fill, width
    icon   name, colour, width   text           paragraphs, colour, align, valign, largest
    emblem                       photo
    ``when``/``unless`` name a slot the element depends on, or ``photo``; ``include`` takes another
    file's elements after one's own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from jinja2.meta import find_undeclared_variables

from templates import checks
from templates.checks import LayoutError
from templates.environment import SHIPPED, environment

__all__ = [
    "Box", "Colour", "Element", "Format", "Layout", "LayoutError", "Paragraph", "Theme",
    "open_theme",
]  # fmt: skip

Box = tuple[int, int, int, int]
Colour = tuple[int, int, int]
Strokes = tuple[tuple[tuple[float, float], ...], ...]
_T = TypeVar("_T")

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
_NEEDED = {
    "rect": {"fill"},
    "circle": {"fill"},
    "ring": {"fill", "width"},
    "icon": {"name", "colour", "width"},
    "text": {"colour", "paragraphs"},
}
_PARAGRAPH = {"text", "each", "weight", "scale", "colour", "space", "lines", "leading"}
_FORMAT = {"width", "height", "safe", "minimum", "small"}


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
    icons: Mapping[str, Strokes]

    def layout(self, name: str) -> Layout:
        """Read the layout ``name``; :class:`LayoutError` when it cannot be used."""
        file = self._file(name)
        digest = hashlib.sha256()
        elements = self._elements(file, digest, depth=0)
        return Layout(name, file, tuple(elements), digest.hexdigest())

    def format(self, name: str) -> Format:
        """A format by its name; :class:`LayoutError` when there is none."""
        if name not in self.formats:
            raise LayoutError(f"no format '{name}'; known are {', '.join(self.formats)}")
        return self.formats[name]

    @cached_property
    def digest(self) -> str:
        """Changes whenever a format, a colour or an icon changes."""
        seen = repr((sorted(self.palette.items()), sorted(self.icons.items())))
        formats = repr(sorted(self.formats.items()))
        return hashlib.sha256((seen + formats).encode()).hexdigest()

    def colour(self, name: str) -> Colour:
        """A colour by its name in the palette."""
        return self.palette[name]

    def _file(self, name: str, asked_by: str = "") -> Path:
        for folder in self.folders:
            file = folder / "cards" / f"{name}.toml"
            if file.is_file():
                return file
        known = sorted(
            {f.stem for folder in self.folders for f in (folder / "cards").glob("[a-z]*.toml")}
        )
        raise LayoutError(f"{asked_by}no layout '{name}'; known are {', '.join(known)}")

    def _elements(self, file: Path, digest: hashlib._Hash, depth: int) -> list[Element]:
        data = checks.read_toml(file)
        digest.update(file.read_bytes())
        checks.only(file, "layout", data, {"element", "include", "about"})
        checks.values(file, "layout", data)
        raws = checks.tables(file, "element", data.get("element", []))
        elements = [self._element(file, raw) for raw in raws]
        for name in checks.names(file, "include", data.get("include", [])):
            if depth > 3:
                raise LayoutError(f"{file}: include goes round in circles; remove one")
            elements += self._elements(self._file(name, f"{file}: "), digest, depth + 1)
        return elements

    def _element(self, file: Path, raw: dict[str, Any]) -> Element:
        kind = raw.get("type", "")
        if kind not in tuple(_KEYS):
            raise LayoutError(f"{file}: element type '{kind}'; use one of {', '.join(_KEYS)}")
        checks.only(file, kind, raw, _COMMON | _KEYS[kind])
        checks.need(file, kind, raw, {"box"} | _NEEDED.get(kind, set()))
        checks.values(file, kind, raw)
        options = {key: value for key, value in raw.items() if key in _KEYS[kind]}
        self._check_options(file, kind, options)
        raws = checks.tables(file, "element.paragraphs", options.pop("paragraphs", []))
        return Element(
            kind, self._boxes(file, kind, raw), raw.get("when", ""), raw.get("unless", ""),
            options, tuple(self._paragraph(file, one) for one in raws),
        )  # fmt: skip

    def _check_options(self, file: Path, kind: str, options: dict[str, Any]) -> None:
        for key in ("fill", "colour", "marker_colour"):
            if key in options:
                checks.known(file, f"{kind} {key}", options[key], self.palette, "palette.toml")
        icon = options.get("name") if kind == "icon" else options.get("marker")
        if icon is not None:
            checks.known(file, f"{kind} icon", icon, self.icons, "icons.toml")
        if "marker" in options:
            checks.need(file, f"{kind} with a marker", options, {"marker_colour"})
        if "largest" in options:
            checks.sizes(file, kind, options["largest"], self.formats)

    def _paragraph(self, file: Path, raw: dict[str, Any]) -> Paragraph:
        checks.only(file, "paragraph", raw, _PARAGRAPH)
        checks.need(file, "paragraph", raw, {"text"})
        checks.values(file, "paragraph", raw)
        checks.expression(file, raw["text"])
        if "colour" in raw:
            checks.known(file, "paragraph colour", raw["colour"], self.palette, "palette.toml")
        return _paragraph(raw)

    def _boxes(self, file: Path, kind: str, raw: dict[str, Any]) -> dict[str, Box]:
        checks.only(file, f"{kind} box", raw["box"], self.formats)
        boxes = {}
        for name, typed in raw["box"].items():
            boxes[name] = checks.box(file, f"{kind} box {name}", typed)
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
        formats=_data(folders, "formats.toml", _format),
        palette=_data(folders, "palette.toml", checks.colour),
        icons=_data(folders, "icons.toml", checks.strokes),
    )


def _data(folders: list[Path], name: str, read: Callable[[Path, str, Any], _T]) -> dict[str, _T]:
    """What a file holds by name; each entry of a workspace's file replaces the shipped one."""
    merged: dict[str, _T] = {}
    for folder in reversed(folders):
        file = folder / name
        if file.is_file():
            entries = checks.read_toml(file).items()
            merged.update({key: read(file, key, raw) for key, raw in entries})
    return merged


def _format(file: Path, name: str, raw: Any) -> Format:
    checks.only(file, name, raw, _FORMAT)
    checks.need(file, name, raw, _FORMAT)
    sides = raw["safe"] if isinstance(raw["safe"], list) else []
    pixels = [raw[key] for key in sorted(_FORMAT - {"safe"})]
    if not all(type(n) is int and n > 0 for n in pixels) or [type(n) for n in sides] != [int] * 4:
        raise LayoutError(f"{file}: {name} is not in whole pixels; write numbers above 0")
    return Format(
        name, raw["width"], raw["height"], (sides[0], sides[1], sides[2], sides[3]),
        raw["minimum"], raw["small"],
    )  # fmt: skip


def _paragraph(raw: dict[str, Any]) -> Paragraph:
    weight = raw.get("weight", 400)
    return Paragraph(
        text=raw["text"],
        each=raw.get("each", False),
        weight=weight,
        scale=float(raw.get("scale", 1.0)),
        colour=raw.get("colour", ""),
        space=float(raw.get("space", 0.0)),
        lines=raw.get("lines"),
        leading=float(raw.get("leading", 1.12 if weight >= 600 else 1.3)),
    )


def _check_safe(file: Path, what: str, box: Box, form: Format) -> None:
    """Texts and the emblem stand inside the safe area, on both sides since cards are mirrored."""
    left, top, width, height = box
    side = max(form.safe[0], form.safe[2])
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
