"""All of a card that is not its words: shapes, photograph, veil, emblem.

A ground is drawn once and lent to every card that has the same one. Boxes change sides on
right-to-left cards; photographs, logos and emblems are never mirrored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from PIL import Image

from rendering import contrast, photos, shapes
from rendering.asset import CardRequest
from templates.elements import Box, Colour, Element, Format, Strokes, overlap

_THIN, _STEP = 40, 6
"""The least density of a scrim, and how much is added until its texts can be read, of 100."""
_SMALL_PRINT = 32
"""How many small texts a ground remembers; one takes 20 to 200 KB."""
_FADE = 0.25
"""Over which part of its height a scrim begins, unless the layout says otherwise."""


class Wording(NamedTuple):
    """What a text element of a layout says: its number there, and a text for each paragraph."""

    number: int
    language: str
    texts: tuple[str, ...]


@dataclass
class Ground:
    """A drawn ground. Remembers contrasts, and the small print drawn on it: that of one card is
    that of the next, society, hashtag and all."""

    image: Image.Image
    _touched: list[tuple[Box, Image.Image | Colour]] = field(default_factory=list)
    _seen: dict[tuple[Box, Colour], float] = field(default_factory=dict)
    _plain: dict[Box, Colour | None] = field(default_factory=dict)
    _drawn: dict[Wording, tuple[Image.Image, int, int]] = field(default_factory=dict)

    @contextmanager
    def lent(self) -> Iterator[Image.Image]:
        """The ground itself to one card at a time, clean again when the block ends.

        Whoever draws says where with ``touch``, before. A copy of 5 to 8 MB for every card would
        take longer than to clean what a card has touched.
        """
        try:
            yield self.image
        finally:
            for area, bare in reversed(self._touched):
                self.image.paste(bare, area)
            self._touched.clear()

    def touch(self, box: Box) -> None:
        """Say that something will be drawn inside left, top, width, height."""
        area = _area(box)
        self._touched.append((area, self.plain(box) or self.image.crop(area)))

    def repeat(self, wording: Wording) -> bool:
        """Put a remembered text on the ground, if it is remembered."""
        found = self._drawn.pop(wording, None)
        if found is None:
            return False
        self._drawn[wording] = found  # the one used last stands last
        picture, left, top = found
        self.image.paste(picture, (left, top))
        return True

    def remember(self, wording: Wording, ink: Box) -> None:
        """Keep a text that was just drawn, inside left, top, right, bottom."""
        self._drawn[wording] = (self.image.crop(ink), *ink[:2])
        if len(self._drawn) > _SMALL_PRINT:
            del self._drawn[next(iter(self._drawn))]

    def contrast(self, box: Box, colour: Colour) -> float:
        """The least contrast of a colour to what lies under left, top, width, height."""
        key = (box, colour)
        if key not in self._seen:
            self._seen[key] = contrast.lowest(self.image, _area(box), colour)
        return self._seen[key]

    def plain(self, box: Box) -> Colour | None:
        """The colour of every pixel under left, top, width, height, if they have only one."""
        if box not in self._plain:
            found = self.image.crop(_area(box)).getcolors(1)
            self._plain[box] = found[0][1] if found else None  # type: ignore[assignment] # RGB
        return self._plain[box]


def _area(box: Box) -> Box:
    """Left, top, right, bottom of a box given as left, top, width, height."""
    left, top, width, height = box
    return left, top, left + width, top + height


def draw(
    form: Format,
    elements: Sequence[Element],
    request: CardRequest,
    palette: Mapping[str, Colour],
    icons: Mapping[str, Strokes],
) -> Ground:
    """The ground of a card that shows these elements."""
    canvas = Image.new("RGB", (form.width, form.height), palette["paper"])
    for element in elements:
        box = placed(element.boxes[form.name], form, request.direction)
        if element.type == "scrim":
            over = list(_texts_over(element, elements, form, request, palette))
            _veil(canvas, box, element, over, palette[element.options["fill"]])
        elif element.type != "text":
            _shape(canvas, form, element, box, request, palette, icons)
    return Ground(canvas)


def placed(box: Box, form: Format, direction: str) -> Box:
    """A layout's box on a card of this direction."""
    left, top, width, height = box
    return (form.width - left - width if direction == "rtl" else left), top, width, height


def _shape(
    canvas: Image.Image,
    form: Format,
    element: Element,
    box: Box,
    request: CardRequest,
    palette: Mapping[str, Colour],
    icons: Mapping[str, Strokes],
) -> None:
    left, top, width, height = box
    options = element.options
    match element.type:
        case "rect":
            shapes.fill(canvas, box, options.get("radius", 0), palette[options["fill"]])
        case "circle" | "ring":
            mask = shapes.circle(width, height, options.get("width", 0))
            shapes.paste(canvas, mask, left, top, palette[options["fill"]])
        case "icon":
            mask = shapes.icon(icons[options["name"]], width, options["width"])
            shapes.paste(canvas, mask, left, top, palette[options["colour"]])
        case "emblem" | "logo" if request.logo is not None:
            logo = photos.logo(
                request.logo, width, height, direction=request.direction, minimum=form.logo
            )
            canvas.paste(logo, (left, top))
        case "emblem":
            side = min(width, height)
            place = (left + (width - side) // 2, top + (height - side) // 2)
            canvas.paste(shapes.emblem(request.emblem, side), place)
        case "photo" if request.photo is not None:
            picture = photos.cropped(request.photo, width, height, request.focus)
            canvas.paste(picture, (left, top))


def _texts_over(
    scrim: Element,
    elements: Iterable[Element],
    form: Format,
    request: CardRequest,
    palette: Mapping[str, Colour],
) -> Iterator[tuple[Box, Colour]]:
    """Where texts stand on a scrim and not on something drawn over it, and in which colours."""
    above = [one for one in elements if one.number > scrim.number and one.type == "rect"]
    for element in elements:
        box = element.boxes[form.name]
        if element.type != "text" or not overlap(box, scrim.boxes[form.name]):
            continue
        if any(overlap(box, one.boxes[form.name]) for one in above):
            continue
        own = element.options["colour"]
        for name in {own, *(paragraph.colour or own for paragraph in element.paragraphs)}:
            yield placed(box, form, request.direction), palette[name]


def _veil(
    canvas: Image.Image,
    box: Box,
    scrim: Element,
    texts: Sequence[tuple[Box, Colour]],
    fill: Colour,
) -> None:
    """Lay the thinnest veil through which all the texts over it can be read, at any size."""
    left, top, width, height = box
    plain = canvas.crop(_area(box))
    slope = _slope(height, scrim.options.get("fade", _FADE)).resize((width, height))
    solid = Image.new("RGB", plain.size, fill)
    for density in (*range(_THIN, 100, _STEP), 100):
        share = slope.point([value * density // 100 for value in range(256)])
        canvas.paste(Image.composite(solid, plain, share), (left, top))
        ground = Ground(canvas)
        if all(ground.contrast(where, colour) >= contrast.NORMAL for where, colour in texts):
            return


def _slope(height: int, fade: float) -> Image.Image:
    """A column of densities: from nothing at the top to all of it where the fade ends."""
    over = max(1, round(height * fade))
    column = Image.new("L", (1, height), 255)
    column.putdata([min(255, 255 * row // over) for row in range(height)])
    return column
