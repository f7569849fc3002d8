"""A typeface of solid squares, so that a set text can be written down in a test and read there.

Every letter is a square of one em standing on the baseline and as wide as its advance. At a type
size of one pixel a letter is one pixel, and ``picture`` shows it as ``#``:

    ``ab c`` is ``##.#``

Some letters have another shape, in em, for what they are needed for:

* ``l`` is half as wide;
* ``p`` goes down one em below the baseline;
* the combining acute accent stands on the letter before it, one em high, and advances nothing;
* ``j`` begins one em before its origin, and ``r`` reaches one em beyond its advance.

Capitals stand for Hebrew letters, as in the Unicode Consortium's examples of bidirectional text:
``typed`` puts the Hebrew in and ``letters`` shows capitals again. ``J`` and ``R`` are ``j`` and
``r`` in the mirror. Thai consonants are squares, Thai marks stand above or hang below.

Outlines lie a thousandth of an em inside what is said here, which is the margin that
``rendering.fonts`` puts around them again: so ink is judged by whole squares.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from pathlib import Path
from typing import NamedTuple

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from PIL import Image

from rendering.fit import Column, Line, draw
from rendering.fonts import EM, Fonts

UNITS, MARGIN = 1000, 1
HEBREW = "אבגדהוזחטיכלמנסעפצקרשת"
CAPITALS = "ABCDEFGHIJKLMNOPQRSTUV"
SQUARES = (
    "abcdefghijklmnopqrstuvwxyz0123456789#@+-_.,:()«»?"
    + HEBREW
    + "กขคงจชดตถทนบปผพฟมยรลวศสหอเแโไใะา"
)
BLANK = " \u00a0\u200b"
ACCENT = "\u0301"
MARKS = ACCENT + "ัิีึืุู็่้๊๋์"


class Shape(NamedTuple):
    """Advance and ink of a letter, in em."""

    advance: float
    left: float
    bottom: float
    right: float
    top: float


SQUARE, BEFORE, BEYOND = Shape(1, 0, 0, 1, 1), Shape(1, -1, 0, 1, 1), Shape(1, 0, 0, 2, 1)
ABOVE, BELOW = Shape(0, -1, 1, 0, 2), Shape(0, -1, -1, 0, 0)
SHAPES = {
    **dict.fromkeys(SQUARES, SQUARE),
    **{char: ABOVE if unicodedata.combining(char) != 103 else BELOW for char in MARKS},
    **dict.fromkeys(BLANK, Shape(1, 0, 0, 0, 0)),
    "\u200b": Shape(0, 0, 0, 0, 0),
    "l": Shape(0.5, 0, 0, 0.5, 1),
    "p": Shape(1, 0, -1, 1, 1),
    "j": BEFORE,
    "r": BEYOND,
    HEBREW[CAPITALS.index("J")]: BEYOND,
    HEBREW[CAPITALS.index("R")]: BEFORE,
}
CHARACTERS = "".join(SHAPES)

_TO_HEBREW = str.maketrans(CAPITALS, HEBREW)
_TO_CAPITALS = str.maketrans(HEBREW, CAPITALS)
# A face that places a mark by itself is left alone; for any other, HarfBuzz would lift the marks.
_FEATURES = "feature kern { pos a a 0; } kern;"


def typed(text: str) -> str:
    """The text with Hebrew letters for capitals."""
    return text.translate(_TO_HEBREW)


def build(folder: Path) -> Fonts:
    """Write the face and its manifest into a folder and open it as rendering opens its own."""
    file = folder / "Squares.ttf"
    _write(file)
    data = file.read_bytes()
    entry = {
        "name": "Squares",
        "file": file.name,
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "scripts": ["Latn", "Hebr", "Thai"],
        "weights": [400, 700],
    }
    (folder / "manifest.json").write_text(json.dumps({"fonts": [entry]}), encoding="utf-8")
    return Fonts(folder)


def _write(file: Path) -> None:
    names = {char: f"u{ord(char):04X}" if char != "a" else "a" for char in CHARACTERS}
    outlines = {".notdef": _outline(SQUARE)}
    advances = {".notdef": (UNITS, 0)}
    for char, shape in SHAPES.items():
        outlines[names[char]] = _outline(shape)
        advances[names[char]] = (round(shape.advance * UNITS), round(shape.left * UNITS) + MARGIN)
    builder = FontBuilder(UNITS, isTTF=True)
    builder.setupGlyphOrder([".notdef", *names.values()])
    builder.setupCharacterMap({ord(char): name for char, name in names.items()})
    builder.setupGlyf(outlines)
    builder.setupHorizontalMetrics(advances)
    builder.setupHorizontalHeader(ascent=UNITS, descent=0)
    builder.setupOS2()
    builder.setupPost()
    builder.addOpenTypeFeatures(_FEATURES)
    builder.save(file)


def _outline(shape: Shape) -> object:
    pen = TTGlyphPen(None)
    left, bottom, right, top = (round(side * UNITS) for side in shape[1:])
    if right > left:
        left, bottom, right, top = left + MARGIN, bottom + MARGIN, right - MARGIN, top - MARGIN
        pen.moveTo((left, bottom))
        for point in ((left, top), (right, top), (right, bottom)):
            pen.lineTo(point)
        pen.closePath()
    return pen.glyph()


def picture(column: Column) -> list[str]:
    """The column's box as it is drawn, row by row: ``#`` full, ``+`` partly covered, ``.`` not."""
    canvas, white = Image.new("RGB", column.box), (255, 255, 255)
    draw(canvas, column, 0, 0, [white] * (1 + max((line.spec for line in column.lines), default=0)))
    signs = "".join("#" if level > 240 else "+" if level > 15 else "." for level in range(256))
    levels = canvas.getchannel("R").tobytes().decode("latin-1")
    pixels = levels.translate(dict(enumerate(signs)))
    width, height = column.box
    return [pixels[row * width : (row + 1) * width] for row in range(height)]


def letters(column: Column) -> list[str]:
    """Each line from left to right, one place an em, ``.`` where no letter stands.

    Capitals are Hebrew letters.
    """
    return ["".join(_row(line, column.box[0] // line.size)) for line in column.lines]


def _row(line: Line, width: int) -> list[str]:
    row = ["."] * width
    for run in line.runs:
        for glyph, x, _ in run.placed:
            place = round(line.x / line.size + x / EM)
            row[place] = CHARACTERS[glyph - 1].translate(_TO_CAPITALS)
    return row
