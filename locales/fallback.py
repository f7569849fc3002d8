"""Which catalogue may stand in for which: a table made by hand, for whole cards only.

A regional variety may be served by its base language. Nothing else is ever chosen: CLDR's own
fallback leads from European to Brazilian Portuguese and from one script to the other, and a
language matcher offers Croatian for Montenegrin. A society that wants a neighbour language names
it as its own locale.
"""

from __future__ import annotations

import re

_BASES: dict[str, str] = {
    "ar": "ar",
    "de": "de",
    "el": "el",
    "en": "en_GB",
    "es": "es",
    "fr": "fr",
    "it": "it",
    "nl": "nl",
}
_ONLY: dict[str, frozenset[str]] = {
    "de": frozenset({"AT", "CH"}),
    "el": frozenset({"CY"}),
    "it": frozenset({"CH", "SM"}),
    "nl": frozenset({"BE"}),
}
_EXACT = {"en": "en_GB", "nb": "no"}

REFUSED: frozenset[tuple[str, str]] = frozenset(
    {
        *((wanted, near) for wanted in ("pt", "pt_BR") for near in ("pt_PT",)),
        *((wanted, near) for wanted in ("pt_PT",) for near in ("pt", "pt_BR")),
        *(
            (wanted, near)
            for wanted in ("hr", "sr", "sr_Latn", "bs", "cnr")
            for near in ("hr", "sr", "sr_Latn", "bs", "cnr")
            if wanted != near
        ),
        ("zh_Hant", "zh"),
        ("mk", "bg"),
        ("bg", "mk"),
        ("fa", "prs"),
        ("prs", "fa"),
        ("es_419", "es"),
    }
)
"""Pairs (wanted, near) that look like a fallback and are none."""


def chain(locale: str) -> tuple[str, ...]:
    """The locales whose catalogues may carry a whole card for ``locale``, best first."""
    base = _base(locale)
    return (locale, base) if base and base != locale else (locale,)


def refused(wanted: str, near: str) -> bool:
    """Whether ``near`` must never stand in for ``wanted``."""
    return wanted != near and near not in chain(wanted)


def _base(locale: str) -> str:
    if locale in _EXACT:
        return _EXACT[locale]
    match = re.fullmatch(r"([a-z]{2,3})_([A-Z]{2})", locale)
    if match is None or match[1] not in _BASES:
        return ""
    if match[2] not in _ONLY.get(match[1], {match[2]}):
        return ""
    return _BASES[match[1]]
