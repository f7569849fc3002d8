"""Whether a text can be told from the pixels it stands on (WCAG 2.2, success criterion 1.4.3).

Measured on the finished ground, photograph and veil included. Pixels are averaged in squares of
four before: a letter's stem is wider than that, and one bright speck of a photograph hides no word.
"""

from __future__ import annotations

from functools import lru_cache

from PIL import Image

from templates.elements import Colour

NORMAL, LARGE = 4.5, 3.0
"""The contrast that text needs, and that large text needs."""
_LARGE_CSS, _LARGE_BOLD_CSS, _BOLD = 24.0, 56 / 3, 700
"""From which size in CSS pixels text is large (18 and 14 points), and from which weight bold."""
_REDUCE = 4


def needed(css: float, weight: int) -> float:
    """The contrast a text of this size, in CSS pixels, and weight must have."""
    large = css >= (_LARGE_BOLD_CSS if weight >= _BOLD else _LARGE_CSS)
    return LARGE if large else NORMAL


def ratio(one: Colour, other: Colour) -> float:
    """The contrast of two colours, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def lowest(ground: Image.Image, box: tuple[int, int, int, int], colour: Colour) -> float:
    """The least contrast of ``colour`` to the pixels of ``ground`` inside left, top, right, bottom.

    Contrast is lowest to one of the extremes of luminance, or to what equals the text's own.
    """
    own = _luminance(colour)
    under = [_luminance(seen) for seen in _colours(ground.crop(box))]
    nearest = min(under, key=lambda found: abs(found - own))
    return min(_apart(own, found) for found in (min(under), max(under), nearest))


def _colours(region: Image.Image) -> list[Colour]:
    if min(region.size) >= _REDUCE:
        region = region.reduce(_REDUCE)
    found = region.getcolors(region.width * region.height) or []
    return [colour for _, colour in found]  # type: ignore[misc] # RGB has three


def _apart(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


@lru_cache(maxsize=4096)
def _luminance(colour: Colour) -> float:
    """Relative luminance, as WCAG 2.2 defines it for sRGB."""
    red, green, blue = (_LINEAR[channel] for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


_LINEAR = tuple(
    value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
    for value in (channel / 255 for channel in range(256))
)
