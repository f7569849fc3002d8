"""CSV and XLSX: exact on the way out and back, suspicious of what others made of them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from locales.bring import Incoming
from locales.sheet import COLUMNS, Row
from locales.spreadsheet import LONGEST, SpreadsheetError, read_sheet, write_csv, write_xlsx
from tests.locales.hostile import TEXTS

VERSION = "fr/small v0123456789ab"
ROW = Row("card.1", "w", "w", "9", "Trust", "Confiance", "draft", "", "", "", VERSION)
HEAD = ",".join(COLUMNS)
PACKED = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

Write = Callable[[Sequence[Row], Path], bytes]
FORMS: dict[str, Write] = {
    "csv": write_csv,
    "xlsx": lambda rows, path: write_xlsx(rows, path, "fr"),
}


def plain(rows: Sequence[Incoming]) -> list[tuple[str, ...]]:
    return [(r.context, r.english, r.translation, r.note, r.version, r.problem) for r in rows]


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=40)
@given(texts=st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=5))
def test_what_is_written_is_read_exactly(
    form: str, texts: list[tuple[str, str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    rows = [
        replace(ROW, context=f"card.{n}", english=e, translation=t, own_note=note)
        for n, (e, t, note) in enumerate(texts)
    ]
    file = tmp_path_factory.getbasetemp() / f"exact.{form}"
    file.write_bytes(FORMS[form](rows, file))
    expected = [(r.context, r.english, r.translation, r.own_note, VERSION, "") for r in rows]
    assert plain(read_sheet(file)) == expected
    assert [one.line for one in read_sheet(file)] == list(range(2, len(rows) + 2))


@pytest.mark.parametrize("form", FORMS)
def test_a_cell_holds_32_767_letters_and_no_more(form: str, tmp_path: Path) -> None:
    file = tmp_path / f"long.{form}"
    full = replace(ROW, translation="é" * LONGEST)
    file.write_bytes(FORMS[form]([full], file))
    assert read_sheet(file)[0].translation == full.translation
    with pytest.raises(SpreadsheetError, match=r"card.1: a cell holds at most 32,767"):
        FORMS[form]([replace(ROW, translation="é" * LONGEST + "é")], file)


def test_a_csv_file_is_what_excel_expects() -> None:
    raw = write_csv([replace(ROW, translation="=1+1\nb")], Path("a.csv"))
    assert raw.startswith(b'\xef\xbb\xbf"context",')
    assert b'"\'=1+1\nb"' in raw
    assert raw.endswith(b'"\r\n')


@pytest.mark.parametrize("locale", ["fr", "ar"])
def test_an_xlsx_file_guides_the_translator(locale: str, tmp_path: Path) -> None:
    file = tmp_path / "small.xlsx"
    row = replace(ROW, translation="#N/A", english="1e5", picture="pictures/card.png")
    file.write_bytes(write_xlsx([row], file, locale))
    page = load_workbook(file).active
    cells = dict(zip(COLUMNS, page[2], strict=True))
    assert {cell.data_type for cell in page[2] if cell.value} == {"s"}
    assert {cell.number_format for cell in page[2]} == {"@"}
    unlocked = [name for name, cell in cells.items() if not cell.protection.locked]
    assert (page.protection.sheet, page.protection.password) == (True, None)
    assert unlocked == ["translation", "your note"]
    assert page.freeze_panes == "A2"
    assert page.sheet_view.rightToLeft == (locale == "ar")
    assert cells["translation"].alignment.wrap_text
    assert cells["picture"].hyperlink.target == "pictures/card.png"


@pytest.mark.parametrize("separator", [";", "\t", ","])
def test_the_separator_is_found_out(separator: str, tmp_path: Path) -> None:
    file = tmp_path / "saved.csv"
    lines = [
        separator.join(COLUMNS),
        separator.join(["card.1", "", "", "", '"a;b,c"', "été", "", "", "", "", VERSION]),
        separator * 10,
    ]
    file.write_text("\r\n".join(lines), "utf-8", newline="")
    assert plain(read_sheet(file)) == [("card.1", "a;b,c", "été", "", VERSION, "")]


def test_columns_are_known_by_name(tmp_path: Path) -> None:
    file = tmp_path / "moved.csv"
    file.write_text(f"Version,Extra, TRANSLATION ,english,context\n{VERSION},x,t,e,c\n", "utf-8")
    assert plain(read_sheet(file)) == [("c", "e", "t", "", VERSION, "")]


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (f"{HEAD}\nc,,,,e,été".encode("cp1252"), "is neither XLSX nor UTF-8 text; save it as 'CSV"),
        (HEAD.encode("utf-16"), "is UTF-16 text; save it as 'CSV UTF-8'"),
        (b"", "has no column 'context', 'english', 'translation', 'version'"),
        (b"context,english,version\n", "has no column 'translation'; keep the first row"),
        (f"{HEAD},translation\n".encode(), "has the column 'translation' twice"),
        (f'{HEAD}\n"open'.encode(), "line 2: unexpected end of data; save the sheet anew"),
        (f'{HEAD}\n"{"a" * 140_000}"'.encode(), "line 2: field larger than field limit"),
        (f"{HEAD}\n".encode() + b"c\n" * 20_000, "is larger than 20 MB unpacked and 20,000 rows"),
        (b"a" * (20 * 1024 * 1024 + 1), "is larger than 20 MB"),
        (b"PK\x03\x04 and no more", "is not a whole XLSX file; send it again"),
        (b"\xd0\xcf\x11\xe0 an old or locked file", "is neither XLSX nor UTF-8 text"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(
    raw: bytes, problem: str, tmp_path: Path
) -> None:
    file = tmp_path / "broken.csv"
    file.write_bytes(raw)
    refused(file, problem)


def refused(file: Path, problem: str) -> None:
    with pytest.raises(SpreadsheetError) as error:
        read_sheet(file)
    assert str(error.value).startswith(f"{file}: {problem}")
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("value", "what"),
    [(12, "a number"), (1.5, "a number"), (True, "a truth value"), ("=1+1", "a formula")],
)
def test_what_is_no_text_in_xlsx_is_not_guessed(value: object, what: str, tmp_path: Path) -> None:
    file = tmp_path / "typed.xlsx"
    book = Workbook()
    book.active.append(COLUMNS)
    book.active.append(["card.1", "", "", 90, "Trust", value, "", "", "", "", VERSION])
    book.save(file)
    (one,) = read_sheet(file)
    assert one.problem.startswith(f"its translation is {what}, not text; format the cell as text")


def packed(sheet: str, file: Path, before: str = "", theme: str = "") -> Path:
    """An XLSX file with this sheet, made by hand."""
    model = io.BytesIO()
    book = Workbook()
    book.active.append(["a"])
    book.save(model)
    with zipfile.ZipFile(model) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name).decode()
            if name.endswith("sheet1.xml"):
                data = f"<sheetData>{sheet}</sheetData>"
                text = f'{before}<worksheet xmlns="{PACKED}">{data}</worksheet>'
            elif name.endswith("theme1.xml"):
                text += theme
            new.writestr(name, text)
    return file


def inline(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    large = "is larger than 20 MB unpacked"
    text = packed(f'<row r="1">{inline("A1", "a" * 30_000_000)}</row>', tmp_path / "text.xlsx")
    refused(text, large)
    theme = packed("", tmp_path / "theme.xlsx", theme=" " * 2_000_000)
    refused(theme, large)


def test_a_sheet_of_billions_of_cells_is_refused(tmp_path: Path) -> None:
    last = f'<row r="1048576">{inline("XFD1048576", "z")}</row>'
    head = "".join(f"<c t='inlineStr'><is><t>{name}</t></is></c>" for name in COLUMNS)
    sheet = f'<row r="1">{head}</row>{last}'
    refused(packed(sheet, tmp_path / "wide.xlsx"), "is larger than 20 MB unpacked and 20,000 rows")


@pytest.mark.parametrize("entity", ['"aaa"', 'SYSTEM "file:///etc/hostname"'])
def test_xml_entities_are_refused(entity: str, tmp_path: Path) -> None:
    before = f"<!DOCTYPE x [<!ENTITY a {entity}>]>"
    sheet = f'<row r="1">{inline("A1", "&a;")}</row>'
    refused(packed(sheet, tmp_path / "entity.xlsx", before), "is not a usable XLSX file")
