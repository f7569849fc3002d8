"""Where to look in a photograph when nobody has said: a point that a crop should keep.

The photograph becomes a small grey copy, its edges an energy for every cell. The point is the
centre of the energy inside the window that holds most of it, cells near the middle and the upper
third counting a little more. All sums are integers: the same photograph has the same point
everywhere.
"""

from __future__ import annotations

from itertools import accumulate

from PIL import Image, ImageChops

SIDE = 96
"""The longer side of the grey copy. Faces and hands are still some cells wide, a grain is not."""
_NOISE, _MOST = 12, 100
"""Differences of grey too small to be an edge, and the most that one edge counts: a window frame
against the sky must not outweigh a face."""
_FULL, _PULL = 128, 40
"""The weight of a cell at the best place along one axis, and what it loses towards the border."""
_HEIGHT = 2, 5
"""The best place down the picture, as a fraction: between the upper third and the middle."""
_WINDOW = 3, 5
"""The window's side as a fraction of the picture's shorter side: about what the narrowest format
leaves of a photograph, so that what is found together can stay together."""

Rows = list[list[int]]


def focal_point(picture: Image.Image) -> tuple[float, float]:
    """The point, as fractions of the picture's width and height from left and top.

    A picture without an edge has its middle.
    """
    energy = _energy(picture)
    if not any(map(any, energy)):
        return 0.5, 0.5
    high, wide = len(energy), len(energy[0])
    side = max(2, min(high, wide) * _WINDOW[0] // _WINDOW[1])
    left, top, right, bottom = _richest(_weighed(energy), min(side, wide), min(side, high))
    cells = [(x, y, energy[y][x]) for y in range(top, bottom) for x in range(left, right)]
    total = sum(amount for _, _, amount in cells)
    # The energy of a cell lies on the border to the next one.
    across = sum(amount * (x + 1) for x, _, amount in cells)
    down = sum(amount * (y + 1) for _, y, amount in cells)
    return across / (total * (wide + 1)), down / (total * (high + 1))


def _energy(picture: Image.Image) -> Rows:
    """How much each cell of the grey copy differs from its neighbours right of it and below."""
    scale = min(1.0, SIDE / max(picture.size))
    wide, high = (max(3, round(side * scale)) for side in picture.size)
    grey = picture.convert("L").resize((wide, high), Image.Resampling.BOX)
    here = grey.crop((0, 0, wide - 1, high - 1))
    beside = ImageChops.difference(here, grey.crop((1, 0, wide, high - 1)))
    below = ImageChops.difference(here, grey.crop((0, 1, wide - 1, high)))
    edges = ImageChops.add(beside, below).point(
        [min(max(0, v - _NOISE), _MOST) for v in range(256)]
    )
    values = edges.tobytes()
    return [list(values[start : start + wide - 1]) for start in range(0, len(values), wide - 1)]


def _weighed(energy: Rows) -> Rows:
    """The energy, counting a little more the nearer it is to where pictures are composed."""
    across = _weights(len(energy[0]), 1, 2)
    down = _weights(len(energy), *_HEIGHT)
    return [
        [amount * across[x] * down[y] for x, amount in enumerate(row)]
        for y, row in enumerate(energy)
    ]


def _weights(cells: int, part: int, of: int) -> list[int]:
    """The weight of each cell along an axis whose best place is at ``part``/``of``."""
    reach = 2 * cells * max(part, of - part)
    return [
        _FULL - _PULL * (of * (2 * cell + 1) - 2 * part * cells) ** 2 // reach**2
        for cell in range(cells)
    ]


def _richest(rows: Rows, width: int, height: int) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of the window with the largest sum; the first of equals."""
    sums = _sums(rows)
    best, place = -1, (0, 0)
    for top in range(len(rows) - height + 1):
        upper, lower = sums[top], sums[top + height]
        for left in range(len(rows[0]) - width + 1):
            right = left + width
            found = lower[right] - lower[left] - upper[right] + upper[left]
            if found > best:
                best, place = found, (left, top)
    left, top = place
    return left, top, left + width, top + height


def _sums(rows: Rows) -> Rows:
    """The sum of everything above and left of each corner."""
    sums = [[0] * (len(rows[0]) + 1)]
    for row in rows:
        running = [0, *accumulate(row)]
        sums.append([one + other for one, other in zip(running, sums[-1], strict=True)])
    return sums
