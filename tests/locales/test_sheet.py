"""Flat rows: what they show, what they select, and cells that no program takes for formulas."""

from __future__ import annotations

import pytest
from hypothesis import given

from locales import sheet
from locales.sheet import Only, rows
from locales.signing import sign_translated
from tests.locales.hostile import TEXTS, catalogue


@given(TEXTS)
def test_a_cell_gives_back_its_text_and_begins_like_no_formula(text: str) -> None:
    cell = sheet.cell(text)
    assert sheet.text(cell) == text
    assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝"))
    assert not cell.startswith(("\t", "\r", "\n"))


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("+39 800", "'+39 800"),
        ("'+39 800", "''+39 800"),
        ("'n apostrophe", "'n apostrophe"),
        ("a\rb", "a\\u{D}b"),
        ("_x000D_", "_\\u{78}000D_"),
        ("\\u{D}", "\\u{5C}u{D}"),
    ],
)
def test_only_what_must_be_is_changed_in_a_cell(text: str, cell: str) -> None:
    assert sheet.cell(text) == cell


def test_a_row_tells_what_a_translator_needs() -> None:
    catalog = catalogue(("Trust", "Confiance"))
    message = catalog.contexts["card.1"]
    message.user_comments = ["Ask the lawyer."]
    sign_translated(catalog, message, "translator-fr")
    (row,) = rows(catalog, Only.ALL, {"card.1": "pictures/card.png"})
    digest = sheet.digest("Trust", "Confiance", fuzzy=False)
    assert row.cells() == (
        "card.1", "picture", "a heading", "90", "Trust", "Confiance", "translated",
        "Keep it short.", "Ask the lawyer.", "pictures/card.png", f"fr/small v{digest}",
    )  # fmt: skip


def test_one_may_ask_for_what_is_missing_or_fuzzy_only() -> None:
    catalog = catalogue(("A", ""), ("B", "bé"), ("C", "cé"), ("D", " "), fuzzy=frozenset({3}))
    chosen = {only: [row.context for row in rows(catalog, only, {})] for only in Only}
    assert chosen == {
        Only.ALL: ["card.1", "card.2", "card.3", "card.4"],
        Only.MISSING: ["card.1", "card.4"],
        Only.FUZZY: ["card.3"],
    }


@given(TEXTS, TEXTS)
def test_a_digest_tells_where_the_english_ends(english: str, text: str) -> None:
    other = sheet.digest(english + text, "", fuzzy=False)
    assert (sheet.digest(english, text, fuzzy=False) == other) == (text == "")
    assert sheet.digest(english, text, fuzzy=True) != sheet.digest(english, text, fuzzy=False)


@pytest.mark.parametrize(
    "cell", ["", "fr/small", "fr/small v12", "1,23E+11", "fr/../x v" + 12 * "0"]
)
def test_half_a_version_is_none(cell: str) -> None:
    assert sheet.read_version(cell) is None


def test_a_version_survives_spaces_around_it() -> None:
    found = sheet.read_version(" pt_PT/small v0123456789ab ")
    assert found == sheet.Version("pt_PT", "small", "0123456789ab")
