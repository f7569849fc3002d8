"""A figure beside the wrong word is another number, and nothing else about it looks wrong."""

from __future__ import annotations

import pytest

from locales.checks.beside import added, counting_words
from locales.checks.rules import Pair

ENGLISH = "About {figure} million people in {year}."


def rules(text: str, english: str = ENGLISH) -> set[str]:
    pair = Pair(text, english, "xx", 0)
    return {rule for check in (counting_words, added) for rule, _ in check(pair)}


@pytest.mark.parametrize(
    "text",
    [
        "{year}年约{figure}万人。",
        "{year}年约{figure}亿人。",
        "{year}年约{figure_wan}百万人。",
        "{year}年约{figure_wan}人。",
        "{year}年約{figure}億人。",
        "{year}년 약 {figure}만 명.",
        "{year} में {figure} करोड़ लोग।",
        "{year} में {figure} लाख लोग।",
        "{year} में {figure_crore} लाख लोग।",
        "{year} میں {figure} کروڑ لوگ۔",
        "Environ {figure} milliards de personnes en {year}.",
        "Environ {figure_wan} millions de personnes en {year}.",
        "Unos {figure} mil millones de personnes en {year}.",
        "Rund {figure} Milliarden Menschen im Jahr {year}.",
        "\u2066{figure}\u2069 مليار شخص في {year}.",
        "Khoảng {figure} tỷ người năm {year}.",
    ],
)
def test_the_word_after_a_figure_is_the_one_it_counts_in(text: str) -> None:
    assert rules(text) == {"counting-word"}


@pytest.mark.parametrize(
    "text",
    [
        "{year}年约{figure_wan}万人。",
        "{year}年约{figure}百万人。",
        "{year}년 약 {figure_wan}만 명.",
        "{year} में {figure_crore} करोड़ लोग।",
        "{year} में {figure_lakh} लाख लोग।",
        "Environ {figure} millions de personnes en {year}.",
        "ประมาณ {figure} ล้านคนในปี {year}",
        "Khoảng {figure} triệu người năm {year}.",
        "Sekitar {figure} wanita.",
        "Tại {figure} tỉnh.",
    ],
)
def test_a_figure_in_its_own_words_is_left_alone(text: str) -> None:
    assert rules(text) == set()


def test_the_english_may_count_in_thousands_of_millions() -> None:
    assert rules("{figure} milliards.", "{figure} billion.") == set()


@pytest.mark.parametrize(
    "text", ["{figure}% des", "{figure} % des", "%{figure}", "{figure}{figure}", "{figure}{year}"]
)
def test_no_sign_and_no_number_stands_against_a_figure(text: str) -> None:
    assert rules(text, "{figure} of") == {"number"}


def test_a_sign_of_the_english_text_stays() -> None:
    assert rules("{figure} %", "{figure}%") == set()
