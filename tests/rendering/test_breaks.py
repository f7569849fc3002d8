"""Where lines may end, language by language."""

from __future__ import annotations

import pytest

from rendering.breaks import grapheme_breaks, line_breaks, wholes


def cut(text: str, language: str) -> list[str]:
    """The visible pieces between the breaks."""
    pieces, start = [], 0
    for item in line_breaks(text, language):
        pieces.append(text[start : item.end])
        start = item.next
    return pieces


@pytest.mark.parametrize(
    ("language", "text", "pieces"),
    [
        ("en", "Call 116 000 now", ["Call", "116 000", "now"]),
        ("en", "Call 0800 77 99 now", ["Call", "0800 77 99", "now"]),
        ("en", "Call (0)20 7946 0000", ["Call", "(0)20 7946 0000"]),
        ("en", "or 1-888-373-7888 free", ["or", "1-888-373-7888", "free"]),
        ("it", "al +39 800 290 290 subito", ["al", "+39 800 290 290", "subito"]),
        ("it", "al +39\u00a0800\u00a0290 ora", ["al", "+39\u00a0800\u00a0290", "ora"]),
        ("en", "27 600 000 people in 2024", ["27 600 000", "people", "in", "2024"]),
        ("en", "in 2024, 18 people", ["in", "2024,", "18", "people"]),
        ("en", "about 27 % of 5 km", ["about", "27 %", "of", "5 km"]),
        (
            "en",
            "see https://example.org/a-b/c?d=e, a",
            ["see", "https://example.org/a-b/c?d=e,", "a"],
        ),
        ("en", "#End_Human-Trafficking", ["#End_Human-", "Trafficking"]),
        ("en", "write to a-b@example.org today", ["write", "to", "a-b@example.org", "today"]),
        ("fr", "Est-ce vrai ? Oui !", ["Est-ce", "vrai ?", "Oui !"]),
        ("fr", "« Bonjour à tous » : voilà", ["« Bonjour", "à", "tous » :", "voilà"]),
        ("en", "one – two", ["one –", "two"]),
        ("he", "חייגו \u2066116 000\u2069 עכשיו", ["חייגו", "\u2066116 000\u2069", "עכשיו"]),
        (
            "ar",
            "رقم \u2068+39 800 290\u2069 #وسم_ما",
            ["رقم", "\u2068+39 800 290\u2069", "#وسم_ما"],
        ),
        ("th", "ประเทศไทยเป็นประเทศที่สวยงาม", ["ประเทศไทย", "เป็น", "ประเทศ", "ที่", "สวยงาม"]),
        ("ja", "今日はとても良い天気ですね。", ["今日は", "とても", "良い", "天気ですね。"]),
        ("ko", "오늘은 날씨가 좋습니다", ["오늘은", "날씨가", "좋습니다"]),
        ("zh-Hans", "你好，世界。", ["你", "好，", "世", "界。"]),
        ("en", "soft\u00adhyphen", ["soft\u00adhyphen"]),
        ("en", "zero\u200bwidth", ["zero", "width"]),
    ],
)
def test_pieces(language: str, text: str, pieces: list[str]) -> None:
    assert cut(text, language) == pieces


def test_offsets_count_characters_and_not_utf_16_units() -> None:
    text = "😀 two 😀 four"
    assert [text[: item.next] for item in line_breaks(text, "en")] == [
        "😀 ",
        "😀 two ",
        "😀 two 😀 ",
        "😀 two 😀 four",
    ]


def test_a_line_feed_forces_a_break_and_an_empty_line_stays() -> None:
    found = line_breaks("a \n\nb", "en")
    assert [(item.end, item.next, item.forced) for item in found] == [
        (1, 3, True),
        (3, 4, True),
        (5, 5, False),
    ]


def test_small_kana_never_start_a_line() -> None:
    assert "ょっと" not in [piece[:3] for piece in cut("あのちょっとまって", "ja")]
    assert not any(piece.startswith(("ょ", "っ", "。")) for piece in cut("ちょっと。" * 5, "ja"))


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("Tag: #One, #Two!", ["#One", "#Two"]),
        ("#मानव_तस्करी।", ["#मानव_तस्करी"]),
        ("by @some.body.", ["@some.body"]),
        ("+39 (06) 555-12 34, yes", ["+39 (06) 555-12 34"]),
        ("1.116 000 or 27.6", []),
        ("30 July 2024", []),
    ],
)
def test_what_is_one_thing_to_read_or_dial(text: str, spans: list[str]) -> None:
    assert [text[start:end] for start, end in wholes(text)] == spans


def test_the_last_resort_spares_clusters_spaces_and_numbers_to_dial() -> None:
    text = "e\u0301a 116 000"
    assert [item.next for item in grapheme_breaks(text)] == [2, 4, 11]
