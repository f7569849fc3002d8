"""Numbers and dates as each territory writes them, in every shipped format locale."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from campaigns import open_library
from locales import formats
from locales.formats import FormatsError
from locales.placeholders import LRI, PDI

DAY = date(2027, 7, 30)
SHIPPED = sorted(
    {form for society in open_library().societies.values() for form in society.formats.values()}
)


@pytest.mark.parametrize("locale", SHIPPED)
def test_every_shipped_format_locale_writes_figures_in_latin_digits(locale: str) -> None:
    for value in ("27.6", "202478", "0.5", "1234567.89"):
        text = formats.number(Decimal(value), locale)
        assert re.sub(r"[.,\u00a0\u202f]", "", text) == value.replace(".", "")
        assert re.fullmatch(r"[0-9.,\u00a0\u202f]+", text)
    assert re.fullmatch(r"%?38[.,]5[\u00a0\u202f]?%?", formats.percent(Decimal("38.5"), locale))


@pytest.mark.parametrize("locale", SHIPPED)
def test_every_shipped_format_locale_writes_30_july(locale: str) -> None:
    text = formats.day_and_month(DAY, locale)
    assert re.findall(r"[0-9]+", text) == ["30"]
    assert sum(sign.isalpha() for sign in text) >= 3
    assert not re.search(r"[^\W\d_]*\d+[^\W_]*2027", text)
    assert "2027" in formats.long_date(DAY, locale)


@pytest.mark.parametrize(
    ("locale", "number", "percent", "day"),
    [
        ("en_GB", "202,478", "42%", "30 July"),
        ("fr_FR", "202\u202f478", "42\u202f%", "30 juillet"),
        ("es_ES", "202.478", "42\u00a0%", "30 de julio"),
        ("it_IT", "202.478", "42%", "30 luglio"),
        ("el_GR", "202.478", "42%", "30 Ιουλίου"),
        ("tr_TR", "202.478", "%42", "30 Temmuz"),
        ("pt_PT", "202\u00a0478", "42%", "30 de julho"),
        ("sr_Cyrl_RS", "202.478", "42%", "30. јул"),
        ("sr_Latn_RS", "202.478", "42%", "30. jul"),
        ("hr_HR", "202.478", "42\u00a0%", "30. srpnja"),
        ("sq_AL", "202\u00a0478", "42%", "30 korrik"),
        ("sl_SI", "202.478", "42\u00a0%", "30. julij"),
        ("he_IL", "202,478", "42%", "30 ביולי"),
        ("ar_EG", "202,478", "42%", "30 يوليو"),
        ("ar_LB", "202.478", "42%", "30 تموز"),
        ("ar_TN", "202.478", "42%", "30 جويلية"),
        ("ar_MA", "202.478", "42%", "30 يوليوز"),
    ],
)
def test_each_language_has_its_own_pattern(
    locale: str, number: str, percent: str, day: str
) -> None:
    assert formats.number(Decimal(202478), locale) == number
    found = formats.percent(Decimal(42), locale)
    assert found.replace("\u202f", "\u00a0") == percent.replace("\u202f", "\u00a0")
    assert formats.day_and_month(DAY, locale) == day


@pytest.mark.parametrize(
    ("value", "text"),
    [("27.60", "27,6"), ("1E+3", "1\u202f000"), ("0", "0"), ("1.23456", "1,23456")],
)
def test_no_decimal_is_lost_and_none_is_added(value: str, text: str) -> None:
    assert formats.number(Decimal(value), "fr_FR") == text


def test_a_percentage_of_a_percentage_keeps_its_decimals() -> None:
    assert formats.percent(Decimal("0.125"), "en_GB") == "0.125%"
    assert formats.percent(Decimal("100"), "tr_TR") == "%100"


def test_a_figure_is_written_by_its_unit() -> None:
    figures = open_library().figures.values()
    assert {figure.unit for figure in figures} == {"number", "percent"}
    for figure in figures:
        assert ("%" in formats.figure(figure, "en_GB")) == (figure.unit == "percent")


JULY = {
    "en_GB": "30 July", "fr": "30 juillet", "es": "30 de julio", "ar": "30 يوليو",
    "it": "30 luglio", "pt_PT": "30 de julho", "el": "30 Ιουλίου", "sr": "30. јул",
    "sr_Latn": "30. jul", "hr": "30. srpnja", "sq": "30 korrik", "sl": "30. julij",
    "tr": "30 Temmuz", "he": "30 ביולי", "de": "30. Juli", "nl": "30 juli",
    "ca": "30 de juliol", "bs": "30. juli", "mk": "30 јули", "mt": "30 ta’ Lulju",
    "uk": "30 липня", "ru": "30 июля", "pl": "30 lipca", "ro": "30 iulie", "bg": "30 юли",
    "hu": "július 30.", "fa": "30 ژوئیه", "ur": "30 جولائی", "hi": "30 जुलाई",
    "bn": "30 জুলাই", "sw": "30 Julai", "am": "ጁላይ 30", "vi": "30 tháng 7", "id": "30 Juli",
    "fil": "Hulyo 30", "th": "30 กรกฎาคม", "km": "30 កក្កដា", "my": "ဇူလိုင် 30",
    "zh_Hans": "7月30日", "ja": "7月30日", "ko": "7월 30일",
}  # fmt: skip
"""Of every language that ships or will; the same words as ICU's own formatter gives."""


@pytest.mark.parametrize(("locale", "text"), JULY.items())
def test_every_language_writes_30_july_of_our_calendar(locale: str, text: str) -> None:
    assert formats.day_and_month(DAY, locale) == text


