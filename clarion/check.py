"""Everything that can be said about a workspace's content before anything is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from campaigns.errors import ContentError, Place
from campaigns.model import Campaign, Channel, Society
from campaigns.review import Finding, review
from clarion.press import picture_format
from clarion.wiring import Studio, publisher_settings
from locales import check_catalogue
from locales.extract import SHARED
from locales.formats import FormatsError, parse
from publishers import registry
from publishers.errors import SetupError
from rendering.caption import AUTOMATIC
from rendering.errors import PictureError
from rendering.photos import check as check_picture
from scheduler.zones import UnknownZone, zone
from templates.layouts import LayoutError


def check_workspace(studio: Studio, campaigns: Sequence[str]) -> list[Finding]:
    """Findings of campaigns, societies, catalogues, layouts and pictures.

    A campaign that cannot be read is one finding, so that the others are still checked; registers
    and settings that cannot be used raise.
    """
    library = studio.library
    studio.formats()
    found: list[Finding] = []
    read: list[Campaign] = []
    for name in studio.campaign_names(campaigns):
        try:
            campaign = library.campaign(name)
        except ContentError as error:
            found.append(_unreadable(error))
            continue
        read.append(campaign)
        found.extend(review(campaign, library))
        found.extend(_photos(campaign))
    found.extend(_layouts(studio, read))
    for society in studio.societies():
        found.extend(_society(studio, society))
    found.extend(_catalogues(studio, read))
    return found


def _photos(campaign: Campaign) -> Iterator[Finding]:
    for card in campaign.cards:
        if card.photo is not None:
            try:
                check_picture(card.photo.file)
            except PictureError as error:
                yield _wrong(card.photo.place, "photo", card.id, error, "replace the file")


def _layouts(studio: Studio, campaigns: Sequence[Campaign]) -> Iterator[Finding]:
    """Each layout is looked at once, at the first card that uses it."""
    users = {card.layout: card for c in reversed(campaigns) for card in reversed(c.cards)}
    for name, card in users.items():
        try:
            layout = studio.press.workshop.composer.layout(name)
        except LayoutError as error:
            yield _wrong(card.place, "layout", card.id, error, "mend the layout")
            continue
        if card.kind != "get_help" and "source_line" not in layout.slots:
            problem = f"its layout '{name}' shows no source"
            yield _wrong(card.place, "layout-source", card.id, problem, "draw {{ source_line }}")


def _society(studio: Studio, society: Society) -> Iterator[Finding]:
    place = society.place
    try:
        zone(society.timezone)
    except UnknownZone as error:
        yield _wrong(place, "zone", f"{society.id}.timezone", error, "mend the name")
    for name in society.formats.values():
        try:
            parse(name)
        except FormatsError as error:
            yield _wrong(place, "format-locale", f"{society.id}.formats", error, "mend the name")
    for line in society.helplines:
        if line not in studio.library.helplines:
            problem = f"'{line}' is not in helplines.yaml"
            remedy = "add the record or mend the id"
            yield _wrong(place, "helpline", f"{society.id}.helplines", problem, remedy)
    if society.brand.logo is not None:
        try:
            check_picture(society.brand.logo)
        except PictureError as error:
            yield _wrong(place, "logo", f"{society.id}.logo", error, "replace the file")
    for channel in society.channels:
        yield from _channel(studio, society, channel)


def _channel(studio: Studio, society: Society, channel: Channel) -> Iterator[Finding]:
    field = f"{society.id}.channels.{channel.id}"
    formats = tuple(studio.press.workshop.composer.theme.formats)
    if (form := picture_format(channel)) not in formats:
        problem, remedy = f"there is no format '{form}'", f"use one of {', '.join(formats)}"
        yield _wrong(society.place, "channel-format", field, problem, remedy)
    styles = studio.press.captions.list_templates(filter_func=_is_style)
    if channel.caption != AUTOMATIC and f"captions/{channel.caption}.txt.j2" not in styles:
        problem = f"there is no caption style '{channel.caption}'"
        remedy = f"add templates/captions/{channel.caption}.txt.j2, or leave 'caption' out"
        yield _wrong(society.place, "channel-caption", field, problem, remedy)
    try:
        settings, account = publisher_settings(channel), studio.account(society.id, channel)
        registry.create(channel.platform, channel.id, settings, studio.settings.workspace, account)
    except SetupError as error:
        yield _wrong(society.place, "channel", field, error, "mend the channel")


def _is_style(name: str) -> bool:
    return name.startswith("captions/")


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
                    f"run 'clarion messages update --locale {locale}' and have it translated",
                )  # fmt: skip
            else:
                yield from check_catalogue(catalogue, messages)


def _unreadable(error: ContentError) -> Finding:
    field = error.field or error.place.file.stem
    return Finding(error.place, "unreadable", "error", field, error.problem, error.remedy)


def _wrong(place: Place, rule: str, field: str, problem: object, remedy: str) -> Finding:
    return Finding(place, rule, "error", field, str(problem), remedy)
