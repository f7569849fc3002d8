"""The registers: sources, figures, and the messages all campaigns share.

Every reader takes one file and returns records by id; :mod:`campaigns.library` lays a workspace's
records over the shipped ones.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from campaigns.cards import message
from campaigns.errors import ContentError
from campaigns.kinds import FieldSpec
from campaigns.model import Message
from campaigns.records import Figure, Scale, Source, Unit
from campaigns.strict_yaml import Fields, Items, Node, as_choice, as_date, as_fields, as_text, load

Record = TypeVar("Record")

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")

_SHARED = {
    "labels": FieldSpec("labels", 120, "picture or post text, small type", "a label"),
    "alt": FieldSpec("alt", 200, "picture description for screen readers", "a pattern"),
    "days": FieldSpec("days", 120, "post text", "the name of an awareness day"),
}


def load_sources(path: Path) -> dict[str, Source]:
    """The resource library: title, abstract, country, region, authors, year, category."""
    return records(path, "sources", _source)


def load_figures(path: Path) -> dict[str, Figure]:
    """The figures register."""
    return records(path, "figures", _figure)


def load_shared(path: Path) -> dict[str, Message]:
    """Labels, alt text patterns and names of days, by context such as ``labels.myth``."""
    top = load(path)
    found = {}
    for group, spec in _SHARED.items():
        for name, node in top.fields(group):
            context = f"{group}.{name}"
            found[context] = message(node, spec, context)
    top.done()
    return found


def one_or_more(fields: Fields, key: str) -> tuple[str, ...]:
    """A text, or a list of them."""
    node = fields.need(key)
    if not isinstance(node, Items):
        return (as_text(node),)
    if not node.nodes:
        raise ContentError(node.place, node.path, "is empty", "write a text or a list of them")
    return fields.texts(key)


def records(path: Path, key: str, read: Callable[[Fields], Record]) -> dict[str, Record]:
    """The records of a file's one list, by id and in its order; an id that stands twice and a
    field nobody asked for are refused."""
    top = load(path)
    found: dict[str, Record] = {}
    for node in top.items(key):
        fields = as_fields(node)
        record_id = fields.text("id")
        if record_id in found:
            raise ContentError(
                fields.place, f"{key}.{record_id}", "stands twice", "keep one of the two"
            )
        found[record_id] = read(fields)
        fields.done()
    top.done()
    return found


def _source(fields: Fields) -> Source:
    return Source(
        id=fields.text("id"),
        title=fields.text("title"),
        abstract=fields.text("abstract"),
        countries=one_or_more(fields, "country"),
        regions=one_or_more(fields, "region"),
        authors=fields.text("authors"),
        year=fields.text("year"),
        category=fields.text("category"),
        url=fields.optional_text("url"),
    )


def _figure(fields: Fields) -> Figure:
    unit: Unit = as_choice(fields, "unit", ("number", "percent"))  # type: ignore[assignment]
    return Figure(
        id=fields.text("id"),
        value=_decimal(fields.need("value")),
        unit=unit,
        counts=fields.text("counts"),
        year=fields.text("year"),
        source=fields.text("source"),
        review_by=as_date(fields.need("review_by")),
        grade=as_choice(fields, "grade", ("primary", "secondary")),
        note=fields.optional_text("note"),
        scale=_scale(fields, unit),
    )


def _scale(fields: Fields, unit: Unit) -> Scale:
    node = fields.get("scale")
    if node is None:
        return ""
    if unit != "number":
        raise ContentError(node.place, node.path, f"does not go with unit {unit}", "leave it out")
    return as_choice(fields, "scale", ("million",))  # type: ignore[return-value]


def _decimal(node: Node) -> Decimal:
    typed = as_text(node)
    if not _NUMBER.fullmatch(typed):
        raise ContentError(
            node.place, node.path, f"'{typed}' is not a number", "write digits such as 27.6"
        )
    return Decimal(typed)
