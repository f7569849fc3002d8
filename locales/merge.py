"""Carry translations over to a new template, by context and by nothing else.

Same context and text, keep; same context and new text, keep the string but mark it fuzzy with the
text it belongs to beside it; new context, start empty; gone, keep as obsolete, and bring it back
when the context returns. A translation never moves to another context (Babel's own merge does
that), and what a translator noted is never lost.
"""

from __future__ import annotations

import copy

from babel.messages.catalog import Message

from locales import signing
from locales.po import PoCatalog
from locales.rewording import is_minor
from locales.script import transliterate
from locales.signing import Mark

_OURS = frozenset({"fuzzy", "python-format", "python-brace-format", "no-python-brace-format"})
_LIMIT = "max-length:"


def merge(template: PoCatalog, existing: PoCatalog | None, locale: str) -> PoCatalog:
    """The catalogue of ``locale`` for this template; neither of the two is changed.

    The source locale is filled from the template. Signatures stay with the words they were given
    for; those of a translation also through a minor rewording of its English.
    """
    merged = _like(template, existing, locale)
    found = _by_context(existing)
    for context, message in template.contexts.items():
        own = str(message.id) if locale == template.source else ""
        put, old = _copied(message, own), found.get(context)
        if old is not None and existing is not None:
            _noted(put, old)
            if own:
                kept = old.string == old.id == put.id
                signing.set_mark(merged, put, signing.mark(existing, old) if kept else Mark())
            elif not old.pluralizable:
                _carry(put, old, merged, existing)
        merged[put.id] = put
    _keep_obsolete(merged, found)
    return merged


def derive_latin(cyrillic: PoCatalog, existing: PoCatalog | None, locale: str) -> PoCatalog:
    """The same catalogue in Latin script: derived anew each time, so mend the Cyrillic one.

    The Cyrillic translator is its translator. A review, which ``existing`` may have, ends when the
    text changes; comments and flags of its own stay.
    """
    derived = _like(cyrillic, existing, locale)
    found = _by_context(existing)
    for context, message in cyrillic.contexts.items():
        put = _copied(message, transliterate(str(message.string or "")))
        put.flags = {flag for flag in put.flags if flag in _OURS or flag.startswith(_LIMIT)}
        old = found.get(context)
        if old is not None:
            _noted(put, old)
        signing.set_mark(derived, put, _derived(put, old, cyrillic, existing))
        derived[put.id] = put
    _keep_obsolete(derived, found)
    return derived


def _like(template: PoCatalog, existing: PoCatalog | None, locale: str) -> PoCatalog:
    merged = PoCatalog(locale, str(template.domain), existing.file if existing else None)
    comment = existing.header_comment if existing else ""
    merged.header_comment = comment or f"# Clarion: {template.domain} in {locale}"
    merged.source, merged.minor = template.source, template.minor
    return merged


def _by_context(existing: PoCatalog | None) -> dict[str, Message]:
    """All there is of an older catalogue, the obsolete too; what has no context by its text."""
    if existing is None:
        return {}
    gone = {old.context or str(old.id): old for old in existing.obsolete.values()}
    return {**gone, **existing.contexts}


def _carry(put: Message, old: Message, merged: PoCatalog, existing: PoCatalog) -> None:
    """Give the template's message the translation of its context, and what still holds of it."""
    put.string = str(old.string or "")
    if not put.string:
        signing.clear(put)
        return
    gone, minor = old.context not in existing.contexts, old.context in merged.minor
    before = str(old.previous_id[0] if old.fuzzy and old.previous_id else old.id)
    same, doubted = before == put.id, old.fuzzy and not old.previous_id
    signed = signing.holds_for(existing, old, before) and (same or not doubted)
    if not signed:
        signing.clear(put)
    if same and doubted:
        put.flags.add("fuzzy")  # by a person, who alone takes it away
    elif same and (signed or not (gone or old.fuzzy)):
        pass  # the words that were translated
    elif minor and not (gone or old.fuzzy) and is_minor(before, str(put.id)):
        signing.set_mark(merged, put, signing.mark(existing, old))
    else:
        put.flags.add("fuzzy")
        put.previous_id = [] if same else [before]


def _derived(
    put: Message, old: Message | None, cyrillic: PoCatalog, existing: PoCatalog | None
) -> Mark:
    """Who signed a derived message: the Cyrillic's translator, and whoever reviewed these words."""
    if not put.string or put.fuzzy:
        return Mark()
    context = put.context or ""
    translator, reviewer = signing.mark(cyrillic, cyrillic.contexts[context]).translated_by, ""
    if old is not None and existing is not None and put.string == old.string:
        minor = context in cyrillic.minor and is_minor(str(old.id), str(put.id))
        if put.id == old.id or minor:
            signed = signing.mark(existing, old)
            translator, reviewer = translator or signed.translated_by, signed.reviewed_by
    return Mark(translator, reviewer)


def _copied(message: Message, string: str) -> Message:
    """The same message with another string and nobody's notes. Babel's own way guesses the flags
    anew, which takes as long as all the rest."""
    put = Message.__new__(Message)
    put.__dict__.update(message.__dict__)
    put.string = string
    put.flags = set(message.flags)
    put.user_comments = []
    put.previous_id = list(message.previous_id)
    return put


def _noted(put: Message, old: Message) -> Message:
    """With what a translator wrote beside the old one: comments, and flags that are not ours."""
    put.user_comments = list(old.user_comments)
    if old.flags:
        put.flags |= {flag for flag in old.flags - _OURS if not flag.startswith(_LIMIT)}
    return put


def _keep_obsolete(merged: PoCatalog, found: dict[str, Message]) -> None:
    """What is gone, as it was: with its text, its flags and the translator's comments."""
    for context, message in found.items():
        if context in merged.contexts or not (_has_words(message) or message.user_comments):
            continue
        gone = copy.copy(message)
        gone.auto_comments = []
        gone.flags = {
            flag
            for flag in message.flags
            if flag == "fuzzy" or not (flag in _OURS or flag.startswith(_LIMIT))
        }
        merged.obsolete[context] = gone


def _has_words(message: Message) -> bool:
    string = message.string or ""
    return any((string,) if isinstance(string, str) else string)
