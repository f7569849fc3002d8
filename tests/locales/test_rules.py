"""Every rule of the table finds its failing example and leaves its passing one alone."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import pytest

from campaigns.errors import Place
from campaigns.model import Message
from campaigns.review import Finding
from campaigns.rules import Example
from locales import Catalogue, check_catalogue
from locales.catalogue import Entry
from locales.checks.rules import RULES

HERE = Place(Path("campaign.yaml"), 3)


def checked(example: Example) -> list[Finding]:
    """What is found in a catalogue of one message."""
    message = Message("a.fact", example.english, example.limit, "", "", "", HERE)
    entry = Entry(
        context="a.fact",
        msgid="Older." if example.entry == "stale" else example.english,
        msgstr=example.translation,
        fuzzy=example.entry == "fuzzy",
        flags=frozenset(),
        comments=(),
        previous="",
        plurals=(example.translation,) * 2 if example.entry == "plural" else (),
        line=7,
    )
    catalogue = Catalogue(
        locale=example.locale,
        domain="small",
        entries=MappingProxyType({} if example.entry == "missing" else {"a.fact": entry}),
        file=Path("fr.po"),
        digest="",
    )
    return check_catalogue(catalogue, [] if example.entry == "unknown" else [message])


@pytest.mark.parametrize("rule", RULES)
def test_the_failing_example_breaks_this_rule_alone(rule: str) -> None:
    known = RULES[rule]
    assert known.fails is not None
    found = checked(known.fails)
    assert [(item.rule, item.level) for item in found] == [(rule, known.level)]
    assert found[0].problem
    assert (found[0].why, found[0].remedy) == (known.why, known.remedy)
    assert found[0].place == Place(Path("fr.po"), 0 if known.fails.entry == "missing" else 7)


@pytest.mark.parametrize("rule", RULES)
def test_the_passing_example_breaks_none(rule: str) -> None:
    known = RULES[rule]
    assert known.passes is not None
    assert checked(known.passes) == []


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_is_told_in_a_line_each(rule: str) -> None:
    known = RULES[rule]
    for text in (known.finds, known.why, known.remedy):
        assert text
        assert len(text) <= 110
        assert "\n" not in text
    assert known.finds.endswith(".")
    assert known.why.endswith(".")
    assert not known.remedy.endswith(".")
