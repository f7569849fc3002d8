"""Which face and which script each part of a text is set in."""

from __future__ import annotations

import pytest

from rendering.fonts import packaged
from rendering.itemise import itemise


def faces(text: str, language: str, base: int = 0) -> list[tuple[str, str, str]]:
    """Text, face without the family's name, and script of every stretch."""
    return [
        (text[item.start : item.end], item.font.name.removeprefix("NotoSans"), item.script)
        for item in itemise(text, base, 400, packaged(), language)
    ]


@pytest.mark.parametrize(
    ("language", "text", "face"),
    [
        ("en", "word", ""),
        ("el", "λόγος", ""),
        ("ru", "слово", ""),
        ("hy", "բառ", "Armenian"),
        ("ka", "სიტყვა", "Georgian"),
        ("he", "מילה", "Hebrew"),
        ("ar", "كلمة", "Arabic"),
        ("fa", "می‌گوید", "Arabic"),
        ("ps", "ښځې", "Arabic"),
        ("ckb", "وشە", "Arabic"),
        ("am", "ቃል", "Ethiopic"),
        ("ti", "ቃል", "Ethiopic"),
        ("hi", "शब्द", "Devanagari"),
        ("bn", "শব্দ", "Bengali"),
        ("gu", "શબ્દ", "Gujarati"),
        ("pa", "ਸ਼ਬਦ", "Gurmukhi"),
        ("kn", "ಪದ", "Kannada"),
        ("ml", "വാക്ക്", "Malayalam"),
        ("or", "ଶବ୍ଦ", "Oriya"),
        ("ta", "சொல்", "Tamil"),
        ("te", "పదం", "Telugu"),
        ("si", "වචනය", "Sinhala"),
        ("th", "คำ", "Thai"),
        ("lo", "ຄຳ", "Lao"),
        ("km", "ពាក្យ", "Khmer"),
        ("my", "စကားလုံး", "Myanmar"),
        ("zh-Hans", "词语", "CJK"),
        ("zh-Hant", "詞語", "CJK"),
        ("ja", "言葉", "CJK"),
        ("ko", "낱말", "CJK"),
    ],
)
def test_a_word_is_one_stretch_in_the_face_of_its_script(
    language: str, text: str, face: str
) -> None:
    assert [name for _, name, _ in faces(text, language)] == [face]


@pytest.mark.parametrize(
    ("language", "face"),
    [
        ("ur", "NotoNastaliqUrdu"),
        ("ur-PK", "NotoNastaliqUrdu"),
        ("ur-Aran", "NotoNastaliqUrdu"),
        ("fa-Aran-AF", "NotoNastaliqUrdu"),
        ("ur-Arab", "Arabic"),
        ("ur-arab-in", "Arabic"),
        ("ar", "Arabic"),
        ("en", "Arabic"),
    ],
)
def test_urdu_is_set_in_nastaliq_unless_naskh_is_asked_for(language: str, face: str) -> None:
    assert faces("مدد", language, 1) == [("مدد", face, "Arab")]
    assert faces("#One، مدد", language, 1) == [("#One", "", "Latn"), ("، مدد", face, "Arab")]


def test_kana_han_and_their_punctuation_are_one_stretch() -> None:
    text = "「カナ」と漢字ーの、（ㄅ）々。"
    assert faces(text, "ja") == [(text, "CJK", "Hani")]


def test_han_and_hangul_share_a_face() -> None:
    assert faces("협약(協約)", "ko") == [
        ("협약", "CJK", "Hang"),
        ("(", "", "Hang"),
        ("協約", "CJK", "Hani"),
        (")", "", "Hani"),
    ]


@pytest.mark.parametrize(
    ("language", "text", "latin"),
    [
        ("zh-Hans", "约2760万人（27.6%），", ["2760", "27.6%"]),
        ("zh-Hant", "請撥打 116 000，或 #EndIt。", ["116 000", "#EndIt"]),
        ("ja", "「Help」と24時間。", ["Help", "24"]),
        ("ko", "전화 116 000번, (무료)", ["116 000", ", (", ")"]),
        ("zh-Hans", "“Hello, it’s me”——约翰·史密斯……", ["Hello, it’s me"]),
        ("ja", "（English）、", ["English"]),
    ],
)
def test_latin_and_ascii_among_cjk_are_set_in_noto_sans(
    language: str, text: str, latin: list[str]
) -> None:
    parts = ("".join(run).strip() for run in _joined(faces(text, language), ""))
    assert list(parts) == latin
    assert {face for _, face, _ in faces(text, language)} == {"", "CJK"}


def _joined(stretches: list[tuple[str, str, str]], face: str) -> list[list[str]]:
    """The texts of neighbouring stretches in `face`."""
    runs: list[list[str]] = []
    inside = False
    for text, name, _ in stretches:
        if name == face and inside:
            runs[-1].append(text)
        elif name == face:
            runs.append([text])
        inside = name == face
    return runs


def test_quotation_marks_are_latin_outside_east_asia() -> None:
    assert [name for _, name, _ in faces("“Hello” — it’s…", "en")] == [""]


@pytest.mark.parametrize(
    ("language", "text", "base"),
    [
        ("hi", "है। अभी॥", 0),
        ("bn", "করুন। প্রায়", 0),
        ("fa", "نه، هرگز؛ آیا؟", 1),
        ("th", "๕๐฿ คำ", 0),
        ("am", "ቃል፣ ቃል።", 0),
    ],
)
def test_signs_that_scripts_share_go_with_what_precedes(
    language: str, text: str, base: int
) -> None:
    assert len({(name, script) for _, name, script in faces(text, language, base)}) == 1


def test_a_full_width_sign_after_latin_comes_from_the_cjk_face() -> None:
    assert ("，", "CJK", "Latn") in faces("WHO，", "zh-Hans")
