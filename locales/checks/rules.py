"""The table of rules for translations, and faults made from it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from campaigns.rules import read_rules
from locales.fault import Fault

RULES = read_rules(Path(__file__).with_name("rules.toml"))

Found = tuple[str, str]
"""A rule's id, and what is wrong in this text."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A translation into a locale, with the English text and its limit."""

    text: str
    english: str
    locale: str
    limit: int


def fault(rule: str, problem: str) -> Fault:
    """A fault of this rule; level, reason and remedy are the table's."""
    known = RULES[rule]
    return Fault(rule, known.level, problem, known.remedy, known.why)
