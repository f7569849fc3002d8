"""A composed card as plain data that another engine can draw: shapes, and texts with our sizes.

Lengths are pixels. A text carries where its first baseline stands; how its lines break is left to
the engine, and our own lines go along for comparison.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from rendering import ground
from rendering.asset import CardRequest
from rendering.breaks import wholes
from rendering.card import Composer
from rendering.fit import Column, Line, TextSpec
from rendering.fitting import Fitting
from rendering.fitting import Text as Fitted
from rendering.fonts import EM, Font, packaged
from rendering.shaping import shape
from templates.layouts import Colour, Element, Format

_SINGLE = 1.3
"""Leading, in em, of a text that stands in one line, where nothing shows it."""


@dataclass(frozen=True)
class Shape:
    """A filled form: ``rect`` (``radius`` for round corners), ``ring`` (``stroke`` wide), ``icon``
    (``strokes`` on a grid of 24, ``stroke`` wide on that grid)."""

    kind: str
    left: int
    top: int
    width: int
    height: int
    colour: str
    radius: int = 0
    stroke: float = 0.0
    strokes: tuple[tuple[tuple[float, float], ...], ...] = ()


@dataclass(frozen=True)
class Text:
    """One paragraph; ``isolated`` is the text with isolates around numbers to dial and hashtags.

    ``families`` are names of packaged fonts, the one it mostly uses first; ``ascent`` and
    ``descent`` are that font's, in em.
    """

    text: str
    isolated: str
    size: int
    scale: float
    weight: int
    colour: str
    leading: int
    baseline: int
    families: tuple[str, ...]
    ascent: float
    descent: float
    lines: tuple[str, ...]

    @property
    def top(self) -> float:
        """Where a CSS line box starts whose first baseline stands at ``baseline``."""
        content = (self.ascent + self.descent) * self.size
        return self.baseline - self.ascent * self.size - (self.leading - content) / 2


@dataclass(frozen=True)
class Block:
    """Texts of one box. ``largest`` and ``smallest`` are the base sizes the layout allows."""

    name: str
    left: int
    top: int
    width: int
    height: int
    align: str
    largest: int
    smallest: int
    texts: tuple[Text, ...]


@dataclass(frozen=True)
class Scene:
    """A card: ``paper`` below ``shapes`` below ``blocks``."""

    width: int
    height: int
    language: str
    direction: str
    paper: str
    shapes: tuple[Shape, ...]
    blocks: tuple[Block, ...]


def scene(composer: Composer, request: CardRequest) -> Scene:
    """What the composer would draw. Photographs and logo files are left out."""
    form = composer.theme.format(request.format)
    card = Fitting(composer.theme, composer.layout(request.layout), request)
    shapes: list[Shape] = []
    for element in card.active:
        shapes += _shapes(element, form, request, composer, card.palette)
    blocks = tuple(_block(text, form) for text in composer.texts(request))
    return Scene(
        form.width, form.height, request.language, request.direction, _hex(card.palette["paper"]),
        tuple(shapes), blocks,
    )  # fmt: skip


def _shapes(
    element: Element,
    form: Format,
    request: CardRequest,
    composer: Composer,
    palette: Mapping[str, Colour],
) -> list[Shape]:
    box = ground.placed(element.boxes[form.name], form, request.direction)
    options = element.options
    match element.type:
        case "rect":
            fill = _hex(palette[options["fill"]])
            return [Shape("rect", *box, fill, radius=options.get("radius", 0))]
        case "circle":
            return [Shape("rect", *box, _hex(palette[options["fill"]]), radius=min(box[2:]) // 2)]
        case "ring":
            fill = _hex(palette[options["fill"]])
            radius = min(box[2:]) // 2
            return [Shape("ring", *box, fill, radius=radius, stroke=options["width"])]
        case "icon":
            strokes = composer.theme.icons[options["name"]]
            colour = _hex(palette[options["colour"]])
            return [Shape("icon", *box, colour, stroke=options["width"], strokes=strokes)]
        case "emblem" if request.emblem == "cross":
            return _cross(*box)
    return []


def _cross(left: int, top: int, width: int, height: int) -> list[Shape]:
    side = min(width, height)
    left, top = left + (width - side) // 2, top + (height - side) // 2
    arm = int(side * 0.27) // 2 * 2
    near, middle = (side - 3 * arm) // 2, (side - arm) // 2
    red = "#ed1b2e"
    return [
        Shape("rect", left, top, side, side, "#ffffff"),
        Shape("rect", left + middle, top + near, arm, 3 * arm, red),
        Shape("rect", left + near, top + middle, 3 * arm, arm, red),
    ]


def _block(text: Fitted, form: Format) -> Block:
    options = text.element.options
    largest = options.get("largest", 80)
    width, height = text.column.box
    align = options.get("align", "start")
    room = _room(text)
    lines = [
        [line for line in text.column.lines if line.spec == spec] for spec in range(len(text.specs))
    ]
    return Block(
        text.element.name,
        text.left - _before(room, align, text.specs[0].direction),
        text.top,
        width + room,
        height,
        align,
        int(largest[form.name] if isinstance(largest, dict) else largest),
        form.small if options.get("smallest") == "small" else form.minimum,
        tuple(
            _text(spec, mine, text.top, colour)
            for spec, mine, colour in zip(text.specs, lines, text.colours, strict=True)
            if mine
        ),
    )


def _room(text: Fitted) -> int:
    """How much wider a box must be for those who count the blank sides of letters and marks.

    We let them hang over the edge; a text that just fits would be broken once more elsewhere.
    """
    widest = max(
        width for n, spec in enumerate(text.specs) for width in _advances(spec, text.column, n)
    )
    return max(0, ceil(widest) - text.column.box[0])


def _advances(spec: TextSpec, column: Column, number: int) -> Iterator[float]:
    """The advance of each line of a text, in pixels, without the white space at its end."""
    positions = shape(spec.text, spec.language, spec.direction, spec.weight, packaged()).positions
    start = 0
    for line in column.lines:
        if line.spec == number:
            end = start + len(line.text.rstrip())
            yield (positions[end] - positions[start]) * line.size / EM
            start += len(line.text)


def _before(room: int, align: str, direction: str) -> int:
    if align == "center":
        return room // 2
    return room if (align == "start") == (direction == "rtl") else 0


def _text(spec: TextSpec, lines: Sequence[Line], top: int, colour: Colour) -> Text:
    first = lines[0]
    leading = lines[1].baseline - first.baseline if lines[1:] else round(first.size * _SINGLE)
    used: Counter[Font] = Counter()
    for line in lines:
        for run in line.runs:
            used[run.font] += len(run.glyphs)
    fonts = [font for font, _ in used.most_common()]
    extents = fonts[0].handle.get_font_extents("ltr")
    return Text(
        spec.text,
        _isolated(spec.text),
        first.size,
        spec.scale,
        fonts[0].weight,
        _hex(colour),
        leading,
        top + first.baseline,
        tuple(dict.fromkeys([*(font.name for font in fonts), "NotoSans"])),
        extents.ascender / EM,
        -extents.descender / EM,
        tuple(line.text for line in lines),
    )


def _isolated(text: str) -> str:
    for start, end in reversed(wholes(text)):
        text = f"{text[:start]}\u2068{text[start:end]}\u2069{text[end:]}"
    return text


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def from_plain(data: Mapping[str, Any]) -> Scene:
    """A scene that was written as JSON by way of ``dataclasses.asdict``."""
    blocks = (
        Block(**{**block, "texts": tuple(Text(**text) for text in block["texts"])})
        for block in data["blocks"]
    )
    shapes = (Shape(**shape) for shape in data["shapes"])
    return Scene(**{**data, "shapes": tuple(shapes), "blocks": tuple(blocks)})
