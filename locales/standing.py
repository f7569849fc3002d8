"""How far a card is in a language, from nothing to reviewed, and what stands in the way.

The same reading as :mod:`locales.lookup`, which only says whether a card may be made; here every
message is counted and nothing is raised.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from campaigns.library import Library
from campaigns.model import Campaign, Card, Message
from campaigns.overrides import of_message
from locales.catalogue import Catalogue, Catalogues, Entry
from locales.checks import errors
from locales.extract import SHARED
from locales.fallback import chain
from locales.lookup import NotReady, is_reviewed, own_messages, shared_messages
from locales.signing import State

_EMPTY = frozenset({"missing", "empty"})
_OLD = frozenset({"fuzzy", "stale"})


class CardState(StrEnum):
    """What keeps a card in a language from being posted; what is ``reviewed`` may be."""

    MISSING = "missing"
    PARTIAL = "partial"
    FUZZY = "fuzzy"
    BLOCKED = "blocked"
    TRANSLATED = "translated"
    REVIEWED = "reviewed"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Standing:
    """A card in a locale. ``locale`` is that of the catalogues, perhaps its base. ``lacking`` names
    the messages, ``<campaign>: <context>``, by what is wrong with them: the rule, or
    ``not reviewed``; the text of a reason that has no messages stands alone. ``messages`` is the
    state of each message the card needs: ``missing``, ``fuzzy``, or one of the three of a message.
    """

    locale: str
    state: CardState
    lacking: Mapping[str, tuple[str, ...]]
    messages: Mapping[str, str]


def standing(
    card: Card, campaign: Campaign, library: Library, catalogues: Catalogues, locale: str
) -> Standing:
    """How the card stands in ``locale``, or in the base language that may carry it if that is
    further. Raises ``CatalogueError`` for a PO file that cannot be read."""
    found = [_standing(card, campaign, library, catalogues, one) for one in chain(locale)]
    done = (one for one in found if one.state in (CardState.TRANSLATED, CardState.REVIEWED))
    return next(done, min(found, key=lambda one: one.state is CardState.MISSING))


def _standing(
    card: Card, campaign: Campaign, library: Library, catalogues: Catalogues, locale: str
) -> Standing:
    try:
        needed = list(_needed(card, campaign, library, catalogues, locale))
    except NotReady as error:
        return Standing(locale, CardState.BLOCKED, dict.fromkeys(error.reasons, ()), {})
    approved = tuple(library.overrides.values())
    lacking: dict[str, list[str]] = {}
    states = {}
    for domain, message, entry in needed:
        name = f"{domain}: {message.context}"
        allowed = of_message(approved, locale, domain, message.context)
        rules = [fault.rule for fault in errors(entry, message, locale, allowed)]
        if not rules and entry is not None and not is_reviewed(entry, campaign.author):
            rules = ["not reviewed"]
        for rule in rules:
            lacking.setdefault(rule, []).append(name)
        states[name] = _state(entry, rules, campaign.author)
    own = [states[f"{campaign.id}: {one.context}"] for one in card.fields.values()]
    reasons = {rule: tuple(names) for rule, names in lacking.items()}
    return Standing(locale, _whole(reasons, own), reasons, states)


def _needed(
    card: Card, campaign: Campaign, library: Library, catalogues: Catalogues, locale: str
) -> Iterator[tuple[str, Message, Entry | None]]:
    """Each message the card needs, with its translation."""
    for domain, messages in (
        (campaign.id, own_messages(card, campaign)),
        (SHARED, shared_messages(card, campaign, library)),
    ):
        catalogue: Catalogue | None = catalogues.find(locale, domain)
        for message in messages:
            yield domain, message, catalogue.entries.get(message.context) if catalogue else None


def _state(entry: Entry | None, rules: list[str], author: str) -> str:
    if entry is None or _EMPTY & set(rules):
        return "missing"
    if _OLD & set(rules):
        return "fuzzy"
    reviewed = entry.state is State.REVIEWED and is_reviewed(entry, author)
    return State.REVIEWED if reviewed else State.TRANSLATED if entry.translated_by else State.DRAFT


def _whole(reasons: Mapping[str, tuple[str, ...]], own: list[str]) -> CardState:
    """The state of a card whose messages have these reasons; ``own`` are those of its fields."""
    rules = set(reasons)
    if all(state == "missing" for state in own):
        return CardState.MISSING
    if rules & _EMPTY:
        return CardState.PARTIAL
    if rules & _OLD:
        return CardState.FUZZY
    if rules - {"not reviewed"}:
        return CardState.BLOCKED
    return CardState.TRANSLATED if rules else CardState.REVIEWED
