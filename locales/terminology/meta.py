"""What a rule's own format has no place for: its reason, source, reviewer, excuses and examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import regex

from campaigns.errors import ContentError, Place
from campaigns.strict_yaml import Fields, Text, as_fields, load
from locales.terminology.excuses import NAMED, Excuses
from locales.terminology.patterns import Words
from locales.terminology.rules import Reader

SETS = ("law", "statistics", "title")
_ID = regex.compile(r"T\d{2}")


@dataclass(frozen=True, slots=True)
class Meta:
    """What ``meta.yml`` says of one rule. ``by_hand`` means that a person judges it."""

    id: str
    why: str
    source: str
    reviewed_by: str
    excuses: Excuses
    in_myths: bool
    fails: tuple[Text, ...]
    passes: tuple[Text, ...]
    by_hand: bool
    place: Place


def read_meta(path: Path, reader: Reader) -> dict[str, Meta]:
    """The records of a folder's rules, by file name without ``.yml``."""
    top = load(path)
    sets = _sets(top, reader)
    found = {name: _meta(as_fields(node), sets, reader) for name, node in top.fields("rules")}
    top.done()
    return found


def _sets(top: Fields, reader: Reader) -> dict[str, Words]:
    if top.get("sets") is None:
        return {}
    fields = top.fields("sets")
    found = {
        name: reader.words(reader.texts(fields, name))
        for name in SETS
        if fields.get(name) is not None
    }
    fields.done()
    return found


def _meta(fields: Fields, sets: Mapping[str, Words], reader: Reader) -> Meta:
    by_hand = _choice(fields, "kind", ("words", "by-hand")) == "by-hand"
    meta = Meta(
        id=_rule_id(fields),
        why=reader.spell(fields.text("why")),
        source=fields.text("source"),
        reviewed_by=_perhaps_empty(fields, "reviewed_by"),
        excuses=_excuses(fields, sets, reader),
        in_myths=_choice(fields, "myths", ("no", "yes")) == "yes",
        fails=tuple(reader.texts(fields, "fails", required=not by_hand)),
        passes=tuple(reader.texts(fields, "passes", required=not by_hand)),
        by_hand=by_hand,
        place=fields.place,
    )
    fields.done()
    return meta


def _excuses(fields: Fields, sets: Mapping[str, Words], reader: Reader) -> Excuses:
    nodes = reader.texts(fields, "unless", required=False)
    names = frozenset(node.value for node in nodes if node.value in NAMED)
    patterns = [node for node in nodes if node.value not in NAMED]
    words = [sets[name] for name in SETS if name in names and name in sets]
    if patterns:
        words.append(reader.words(patterns))
    return Excuses(names, tuple(words), reader.tongue)


def _rule_id(fields: Fields) -> str:
    typed = fields.text("id")
    if not _ID.fullmatch(typed):
        node = fields.need("id")
        raise ContentError(node.place, node.path, f"'{typed}' is no rule's id", "write T01 to T33")
    return typed


def _choice(fields: Fields, key: str, allowed: tuple[str, ...]) -> str:
    typed = fields.optional_text(key, allowed[0])
    if typed not in allowed:
        node = fields.need(key)
        raise ContentError(
            node.place, node.path, f"'{typed}' is not allowed", f"use one of {', '.join(allowed)}"
        )
    return typed


def _perhaps_empty(fields: Fields, key: str) -> str:
    node = fields.need(key)
    return node.value.strip() if isinstance(node, Text) else fields.text(key)
