"""Carry translations over to a new template, by context and by nothing else.

Rules: same context and text, keep; same context and new text, keep the string but mark it fuzzy
with the old text beside it; new context, start empty; gone, keep as obsolete. A translation never
moves to another context (Babel's own merge does that).
"""

from __future__ import annotations

from babel.messages.catalog import Message

from locales.po import PoCatalog
from locales.script import transliterate

SOURCE_LOCALE = "en_GB"


def merge(template: PoCatalog, existing: PoCatalog | None, locale: str) -> PoCatalog:
    """The catalogue of ``locale`` for this template.

    Its state stays ``reviewed`` only while no message was added or reworded: a reviewer saw the
    rest, not those. The source locale is filled from the template.
    """
    merged = _like(template, existing, locale)
    for message in template.contexts.values():
        _put(merged, _carried(message, existing, locale))
    if existing is not None:
        _keep_obsolete(merged, existing)
        if _same_texts(merged, existing):
            merged.state, merged.reviewed_by = existing.state, existing.reviewed_by
    return merged


def derive_latin(cyrillic: PoCatalog, existing: PoCatalog | None, locale: str) -> PoCatalog:
    """The same catalogue in Latin script: derived anew each time, so mend the Cyrillic one.

    ``existing`` gives the state, which falls back to draft when any text changed.
    """
    derived = _like(cyrillic, existing, locale)
    for message in cyrillic.contexts.values():
        _put(derived, _copy(message, transliterate(str(message.string or "")), message.flags))
    if existing is not None and _same_texts(derived, existing):
        derived.state, derived.reviewed_by = existing.state, existing.reviewed_by
    return derived


def _like(template: PoCatalog, existing: PoCatalog | None, locale: str) -> PoCatalog:
    merged = PoCatalog(locale, str(template.domain), existing.file if existing else None)
    comment = existing.header_comment if existing else ""
    merged.header_comment = comment or f"# Clarion: {template.domain} in {locale}"
    return merged


def _carried(message: Message, existing: PoCatalog | None, locale: str) -> Message:
    """The template's message with what there is of a translation."""
    flags = set(message.flags)
    if locale == SOURCE_LOCALE:
        return _copy(message, str(message.id), flags)
    old = existing.contexts.get(message.context or "") if existing else None
    if old is None:
        old = _obsolete(existing).get(message.context or "") if existing else None
        if old is not None:
            old.flags.add("fuzzy")  # Babel does not keep the flags of obsolete messages
    if old is None or old.pluralizable:
        return _copy(message, "", flags)
    carried = _copy(message, str(old.string or ""), flags)
    carried.user_comments = list(old.user_comments)
    if carried.string and (old.fuzzy or old.id != message.id):
        carried.flags.add("fuzzy")
        previous = [str(old.id)] if old.id != message.id else old.previous_id
        carried.previous_id = [text for text in previous if text != message.id]
    return carried


def _copy(message: Message, string: str, flags: set[str]) -> Message:
    copy = Message(
        message.id,
        string,
        flags=flags,
        auto_comments=message.auto_comments,
        user_comments=message.user_comments,
        context=message.context,
    )
    copy.previous_id = list(message.previous_id)
    return copy


def _put(catalog: PoCatalog, message: Message) -> None:
    catalog[message.id] = message


def _obsolete(catalog: PoCatalog) -> dict[str, Message]:
    return {old.context: old for old in catalog.obsolete.values() if old.context}


def _keep_obsolete(merged: PoCatalog, existing: PoCatalog) -> None:
    """Obsolete messages by context, translated ones only."""
    gone = {**_obsolete(existing), **existing.contexts}
    for context, message in gone.items():
        if context not in merged.contexts and message.string and not message.pluralizable:
            merged.obsolete[context] = _copy(message, str(message.string), set())


def _same_texts(merged: PoCatalog, existing: PoCatalog) -> bool:
    """Whether every live message was there already with this text and this translation."""

    def texts(catalog: PoCatalog) -> dict[str, tuple[object, object, bool]]:
        return {key: (m.id, m.string, m.fuzzy) for key, m in catalog.contexts.items()}

    return texts(merged).items() <= texts(existing).items()
