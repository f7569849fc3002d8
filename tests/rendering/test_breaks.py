"""Where lines may end, language by language."""

from __future__ import annotations

import lzma
from pathlib import Path

import pytest
from icu4py.breakers import LineBreaker

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
        ("zh-Hans", "你好，世界。", ["你好，", "世界。"]),
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


@pytest.mark.parametrize(
    ("language", "text", "pieces"),
    [
        (
            "th",
            "ทุกคนมีสิทธิได้รับความช่วยเหลือ",
            ["ทุก", "คน", "มี", "สิทธิ", "ได้", "รับ", "ความ", "ช่วย", "เหลือ"],
        ),
        ("lo", "ທຸກຄົນມີສິດໄດ້ຮັບການຊ່ວຍເຫຼືອ", ["ທຸກຄົນ", "ມີ", "ສິດ", "ໄດ້ຮັບ", "ການຊ່ວຍເຫຼືອ"]),
        (
            "km",
            "មនុស្សទាំងអស់មានសិទ្ធិទទួលបានជំនួយ។",
            ["មនុស្ស", "ទាំងអស់", "មាន", "សិទ្ធិ", "ទទួល", "បាន", "ជំនួយ។"],
        ),
        (
            "my",
            "လူတိုင်းတွင် အကူအညီရယူပိုင်ခွင့်ရှိသည်။",
            ["လူ", "တိုင်း", "တွင်", "အကူအညီ", "ရယူ", "ပိုင်", "ခွင့်", "ရှိ", "သည်။"],
        ),
        ("zh-Hans", "每天24小时都有人接听", ["每天", "24小时", "都有", "人", "接", "听"]),
        ("zh-Hant", "求助免費，信任的人", ["求助", "免費，", "信任的", "人"]),
        ("ja", "ちょっと待ってください。", ["ちょっと", "待って", "ください。"]),
        ("ja", "助けを求めましょう。", ["助けを", "求めましょう。"]),
        ("ja", "だまされないでください", ["だまされないで", "ください"]),
        ("ja", "起きているかもしれません", ["起きて", "いるかもしれません"]),
        ("ja", "あなたのせいではありません", ["あなたの", "せいでは", "ありません"]),
        ("ja", "「助けて」と言えるように、", ["「助けて」", "と", "言えるように、"]),
        ("ko", "“도와주세요”라고 말하세요.", ["“도와주세요”라고", "말하세요."]),
        ("ko", "아닙니다(우리 곁에도 있습니다)는", ["아닙니다(우리", "곁에도", "있습니다)는"]),
        ("am", "እርዳታ፡ለማግኘት ይደውሉ። አሁን", ["እርዳታ፡", "ለማግኘት", "ይደውሉ።", "አሁን"]),
        ("ti", "ሓገዝ ንምርካብ ፤ ደውሉ ።", ["ሓገዝ", "ንምርካብ ፤", "ደውሉ ።"]),
        ("hi", "मदद मुफ़्त है । अभी ॥", ["मदद", "मुफ़्त", "है ।", "अभी ॥"]),
        ("bn", "সাহায্য বিনামূল্যে । ফোন করুন।", ["সাহায্য", "বিনামূল্যে ।", "ফোন", "করুন।"]),
        ("ur", "مدد مفت ہے ۔ ابھی", ["مدد", "مفت", "ہے ۔", "ابھی"]),
        ("my", "ဟုတ် ၊ မဟုတ် ။", ["ဟုတ် ၊", "မဟုတ် ။"]),
        ("th", "เร็ว ๆ นี้", ["เร็ว ๆ", "นี้"]),
        ("cs", "k lékaři a v roce 2024", ["k lékaři", "a v roce", "2024"]),
        ("pl", "praca w domu i z domu", ["praca", "w domu", "i z domu"]),
        ("de", "z. B. § 232 StGB, 18 Uhr", ["z. B.", "§ 232", "StGB,", "18 Uhr"]),
        ("fr", "24 h/24 et 7 j/7, n° 5, p. 12", ["24 h/24", "et", "7 j/7,", "n° 5,", "p. 12"]),
    ],
)
def test_words_and_phrases(language: str, text: str, pieces: list[str]) -> None:
    assert cut(text, language) == pieces


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh-Hans", "2760万人"),
        ("zh-Hans", "第12条"),
        ("zh-Hant", "24 小時"),
        ("zh-Hant", "30日"),
        ("ja", "24時間"),
        ("ja", "2,760万人"),
        ("ko", "2,760만 명"),
        ("ko", "3 시간"),
        ("th", "500 บาท"),
        ("th", "๒๗.๖ ล้าน"),
        ("lo", "໒໔ ຊົ່ວໂມງ"),
        ("lo", "໑.໕ ລ້ານ"),
        ("km", "២៤ ម៉ោង"),
        ("km", "២៧,៦ លាន"),
        ("my", "၂၄ နာရီ"),
        ("hi", "२.७६ करोड़"),
        ("hi", "24 %"),
        ("bn", "২ কোটি"),
        ("ta", "5 கோடி"),
        ("ar", "٥٠ ٪"),
        ("ar", "٢٧ مليون"),
        ("fa", "۲۷٫۶ میلیون"),
        ("ur", "۲ کروڑ"),
        ("he", "27 מיליון"),
        ("am", "፳፯ ሚሊዮን"),
        ("hy", "27 մլն"),
        ("el", "27 εκατ"),
        ("ru", "27 млн"),
        ("ru", "5 ₽"),
        ("uk", "27 мільйонів"),
        ("pl", "5 zł"),
        ("cs", "50 Kč"),
        ("hu", "27 millió"),
        ("sw", "50 %"),
        ("vi", "27,6 triệu"),
        ("es", "27 millones"),
        ("pt-PT", "27 milhões"),
        ("mt", "€ 5"),
    ],
)
def test_a_number_keeps_its_unit(language: str, text: str) -> None:
    assert cut(text, language) == [text]


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        *[(tag, "Word ", " word") for tag in ("en", "fr", "de", "hu", "vi", "so", "id", "sq")],
        ("ru", "Слово ", " слово"),
        ("el", "Λόγος ", " λόγος"),
        ("ka", "სიტყვა ", " სიტყვა"),
        ("hy", "Բառ ", " բառ"),
        ("am", "ቃል ", " ቃል"),
        ("ar", "رقم ", " الآن"),
        ("he", "מספר ", " עכשיו"),
        ("hi", "नंबर ", " पर"),
        ("th", "โทร", "เดี๋ยวนี้"),
        ("lo", "ໂທ", "ດຽວນີ້"),
        ("km", "ទូរស័ព្ទ", "ឥឡូវ"),
        ("my", "ဖုန်း", "ခေါ်ပါ"),
        ("zh-Hans", "请致电", "求助"),
        ("zh-Hant", "請致電", "，求助"),
        ("ja", "電話は", "へ"),
        ("ko", "전화는 ", "번으로"),
    ],
)
@pytest.mark.parametrize(
    "whole", ["+39 800 290 290", "116 000", "+7 495 123-45-67", "help@example.org", "#EndIt_Now"]
)
def test_what_is_dialled_or_tapped_stays_whole_in_every_script(
    language: str, before: str, after: str, whole: str
) -> None:
    joined = whole if whole[0] not in "1h" or before.endswith(" ") else f" {whole}"
    text = before + joined + (after if whole != "#EndIt_Now" else " " + after.strip())
    assert any(whole in piece for piece in cut(text, language)), cut(text, language)


