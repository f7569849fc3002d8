"""Values go in by name only, and no number ever reads backwards."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.review import ALLOWED_PLACEHOLDERS
from locales.placeholders import (
    FSI,
    LRI,
    NBSP,
    PDI,
    Direction,
    PlaceholderError,
    balanced,
    base_name,
    names,
    strip_isolates,
    substitute,
)


def test_values_replace_their_names() -> None:
    text = substitute("{figure} of {society}", {"figure": "27.6", "society": "A"}, "ltr")
    assert text == "27.6 of A"


@pytest.mark.parametrize(
    "text",
    ["{figure:.2f}", "{figure!r}", "{society.__class__}", "{society[0]}", "{0}", "{}",
     "{ figure }", "{FIGURE}", "{figure", "figure}", "{{figure}}", "{a{figure}}", "{fig\nure}"],
)  # fmt: skip
def test_anything_but_a_plain_name_is_refused(text: str) -> None:
    with pytest.raises(PlaceholderError):
        substitute(text, {"figure": "1", "society": "A"}, "ltr")


def test_a_name_outside_the_list_is_refused_even_with_a_value() -> None:
    with pytest.raises(PlaceholderError, match=r"\{password\} is not a known placeholder"):
        substitute("{password}", {"password": "x"}, "ltr")


def test_a_missing_value_is_an_error_and_never_an_empty_text() -> None:
    with pytest.raises(PlaceholderError, match=r"\{figure\} has no value here"):
        substitute("{figure}", {}, "ltr")


@pytest.mark.parametrize(
    ("name", "base"),
    [("figure_wan", "figure"), ("figure_lakh", "figure"), ("figure_crore", "figure"),
     ("figure_2_wan", "figure_2"), ("figure_3_crore", "figure_3"), ("figure", "figure"),
     ("figure_2", "figure_2"), ("year", "year"), ("year_wan", "year_wan"), ("wan", "wan"),
     ("_wan", "_wan"), ("figure_wan_wan", "figure_wan_wan"), ("figure_4_wan", "figure_4_wan"),
     ("figure_million", "figure_million")],
)  # fmt: skip
def test_a_figure_in_another_counting_word_stands_for_the_english_one(name: str, base: str) -> None:
    assert base_name(name) == base


def test_a_counting_word_needs_a_figure_with_a_scale() -> None:
    with pytest.raises(PlaceholderError, match=r"\{figure_wan\} needs a figure with a scale"):
        substitute("{figure_wan}万", {"figure": "42"}, "ltr")
    with pytest.raises(PlaceholderError, match=r"\{figure_2_wan\} has no value here"):
        substitute("{figure_2_wan}万", {"figure": "42"}, "ltr")
    with pytest.raises(PlaceholderError, match=r"\{year_wan\} is not a known placeholder"):
        substitute("{year_wan}", {"year": "2021", "year_wan": "1"}, "ltr")
    assert substitute("{figure_wan}万", {"figure": "27.6", "figure_wan": "2760"}, "ltr") == "2760万"


def test_a_value_is_not_read_again() -> None:
    assert substitute("{society}", {"society": "{year}", "year": "1"}, "ltr") == "{year}"


def test_own_names_go_in_as_they_are() -> None:
    assert substitute("{myth}", {"myth": f"{LRI}1{PDI}"}, "rtl", own={"myth"}) == f"{LRI}1{PDI}"


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("number", ["800 290 290", "116 006", "+39 800 290 290", "1-888-373-7888"])
def test_a_telephone_number_is_isolated_in_every_text(direction: Direction, number: str) -> None:
    text = substitute("x {helpline} y", {"helpline": number}, direction)
    assert text == f"x {LRI}{number.replace(' ', NBSP)}{PDI} y"


@pytest.mark.parametrize(
    ("name", "value", "isolated"),
    [
        ("society", "Magen David Adom", f"{FSI}Magen David Adom{PDI}"),
        ("source", "UNODC, 2024", f"{FSI}UNODC, 2024{PDI}"),
        ("helpline_name", "A21", f"{FSI}A21{PDI}"),
        ("day_name", "اليوم", f"{FSI}اليوم{PDI}"),
        ("hashtag", "#End", f"{LRI}#End{PDI}"),
        ("url", "https://example.org", f"{LRI}https://example.org{PDI}"),
        ("figure", "50%", f"{LRI}50%{PDI}"),
        ("figure", "%50", f"{LRI}%50{PDI}"),
        ("figure_2", "+25", f"{LRI}+25{PDI}"),
        ("figure_3", "1 234", f"{LRI}1 234{PDI}"),
        ("figure_crore", "2 760", f"{LRI}2 760{PDI}"),
        ("figure_crore", "2.76", "2.76"),
        ("year", "2012-2020", f"{LRI}2012-2020{PDI}"),
        ("figure", "27,6", "27,6"),
        ("figure", "202.478", "202.478"),
        ("year", "2022", "2022"),
        ("date", "30 يوليو", "30 يوليو"),
    ],
)
def test_other_values_are_isolated_where_right_to_left_text_needs_it(
    name: str, value: str, isolated: str
) -> None:
    assert substitute(f"a {{{name}}}", {name: value}, "rtl") == f"a {isolated}"
    assert substitute(f"a {{{name}}}", {name: value}, "ltr") == f"a {value}"


@pytest.mark.parametrize(
    ("typed", "finished"),
    [
        ("وسم #EndIt هنا", f"وسم {LRI}#EndIt{PDI} هنا"),
        ("حساب @redcross", f"حساب {LRI}@redcross{PDI}"),
        ("رقم 116 006 مجاني", f"رقم {LRI}116 006{PDI} مجاني"),
        ("رقم 1-888-373 و(1109)", f"رقم {LRI}1-888-373{PDI} و{LRI}(1109){PDI}"),
        (f"رقم {LRI}116 006{PDI}", f"رقم {LRI}116 006{PDI}"),
        (f"{FSI}#A{PDI} #B", f"{FSI}#A{PDI} {LRI}#B{PDI}"),
        ("دون 18 سنة", "دون 18 سنة"),
        ("عام 2022. 50 حالة", "عام 2022. 50 حالة"),
    ],
)
def test_what_a_translator_typed_is_isolated_once(typed: str, finished: str) -> None:
    assert substitute(typed, {}, "rtl") == finished
    assert substitute(typed, {}, "ltr") == typed


def test_only_telephone_numbers_keep_their_isolates_in_a_description() -> None:
    text = f"{FSI}A {LRI}116{NBSP}006{PDI}{PDI} {LRI}50%{PDI} {LRI}LINE{PDI} {PDI}{LRI}"
    kept = f"A {LRI}116{NBSP}006{PDI} 50% {LRI}LINE{PDI} "
    assert strip_isolates(text, keep={"LINE"}) == kept


@pytest.mark.parametrize(
    ("text", "whole"),
    [("", True), (f"{LRI}a{PDI}", True), (f"{FSI}{LRI}a{PDI}{PDI}", True), (LRI, False),
     (PDI, False), (f"{PDI}{LRI}", False)],
)  # fmt: skip
def test_balance(text: str, whole: bool) -> None:
    assert balanced(text) is whole


VALUES = {name: f"v {name}" for name in ALLOWED_PLACEHOLDERS}
PIECES = st.lists(
    st.sampled_from([f"{{{name}}}" for name in sorted(VALUES)])
    | st.text(alphabet="aع #@+-0123456789().,%", max_size=12),
    max_size=6,
).map("".join)


@given(PIECES, st.sampled_from(["ltr", "rtl"]))
def test_isolates_are_all_that_is_added(text: str, direction: Direction) -> None:
    finished = substitute(text, VALUES, direction)
    assert balanced(finished)
    plain = text
    for name, value in VALUES.items():
        plain = plain.replace(f"{{{name}}}", value)
    for sign in (LRI, FSI, PDI):
        finished = finished.replace(sign, "")
    assert finished.replace(NBSP, " ") == plain


@given(st.text(alphabet="{}abfigure_.:![]0", max_size=30))
def test_any_text_is_completed_or_refused(text: str) -> None:
    try:
        found = names(text)
    except PlaceholderError:
        with pytest.raises(PlaceholderError):
            substitute(text, VALUES, "ltr")
    else:
        if found <= VALUES.keys():
            assert "{" not in substitute(text, VALUES, "ltr")
