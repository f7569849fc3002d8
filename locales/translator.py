"""A card becomes finished text in one locale, or is held with reasons.

Whole-card rule: every message comes from one locale's catalogues. When a regional locale cannot
carry the card, its base may (:mod:`locales.fallback`), and then for all of it.
"""

from __future__ import annotations

from datetime import date

from campaigns.library import Library
from campaigns.model import Campaign, Card, Society
from campaigns.records import Referral
from locales.card import Held, LocalisedCard
from locales.catalogue import Catalogues, StillCatalogues
from locales.fallback import chain
from locales.finish import Job, finish
from locales.formats import FormatsError
from locales.lookup import NotReady, Texts, look_up
from locales.placeholders import PlaceholderError


def localise(
    card: Card,
    campaign: Campaign,
    society: Society,
    locale: str,
    library: Library,
    catalogues: Catalogues,
    *,
    observance_date: date,
    helpline: Referral | None = None,
) -> LocalisedCard | Held:
    """The card as it will be read in ``locale``, or why it may not go out.

    ``helpline`` is the society's usable line, or None; only a card that shows a line takes it up.
    Whether the line and the figures still hold on the day is for the caller to ask, with the ids
    in the result. Raises ``CatalogueError`` for a PO file that cannot be read.
    """
    translator = Translator(library, catalogues)
    return translator.localise(
        card, campaign, society, locale, observance_date=observance_date, helpline=helpline
    )


class Translator:
    """:func:`localise` for many cards: catalogues are read once, and a card's texts in a locale are
    looked up once for all societies.

    What is edited after it was first asked for is not seen: make a new one to see it.
    """

    def __init__(self, library: Library, catalogues: Catalogues) -> None:
        self._library = library
        self._catalogues = StillCatalogues(catalogues)
        self._known: dict[tuple[int, int, str], tuple[Card, Campaign, Texts | NotReady]] = {}

    def localise(
        self,
        card: Card,
        campaign: Campaign,
        society: Society,
        locale: str,
        *,
        observance_date: date,
        helpline: Referral | None = None,
    ) -> LocalisedCard | Held:
        """See :func:`localise`."""
        job = Job(card, campaign, society, locale, self._library, observance_date, helpline)
        held: list[NotReady] = []
        for candidate in chain(locale):
            texts = self._texts(card, campaign, candidate)
            if isinstance(texts, NotReady):
                held.append(texts)
                continue
            try:
                return finish(job, texts)
            except (PlaceholderError, FormatsError) as error:
                held.append(NotReady([f"{candidate}: {error}"]))
        telling = min(held, key=lambda error: error.absent)
        return Held(campaign.id, card.id, locale, telling.reasons)

    def _texts(self, card: Card, campaign: Campaign, locale: str) -> Texts | NotReady:
        """Remembered by the very objects, which are kept: another card of that name is another."""
        key = id(card), id(campaign), locale
        if key not in self._known:
            self._known[key] = card, campaign, self._looked_up(card, campaign, locale)
        return self._known[key][-1]

    def _looked_up(self, card: Card, campaign: Campaign, locale: str) -> Texts | NotReady:
        try:
            return look_up(card, campaign, self._library, self._catalogues, locale)
        except NotReady as error:
            return error.with_traceback(None)
