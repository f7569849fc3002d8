"""Everything that can be said about a workspace's content before anything is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path

from campaigns.errors import ContentError, Place
from campaigns.model import Campaign, Channel, Message, Society
from campaigns.overrides import of_message
from campaigns.review import PLACEHOLDER, Finding, review, stale_findings
from campaigns.rules import read_rules
from clarion.glyphs import lacking
from clarion.planning import Trouble
from clarion.press import picture_format
from clarion.wiring import Studio, publisher_settings
from locales import Catalogue, check_catalogue
from locales.checks import HASHTAGS, hashtags, words
from locales.extract import SHARED
from locales.formats import FormatsError, language_tag, parse
from locales.wording import reading
from publishers import registry
from publishers.errors import SetupError
from rendering.caption import AUTOMATIC
from rendering.errors import PictureError
from rendering.photos import check as check_picture
from scheduler.zones import UnknownZone, zone
from templates.layouts import LayoutError

RULES = read_rules(Path(__file__).with_name("rules.toml"))
"""What is looked for here, by id; campaigns and translations have tables of their own."""

_DRAWN = ("picture", "carousel picture")
"""How the place of a message begins that stands on a picture."""
_ENGLISH = "en_GB"
"""The locale of shared messages and of alt texts as they are written."""


def check_workspace(studio: Studio, campaigns: Sequence[str], today: date) -> list[Finding]:
    """Findings of campaigns, societies, catalogues, layouts and pictures, as they are today.

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
        found.extend(stale_findings(campaign, library, today))
        found.extend(_words(studio, campaign.id, campaign.messages(), campaign.source_locale))
        found.extend(_hashtags(studio, campaign))
        found.extend(_photos(campaign))
    found.extend(_words(studio, SHARED, library.shared.values(), _ENGLISH))
    found.extend(_layouts(studio, read))
    for society in studio.societies():
        found.extend(_society(studio, society))
    found.extend(catalogue_findings(studio, read))
    found.extend(_minor(studio, read))
    return found


def misfits(studio: Studio, troubles: Iterable[Trouble]) -> list[Finding]:
    """Pictures that cannot be made, as findings of their campaigns."""
    return [
        _wrong(
            Place(studio.library.campaign(one.campaign).file), "fit",
            f"{one.card}, {one.locale}, {one.format}", one.problem, RULES["fit"].remedy,
        )
        for one in troubles
    ]  # fmt: skip


def _words(
    studio: Studio, domain: str, messages: Iterable[Message], locale: str
) -> Iterator[Finding]:
    """What the English does to people: it is translated into every other language."""
    overrides = tuple(studio.library.overrides.values())
    for message in messages:
        allowed = of_message(overrides, locale, domain, message.context)
        for fault in words(message.text, locale, message.context, allowed):
            yield Finding(
                message.place, fault.rule, fault.level, message.context, fault.problem,
                fault.remedy, fault.why,
            )  # fmt: skip


def _hashtags(studio: Studio, campaign: Campaign) -> Iterator[Finding]:
    overrides = studio.library.overrides.values()
    allowed = of_message(overrides, campaign.source_locale, campaign.id, HASHTAGS)
    for fault in hashtags(campaign.hashtags, campaign.source_locale, allowed):
        yield Finding(
            Place(campaign.file), fault.rule, fault.level, HASHTAGS, fault.problem, fault.remedy,
            fault.why,
        )  # fmt: skip


def _minor(studio: Studio, campaigns: Iterable[Campaign]) -> Iterator[Finding]:
    """Marks of small rewordings that every catalogue has taken over."""
    for domain, messages in _domains(studio, campaigns).items():
        marked = [message for message in messages if message.minor]
        catalogues = list(_readable(studio, domain)) if marked else []
        for message in marked:
            entries = [one.entries.get(message.context) for one in catalogues]
            if all(entry is not None and entry.msgid == message.text for entry in entries):
                problem = "is marked minor, and every catalogue has its text"
                if any(entry is not None and entry.fuzzy for entry in entries):
                    problem += "; it changed more than that, so some translations are fuzzy"
                yield _found(message.place, "minor-left", message.context, problem)


