"""Records of a resource library become source records: cleaned, looked over, then appended.

The library's shape is title, abstract, country, region, authors, year and category; country and
region may be several. Nothing is written before a person has seen what each field would be, what
was thrown away, what is missing and what is there already.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from campaigns.errors import ContentError, Place
from campaigns.page_text import Found, clean, clean_lines, label_of, read_page, without_button
from campaigns.records import Source
from campaigns.registers import load_sources
from campaigns.search import fold
from campaigns.strict_yaml import MAX_BYTES

FIELDS = ("title", "abstract", "country", "region", "authors", "year", "category")
MAX_RECORDS = 2000
MAX_PAGE = 2_000_000
MAX_FIELD = 5000

_SEVERAL = re.compile(r"\s*[;|\n\r]\s*|\s+/\s+")
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_PREFIX = "L"
_HEAD = "# Sources of our own, laid over those that ship.\nsources:\n"


@dataclass(frozen=True)
class Draft:
    """A record that would be written; ``values`` has every field, empty where nothing was found."""

    where: str
    values: Mapping[str, tuple[str, ...]]
    dropped: tuple[str, ...] = ()
    id: str = ""
    same_as: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields a source cannot do without that have no value."""
        return tuple(name for name in FIELDS if not self.values.get(name))

    @property
    def fit(self) -> bool:
        """Whether it can be written: complete, and not there already."""
        return not self.missing and not self.same_as

    def text(self, name: str) -> str:
        """A field as one text."""
        return "; ".join(self.values.get(name, ()))

    @property
    def source(self) -> Source:
        """The record as it would be read again."""
        return Source(
            id=self.id,
            title=self.text("title"),
            abstract=self.text("abstract"),
            countries=self.values["country"],
            regions=self.values["region"],
            authors=self.text("authors"),
            year=self.text("year"),
            category=self.text("category"),
            url=self.text("url"),
        )


def from_table(rows: Sequence[Sequence[str]], file: Path) -> list[Draft]:
    """The records of a sheet whose first row names the columns.

    Columns that are none of the library's are thrown away, and so are empty rows. ``ContentError``
    when there is no column of titles, or too much of everything.
    """
    names = [label_of(clean(cell)) for cell in rows[0]] if rows else []
    if "title" not in names:
        raise ContentError(
            Place(file), "", "has no column 'title' in its first row",
            f"name the columns {', '.join(FIELDS)}",
        )  # fmt: skip
    _few_enough(len(rows) - 1, file)
    found = []
    for number, row in enumerate(rows[1:], 2):
        record = Found(f"row {number}")
        for name, cell in zip(names, row, strict=False):
            if name and cell.strip():
                record.values.setdefault(name, []).extend(_cell(name, cell))
            elif not name and cell.strip():
                record.dropped.append(clean(cell))
        if record.values:
            found.append(_draft(record))
    return found


def from_page(text: str, file: Path) -> list[Draft]:
    """The records of a page's text, copied from a browser or saved; ``ContentError`` when none."""
    if len(text) > MAX_PAGE:
        raise ContentError(
            Place(file), "", f"has more than {MAX_PAGE:,} characters", "import it in parts"
        )
    found = [_draft(record) for record in read_page(text)]
    if not found:
        raise ContentError(
            Place(file), "", "holds no record: no label such as 'Title' or 'Year' was found",
            f"write each field as 'Title: ...', with the labels {', '.join(FIELDS)}",
        )  # fmt: skip
    _few_enough(len(found), file)
    return found


def proposed(
    drafts: Iterable[Draft], sources: Mapping[str, Source], fill: Mapping[str, str]
) -> list[Draft]:
    """The drafts with what ``fill`` says for fields they lack, ids nobody has, and the id of the
    record that is the same: one of ``sources`` or an earlier draft with its title and year."""
    known = {_likeness(source.title, source.year): source.id for source in sources.values()}
    number, found = 0, []
    for draft in drafts:
        given = {name: (value,) for name, value in fill.items() if not draft.values.get(name)}
        draft = replace(draft, values={**draft.values, **given})
        like = _likeness(draft.text("title"), draft.text("year"))
        draft = replace(draft, same_as=known.get(like, ""))
        if draft.fit:
            number = _free(number + 1, sources)
            draft = replace(draft, id=f"{_PREFIX}{number:02}")
        known.setdefault(like, draft.id or draft.where)
        found.append(draft)
    return found


