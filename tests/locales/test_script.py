"""Serbian Latin is made from Cyrillic letter by letter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locales import transliterate
from locales.script import LETTERS


def test_the_alphabet_has_thirty_letters() -> None:
    assert len(LETTERS) == 30
    assert len(set(LETTERS.values())) == 30


@pytest.mark.parametrize(
    ("cyrillic", "latin"),
    [
        ("Џеп", "Džep"),
        ("ЏЕП", "DŽEP"),
        ("Љ", "Lj"),
        ("ЉУБАВ", "LJUBAV"),
        ("Љубав", "Ljubav"),
        ("КОЊ", "KONJ"),
        ("Њ је слово", "Nj je slovo"),
        ("ЦК Њ", "CK Nj"),
        ("Светски дан борбе против трговине људима",
         "Svetski dan borbe protiv trgovine ljudima"),
        ("Црвени крст Србије, ђак, ћуп, чаша, шума, жаба",
         "Crveni krst Srbije, đak, ćup, čaša, šuma, žaba"),
        ("{figure} одсто: \u2066#EndHumanTrafficking\u2069, UNODC 2024",
         "{figure} odsto: \u2066#EndHumanTrafficking\u2069, UNODC 2024"),
        ("", ""),
    ],
)  # fmt: skip
def test_digraphs_and_capitals_come_out_right(cyrillic: str, latin: str) -> None:
    assert transliterate(cyrillic) == latin


@given(st.text(alphabet="".join(LETTERS) + "".join(LETTERS).upper() + " aZ{}_9ђЂ\u2066\u2069"))
def test_no_cyrillic_is_left_and_the_rest_stays(text: str) -> None:
    latin = transliterate(text)
    assert not any("\u0400" <= sign <= "\u04ff" for sign in latin)
    assert transliterate(latin) == latin
    keep = " aZ{}_9\u2066\u2069"
    for sign in "{}_9\u2066\u2069 ":
        assert latin.count(sign) == text.count(sign)
    assert all(sign in keep or sign.isalpha() for sign in latin)
