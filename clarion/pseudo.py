"""A workspace as it would look in a pseudo-locale: the same Studio, other catalogues.

Its pictures have a folder of their own, not the asset store: whoever looks into the store, copies
it or packs from it must find nothing that cannot be posted, and the folder can be thrown away as a
whole. No society of the register has the locale, so no plan, pack or ledger can name it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from campaigns.model import Campaign, Society
from clarion.planning import Edition
from clarion.press import Press
from clarion.settings import Settings
from clarion.wiring import Studio
from locales.pseudo import Pseudo, PseudoCatalogues
from rendering.asset import AssetStore
from rendering.build import Workshop


def pseudo_folder(settings: Settings) -> Path:
    """Where everything pseudo lies; nothing else does."""
    return settings.workspace / "pseudo"


def pseudo_press(studio: Studio, pseudo: Pseudo, campaigns: Sequence[Campaign]) -> Press:
    """The workspace's press, reading the pseudo-locale and drawing into its own folder."""
    press = studio.press
    sources = {campaign.id: campaign.source_locale for campaign in campaigns}
    store = AssetStore(pseudo_folder(studio.settings) / "pictures")
    return replace(
        press,
        catalogues=PseudoCatalogues(press.catalogues, pseudo, sources),
        workshop=Workshop(store, press.workshop.workspace, press.workshop.encoding),
        _digests={},
    )


def pseudo_editions(
    studio: Studio, pseudo: Pseudo, campaigns: Sequence[Campaign], chosen: Sequence[str]
) -> list[Edition]:
    """The campaigns for the societies chosen, else for the first that posts in their source."""
    societies = studio.societies(chosen)
    found: list[Edition] = []
    for campaign in campaigns:
        source = campaign.source_locale
        ready = [one for one in societies if one.channels]
        first = [one for one in ready if source in one.locales] or ready
        speakers = ready if chosen else first[:1]
        found += [Edition(campaign, _posting(one, pseudo, source)) for one in speakers]
    return found


def _posting(society: Society, pseudo: Pseudo, source: str) -> Society:
    """The society with one channel, in the pseudo-locale. Its name is never translated."""
    formats = pseudo.formats(society.formats.get(source, source))
    return replace(
        society,
        names={**society.names, pseudo.locale: society.names.get(source) or society.name("en")},
        locales=(pseudo.locale,),
        formats={pseudo.locale: formats},
        channels=(replace(society.channels[0], locale=pseudo.locale),),
    )