def append(file: Path, drafts: Iterable[Draft]) -> None:
    """Add the drafts that are fit to a register, after what it holds, which stays to the byte.

    The new text is read before it takes the file's place: ``ContentError`` when it would not hold
    the old records and the new ones, and when somebody else has changed the file meanwhile.
    """
    new = [draft for draft in drafts if draft.fit]
    before = _content(file)
    text = before or _HEAD
    text += ("" if text.endswith("\n") else "\n") + "".join(_yaml(d, _indent(text)) for d in new)
    if len(text.encode()) > MAX_BYTES:
        raise ContentError(Place(file), "", "would grow too large", "import fewer records")
    part = file.with_name(f"{file.name}.part")
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        part.write_text(text, "utf-8", newline="")
        old = load_sources(file) if before else {}
        if _read(part) != {**old, **{draft.id: draft.source for draft in new}}:
            raise _unappendable(file)
        if _content(file) != before:
            raise ContentError(Place(file), "", "has changed meanwhile", "run the command again")
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def _draft(record: Found) -> Draft:
    cut = {name: [without_button(text) for text in held] for name, held in record.values.items()}
    values = {name: tuple(filter(None, _value(name, held))) for name, held in cut.items()}
    return Draft(record.where, values, tuple(dict.fromkeys([*record.dropped, *_lost(record, cut)])))


def _lost(record: Found, cut: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """What went with the cleaning of single fields, for the preview."""
    for name, held in record.values.items():
        for whole, kept in zip(held, cut[name], strict=True):
            if rest := whole[len(kept) :].strip():
                yield rest
    year = " ".join(cut.get("year", ()))
    if year != "".join(_value("year", [year])):
        yield year


def _value(name: str, held: Sequence[str]) -> tuple[str, ...]:
    if name in ("country", "region"):
        return tuple(dict.fromkeys(part for text in held for part in _SEVERAL.split(text)))
    if name == "authors":
        names = (re.sub(r"(?i)^by\s+", "", text).rstrip(";,") for text in held)
        return (", ".join(dict.fromkeys(names)),)
    text = " ".join(held)[:MAX_FIELD]
    if name != "year" or text.casefold() == "n.d.":
        return (text,)
    found = _YEAR.search(text)
    return (found[0] if found else "",)


def _cell(name: str, cell: str) -> list[str]:
    """The values of a cell: its lines where a field may have several."""
    several = name in ("country", "region", "authors")
    return [text for text in (clean_lines(cell) if several else [clean(cell)]) if text]


def _few_enough(count: int, file: Path) -> None:
    if count > MAX_RECORDS:
        raise ContentError(
            Place(file), "", f"holds {count:,} records", f"import at most {MAX_RECORDS:,} at once"
        )


def _likeness(title: str, year: str) -> tuple[str, str]:
    return "".join(sign for sign in fold(title) if sign.isalnum()), year


def _free(number: int, sources: Mapping[str, Source]) -> int:
    while f"{_PREFIX}{number:02}" in sources:
        number += 1
    return number


def _content(file: Path) -> str:
    if not file.exists():
        return ""
    try:
        return file.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError(Place(file), "", "cannot be read", "check rights and coding") from error


def _read(part: Path) -> dict[str, Source]:
    try:
        return load_sources(part)
    except ContentError as error:
        raise _unappendable(part.with_suffix("")) from error


def _unappendable(file: Path) -> ContentError:
    return ContentError(
        Place(file), "sources", "cannot be added to at its end",
        "write its records as '  - id: ...' lines, with 'sources:' as the only key",
    )  # fmt: skip


def _indent(text: str) -> str:
    """How far the records of a file are drawn in."""
    match = re.search(r"^( *)- +id:", text, re.MULTILINE)
    return match[1] if match else "  "


def _yaml(draft: Draft, indent: str) -> str:
    source = draft.source
    lines = [f"\n{indent}- id: {source.id}", f"{indent}  title: {_quoted(source.title)}"]
    lines += [f"{indent}  abstract: >-", *_folded(source.abstract, f"{indent}    ")]
    for name, held in (("country", source.countries), ("region", source.regions)):
        value = f"[{', '.join(map(_quoted, held))}]" if len(held) > 1 else _quoted(held[0])
        lines.append(f"{indent}  {name}: {value}")
    for name in ("authors", "year", "category", "url"):
        if value := draft.text(name):
            lines.append(f"{indent}  {name}: {_quoted(value)}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A double-quoted scalar: what is a JSON string is one in YAML too."""
    return json.dumps(text, ensure_ascii=False)


def _folded(text: str, indent: str) -> list[str]:
    wrapped = textwrap.wrap(text, 110, break_long_words=False, break_on_hyphens=False)
    return [indent + line for line in wrapped]
