"""Contact sheets: many finished pictures small, side by side, each with its name.

A pure function of the pictures and their names. Languages are columns and cards are rows; when
there are few languages, cards go on in further blocks to the right, so that a sheet is about as
wide as it is high.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from PIL import Image

from rendering import fit
from rendering.errors import PictureError, TextError, excerpt
from rendering.fit import TextSpec

THUMB = 320
"""Width of a picture on a sheet, in px."""
LONGEST = 8000
"""No side of a sheet is longer, in px: what browsers and image viewers open without trouble."""

_GAP, _MARGIN, _BLOCK = 20, 48, 40
_HEAD, _LABEL, _CAPTION = 96, 56, 40
_ROOM = LONGEST - 2 * _MARGIN
_TITLE_SIZE, _LABEL_SIZE, _CAPTION_SIZE, _LEAST = 40, 26, 20, 10
_GROUND, _TILE = (222, 222, 219), (205, 205, 201)
_INK, _SOFT, _RED = (24, 28, 36), (74, 80, 92), (150, 20, 36)
_REASON = 240
"""How many characters of a reason stand on the tile of a picture that is missing."""


@dataclass(frozen=True)
class Cell:
    """One picture: its file, or None and why there is none; ``caption`` stands below it."""

    caption: str
    file: Path | None
    reason: str = ""


@dataclass(frozen=True)
class Contact:
    """What goes on the sheets of one format: ``rows`` hold a cell for each of ``columns``.

    ``size`` is that of the pictures in px, of which the sheet shows the shape.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    size: tuple[int, int]


def sheets(contact: Contact) -> Iterator[Image.Image]:
    """The sheets, one after another; several where one would be longer than :data:`LONGEST`.

    Raises ``PictureError`` for a file that is not a picture.
    """
    pages = list(_pages(contact))
    for number, page in enumerate(pages, 1):
        yield _drawn(page, f"{number} / {len(pages)}" if len(pages) > 1 else "")


def _pages(contact: Contact) -> Iterator[Contact]:
    """The contact cut into parts that fit a sheet, as even as can be."""
    for columns in _evenly(len(contact.columns), (_ROOM + _GAP) // (THUMB + _GAP)):
        blocks = (_ROOM + _BLOCK) // (_block_width(len(columns)) + _BLOCK)
        down = (_ROOM - _HEAD - _LABEL + _GAP) // _row_height(contact)
        for rows in _evenly(len(contact.rows), blocks * down):
            yield Contact(
                contact.title,
                tuple(contact.columns[i] for i in columns),
                tuple(tuple(contact.rows[r][i] for i in columns) for r in rows),
                contact.size,
            )


def _evenly(count: int, most: int) -> list[range]:
    """The numbers below ``count`` in as few groups as hold ``most`` each, alike in size."""
    groups = -(-count // most)
    bounds = [count * number // groups for number in range(groups + 1)] if groups else []
    return [range(low, high) for low, high in pairwise(bounds)]


def _thumb_height(contact: Contact) -> int:
    width, height = contact.size
    return max(1, round(THUMB * height / width))


def _row_height(contact: Contact) -> int:
    return _thumb_height(contact) + _CAPTION + _GAP


def _block_width(columns: int) -> int:
    return columns * (THUMB + _GAP) - _GAP


def _size(contact: Contact, blocks: int) -> tuple[int, int]:
    deep = -(-len(contact.rows) // blocks)
    return (
        blocks * (_block_width(len(contact.columns)) + _BLOCK) - _BLOCK + 2 * _MARGIN,
        deep * _row_height(contact) - _GAP + _HEAD + _LABEL + 2 * _MARGIN,
    )


def _blocks(contact: Contact) -> int:
    """How many blocks make the sheet about as wide as high, and no side too long."""

    def off_square(blocks: int) -> tuple[bool, float]:
        size = _size(contact, blocks)
        return max(size) > LONGEST, max(size) / min(size)

    return min(range(1, len(contact.rows) + 1), key=off_square)


def _drawn(contact: Contact, page: str) -> Image.Image:
    blocks = _blocks(contact)
    deep = -(-len(contact.rows) // blocks)
    step = _block_width(len(contact.columns)) + _BLOCK
    canvas = Image.new("RGB", _size(contact, blocks), _GROUND)
    room = canvas.width - 2 * _MARGIN
    title = f"{contact.title}   {page}".rstrip()
    _line(canvas, title, (_MARGIN, _MARGIN + _TITLE_SIZE), room, _TITLE_SIZE, 700, _INK)
    for number, row in enumerate(contact.rows):
        block, place = divmod(number, deep)
        left = _MARGIN + block * step
        if place == 0:
            _labels(canvas, contact, left)
        top = _MARGIN + _HEAD + _LABEL + place * _row_height(contact)
        for column, cell in enumerate(row):
            _cell(canvas, cell, left + column * (THUMB + _GAP), top, _thumb_height(contact))
    return canvas


def _labels(canvas: Image.Image, contact: Contact, left: int) -> None:
    baseline = _MARGIN + _HEAD + _LABEL - 22
    for column, label in enumerate(contact.columns):
        at = (left + column * (THUMB + _GAP), baseline)
        _line(canvas, label, at, THUMB, _LABEL_SIZE, 600, _INK)


def _cell(canvas: Image.Image, cell: Cell, left: int, top: int, height: int) -> None:
    if cell.file is None:
        canvas.paste(_TILE, (left, top, left + THUMB, top + height))
        _reason(canvas, cell.reason, left + _GAP, top + _GAP, height - 2 * _GAP)
    else:
        canvas.paste(_small(cell.file, (THUMB, height)), (left, top))
    _line(canvas, cell.caption, (left, top + height + 28), THUMB, _CAPTION_SIZE, 400, _SOFT)


def _small(file: Path, size: tuple[int, int]) -> Image.Image:
    try:
        with Image.open(file, formats=("JPEG", "PNG")) as picture:
            picture.draft("RGB", size)  # a JPEG is unpacked no larger than is needed
            return picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    except (OSError, SyntaxError, ValueError) as error:
        raise PictureError(f"{file}: cannot be read ({error}); delete it, build again") from error


def _line(
    canvas: Image.Image,
    text: str,
    origin: tuple[int, int],
    width: int,
    size: int,
    weight: int,
    colour: tuple[int, int, int],
) -> None:
    """One line on the baseline at ``origin``; a long one is set smaller, then cut short."""
    left, baseline = origin
    for words in (text, *(excerpt(text, length) for length in range(len(text) - 1, 1, -1))):
        spec = TextSpec(words, "en", "ltr", weight=weight, max_lines=1)
        try:
            column = fit.fit([spec], width, size * 2, largest=size, smallest=_LEAST)
        except TextError:
            continue
        if column.lines:
            fit.draw(canvas, column, left, baseline - column.lines[0].baseline, [colour])
        return


def _reason(canvas: Image.Image, text: str, left: int, top: int, height: int) -> None:
    for length in (_REASON, 120, 60, 30):
        spec = TextSpec(excerpt(text, length), "en", "ltr")
        try:
            column = fit.fit(
                [spec], THUMB - 2 * _GAP, height, largest=_CAPTION_SIZE, smallest=_LEAST + 4
            )
        except TextError:
            continue
        fit.draw(canvas, column, left, top, [_RED])
        return
