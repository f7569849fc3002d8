"""Days, hours and languages of a card as a line of text (CLDR, through Babel).

CLDR writes periods with short months, which in many languages do not have the case a date asks for
("3–5 maj" in Polish). Its patterns are taken with the month in full, as everywhere on our cards.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time

from babel.core import Locale
from babel.dates import format_time, parse_pattern

from locales import formats
from locales.formats import FormatsError
from locales.placeholders import FSI, PDI, Direction

_QUOTED = re.compile(r"'[^']*'")
_MONTH_OR_DAY = re.compile(r"'[^']*'|[ML]{3,}|d+")
_ARABIC = ("، ", "؛ ")
_SIGNS = {
    **dict.fromkeys(("ar", "ckb", "fa", "ps", "ur"), _ARABIC),
    **dict.fromkeys(("ja", "zh"), ("、", "；")),
    "am": ("፣ ", "፤ "),
}
"""Comma and semicolon where they are others; CLDR's own lists end with an "and" in Arabic."""


def period(first: date, last: date, locale: str) -> str:
    """From one day to another, both included: ``3–5 May 2027``."""
    if first == last:
        return formats.long_date(first, locale)
    known = formats.parse(locale)
    begin, end = _patterns(known, _differing(first, last))
    if begin:
        return _apply(begin, first, known) + _apply(end, last, known)
    both = known.interval_formats[None]
    return str(both).format(formats.long_date(first, locale), formats.long_date(last, locale))


def moment(day: date, hour: time | None, locale: str) -> str:
    """A day with its hour on the clock there, if it has one: ``30 July 2027, 18:00``."""
    written = formats.long_date(day, locale)
    if hour is None:
        return written
    known = formats.parse(locale)
    # As a datetime: Babel takes a bare time for one in UTC and asks for a zone.
    clock = str(format_time(datetime.combine(day, hour), "short", locale=known))
    both = str(known.datetime_formats["long"]).replace("'", "")
    return both.replace("{0}", clock).replace("{1}", written)


def autonym(locale: str, direction: Direction) -> str:
    """A language as its speakers name it: ``français``, ``العربية``.

    It keeps its own direction in a text of the other.
    """
    try:
        name = formats.parse(locale).get_display_name()
        own = formats.direction(locale)
    except FormatsError as error:
        problem = f"CLDR knows no language '{locale}'"
        raise FormatsError(f"{problem}; mend 'available' or 'language' of the card") from error
    return str(name) if own == direction else f"{FSI}{name}{PDI}"


def row(names: Sequence[str], locale: str) -> str:
    """Names one beside the other, without an "and": ``A, B, C``."""
    return _signs(locale)[0].join(names)


def apart(texts: Sequence[str], locale: str) -> str:
    """Texts that may hold commas, one beside the other; empty ones are left out."""
    return _signs(locale)[1].join(text for text in texts if text)


def _signs(locale: str) -> tuple[str, str]:
    return _SIGNS.get(locale.partition("_")[0], (", ", "; "))


def _differing(first: date, last: date) -> str:
    """The largest part in which the two days differ."""
    if first.year != last.year:
        return "y"
    return "M" if first.month != last.month else "d"


def _patterns(locale: Locale, part: str) -> tuple[str, str]:
    """CLDR's patterns of the first and of the last day, months in full.

    Empty ones where a pattern leaves out what differs, or has another order or era than the
    language's dates have: some do.
    """
    usual = _order(locale.date_formats["long"].pattern)
    for skeleton in ("yMMMMd", "yMMMd"):
        found = locale.interval_formats.get(skeleton, {}).get(part, ())
        if len(found) != 2:
            continue
        begin, end = (_MONTH_OR_DAY.sub(_in_full, str(one)) for one in found)
        differing = "yMd"["yMd".index(part) :]
        both = all(letter in _order(one) for letter in differing for one in (begin, end))
        if both and _order(begin + end) == usual:
            return begin, end
    return "", ""


def _in_full(match: re.Match[str]) -> str:
    return {"M": "MMMM", "L": "MMMM", "d": "d"}.get(match[0][0], match[0])


def _order(pattern: str) -> str:
    """In which order a pattern names era, year, month and day, each where it is first."""
    letters = (letter for letter in _QUOTED.sub("", pattern) if letter in "GyMd")
    return "".join(dict.fromkeys(letters))


def _apply(pattern: str, day: date, locale: Locale) -> str:
    return str(parse_pattern(pattern).apply(day, locale))
