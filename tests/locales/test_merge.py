"""A translation follows its context, and nothing else."""

from __future__ import annotations

import pytest
from babel.messages.catalog import Message
from hypothesis import given
from hypothesis import strategies as st

from locales.merge import derive_latin, merge
from locales.po import PoCatalog, format_po, parse_po
from locales.signing import Mark, is_mark, mark, sign_reviewed, sign_translated


def template(**texts: str) -> PoCatalog:
    """A template with these texts by context."""
    catalog = PoCatalog(None, "small")
    for context, text in texts.items():
        catalog[text] = Message(
            text, "", flags=["max-length:80"], auto_comments=["Where: x"], context=context
        )
    return catalog


def translated(source: PoCatalog, locale: str = "fr", **strings: str) -> PoCatalog:
    """The merged catalogue of a template, with these translations."""
    catalog = merge(source, None, locale)
    for context, string in strings.items():
        catalog.contexts[context].string = string
    return catalog


def strings(catalog: PoCatalog) -> dict[str, str]:
    return {context: str(message.string) for context, message in catalog.contexts.items()}


def reread(catalog: PoCatalog, locale: str = "") -> PoCatalog:
    """As the next run finds it on disk."""
    raw = format_po(catalog)
    return parse_po(raw, catalog.file, locale or str(catalog.locale_identifier), "small")


def test_the_same_text_keeps_its_state() -> None:
    source = template(a="One", b="Two")
    old = translated(source, a="Un", b="Deux")
    old.contexts["b"].flags.add("fuzzy")
    merged = merge(source, reread(old), "fr")
    assert strings(merged) == {"a": "Un", "b": "Deux"}
    assert [context for context, m in merged.contexts.items() if m.fuzzy] == ["b"]


def test_a_new_text_keeps_the_own_translation_as_fuzzy_beside_the_old_text() -> None:
    old = translated(template(a="One thing", b="One things"), a="Une chose", b="Des choses")
    merged = merge(template(a="One thing!", b="One things"), reread(old), "fr")
    assert strings(merged) == {"a": "Une chose", "b": "Des choses"}
    assert merged.contexts["a"].fuzzy
    assert merged.contexts["a"].previous_id == ["One thing"]
    assert not merged.contexts["b"].fuzzy
    again = merge(template(a="One thing!", b="One things"), reread(merged), "fr")
    assert again.contexts["a"].previous_id == ["One thing"]


def test_a_text_that_went_back_stays_fuzzy_without_an_old_text() -> None:
    old = translated(template(a="One"), a="Un")
    there = merge(template(a="One!"), reread(old), "fr")
    back = merge(template(a="One"), reread(there), "fr")
    assert back.contexts["a"].fuzzy
    assert back.contexts["a"].string == "Un"


def test_two_contexts_with_one_text_keep_their_own_translations() -> None:
    source = template(a="Right", b="Right")
    merged = merge(source, reread(translated(source, a="Droite", b="Juste")), "fr")
    assert strings(merged) == {"a": "Droite", "b": "Juste"}


def test_a_new_message_starts_empty_however_similar() -> None:
    old = translated(template(a="Ask for help today"), a="Demandez de l'aide")
    merged = merge(template(a="Ask for help today", b="Ask for help today!"), reread(old), "fr")
    assert strings(merged)["b"] == ""
    assert not merged.contexts["b"].fuzzy


def test_a_message_that_is_gone_is_kept_apart_and_comes_back_fuzzy() -> None:
    old = translated(template(a="One", b="Two"), a="Un", b="Deux")
    gone = reread(merge(template(a="One"), reread(old), "fr"))
    assert strings(gone) == {"a": "Un"}
    assert [message.string for message in gone.obsolete.values()] == ["Deux"]
    back = merge(template(a="One", b="Two"), gone, "fr")
    assert strings(back) == {"a": "Un", "b": "Deux"}
    assert back.contexts["b"].fuzzy
    assert not back.obsolete


def test_an_empty_message_that_is_gone_leaves_nothing() -> None:
    old = translated(template(a="One", b="Two"), a="Un")
    assert not merge(template(a="One"), reread(old), "fr").obsolete


def test_comments_come_from_the_template_and_the_translators_own_are_kept() -> None:
    source = template(a="One")
    old = translated(source, a="Un")
    old.contexts["a"].user_comments = ["ask the reviewer"]
    source.contexts["a"].auto_comments = ["Where: y"]
    merged = merge(source, reread(old), "fr")
    assert merged.contexts["a"].user_comments == ["ask the reviewer"]
    assert merged.contexts["a"].auto_comments == ["Where: y"]