@pytest.mark.parametrize(
    "tag",
    [
        "#終止人口販運",
        "#人身取引をなくそう",
        "#인신매매_근절",
        "#ยุติการค้ามนุษย์",
        "#ຢຸດຕິການຄ້າມະນຸດ",
        "#បញ្ឈប់ការជួញដូរមនុស្ស",
        "#လူကုန်ကူးမှုရပ်တန့်",
        "#मानव_तस्करी_रोकें",
        "#மனிதக்கடத்தலைநிறுத்து",
        "#انسانی_اسمگلنگ",
        "#می‌توانیم",
        "#סחר_בבני_אדם",
        "#ዝውውር_ይቁም",
        "#ՄարդկանցԹրաֆիքինգ",
        "#შეაჩერეთ",
        "#СтопТрафик",
        "＃人身取引",
    ],
)
@pytest.mark.parametrize(
    "stop", ["", ".", "。", "，", "、", "」", "।", "၊", "។", "።", "፣", "۔", "،", "！"]
)
def test_a_hashtag_stays_whole_and_ends_where_the_sentence_does(tag: str, stop: str) -> None:
    text = f"a {tag}{stop} b"
    assert [text[start:end] for start, end in wholes(text)] == [tag]


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("请看https://example.org/a，谢谢", ["https://example.org/a"]),
        ("ดูที่www.example.orgวันนี้", ["www.example.org"]),
        ("关注@redcross吧", ["@redcross"]),
        ("请关注#终止贩运，谢谢", ["#终止贩运"]),
        ("致电+86 10 1234 5678。", ["+86 10 1234 5678"]),
        ("a#b, x/#y, C#", []),
    ],
)
def test_scripts_without_spaces_write_on_around_it(text: str, spans: list[str]) -> None:
    assert [text[start:end] for start, end in wholes(text)] == spans


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "ja"])
def test_kinsoku(language: str) -> None:
    """Closing signs start no line and opening signs end none, whatever stands around them."""
    never_first = "、。，．：；？！）」』】》〉〕］｝”’…・ー々％" + "っゃゅょッャュョぁァ" * (
        language == "ja"
    )
    for sign in never_first:
        for pieces in (cut(f"漢字{sign}漢字", language), cut(f"かな{sign}カナ", language)):
            assert not any(piece.startswith(sign) for piece in pieces), (sign, pieces)
    for sign in "（「『【《〈〔［｛“‘":
        for pieces in (cut(f"漢字{sign}漢字", language), cut(f"かな。{sign}カナ", language)):
            assert not any(piece.endswith(sign) for piece in pieces), (sign, pieces)


