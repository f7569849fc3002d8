"""Card layouts as data: one TOML file a layout, boxes in pixels for every format.

A layout is a list of elements drawn in order (:mod:`templates.reader` lists their types). Every
element has a ``box`` per format, as ``[left, top, width, height]`` for a left-to-right card;
right-to-left cards are mirrored by the renderer. Texts are Jinja2 expressions over the card's
slots, so a new layout needs no Python. ``when``/``unless`` name a slot the element depends on, or
``photo`` or ``wordmark``; ``include`` takes another file's elements after one's own.
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
from templates.elements import Box, Colour, Element, Format, Paragraph, Strokes
from templates.environment import SHIPPED, environment
from templates.reader import Reader, read_format

__all__ = [
    "Box", "Colour", "Element", "Format", "Layout", "LayoutError", "Paragraph", "Theme",
    "open_theme",
]  # fmt: skip

CONDITIONS = ("photo", "wordmark")
"""What ``when`` and ``unless`` may name besides the card's texts."""
_T = TypeVar("_T")


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
        found = {name for e in self.elements for name in (e.when, e.unless)}
        found -= {"", *CONDITIONS}
        parse = environment().parse
        for element in self.elements:
            for paragraph in element.paragraphs:
                found |= find_undeclared_variables(parse(paragraph.text))
        return frozenset(found)

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """The same in an order."""
        return tuple(sorted(self.slots))


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
        elements, digest = Reader(self.formats, self.palette, self.icons, self._file).layout(file)
        return Layout(name, file, elements, digest)

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

    def branded(self, brand: Mapping[str, str]) -> Mapping[str, Colour]:
        """The palette with a society's own colours, given as ``#RRGGBB``, in their places."""
        return {**self.palette, **{name: checks.rgb(typed) for name, typed in brand.items()}}

    def _file(self, name: str, asked_by: str = "") -> Path:
        for folder in self.folders:
            file = folder / "cards" / f"{name}.toml"
            if file.is_file():
                return file
        known = sorted(
            {f.stem for folder in self.folders for f in (folder / "cards").glob("[a-z]*.toml")}
        )
        raise LayoutError(f"{asked_by}no layout '{name}'; known are {', '.join(known)}")


def open_theme(workspace: Path | None = None) -> Theme:
    """The shipped theme, with a workspace's ``templates`` folder laid over it."""
    folders = [SHIPPED]
    if workspace is not None and (workspace / "templates").is_dir():
        folders.insert(0, workspace / "templates")
    return Theme(
        folders=tuple(folders),
        formats=_data(folders, "formats.toml", read_format),
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