def test_merging_again_changes_nothing() -> None:
    source = template(a="One", b="Two {figure}")
    first = merge(source, reread(translated(template(a="Ones", c="Gone"), a="Un", c="X")), "fr")
    assert format_po(merge(source, reread(first), "fr")) == format_po(first)


def test_the_source_locale_is_filled_from_the_texts() -> None:
    old = translated(template(a="One"), "en_GB")
    merged = merge(template(a="One more", b="Two"), reread(old), "en_GB")
    assert strings(merged) == {"a": "One more", "b": "Two"}
    assert not any(message.fuzzy for message in merged.contexts.values())


def signed(catalog: PoCatalog, *contexts: str) -> PoCatalog:
    for context in contexts:
        sign_translated(catalog, catalog.contexts[context], "translator")
        sign_reviewed(catalog, catalog.contexts[context], "editor")
    return catalog


def states(catalog: PoCatalog) -> dict[str, str]:
    return {context: mark(catalog, message).state for context, message in catalog.contexts.items()}


def test_a_review_holds_for_the_messages_that_were_not_reworded() -> None:
    old = signed(translated(template(a="One", b="Two"), a="Un", b="Deux"), "a", "b")
    merged = merge(template(a="One", b="Two!", c="Three"), reread(old), "fr")
    assert states(merged) == {"a": "reviewed", "b": "draft", "c": "draft"}


def test_several_rewordings_keep_the_text_the_translation_belongs_to() -> None:
    catalog = reread(translated(template(a="One thing"), a="Une chose"))
    for text in ("One thing!", "A thing", "Things"):
        catalog = reread(merge(template(a=text), catalog, "fr"))
        assert catalog.contexts["a"].previous_id == ["One thing"]
    catalog.contexts["a"].string = "Choses"
    catalog.contexts["a"].flags.discard("fuzzy")
    catalog = merge(template(a="All things"), reread(catalog), "fr")
    assert catalog.contexts["a"].previous_id == ["Things"]


def test_what_was_signed_is_as_it_was_when_its_text_comes_back() -> None:
    old = signed(translated(template(a="One"), a="Un"), "a")
    there = reread(merge(template(a="One!"), reread(old), "fr"))
    assert (there.contexts["a"].fuzzy, states(there)) == (True, {"a": "draft"})
    back = merge(template(a="One"), there, "fr")
    assert format_po(back) == format_po(old)


def test_what_somebody_doubts_is_doubted_until_somebody_takes_that_away() -> None:
    old = signed(translated(template(a="One"), a="Un"), "a")
    old.contexts["a"].flags.add("fuzzy")
    assert merge(template(a="One"), reread(old), "fr").contexts["a"].fuzzy
    there = reread(merge(template(a="One!"), reread(old), "fr"))
    assert merge(template(a="One"), there, "fr").contexts["a"].fuzzy
    gone = reread(merge(template(b="Two"), reread(old), "fr"))
    assert merge(template(a="One"), gone, "fr").contexts["a"].fuzzy


def test_a_void_mark_is_cleared_away_and_other_comments_stay() -> None:
    old = signed(translated(template(a="One"), a="Un"), "a")
    old.contexts["a"].user_comments.append("ask again")
    old.contexts["a"].string = "Une"
    assert merge(template(a="One"), reread(old), "fr").contexts["a"].user_comments == ["ask again"]


def test_flags_of_a_translator_stay_and_ours_follow_the_template() -> None:
    old = translated(template(a="One"), a="Un")
    old.contexts["a"].flags |= {"ignore-end-stop", "max-length:3"}
    merged = merge(template(a="One {figure}"), reread(old), "fr")
    assert merged.contexts["a"].flags == {
        "fuzzy", "ignore-end-stop", "max-length:80", "python-brace-format",
    }  # fmt: skip


def test_a_figure_that_may_be_counted_otherwise_has_no_format_for_other_tools() -> None:
    source = template(a="{figure} million")
    source.contexts["a"].flags = {"no-python-brace-format"}
    merged = reread(merge(source, reread(translated(template(a="{figure} million"))), "ja"))
    assert merged.contexts["a"].flags == {"no-python-brace-format"}
    back = merge(template(a="{figure} million"), merged, "ja")
    assert back.contexts["a"].flags == {"max-length:80", "python-brace-format"}


