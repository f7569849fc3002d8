"""Awareness days as data: a recurrence rule, who proclaimed it, and where that is written.

Rules are RFC 5545 recurrence bodies expanded by python-dateutil; only *dates* come from here,
instants are made by the scheduler in each society's zone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from dateutil.rrule import rrule, rrulestr

from campaigns.errors import ContentError
from campaigns.registers import records
from campaigns.strict_yaml import Fields, as_choice, as_date, as_fields

_EVERY_KIND = range(2000, 2028)
"""Years of all fourteen kinds: each weekday on 1 January, leap years and others."""
_YEARLY = re.compile(r"FREQ=YEARLY(;[A-Z]+=[A-Z0-9,+-]+)+")
_FIXED = re.compile(r"FREQ=YEARLY;BYMONTH=([1-9]|1[0-2]);BYMONTHDAY=([1-9]|1\d|2[0-8])")
_COMMON = re.compile(
    r"FREQ=YEARLY;BYMONTH=\d+;(BYMONTHDAY=\d+|BYDAY=(-1|[1-4])(MO|TU|WE|TH|FR|SA|SU))"
)
"""A day of a month, or the second Saturday of one: what any calendar program can repeat. Outlook
knows no other yearly series (MS-OXCICAL, RRULE) and would keep only the first date."""


@dataclass(frozen=True, slots=True)
class Observance:
    """An awareness day. ``overrides`` maps a year to the date that was really proclaimed."""

    id: str
    name: str
    rule: str
    proclaimed_by: str
    source: str
    overrides: Mapping[int, date]
    confidence: str
    note: str = ""

    def in_year(self, year: int) -> date:
        """The day's date in this year."""
        return self.overrides.get(year) or self.by_rule(year)

    def by_rule(self, year: int) -> date:
        """The date that the rule alone gives for this year."""
        found = _dates(self.rule, year)
        if not found:
            raise ValueError(f"observance {self.id} has no date in {year}")
        return found[0]

    @property
    def recurs_by_itself(self) -> bool:
        """Whether any calendar program finds each year's date by the rule, and no other."""
        return _COMMON.fullmatch(self.rule) is not None

    def on_or_after(self, day: date) -> date:
        """The next date of the day, ``day`` included."""
        this_year = self.in_year(day.year)
        return this_year if this_year >= day else self.in_year(day.year + 1)


def load_observances(path: Path) -> dict[str, Observance]:
    """Read the calendar; a rule that cannot be expanded is a :class:`ContentError`."""
    return records(path, "observances", _observance)


def _observance(fields: Fields) -> Observance:
    observance = Observance(
        id=fields.text("id"),
        name=fields.text("name"),
        rule=fields.text("rule"),
        proclaimed_by=fields.text("proclaimed_by"),
        source=fields.text("source"),
        overrides=_overrides(fields),
        confidence=as_choice(fields, "confidence", ("primary", "secondary", "knowledge")),
        note=fields.optional_text("note"),
    )
    try:
        never = _yearless(observance.rule)
    except (ValueError, TypeError) as error:
        raise _no_date(fields, observance.rule) from error
    if never:
        raise _no_date(fields, observance.rule, f" in {never}")
    return observance


def _no_date(fields: Fields, rule: str, when: str = "") -> ContentError:
    return ContentError(
        fields.need("rule").place,
        "rule",
        f"'{rule}' gives no date{when}",
        "write a yearly rule such as FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=30",
    )


def _yearless(rule: str) -> int:
    """The first year of any kind in which the rule has no date; 0 when there is none."""
    if _FIXED.fullmatch(rule):  # nearly all of them, and quicker
        return 0
    return next((year for year in _EVERY_KIND if not _dates(rule, year)), 0)


def _dates(rule: str, year: int) -> list[date]:
    """All dates of a rule in a year, each once. ``ValueError`` when it is no yearly rule."""
    if not _YEARLY.fullmatch(rule):
        raise ValueError(f"'{rule}' is no yearly rule")
    first, last = datetime(year, 1, 1), datetime(year, 12, 31, 23, 59)  # noqa: DTZ001  # dates
    parsed = rrulestr(rule, dtstart=first)
    assert isinstance(parsed, rrule)  # not a set of them: the pattern has one line
    return sorted({moment.date() for moment in parsed.replace(until=last, count=None)})


def _overrides(fields: Fields) -> dict[int, date]:
    node = fields.get("overrides")
    if node is None:
        return {}
    found = {}
    for year, value in as_fields(node):
        if not year.isdecimal():
            raise ContentError(value.place, value.path, "is not a year", "write 2027")
        found[int(year)] = day = as_date(value)
        if day.year != int(year):
            raise ContentError(
                value.place, value.path, f"{day} is not in {year}", "mend one of them"
            )
    return found
