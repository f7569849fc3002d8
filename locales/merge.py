"""Carry translations over to a new template, by context and by nothing else.

Same context and text, keep; same context and new text, keep the string but mark it fuzzy with the
text it belongs to beside it; new context, start empty; gone, keep as obsolete, and bring it back
when the context returns. A translation never moves to another context (Babel's own merge does
that), and what a translator noted is never lost.
"""

from __future__ import annotations

import copy
import re
from collections import Counter
from difflib import SequenceMatcher

from babel.messages.catalog import Message

from campaigns.review import PLACEHOLDER
from locales import signing
from locales.po import PoCatalog
from locales.script import transliterate
from locales.signing import Mark

CLOSE = 0.8
"""How alike two texts are, of 1, between which a change may pass as a minor one."""

_NUMBER = re.compile(r"\d+")
_OURS = frozenset({"fuzzy", "python-format", "python-brace-format", "no-python-brace-format"})
_LIMIT = "max-length:"


def merge(template: PoCatalog, existing: PoCatalog | None, locale: str) -> PoCatalog:
    """The catalogue of ``locale`` for this template; neither of the two is changed.

    The source locale is filled from the template. Signatures stay with the words they were given
    for, and with words that change by a minor rewording only.
    """
    merged = _like(template, existing, locale)
    found = _by_context(existing)
    for context, message in template.contexts.items():
        minor = context in template.minor
        old = found.get(context)
        if old is None:
            put = _copied(message, "")
        elif old.pluralizable or locale == template.source:
            put = _noted(_copied(message, ""), old)
        else:
            put = _carried(message, old, gone=context not in _live(existing), minor=minor)
        if locale == template.source:
            put.string = put.id
            _sign_again(put, old, minor=minor)
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
        _sign_derived(put, old, message, minor=context in cyrillic.minor)
        derived[put.id] = put
    _keep_obsolete(derived, found)
    return derived


def is_minor(before: str, after: str) -> bool:
    """Whether a rewording can pass as minor: placeholders and numbers stay, most letters too."""
    facts = _facts(before) == _facts(after)
    return facts and SequenceMatcher(None, before, after, autojunk=False).ratio() >= CLOSE


def _facts(text: str) -> tuple[Counter[str], Counter[str]]:
    bare = PLACEHOLDER.sub(" ", text)
    return Counter(PLACEHOLDER.findall(text)), Counter(_NUMBER.findall(bare))


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


def _live(existing: PoCatalog | None) -> dict[str, Message]:
    return existing.contexts if existing else {}


def _carried(message: Message, old: Message, *, gone: bool, minor: bool) -> Message:
    """The template's message with the translation of its context."""
    put = _noted(_copied(message, str(old.string or "")), old)
    if not put.string:
        signing.clear(put)
        return put
    before = str(old.previous_id[0] if old.fuzzy and old.previous_id else old.id)
    same, doubted = before == message.id, old.fuzzy and not old.previous_id
    signed = signing.holds_for(old, before) and (same or not doubted)
    if not signed:
        signing.clear(put)
    if same and doubted:
        put.flags.add("fuzzy")  # by a person, who alone takes it away
    elif same and (signed or not (gone or old.fuzzy)):
        pass  # the words that were translated
    elif minor and not (gone or old.fuzzy) and is_minor(before, str(message.id)):
        signing.set_mark(put, signing.mark(old))
    else:
        put.flags.add("fuzzy")
        put.previous_id = [] if same else [before]
    return put


def _sign_again(put: Message, old: Message | None, *, minor: bool) -> None:
    """The source's own text keeps its signatures, also through a minor rewording."""
    if old is not None:
        kept = old.string == old.id and _same(put, old, minor=minor)
        signing.set_mark(put, signing.mark(old) if kept else Mark())


def _same(put: Message, old: Message, *, minor: bool) -> bool:
    """Whether the English says what it said."""
    return put.id == old.id or (minor and is_minor(str(old.id), str(put.id)))


def _sign_derived(put: Message, old: Message | None, cyrillic: Message, *, minor: bool) -> None:
    translator = signing.mark(cyrillic).translated_by
    reviewer = ""
    if old is not None and put.string == old.string and _same(put, old, minor=minor):
        signed = signing.mark(old)
        translator, reviewer = translator or signed.translated_by, signed.reviewed_by
    signing.set_mark(put, Mark(translator, reviewer) if put.string and not put.fuzzy else Mark())


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
