"""The words to use, by concept: ``glossary.csv`` of each language."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from campaigns.errors import ContentError, Place
from locales.terminology.vocabulary import SHIPPED, serving

NAME = "glossary.csv"
SOURCE = "en_GB"
SOURCE_COLUMNS = ("concept", "term", "definition", "avoid", "source", "reviewed_by")
COLUMNS = ("concept", "term", "avoid", "note", "source", "reviewed_by")

MAX_BYTES = 1024 * 1024

Record = Mapping[str, str]


def read_glossary(locale: str, root: Path = SHIPPED) -> tuple[Record, ...]:
    """The records of a locale's glossary by column, in their order; none where it has no file.

    A regional variety has that of its base language. Raises :class:`ContentError` for other columns
    than these, a concept that English does not have or that stands twice, and an empty term.
    """
    for name in serving(locale):
        file = root / name / NAME
        if file.is_file():
            return tuple(_checked(file, name, root))
    return ()


def _checked(file: Path, locale: str, root: Path) -> Iterator[Record]:
    english = locale == SOURCE
    known = set() if english else {one["concept"] for one in read_glossary(SOURCE, root)}
    seen: set[str] = set()
    for line, record in _rows(file, SOURCE_COLUMNS if english else COLUMNS):
        concept = record["concept"]
        if concept in seen:
            raise ContentError(Place(file, line), concept, "stands twice", "keep one of the two")
        if not english and concept not in known:
            problem = f"is no concept of {SOURCE}/{NAME}"
            raise ContentError(Place(file, line), concept, problem, "use one of its concepts")
        if not concept or not record["term"]:
            raise ContentError(Place(file, line), concept, "lacks its term", "write it, or no line")
        seen.add(concept)
        yield record


def _rows(file: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    rows = csv.reader(_text(file).splitlines(keepends=True), strict=True)
    try:
        if tuple(next(rows, ())) != columns:
            problem = "has other columns"
            raise ContentError(Place(file, 1), "", problem, f"write {','.join(columns)}")
        for cells in rows:
            if not cells:
                continue
            if len(cells) != len(columns):
                problem = f"has {len(cells)} cells, {len(columns)} expected"
                remedy = "quote cells with commas"
                raise ContentError(Place(file, rows.line_num), "", problem, remedy)
            yield rows.line_num, dict(zip(columns, map(str.strip, cells), strict=True))
    except csv.Error as error:
        place = Place(file, rows.line_num)
        raise ContentError(place, "", f"is not CSV ({error})", "check its quotes") from error


def _text(file: Path) -> str:
    with file.open("rb") as opened:
        raw = opened.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        limit = f"is larger than {MAX_BYTES // 1024} KiB"
        raise ContentError(Place(file), "", limit, "keep to the words of campaigns")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ContentError(Place(file), "", "is not UTF-8 text", "save it as UTF-8") from error
