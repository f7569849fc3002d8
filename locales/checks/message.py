"""A message and its translation go through every rule; what is found once is remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from campaigns.model import Message
from campaigns.overrides import Override, of_message
from campaigns.review import Finding
from locales.catalogue import Catalogue, Entry
from locales.checks import beside, facts, form, letters, punctuation, signs, style
from locales.checks.rules import Found, Pair, fault
from locales.checks.style import STRETCH
from locales.checks.words import words
from locales.fault import Fault

__all__ = ["STRETCH", "check_catalogue", "errors", "faults"]

Check = Callable[[Pair], Iterator[Found]]

_HOLDING: tuple[Check, ...] = (
    form.placeholders, form.isolates, form.markup, form.line_breaks,
    facts.numbers, beside.counting_words, beside.added, facts.hashtags, facts.addresses,
    signs.unseen, letters.alphabets, letters.script, style.left, style.filler,
)  # fmt: skip
"""Checks that may find an error; all that is asked before a card is made."""
_ADVISING: tuple[Check, ...] = (
    signs.forms, signs.spaces, style.repeated, style.too_long,
    punctuation.ends, punctuation.quotes, punctuation.marks, punctuation.spacing,
)  # fmt: skip

_REMEMBERED = 16384
"""Texts checked that are kept: every card of a build asks again for the shared messages."""


def check_catalogue(
    catalogue: Catalogue, messages: Iterable[Message], overrides: Iterable[Override] = ()
) -> list[Finding]:
    """All findings of a catalogue against the campaign's messages, in their order."""
    texts = {message.context: message for message in messages}
    approved = tuple(overrides)
    found: list[Finding] = []
    for context, message in texts.items():
        entry = catalogue.entries.get(context)
        allowed = of_message(approved, catalogue.locale, catalogue.domain, context)
        known = faults(entry, message, catalogue.locale, allowed)
        found.extend(_finding(catalogue, context, one) for one in known)
    for context in [name for name in catalogue.entries if name not in texts]:
        strange = fault("unknown-message", "is no message of the campaign")
        found.append(_finding(catalogue, context, strange))
    return found


def faults(
    entry: Entry | None, message: Message, locale: str, allowed: Iterable[Override] = ()
) -> Iterator[Fault]:
    """What is wrong with one translation; that of its state, else all of the text.

    ``allowed`` are the overrides of this message.
    """
    if entry is None:
        yield fault("missing", "is not in the catalogue")
        return
    if state := _state(entry, message):
        yield from state
        return
    yield from _holding(entry.msgstr, message.text, locale)
    yield from _advising(Pair(entry.msgstr, message.text, locale, message.max))
    yield from words(entry.msgstr, locale, message.context, allowed)


def errors(
    entry: Entry | None, message: Message, locale: str, allowed: Iterable[Override] = ()
) -> tuple[Fault, ...]:
    """Those of the :func:`faults` that hold a card; sooner found than all of them."""
    if entry is None:
        return (fault("missing", "is not in the catalogue"),)
    if state := _state(entry, message):
        return state
    text = entry.msgstr
    found = [*_holding(text, message.text, locale), *words(text, locale, message.context, allowed)]
    return tuple(one for one in found if one.level == "error")


@lru_cache(maxsize=_REMEMBERED)
def _holding(text: str, english: str, locale: str) -> tuple[Fault, ...]:
    pair = Pair(text, english, locale, 0)
    return tuple(fault(*found) for check in _HOLDING for found in check(pair))


@lru_cache(maxsize=_REMEMBERED)
def _advising(pair: Pair) -> tuple[Fault, ...]:
    return tuple(fault(*found) for check in _ADVISING for found in check(pair))


def _state(entry: Entry, message: Message) -> tuple[Fault, ...]:
    """Why the text is not even looked at."""
    if entry.plurals:
        return tuple(_plurals(entry, message))
    if not entry.msgstr.strip():
        return (fault("empty", "is not translated"),)
    if entry.msgid != message.text:
        return (fault("stale", "translates an older text"),)
    if entry.fuzzy:
        return (fault("fuzzy", "is marked fuzzy"),)
    return ()


def _plurals(entry: Entry, message: Message) -> Iterator[Fault]:
    yield fault("plural", "has plural forms")
    for number, text in enumerate(entry.plurals):
        if not text.strip():
            yield fault("empty", f"its form {number} is not translated")
            continue
        for rule, problem in form.placeholders(Pair(text, message.text, "", 0)):
            yield fault(rule, f"in its form {number}: {problem}")


def _finding(catalogue: Catalogue, context: str, one: Fault) -> Finding:
    place = catalogue.place(context)
    return Finding(place, one.rule, one.level, context, one.problem, one.remedy, one.why)