# Rows of LineBreakTest 15.0 whose rules have changed in later versions, which ICU follows.
LATER_RULES = {
    "a hyphen that begins a word stays with it": """
        002D 0023, 002D 0308 0023, 002D 05D0, 002D 0308 05D0, 002D 00A7, 002D 0308 00A7,
        002D 50005, 002D 0308 50005, 002D 0E01, 002D 0308 0E01""",
    "a Hebrew letter may follow a hyphen on the next line": "05D0 002D 05D0",
    "a comma or full stop stays with the digit after it": """
        002C 0030, 002C 0308 0030, 0061 002E 0032 0020, 0061 002E 0032 0020 0915,
        0061 002E 0032 0020 672C, 0061 002E 0032 3000 672C, 0061 002E 0032 3000 307E,
        0061 002E 0032 3000 0033, 0061 002E 0032 3000 300C, 0041 002E 0031 0020 BABB,
        BD24 C5B4 002E 0020 0041 002E 0032 0020 BCFC,
        BD10 C694 002E 0020 0041 002E 0033 0020 BABB, C694 002E 0020 0041 002E 0034 0020 BABB""",
    "a number may start with its decimal point": """
        0065 0071 0075 0061 006C 0073 0020 002E 0033 0035 0020 0063 0065 006E 0074 0073""",
    "a straight quotation mark does not hold the bracket after a space": """
        0022 0020 2329, 0022 0308 0020 2329, 0022 0020 0028, 0022 0308 0020 0028""",
    "a spaced guillemet opens or closes by what stands around it": """
        0061 006D 0062 0069 0067 0075 0028 00AB 0020 0308 0020 00BB 0029 0028 0065 0308 0029,
        0061 006D 0062 0069 0067 0075 00AB 0020 0028 0020 0308 0020 0029 0020 00BB 0028 0065 0308
            0029,
        0061 006D 0062 0069 0067 0075 007B 00AB 0020 0308 0020 00BB 007D 0028 0065 0308 0029,
        0061 006D 0062 0069 0067 0075 00AB 0020 007B 0020 0308 0020 007D 0020 00BB 0028 0065 0308
            0029""",
}


def test_every_row_of_line_break_test() -> None:
    """ICU's root rules, on which ours build: 7,621 of 7,654 rows, and the others are named."""
    later = {" ".join(row.split()) for rows in LATER_RULES.values() for row in rows.split(",")}
    passed, failed = 0, set()
    path = Path(__file__).parent / "unicode" / "LineBreakTest.txt.xz"
    with lzma.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            fields = line.partition("#")[0].split()
            codes, signs = fields[1::2], fields[2::2]
            segments = LineBreaker("".join(chr(int(code, 16)) for code in codes), "root")
            found = "".join("×" * (len(segment) - 1) + "÷" for segment in segments)
            if found == "".join(signs):
                passed += bool(codes)
            else:
                failed.add(" ".join(codes))
    assert failed == later
    assert (passed, len(later)) == (7_621, 33)
