"""A law, a quotation, a count or a title excuses the words in their sentence, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from locales import terminology
from locales.terminology.excuses import sentences
from locales.terminology.plain import plain
from tests.locales.terminology.folders import folder, found, tokens, words

SETS = "sets:\n  law: ['laws?', 'courts?']\n  statistics: [detected]\n  title: [entitled]\n"


@pytest.mark.parametrize(
    ("unless", "excused", "not_excused"),
    [
        ("law", "In law, a slave is free.", "A slave. The law is clear."),
        ("law", "Is a slave before court?", "A slave, awed."),
        ("statistics", "Slave cases detected: {figure}.", "Detected late. A slave went."),
        ("'free\\w*'", "The slave was freed.", "He was free. A slave was not."),
        ("title", "A book entitled slave and sea.", "A book. Slave and sea."),
        ("title", "She read *slave and sea* twice.", "She read * slave and sea twice."),
        ("title", "He reads The Slave Trade.", "He reads the slave Trade."),
        ("title", "Slave Trade Museum opens.", "Slave trade in Liverpool ends."),
        ("title", "Members of the Slave Route Project met.", "A Slave in Liverpool."),
        ("title", "Day of the Abolition of Slave Work", "SLAVE WORK"),
        ("quotation", "They said “a slave”.", "They “said” a slave “once”."),
    ],
)
def test_what_excuses_in_english(
    tmp_path: Path, unless: str, excused: str, not_excused: str
) -> None:
    rules = words(tmp_path, "en_GB", "slave", meta=f"    unless: [{unless}]\n", sets=SETS)
    assert found(rules, excused) == []
    assert len(found(rules, not_excused)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "“a slave”", '"a slave"', "'a slave'", "‘a slave’", "„a slave“", "„a slave”", "”a slave”",
        "«a slave»", "« a slave »", "»a slave«", "‹a slave›", "「a slave」", "『a slave』",
        "《a slave》", "‘the slave’s house’", "“it’s a slave’s life”", "‚a slave‘",
    ],
)  # fmt: skip
def test_quotation_marks_of_every_language(tmp_path: Path, text: str) -> None:
    rules = words(tmp_path, "en_GB", "slave(?:'s)?", meta="    unless: [quotation]\n")
    assert found(rules, f"So {text} it is.") == []


@pytest.mark.parametrize(
    "text",
    [
        "the traffickers’ slave and the girls’ home",
        "“one” slave “two”",
        "a “slave",
        "isn't a slave, isn't",
        'צה"ל slave צה"ל',
    ],
)
def test_apostrophes_and_lone_marks_quote_nothing(tmp_path: Path, text: str) -> None:
    rules = words(tmp_path, "en_GB", "slave", meta="    unless: [quotation]\n")
    assert found(rules, text) == ["slave"]


def test_german_nouns_are_no_titles(tmp_path: Path) -> None:
    rules = words(tmp_path, "de", "sklaven", meta="    unless: [title]\n")
    assert found(rules, "Das Leben der Sklaven Roms, „Sklaven Roms“.") == ["Sklaven"]


def test_a_myth_may_say_what_the_rule_allows_there(tmp_path: Path) -> None:
    folder(tmp_path, "en_GB", {"One": tokens("slave")}, meta="    myths: yes\n")
    rules = terminology.vocabulary("en_GB", tmp_path)
    assert found(rules, "A slave.", myth=True) == []
    assert found(rules, "A slave.") == ["slave"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two! Three? Four… Five", 5),
        ("In 27.6 million, e.g. here, art. 3 holds.", 1),
        ("He said: “Go.” She went.", 2),
        ("एक। दो। तीन", 3),
        ("一。二！三", 3),
        ("یک۔ دو۔", 2),
        ("ሀ። ለ", 2),
        ("", 1),
    ],
)
def test_sentences_are_the_whole_text(text: str, parts: int) -> None:
    looked_at = plain(text)
    spans = sentences(looked_at)
    assert len(spans) == parts
    assert "".join(looked_at[first:last] for first, last in spans) == looked_at
