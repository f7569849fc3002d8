"""Search: all words, in any field, whatever their case and accents; the best first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.records import Source
from campaigns.search import fold, search


def source(id_: str, title: str, abstract: str = "It says.", **more: object) -> Source:
    """A source with what does not matter filled in."""
    values: dict[str, object] = {
        "countries": ("Worldwide",), "regions": ("Worldwide",), "authors": "UNODC", "year": "2020",
        "category": "Research",
    }  # fmt: skip
    return Source(id_, title, abstract, **(values | more))  # type: ignore[arg-type]


SOURCES = [
    source("A", "On forced labour", year="2012"),
    source("B", "Another report", "It is about forced labour.", year="2024"),
    source("C", "Traite des êtres humains", countries=("Türkiye", "Ελλάδα"), year="2016/2019"),
    source("D", "Fair work", regions=("Middle East", "North Africa"), category="Guidance"),
    source("E", "Ohne Jahr", authors="Łukasz Straße", year="n.d."),
]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("forced", "labour"), "AB"),
        (("forced labour",), "AB"),
        (("LABOUR", "2024"), "B"),
        (("etres",), "C"),
        (("ÊTRES", "turkiye"), "C"),
        (("ΕΛΛΑΔΑ",), "C"),
        (("lukasz", "strasse"), "E"),
        (("africa",), "D"),
        (("unodc", "research"), "BCA"),
        (("labour", "fair"), ""),
        (("(",), ""),
    ],
)
def test_all_words_match_in_any_field(words: tuple[str, ...], found: str) -> None:
    assert "".join(one.id for one in search(SOURCES, words)) == found


def test_without_words_everything_is_there_and_the_newest_first() -> None:
    assert "".join(one.id for one in search(SOURCES)) == "BDCAE"


@pytest.mark.parametrize(
    ("year", "found"),
    [("2012", "A"), ("2019-2024", "BDC"), ("n.d.", "E"), ("2018", ""), ("1990-2015", "A")],
)
def test_years_are_one_or_a_span(year: str, found: str) -> None:
    assert "".join(one.id for one in search(SOURCES, year=year)) == found


def test_category_and_region_narrow_it() -> None:
    assert [one.id for one in search(SOURCES, category="guid")] == ["D"]
    assert [one.id for one in search(SOURCES, region="NORTH afr")] == ["D"]
    assert search(SOURCES, ["fair"], category="Research") == []


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_word_of_a_record_always_finds_it(before: str, word: str) -> None:
    found = search([source("X", f"{before} {word}")], word.split())
    assert [one.id for one in found] == ["X"]


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
