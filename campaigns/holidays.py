"""Public holidays: those of a society's country, and the society's own word over them.

The dates come from the package ``holidays``. Feasts that follow the moon are worked out ahead
there and proclaimed only days before; most are marked "(estimated)" in their name, not all. That is
why a society can add days (``holidays``) and take them away (``working_days``).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache

from campaigns.errors import ContentError
from campaigns.model import Society


def public_holidays(society: Society, first: date, last: date) -> dict[date, str]:
    """The society's holidays from ``first`` to ``last``, both included: names by date, in order.

    Names are English where the package has them in English. Raises :class:`ContentError` when
    nothing is known of the society's country.
    """
    found: dict[date, str] = {}
    for year in range(first.year, last.year + 1):
        found.update(_of_country(society, year))
    found.update(society.holidays)
    free = sorted(found.keys() - society.working_days)
    return {day: found[day] for day in free if first <= day <= last}


def _of_country(society: Society, year: int) -> Mapping[date, str]:
    code = society.country or society.id.upper()
    try:
        return _public(code, year)
    except NotImplementedError as error:
        raise ContentError(
            society.place,
            f"societies.{society.id}.country",
            f"there are no public holidays of '{code}'",
            "write the ISO 3166 code of its country, such as GR or ES-CT",
        ) from error


@cache
def _public(code: str, year: int) -> Mapping[date, str]:
    # Takes a tenth of a second to import, and only plans with rules about days off need it.
    from holidays import country_holidays

    country, _, region = code.partition("-")
    return dict(country_holidays(country, region or None, year, language="en_US"))
