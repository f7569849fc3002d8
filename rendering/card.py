"""One card becomes one picture: a pure function of a request and a theme.

A layout's shapes, emblem and photograph make a ground that is drawn once per format and reused;
texts are fitted into their boxes on ink and drawn on a copy. Right-to-left cards are the mirror
image of left-to-right ones: boxes change sides, pictures and emblems do not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from jinja2 import Template
from PIL import Image

from rendering import fit, photos, shapes
from rendering.asset import CardRequest
from rendering.fit import Column, TextSpec
from templates.environment import FAULTS, environment
from templates.layouts import Box, Colour, Element, Format, Layout, LayoutError, Paragraph, Theme

_SMALLER = 0.86
"""How much smaller than the text it stands below (``below``) a text at least is."""
_INDENT = 1.5
"""Room for a list marker, in sizes of the line it stands beside."""
_GROUNDS = 32
"""How many grounds are kept, the latest used; one takes 3 to 8 MB."""


@dataclass
class Composer:
    """Draws requests with one theme. Keeps layouts and some grounds; holds no other state."""

    theme: Theme
    _layouts: dict[str, Layout] = field(default_factory=dict)
    _grounds: dict[tuple[object, ...], Image.Image] = field(default_factory=dict)

    def layout(self, name: str) -> Layout:
        """The layout, read once."""
        if name not in self._layouts:
            self._layouts[name] = self.theme.layout(name)
        return self._layouts[name]

    def compose(self, request: CardRequest) -> Image.Image:
        """The finished picture.

        Raises ``DoesNotFit`` or ``MissingGlyphs`` when a text cannot stand as it should, and
        :class:`LayoutError` when the layout asks for what the card does not have.
        """
        layout = self.layout(request.layout)
        form = self.theme.format(request.format)
        active = _active(layout, form, request)
        canvas = self._ground(layout, form, active, request).copy()
        fitted: dict[str, Column] = {}
        texts = [element for element in active if element.type == "text"]
        for element in sorted(texts, key=lambda one: "below" in one.options):
            self._text(canvas, layout, form, element, request, fitted)
        return canvas

    def _ground(
        self, layout: Layout, form: Format, active: list[Element], request: CardRequest
    ) -> Image.Image:
        shown = tuple(layout.elements.index(element) for element in active)
        key = (
            layout.digest, form.name, request.direction, shown, request.emblem,
            photos.fingerprint(request.logo), photos.fingerprint(request.photo),
        )  # fmt: skip
        ground = self._grounds.pop(key, None) or self._draw_ground(form, active, request)
        self._grounds[key] = ground  # the one used last stands last
        if len(self._grounds) > _GROUNDS:
            del self._grounds[next(iter(self._grounds))]
        return ground

    def _draw_ground(
        self, form: Format, active: list[Element], request: CardRequest
    ) -> Image.Image:
        canvas = Image.new("RGB", (form.width, form.height), self.theme.colour("paper"))
        for element in active:
            if element.type == "text":
                continue
            box = _placed(element.boxes[form.name], form, request.direction)
            self._shape(canvas, element, box, request)
        return canvas

    def _shape(self, canvas: Image.Image, element: Element, box: Box, request: CardRequest) -> None:
        left, top, width, height = box
        options = element.options
        match element.type:
            case "rect":
                mask = shapes.rectangle(width, height, options.get("radius", 0))
                shapes.paste(canvas, mask, left, top, self.theme.colour(options["fill"]))
            case "circle" | "ring":
                mask = shapes.circle(width, height, options.get("width", 0))
                shapes.paste(canvas, mask, left, top, self.theme.colour(options["fill"]))
            case "icon":
                mask = shapes.icon(self.theme.icons[options["name"]], width, options["width"])
                shapes.paste(canvas, mask, left, top, self.theme.colour(options["colour"]))
            case "emblem" if request.logo is not None:
                canvas.paste(photos.contained(request.logo, width, height), (left, top))
            case "emblem":
                side = min(width, height)
                place = (left + (width - side) // 2, top + (height - side) // 2)
                canvas.paste(shapes.emblem(request.emblem, side), place)
            case "photo" if request.photo is not None:
                canvas.paste(photos.cropped(request.photo, width, height), (left, top))

    def _text(
        self,
        canvas: Image.Image,
        layout: Layout,
        form: Format,
        element: Element,
        request: CardRequest,
        fitted: dict[str, Column],
    ) -> None:
        specs, colours = self._specs(layout, element, request)
        if not specs:
            return
        left, top, width, height = _placed(element.boxes[form.name], form, request.direction)
        smallest = _smallest(layout, form, element)
        largest = max(_largest(element, form, fitted), smallest)
        marker = element.options.get("marker")
        indent = round(largest * _INDENT) if marker else 0
        column = fit.fit(
            specs,
            width - indent,
            height,
            largest=largest,
            smallest=smallest,
            valign=element.options.get("valign", "top"),
        )
        fitted[element.options.get("name", "")] = column
        text_left = left + (indent if request.direction == "ltr" else 0)
        fit.draw(canvas, column, text_left, top, colours)
        if marker:
            self._markers(canvas, element, column, request.direction, (left, top, width))

    def _specs(
        self, layout: Layout, element: Element, request: CardRequest
    ) -> tuple[list[TextSpec], list[Colour]]:
        specs: list[TextSpec] = []
        colours: list[Colour] = []
        for paragraph in element.paragraphs:
            text = _fill(layout, element, paragraph.text, request.slots)
            for part in text.split("\n") if paragraph.each else [" ".join(text.split("\n"))]:
                if part.strip():
                    specs.append(_spec(paragraph, part, element, request, first=not specs))
                    colours.append(self.theme.colour(paragraph.colour or element.options["colour"]))
        return specs, colours

    def _markers(
        self,
        canvas: Image.Image,
        element: Element,
        column: Column,
        direction: str,
        place: tuple[int, int, int],
    ) -> None:
        left, top, width = place
        strokes = self.theme.icons[element.options["marker"]]
        colour = self.theme.colour(element.options["marker_colour"])
        seen: set[int] = set()
        for line in column.lines:
            if line.spec in seen:
                continue
            seen.add(line.spec)
            size = round(line.size * 1.0)
            x = left if direction == "ltr" else left + width - size
            y = top + round(line.baseline - line.size * 0.36 - size / 2)
            shapes.paste(canvas, shapes.icon(strokes, size, 3.2), x, y, colour)


def _active(layout: Layout, form: Format, request: CardRequest) -> list[Element]:
    """What is drawn of a layout. Words are never left out for want of a box."""
    active = [element for element in layout.elements if _wanted(element, request)]
    for element in active:
        if element.type == "text" and form.name not in element.boxes:
            raise LayoutError(
                f"{layout.file}: text '{element.options.get('name', 'text')}' has no box for "
                f"{form.name}; add box.{form.name} or leave this format out"
            )
    return [element for element in active if form.name in element.boxes]


def _wanted(element: Element, request: CardRequest) -> bool:
    if element.type == "photo" and request.photo is None:
        return False
    if element.when and not _has(request, element.when):
        return False
    return not (element.unless and _has(request, element.unless))


def _has(request: CardRequest, name: str) -> bool:
    return request.photo is not None if name == "photo" else bool(request.slots.get(name))


def _placed(box: Box, form: Format, direction: str) -> Box:
    left, top, width, height = box
    return (form.width - left - width if direction == "rtl" else left), top, width, height


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
    try:
        return _template(pattern).render(slots)
    except FAULTS as error:
        name = element.options.get("name", "text")
        raise LayoutError(
            f"{layout.file}: text '{name}': {error} in '{pattern}'; "
            f"the card has {', '.join(sorted(slots))}"
        ) from error


@lru_cache(maxsize=256)
def _template(pattern: str) -> Template:
    return environment().from_string(pattern)