@pytest.mark.parametrize("locale", JULY)
def test_every_language_writes_its_numbers_in_latin_digits(locale: str) -> None:
    number = formats.number(Decimal("1202478.25"), locale)
    assert re.sub(r"[.,\u00a0\u202f]", "", number) == "120247825"
    assert re.fullmatch(r"%?42[.,]5[\u00a0\u202f]?%?", formats.percent(Decimal("42.5"), locale))
    assert "2027" in formats.long_date(DAY, locale)


def test_every_language_has_its_direction_and_its_tag() -> None:
    assert [one for one in JULY if formats.direction(one) == "rtl"] == ["ar", "he", "fa", "ur"]
    odd = {one: formats.language_tag(one) for one in JULY if formats.language_tag(one) != one}
    assert odd == {
        "en_GB": "en-GB", "pt_PT": "pt-PT", "sr_Latn": "sr-Latn", "zh_Hans": "zh-Hans",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("locale", "four", "five"),
    [
        ("en_GB", "2,760", "27,600"), ("de_DE", "2.760", "27.600"),
        ("es_ES", "2760", "27.600"), ("it_IT", "2760", "27.600"), ("pl_PL", "2760", "27 600"),
        ("pt_PT", "2760", "27 600"), ("pt_BR", "2.760", "27.600"), ("hu_HU", "2760", "27 600"),
        ("bg_BG", "2760", "27 600"), ("sl_SI", "2760", "27.600"), ("sq_AL", "2760", "27 600"),
        ("zh_Hans", "2760", "27,600"), ("zh_Hans_CN", "2760", "27,600"), ("ja", "2,760", "27,600"),
        ("ko", "2,760", "27,600"), ("hi", "2,760", "27,600"),
    ],
)  # fmt: skip
def test_four_digits_stay_together_where_they_do(locale: str, four: str, five: str) -> None:
    assert formats.number(Decimal(2760), locale) == four
    assert formats.number(Decimal("-2760.5"), locale)[1:].startswith(four)
    assert formats.number(Decimal(27600), locale).replace("\u00a0", " ") == five


@pytest.mark.parametrize(
    ("locale", "wan", "lakh", "crore"),
    [
        ("zh_Hans", "2760", "276", "2.76"), ("ja", "2,760", "276", "2.76"),
        ("ko_KR", "2,760", "276", "2.76"), ("hi_IN", "2,760", "276", "2.76"),
        ("bn_BD", "2,760", "276", "2.76"), ("ur_PK", "2,760", "276", "2.76"),
        ("de", "2.760", "276", "2,76"),
    ],
)  # fmt: skip
def test_a_figure_in_millions_counts_in_other_words(
    locale: str, wan: str, lakh: str, crore: str
) -> None:
    found = formats.multiples(open_library().figures["F02"], locale)
    assert found == {"wan": wan, "lakh": lakh, "crore": crore}


def test_only_a_figure_that_counts_millions_has_other_words() -> None:
    figures = open_library().figures.values()
    for figure in figures:
        counts = figure.counts.startswith("million ")
        assert (figure.scale == "million") is counts, figure.id
        assert bool(formats.multiples(figure, "ja")) is counts, figure.id
    assert formats.multiples(open_library().figures["F01"], "zh_Hans")["wan"] == "4960"


@pytest.mark.parametrize(
    ("locale", "sentences", "text"),
    [
        ("en_GB", ["One.", "Two"], "One. Two."),
        ("fr_CH", ["Un ?", "Deux !"], "Un ? Deux !"),
        ("zh_Hans", ["一。", "二", "三？"], "一。二。三？"),
        ("ja", ["「一」", "二！"], "「一」。二！"),
        ("ko", ["하나.", "둘"], "하나. 둘."),
        ("th", ["หนึ่ง", "สอง"], "หนึ่ง สอง"),
        ("hi", ["एक", "दो।"], "एक। दो।"),
        ("bn", ["এক", "দুই।"], "এক। দুই।"),
        ("km", ["មួយ", "ពីរ។"], "មួយ។ ពីរ។"),
        ("my", ["တစ်", "နှစ်။"], "တစ်။ နှစ်။"),
        ("am", ["አንድ", "ሁለት።"], "አንድ። ሁለት።"),
        ("ur", ["ایک", "دو۔"], "ایک۔ دو۔"),
        ("ar", ["واحد؟", "اثنان"], "واحد؟ اثنان."),
        ("en_GB", ["“One.”", f"{LRI}Two.{PDI}", "", "Three:"], f"“One.” {LRI}Two.{PDI} Three:"),
        ("cnr", ["Jedan", "Dva."], "Jedan. Dva."),
        ("en_GB", [], ""),
        ("ja", ["", ""], ""),
    ],
)
def test_sentences_run_on_as_the_language_does(
    locale: str, sentences: list[str], text: str
) -> None:
    assert formats.running(sentences, locale) == text


def test_lists() -> None:
    assert formats.listed(["A", "B", "C"], "fr_FR") == "A, B et C"
    assert formats.listed(["A", "B", "C"], "ja") == "A、B、C"


@pytest.mark.parametrize("locale", ["sr@latin", "xx_XX", "", "no such", "fr/../x"])
def test_a_locale_without_data_is_refused_in_one_line(locale: str) -> None:
    with pytest.raises(FormatsError) as caught:
        formats.number(Decimal(1), locale)
    assert "\n" not in str(caught.value)
