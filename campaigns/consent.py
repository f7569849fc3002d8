"""An agreement to show or to tell of somebody: where it is kept, until when, and where it holds.

Only a reference is written down, never the agreement itself: a campaign file is read by many, and
the name of the person who agreed is not for them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from campaigns.errors import ContentError, Place
from campaigns.strict_yaml import Fields, as_date

_TERRITORY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class Consent:
    """Of the person shown or told of. ``territories`` are ISO 3166 codes; none means anywhere."""

    reference: str
    given_on: date
    expires: date
    territories: tuple[str, ...]
    place: Place

    def problem(self, on: date, territory: str) -> str:
        """Why it does not cover a post of this day in this territory (a country, or a region such
        as ``ES-CT``), or an empty text."""
        if on < self.given_on:
            return f"the consent {self.reference} was given only on {self.given_on}"
        if on > self.expires:
            return f"the consent {self.reference} ended on {self.expires}"
        if self.territories and territory.partition("-")[0] not in self.territories:
            where = ", ".join(self.territories)
            return f"the consent {self.reference} is for {where}, not for {territory or 'here'}"
        return ""


def read_consent(fields: Fields) -> Consent:
    """``{reference, given_on, expires, territories?}``; :class:`ContentError` when it is wrong."""
    consent = Consent(
        reference=fields.text("reference"),
        given_on=as_date(fields.need("given_on")),
        expires=as_date(fields.need("expires")),
        territories=_territories(fields),
        place=fields.place,
    )
    fields.done()
    if consent.expires < consent.given_on:
        raise ContentError(
            fields.need("expires").place,
            f"{fields.path}.expires",
            "is before the day it was given",
            "write the day on which the consent ends",
        )
    return consent


def _territories(fields: Fields) -> tuple[str, ...]:
    codes = fields.texts("territories", required=False)
    for code in codes:
        if not _TERRITORY.fullmatch(code):
            raise ContentError(
                fields.need("territories").place,
                f"{fields.path}.territories",
                f"'{code}' is not a country",
                "write its two capital letters, such as RS",
            )
    return codes