def _readable(studio: Studio, domain: str) -> Iterator[Catalogue]:
    """The catalogues of a domain in every locale, but those that cannot be read."""
    for locale in studio.press.catalogues.locales():
        with suppress(ContentError):
            if found := studio.press.catalogues.find(locale, domain):
                yield found


def _domains(studio: Studio, campaigns: Iterable[Campaign]) -> Mapping[str, list[Message]]:
    """The messages of each campaign, and the shared ones."""
    shared = {SHARED: list(studio.library.shared.values())}
    return {campaign.id: list(campaign.messages()) for campaign in campaigns} | shared


def _photos(campaign: Campaign) -> Iterator[Finding]:
    for card in campaign.cards:
        if card.photo is not None:
            try:
                check_picture(card.photo.file)
            except PictureError as error:
                yield _picture(card.photo.place, "photo", card.id, error)


def _picture(place: Place, rule: str, field: str, error: PictureError) -> Finding:
    """A file that cannot be drawn; what to do stands after the last semicolon."""
    problem, _, remedy = str(error).rpartition("; ")
    return _wrong(place, rule, field, problem or error, remedy)


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
        if line not in studio.library.referrals:
            problem = f"'{line}' is not in referrals.yaml"
            remedy = "add the record or mend the id"
            yield _wrong(place, "helpline", f"{society.id}.helplines", problem, remedy)
    if society.brand.logo is not None:
        try:
            check_picture(society.brand.logo)
        except PictureError as error:
            yield _picture(place, "logo", f"{society.id}.logo", error)
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


def catalogue_findings(
    studio: Studio, campaigns: Sequence[Campaign], chosen: Sequence[str] = ()
) -> Iterator[Finding]:
    """Findings of the catalogues of these locales, else of all that the societies use."""
    locales = chosen or dict.fromkeys(name for s in studio.societies() for name in s.locales)
    overrides = tuple(studio.library.overrides.values())
    for locale in locales:
        for domain, messages in _domains(studio, campaigns).items():
            try:
                catalogue = studio.press.catalogues.find(locale, domain)
            except ContentError as error:
                yield _unreadable(error)
                continue
            if catalogue is None:
                yield _found(
                    Place(studio.settings.workspace), "catalogue-missing", f"{locale}/{domain}",
                    "there is no catalogue; its cards are held",
                    f"run 'clarion messages update --locale {locale}' and have it translated",
                )  # fmt: skip
            else:
                yield from check_catalogue(catalogue, messages, overrides)
                yield from _glyphs(catalogue, messages)
                yield from _hidden(studio, catalogue)
                if read := reading((one.msgstr for one in catalogue.entries.values()), locale):
                    field = f"{locale}/{domain}"
                    yield _found(Place(catalogue.file), "readability", field, str(read))


def _hidden(studio: Studio, catalogue: Catalogue) -> Iterator[Finding]:
    """What ships and differs from the workspace's copy that takes its place."""
    if others := studio.press.catalogues.hidden(catalogue.locale, catalogue.domain):
        field = f"{catalogue.locale}/{catalogue.domain}"
        problem = f"hides {len(others)} other translations that ship, such as {others[0]}"
        yield _found(Place(catalogue.file), "shipped-differs", field, problem)


def _glyphs(catalogue: Catalogue, messages: Iterable[Message]) -> Iterator[Finding]:
    """Characters that would stop a card; what stands only in the post needs no face."""
    language = language_tag(catalogue.locale)
    for message in messages:
        entry = catalogue.entries.get(message.context)
        if entry is None or not message.where.startswith(_DRAWN):
            continue
        if signs := lacking(PLACEHOLDER.sub("", entry.msgstr), language):
            named = ", ".join(f"U+{ord(sign):04X}" for sign in signs)
            problem = f"has {named}, which no face can draw"
            yield _found(catalogue.place(message.context), "glyph", message.context, problem)


def _unreadable(error: ContentError) -> Finding:
    field = error.field or error.place.file.stem
    return _found(error.place, "unreadable", field, error.problem, error.remedy)


def _wrong(place: Place, rule: str, field: str, problem: object, remedy: str) -> Finding:
    return _found(place, rule, field, str(problem), remedy)


def _found(place: Place, rule: str, field: str, problem: str, remedy: str = "") -> Finding:
    known = RULES[rule]
    return Finding(place, rule, known.level, field, problem, remedy or known.remedy, known.why)
