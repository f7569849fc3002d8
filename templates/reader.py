"""Layout files become elements; whatever a picture could not stand on is refused here.

    rect   fill, radius          circle, ring   fill, width
    icon   name, colour, width   text           paragraphs, colour, align, valign, largest
    emblem, logo, photo          scrim          fill, fade

A *scrim* is a veil over a photograph, made as dense as the texts over it need to be read. The
*emblem* is the society's, drawn square; a *logo* is drawn instead when the society's file holds its
name as well, which is the condition ``wordmark``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

from templates import checks
from templates.checks import LayoutError
from templates.elements import Box, Colour, Element, Format, Paragraph, Strokes, overlap

_COMMON = {"type", "box", "when", "unless"}
_KEYS = {
    "rect": {"fill", "radius"},
    "circle": {"fill"},
    "ring": {"fill", "width"},
    "icon": {"name", "colour", "width"},
    "emblem": set(),
    "logo": set(),
    "photo": set(),
    "scrim": {"fill", "fade"},
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
    "scrim": {"fill"},
    "text": {"colour", "paragraphs"},
}
_PARAGRAPH = {"text", "each", "weight", "scale", "colour", "space", "lines", "leading"}
_FORMAT = {"width", "height", "safe", "minimum", "small"}
_LOCKED = ("emblem", "logo")
_DEPTH = 3

Find = Callable[[str, str], Path]
"""Gives the file of a layout by its name, for the file that asks for it."""


class Reader:
    """Reads layout files against the formats, colours and icons there are."""

    def __init__(
        self,
        formats: Mapping[str, Format],
        palette: Mapping[str, Colour],
        icons: Mapping[str, Strokes],
        find: Find,
    ) -> None:
        self._formats = formats
        self._palette = palette
        self._icons = icons
        self._find = find

    def layout(self, file: Path) -> tuple[tuple[Element, ...], str]:
        """The elements of a file and of those it includes, and the digest of them all."""
        digest = hashlib.sha256()
        found = enumerate(self._elements(file, digest, 0))
        elements = tuple(replace(element, number=number) for number, element in found)
        for form in self._formats.values():
            _check_emblem(file, elements, form)
            _check_texts(file, elements, form)
        return elements, digest.hexdigest()

    def _elements(self, file: Path, digest: hashlib._Hash, depth: int) -> list[Element]:
        data = checks.read_toml(file)
        digest.update(file.read_bytes())
        checks.only(file, "layout", data, {"element", "include", "about"})
        checks.values(file, "layout", data)
        raws = checks.tables(file, "element", data.get("element", []))
        elements = [self._element(file, raw) for raw in raws]
        for name in checks.names(file, "include", data.get("include", [])):
            if depth == _DEPTH:
                raise LayoutError(f"{file}: include goes round in circles; remove one")
            elements += self._elements(self._find(name, f"{file}: "), digest, depth + 1)
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
                checks.known(file, f"{kind} {key}", options[key], self._palette, "palette.toml")
        icon = options.get("name") if kind == "icon" else options.get("marker")
        if icon is not None:
            checks.known(file, f"{kind} icon", icon, self._icons, "icons.toml")
        if "marker" in options:
            checks.need(file, f"{kind} with a marker", options, {"marker_colour"})
        if "largest" in options:
            checks.sizes(file, kind, options["largest"], self._formats)

    def _paragraph(self, file: Path, raw: dict[str, Any]) -> Paragraph:
        checks.only(file, "paragraph", raw, _PARAGRAPH)
        checks.need(file, "paragraph", raw, {"text"})
        checks.values(file, "paragraph", raw)
        checks.expression(file, raw["text"])
        if "colour" in raw:
            checks.known(file, "paragraph colour", raw["colour"], self._palette, "palette.toml")
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

    def _boxes(self, file: Path, kind: str, raw: dict[str, Any]) -> dict[str, Box]:
        checks.only(file, f"{kind} box", raw["box"], self._formats)
        boxes = {}
        for name, typed in raw["box"].items():
            boxes[name] = checks.box(file, f"{kind} box {name}", typed)
            if kind in ("text", *_LOCKED):
                _check_safe(file, raw.get("name", kind), boxes[name], self._formats[name])
        return boxes


def read_format(file: Path, name: str, raw: Any) -> Format:
    """One entry of ``formats.toml``."""
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


def _check_emblem(file: Path, elements: tuple[Element, ...], form: Format) -> None:
    """The emblem is no decoration: never small, never under another thing, never among letters."""
    here = [one for one in elements if form.name in one.boxes]
    least = form.logo * 3 // 2  # a logo keeps a quarter of its height clear on every side
    for one in here:
        if one.type in _LOCKED and min(one.boxes[form.name][2:]) < least:
            raise LayoutError(
                f"{file}: the {one.type} of {form.name} is smaller than {least} px; enlarge its box"
            )
    for below, above in combinations(here, 2):
        if below.type not in _LOCKED and not (above.type in _LOCKED and below.type == "text"):
            continue
        if below.together(above) and overlap(below.boxes[form.name], above.boxes[form.name]):
            raise LayoutError(
                f"{file}: '{below.name}' and '{above.name}' overlap in {form.name}; "
                "nothing may touch the emblem"
            )


def _check_texts(file: Path, elements: tuple[Element, ...], form: Format) -> None:
    """Two texts of one card have no pixel in common."""
    texts = [one for one in elements if one.type == "text" and form.name in one.boxes]
    for one, other in combinations(texts, 2):
        if one.together(other) and overlap(one.boxes[form.name], other.boxes[form.name]):
            raise LayoutError(
                f"{file}: texts '{one.name}' and '{other.name}' overlap in {form.name}; "
                "move one of their boxes"
            )
