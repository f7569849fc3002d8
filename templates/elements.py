"""What a layout is made of: frozen values, no reading and no drawing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Box = tuple[int, int, int, int]
Colour = tuple[int, int, int]
Strokes = tuple[tuple[tuple[float, float], ...], ...]


@dataclass(frozen=True, slots=True)
class Format:
    """A picture size. ``safe`` is left, top, right, bottom distance; sizes are pixels.

    ``minimum`` is the smallest reading type: 14 CSS pixels on the telephone the format is made for.
    """

    name: str
    width: int
    height: int
    safe: Box
    minimum: int
    small: int

    @property
    def logo(self) -> int:
        """The least height of an emblem or logo: one and a half times the smallest reading type."""
        return self.minimum * 3 // 2

    def css(self, size: int) -> float:
        """A type size of this format in CSS pixels, as a reader's telephone shows it."""
        return size * 14 / self.minimum


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
    """One thing to draw. ``options`` holds what only its type knows.

    ``number`` is its place in the layout.
    """

    type: str
    boxes: Mapping[str, Box]
    when: str
    unless: str
    options: Mapping[str, Any]
    paragraphs: tuple[Paragraph, ...] = ()
    number: int = 0

    @property
    def name(self) -> str:
        """What messages call it: its own name, else its type."""
        return str(self.options.get("name", self.type))

    def together(self, other: Element) -> bool:
        """Whether one card may show both: not when one is drawn just where the other is not."""
        return not (
            (self.when and self.when == other.unless) or (other.when and other.when == self.unless)
        )


def overlap(one: Box, other: Box) -> bool:
    """Whether two boxes share a pixel."""
    return (
        one[0] < other[0] + other[2]
        and other[0] < one[0] + one[2]
        and one[1] < other[1] + other[3]
        and other[1] < one[1] + one[3]
    )
