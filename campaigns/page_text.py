"""Text pasted from a page of a resource library: records found by labels, clutter set aside.

A record is a title, an abstract and labelled fields, each ``Label: value`` or the label on a line
of its own with its values below. What belongs to the page and not to a record is kept apart, so
that a person can see what was thrown away.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass, field

LABELS = {
    "title": "title", "abstract": "abstract", "summary": "abstract", "description": "abstract",
    "country": "country", "countries": "country", "region": "region", "regions": "region",
    "author": "authors", "authors": "authors", "author(s)": "authors", "year": "year",
    "date": "year", "publication year": "year", "year of publication": "year",
    "category": "category", "categories": "category", "type": "category", "url": "url",
    "link": "url", "address": "url",
}  # fmt: skip
"""What people write above a field, and the field that is meant."""

ONE_LINE = ("year", "category", "url", "title")
"""Fields whose value is the one line after the label."""

_CLUTTER = re.compile(
    r"(skip to (main )?content|back to (top|search|results|the library)\b.{0,40}|home|menu|search"
    r"|apply|reset|filters?|sort by\b.{0,40}|next|previous|page \d+( of \d+)?|\d+ results?( found)?"
    r"|download( +(pdf|file|document|report|now|here))?|read (more|less)|show (more|less)|see more"
    r"|learn more|continue reading|click here\b.{0,60}|open|view|watch( the)? video|share( this)?"
    r"|print|tweet|e-?mail|copy link|subscribe|log ?in|sign (in|up)|register"
    r"|accept( all)?( cookies)?|cookie\b.{0,60}|all rights reserved.{0,40}|(copyright|©).{0,80})"
    r"[\s.:+>»›…→|-]*",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    r"[\s>»›|\[(-]{0,5}\b(read more|show more|see more|learn more|continue reading|download( pdf)?)"
    r"[\s.:+>»›…→|\])-]{0,9}$",
    re.IGNORECASE,
)
_CRUMBS = re.compile(r"[>»›/|→]")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,300}>")
_BREAK = re.compile(r"<(br|/p|/li|/div|/h[1-6])\b[^<>]{0,100}>", re.IGNORECASE)
_BY = re.compile(r"(?:by|author:)\s+(\S.{0,200})", re.IGNORECASE)
_LONG = 100
_NEAR = 20
_JOINERS = "\u200c\u200d"
_LABELLED = re.compile(r"([A-Za-z][A-Za-z() ]{2,22}?)\s*[:\t]\s*(.*)")


@dataclass
class Found:
    """A record as it was found: where, its fields' values in order, what was set aside, and
    whether any of its fields had a label."""

    where: str
    values: dict[str, list[str]] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)
    labelled: bool = False


def clean(text: str) -> str:
    """One line without markup, entities, invisible signs and double spaces."""
    shown = html.unescape(html.unescape(_TAG.sub(" ", text)))
    kept = (sign for sign in unicodedata.normalize("NFC", _TAG.sub(" ", shown)) if _visible(sign))
    return " ".join("".join(kept).split())


def clean_lines(text: str) -> list[str]:
    """The lines of a text, each cleaned; tabs stay, for they part a label from its value."""
    return [
        "\t".join(clean(part) for part in raw.split("\t")).strip()
        for raw in _BREAK.sub("\n", text).splitlines()
    ]


def without_button(text: str) -> str:
    """The text without the "read more" at its end."""
    return _TRAILING.sub("", text).rstrip()


def is_clutter(line: str) -> bool:
    """Whether a line is of the page: a button, a breadcrumb, a notice."""
    first, *crumbs = _CRUMBS.split(line)
    return bool(_CLUTTER.fullmatch(line) or (crumbs and first.strip().casefold() == "home"))


def author_line(line: str) -> str:
    """The name in a line such as "by UNODC"; empty when it is none."""
    match = _BY.fullmatch(line)
    return match[1] if match else ""


def label_of(text: str) -> str:
    """The field a label names; empty when it is no label."""
    return LABELS.get(" ".join(text.casefold().rstrip(":").split()), "")


def read_page(text: str) -> list[Found]:
    """The records of a page, in order, each with what was thrown away around it."""
    lines = clean_lines(text)
    page = _Page(_next_labels(lines))
    for number, line in enumerate(lines, 1):
        page.take(number, line)
    return page.finished()


class _Page:
    """Takes line by line. ``at`` is the field that lines without a label belong to, ``closed``
    whether an empty line came since, ``spaced`` whether this page leaves one under its labels."""

    def __init__(self, next_labels: list[str]) -> None:
        self._next = next_labels
        self._records: list[Found] = []
        self._loose: list[str] = []
        self._at, self._closed, self._spaced = "", False, False

    def take(self, number: int, line: str) -> None:
        """One line of the page, counted from 1."""
        if not line:
            self._closed = True
        elif is_clutter(line):
            (self._records[-1].dropped if self._records else self._loose).append(line)
        elif split := _split_label(line):
            self._label(number, *split)
        elif not self._records or self._full(self._next[number - 1]):
            self._begin(number)
            self._more(line)
        else:
            self._more(line)

    def finished(self) -> list[Found]:
        """The records; what has no labelled field was only a heading or a footer."""
        kept: list[Found] = []
        before: list[str] = []
        for record in map(_titled, self._records):
            if record.values.keys() <= {"title", "abstract"} and not record.labelled:
                loose = [
                    *record.dropped,
                    *(line for held in record.values.values() for line in held),
                ]
                (kept[-1].dropped if kept else before).extend(loose)
            else:
                kept.append(record)
        if kept:
            kept[0].dropped[:0] = before
        return kept

    def _label(self, number: int, name: str, value: str) -> None:
        if not self._records or name in self._records[-1].values:
            self._begin(number)
        record = self._records[-1]
        record.labelled = True
        record.values.setdefault(name, [])
        self._at, self._closed = name, False
        if value:
            self._more(value)

    def _begin(self, number: int) -> None:
        self._records.append(Found(f"line {number}", dropped=self._loose))
        self._loose = []
        self._at, self._closed = "abstract", False

    def _more(self, line: str) -> None:
        record = self._records[-1]
        if (name := author_line(line)) and "authors" not in record.values:
            record.values["authors"] = [name]
            return
        if self._at in ONE_LINE and record.values.get(self._at):
            self._at = "abstract"
        held = record.values.setdefault(self._at, [])
        self._spaced |= self._closed and not held and self._at != "abstract"
        if line in held[-_NEAR:] or [line] == record.values.get("title"):
            record.dropped.append(line)  # a heading that the page repeats
        else:
            held.append(line)
        self._closed = False

    def _full(self, next_label: str) -> bool:
        """Whether the record is complete, so that a line without a label begins the next: its last
        field is done with, and the label that comes next it has already, or none comes."""
        values = self._records[-1].values
        if self._at == "abstract" or not values.get("abstract"):
            return False
        if not values.get(self._at):
            done = self._closed and not self._spaced  # a label that nothing stands under
        else:
            done = self._closed or self._at in ONE_LINE
        return done and (not next_label or next_label in values)


def _titled(record: Found) -> Found:
    """The record with its title: where none has a label, the line above the first long one or
    whole sentence; what stands above that is the page's."""
    lines = record.values.get("abstract", [])
    if record.values.get("title") or not lines:
        return record
    prose = (number for number, line in enumerate(lines) if number and _is_prose(line))
    start = next(prose, min(1, len(lines)))
    record.values["title"] = lines[start - 1 : start] or lines[:1]
    record.values["abstract"] = lines[start:]
    record.dropped[:0] = lines[: max(start - 1, 0)]
    return record


def _is_prose(line: str) -> bool:
    return len(line) > _LONG or without_button(line).endswith((".", "…"))


def _split_label(line: str) -> tuple[str, str] | None:
    """The field a line names and the value beside it; None when it names none."""
    if name := label_of(line):
        return name, ""
    match = _LABELLED.fullmatch(line)
    name = label_of(match[1]) if match else ""
    return (name, match[2]) if match and name else None


def _next_labels(lines: list[str]) -> list[str]:
    """For each line, the field that the next labelled line below it names."""
    found: list[str] = []
    coming = ""
    for line in reversed(lines):
        found.append(coming)
        if split := _split_label(line):
            coming = split[0]
    return found[::-1]


def _visible(sign: str) -> bool:
    category = unicodedata.category(sign)
    return sign in _JOINERS or sign.isspace() or category[0] != "C"
