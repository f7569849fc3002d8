"""One card becomes one picture: a pure function of a request and a theme.

Texts are fitted into their boxes on ink, held against the ground they stand on, and drawn on a copy
of it. Right-to-left cards are the mirror image of left-to-right ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from jinja2 import Template
from PIL import Image

from rendering import contrast, fit, ground, shapes
from rendering.asset import CardRequest
from rendering.errors import LowContrast, TextError
from rendering.fit import Column, TextSpec
from rendering.ground import Ground, Wording
from templates.environment import FAULTS, environment
from templates.layouts import Box, Colour, Element, Format, Layout, LayoutError, Paragraph, Theme

_SMALLER = 0.86
"""How much smaller than the text it stands below (``below``) a text at least is."""
_INDENT = 1.5
"""Room for a list marker, in sizes of the line it stands beside."""
_GROUNDS = 3
"""How many grounds are kept, the latest used; one takes 3 to 8 MB. Builds draw the cards of one
ground after another."""


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


@dataclass
class Composer:
    """Draws requests with one theme. Keeps layouts and some grounds; holds no other state."""

    theme: Theme
    _layouts: dict[str, Layout] = field(default_factory=dict)
    _grounds: dict[tuple[object, ...], Ground] = field(default_factory=dict)

    def layout(self, name: str) -> Layout:
        """The layout, read once."""
        if name not in self._layouts:
            self._layouts[name] = self.theme.layout(name)
        return self._layouts[name]

    def compose(self, request: CardRequest) -> Image.Image:
        """The finished picture.

        Raises ``DoesNotFit``, ``MissingGlyphs`` or ``LowContrast`` when a text cannot stand as it
        should, and :class:`LayoutError` when the layout asks for what the card does not have.
        """
        fitting = _Fitting(self, request)
        under = self._ground(fitting)
        canvas = under.image.copy()
        for element in fitting.elements:
            wording = fitting.wording(element)
            if not any(wording.texts) or under.repeat(canvas, wording):
                continue
            text = fitting.text(element, wording)
            _check_contrast(under, fitting.form, text)
            plain = under.plain(text.box)
            fit.draw(canvas, text.column, text.left, text.top, text.colours, plain)
            self._markers(canvas, request, text)
            if element.options.get("smallest") == "small":
                under.remember(canvas, wording, text.ink)
        return canvas

    def texts(self, request: CardRequest) -> Iterator[Text]:
        """The texts of a card, fitted; those that others are set ``below`` come first."""
        fitting = _Fitting(self, request)
        for element in fitting.elements:
            wording = fitting.wording(element)
            if any(wording.texts):
                yield fitting.text(element, wording)

    def ground(self, request: CardRequest) -> Ground:
        """What the texts of a card stand on; not to be drawn upon."""
        return self._ground(_Fitting(self, request))

    def _ground(self, card: _Fitting) -> Ground:
        shown = [element.number for element in card.active]
        key = (card.layout.digest, *ground.key(card.form, shown, card.request))
        kept = self._grounds.pop(key, None)
        if kept is None:
            kept = ground.draw(card.form, card.active, card.request, card.palette, self.theme.icons)
        self._grounds[key] = kept  # the one used last stands last
        if len(self._grounds) > _GROUNDS:
            del self._grounds[next(iter(self._grounds))]
        return kept

    def _markers(self, canvas: Image.Image, request: CardRequest, text: Text) -> None:
        options = text.element.options
        if "marker" not in options:
            return
        left, _, width, _ = text.box
        strokes = self.theme.icons[options["marker"]]
        colour = self.theme.branded(request.brand)[options["marker_colour"]]
        for number in range(len(text.specs)):
            line = next(line for line in text.column.lines if line.spec == number)
            x = left if request.direction == "ltr" else left + width - line.size
            y = text.top + round(line.baseline - line.size * 0.36 - line.size / 2)
            shapes.paste(canvas, shapes.icon(strokes, line.size, 3.2), x, y, colour)


class _Fitting:
    """The texts of one card on their way into their boxes."""

    def __init__(self, composer: Composer, request: CardRequest) -> None:
        self.layout = composer.layout(request.layout)
        self.form = composer.theme.format(request.format)
        self.request = request
        self.palette = composer.theme.branded(request.brand)
        self.active = _active(self.layout, self.form, request)
        self._fitted: dict[str, Column] = {}
        texts = [element for element in self.active if element.type == "text"]
        self.elements = sorted(texts, key=lambda one: "below" in one.options)

    def wording(self, element: Element) -> Wording:
        """What an element says, a text for each paragraph."""
        layout, slots = self.layout, self.request.slots
        texts = [_fill(layout, element, paragraph.text, slots) for paragraph in element.paragraphs]
        return Wording(element.number, self.request.language, tuple(texts))

    def text(self, element: Element, wording: Wording) -> Text:
        """The element's texts, fitted. Raises :class:`TextError` that names the element."""
        specs, names = _specs(element, wording, self.request)
        box = ground.placed(element.boxes[self.form.name], self.form, self.request.direction)
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


def _check_contrast(under: Ground, form: Format, text: Text) -> None:
    ratios = [under.contrast(text.box, colour) for colour in text.colours]
    if min(ratios) >= contrast.NORMAL:
        return
    for line in text.column.lines:
        ratio = ratios[line.spec]
        if ratio < contrast.NORMAL:
            needed = contrast.needed(form.css(line.size), text.specs[line.spec].weight)
            if ratio < needed:
                error = LowContrast(ratio, needed)
                error.box_name = text.element.name
                raise error


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
