"""Each rule finds its defect; a sound translation has no finding."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from campaigns.errors import Place
from campaigns.model import Campaign, Message
from locales import Catalogues, check_catalogue
from locales.catalogue import Entry
from locales.checks import errors, faults
from locales.po import PoCatalog

Edit = Callable[[str, str, Callable[[PoCatalog], object]], None]

ENGLISH = "About {figure} people under 18 use #EndIt now."
SOUND = "Environ {figure} personnes de moins de 18 ans utilisent #EndIt."


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
        plurals=("x", "y") if values["plurals"] else (),
        line=3,
    )
    every = list(faults(entry, message, locale))
    assert [*errors(entry, message)] == [fault for fault in every if fault.level == "error"]
    return [(fault.rule, fault.level) for fault in every]


def test_a_sound_translation_has_no_fault() -> None:
    assert found(SOUND) == []


@pytest.mark.parametrize(
    ("msgstr", "rule", "level"),
    [
        ("", "empty", "error"),
        (" \t ", "empty", "error"),
        (SOUND.replace("{figure}", "x"), "placeholder", "error"),
        (SOUND.replace("{figure}", "{number}"), "placeholder", "error"),
        (SOUND + " {year}.", "placeholder", "error"),
        (SOUND.replace("{figure}", "{figure"), "brace", "error"),
        (SOUND.replace("{figure}", "{figure:d}"), "brace", "error"),
        (SOUND.replace("{figure}", "{figure.value}"), "brace", "error"),
        (SOUND.replace("#EndIt", "\u2066#EndIt"), "isolate", "error"),
        (SOUND.replace("people", "x").replace("ans", "<b>ans</b>"), "markup", "error"),
        (SOUND.replace("#EndIt", "#FinIt"), "hashtag", "error"),
        (SOUND.replace("18", "16"), "number", "error"),
        (SOUND.replace("ans", "ans 21"), "number", "error"),
        (SOUND.replace("18", "١٩"), "number", "error"),
        (SOUND.replace("18", "dix-huit"), "number-lost", "warning"),
        (SOUND.replace("ans", "ans\u200b"), "control", "error"),
        (SOUND.replace("ans", "ans\n"), "control", "error"),
        (SOUND.replace("ans", "\u202eans"), "control", "error"),
        (SOUND.replace("ans", "\ue000ans"), "control", "error"),
        (SOUND.replace("utilisent", "utilise\u0301s"), "not-nfc", "warning"),
        (SOUND.replace("personnes", "pеrsonnes"), "mixed-script", "warning"),
        (ENGLISH, "english", "warning"),
        (" " + SOUND, "edge-space", "warning"),
        (SOUND.replace("ans", "ans  "), "double-space", "warning"),
        (SOUND.replace("personnes", "personnes" * 6), "long", "warning"),
        (SOUND.removesuffix("."), "end", "warning"),
        (SOUND.removesuffix(".") + "!", "end", "warning"),
    ],
)
def test_a_defect_is_found(msgstr: str, rule: str, level: str) -> None:
    assert (rule, level) in found(msgstr)


def test_a_text_that_changed_is_stale_whatever_else_is_wrong() -> None:
    assert found(SOUND, msgid="Older") == [("stale", "error")]
    assert found(SOUND, fuzzy=True) == [("fuzzy", "error")]
    assert found(SOUND, plurals=True) == [("plural", "error")]


def test_a_message_that_is_not_there_is_missing(campaign: Campaign) -> None:
    message = next(campaign.messages())
    assert [fault.rule for fault in faults(None, message, "fr")] == ["missing"]
    assert [fault.rule for fault in errors(None, message)] == ["missing"]


@pytest.mark.parametrize(
    ("english", "msgstr", "locale"),
    [
        ("Do you know?", "Το ξέρετε;", "el"),
        ("Do you know?", "هل تعرفون؟", "ar"),
        ("Do you know?", "Le savez-vous\u202f?", "fr"),
        ("Say “no.”", "Dites «\u00a0non.\u00a0»", "fr"),
        ("UNODC", "UNODC", "fr"),
        ("Under 18.", "دون ١٨.", "ar"),
        ("Online safety matters", "Online safety matters", "en_GB"),
        ("A woman’s story.", "روایت\u200cها \u200fیک زن.", "ar"),
        ("СМС and e-mail.", "СМС и имејл.", "sr"),
    ],
)
def test_what_only_looks_wrong_is_left_alone(english: str, msgstr: str, locale: str) -> None:
    assert found(msgstr, english, locale=locale) == []


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
    assert check_catalogue(catalogue, campaign.messages()) == []
