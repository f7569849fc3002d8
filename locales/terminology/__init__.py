"""Language that does no harm: rules of words, one folder a language.

hits           what is to be mended in a text, and on whose advice
vocabulary     the rules of a locale, with source and reviewer
read_glossary  the words to use, by concept
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import regex

from campaigns.overrides import Override
from campaigns.rules import Level
from locales.terminology.glossary import read_glossary
from locales.terminology.plain import plain
from locales.terminology.vocabulary import Found, Vocabulary, found_in, vocabulary

__all__ = ["Hit", "Vocabulary", "hits", "read_glossary", "vocabulary"]


@dataclass(frozen=True, slots=True)
class Hit:
    """Words that a rule finds in a text.

    ``rule`` is its name (``en_GB.Survivor``), ``id`` its number in every language (``T01``);
    ``prefer`` is the better word, alternatives with ``|`` between, empty where there is none.
    ``approved`` is the override under which the words stand; the level is then ``info``.
    """

    rule: str
    id: str
    level: Level
    words: str
    message: str
    prefer: str
    why: str
    source: str
    approved: Override | None = None


def hits(
    text: str, locale: str, *, field: str = "", allowed: Iterable[Override] = ()
) -> tuple[Hit, ...]:
    """What the rules of a locale find in a text, from left to right; nothing where it has none.

    ``field`` is the field's name or its message's context: a ``myth`` may have what some rules
    allow there. ``allowed`` are the overrides of this message, from
    :func:`campaigns.overrides.of_message`.
    """
    found = found_in(text, locale, field.rpartition(".")[2] == "myth")
    if not found:
        return ()
    records = tuple(allowed)
    return tuple(_hit(one, _approved(one, text, records)) for one in found)


def _hit(found: Found, approved: Override | None) -> Hit:
    rule = found.rule
    assert rule.pattern is not None
    return Hit(
        rule=rule.name,
        id=rule.meta.id,
        level="info" if approved else found.level,
        words=found.words,
        message=rule.pattern.sentence(found.words, found.prefer),
        prefer=found.prefer,
        why=rule.meta.why,
        source=rule.meta.source,
        approved=approved,
    )


def _approved(found: Found, text: str, allowed: tuple[Override, ...]) -> Override | None:
    """The override that covers the words: of this rule, and they stand within its own words. The
    same word elsewhere in the text is another one, which nobody approved."""
    end = found.start + len(found.words)
    for override in allowed:
        if override.rule != found.rule.name:
            continue
        words = regex.escape(plain(override.words).strip(), special_only=True)
        for match in regex.finditer(words, plain(text), regex.IGNORECASE):
            if match.start() <= found.start and end <= match.end():
                return override
    return None