def test_what_is_gone_keeps_its_notes_and_brings_them_back() -> None:
    old = signed(translated(template(a="One", b="Two", c="Three"), a="Un", b="Deux"), "b")
    old.contexts["b"].user_comments.append("ask again")
    old.contexts["b"].flags.add("ignore-end-stop")
    old.contexts["c"].user_comments = ["how many?"]
    before = format_po(old)
    gone = reread(merge(template(a="One"), reread(old), "fr"))
    assert {one.context for one in gone.obsolete.values()} == {"b", "c"}
    assert format_po(merge(template(a="One"), gone, "fr")) == format_po(gone)
    back = merge(template(a="One", b="Two", c="Three"), gone, "fr")
    assert format_po(back) == before


MINOR = [
    ("Recieve help.", "Receive help.", True),
    ("They must not hand over passports.", "They must hand over passports.", False),
    ("Help {year} now.", "Help {date} now.", False),
]


@pytest.mark.parametrize(("before", "after", "carried"), MINOR)
def test_a_minor_rewording_keeps_translation_and_signatures(
    before: str, after: str, carried: bool
) -> None:
    old = translated(template(a=before), a="Aide.")
    source = template(a=after)
    source.minor = frozenset({"a"})
    merged = reread(merge(source, reread(signed(old, "a")), "fr"))
    assert states(merged) == {"a": "reviewed" if carried else "draft"}
    assert merged.contexts["a"].fuzzy is not carried
    assert format_po(merge(source, merged, "fr")) == format_po(merged)


@pytest.mark.parametrize("after", ["Receive help.", "Recieve help!"])
def test_an_edit_of_the_english_ends_its_own_review_however_minor(after: str) -> None:
    old = signed(merge(template(a="Recieve help."), None, "en_GB"), "a")
    source = template(a=after)
    source.minor = frozenset({"a"})
    assert states(merge(template(a="Recieve help."), reread(old), "en_GB")) == {"a": "reviewed"}
    assert states(merge(source, reread(old), "en_GB")) == {"a": "draft"}


def test_a_minor_rewording_after_another_one_stays_fuzzy() -> None:
    old = signed(translated(template(a="They agreed to it"), a="Ils ont dit oui"), "a")
    there = reread(merge(template(a="They did not agree to it"), reread(old), "fr"))
    source = template(a="They did not agree to it.")
    source.minor = frozenset({"a"})
    for _ in range(2):
        there = reread(merge(source, there, "fr"))
        assert there.contexts["a"].fuzzy
        assert there.contexts["a"].previous_id == ["They agreed to it"]


def test_the_source_is_that_of_the_campaign() -> None:
    source = template(a="Une")
    source.source = "fr"
    assert strings(merge(source, None, "fr")) == {"a": "Une"}
    assert strings(merge(source, None, "en_GB")) == {"a": ""}


def test_the_source_keeps_its_comments() -> None:
    old = translated(template(a="One"), "en_GB")
    old.contexts["a"].user_comments = ["British spelling"]
    merged = merge(template(a="Two"), reread(old, "en_GB"), "en_GB")
    assert merged.contexts["a"].user_comments == ["British spelling"]


def test_merging_changes_neither_of_the_two() -> None:
    source, old = template(a="One!", b="Two"), signed(translated(template(a="One"), a="Un"), "a")
    before = format_po(source), format_po(old)
    merge(source, old, "fr")
    assert (format_po(source), format_po(old)) == before


def test_a_derived_script_follows_its_source_and_has_its_own_review() -> None:
    source = template(a="Fact {figure}", b="Tip")
    cyrillic = translated(source, "sr", a="Чињеница {figure}", b="Савет")
    cyrillic.contexts["b"].flags |= {"fuzzy", "ignore-end-stop"}
    sign_translated(cyrillic, cyrillic.contexts["a"], "translator-sr")
    latin = derive_latin(cyrillic, None, "sr_Latn")
    assert strings(latin) == {"a": "Činjenica {figure}", "b": "Savet"}
    assert latin.contexts["b"].flags == {"fuzzy", "max-length:80"}
    assert mark(latin, latin.contexts["a"]) == Mark("translator-sr")
    sign_reviewed(latin, latin.contexts["a"], "editor-sr")
    latin.contexts["a"].user_comments.append("checked on a card")
    again = derive_latin(cyrillic, reread(latin, "sr_Latn"), "sr_Latn")
    assert format_po(again) == format_po(latin)
    cyrillic.contexts["a"].string = "Истина {figure}"
    derived = derive_latin(cyrillic, latin, "sr_Latn")
    changed = derived.contexts["a"]
    assert mark(derived, changed) == Mark()
    assert changed.user_comments == ["checked on a card"]
    sign_translated(cyrillic, cyrillic.contexts["a"], "translator-sr")
    derived = derive_latin(cyrillic, latin, "sr_Latn")
    assert mark(derived, derived.contexts["a"]) == Mark("translator-sr")


