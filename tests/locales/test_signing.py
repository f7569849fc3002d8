"""A signature holds for the words it was given for, and for no others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from hypothesis import given
from hypothesis import strategies as st

from locales.po import PoCatalog, format_po, parse_po
from locales.signing import (
    Mark,
    SigningError,
    State,
    clear,
    holds_for,
    mark,
    set_mark,
    sign_reviewed,
    sign_translated,
)


def message(string: str = "Deux", **options: object) -> Message:
    return Message("Two", string, context="b.fact", **options)  # type: ignore[arg-type]


def reviewed(string: str = "Deux") -> Message:
    put = message(string)
    sign_translated(put, "translator-fr")
    sign_reviewed(put, "editor-fr")
    return put


def test_draft_translated_reviewed() -> None:
    put = message()
    assert mark(put) == Mark()
    assert mark(put).state is State.DRAFT
    assert sign_translated(put, "translator-fr")
    assert mark(put) == Mark("translator-fr")
    assert mark(put).state is State.TRANSLATED
    assert sign_reviewed(put, " editor-fr ")
    assert mark(put) == Mark("translator-fr", "editor-fr")
    assert mark(put).state is State.REVIEWED
    (line,) = put.user_comments
    assert line.startswith("clarion: translated by translator-fr; reviewed by editor-fr; ")
    assert len(line.rpartition("; ")[2]) == 16


CHANGES: dict[str, Callable[[Message], object]] = {
    "translation": lambda put: setattr(put, "string", "Deux."),
    "english": lambda put: setattr(put, "id", "Two."),
    "context": lambda put: setattr(put, "context", "c.fact"),
    "fuzzy": lambda put: put.flags.add("fuzzy"),
    "emptied": lambda put: setattr(put, "string", ""),
    "a second mark": lambda put: put.user_comments.append(put.user_comments[0]),
    "another reviewer by hand": lambda put: setattr(
        put, "user_comments", [put.user_comments[0].replace("editor-fr", "Translator FR")]
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_ends_the_review(change: str) -> None:
    put = reviewed()
    CHANGES[change](put)
    assert mark(put).state is not State.REVIEWED


def test_words_that_came_back_are_signed_again() -> None:
    put = reviewed()
    put.string = "2"
    assert mark(put) == Mark()
    put.string = "Deux"
    assert mark(put).reviewed_by == "editor-fr"


@pytest.mark.parametrize("role", ["translator-fr", "Translator FR", "TRANSLATOR_fr "])
def test_nobody_reviews_what_they_translated(role: str) -> None:
    put = message()
    sign_translated(put, "translator-fr")
    with pytest.raises(SigningError, match="the reviewer is the translator"):
        sign_reviewed(put, role)
    assert mark(put) == Mark("translator-fr")


@pytest.mark.parametrize(
    ("put", "problem"),
    [
        (message(), "nobody signed the translation"),
        (message(""), "it is not translated"),
        (message(" "), "it is not translated"),
        (message(flags=["fuzzy"]), "it is marked fuzzy"),
    ],
)
def test_what_may_not_be_reviewed(put: Message, problem: str) -> None:
    with pytest.raises(SigningError, match=problem):
        sign_reviewed(put, "editor-fr")
    assert put.user_comments == []


@pytest.mark.parametrize("role", ["", " ", "-", "a; reviewed by b", "a\x00b", "x" * 81, "# a"])
def test_a_role_that_would_not_come_back_is_refused(role: str) -> None:
    with pytest.raises(SigningError, match="is not a role"):
        sign_translated(message(), role)


def test_signing_twice_changes_nothing_and_another_translator_ends_the_review() -> None:
    put = reviewed()
    line = list(put.user_comments)
    assert not sign_translated(put, "Translator-FR")
    assert not sign_reviewed(put, "EDITOR-fr")
    assert put.user_comments == line
    assert sign_reviewed(put, "second-editor")
    assert mark(put) == Mark("translator-fr", "second-editor")
    assert sign_translated(put, "second-editor")
    assert mark(put) == Mark("second-editor")


def test_other_comments_stay_where_they_are() -> None:
    put = message(user_comments=["before", "after"])
    sign_translated(put, "translator-fr")
    put.user_comments.append("last")
    sign_reviewed(put, "editor-fr")
    assert [note[:8] for note in put.user_comments] == ["before", "after", "clarion:", "last"]
    clear(put)
    assert put.user_comments == ["before", "after", "last"]


def test_a_mark_can_be_asked_for_an_older_text() -> None:
    put = reviewed()
    put.id = "Two, of course"
    assert mark(put) == Mark()
    assert holds_for(put, "Two")
    assert not holds_for(put, "Too")


ROLES = st.text(st.characters(categories=["L", "N", "Pd"]), min_size=1, max_size=20)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)


@given(TEXTS, TEXTS, ROLES, ROLES)
def test_a_signature_travels_in_the_file(text: str, string: str, one: str, two: str) -> None:
    put = Message(text, string, context="a.b")
    try:
        sign_translated(put, one)
        sign_reviewed(put, two)
    except SigningError:
        pass
    catalog = PoCatalog("fr", "small")
    catalog[put.id] = put
    again = parse_po(format_po(catalog), Path("small.po"), "fr", "small")
    assert mark(again.contexts["a.b"]) == mark(put)


@given(TEXTS, TEXTS)
def test_no_other_words_are_signed(string: str, other: str) -> None:
    put = reviewed(string)
    put.string = other
    assert (mark(put) == Mark()) == (string != other)


def test_set_mark_takes_the_mark_away_with_nobody() -> None:
    put = reviewed()
    set_mark(put, Mark())
    assert put.user_comments == []
