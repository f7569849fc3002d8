"""A translation follows its context, and nothing else."""

from __future__ import annotations

from babel.messages.catalog import Message
from hypothesis import given
from hypothesis import strategies as st

from locales.merge import derive_latin, merge
from locales.po import PoCatalog, format_po, parse_po


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


def reread(catalog: PoCatalog) -> PoCatalog:
    """As the next run finds it on disk."""
    raw = format_po(catalog)
    return parse_po(raw, catalog.file, str(catalog.locale_identifier), "small")


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


def test_a_review_holds_while_nothing_was_added_or_reworded() -> None:
    source = template(a="One", b="Two")
    old = translated(source, a="Un", b="Deux")
    old.state, old.reviewed_by = "reviewed", "second-translator"
    same = merge(source, reread(old), "fr")
    assert (same.state, same.reviewed_by) == ("reviewed", "second-translator")
    assert merge(template(a="One"), reread(old), "fr").state == "reviewed"
    for changed in (template(a="One", b="Two!"), template(a="One", b="Two", c="Three")):
        merged = merge(changed, reread(old), "fr")
        assert (merged.state, merged.reviewed_by) == ("draft", "")


def test_a_derived_script_follows_its_source_and_its_own_review() -> None:
    source = template(a="Fact {figure}", b="Tip")
    cyrillic = translated(source, "sr", a="Чињеница {figure}", b="Савет")
    cyrillic.contexts["b"].flags.add("fuzzy")
    latin = derive_latin(cyrillic, None, "sr_Latn")
    assert strings(latin) == {"a": "Činjenica {figure}", "b": "Savet"}
    assert latin.contexts["b"].fuzzy
    assert (latin.locale_identifier, latin.state) == ("sr_Latn", "draft")
    latin.state = "reviewed"
    assert derive_latin(cyrillic, latin, "sr_Latn").state == "reviewed"
    cyrillic.contexts["a"].string = "Истина {figure}"
    assert derive_latin(cyrillic, latin, "sr_Latn").state == "draft"


CONTEXTS = st.sampled_from(["a", "b", "c", "d"])
WORDS = st.sampled_from(["One thing", "One things", "Two things", "Two"])
TEMPLATES = st.dictionaries(CONTEXTS, WORDS, min_size=1)


@given(st.lists(TEMPLATES, min_size=1, max_size=5))
def test_no_translation_ever_moves_to_another_context(history: list[dict[str, str]]) -> None:
    catalog: PoCatalog | None = None
    for texts in history:
        catalog = merge(template(**texts), reread(catalog) if catalog else None, "fr")
        for context, message in catalog.contexts.items():
            assert str(message.string) in ("", f"of {context}: {message.id}") or message.fuzzy
            assert str(message.string).startswith(f"of {context}: ") or not message.string
            message.string = f"of {context}: {message.id}"
            message.flags.discard("fuzzy")
