"""The texts of one card in one locale's catalogues, all of them or the reasons why not.

The unit is the card: every message it needs comes from the campaign's and the shared catalogue of
the same locale. There is no fallback for a single message. A card is reviewed when each of them
is, by somebody who is neither the message's translator nor the campaign's author.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from campaigns.kinds import COMMON_LABELS, KINDS
from campaigns.library import Library
from campaigns.model import Campaign, Card, Message
from campaigns.overrides import Override, of_message
from campaigns.roles import same_role
from locales.catalogue import Catalogue, Catalogues, Entry
from locales.checks import errors
from locales.extract import SHARED

_REMEDIES = {"stale": "; run 'clarion messages update', then have it translated again"}
PHOTO_LABELS = {
    "posed": "posed", "library": "library_picture", "illustration": "illustration",
}  # fmt: skip
"""What a picture that is no photograph of what the card tells is called beside its credit."""
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
    common = own_messages(card, campaign)
    general = shared_messages(card, campaign, library)
    approved = tuple(library.overrides.values())
    problems = [*_problems(own, common, approved), *_problems(shared, general, approved)]
    if problems:
        raise NotReady(problems)
    mine = {one.context: own.entries[one.context] for one in common}
    fields = {name: mine.pop(one.context) for name, one in card.fields.items()}
    others = {**mine, **{one.context: shared.entries[one.context] for one in general}}
    return Texts(
        locale=locale,
        fields={name: entry.msgstr for name, entry in fields.items()},
        others={context: entry.msgstr for context, entry in others.items()},
        reviewed=all(
            is_reviewed(entry, campaign.author) for entry in (*fields.values(), *others.values())
        ),
    )


def own_messages(card: Card, campaign: Campaign) -> list[Message]:
    """The messages of the campaign that a card needs."""
    return [campaign.title, campaign.call, *card.fields.values()]


def shared_messages(card: Card, campaign: Campaign, library: Library) -> list[Message]:
    """The shared messages it needs: labels, the patterns of picture descriptions, the name of the
    day. Raises :class:`NotReady` when ``shared.yaml`` lacks one."""
    wanted = [f"labels.{name}" for name in _labels(card, library.shared)]
    wanted += [
        alt_context(card, library.shared, number, with_line=line)
        for number in range(1, card.pictures + 1)
        for line in (True, False)
    ]
    wanted += [f"days.{campaign.observance}"]
    lacking = [context for context in wanted if context not in library.shared]
    if lacking:
        raise NotReady([f"shared.yaml lacks {_some(lacking)}; add the message"])
    return [library.shared[context] for context in dict.fromkeys(wanted)]


def is_reviewed(entry: Entry, author: str) -> bool:
    """Whether somebody reviewed it who is neither its translator nor the campaign's author."""
    return bool(entry.reviewed_by) and not same_role(entry.reviewed_by, author)


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


def _labels(card: Card, shared: Mapping[str, Message]) -> list[str]:
    """The labels the card needs: those of its kind, or all when its layout is not made for it."""
    kind = KINDS[card.kind]
    if card.layout not in kind.layouts:
        return [name.removeprefix("labels.") for name in shared if name.startswith("labels.")]
    own = [kind.label] if kind.label else []
    of_photo = PHOTO_LABELS.get(card.photo.origin, "") if card.photo else ""
    return [*COMMON_LABELS, *own, *kind.labels, *([of_photo] if of_photo else [])]


def _problems(
    catalogue: Catalogue, messages: Iterable[Message], approved: tuple[Override, ...]
) -> list[str]:
    """One line for each kind of error, naming the messages that have it."""
    found: dict[str, list[str]] = {}
    for message in messages:
        entry = catalogue.entries.get(message.context)
        allowed = of_message(approved, catalogue.locale, catalogue.domain, message.context)
        for fault in errors(entry, message, catalogue.locale, allowed):
            found.setdefault(fault.rule, []).append(message.context)
    return [
        f"{catalogue.locale}/{catalogue.domain}: {rule}: {_some(contexts)}{_REMEDIES.get(rule, '')}"
        for rule, contexts in found.items()
    ]


def _some(contexts: list[str]) -> str:
    more = len(contexts) - NAMED
    return ", ".join(contexts[:NAMED]) + (f" +{more} more" if more > 0 else "")
