"""Rules as data: what a check is called, how grave it is, why, and the way out.

A table is a TOML file beside the code that looks for these things. Every rule carries a text that
breaks it and one that does not; the tests try them, and the reference is written from them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Level = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Example:
    """A text, its translation into a locale, and ``entry``: how its catalogue stands (``fuzzy``,
    ``stale``, ``plural``, ``missing``, ``unknown``; empty when nothing is to be said)."""

    english: str
    translation: str
    locale: str
    limit: int
    entry: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be wrong. ``passes`` and ``fails`` are None where no text shows it."""

    id: str
    level: Level
    finds: str
    why: str
    remedy: str
    passes: Example | None
    fails: Example | None


def read_rules(path: Path) -> Mapping[str, Rule]:
    """The table in a file, by id, in its order."""
    with path.open("rb") as file:
        return {name: _rule(name, values) for name, values in tomllib.load(file).items()}


def _rule(name: str, values: Mapping[str, Any]) -> Rule:
    return Rule(
        id=name,
        level=values["level"],
        finds=values["finds"],
        why=values["why"],
        remedy=values["remedy"],
        passes=_example(values, "passes"),
        fails=_example(values, "fails"),
    )


def _example(values: Mapping[str, Any], which: str) -> Example | None:
    if which not in values:
        return None
    translation = values[which]
    return Example(
        english=values.get("english", ""),
        translation=translation,
        locale=values.get("locale", "fr"),
        limit=values.get("limit", 200),
        entry=values.get("entry", "") if which == "fails" else "",
    )
