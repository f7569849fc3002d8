"""A card becomes finished text in one locale, or is held with reasons.

Whole-card rule: every message comes from one locale's catalogues. When a regional locale cannot
carry the card, its base may (:mod:`locales.fallback`), and then for all of it.
"""

from __future__ import annotations

from datetime import date

from campaigns.library import Library
from campaigns.model import Campaign, Card, Helpline, Society
from locales.card import Held, LocalisedCard
from locales.catalogue import Catalogues
from locales.fallback import chain
from locales.finish import Job, finish
from locales.formats import FormatsError
from locales.lookup import NotReady, look_up
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
    helpline: Helpline | None = None,
) -> LocalisedCard | Held:
    """The card as it will be read in ``locale``, or why it may not go out.

    ``helpline`` is the society's usable line, or None; only a card that shows a line takes it up.
    Whether the line and the figures still hold on the day is for the caller to ask, with the ids
    in the result. Raises ``CatalogueError`` for a PO file that cannot be read.
    """
    job = Job(card, campaign, society, locale, library, observance_date, helpline)
    held: list[NotReady] = []
    for candidate in chain(locale):
        try:
            return finish(job, look_up(card, campaign, library, catalogues, candidate))
        except NotReady as error:
            held.append(error)
        except (PlaceholderError, FormatsError) as error:
            held.append(NotReady([f"{candidate}: {error}"]))
    telling = min(held, key=lambda error: error.absent)
    return Held(campaign.id, card.id, locale, telling.reasons)
