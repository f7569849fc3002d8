"""Glyphs: the right ones, in the right order, from the right font, or an error with names."""

from __future__ import annotations

import pytest

from rendering.fonts import EM, packaged
from rendering.shaping import MissingGlyphs, Paragraph, line_slices, shape


def shaped(text: str, language: str = "en", direction: str = "ltr", weight: int = 400) -> Paragraph:
    return shape(text, language, direction, weight, packaged())


def line(paragraph: Paragraph) -> list[tuple[str, str]]:
    """Font and character of every glyph with ink in a one-line text, from left to right."""
    return [
        (item.font.name, paragraph.text[abs(cluster)])
        for item, first, last, _ in line_slices(paragraph, 0, len(paragraph.text))[0]
        for cluster in item.clusters[first:last]
    ]


def glyphs(text: str, language: str = "en", direction: str = "ltr") -> list[int]:
    return [
        glyph for item in shaped(text, language, direction).items for glyph, _, _ in item.glyphs
    ]


def inked(text: str, language: str = "en") -> list[tuple[str, int, int]]:
    """Font, glyph and pen position of whatever has ink."""
    return [
        (item.font.name, glyph, x + shift)
        for item, first, last, shift in line_slices(shaped(text, language), 0, len(text))[0]
        for glyph, x, _ in item.glyphs[first:last]
    ]


def advance(text: str, language: str) -> float:
    """The width of a text in em."""
    return shaped(text, language).positions[-1] / EM


def test_arabic_letters_join() -> None:
    alone = {char: glyphs(char, "ar", "rtl")[0] for char in "بهم"}
    assert alone["ه"] not in glyphs("بهم", "ar", "rtl"), (
        "a letter between two has a form of its own"
    )
    assert glyphs("ه ه", "ar", "rtl").count(alone["ه"]) == 2


def test_a_ligature_is_one_cluster() -> None:
    paragraph = shaped("office")
    assert [at for at, advance in enumerate(paragraph.advances) if advance >= 0] == [0, 1, 4, 5]
    assert paragraph.positions[1] < paragraph.positions[2] == paragraph.positions[4]


def test_devanagari_vowel_sign_is_set_before_its_consonant() -> None:
    assert glyphs("कि", "hi") != glyphs("क", "hi") + glyphs("ि", "hi")
    assert len(glyphs("क्ष", "hi")) == 1, "a conjunct is one glyph"


def test_the_language_chooses_local_forms() -> None:
    assert glyphs("ş", "tr") == glyphs("ş", "en")
    assert glyphs("ţ", "ro") != glyphs("ţ", "en"), "Romanian has a comma below, not a cedilla"


@pytest.mark.parametrize(
    ("language", "standard", "own", "shared"),
    [
        ("sr", "ru", "б", "гдпт"),
        ("mk", "ru", "б", "гдпт"),
        ("bg", "ru", "", "бгджзийклптцшщю"),  # this face has no Bulgarian forms
        ("mr", "hi", "लश", "कख"),
        ("ne", "hi", "झ५८", "कख"),
        ("ur-Arab", "fa", "۴۶۷", "۱۲"),
        ("zh-Hans", "ja", "直骨戶角返", "口日"),
        ("zh-Hant", "ja", "直骨戶返。，", "口日"),
        ("zh-Hant", "zh-Hans", "骨角返。，", "口日"),
        ("ko", "ja", "返", "人口"),
    ],
)
def test_regional_forms(language: str, standard: str, own: str, shared: str) -> None:
    way = "rtl" if language.startswith("ur") else "ltr"
    differing = [c for c in own + shared if glyphs(c, language, way) != glyphs(c, standard, way)]
    assert "".join(differing) == own


@pytest.mark.parametrize(
    ("language", "text", "width"),
    [
        ("ja", "「漢字」", 4),
        ("ja", "）。「", 2),
        ("ja", "「『", 1.5),
        ("ja", "漢「字」漢", 5),
        ("zh-Hans", "。”《", 2),
        ("zh-Hant", "）。「", 2),
        ("zh-Hant", "。」", 2),
        ("zh-Hans", "。」", 1.5),
    ],
)
def test_full_width_signs_lose_their_blank_half_where_they_meet(
    language: str, text: str, width: float
) -> None:
    assert advance(text, language) == width


