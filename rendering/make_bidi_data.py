"""Write `bidi_data.py` from the files of the Unicode Character Database.

    python rendering/make_bidi_data.py FOLDER     FOLDER holds the database (ucd/) of one version

Python's own `unicodedata` follows the interpreter, so the same text could be laid out differently
under two interpreters. This table is ours and moves only when this script is run.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

TARGET = Path(__file__).resolve().parent / "bidi_data.py"
LAST = 0x10FFFF

# Long names as they stand in the @missing lines, which give the class of unassigned code points.
LONG = {"Left_To_Right": "L", "Right_To_Left": "R", "Arabic_Letter": "AL"}
LONG |= {"European_Terminator": "ET", "Boundary_Neutral": "BN"}


def rows(path: Path, mark: str = "") -> Iterator[list[str]]:
    """The fields of every data line, or of every comment line that starts with `mark`."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if mark and line.startswith(mark):
            yield [field.strip() for field in line.removeprefix(mark).split(";")]
        elif not mark and (data := line.split("#")[0].strip()):
            yield [field.strip() for field in data.split(";")]


def span(field: str) -> range:
    first, _, last = field.partition("..")
    return range(int(first, 16), int(last or first, 16) + 1)


def classes(path: Path) -> list[tuple[int, str]]:
    """Runs of equal Bidi_Class as (first code point, class), from U+0000 without a gap."""
    table = ["L"] * (LAST + 1)
    for field, name in rows(path, "# @missing:"):
        codes = span(field)
        table[codes.start : codes.stop] = [LONG[name]] * len(codes)
    for field, name in rows(path):
        codes = span(field)
        table[codes.start : codes.stop] = [name] * len(codes)
    changes = [code for code in range(1, LAST + 1) if table[code] != table[code - 1]]
    return [(0, table[0])] + [(code, table[code]) for code in changes]


def wrapped(name: str, words: list[str]) -> str:
    """A tuple-free literal: one string of words, split over lines of less than 100 columns."""
    lines, current = [], ""
    for word in words:
        if len(current) + len(word) > 90:
            lines.append(current)
            current = ""
        current += word + " "
    lines.append(current)
    body = "\n".join(f'    "{line}"' for line in lines)
    return f"{name} = (\n{body}\n)\n"


def main(folder: Path) -> None:
    derived = folder / "extracted" / "DerivedBidiClass.txt"
    version = re.search(r"-(\d+\.\d+\.\d+)\.txt", derived.read_text(encoding="utf-8"))
    if version is None:
        raise SystemExit(f"{derived}: names no Unicode version in its first line")
    brackets = [f"{a}:{b}" for a, b, kind in rows(folder / "BidiBrackets.txt") if kind == "o"]
    mirrors = [f"{a}:{b}" for a, b in rows(folder / "BidiMirroring.txt")]
    runs = [f"{first:X}:{name}" for first, name in classes(derived)]
    TARGET.write_text(
        f'"""Bidi properties of Unicode {version[1]}, written by make_bidi_data.py.\n\n'
        "Taken from the Unicode Character Database; UNICODE-LICENSE.txt is its licence.\n"
        '"""\n\n'
        f'VERSION = "{version[1]}"\n\n'
        "# First code point of each run of equal Bidi_Class, and that class.\n"
        + wrapped("CLASSES", runs)
        + "\n# Opening and closing bracket of every pair (Bidi_Paired_Bracket).\n"
        + wrapped("BRACKETS", brackets)
        + "\n# A character and its mirror image (Bidi_Mirroring_Glyph).\n"
        + wrapped("MIRRORS", mirrors),
        encoding="utf-8",
    )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]))
