"""What a card says that is no sentence: what it is, when and where, in which languages, who told
it, and whose picture it shows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from campaigns.details import Details, Edition
from campaigns.kinds import KINDS
from campaigns.model import Card, Photo
from locales.lookup import PHOTO_LABELS, Texts
from locales.occasions import apart, autonym, moment, period, row
from locales.placeholders import FSI, NBSP, PDI, Direction, substitute

_JOINER = "\u2060"
_TIGHT = re.compile(r"–(?=[\S\xa0\u202f])")
_SHORT = re.compile(r"^\d+\s?–\s?(?=\d)")
"""A range within one month, in which no line ends."""
_ALWAYS = ("label", "occasion", "facts", "told", "photo_line")


def particulars(
    card: Card, texts: Texts, fields: Mapping[str, str], direction: Direction, near: str
) -> dict[str, str]:
    """The lines of a card by their slots; ``near`` is the locale of dates.

    ``label`` is what the card is, ``occasion`` when and where something takes place, ``facts`` what
    else there is to know (days of a course, languages, how to take part), ``told`` how a story came
    to be told, ``photo_line`` whose picture it shows: always there, perhaps empty. ``kind_<kind>``
    says of which kind the card is. Raises ``FormatsError``.
    """
    found = dict.fromkeys(_ALWAYS, "") | {f"kind_{card.kind}": card.kind}
    labels = texts.labels
    found["label"] = labels.get(f"label_{KINDS[card.kind].label}", "")
    found |= _lines(card.details, labels, direction, near)
    place, join = fields.get("place", ""), fields.get("join", "")
    if card.details.day is not None:
        found["occasion"] = _lined(found["when"], place)
    elif card.details.editions:
        found["facts"] = _lined(apart([found["editions_line"], place], near), join)
    else:
        found["facts"] = _lined(found.get("languages_line", ""), found.get("ask_line", ""), join)
    if card.photo is not None:
        found["photo_line"] = _photo_line(card.photo, labels, direction)
    return found


def _lined(*lines: str) -> str:
    return "\n".join(line for line in lines if line)


def _lines(
    details: Details, labels: Mapping[str, str], direction: Direction, near: str
) -> dict[str, str]:
    found = {}
    if details.day is not None:
        found["when"] = moment(details.day, details.hour, near)
    if details.editions:
        editions = [_edition(edition, direction, near) for edition in details.editions]
        found["editions_line"] = _put(labels["label_editions"], "editions", apart(editions, near))
    if details.available:
        languages = row([autonym(name, direction) for name in details.available], near)
        found["languages_line"] = _put(labels["label_languages"], "languages", languages)
        found["ask_line"] = labels["label_ask_language"]
    if details.composite:
        found["told"] = labels["label_told_by_several"]
    if details.consent is not None:
        found["told"] = labels["label_told_with_consent"]
    return found


def _put(label: str, name: str, value: str) -> str:
    """A label with a value that is finished."""
    return substitute(label, {name: value}, "ltr", own={name})


def _edition(edition: Edition, direction: Direction, near: str) -> str:
    """Days, and the language if it is known; a line ends only after a dash between two months."""
    days = period(edition.first, edition.last, near).replace(" ", NBSP).replace(f"–{NBSP}", "– ")
    days = _SHORT.sub(lambda dash: dash[0].replace("\u2009", "\u202f").replace(" ", NBSP), days)
    days = _TIGHT.sub(f"–{_JOINER}", days)
    return f"{days} ({autonym(edition.language, direction)})" if edition.language else days


def _photo_line(photo: Photo, labels: Mapping[str, str], direction: Direction) -> str:
    """Whose picture it is, and what it is where that is no photograph of what the card tells."""
    credit = f"{FSI}{photo.credit}{PDI}" if direction == "rtl" else photo.credit
    label = labels.get(f"label_{PHOTO_LABELS.get(photo.origin, '')}", "")
    return " · ".join(text for text in (label, credit) if text)
