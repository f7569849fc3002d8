"""Sheets as CSV and XLSX files: written for every spreadsheet program, read with suspicion.

CSV is UTF-8 with a mark at its beginning, by which Excel knows it. In XLSX every cell is text. A
file that comes back may have been saved by anything, so its size is limited before and after
unpacking, its separator is found out, and what is not text is refused instead of guessed.
"""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

from campaigns.errors import ContentError, Place
from locales import sheet
from locales.bring import Incoming
from locales.formats import direction
from locales.sheet import COLUMNS, TYPED, Row

MAX_BYTES = 20 * 1024 * 1024
"""Bytes of a file that is read, packed or unpacked."""
MAX_ROWS = 20_000
MAX_COLUMNS = 64
LONGEST = 32_767
"""What a cell of a spreadsheet holds, in UTF-16 units."""

_NEEDED = ("context", "english", "translation", "version")
_RATIO = 100
"""How much smaller than itself honest XML is packed at the very most."""
_SMALL = 1024 * 1024
_EXCELS = re.compile(r"_x([0-9A-Fa-f]{4})_")
_WIDTHS = {
    "context": 30, "where": 20, "what": 24, "limit": 7, "english": 48, "translation": 48,
    "state": 12, "note to translator": 44, "your note": 30, "picture": 52, "version": 34,
}  # fmt: skip
_LINE = 15.0
"""Points of a line in a cell."""
_TALLEST = 400.0
_ROOM = 1.2
"""Words do not fill their lines."""

Cells = tuple[int, list[str], dict[int, str]]
"""A row: its number, its texts, and by column why a cell could not be read as text."""


class SpreadsheetError(ContentError):
    """A sheet cannot be written or read. Its text is one line: file, problem, way out."""


def write_csv(rows: Iterable[Row], path: Path) -> bytes:
    """The bytes of a CSV file: UTF-8 with its mark, commas, everything quoted."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    writer.writerows(_cells(row, path) for row in rows)
    return buffer.getvalue().encode("utf-8-sig")


def write_xlsx(rows: Iterable[Row], path: Path, locale: str) -> bytes:
    """The bytes of an XLSX file; only what a translator fills in may be typed over."""
    # A third of a second that only those wait for who want it.
    from openpyxl import Workbook  # type: ignore[import-untyped]

    book = Workbook()
    page = book.active
    page.title = path.stem[:31]
    page.append(COLUMNS)
    for row in rows:
        page.append(_cells(row, path))
    _style(page, right_to_left=direction(locale) == "rtl")
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read_sheet(path: Path) -> list[Incoming]:
    """The rows of a ``.csv`` or ``.xlsx`` file, without those that are empty. Raises
    :class:`SpreadsheetError`."""
    raw = _bytes(path)
    rows = _read_xlsx(raw, path) if raw[:4] == b"PK\x03\x04" else _read_csv(raw, path)
    _, head, _ = next(rows, (1, [], {}))
    places = _columns(head, path)
    return [
        _incoming(number, cells, odd, places) for number, cells, odd in rows if any(cells) or odd
    ]


def read_table(path: Path) -> list[list[str]]:
    """The cells of any ``.csv`` or ``.xlsx`` file as texts, whole numbers among them. Raises
    :class:`SpreadsheetError`."""
    raw = _bytes(path)
    rows = _read_xlsx(raw, path) if raw[:4] == b"PK\x03\x04" else _read_csv(raw, path)
    return [[sheet.text(cell) for cell in cells] for _, cells, _ in rows]


def _cells(row: Row, path: Path) -> list[str]:
    cells = [sheet.cell(text) for text in row.cells()]
    for text in cells:
        if len(text.encode("utf-16-le", "surrogatepass")) > 2 * LONGEST:
            problem = f"a cell holds at most {LONGEST:,} characters"
            raise _error(path, problem, "write a PO file instead", row.context)
    return cells


def _style(page: Any, *, right_to_left: bool) -> None:
    """Text, wrapped, the header standing still, all but the typed columns locked."""
    from openpyxl.styles import (  # type: ignore[import-untyped]
        Alignment,
        Font,
        PatternFill,
        Protection,
    )

    target = 2 if right_to_left else 1
    page.freeze_panes, page.print_title_rows = "A2", "1:1"
    page.page_setup.orientation, page.page_setup.fitToHeight = "landscape", 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.sheet_view.rightToLeft = right_to_left
    page.protection.sheet = True
    for allowed in ("formatCells", "formatColumns", "formatRows", "sort", "autoFilter"):
        setattr(page.protection, allowed, False)  # that is, not forbidden
    shaded, bold = PatternFill("solid", fgColor="F2F2F2"), Font(name="Calibri", size=11, bold=True)
    for name, column in zip(COLUMNS, page.iter_cols(max_col=len(COLUMNS)), strict=True):
        page.column_dimensions[column[0].column_letter].width = _WIDTHS[name]
        order = target if name in TYPED else 1
        side = "right" if order == 2 else "left"
        alignment = Alignment(side, "top", wrap_text=True, readingOrder=order)
        protection = Protection(locked=name not in TYPED)
        for cell in column:
            cell.data_type, cell.number_format = "s", "@"
            cell.alignment, cell.protection = alignment, protection
            if name not in TYPED:
                cell.fill = shaded
            if name == "picture" and cell.row > 1 and cell.value:
                cell.hyperlink = str(cell.value)
        column[0].font, column[0].protection = bold, Protection(locked=True)
    for number, row in enumerate(page.iter_rows(min_row=2, values_only=True), 2):
        page.row_dimensions[number].height = min(_TALLEST, _LINE * _lines(row))


def _lines(texts: Sequence[object]) -> int:
    """How many lines the fullest cell of a row takes: not every program finds that out."""
    return max(
        sum(1 + int(_ROOM * _size(line) / _WIDTHS[name]) for line in str(text or "").split("\n"))
        for name, text in zip(COLUMNS, texts, strict=True)
    )


def _size(text: object) -> int:
    """The width of a text, in letters of the Latin alphabet."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in str(text or ""))


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        why = error.strerror or "cannot be read"
        raise _error(path, why, "check the path and rights") from error
    if len(raw) > MAX_BYTES:
        raise _too_large(path)
    return raw


