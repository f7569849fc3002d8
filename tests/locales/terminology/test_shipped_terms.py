"""The rules that ship do what they say, in every language, and the shipped texts keep to them."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaigns.library import open_library
from campaigns.loader import load_campaign
from campaigns.model import Message
from campaigns.overrides import load_overrides
from locales import terminology
from locales.terminology import read_glossary
from locales.terminology.proof import failing_examples
from locales.terminology.vocabulary import META, SHIPPED, vocabulary
from tests.locales.terminology.measure import measure
from tests.project import ROOT

FOLDERS = sorted(file.parent.name for file in SHIPPED.glob(f"*/{META}"))
GLOSSARIES = sorted(file.parent.name for file in SHIPPED.glob("*/glossary.csv"))
ALL_IDS = [f"T{number:02}" for number in range(1, 34)]
DOC = ROOT / "docs" / "reference" / "terminology.md"


@pytest.mark.parametrize("locale", FOLDERS)
def test_every_example_does_what_it_says(locale: str) -> None:
    rules = vocabulary(locale).ready()
    assert [str(error) for error in failing_examples(rules)] == []
    assert {rule.meta.id for rule in rules.rules} <= set(ALL_IDS)


def test_english_has_all_rules_in_order() -> None:
    rules = vocabulary("en_GB").rules
    assert [rule.meta.id for rule in rules] == ALL_IDS
    assert [rule.name for rule in rules if rule.meta.by_hand] == ["en_GB.RealCase"]


def test_the_reference_names_every_english_rule() -> None:
    rows = [line.split(" | ") for line in DOC.read_text("utf-8").splitlines() if "| T" in line[:3]]
    told = {row[0].removeprefix("| "): (row[1].strip("`"), row[3]) for row in rows}
    assert told == {
        rule.meta.id: (
            rule.name.partition(".")[2],
            rule.pattern.level if rule.pattern else "by hand",
        )
        for rule in vocabulary("en_GB").rules
    }


@pytest.mark.parametrize("locale", GLOSSARIES)
def test_every_glossary_can_be_read(locale: str) -> None:
    assert read_glossary(locale)


def test_the_english_glossary_names_sources_that_are_there() -> None:
    glossary = read_glossary("en_GB")
    sources = open_library().sources
    named = [one["source"] for one in glossary if one["source"].startswith("S")]
    ids = [name for name in named if name[1:].isdigit()]
    assert len(glossary) >= 25
    assert ids
    assert [name for name in ids if name not in sources] == []
    assert all(one["definition"] and one["source"] for one in glossary)


def shipped_messages() -> list[Message]:
    library = open_library()
    found = [*library.shared.values()]
    for campaign in library.campaign_ids():
        found += library.campaign(campaign).messages()
    for file in (ROOT / "clarion" / "starter").rglob("campaign.yaml"):
        found += load_campaign(file).messages()
    return found


def test_the_shipped_english_texts_break_no_rule() -> None:
    broken = [
        f"{message.place}: {hit.rule} {hit.words}"
        for message in shipped_messages()
        for hit in terminology.hits(message.text, "en_GB", field=message.context)
        if hit.level != "info"
    ]
    assert broken == []


def test_the_rules_are_as_good_as_they_were_measured() -> None:
    count = measure("en_GB")
    assert (count.fine, count.broken) == (94, 77)
    assert len(count.alarms) == 0
    assert len(count.remarks) == 0
    assert count.found >= 75


def test_a_hit_says_what_why_and_on_whose_advice() -> None:
    (hit,) = terminology.hits("Illegal migrants are at risk.", "en_GB", field="a-card.fact")
    assert (hit.rule, hit.id, hit.level) == ("en_GB.Illegal", "T08", "error")
    assert hit.words == "Illegal migrants"
    assert hit.prefer == "migrant in an irregular situation"
    assert hit.message == f"Write '{hit.prefer}' instead of 'Illegal migrants'."
    assert "3449" in hit.source
    assert hit.why
    assert hit.approved is None


def test_hits_come_in_the_order_of_the_text() -> None:
    found = terminology.hits("Innocent girls are easy prey; call the police.", "en_GB")
    assert [hit.id for hit in found] == ["T17", "T18", "T29"]


def test_a_myth_may_blame_but_not_insult() -> None:
    text = "Why didn’t she leave? Illegal migrants!"
    assert [hit.id for hit in terminology.hits(text, "en_GB", field="c.fact")] == ["T30", "T08"]
    assert [hit.id for hit in terminology.hits(text, "en_GB", field="c.myth")] == ["T08"]
    assert [hit.id for hit in terminology.hits(text, "en_GB", field="myth")] == ["T08"]
    assert [hit.id for hit in terminology.hits(text, "en_GB", field="myth.fact")] == ["T30", "T08"]


OVERRIDE = """\
overrides:
  - {id: O01, rule: en_GB.Survivor, locale: en_GB, context: week/a.more,
     words: 'Victims  of trafficking', by: safeguarding-lead, on: 2027-03-01, why: Named so by law.}
"""


def test_approved_words_are_information_while_they_are_there(tmp_path: Path) -> None:
    path = tmp_path / "overrides.yaml"
    path.write_text(OVERRIDE, encoding="utf-8")
    allowed = [*load_overrides(path).values()]
    text = "Support for victims of trafficking. Illegal migrants too."
    first, second = terminology.hits(text, "en_GB", allowed=allowed)
    assert (first.level, first.approved) == ("info", allowed[0])
    assert (second.level, second.approved) == ("error", None)
    (changed,) = terminology.hits("Support for a victim of trafficking.", "en_GB", allowed=allowed)
    assert (changed.level, changed.approved) == ("warning", None)


def test_the_same_word_elsewhere_in_the_text_is_not_approved(tmp_path: Path) -> None:
    path = tmp_path / "overrides.yaml"
    path.write_text(OVERRIDE, encoding="utf-8")
    allowed = [*load_overrides(path).values()]
    text = "Support for victims of trafficking. Victims are weak. So says every victim."
    found = terminology.hits(text, "en_GB", allowed=allowed)
    assert [hit.level for hit in found if hit.id == "T01"] == ["info", "warning", "warning"]


def test_approved_words_must_be_in_the_text_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "overrides.yaml"
    wider = OVERRIDE.replace("Victims  of trafficking", "the victims of trafficking in the act")
    path.write_text(wider, encoding="utf-8")
    allowed = [*load_overrides(path).values()]
    still = "It names the victims of trafficking in the act only."
    gone = "It names the victims of trafficking only."
    assert [hit.level for hit in terminology.hits(still, "en_GB", allowed=allowed)] == ["info"]
    assert [hit.level for hit in terminology.hits(gone, "en_GB", allowed=allowed)] == ["warning"]
