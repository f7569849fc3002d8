"""What may stand in a layout file or beside it: each value, and the sentence that refuses it."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from jinja2 import TemplateSyntaxError
from jinja2.meta import find_referenced_templates

from templates.environment import environment

_LARGEST_SIDE = 4096


class LayoutError(ValueError):
    """A layout cannot be used: one line with file, element, problem and remedy."""


def _whole(value: Any, least: int = 1, most: int = _LARGEST_SIDE) -> bool:
    return type(value) is int and least <= value <= most


def _number(value: Any, *, above_zero: bool) -> bool:
    if type(value) not in (int, float) or not value <= _LARGEST_SIDE:
        return False
    return bool(value > 0 if above_zero else value >= 0)


def _text(value: Any) -> bool:
    return isinstance(value, str)


_Rule = tuple[Callable[[Any], bool], str]

RULES: Mapping[str, _Rule] = {
    "about": (_text, "a text"),
    "name": (_text, "a text"),
    "when": (_text, "the name of a text of the card"),
    "unless": (_text, "the name of a text of the card"),
    "below": (_text, "the name of another text"),
    "text": (_text, "a text"),
    "radius": (lambda value: _whole(value, least=0), "whole pixels"),
    "width": (lambda value: _number(value, above_zero=True), "a number above 0"),
    "fade": (lambda value: _number(value, above_zero=False) and value <= 1, "a number from 0 to 1"),
    "align": (lambda value: value in ("start", "center", "end"), "start, center or end"),
    "valign": (lambda value: value in ("top", "middle", "bottom"), "top, middle or bottom"),
    "smallest": (lambda value: value in ("minimum", "small"), "minimum or small"),
    "each": (lambda value: isinstance(value, bool), "true or false"),
    "weight": (lambda value: _whole(value, 400, 700), "a whole number from 400 to 700"),
    "scale": (lambda value: _number(value, above_zero=True), "a number above 0"),
    "space": (lambda value: _number(value, above_zero=False), "a number, 0 or more"),
    "lines": (_whole, "a whole number above 0"),
    "leading": (lambda value: _number(value, above_zero=True), "a number above 0"),
}
"""What the value of a key must be; keys with a meaning of their own have a check of their own."""


def read_toml(file: Path) -> dict[str, Any]:
    """The file's values."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise LayoutError(f"{file}: {error}; mend the file") from error


def values(file: Path, what: str, raw: Mapping[str, Any]) -> None:
    """Refuse a value that is not what its key calls for."""
    for key, value in raw.items():
        if key in RULES and not RULES[key][0](value):
            raise LayoutError(f"{file}: {what} {key} is {value!r}; write {RULES[key][1]}")


def only(file: Path, what: str, raw: Any, allowed: Collection[str]) -> None:
    """Refuse what is no table, and keys nobody knows."""
    if not isinstance(raw, dict):
        raise LayoutError(f"{file}: {what} is {raw!r}; known are {', '.join(sorted(allowed))}")
    for key in raw:
        if key not in allowed:
            near = difflib.get_close_matches(key, allowed, 1)
            meant = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(sorted(allowed))}"
            raise LayoutError(f"{file}: {what} has the unknown key '{key}'; {meant}")


def need(file: Path, what: str, raw: Mapping[str, Any], keys: Collection[str]) -> None:
    """Refuse a table that lacks what cannot be guessed."""
    for key in sorted(keys):
        if key not in raw:
            raise LayoutError(f"{file}: {what} has no {key}; add it")


def tables(file: Path, what: str, raw: Any) -> list[dict[str, Any]]:
    """A list of tables."""
    if not isinstance(raw, list) or not all(isinstance(one, dict) for one in raw):
        raise LayoutError(f"{file}: {what} is no list of tables; write [[{what}]]")
    return raw


def names(file: Path, what: str, raw: Any) -> list[str]:
    """A list of names."""
    if not isinstance(raw, list) or not all(isinstance(one, str) for one in raw):
        raise LayoutError(f'{file}: {what} is {raw!r}; write names such as ["_footer"]')
    return raw


def known(file: Path, what: str, name: Any, among: Collection[str], home: str) -> None:
    """Refuse a colour or an icon that its file does not hold."""
    if not isinstance(name, str) or name not in among:
        raise LayoutError(
            f"{file}: {what} {name!r} is not in {home}; use one of {', '.join(among)}"
        )


def sizes(file: Path, what: str, raw: Any, formats: Collection[str]) -> None:
    """Refuse what is neither a size in pixels nor one for each of some formats."""
    by_format = raw if isinstance(raw, dict) else dict.fromkeys(formats, raw)
    only(file, f"{what} largest", by_format, formats)
    if not all(_whole(size) for size in by_format.values()):
        raise LayoutError(f"{file}: {what} largest must be pixels, one number or one per format")


def box(file: Path, what: str, raw: Any) -> tuple[int, int, int, int]:
    """A box: whole pixels, with a width and a height."""
    far = _LARGEST_SIDE
    if not isinstance(raw, list) or len(raw) != 4 or not all(_whole(n, -far) for n in raw):
        raise LayoutError(
            f"{file}: {what} is {raw!r}; write [left, top, width, height] in pixels up to {far:,}"
        )
    if raw[2] < 1 or raw[3] < 1:
        raise LayoutError(f"{file}: {what} has no area; give it a width and a height")
    return raw[0], raw[1], raw[2], raw[3]


def expression(file: Path, text: str) -> None:
    """Refuse what is no Jinja2, and what reads other files: a picture is named by its texts."""
    try:
        tree = environment().parse(text)
    except TemplateSyntaxError as error:
        raise LayoutError(f"{file}: text '{text}': {error}; mend the expression") from error
    if list(find_referenced_templates(tree)):
        raise LayoutError(f"{file}: text '{text}' reads another template; write the text here")


def colour(file: Path, name: str, raw: Any) -> tuple[int, int, int]:
    """A colour as ``#RRGGBB``."""
    if not isinstance(raw, str) or not re.fullmatch("#[0-9A-Fa-f]{6}", raw):
        raise LayoutError(f"{file}: {name} is {raw!r}; write a colour such as #14213D")
    return rgb(raw)


def rgb(typed: str) -> tuple[int, int, int]:
    """The colour that ``#RRGGBB`` stands for."""
    return int(typed[1:3], 16), int(typed[3:5], 16), int(typed[5:7], 16)


def strokes(file: Path, name: str, raw: Any) -> tuple[tuple[tuple[float, float], ...], ...]:
    """An icon's polylines on the grid of 24."""
    try:
        return tuple(tuple((float(x), float(y)) for x, y in line) for line in raw)
    except (TypeError, ValueError) as error:
        raise LayoutError(
            f"{file}: {name} is no icon; write polylines such as [[[6, 6], [18, 18]]]"
        ) from error