def _read_csv(raw: bytes, path: Path) -> Iterator[Cells]:
    remedy = "save it as 'CSV UTF-8', or as XLSX"
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise _error(path, "is UTF-16 text", remedy)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _error(path, "is neither XLSX nor UTF-8 text", remedy) from error
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    try:
        for number, cells in enumerate(lines, 1):
            if number > MAX_ROWS:
                raise _too_large(path)
            yield number, cells, {}
    except csv.Error as error:
        problem = f"line {lines.line_num}: {error}"
        raise _error(path, problem, "save the sheet anew from a spreadsheet program") from error


def _separator(text: str) -> str:
    """What parts the names of the columns; programs in many countries write semicolons."""
    head = text.partition("\n")[0]
    return max(",;\t", key=head.count)


def _read_xlsx(raw: bytes, path: Path) -> Iterator[Cells]:
    _inspect(raw, path)
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings(action="ignore"):  # of what it leaves out, which is no text
            book = load_workbook(io.BytesIO(raw), read_only=True, keep_links=False)
            rows = list(_rows(book, path))
    except ContentError:
        raise
    except Exception as error:  # of a damaged file it lets out whatever it meets
        problem = "is not a usable XLSX file"
        raise _error(path, problem, "save it anew from a spreadsheet program") from error
    return iter(rows)


def _inspect(raw: bytes, path: Path) -> None:
    """Refuse what would unpack to more than a sheet can be, before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        problem = "is not a whole XLSX file"
        raise _error(path, problem, "send it again, or save it anew") from error
    bombs = [p for p in parts if p.file_size > max(_SMALL, _RATIO * p.compress_size)]
    if bombs or sum(part.file_size for part in parts) > MAX_BYTES:
        raise _too_large(path)


def _rows(book: Any, path: Path) -> Iterator[Cells]:
    page = book.worksheets[0]
    for number, cells in enumerate(page.iter_rows(max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS), 1):
        if number > MAX_ROWS:
            raise _too_large(path)
        texts = [_shown(cell.value) for cell in cells]
        odd = {n: why for n, cell in enumerate(cells) if (why := _odd(cell))}
        yield number, texts, odd


def _shown(value: object) -> str:
    """The text of a cell, if it is a text or a whole number. What Excel cannot write in XML it
    writes as ``_x000D_``."""
    text = str(value) if isinstance(value, str) or type(value) is int else ""
    return _EXCELS.sub(lambda sign: chr(int(sign[1], 16)), text)


def _odd(cell: Any) -> str:
    """Why a cell is not text, as far as it has anything in it."""
    if cell.value is None or cell.data_type in ("s", "inlineStr"):
        return ""
    what = {"f": "a formula", "b": "a truth value", "e": "an error", "d": "a date"}
    return f"is {what.get(cell.data_type, 'a number')}, not text"


def _columns(head: Sequence[str], path: Path) -> dict[str, int]:
    """Where the columns are that matter, by name."""
    names = [sheet.text(cell).strip().casefold() for cell in head]
    missing = [name for name in _NEEDED if name not in names]
    if missing:
        named = ", ".join(f"'{name}'" for name in missing)
        raise _error(path, f"has no column {named}", "keep the first row as it was exported")
    twice = [name for name in (*_NEEDED, "your note") if names.count(name) > 1]
    if twice:
        raise _error(path, f"has the column '{twice[0]}' twice", "remove one of them")
    return {name: names.index(name) for name in (*_NEEDED, "your note") if name in names}


def _incoming(
    number: int, cells: Sequence[str], odd: dict[int, str], places: dict[str, int]
) -> Incoming:
    def of(name: str) -> str:
        place = places.get(name, len(cells))
        return sheet.text(cells[place]) if place < len(cells) else ""

    wrong = [f"its {name} {odd[place]}" for name, place in places.items() if place in odd]
    remedy = "; format the cell as text and type it again"
    return Incoming(
        line=number,
        context=of("context").strip(),
        english=of("english"),
        translation=of("translation"),
        note=of("your note"),
        version=of("version"),
        problem=wrong[0] + remedy if wrong else "",
    )


def _too_large(path: Path) -> SpreadsheetError:
    most = f"{MAX_BYTES // 1024 // 1024} MB unpacked and {MAX_ROWS:,} rows"
    return _error(path, f"is larger than {most}", "send only the exported sheet")


def _error(path: Path, problem: str, remedy: str, field: str = "") -> SpreadsheetError:
    return SpreadsheetError(Place(path), field, problem, remedy)
