"""The National Societies: names, languages, zone, emblem, brand and channels.

Names come from the societies and the IFRC's own list, never from country names.
"""

from __future__ import annotations

import re
from pathlib import Path

from campaigns.days import dated, dates, day_rules
from campaigns.errors import ContentError
from campaigns.model import (
    BRANDABLE,
    WEEKDAYS,
    Brand,
    Channel,
    DayRules,
    Emblem,
    LogoHolds,
    Society,
)
from campaigns.registers import records
from campaigns.strict_yaml import Fields, Node, Text, as_choice, as_fields, as_text

_ID = re.compile(r"[a-z0-9]+(?:[-_][A-Za-z0-9]+)*")
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_COUNTRY = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")


def load_societies(path: Path) -> dict[str, Society]:
    """Read the societies of one file, in its order."""
    return records(path, "societies", _society)


def _society(fields: Fields) -> Society:
    emblem: Emblem = as_choice(fields, "emblem", ("cross", "crescent", "star"))  # type: ignore[assignment]
    locales = fields.texts("locales")
    society = Society(
        id=_id(fields, "id"),
        names=_names(fields.fields("names")),
        emblem=emblem,
        locales=locales,
        formats=_formats(fields, locales),
        timezone=fields.text("timezone"),
        weekend=_weekend(fields),
        helplines=fields.texts("helplines", required=False),
        channels=_channels(fields, locales),
        brand=_brand(fields),
        place=fields.place,
        country=_country(fields),
        holidays=dated(fields, "holidays"),
        working_days=dates(fields, "working_days"),
        days=_day_rules(fields),
    )
    # Kept for people and for later stages; nothing here depends on them.
    fields.texts("extra_timezones", required=False)
    fields.texts("networks", required=False)
    fields.optional_text("names_reviewed")
    fields.optional_text("note")
    return society


def _brand(fields: Fields) -> Brand:
    node = fields.get("brand")
    if node is None:
        return Brand()
    brand = as_fields(node)
    colours, logo = brand.get("colours"), brand.optional_text("logo")
    holds: LogoHolds = "emblem"
    if brand.get("logo_holds") is not None:
        holds = as_choice(brand, "logo_holds", ("emblem", "name"))  # type: ignore[assignment]
        if not logo:
            raise ContentError(
                brand.need("logo_holds").place,
                "brand.logo_holds",
                "is said of no logo",
                "add 'logo:'",
            )
    value = Brand(
        colours={} if colours is None else _colours(as_fields(colours)),
        logo=fields.place.file.parent / logo if logo else None,
        logo_holds=holds,
    )
    brand.done()
    return value


def _colours(fields: Fields) -> dict[str, str]:
    found = {}
    for name, node in fields:
        if name not in BRANDABLE:
            raise ContentError(
                node.place,
                node.path,
                "is not a colour that a society may change",
                f"use {', '.join(BRANDABLE)}: emblem and reading colours stay as they are",
            )
        found[name] = _colour(node)
    return found


def _colour(node: Node) -> str:
    # Without quotes, YAML takes what follows the # for a comment and leaves nothing.
    typed = node.value if isinstance(node, Text) else as_text(node)
    if not _COLOUR.fullmatch(typed):
        problem = f"'{typed}' is not a colour" if typed.strip() else "is empty"
        raise ContentError(
            node.place, node.path, problem, 'write six digits in quotes, such as "#0B4F5E"'
        )
    return typed.upper()


def _id(fields: Fields, key: str) -> str:
    value = fields.text(key)
    if not _ID.fullmatch(value):
        raise ContentError(
            fields.need(key).place,
            key,
            f"'{value}' is not an id",
            "use small letters, digits, hyphens",
        )
    return value


def _names(fields: Fields) -> dict[str, str]:
    names = {locale: as_text(node) for locale, node in fields}
    if "en" not in names:
        raise ContentError(fields.place, fields.path, "has no English name", "add 'en:'")
    return names


def _formats(fields: Fields, locales: tuple[str, ...]) -> dict[str, str]:
    formats = {locale: as_text(node) for locale, node in fields.fields("formats")}
    for locale in locales:
        if locale not in formats:
            raise ContentError(
                fields.need("formats").place,
                "formats",
                f"has no format locale for '{locale}'",
                f"add '{locale}: {locale}_XX' with the society's territory",
            )
    return formats


def _weekend(fields: Fields) -> tuple[str, ...]:
    days = fields.texts("weekend")
    for day in days:
        if day not in WEEKDAYS:
            raise ContentError(
                fields.need("weekend").place, "weekend", f"'{day}' is no day", "write fri, sat, sun"
            )
    return days


def _country(fields: Fields) -> str:
    """Empty where the society's id is the country's code."""
    typed = fields.optional_text("country")
    if typed and not _COUNTRY.fullmatch(typed):
        node = fields.need("country")
        raise ContentError(
            node.place, node.path, f"'{typed}' is not a country", "write GR, or ES-CT for a region"
        )
    return typed


def _day_rules(fields: Fields) -> DayRules:
    if fields.get("schedule") is None:
        return DayRules()
    schedule = fields.fields("schedule")
    rules = day_rules(schedule)
    schedule.done()
    return rules


def _channels(fields: Fields, locales: tuple[str, ...]) -> tuple[Channel, ...]:
    channels = []
    for node in fields.items("channels"):
        channel = as_fields(node)
        locale = channel.text("locale")
        if locale not in locales:
            raise ContentError(
                channel.need("locale").place,
                "channels.locale",
                f"'{locale}' is not a locale of the society",
                f"use one of {', '.join(locales)}",
            )
        settings = channel.get("settings")
        channels.append(
            Channel(
                id=_id(channel, "id"),
                platform=channel.text("platform"),
                locale=locale,
                caption=channel.optional_text("caption", "automatic"),
                settings={}
                if settings is None
                else {key: as_text(value) for key, value in as_fields(settings)},
            )
        )
        channel.done()
    return tuple(channels)
