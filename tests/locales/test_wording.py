"""Words that everybody can take in: each rule with a text that breaks it and one that does not."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.hashtags import doubt
from locales import wording
from locales.wording import BANNED_SIGNS, RULES, faults, reading

TABLE: dict[str, dict[str, Any]] = tomllib.loads(
    Path(wording.__file__).with_suffix(".toml").read_text("utf-8")
)


def rules(text: str, field: str = "card.more", locale: str = "en_GB") -> list[str]:
    return [fault.rule for fault in faults(text, locale, field=field)]


@pytest.mark.parametrize("rule", TABLE)
def test_a_rule_finds_its_example_and_lets_the_other_pass(rule: str) -> None:
    said = TABLE[rule]
    where = {"field": said["field"], "locale": said.get("locale", "en_GB")}
    assert rules(said["fails"], **where) == [rule]
    assert rules(said["passes"], **where) == []


def test_a_fault_says_what_why_and_the_way_out() -> None:
    [fault] = faults("You can ask for 𝗵𝗲𝗹𝗽.", "en_GB", field="card.more")
    assert (fault.rule, fault.level) == ("fancy-letters", "error")
    assert fault.problem == "has letters of another style (U+1D5F5, U+1D5F2, U+1D5F9)"
    assert (fault.remedy, fault.why) == (
        RULES["fancy-letters"].remedy, RULES["fancy-letters"].why,
    )  # fmt: skip
    assert fault.why


@pytest.mark.parametrize(
    ("tag", "wrong"),
    [
        ("EndHumanTrafficking", False),
        ("endHumanTrafficking", True),
        ("ENDTRAFFICKING", True),
        ("STOP", False),
        ("Menschenhandel", False),
        ("Endhumantrafficking", True),
        ("End_human_trafficking", False),
        ("ÉcouterEtAgir", False),
        ("écouter", True),
        ("СтопТрговиниЉудима", False),
        ("معا_ضد_الاتجار_بالأشخاص", False),
        ("معاضدالاتجاربالأشخاص", True),
        ("人身取引をなくそうみんなのちからでいま", False),
        ("หยุดการค้ามนุษย์ด้วยกันวันนี้", False),
        ("2027", False),
    ],
)
def test_a_hashtag_parts_its_words(tag: str, wrong: bool) -> None:
    assert (doubt(tag) is not None) == wrong


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Read more. {hashtag}", []),
        ("{hashtags} {hashtags} {hashtag} {hashtag}", ["hashtag-count"]),
        ("{hashtag} is the word of the day", ["hashtag-place"]),
        ("Room #4 is open", []),
        ("See https://example.org/#places", []),
        ("You are not alone. 💙 #EndHumanTrafficking", []),
        ("You are not alone. #EndHumanTrafficking 💙", []),
    ],
)
def test_hashtags_stand_at_the_end(text: str, found: list[str]) -> None:
    assert rules(text) == found


@pytest.mark.parametrize("sign", BANNED_SIGNS)
def test_an_emoji_that_does_harm_is_refused_wherever_it_stands(sign: str) -> None:
    assert "emoji-banned" in rules(f"You are not alone. {sign}")
    assert "emoji-banned" in rules(f"You are not alone {sign}", field="card.body")


@pytest.mark.parametrize(
    "text",
    ["© National Society™", "Steps → one, two", "Call 116 006", "A family: 👩🏽‍🦱", "🇲🇹", "1️⃣"],
)
def test_what_is_no_emoji_or_one_counts_as_people_see_it(text: str) -> None:
    assert rules(text) == []


@pytest.mark.parametrize(
    "word",
    ["𝐡𝐞𝐥𝐩", "𝒽ℯ𝓁𝓅", "ⓗⓔⓛⓟ", "ｈｅｌｐ", "ʰᵉˡᵖ", "h̶e̶l̶p̶", "𝟏𝟏𝟔", "🄷🄴🄻🄿"],
)
def test_letters_of_another_style_are_refused(word: str) -> None:
    assert "fancy-letters" in rules(f"You can ask for {word}.")


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("1.ª edición, 2.º curso", "es"), ("½ Stunde", "de"), ("第①步，拨打电话。", "zh_Hans"),
        ("H₂O, 5 m²", "en_GB"), ("ｶﾅ", "ja"), ("Ποιος; Εσύ.", "el"), ("สวัสดี", "th"),
    ],
)  # fmt: skip
def test_letters_of_a_language_are_not_another_style(text: str, locale: str) -> None:
    assert rules(text, locale=locale) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("UNODC, UNHCR and UNICEF", []),
        ("The EU and the UN", []),
        ("CSAM", []),
        ("{helpline_name}: {helpline}", []),
        ("STOP NOW, CALL 116", []),
        ("NEVER pay", ["all-caps"]),
        ("ΠΟΤΕ ΠΛΗΡΩΝΕΙΣ", ["all-caps"]),
        ("ТРГОВИНА", ["all-caps"]),
        ("الاتجار بالأشخاص", []),
    ],
)
def test_capitals(text: str, found: list[str]) -> None:
    assert rules(text, field="card.heading") == found


@pytest.mark.parametrize(
    ("text", "locale", "found"),
    [
        ("Image of a contract", "en_GB", ["alt-image-of"]),
        ("A photo of a contract", "en_GB", ["alt-image-of"]),
        ("Image d’un contrat", "fr", ["alt-image-of"]),
        ("Foto de un contrato", "es", ["alt-image-of"]),
        ("Imagine: somebody offers you work.", "en_GB", []),
        ("The picture of trafficking is changing.", "en_GB", ["alt-image-of"]),
        ("Tip {count}: ask for a picture of the place.", "en_GB", []),
        ("{title}. {url}", "en_GB", ["alt-url"]),
        ("{title}. www.example.org", "en_GB", ["alt-url"]),
        ("{title} 💙", "en_GB", ["emoji-in-picture"]),
    ],
)
def test_a_description_is_listened_to(text: str, locale: str, found: list[str]) -> None:
    assert rules(text, field="alt.tip", locale=locale) == found


def test_a_long_sentence_is_information_and_shorter_on_a_picture() -> None:
    eighteen = " ".join(["word"] * 18) + "."
    [fault] = faults(eighteen, "fr", field="card.body")
    assert (fault.rule, fault.level) == ("sentence-long", "info")
    assert fault.problem == "has a sentence of 18 words, 15 are easy to read"
    assert rules(eighteen, field="card.more", locale="fr") == []
    assert rules(f"{eighteen} {eighteen}", field="card.more", locale="fr") == []


@pytest.mark.parametrize("locale", ["ja", "zh_Hans", "th", "my", "km", "vi"])
def test_words_are_not_counted_where_spaces_do_not_part_them(locale: str) -> None:
    assert rules(" ".join(["word"] * 40), field="card.body", locale=locale) == []
    assert reading(["one two"], locale) is None


@pytest.mark.parametrize(
    ("text", "locale", "found"),
    [
        ("One two three. Four five.", "en_GB", (2.5, 3.8)),
        ("Ένα; Δύο τρία.", "el", (1.5, 10 / 3)),
        ("एक दो। तीन।", "hi", (1.5, None)),
        ("هل تعلم؟ نعم.", "ar", (1.5, 3.0)),
    ],
)
def test_reading_is_words_a_sentence_and_letters_a_word(
    text: str, locale: str, found: tuple[float, float | None]
) -> None:
    read = reading([text], locale)
    assert read is not None
    assert read.words_a_sentence == pytest.approx(found[0])
    if found[1] is not None:
        assert read.letters_a_word == pytest.approx(found[1])
    assert reading(["", "{url} …"], locale) is None


@given(st.text(), st.sampled_from(["card.more", "card.body", "alt.tip", "campaign.call"]))
def test_any_text_is_judged_without_a_fall(text: str, field: str) -> None:
    for fault in faults(text, "en_GB", field=field):
        assert fault.rule in RULES
        assert "\n" not in fault.problem or "\n" in text
