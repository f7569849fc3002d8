"""A signature holds for the words it was given for, and for no others."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import write_po
from hypothesis import given
from hypothesis import strategies as st

from locales.po import PoCatalog, format_po, parse_po
from locales.signing import (
    Mark,
    SigningError,
    State,
    clear,
    holds_for,
    joined,
    mark,
    set_mark,
    sign_reviewed,
    sign_translated,
)

FR = PoCatalog("fr", "small")
"""The catalogue that the messages are in."""


def message(string: str = "Deux", **options: object) -> Message:
    return Message("Two", string, context="b.fact", **options)  # type: ignore[arg-type]


def reviewed(string: str = "Deux") -> Message:
    put = message(string)
    sign_translated(FR, put, "translator-fr")
    sign_reviewed(FR, put, "editor-fr")
    return put


def test_draft_translated_reviewed() -> None:
    put = message()
    assert mark(FR, put) == Mark()
    assert mark(FR, put).state is State.DRAFT
    assert sign_translated(FR, put, "translator-fr")
    assert mark(FR, put) == Mark("translator-fr")
    assert mark(FR, put).state is State.TRANSLATED
    assert sign_reviewed(FR, put, " editor-fr ")
    assert mark(FR, put) == Mark("translator-fr", "editor-fr")
    assert mark(FR, put).state is State.REVIEWED
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
    "another reviewer by hand": lambda put: by_hand(put, "editor-fr", "second-editor"),
    "another translator by hand": lambda put: by_hand(put, "translator-fr", "editor-de"),
    "the translator as reviewer by hand": lambda put: by_hand(put, "editor-fr", "Translator FR"),
}


def by_hand(put: Message, old: str, new: str) -> None:
    assert old in put.user_comments[0]
    put.user_comments = [put.user_comments[0].replace(old, new)]


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_ends_the_review(change: str) -> None:
    put = reviewed()
    CHANGES[change](put)
    assert mark(FR, put) == Mark()


def test_a_review_written_by_hand_is_none() -> None:
    put = message()
    sign_translated(FR, put, "translator-fr")
    by_hand(put, "translator-fr; ", "translator-fr; reviewed by boss; ")
    assert mark(FR, put) == Mark()


@pytest.mark.parametrize(("locale", "domain"), [("ca", "small"), ("fr", "shared")])
def test_a_copy_in_another_catalogue_is_unsigned(locale: str, domain: str) -> None:
    catalog = PoCatalog("fr", "small")
    catalog["Two"] = reviewed()
    raw = format_po(catalog).replace(b"Language: fr", f"Language: {locale}".encode())
    here = parse_po(format_po(catalog), Path("small.po"), "fr", "small")
    there = parse_po(raw, Path(f"{domain}.po"), locale, domain)
    assert mark(here, here.contexts["b.fact"]).reviewed_by == "editor-fr"
    assert mark(there, there.contexts["b.fact"]) == Mark()


LONG = "translator of the Finnish and Swedish pages", "editor of the Finnish and Swedish pages"


def test_a_mark_that_a_tool_wrapped_is_one_again() -> None:
    """Babel itself wraps comments at 76 characters; the lines of others stay theirs."""
    catalog = PoCatalog("fr", "small")
    catalog["Two"] = put = message()
    for role, sign in zip(LONG, (sign_translated, sign_reviewed), strict=True):
        sign(catalog, put, role)
    put.user_comments = ["before", *put.user_comments, "after"]
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=76)
    assert buffer.getvalue().count(b"\n# ") > 3
    again = parse_po(buffer.getvalue(), Path("small.po"), "fr", "small")
    assert again.contexts["b.fact"].user_comments == put.user_comments
    assert mark(again, again.contexts["b.fact"]) == Mark(*LONG)


@pytest.mark.parametrize(
    "notes",
    [
        ["clarion: translated by a", "ask again"],
        ["clarion: translated by a", "ask again", "; 0123456789abcdeg"],
        ["translated by", "a; 0123456789abcdef"],
        ["clarion: translated by a; 0123456789abcdef", "b; 0123456789abcdef"],
    ],
)
def test_what_is_no_wrapped_mark_stays_as_it_is(notes: list[str]) -> None:
    assert joined(notes) == notes


def test_words_that_came_back_are_signed_again() -> None:
    put = reviewed()
    put.string = "2"
    assert mark(FR, put) == Mark()
    put.string = "Deux"
    assert mark(FR, put).reviewed_by == "editor-fr"


@pytest.mark.parametrize("role", ["translator-fr", "Translator FR", "TRANSLATOR_fr "])
def test_nobody_reviews_what_they_translated(role: str) -> None:
    put = message()
    sign_translated(FR, put, "translator-fr")
    with pytest.raises(SigningError, match="the reviewer is the translator"):
        sign_reviewed(FR, put, role)
    assert mark(FR, put) == Mark("translator-fr")


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
        sign_reviewed(FR, put, "editor-fr")
    assert put.user_comments == []


@pytest.mark.parametrize("role", ["", " ", "-", "a; reviewed by b", "a\x00b", "x" * 81, "# a"])
def test_a_role_that_would_not_come_back_is_refused(role: str) -> None:
    with pytest.raises(SigningError, match="is not a role"):
        sign_translated(FR, message(), role)


def test_signing_twice_changes_nothing_and_another_translator_ends_the_review() -> None:
    put = reviewed()
    line = list(put.user_comments)
    assert not sign_translated(FR, put, "Translator-FR")
    assert not sign_reviewed(FR, put, "EDITOR-fr")
    assert put.user_comments == line
    assert sign_reviewed(FR, put, "second-editor")
    assert mark(FR, put) == Mark("translator-fr", "second-editor")
    assert sign_translated(FR, put, "second-editor")
    assert mark(FR, put) == Mark("second-editor")


def test_other_comments_stay_where_they_are() -> None:
    put = message(user_comments=["before", "after"])
    sign_translated(FR, put, "translator-fr")
    put.user_comments.append("last")
    sign_reviewed(FR, put, "editor-fr")
    assert [note[:8] for note in put.user_comments] == ["before", "after", "clarion:", "last"]
    clear(put)
    assert put.user_comments == ["before", "after", "last"]


def test_a_mark_can_be_asked_for_an_older_text() -> None:
    put = reviewed()
    put.id = "Two, of course"
    assert mark(FR, put) == Mark()
    assert holds_for(FR, put, "Two")
    assert not holds_for(FR, put, "Too")


ROLES = st.text(st.characters(categories=["L", "N", "Pd"]), min_size=1, max_size=20)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)


@given(TEXTS, TEXTS, ROLES, ROLES)
def test_a_signature_travels_in_the_file(text: str, string: str, one: str, two: str) -> None:
    put = Message(text, string, context="a.b")
    try:
        sign_translated(FR, put, one)
        sign_reviewed(FR, put, two)
    except SigningError:
        pass
    catalog = PoCatalog("fr", "small")
    catalog[put.id] = put
    again = parse_po(format_po(catalog), Path("small.po"), "fr", "small")
    assert mark(again, again.contexts["a.b"]) == mark(FR, put)


@given(TEXTS, TEXTS)
def test_no_other_words_are_signed(string: str, other: str) -> None:
    put = reviewed(string)
    put.string = other
    assert (mark(FR, put) == Mark()) == (string != other)


def test_set_mark_takes_the_mark_away_with_nobody() -> None:
    put = reviewed()
    set_mark(FR, put, Mark())
    assert put.user_comments == []
