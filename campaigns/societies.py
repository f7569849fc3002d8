"""The National Societies: names, languages, zone, emblem and channels.

Names come from the societies and the IFRC's own list, never from country names.
"""

from __future__ import annotations

import re
from pathlib import Path

from campaigns.errors import ContentError
from campaigns.model import Channel, Emblem, Society
from campaigns.registers import choice, records
from campaigns.strict_yaml import Fields, as_fields, as_text

_ID = re.compile(r"[a-z0-9]+(?:[-_][A-Za-z0-9]+)*")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def load_societies(path: Path) -> dict[str, Society]:
    """Read the societies of one file, in its order."""
    return records(path, "societies", _society)


def _society(fields: Fields) -> Society:
    emblem: Emblem = choice(fields, "emblem", ("cross", "crescent", "star"))  # type: ignore[assignment]
    locales = fields.texts("locales")
    logo = fields.optional_text("logo")
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
        logo=fields.place.file.parent / logo if logo else None,
        place=fields.place,
    )
    # Kept for people and for later stages; nothing here depends on them.
    fields.texts("extra_timezones", required=False)
    fields.texts("networks", required=False)
    fields.optional_text("names_reviewed")
    fields.optional_text("note")
    return society


def _id(fields: Fields, key: str) -> str:
    value = fields.text(key)
    if not _ID.fullmatch(value):
        raise ContentError(
            fields.need(key).place, key, f"'{value}' is not an id", "use letters, digits, hyphens"
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
        if day not in _DAYS:
            raise ContentError(
                fields.need("weekend").place, "weekend", f"'{day}' is no day", "write fri, sat, sun"
            )
    return days


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
                caption=channel.optional_text("caption", "long"),
                settings={}
                if settings is None
                else {key: as_text(value) for key, value in as_fields(settings)},
            )
        )
        channel.done()
    return tuple(channels)
