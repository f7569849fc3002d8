"""What a language does in its own way, as far as the checks ask: ``languages.toml``, read."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("languages.toml")

_USUAL = {
    **dict(zip("，。？！：；、", ",.?!:;,", strict=True)),
    **dict(zip("،؟؛۔।", ",?;..", strict=True)),
}
"""Marks of others that are foreign to every language that says nothing of its own."""


@dataclass(frozen=True, slots=True)
class Language:
    """See the head of ``languages.toml`` for what each means."""

    quotes: tuple[str, ...] = ()
    instead: Mapping[str, str] = field(default_factory=lambda: _USUAL)
    ends: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    space_before: str = ""
    question: str = ""
    opening: bool = False
    doubles: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()
    joiners: bool = False
    breaks: bool = False
    spaces: bool = True

    @property
    def usual(self) -> bool:
        """Whether its marks are those of Latin type."""
        return self.instead is _USUAL


@lru_cache(maxsize=256)
def language(locale: str) -> Language:
    """What is known of a locale, else of its language; nothing of one that is not in the table."""
    table = _table()
    return table.get(locale) or table.get(locale.partition("_")[0]) or Language()


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Language]:
    with _FILE.open("rb") as file:
        return {name: _language(values) for name, values in tomllib.load(file).items()}


def _language(values: Mapping[str, Any]) -> Language:
    return Language(
        quotes=tuple(values.get("quotes", ())),
        instead=values.get("instead", _USUAL),
        ends={end: tuple(others) for end, others in values.get("ends", {}).items()},
        space_before=values.get("space_before", ""),
        question=values.get("question", ""),
        opening=values.get("opening", "no") == "yes",
        doubles=frozenset(values.get("doubles", ())),
        never=frozenset(values.get("never", ())),
        joiners=values.get("joiners", "no") == "yes",
        breaks=values.get("breaks", "no") == "yes",
        spaces=values.get("spaces", "yes") == "yes",
    )
