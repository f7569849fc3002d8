"""The reference of rules is the tables, and the tables have every rule that the code names."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.locales import rules_table as made
from tests.project import ROOT

TABLES = (made.OF_CAMPAIGNS, made.OF_TRANSLATIONS, made.OF_WORDING, made.OF_WORKSPACES)
PLACES = {"Finding": 1, "_found": 1, "_wrong": 1, "fault": 0, "_fault": 0, "Fault": 0}
"""Where each of these takes the rule's id."""
ELSEWHERE = {"terms"}
"""Told on a page of its own."""


def test_the_page_is_what_the_tables_say() -> None:
    """Else: python -m tests.locales.rules_table"""
    assert made.FILE.read_text("utf-8") == made.document()


def test_no_rule_is_in_two_tables_with_two_meanings() -> None:
    levels: dict[str, set[str]] = {}
    for rule in (rule for table in TABLES for rule in table.values()):
        levels.setdefault(rule.id, set()).add(rule.level)
    assert {name: found for name, found in levels.items() if len(found) > 1} == {}


def named(file: Path) -> Iterator[str]:
    """The rules that a module makes findings of."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            place = PLACES.get(node.func.id)
            if place is None or place >= len(node.args):
                continue
            given = node.args[place]
            if isinstance(given, ast.Constant) and isinstance(given.value, str):
                yield given.value


@pytest.mark.parametrize(
    "module",
    ["campaigns/review.py", "clarion/check.py", "clarion/parity.py", "locales/wording.py",
     "locales/checks/message.py", "locales/checks/words.py"],
)  # fmt: skip
def test_every_rule_that_the_code_names_is_in_a_table(module: str) -> None:
    found = set(named(ROOT / module))
    assert found
    assert found - ELSEWHERE <= {name for table in TABLES for name in table}
