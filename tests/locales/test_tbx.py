"""The glossary as TBX and CSV: valid, with real languages, and read by a translators' tool."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from xml.etree import ElementTree

import pytest
from babel.messages.pofile import read_po

from locales.terminology import read_glossary
from locales.terminology.tbx import flat, tbx
from tests.locales.programs import program, run

LANG = "{http://www.w3.org/XML/1998/namespace}lang"
ENGLISH = [
    {
        "concept": "survivor", "term": "survivor", "avoid": "victim | trafficked <girl>",
        "definition": "Somebody who lived through it & left.\x0b",
    },
    {"concept": "smuggling", "term": "migrant smuggling", "avoid": "", "definition": "A crime."},
]  # fmt: skip
OTHER = [
    {
        "concept": "survivor", "term": "بازمانده\u200cها", "avoid": "=قربانی", "note": "Plural.",
    },
    {"concept": "smuggling", "term": "", "avoid": "", "note": ""},
]  # fmt: skip


def languages(raw: bytes) -> dict[str, dict[str, list[str]]]:
    """Terms by concept and language, with those to avoid after a minus."""
    root = ElementTree.fromstring(raw)
    return {
        entry.attrib["id"]: {
            one.attrib[LANG]: [
                f"{'-' if 'deprecated' in tig.findtext('termNote', '') else ''}"
                f"{tig.findtext('term')}"
                for tig in one.iter("tig")
            ]
            for one in entry.iter("langSet")
        }
        for entry in root.iter("termEntry")
    }


def test_terms_stand_under_their_concept_and_real_language() -> None:
    assert languages(tbx(ENGLISH, OTHER, ("en_GB", "zh_Hans"))) == {
        "c-survivor": {
            "en-GB": ["survivor", "-victim", "-trafficked <girl>"],
            "zh-Hans": ["بازمانده\u200cها", "-=قربانی"],
        },
        "c-smuggling": {"en-GB": ["migrant smuggling"]},
    }


def test_the_definition_is_english_and_the_note_the_translator_s() -> None:
    entry = ElementTree.fromstring(tbx(ENGLISH, OTHER, ("en_GB", "fa"))).find(".//termEntry")
    assert entry is not None
    assert entry.findtext("descrip") == "Somebody who lived through it & left."
    assert entry.findtext("langSet[2]/tig[1]/note") == "Plural."


def test_english_alone_has_one_language() -> None:
    found = languages(tbx(ENGLISH, ENGLISH, ("en_GB", "en_GB")))
    assert [list(one) for one in found.values()] == [["en-GB"], ["en-GB"]]


def test_the_glossary_that_ships_is_whole() -> None:
    english = read_glossary("en_GB")
    found = languages(tbx(english, english, ("en_GB", "en_GB")))
    assert [one["en-GB"][0] for one in found.values()] == [one["term"] for one in english]


@pytest.mark.parametrize("locale", ["fa", "pt_PT"])
def test_translate_toolkit_reads_it(locale: str, tmp_path: Path) -> None:
    (tmp_path / "g.tbx").write_bytes(tbx(ENGLISH, OTHER, ("en_GB", locale)))
    words = ("-l", locale.replace("_", "-"), "--source-language=en-GB", "-i", "g.tbx", "-o", "g.po")
    done = run(program("the glossary as TBX", "tbx2po"), "--progress=none", *words, at=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    with (tmp_path / "g.po").open("rb") as file:
        found = {m.id: m.string for m in read_po(file) if m.id}
    assert found == {"survivor": "بازمانده\u200cها", "migrant smuggling": ""}


def test_the_csv_glossary_has_weblate_s_columns_and_no_formula() -> None:
    raw = flat(ENGLISH, OTHER)
    head, first, _ = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""))
    assert head == ["source", "target", "context", "developer_comments"]
    assert first[0] == "survivor"
    assert first[3].endswith("Plural. Not: =قربانی")
    dangerous = flat([{**ENGLISH[0], "term": "=1"}], OTHER).decode("utf-8-sig")
    assert '"\'=1"' in dangerous
