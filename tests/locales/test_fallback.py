"""Whole-card fallback follows a table made by hand, and nothing computed."""

from __future__ import annotations

import pytest

from locales.fallback import REFUSED, chain, refused


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("fr", ("fr",)),
        ("fr_CH", ("fr_CH", "fr")),
        ("ar_LB", ("ar_LB", "ar")),
        ("es_MX", ("es_MX", "es")),
        ("en", ("en", "en_GB")),
        ("en_MT", ("en_MT", "en_GB")),
        ("en_GB", ("en_GB",)),
        ("de_AT", ("de_AT", "de")),
        ("de_CH", ("de_CH", "de")),
        ("de_LU", ("de_LU",)),
        ("it_CH", ("it_CH", "it")),
        ("it_IT", ("it_IT",)),
        ("it_SM", ("it_SM", "it")),
        ("el_CY", ("el_CY", "el")),
        ("nl_BE", ("nl_BE", "nl")),
        ("nb", ("nb", "no")),
        ("pt_PT", ("pt_PT",)),
        ("pt_BR", ("pt_BR",)),
        ("sr_Latn", ("sr_Latn",)),
        ("sr_RS", ("sr_RS",)),
        ("hr_BA", ("hr_BA",)),
        ("zh_Hant", ("zh_Hant",)),
        ("es_419", ("es_419",)),
        ("cnr", ("cnr",)),
    ],
)
def test_the_table(wanted: str, found: tuple[str, ...]) -> None:
    assert chain(wanted) == found


@pytest.mark.parametrize(("wanted", "near"), sorted(REFUSED))
def test_a_neighbour_language_is_never_chosen(wanted: str, near: str) -> None:
    assert near not in chain(wanted)
    assert refused(wanted, near)


def test_nothing_falls_back_to_english_but_english() -> None:
    for wanted in ("fr", "ar_LB", "hr", "mt", "sr_Latn", "ga_IE", "xx_EN"):
        assert refused(wanted, "en_GB")
    assert not refused("fr_CH", "fr")
    assert not refused("fr", "fr")
