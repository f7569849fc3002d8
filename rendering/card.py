"""One card becomes one picture: a pure function of a request and a theme.

Texts are fitted into their boxes on ink, held against the ground they stand on, and drawn on it; it
is clean again for the next card. Right-to-left cards are the mirror image of left-to-right ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from PIL import Image

from rendering import contrast, fit, ground, shapes
from rendering.asset import CardRequest, look
from rendering.errors import LowContrast
from rendering.fitting import Fitting, Text
from rendering.ground import Ground, Wording
from templates.layouts import Element, Format, Layout, Theme

_GROUNDS = 3
"""How many grounds are kept, the latest used; one takes 3 to 8 MB. Builds draw the cards of one
ground after another."""

_PLAINER = {"ur": "ur-Arab"}
"""A plainer style of the same script, for a picture whose texts do not fit: lines of Nastaliq stand
twice as far apart as those of Naskh, in which Urdu is set where there is little room."""


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
        """The finished picture. Raises what :meth:`drawn` raises."""
        with self.drawn(request) as picture:
            return picture.copy()

    @contextmanager
    def drawn(self, request: CardRequest) -> Iterator[Image.Image]:
        """The finished picture, to be encoded inside the block and not kept: it is lent.

        Raises ``DoesNotFit``, ``MissingGlyphs`` or ``LowContrast`` when a text cannot stand as it
        should, and :class:`LayoutError` when the layout asks for what the card does not have.
        """
        fitting = self._settled(request)
        under = self._ground(fitting)
        with under.lent() as canvas:
            for element in fitting.elements:
                wording = fitting.wording(element)
                if any(wording.texts):
                    self._write(canvas, under, fitting, element, wording)
            yield canvas

    def _write(
        self,
        canvas: Image.Image,
        under: Ground,
        fitting: Fitting,
        element: Element,
        wording: Wording,
    ) -> None:
        box = fitting.box(element)
        under.touch(box)
        if under.repeat(wording):
            return
        text = fitting.text(element, wording)
        _check_contrast(under, fitting.form, text)
        fit.draw(canvas, text.column, text.left, text.top, text.colours, under.plain(box))
        self._markers(canvas, fitting, text)
        if element.options.get("smallest") == "small":
            under.remember(wording, text.ink)

    def texts(self, request: CardRequest) -> Iterator[Text]:
        """The texts of a card, fitted; those that others are set ``below`` come first."""
        yield from _texts(self._settled(request))

    def words(self, request: CardRequest) -> Iterator[tuple[str, tuple[str, ...]]]:
        """What a card says, before anything is fitted: each text element's name and its texts, a
        line or paragraph each."""
        fitting = self._fitting(request)
        for element in fitting.elements:
            texts = tuple(text for text in fitting.wording(element).texts if text.strip())
            if texts:
                yield element.name, texts

    def ground(self, request: CardRequest) -> Ground:
        """What the texts of a card stand on; not to be drawn upon."""
        return self._ground(self._fitting(request))

    def _fitting(self, request: CardRequest) -> Fitting:
        return Fitting(self.theme, self.layout(request.layout), request)

    def _settled(self, request: CardRequest) -> Fitting:
        """In the language's own style if every text of the picture fits in it, else in a plainer
        one: never two styles in one picture."""
        own = self._fitting(request)
        if request.language in _PLAINER:
            try:
                list(_texts(own))
            except fit.DoesNotFit:
                return self._fitting(replace(request, language=_PLAINER[request.language]))
        return own

    def _ground(self, card: Fitting) -> Ground:
        shown = tuple(element.number for element in card.active)
        key = (card.layout.digest, shown, *look(card.request))
        kept = self._grounds.pop(key, None)
        if kept is None:
            kept = ground.draw(card.form, card.active, card.request, card.palette, self.theme.icons)
        self._grounds[key] = kept  # the one used last stands last
        if len(self._grounds) > _GROUNDS:
            del self._grounds[next(iter(self._grounds))]
        return kept

    def _markers(self, canvas: Image.Image, fitting: Fitting, text: Text) -> None:
        options = text.element.options
        if "marker" not in options:
            return
        left, _, width, _ = text.box
        strokes = self.theme.icons[options["marker"]]
        colour = fitting.palette[options["marker_colour"]]
        for number in range(len(text.specs)):
            line = next(line for line in text.column.lines if line.spec == number)
            x = left if fitting.request.direction == "ltr" else left + width - line.size
            y = text.top + round(line.baseline - line.size * 0.36 - line.size / 2)
            shapes.paste(canvas, shapes.icon(strokes, line.size, 3.2), x, y, colour)


def _texts(fitting: Fitting) -> Iterator[Text]:
    for element in fitting.elements:
        wording = fitting.wording(element)
        if any(wording.texts):
            yield fitting.text(element, wording)


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
