"""The texts of one card in one locale's catalogues, all of them or the reasons why not.

The unit is the card: every message it needs comes from the campaign's and the shared catalogue of
the same locale. There is no fallback for a single message.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from campaigns.kinds import KINDS
from campaigns.library import Library
from campaigns.model import Campaign, Card, Message
from locales.catalogue import Catalogue, Catalogues
from locales.checks import errors
from locales.extract import SHARED

_REMEDIES = {"stale": "; run 'clarion messages update', then have it translated again"}
NAMED = 5
"""How many messages a reason names before it counts the rest."""


class NotReady(Exception):  # it says what the card is, as Held does
    """The catalogues cannot carry the card. ``reasons`` are lines for a person."""

    def __init__(self, reasons: Iterable[str], *, absent: bool = False) -> None:
        self.reasons = tuple(reasons)
        self.absent = absent
        super().__init__(self.reasons)


@dataclass(frozen=True)
class Texts:
    """Translated, unfinished texts: of the card by field, and of the rest by context."""

    locale: str
    fields: Mapping[str, str]
    others: Mapping[str, str]
    reviewed: bool

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """Those of the others that are labels, by the slot they fill."""
        return {
            context.replace("labels.", "label_"): text
            for context, text in self.others.items()
            if context.startswith("labels.")
        }


def look_up(
    card: Card, campaign: Campaign, library: Library, catalogues: Catalogues, locale: str
) -> Texts:
    """All texts the card needs. Raises :class:`NotReady`; ``absent`` when a catalogue is."""
    own = _find(catalogues, locale, campaign.id)
    shared = _find(catalogues, locale, SHARED)
    common = [campaign.title, campaign.call]
    general = _shared_messages(card, campaign, library)
    problems = [
        *_problems(own, [*common, *card.fields.values()]),
        *_problems(shared, general),
    ]
    if problems:
        raise NotReady(problems)
    return Texts(
        locale=locale,
        fields={name: own.entries[m.context].msgstr for name, m in card.fields.items()},
        others={
            **{m.context: own.entries[m.context].msgstr for m in common},
            **{m.context: shared.entries[m.context].msgstr for m in general},
        },
        reviewed=own.reviewed(campaign.author) and shared.reviewed(campaign.author),
    )


def alt_context(card: Card, shared: Mapping[str, Message], number: int, *, with_line: bool) -> str:
    """The pattern that describes the card's picture of this number: of its part in a carousel, else
    of the card's kind, else of the layout that is its kind's own. Another layout shows the same."""
    if card.parts:
        return f"alt.{card.parts[number - 1].alt}"
    wanted = [f"alt.{card.kind}", f"alt.{KINDS[card.kind].layout}"]
    if not with_line:
        wanted.insert(0, f"alt.{card.kind}_without_line")
    return next((context for context in wanted if context in shared), wanted[-2])


def _find(catalogues: Catalogues, locale: str, domain: str) -> Catalogue:
    found = catalogues.find(locale, domain)
    if found is None:
        problem = f"has no translation of '{domain}' yet; have one made and reviewed"
        raise NotReady([f"{locale}: {problem}"], absent=True)
    return found


def _shared_messages(card: Card, campaign: Campaign, library: Library) -> list[Message]:
    """Labels, the patterns of picture descriptions, and the name of the day."""
    wanted = [context for context in library.shared if context.startswith("labels.")]
    wanted += [
        alt_context(card, library.shared, number, with_line=line)
        for number in range(1, card.pictures + 1)
        for line in (True, False)
    ]
    wanted += ["labels.source", f"days.{campaign.observance}"]
    lacking = [context for context in wanted if context not in library.shared]
    if lacking:
        raise NotReady([f"shared.yaml lacks {_some(lacking)}; add the message"])
    return [library.shared[context] for context in dict.fromkeys(wanted)]


def _problems(catalogue: Catalogue, messages: Iterable[Message]) -> list[str]:
    """One line for each kind of error, naming the messages that have it."""
    found: dict[str, list[str]] = {}
    for message in messages:
        entry = catalogue.entries.get(message.context)
        for fault in errors(entry, message):
            found.setdefault(fault.rule, []).append(message.context)
    return [
        f"{catalogue.locale}/{catalogue.domain}: {rule}: {_some(contexts)}{_REMEDIES.get(rule, '')}"
        for rule, contexts in found.items()
    ]


def _some(contexts: list[str]) -> str:
    more = len(contexts) - NAMED
    return ", ".join(contexts[:NAMED]) + (f" +{more} more" if more > 0 else "")
