"""A glossary as TBX or CSV, for the glossaries of Weblate, OmegaT and other translators' tools.

TBX-Basic of 2008 (version 2, ``martif``) and not that of 2019 (version 3): the tools translators
have read the first, and few of them the second.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from locales.formats import language_tag
from locales.sheet import cell

Record = Mapping[str, str]
"""A line of ``glossary.csv``, by column."""

SEPARATOR = "|"
"""What stands between several words to avoid."""

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NO_XML = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_USED = "preferredTerm-admn-sts"
_AVOIDED = "deprecatedTerm-admn-sts"


def tbx(source: Iterable[Record], target: Iterable[Record], locales: tuple[str, str]) -> bytes:
    """The TBX file of two glossaries with the same concepts: of English, and of another language.

    ``locales`` are those of the two. The definition is the English one; words to avoid are there as
    deprecated terms. A concept without a target term has only its English half.
    """
    translated = {one["concept"]: one for one in target}
    root, body = _frame(locales[0])
    for one in source:
        entry = SubElement(body, "termEntry", id=f"c-{_said(one['concept'])}")
        if definition := _said(one.get("definition", "")):
            SubElement(entry, "descrip", type="definition").text = definition
        _language(entry, locales[0], one)
        other = translated.get(one["concept"])
        if other is not None and locales[1] != locales[0]:
            _language(entry, locales[1], other)
    ElementTree.indent(root)
    return bytes(ElementTree.tostring(root, "utf-8", xml_declaration=True)) + b"\n"


def flat(source: Iterable[Record], target: Iterable[Record]) -> bytes:
    """The CSV file of the same two glossaries, under the names of columns that Weblate knows."""
    translated = {one["concept"]: one for one in target}
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    writer.writerow(("source", "target", "context", "developer_comments"))
    for one in source:
        other = translated.get(one["concept"], {})
        avoid = other.get("avoid", "")
        said = (one.get("definition", ""), other.get("note", ""), f"Not: {avoid}" if avoid else "")
        cells = (one["term"], other.get("term", ""), one["concept"], " ".join(filter(None, said)))
        writer.writerow(map(cell, cells))
    return buffer.getvalue().encode("utf-8-sig")


def _frame(locale: str) -> tuple[Element, Element]:
    root = Element("martif", {"type": "TBX-Basic", _LANG: language_tag(locale)})
    header = SubElement(root, "martifHeader")
    described = SubElement(SubElement(header, "fileDesc"), "sourceDesc")
    SubElement(described, "p").text = "Clarion: words about trafficking in persons"
    encoding = SubElement(header, "encodingDesc")
    SubElement(encoding, "p", type="XCSURI").text = "TBXBasicXCSV02.xcs"
    return root, SubElement(SubElement(root, "text"), "body")


def _language(entry: Element, locale: str, one: Record) -> None:
    """The words of one language; nothing where it has no term."""
    if not _said(one.get("term", "")):
        return
    words = SubElement(entry, "langSet", {_LANG: language_tag(locale)})
    used = _term(words, one["term"], _USED)
    if note := _said(one.get("note", "")):
        SubElement(used, "note").text = note
    for avoided in one.get("avoid", "").split(SEPARATOR):
        if _said(avoided):
            _term(words, avoided, _AVOIDED)


def _term(words: Element, text: str, status: str) -> Element:
    one = SubElement(words, "tig")
    SubElement(one, "term").text = _said(text)
    SubElement(one, "termNote", type="administrativeStatus").text = status
    return one


def _said(text: str) -> str:
    """On one line, without what XML cannot hold."""
    return " ".join(_NO_XML.sub(" ", text).split())
