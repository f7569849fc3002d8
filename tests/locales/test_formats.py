"""Numbers and dates as each territory writes them, in every shipped format locale."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from campaigns import open_library
from locales import formats
from locales.formats import FormatsError

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


def test_lists_directions_and_tags() -> None:
    assert formats.listed(["A", "B", "C"], "fr_FR") == "A, B et C"
    assert [formats.direction(locale) for locale in ("ar", "he", "sr_Latn", "el")] == [
        "rtl", "rtl", "ltr", "ltr",
    ]  # fmt: skip
    assert [formats.language_tag(locale) for locale in ("pt_PT", "sr_Latn", "ar")] == [
        "pt-PT", "sr-Latn", "ar",
    ]  # fmt: skip


@pytest.mark.parametrize("locale", ["sr@latin", "xx_XX", "", "no such", "fr/../x"])
def test_a_locale_without_data_is_refused_in_one_line(locale: str) -> None:
    with pytest.raises(FormatsError) as caught:
        formats.number(Decimal(1), locale)
    assert "\n" not in str(caught.value)
