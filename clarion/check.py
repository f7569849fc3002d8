"""Everything that can be said about a workspace's content before anything is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from campaigns.errors import ContentError, Place
from campaigns.model import Campaign
from campaigns.review import Finding, review
from clarion.wiring import Studio
from locales import check_catalogue
from locales.extract import SHARED
from rendering.errors import PictureError
from rendering.photos import check as check_picture
from templates.layouts import LayoutError


def check_workspace(studio: Studio, campaigns: Sequence[str]) -> list[Finding]:
    """Findings of campaigns, catalogues, layouts and pictures. A campaign that cannot be read is
    one finding, so that the others are still checked; registers that cannot be read raise."""
    library = studio.library
    found: list[Finding] = []
    names = [c for c in library.campaign_ids() if not campaigns or c in campaigns]
    read: list[Campaign] = []
    for name in names or list(campaigns):
        try:
            campaign = library.campaign(name)
        except ContentError as error:
            found.append(_unreadable(error))
            continue
        read.append(campaign)
        found.extend(review(campaign, library))
        found.extend(_drawing(studio, campaign))
    found.extend(_catalogues(studio, read))
    return found


def _drawing(studio: Studio, campaign: Campaign) -> Iterator[Finding]:
    for card in campaign.cards:
        try:
            studio.press.workshop.composer.layout(card.layout)
        except LayoutError as error:
            yield Finding(card.place, "layout", "error", card.id, str(error), "mend the layout")
        if card.photo is not None:
            try:
                check_picture(card.photo.file)
            except PictureError as error:
                yield Finding(
                    card.photo.place, "photo", "error", card.id, str(error), "replace the file"
                )


def _catalogues(studio: Studio, campaigns: Sequence[Campaign]) -> Iterator[Finding]:
    locales = dict.fromkeys(name for s in studio.societies() for name in s.locales)
    wanted = {c.id: list(c.messages()) for c in campaigns}
    wanted[SHARED] = list(studio.library.shared.values())
    for locale in locales:
        for domain, messages in wanted.items():
            try:
                catalogue = studio.press.catalogues.find(locale, domain)
            except ContentError as error:
                yield _unreadable(error)
                continue
            if catalogue is None:
                yield Finding(
                    Place(studio.settings.workspace), "catalogue-missing", "warning",
                    f"{locale}/{domain}", "there is no catalogue; its cards are held",
                    "run 'clarion messages update' and have it translated",
                )  # fmt: skip
            else:
                yield from check_catalogue(catalogue, messages)


def _unreadable(error: ContentError) -> Finding:
    return Finding(error.place, "unreadable", "error", error.field, error.problem, error.remedy)
