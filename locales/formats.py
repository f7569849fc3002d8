"""Numbers, dates, lists and tags the way a territory writes them (CLDR, through Babel).

House rules over CLDR: Latin digits everywhere; a percentage in the locale's own pattern; a date as
one CLDR pattern, never glued together, so that the month has its case; nothing is rounded. Days are
those of the Gregorian calendar in every language, with the month's name in that language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent

from campaigns.records import Figure
from locales.placeholders import MULTIPLES, Direction

_REMEMBERED = 4096
"""Numbers and dates written that are kept: every card of a build asks for the same few."""

_FROM_FIVE_DIGITS = {"bg", "es", "hu", "it", "pl", "pt_PT", "sl", "sq", "zh"}
"""Who writes 2760 but 27 600. From CLDR (minimumGroupingDigits, which Babel passes over); Chinese
by the practice of GB/T 15835, which leaves up to four digits together."""

_SCALES = {"million": 6}

_STOPS = {
    "am": "።", "bn": "।", "hi": "।", "ja": "。", "km": "។", "my": "။", "th": "", "ur": "۔",
    "zh": "。",
}  # fmt: skip
"""What ends a sentence where that is no point; in Thai nothing does, a space parts sentences."""
_UNSPACED = {"ja", "zh"}
_ENDED = re.compile(r"[.!?:;…।॥؟۔።፧။៕។。！？：][”’»)\]」』】\u2069\"']*$")


class FormatsError(ValueError):
    """A locale's formats are not known. Its text names the locale and the way out."""


@lru_cache(maxsize=256)
def parse(locale: str) -> Locale:
    """CLDR's data for ``locale``; :class:`FormatsError` when there is none."""
    if "@" in locale:
        raise FormatsError(f"'{locale}' is no locale; write the script, such as sr_Latn")
    try:
        return Locale.parse(locale)
    except (ValueError, UnknownLocaleError) as error:
        raise FormatsError(
            f"CLDR knows no locale '{locale}'; choose a near one under 'formats'"
        ) from error


def figure(value: Figure, locale: str) -> str:
    """A registered figure: ``27,6``, ``202 478`` or ``%42``, all its decimals kept."""
    return percent(value.value, locale) if value.unit == "percent" else number(value.value, locale)


def multiples(value: Figure, locale: str) -> dict[str, str]:
    """A scaled figure by the counting words of other languages: 27.6 million is 2760 ``wan``, 276
    ``lakh`` and 2.76 ``crore``. Empty for a figure without a scale.
    """
    if not value.scale:
        return {}
    zeros = _SCALES[value.scale]
    return {
        word: number(value.value.scaleb(zeros - power), locale) for word, power in MULTIPLES.items()
    }


@lru_cache(maxsize=_REMEMBERED)
def number(value: Decimal, locale: str) -> str:
    """A number with the locale's separators and Latin digits."""
    known = parse(locale)
    together = not _FROM_FIVE_DIGITS.isdisjoint(
        (known.language, f"{known.language}_{known.territory}")
    )
    return str(
        format_decimal(
            value.normalize() if value else value,
            locale=known,
            decimal_quantization=False,
            group_separator=not (together and abs(value) < 10_000),
            numbering_system="latn",
        )
    )


def whole(value: int, locale: str) -> str:
    """A count such as that of a picture in a series."""
    return number(Decimal(value), locale)


@lru_cache(maxsize=_REMEMBERED)
def percent(value: Decimal, locale: str) -> str:
    """Hundredths in the locale's own pattern: 42 becomes ``42 %``, ``42%`` or ``%42``."""
    return str(
        format_percent(
            (value / 100).normalize() if value else value,
            locale=parse(locale),
            decimal_quantization=False,
            numbering_system="latn",
        )
    )


@lru_cache(maxsize=_REMEMBERED)
def day_and_month(day: date, locale: str) -> str:
    """A date without its year: ``30 July``, ``30. srpnja``, ``30 de julio``."""
    return str(format_skeleton("MMMMd", day, locale=parse(locale)))


def long_date(day: date, locale: str) -> str:
    """A date with its year, month in letters (CLDR's long date)."""
    return str(format_date(day, format="long", locale=parse(locale)))


def listed(items: Sequence[str], locale: str) -> str:
    """``A, B and C``."""
    return str(format_list(list(items), locale=parse(locale)))


def running(sentences: Iterable[str], locale: str) -> str:
    """Sentences one after the other, as the language of a message locale writes them: one without
    an end gets its full stop, and no space parts them in Chinese and Japanese. Empty ones are left
    out.
    """
    language = locale.partition("_")[0]
    stop = _STOPS.get(language, ".")
    whole = (text if _ENDED.search(text) else f"{text}{stop}" for text in sentences if text)
    return ("" if language in _UNSPACED else " ").join(whole)


@lru_cache(maxsize=256)
def direction(locale: str) -> Direction:
    """The direction in which the language is written."""
    return "rtl" if parse(locale).text_direction == "rtl" else "ltr"


def language_tag(locale: str) -> str:
    """The BCP 47 tag of a message locale: ``pt-PT``, ``sr-Latn``, ``ar``."""
    return locale.replace("_", "-")
