"""What a card says that nobody translates: days, hours, languages, and why a story may be told.

They are data, so that every language writes them in its own way and the day of a post can be held
against them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from campaigns.consent import Consent, read_consent
from campaigns.errors import ContentError
from campaigns.strict_yaml import Fields, Node, as_date, as_fields, as_items, as_text, as_time

EDITIONS = (1, 4)
"""The least and most editions of a course on one card."""
LANGUAGES = (1, 12)

_LOCALE = re.compile(r"[a-z]{2,3}(_[A-Z][a-z]{3})?(_[A-Z]{2})?")


@dataclass(frozen=True, slots=True)
class Edition:
    """One time a course is held, its last day included; ``language`` where it is known."""

    first: date
    last: date
    language: str = ""


@dataclass(frozen=True, slots=True)
class Details:
    """The data of a card. ``since`` and ``until`` are the first and the last day on which it makes
    sense to post it; None where any day will do."""

    day: date | None = None
    hour: time | None = None
    editions: tuple[Edition, ...] = ()
    available: tuple[str, ...] = ()
    composite: bool = False
    consent: Consent | None = None
    since: date | None = None
    until: date | None = None


def read_details(fields: Fields, kind: str) -> Details:
    """The data that a card of this kind has; :class:`ContentError` at the first that is wrong."""
    return Details(**_READERS[kind](fields)) if kind in _READERS else Details()


def _event(fields: Fields) -> Mapping[str, Any]:
    hour = fields.get("time")
    day = as_date(fields.need("date"))
    return {"day": day, "hour": as_time(hour) if hour is not None else None, "until": day}


def _recap(fields: Fields) -> Mapping[str, Any]:
    day = as_date(fields.need("date"))
    return {"day": day, "since": day}


def _invitation(fields: Fields) -> Mapping[str, Any]:
    node = fields.need("editions")
    editions = tuple(map(_edition, _members(node, EDITIONS)))
    return {"editions": editions, "until": min(edition.last for edition in editions)}


def _resource(fields: Fields) -> Mapping[str, Any]:
    node = fields.need("available")
    locales = tuple(map(_locale, _members(node, LANGUAGES)))
    if len(set(locales)) < len(locales):
        raise ContentError(node.place, node.path, "names a language twice", "name it once")
    return {"available": locales}


def _story(fields: Fields) -> Mapping[str, Any]:
    composite, consent = fields.get("composite"), fields.get("consent")
    if (composite is None) == (consent is None):
        raise ContentError(
            fields.place, f"{fields.path}.consent",
            "stands beside 'composite'" if consent else "is missing: whose story is it?",
            "write one of the two: 'composite: \"yes\"' when it is told from several people's "
            "experiences, or 'consent: {reference: ..., given_on: ..., expires: ...}'",
        )  # fmt: skip
    if consent is not None:
        return {"consent": read_consent(as_fields(consent))}
    if composite is not None and as_text(composite) != "yes":
        raise ContentError(
            composite.place, composite.path, f"is '{as_text(composite)}'",
            "write 'yes', or the consent of the person whose story it is",
        )  # fmt: skip
    return {"composite": True}


_READERS: Mapping[str, Callable[[Fields], Mapping[str, Any]]] = {
    "event": _event,
    "recap": _recap,
    "invitation": _invitation,
    "resource": _resource,
    "story": _story,
}


def _edition(node: Node) -> Edition:
    fields = as_fields(node)
    first, last = as_date(fields.need("from")), fields.get("to")
    language = fields.get("language")
    edition = Edition(
        first,
        as_date(last) if last is not None else first,
        _locale(language) if language is not None else "",
    )
    fields.done()
    if last is not None and edition.last < edition.first:
        raise ContentError(last.place, last.path, "is before the first day", "swap the two dates")
    return edition


def _locale(node: Node) -> str:
    typed = as_text(node)
    if not _LOCALE.fullmatch(typed):
        raise ContentError(
            node.place, node.path, f"'{typed}' is not a language", "write en, pt_PT or sr_Latn"
        )
    return typed


def _members(node: Node, limits: tuple[int, int]) -> tuple[Node, ...]:
    members, (least, most) = as_items(node), limits
    if not least <= len(members) <= most:
        raise ContentError(
            node.place, node.path, f"has {len(members)} members", f"write {least} to {most} of them"
        )
    return members
