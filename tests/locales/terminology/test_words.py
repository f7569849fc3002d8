"""What counts as the same words, language by language."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locales import terminology
from locales.terminology.plain import MAX_SIGNS, plain
from tests.locales.terminology.folders import folder, found, tokens, words


@pytest.mark.parametrize(
    ("locale", "pattern", "text", "hits"),
    [
        ("en_GB", "cage", "A cage, a Cage and CAGES.", ["cage", "Cage"]),
        ("en_GB", "cage", "cages encage cagé cage\u0301", []),
        ("en_GB", "cage", "(cage)-cage’cage_9cage9", ["cage", "cage", "cage", "cage"]),
        ("en_GB", r"traffick\w*", "Trafficking traffics traffic", ["Trafficking"]),
        ("en_GB", "girl's", "The girl’s, the girl's.", ["girl's", "girl's"]),
        ("en_GB", "modern-day", "modern‑day", ["modern-day"]),
        ("en_GB", "illegal migrant", "illegal\u00a0\n  mi\u00adgrant", ["illegal migrant"]),
        ("en_GB", "illegal migrant", "ille\u034fgal mi\u2064gra\ufe00nt", ["illegal migrant"]),
        ("en_GB", "cage", "{cage} https://cage.example/cage www.x.org/cage a.cage@cage.org", []),
        ("en_GB", "in cage", "in {society} cage", []),
        ("fr", "esclave", "l’esclave, l'Esclave", ["esclave", "Esclave"]),
        ("fr", "clandestiné", unicodedata.normalize("NFD", "clandestiné"), ["clandestiné"]),
        ("el", "λαθρομετανάστης", "Λαθρομετανάστης", ["Λαθρομετανάστης"]),
        ("ar", "مهاجر", "والمهاجر بالمهاجر للمهاجر", ["والمهاجر", "بالمهاجر", "للمهاجر"]),
        ("ar", "مهاجر", "مهاجرون", []),
        ("ar", "هجرة غير شرعية", "الهجرة غير الشرعية", ["الهجرة غير الشرعية"]),
        ("ar", "تهريب البشر", "تَهْريـــب البَشَر", ["تهريب البشر"]),
        ("he", "מסתנן", "המסתנן ושהמסתנן מסתננים", ["המסתנן", "ושהמסתנן"]),
        ("he", "סחר", "סַחַר", ["סחר"]),
        ("tr", "insan kaçakçılığı", "İNSAN KAÇAKÇILIĞI", ["İNSAN KAÇAKÇILIĞI"]),
        ("tr", "kız", "KIZ kiz KİZ", ["KIZ"]),
        ("en_GB", "girl in", "GIRL IN", ["GIRL IN"]),
        ("th", "เหยื่อ", "ช่วยเหยื่อค้ามนุษย์", ["เหยื่อ"]),
        ("zh_Hans", "非法移民", "帮助非法移民的人", ["非法移民"]),
        ("ja", "不法移民", "これは不法移民です", ["不法移民"]),
        ("fa", "می‌شود", "می‌شود میشود", ["میشود", "میشود"]),
        ("hi", r"पीड़ित\w*", "पीड़ितों से", ["पीड़ितों"]),
        ("hi", "पीड़ित", "पीड़ितों", []),
        ("ko", r"불법체류자\w*", "불법체류자들은", ["불법체류자들은"]),
    ],
)  # fmt: skip
def test_words_of_a_language(
    tmp_path: Path, locale: str, pattern: str, text: str, hits: list[str]
) -> None:
    assert found(words(tmp_path, locale, pattern), text) == hits


def test_capitals_count_unless_the_rule_says_otherwise(tmp_path: Path) -> None:
    folder(tmp_path, "tr", {"Strict": tokens("insan", more="nonword: false")})
    rules = terminology.vocabulary("tr", tmp_path)
    assert found(rules, "insan İNSAN Insan") == ["insan"]


def test_signs_are_found_inside_words_when_the_rule_says_so(tmp_path: Path) -> None:
    folder(tmp_path, "en_GB", {"Signs": tokens("⛓", "x", more="nonword: true")})
    assert found(terminology.vocabulary("en_GB", tmp_path), "a⛓️b axb") == ["⛓", "x"]


def test_the_base_language_serves_its_varieties_and_no_neighbour(tmp_path: Path) -> None:
    folder(tmp_path, "fr", {"Words": tokens("esclave")})
    folder(tmp_path, "pt_PT", {"Words": tokens("escravo")})
    folder(tmp_path, "hr", {"Words": tokens("rob")})
    for served in ("fr", "fr_CH", "fr_FR"):
        assert found(terminology.vocabulary(served, tmp_path), "esclave") == ["esclave"]
    for alone in ("pt", "pt_BR", "bs", "sr_Latn", "de", "../fr", "", "fr/../fr"):
        assert terminology.vocabulary(alone, tmp_path).rules == ()


def test_serbian_in_latin_letters_has_the_cyrillic_rules(tmp_path: Path) -> None:
    swap = "swap:\n  'бел\\w* робљ\\w*': трговина људима"
    text = f"extends: substitution\nmessage: Пишите %s, не %s.\nignorecase: true\n{swap}\n"
    folder(tmp_path, "sr", {"Roblje": text})
    rules = terminology.vocabulary("sr_Latn", tmp_path)
    ((_, one),) = rules.found("Belo roblje.")
    assert (one.rule.name, one.words, one.prefer) == (
        "sr.Roblje",
        "Belo roblje",
        "trgovina ljudima",
    )
    assert one.rule.pattern is not None
    assert one.rule.pattern.sentence(one.words, one.prefer) == (
        "Pišite trgovina ljudima, ne Belo roblje."
    )
    assert not found(rules, "Бело робље.")


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


@given(TEXTS)
def test_no_text_is_too_strange(text: str) -> None:
    assert all(hit.words in plain(text) for hit in terminology.hits(text, "en_GB"))


@given(TEXTS)
def test_the_plain_form_is_its_own(text: str) -> None:
    once = plain(text)
    assert plain(once) == once


@pytest.mark.parametrize("text", ["e\u200d\u0301", "\ufb1d", "ا\u0640\u0654"])
def test_what_falls_away_leaves_whole_letters(text: str) -> None:
    assert plain(plain(text)) == plain(text)
    assert len(plain(text)) == 1


@given(st.text("سلامكتاب", min_size=1, max_size=12), st.data())
def test_what_is_invisible_in_arabic_hides_nothing(word: str, data: st.DataObject) -> None:
    marked = "".join(
        letter + data.draw(st.sampled_from(["", "\u064e", "\u0640\u0640", "\u200c", "\u2066"]))
        for letter in word
    )
    assert plain(marked) == plain(word)


def test_a_huge_text_is_looked_at_as_far_as_texts_go() -> None:
    assert not terminology.hits("x " * MAX_SIGNS + "voiceless", "en_GB")
    assert terminology.hits("voiceless " * MAX_SIGNS, "en_GB")