def test_a_derived_script_is_unsigned_when_only_the_english_changed() -> None:
    cyrillic = translated(template(a="Fact"), "sr", a="Чињеница")
    sign_translated(cyrillic, cyrillic.contexts["a"], "translator-sr")
    latin = derive_latin(cyrillic, None, "sr_Latn")
    sign_reviewed(latin, latin.contexts["a"], "editor-sr")
    for minor, state in ((True, "reviewed"), (False, "draft")):
        source = template(a="Fact.")
        source.minor = frozenset({"a"} if minor else ())
        derived = derive_latin(merge(source, cyrillic, "sr"), latin, "sr_Latn")
        assert states(derived) == {"a": state}


CONTEXTS = st.sampled_from(["a", "b", "c", "d"])
WORDS = st.sampled_from(["One thing", "One things", "Two things", "Two {figure}", "2"])
TEMPLATES = st.dictionaries(CONTEXTS, WORDS, min_size=1)


@st.composite
def templates(draw: st.DrawFn) -> PoCatalog:
    """One edit of the campaign: other texts, some of them said to be minor."""
    texts = draw(TEMPLATES)
    source = template(**texts)
    source.minor = frozenset(draw(st.sets(st.sampled_from(sorted(texts)))))
    return source


@st.composite
def worked_on(draw: st.DrawFn, catalog: PoCatalog) -> None:
    """A translator's hour: each message translated, doubted, signed or noted on, or left."""
    for context, message in catalog.contexts.items():
        done = draw(
            st.sampled_from(["left", "translated", "doubted", "signed", "noted", "flagged"])
        )
        if done in ("translated", "signed"):
            message.string = f"of {context}: {message.id}"
            message.flags.discard("fuzzy")
            message.previous_id = []
        if done == "signed":
            sign_translated(catalog, message, "translator")
            sign_reviewed(catalog, message, "editor")
        if done == "doubted" and message.string:
            message.flags.add("fuzzy")
        if done == "noted":
            message.user_comments.append(f"of {context}: note {len(message.user_comments)}")
        if done == "flagged":
            message.flags.add("ignore-end-stop")


HISTORIES = st.lists(templates(), min_size=1, max_size=5)


@given(HISTORIES, st.data())
def test_a_text_never_moves_to_another_context(
    history: list[PoCatalog], data: st.DataObject
) -> None:
    catalog: PoCatalog | None = None
    for source in history:
        catalog = reread(merge(source, catalog, "fr"))
        for message in (*catalog.contexts.values(), *catalog.obsolete.values()):
            notes = [note for note in message.user_comments if not is_mark(note)]
            for said in (str(message.string), *notes):
                assert said == "" or said.startswith(f"of {message.context}: ")
        data.draw(worked_on(catalog))


@given(st.lists(TEMPLATES, min_size=1, max_size=5), st.data())
def test_a_translation_is_fuzzy_beside_any_text_but_its_own(
    history: list[dict[str, str]], data: st.DataObject
) -> None:
    catalog: PoCatalog | None = None
    for texts in history:
        catalog = reread(merge(template(**texts), catalog, "fr"))
        for context, message in catalog.contexts.items():
            if message.string:
                own = [message.id] if not message.fuzzy else message.previous_id or [message.id]
                assert message.string == f"of {context}: {own[0]}"
        data.draw(worked_on(catalog))


@given(HISTORIES, st.data())
def test_merging_twice_is_merging_once_to_the_byte(
    history: list[PoCatalog], data: st.DataObject
) -> None:
    catalog: PoCatalog | None = None
    for source in history:
        catalog = reread(merge(source, catalog, "fr"))
        assert format_po(merge(source, catalog, "fr")) == format_po(catalog)
        data.draw(worked_on(catalog))


@given(HISTORIES, st.data())
def test_no_note_and_no_flag_of_a_translator_is_ever_lost(
    history: list[PoCatalog], data: st.DataObject
) -> None:
    catalog: PoCatalog | None = None
    wanted: dict[str, set[str]] = {}
    for source in history:
        catalog = reread(merge(source, catalog, "fr"))
        for one in (*catalog.contexts.values(), *catalog.obsolete.values()):
            assert wanted.pop(str(one.context), set()) <= {*one.user_comments, *one.flags}
        assert not wanted
        data.draw(worked_on(catalog))
        for context, one in catalog.contexts.items():
            notes = {note for note in one.user_comments if not is_mark(note)}
            if notes or one.string:  # what holds nothing but a flag may go
                wanted[context] = notes | (one.flags & {"ignore-end-stop"})