def test_a_font_without_latin_borrows_it() -> None:
    names = {char: name for name, char in line(shaped("שלום (#Tag), 12", "he", "rtl"))}
    assert {names[char] for char in "שלום"} == {"NotoSansHebrew"}
    assert {names[char] for char in "(#Tag),"} == {"NotoSans"}


def test_a_number_is_set_in_one_face() -> None:
    drawn = line(shaped("رقم +39 800", "ar", "rtl"))
    assert {name for name, char in drawn if char in "+39 800" and char != " "} == {"NotoSans"}


@pytest.mark.parametrize("text", ["חייגו 116 000", "חייגו \u2066116 000\u2069"])
def test_a_phone_number_reads_from_left_to_right_in_hebrew(text: str) -> None:
    drawn = "".join(char for _, char in line(shaped(text, "he", "rtl")))
    assert "116000" in drawn
    assert drawn.index("116") < drawn.index("ח")


@pytest.mark.parametrize("text", ["רק #Tag כאן", "רק \u2068#Tag\u2069 כאן"])
def test_a_hashtag_keeps_its_sign_in_front(text: str) -> None:
    assert "#Tag" in "".join(char for _, char in line(shaped(text, "he", "rtl")))


def test_a_hebrew_hashtag_keeps_its_sign_at_its_right() -> None:
    drawn = "".join(char for _, char in line(shaped("see #תג now", "en", "ltr")))
    assert "גת#" in drawn


@pytest.mark.parametrize(
    "hidden",
    [
        "\u200b",
        "\u200c",
        "\u200d",
        "\u200e",
        "\u200f",
        "\u2060",
        "\u2066",
        "\u2068",
        "\u2069",
        "\ufeff",
        "\u00ad",
        "\ufe0f",
        "\u202a",
        "\u202c",
    ],
)
def test_ignorable_characters_draw_nothing_and_are_not_missing(hidden: str) -> None:
    assert inked(f"A{hidden}H") == inked("AH")
    for text, language in (("عين", "ar"), ("שלום", "he"), ("ไทย", "th")):
        shaped(text[0] + hidden + text[1:], language)


def test_zero_width_non_joiner_parts_arabic_letters() -> None:
    assert glyphs("می\u200cروم", "fa", "rtl") != glyphs("میروم", "fa", "rtl")


def test_line_separators_and_tabs_have_no_glyph_of_their_own() -> None:
    assert inked("A\nH") == inked("AH")
    assert inked("A\tH") == inked("A H")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("龘靐", ["U+9F98 CJK UNIFIED IDEOGRAPH-9F98", "U+9750"]),
        ("\U00020bb7野家", ["U+20BB7 CJK UNIFIED IDEOGRAPH-20BB7"]),
        ("ok \U0001f600", ["U+1F600 GRINNING FACE"]),
        ("bell\x07", ["U+0007 unnamed"]),
        ("\ue000", ["U+E000 unnamed"]),
    ],
)
def test_missing_glyphs_are_named(text: str, names: list[str]) -> None:
    with pytest.raises(MissingGlyphs) as raised:
        shaped(text)
    for name in names:
        assert name in str(raised.value)
    assert set(raised.value.characters) == {
        char for char in text if char not in " abcdefghijklmnopqrstuvwxyz野家"
    }
    assert "\n" not in str(raised.value)


def test_a_mark_stays_in_the_font_of_its_base() -> None:
    paragraph = shaped("אָ a\u0301", "he", "rtl")
    assert [(item.font.name, item.glyphs[0][0] != 0) for item in paragraph.items] == [
        ("NotoSansHebrew", True),
        ("NotoSans", True),
    ]


def test_a_mark_without_its_own_letter_stays_with_what_carries_it() -> None:
    assert [(i.font.name, i.start) for i in shaped("a ◌\u064b").items] == [
        ("NotoSans", 0),
        ("NotoSansArabic", 2),
    ]


def test_an_ignorable_character_does_not_part_a_word() -> None:
    for text, language in (("ب\u2060ب", "ar"), ("\u2060שלום", "he"), ("ไ\u2060ทย", "th")):
        (item,) = shaped(text, language, "ltr" if language == "th" else "rtl").items
        assert item.font.name != "NotoSans"


def test_height_is_that_of_the_ink() -> None:
    plain, stacked = shaped("nn"), shaped("Ån")
    assert plain.descent < 0.02 * EM
    assert stacked.ascent > 1.4 * plain.ascent
    assert shaped("gn").descent > 0.2 * EM
