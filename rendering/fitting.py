"""The texts of one card on their way into their boxes.

What a layout shows of a card, in which words, and how large: all of it before anything is drawn.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from jinja2 import Template

from rendering import fit, ground
from rendering.asset import CardRequest
from rendering.errors import TextError
from rendering.fit import Column, TextSpec
from rendering.ground import Wording
from templates.environment import FAULTS, environment
from templates.layouts import (
    Box,
    Colour,
    Element,
    Format,
    Layout,
    LayoutError,
    Paragraph,
    Theme,
)

_SMALLER = 0.86
"""How much smaller than the text it stands below (``below``) a text at least is."""
_INDENT = 1.5
"""Room for a list marker, in sizes of the line it stands beside."""


class Text(NamedTuple):
    """A text of a card as it will stand: its element, its box on the card, lines and colours.

    ``left`` and ``top`` are where the column's own box begins, right of a marker if it has one.
    """

    element: Element
    box: Box
    left: int
    top: int
    column: Column
    specs: tuple[TextSpec, ...]
    colours: tuple[Colour, ...]

    @property
    def ink(self) -> Box:
        """Left, top, right and bottom of what is drawn, on the card."""
        left, top, right, bottom = self.column.ink
        return left + self.left, top + self.top, right + self.left, bottom + self.top


class Fitting:
    """The texts of one card on their way into their boxes."""

    def __init__(self, theme: Theme, layout: Layout, request: CardRequest) -> None:
        self.layout = layout
        self.form = theme.format(request.format)
        self.request = request
        self.palette = theme.branded(request.brand)
        self.active = _active(self.layout, self.form, request)
        self._fitted: dict[str, Column] = {}
        texts = [element for element in self.active if element.type == "text"]
        self.elements = sorted(texts, key=lambda one: "below" in one.options)

    def wording(self, element: Element) -> Wording:
        """What an element says, a text for each paragraph."""
        layout, slots = self.layout, self.request.slots
        texts = [_fill(layout, element, paragraph.text, slots) for paragraph in element.paragraphs]
        return Wording(element.number, self.request.language, tuple(texts))

    def box(self, element: Element) -> Box:
        """Where an element stands on this card."""
        return ground.placed(element.boxes[self.form.name], self.form, self.request.direction)

    def text(self, element: Element, wording: Wording) -> Text:
        """The element's texts, fitted. Raises :class:`TextError` that names the element."""
        specs, names = _specs(element, wording, self.request)
        box = self.box(element)
        left, top, width, height = box
        smallest = _smallest(self.layout, self.form, element)
        largest = max(_largest(element, self.form, self._fitted), smallest)
        indent = round(largest * _INDENT) if "marker" in element.options else 0
        try:
            column = fit.fit(
                specs,
                width - indent,
                height,
                largest=largest,
                smallest=smallest,
                valign=element.options.get("valign", "top"),
            )
        except TextError as error:
            error.box_name = element.name
            raise
        self._fitted[element.name] = column
        start = left + (indent if self.request.direction == "ltr" else 0)
        colours = tuple(self.palette[name] for name in names)
        return Text(element, box, start, top, column, tuple(specs), colours)


def _active(layout: Layout, form: Format, request: CardRequest) -> list[Element]:
    """What is drawn of a layout. Words are never left out for want of a box."""
    active = [element for element in layout.elements if _wanted(element, request)]
    for element in active:
        if element.type == "text" and form.name not in element.boxes:
            raise LayoutError(
                f"{layout.file}: text '{element.name}' has no box for "
                f"{form.name}; add box.{form.name} or leave this format out"
            )
    return [element for element in active if form.name in element.boxes]


def _wanted(element: Element, request: CardRequest) -> bool:
    if element.type in ("photo", "scrim") and request.photo is None:
        return False
    if element.when and not _has(request, element.when):
        return False
    return not (element.unless and _has(request, element.unless))


def _has(request: CardRequest, name: str) -> bool:
    match name:
        case "photo":
            return request.photo is not None
        case "wordmark":
            return request.wordmark
    return bool(request.slots.get(name))


def _smallest(layout: Layout, form: Format, element: Element) -> int:
    """The least size; a text that another stays smaller than keeps one pixel above it."""
    least = form.small if element.options.get("smallest") == "small" else form.minimum
    name = element.options.get("name")
    above = any(name and one.options.get("below") == name for one in layout.elements)
    return least + 1 if above else least


def _largest(element: Element, form: Format, fitted: Mapping[str, Column]) -> int:
    wanted = element.options.get("largest", 80)
    largest = int(wanted[form.name] if isinstance(wanted, dict) else wanted)
    above = fitted.get(element.options.get("below", ""))
    return min(largest, int(above.base_size * _SMALLER)) if above else largest


def _specs(
    element: Element, wording: Wording, request: CardRequest
) -> tuple[list[TextSpec], list[str]]:
    """The texts of an element, and the names of their colours."""
    specs: list[TextSpec] = []
    colours: list[str] = []
    for paragraph, text in zip(element.paragraphs, wording.texts, strict=True):
        for part in text.split("\n") if paragraph.each else [" ".join(text.split("\n"))]:
            if part.strip():
                specs.append(_spec(paragraph, part, element, request, first=not specs))
                colours.append(paragraph.colour or element.options["colour"])
    return specs, colours


def _spec(
    paragraph: Paragraph, text: str, element: Element, request: CardRequest, *, first: bool
) -> TextSpec:
    return TextSpec(
        text=text,
        language=request.language,
        direction="rtl" if request.direction == "rtl" else "ltr",
        weight=paragraph.weight,
        scale=paragraph.scale,
        leading=paragraph.leading,
        space_before=0.0 if first else paragraph.space,
        max_lines=paragraph.lines,
        align=element.options.get("align", "start"),
        even=paragraph.each,
    )


def _fill(layout: Layout, element: Element, pattern: str, slots: Mapping[str, str]) -> str:
    """The text of a paragraph; empty when it is nothing but white space."""
    try:
        text = slots.get(_only_slot(pattern)) or _template(pattern).render(slots)
    except FAULTS as error:
        raise LayoutError(
            f"{layout.file}: text '{element.name}': {error} in '{pattern}'; "
            f"the card has {', '.join(sorted(slots))}"
        ) from error
    return text if text.strip() else ""


@lru_cache(maxsize=256)
def _only_slot(pattern: str) -> str:
    """The text a pattern names, if it is nothing else, as most are: that needs no engine."""
    found = re.fullmatch(r"\{\{ (\w+) \}\}", pattern)
    return found[1] if found else ""


@lru_cache(maxsize=256)
def _template(pattern: str) -> Template:
    return environment().from_string(pattern)
