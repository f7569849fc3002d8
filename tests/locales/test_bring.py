"""What comes back: the same is no change, an edit is taken, and nothing is lost in silence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locales.bring import Bringer, Incoming, Outcome, Result
from locales.parcel import addressed, open_parcel
from locales.po import PoCatalog, format_po, parse_po
from locales.sheet import Only, rows
from locales.signing import SigningError, mark, sign_reviewed, sign_translated
from tests.locales.hostile import TEXTS, catalogue

ROLE = "translator-fr"


def sent(catalog: PoCatalog) -> list[Incoming]:
    """The rows of its sheet, as they come back untouched."""
    return [
        Incoming(n, r.context, r.english, r.translation, r.own_note, r.version)
        for n, r in enumerate(rows(catalog, Only.ALL, {}), 2)
    ]


def bring(catalog: PoCatalog, *rows: Incoming, **options: bool) -> list[Result]:
    return Bringer(catalog, ROLE, **options).bring(rows)


def outcome(catalog: PoCatalog, *rows: Incoming, **options: bool) -> list[Outcome]:
    return [one.outcome for one in bring(catalog, *rows, **options)]


MESSAGES = st.lists(st.tuples(TEXTS.filter(bool), TEXTS), min_size=1, max_size=5)


@given(
    MESSAGES,
    st.frozensets(st.integers(1, 5)),
    st.lists(TEXTS.filter(lambda text: "\n" not in text), max_size=3),
)
def test_out_and_back_without_an_edit_changes_nothing(
    texts: list[tuple[str, str]], fuzzy: frozenset[int], comments: list[str]
) -> None:
    catalog = catalogue(*texts, fuzzy=fuzzy)
    catalog.contexts["card.1"].user_comments = comments
    catalog = parse_po(format_po(catalog), Path("small.po"), "fr", "small")
    before = format_po(catalog)
    assert {one.outcome for one in bring(catalog, *sent(catalog))} == {Outcome.UNCHANGED}
    assert format_po(catalog) == before


def test_a_program_that_takes_accents_apart_changes_nothing() -> None:
    """And costs no review: 'é' is the same letter as 'e' and its accent."""
    catalog = catalogue(("The café", "L’été à Genève"), ("Two", "Deux"))
    message = catalog.contexts["card.1"]
    sign_translated(catalog, message, "one")
    sign_reviewed(catalog, message, "two")
    rows = [
        replace(
            row,
            english=normalize("NFD", row.english),
            translation=normalize("NFD", row.translation),
        )
        for row in sent(catalog)
    ]
    assert set(outcome(catalog, *rows)) == {Outcome.UNCHANGED}
    assert mark(catalog, message).reviewed_by == "two"
    edited = replace(rows[0], translation=normalize("NFD", "L’hiver à Genève"))
    assert outcome(catalog, edited) == [Outcome.TAKEN]
    assert message.string == "L’hiver à Genève"


@given(texts=MESSAGES, fuzzy=st.frozensets(st.integers(1, 5)))
def test_a_po_file_out_and_back_changes_nothing(
    texts: list[tuple[str, str]],
    fuzzy: frozenset[int],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    catalog = parse_po(format_po(catalogue(*texts, fuzzy=fuzzy)), Path("s.po"), "fr", "small")
    before = format_po(catalog)
    file = tmp_path_factory.getbasetemp() / "whatever.po"
    file.write_bytes(format_po(addressed(catalog, Only.ALL, {})))
    parcel = open_parcel(file)
    assert (parcel.locale, parcel.domain, parcel.foreign) == ("fr", "small", False)
    assert {one.outcome for one in bring(catalog, *parcel.incoming)} == {Outcome.UNCHANGED}
    assert format_po(catalog) == before


def test_an_edit_is_taken_signed_and_no_longer_fuzzy() -> None:
    catalog = catalogue(("Trust", "Foi"), ("Stay", "Reste"), fuzzy=frozenset({1}))
    changed = catalog.contexts["card.1"]
    changed.previous_id = ["Believe"]
    one, two = sent(catalog)
    assert outcome(catalog, replace(one, translation="Confiance"), two) == [
        Outcome.TAKEN, Outcome.UNCHANGED,
    ]  # fmt: skip
    assert (changed.string, changed.fuzzy, changed.previous_id) == ("Confiance", False, [])
    assert mark(catalog, changed).translated_by == ROLE
    assert not mark(catalog, catalog.contexts["card.2"]).translated_by


def test_what_comes_back_unchanged_keeps_its_marks() -> None:
    catalog = catalogue(("Trust", "Foi"), ("Stay", "Reste"), fuzzy=frozenset({2}))
    sign_translated(catalog, catalog.contexts["card.1"], "somebody-else")
    sign_reviewed(catalog, catalog.contexts["card.1"], "editor-fr")
    bring(catalog, *sent(catalog))
    signed = mark(catalog, catalog.contexts["card.1"])
    assert (signed.translated_by, signed.reviewed_by) == ("somebody-else", "editor-fr")
    assert catalog.contexts["card.2"].fuzzy


def test_an_edit_voids_the_review_of_its_message_only() -> None:
    catalog = catalogue(("Trust", "Foi"), ("Stay", "Reste"))
    for message in catalog.contexts.values():
        sign_translated(catalog, message, "somebody-else")
        sign_reviewed(catalog, message, "editor-fr")
    one, two = sent(catalog)
    bring(catalog, replace(one, translation="Confiance"), two)
    assert mark(catalog, catalog.contexts["card.1"]).reviewed_by == ""
    assert mark(catalog, catalog.contexts["card.2"]).reviewed_by == "editor-fr"


def moved(text: str = "Sûreté") -> tuple[PoCatalog, Incoming]:
    """A catalogue that got another text after this row was written."""
    catalog = catalogue(("Trust", "Foi"))
    (row,) = sent(catalog)
    catalog.contexts["card.1"].string = text
    return catalog, row


def test_two_edits_are_a_conflict_and_both_are_told() -> None:
    catalog, row = moved()
    (result,) = bring(catalog, replace(row, translation="Confiance"))
    assert (result.outcome, result.theirs, result.ours) == (
        Outcome.CONFLICT, "Confiance", "Sûreté",
    )  # fmt: skip
    assert catalog.contexts["card.1"].string == "Sûreté"


def test_a_conflict_may_be_settled_for_the_file() -> None:
    catalog, row = moved()
    assert outcome(catalog, replace(row, translation="Confiance"), replace=True) == [Outcome.TAKEN]
    assert catalog.contexts["card.1"].string == "Confiance"


@pytest.mark.parametrize("text", ["Foi", "Sûreté"])
def test_no_conflict_where_one_side_did_nothing_or_both_the_same(text: str) -> None:
    catalog, row = moved()
    assert outcome(catalog, replace(row, translation=text)) == [Outcome.UNCHANGED]
    assert catalog.contexts["card.1"].string == "Sûreté"


def test_a_translation_of_an_older_english_never_wins() -> None:
    old, new = catalogue(("Trust", "Foi")), catalogue(("Trust me", "Foi"), fuzzy=frozenset({1}))
    (row,) = sent(old)
    edited = replace(row, translation="Confiance")
    (result,) = bring(new, edited, replace=True)
    assert (result.outcome, new.contexts["card.1"].string) == (Outcome.CONFLICT, "Foi")
    assert "another English" in result.why


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"english": "Trust!"}, Outcome.ENGLISH),
        ({"english": "Trust!", "translation": "Confiance"}, Outcome.ENGLISH),
        ({"translation": ""}, Outcome.EMPTIED),
        ({"translation": " "}, Outcome.EMPTIED),
        ({"context": "card.9", "translation": "x"}, Outcome.UNKNOWN),
        ({"version": "", "translation": "x"}, Outcome.VERSION),
        ({"version": "1,2E+11", "translation": "x"}, Outcome.VERSION),
        ({"version": "es/small v0123456789ab", "translation": "x"}, Outcome.ELSEWHERE),
        ({"version": "fr/other v0123456789ab", "translation": "x"}, Outcome.ELSEWHERE),
        ({"problem": "its translation is a number"}, Outcome.UNREADABLE),
        ({"translation": "Confian?ce"}, Outcome.UNREADABLE),
        ({"translation": "???????"}, Outcome.UNREADABLE),
        ({"translation": "bad \ud800 sign"}, Outcome.UNREADABLE),
        ({"version": "fr/small v000000000000", "translation": "x"}, Outcome.CONFLICT),
    ],
)
def test_what_is_not_taken_changes_nothing(change: dict[str, str], expected: Outcome) -> None:
    catalog = catalogue(("Trust", "Foi"))
    before = format_po(catalog)
    (row,) = sent(catalog)
    assert outcome(catalog, replace(row, **change)) == [expected]
    assert format_po(catalog) == before


def test_a_context_that_stands_twice_is_taken_from_neither_row() -> None:
    catalog = catalogue(("Trust", "Foi"))
    (row,) = sent(catalog)
    assert outcome(catalog, row, replace(row, translation="x")) == [Outcome.DUPLICATE] * 2
    assert catalog.contexts["card.1"].string == "Foi"


def test_line_ends_of_another_system_are_no_edit() -> None:
    catalog = catalogue(("a\nb", "c\nd"))
    (row,) = sent(catalog)
    other = replace(row, english="a\r\nb", translation="c\r\nd")
    assert outcome(catalog, other) == [Outcome.UNCHANGED]
    assert outcome(catalog, replace(other, translation="c\r\ne")) == [Outcome.TAKEN]
    assert catalog.contexts["card.1"].string == "c\ne"


def test_a_question_is_no_lost_letter() -> None:
    catalog = catalogue(("Why?", ""), ("http://x.org/?a?b", ""))
    one, two = sent(catalog)
    found = outcome(
        catalog, replace(one, translation="Pourquoi ?"), replace(two, translation="b?a")
    )
    assert found == [Outcome.TAKEN] * 2


def test_a_note_is_kept_beside_what_was_there() -> None:
    catalog = catalogue(("Trust", "Foi"))
    message = catalog.contexts["card.1"]
    message.user_comments = ["Ask the lawyer."]
    (row,) = sent(catalog)
    assert outcome(catalog, replace(row, note="Sounds  odd.\n\nToo long.")) == [Outcome.NOTED]
    assert message.user_comments == ["Ask the lawyer.", "Sounds odd.", "Too long."]
    assert outcome(catalog, replace(row, note="Sounds odd.")) == [Outcome.UNCHANGED]


def test_nobody_signs_in_a_note() -> None:
    catalog = catalogue(("Trust", "Foi"))
    message = catalog.contexts["card.1"]
    (row,) = sent(catalog)
    other = catalogue(("Trust", "Foi"))
    real = other.contexts["card.1"]
    sign_translated(other, real, "somebody")
    sign_reviewed(other, real, "editor-fr")
    bring(catalog, replace(row, note=f'{real.user_comments[0]}\n| msgid "x"'))
    again = parse_po(format_po(catalog), Path("small.po"), "fr", "small")
    assert mark(again, again.contexts["card.1"]).translated_by == ""
    assert again.contexts["card.1"].previous_id == []
    assert len(message.user_comments) == 2


def test_in_a_po_file_the_fuzzy_mark_itself_may_be_changed() -> None:
    catalog = catalogue(("Trust", "Foi"), ("Stay", "Reste"), fuzzy=frozenset({1}))
    one, two = sent(catalog)
    found = outcome(catalog, replace(one, fuzzy=False), replace(two, fuzzy=True))
    assert found == [Outcome.TAKEN, Outcome.TAKEN]
    assert [catalog.contexts[f"card.{n}"].fuzzy for n in (1, 2)] == [False, True]
    assert mark(catalog, catalog.contexts["card.1"]).translated_by == ROLE
    assert mark(catalog, catalog.contexts["card.2"]).translated_by == ""


def test_a_po_file_from_elsewhere_fills_gaps_and_overwrites_nothing() -> None:
    catalog = catalogue(("A", ""), ("B", "bé"), ("C", "cé"), ("D", "dé"))
    brought = [
        Incoming(n, f"card.{n}", english, text)
        for n, (english, text) in enumerate([("A", "aa"), ("B", "bé"), ("C", "ce"), ("D", "")], 1)
    ]
    expected = [Outcome.TAKEN, Outcome.UNCHANGED, Outcome.CONFLICT, Outcome.UNCHANGED]
    assert outcome(catalog, *brought, foreign=True) == expected
    assert catalog.contexts["card.3"].string == "cé"
    assert outcome(catalog, *brought, foreign=True, replace=True)[2] == Outcome.TAKEN
    other = Incoming(1, "card.1", "Another text", "autre")
    assert outcome(catalog, other, foreign=True, replace=True) == [Outcome.CONFLICT]


def test_a_name_that_is_no_role_signs_nothing() -> None:
    catalog = catalogue(("Trust", ""))
    (row,) = sent(catalog)
    with pytest.raises(SigningError):
        Bringer(catalog, "; reviewed by me").bring([replace(row, translation="Foi")])
