"""What the examples of the rule table do not show: edges of rules, and what is left alone."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from campaigns.errors import Place
from campaigns.model import Campaign, Message
from locales import Catalogues, check_catalogue
from locales.catalogue import Entry
from locales.checks import errors, faults
from locales.po import PoCatalog

Edit = Callable[[str, str, Callable[[PoCatalog], object]], None]

ENGLISH = "About {figure} people under 18 use it now. #EndIt"
SOUND = "Environ {figure} personnes de moins de 18 ans s’en servent. #EndIt"


def found(
    msgstr: str, english: str = ENGLISH, *, locale: str = "fr", limit: int = 60, **changes: object
) -> list[tuple[str, str]]:
    """Rule and level of every fault of a translation; what holds a card is asked alone, too."""
    message = Message("a.fact", english, limit, "", "", "", Place(Path("campaign.yaml")))
    values: dict[str, object] = {"msgid": english, "fuzzy": False, "plurals": ()} | changes
    entry = Entry(
        context="a.fact",
        msgid=str(values["msgid"]),
        msgstr=msgstr,
        fuzzy=bool(values["fuzzy"]),
        flags=frozenset(),
        comments=(),
        previous="",
        plurals=("{figure} x 18", " ", "y") if values["plurals"] else (),
        line=3,
    )
    every = list(faults(entry, message, locale))
    held = [*errors(entry, message, locale)]
    assert held == [fault for fault in every if fault.level == "error"]
    return [(fault.rule, fault.level) for fault in every]


def rules(msgstr: str, english: str, locale: str) -> set[str]:
    return {rule for rule, _ in found(msgstr, english, locale=locale, limit=200)}


def test_a_sound_translation_has_no_fault() -> None:
    assert found(SOUND) == []


@pytest.mark.parametrize(
    ("msgstr", "rule"),
    [
        ("", "empty"),
        (SOUND.replace("{figure}", "x"), "placeholder"),
        (SOUND + " {year}.", "placeholder"),
        (SOUND.replace("{figure}", "{figure"), "brace"),
        (SOUND.replace("{figure}", "{figure:d}"), "brace"),
        (SOUND.replace("{figure}", "{figure!r}"), "brace"),
        (SOUND.replace("{figure}", "{figure[0]}"), "brace"),
        (SOUND.replace("{figure}", "{}"), "brace"),
        (SOUND.replace("#EndIt", "\u2069#EndIt"), "isolate"),
        (SOUND.replace("ans", "a > b"), "markup"),
        (SOUND.replace("ans", "ans&nbsp;"), "markup"),
        (SOUND.replace("18", "١٩"), "number"),
        (SOUND.replace("18", "18 000"), "number"),
        (SOUND.replace("18", "1,8"), "number"),
        (SOUND.replace("ans", "ans²"), "number"),
        (SOUND + " www.example.org", "address"),
        (SOUND + " Voir example.org", "address"),
        (SOUND.replace("ans", "ans\u200b"), "control"),
        (SOUND.replace("ans", "an\u200cs"), "control"),
        (SOUND.replace("ans", "an\u00ads"), "control"),
        (SOUND.replace("ans", "an\u034fs"), "control"),
        (SOUND.replace("ans", "an\u3164s"), "control"),
        (SOUND.replace("ans", "ans\u2028"), "line-break"),
        (SOUND.replace("personnes", "p\u0435rsonnes"), "look-alike"),
        (SOUND.replace("personnes", "pers\u03bfnnes"), "look-alike"),
    ],
)
def test_what_changes_the_meaning_or_shows_wrong_holds_the_card(msgstr: str, rule: str) -> None:
    assert (rule, "error") in found(msgstr)


@pytest.mark.parametrize(
    ("english", "msgstr", "locale", "rule"),
    [
        ("Do you know?", "Το ξέρετε?", "el", "foreign-mark"),
        ("Do you know?", "هل تعرفون?", "ar", "foreign-mark"),
        ("Yes, you.", "جی ہاں، آپ.", "ur", "foreign-mark"),
        ("Help is free.", "मदद मुफ़्त है.", "hi", "foreign-mark"),
        ("Help is free.", "帮助是免费的.", "zh_Hans", "foreign-mark"),
        ("First this, then that.", "まずこれ，次にあれ。", "ja", "foreign-mark"),
        ("Help is free.", "እርዳታ ነጻ ነው.", "am", "foreign-mark"),
        ("Help is free.", "အကူအညီ အခမဲ့ ဖြစ်သည်.", "my", "foreign-mark"),
        ("Help is free.", "ជំនួយ​ឥតគិតថ្លៃ.", "km", "foreign-mark"),
        ("Help is free.", "ความช่วยเหลือฟรี.", "th", "foreign-mark"),
        ("Help is free.", "Помощь бесплатна。", "ru", "foreign-mark"),
        ("Go on!", "Sigue!", "es", "opening-mark"),
        ("Say “no”.", "Sagen Sie “nein”.", "de", "quotes"),
        ("Say “no”.", "Dire « non ».", "fr", "french-space"),
        ("Say “no”.", "「はい と言う。", "ja", "quotes"),
        ("Say “no”.", "‘예 라고.", "ko", "quotes"),
        ("Say no.", "Dì no .", "it", "space-before"),
        ("And help.", "और और मदद।", "hi", "repeated-word"),
        ("A and b.", "А i б.", "uk", "look-alike"),
        ("The child.", "Tο παιδί.", "el", "look-alike"),
        ("Ask.", "Питайте SMSи.", "bg", "mixed-script"),
        ("Ask for help.", "Demandez de l'aide.", "fr", "ascii-quotes"),
        ("Ask for help…", "Demandez de l’aide.", "fr", "end"),
        ("Ask for help.", "Demandez de l’aide…", "fr", "end"),
        ("Ask for help", "帮助。", "zh_Hans", "end"),
    ],
)
def test_a_slip_of_the_language_is_found(english: str, msgstr: str, locale: str, rule: str) -> None:
    assert rule in rules(msgstr, english, locale)


@pytest.mark.parametrize(
    ("english", "msgstr", "locale"),
    [
        ("Do you know?", "Το ξέρετε;", "el"),
        ("Do you know?", "Το ξέρετε\u037e".replace("\u037e", ";"), "el"),
        ("Do you know?", "هل تعرفون؟", "ar"),
        ("Do you know?", "آیا می\u200cدانید؟", "fa"),
        ("Do you know?", "کیا آپ جانتے ہیں؟", "ur"),
        ("Yes, you.", "جی ہاں، آپ۔", "ur"),
        ("Do you know?", "האם ידעתם?", "he"),
        ("The UN’s report.", "דו״ח האו״ם.", "he"),
        ("Do you know?", "Le savez-vous\u202f?", "fr"),
        ("Do you know?", "¿Lo sabe?", "es"),
        ("Do you know?", "你知道吗？", "zh_Hans"),
        ("Do you know?", "ご存じですか。", "ja"),
        ("Do you know?", "ご存じですか？", "ja"),
        ("Do you know?", "알고 있습니까?", "ko"),
        ("Do you know?", "คุณรู้หรือไม่", "th"),
        ("Do you know?", "သင် သိပါသလား။", "my"),
        ("Do you know?", "តើអ្នកដឹងទេ?", "km"),
        ("Do you know?", "ታውቃለህ?", "am"),
        ("Help is free.", "የእርዳታ አገልግሎት ነጻ ነው።", "am"),
        ("Help is free.", "मदद मुफ़्त है।", "hi"),
        ("Help is free.", "সাহায্য বিনামূল্যে।", "bn"),
        ("Help is free.", "ความช่วยเหลือฟรี", "th"),
        ("At 9, for 2 hours.", "เวลา 9 น. เป็นเวลา 2 ชั่วโมง", "th"),
        ("Say “no.”", "Dites «\u00a0non.\u00a0»", "fr"),
        ("Say “no”.", "Sagen Sie „nein“.", "de"),
        ("Say “no”.", "Powiedz „nie”.", "pl"),
        ("Say “no”.", "Mondj „nemet”.", "hu"),
        ("Say “no”.", "Скажите «нет».", "ru"),
        ("Say “no”.", "「いや」と言っていい。", "ja"),
        ("Say “no”.", "‘아니요’라고 하세요.", "ko"),
        ("Say “no”.", "你可以说“不”。", "zh_Hans"),
        ("Say “no”.", "Zeg ‘nee’ tegen foto’s.", "nl"),
        ("Say “no”.", "אפשר לומר ”לא”.", "he"),
        ("Say “no”.", "قل «لا».", "ar"),
        ("They tell us.", "Ils nous nous disent.", "fr"),
        ("Slowly, slowly.", "Yavaş yavaş.", "tr"),
        ("Slowly.", "धीरे धीरे।", "hi"),
        ("Children.", "Anak-anak.", "id"),
        ("If you worry.", "Als je je zorgen maakt.", "nl"),
        ("It is the same.", "To to samo.", "pl"),
        ("UNODC", "UNODC", "fr"),
        ("Under 18.", "دون ١٨.", "ar"),
        ("Online safety matters", "Online safety matters", "en_GB"),
        ("A woman’s story.", "روایت\u200cها \u200fیک زن.", "fa"),
        ("СМС and e-mail.", "СМС и имејл.", "sr"),
        ("An SMS.", "SMS-съобщение.", "bg"),
        ("OSCE and HOPE.", "OSCE и HOPE.", "ru"),
        ("UNODC, IOM.", "اليونودك UNODC, IOM.", "ar"),
        ("A word.", "คำ\u200bหนึ่ง", "th"),
        ("Half past nine, 9:30.", "À neuf heures et demie, 9:30.", "fr"),
        ("See https://example.org now.", "Voir https://example.org ici.", "fr"),
        ("Wait…", "Attendez...", "fr"),
        ("{society}. {year}", "{society} {year}", "th"),
    ],
)
def test_what_only_looks_wrong_is_left_alone(english: str, msgstr: str, locale: str) -> None:
    assert rules(msgstr, english, locale) == set()


def test_a_figure_may_be_told_in_the_language_s_own_thousands() -> None:
    english = "About {figure} million people."
    assert rules("约{figure_wan}万人。", english, "zh_Hans") == set()
    assert rules("तकरीबन {figure_lakh} लाख लोग।", english, "hi") == set()
    assert rules("তকরীবন {figure_crore} কোটি লোক।", english, "bn") == set()
    assert "placeholder" in rules("约{figure_2_wan}万人。", english, "zh_Hans")


@pytest.mark.parametrize("text", ["TODO", "xxx", "–", "…", "?????", "(tbd)"])
def test_what_was_left_for_later_is_not_translated(text: str) -> None:
    assert "empty" in rules(text, "You can ask for help", "fr")


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("Možete zatražiti pomoć", "sr"),
        ("Можете затражити помоћ", "sr_Latn"),
        ("Vous pouvez demander de l’aide à l’ONU", "ar"),
        ("可以求助。", "ko"),
        ("Можете поискать помощь", "fr"),
        ("يمكنك طلب المساعدة", "he"),
    ],
)
def test_a_text_of_another_language_s_sheet_is_found_by_its_letters(text: str, locale: str) -> None:
    assert "other-script" in rules(text, "You can ask the UN for help", locale)


@pytest.mark.parametrize(
    ("english", "text", "locale"),
    [
        ("Facebook, Instagram, WhatsApp", "Facebook، Instagram، WhatsApp", "ar"),
        ("Facebook or WhatsApp", "Facebook أو WhatsApp", "ar"),
        ("Do you know?", "ご存じですか", "ja"),
        ("Do you know?", "你知道吗", "zh_Hant"),
        ("By the UN", "ONU", "ar"),
        ("You can ask for help", "Можеш тражити", "cnr"),
        ("You can ask for help", "Možeš tražiti", "sr_ME"),
        ("You can ask for help", "ਮਦਦ ਮੰਗੋ", "pa"),
        ("You can ask for help", "مدد منگو", "pa_PK"),
        ("You can ask for help", "你可以求助", "zh_TW"),
    ],
)
def test_names_and_languages_without_letters_of_their_own_are_left_alone(
    english: str, text: str, locale: str
) -> None:
    assert "other-script" not in rules(text, english, locale)


def test_a_text_that_changed_is_stale_whatever_else_is_wrong() -> None:
    assert found(SOUND, msgid="Older") == [("stale", "error")]
    assert found(SOUND, fuzzy=True) == [("fuzzy", "error")]


def test_plural_forms_are_refused_and_looked_at_all_the_same() -> None:
    assert found(SOUND, plurals=True) == [
        ("plural", "error"),
        ("empty", "error"),
        ("placeholder", "error"),
    ]


def test_a_message_that_is_not_there_is_missing(campaign: Campaign) -> None:
    message = next(campaign.messages())
    assert [fault.rule for fault in faults(None, message, "fr")] == ["missing"]
    assert [fault.rule for fault in errors(None, message, "fr")] == ["missing"]


def test_length_is_counted_as_the_eye_counts() -> None:
    text = "नमस्ते " * 10  # four signs to the eye, seven code points
    assert "long" not in rules_of_length(text.strip(), limit=27)
    assert "long" in rules_of_length(text.strip(), limit=25)


def rules_of_length(text: str, *, limit: int) -> set[str]:
    return {rule for rule, _ in found(text, "Hello", locale="hi", limit=limit)}


LOCALES = ["fr", "de", "pt_PT", "hi", "en_GB", "sw", "id", "it", "ru", "hu"]


@given(number=st.integers(min_value=0, max_value=10**9), locale=st.sampled_from(LOCALES))
def test_a_number_is_the_same_however_a_language_groups_its_digits(
    number: int, locale: str
) -> None:
    english = f"It was {format_decimal(number, locale='en_GB')} in all."
    there = format_decimal(number, locale=locale, numbering_system="latn")
    assert not {"number", "number-lost"} & rules(f"X {there} x.", english, locale)


@given(
    whole=st.integers(min_value=0, max_value=99),
    tenth=st.integers(min_value=1, max_value=9),
    locale=st.sampled_from(LOCALES),
)
def test_a_decimal_keeps_its_point(whole: int, tenth: int, locale: str) -> None:
    value = Decimal(f"{whole}.{tenth}")
    english = f"It was {value} in all."
    there = format_decimal(value, locale=locale, numbering_system="latn")
    assert not {"number", "number-lost"} & rules(f"X {there} x.", english, locale)
    assert "number" in rules(f"X {whole}{tenth} x.", english, locale)


@given(text=st.text(max_size=60), english=st.text(min_size=1, max_size=60))
def test_no_text_breaks_the_checks(text: str, english: str) -> None:
    for locale in ("fr", "ar", "zh_Hans", "xx"):
        assert all(level in ("error", "warning", "info") for _, level in found(text, english,
                   locale=locale))  # fmt: skip


def test_a_catalogue_is_checked_in_the_order_of_the_campaign(
    campaign: Campaign, catalogues: Catalogues, edit: Edit
) -> None:
    def damage(catalog: PoCatalog) -> None:
        catalog.contexts["myth.fact"].string = "Trop 99."
        catalog.contexts["campaign.title"].string = ""
        message = catalog.contexts["myth.more"]
        message.context = "myth.other"

    edit("fr", "small", damage)
    catalogue = catalogues.find("fr", "small")
    assert catalogue is not None
    found = check_catalogue(catalogue, campaign.messages())
    assert [(item.rule, item.field) for item in found if item.level == "error"] == [
        ("empty", "campaign.title"),
        ("number", "myth.fact"),
        ("missing", "myth.more"),
    ]
    assert ("unknown-message", "myth.other") in [(item.rule, item.field) for item in found]
    text = next(str(item) for item in found if item.rule == "number")
    assert text.startswith(f"{catalogue.file}:{catalogue.entries['myth.fact'].line}: error number")
    assert "\n" not in text


def test_a_whole_translation_has_no_error(campaign: Campaign, catalogues: Catalogues) -> None:
    catalogue = catalogues.find("fr", "small")
    assert catalogue is not None
    found = check_catalogue(catalogue, campaign.messages())
    assert [str(item) for item in found if item.level == "error"] == []
