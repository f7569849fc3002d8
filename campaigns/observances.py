"""Awareness days as data: a recurrence rule, who proclaimed it, and where that is written.

Rules are RFC 5545 recurrence bodies expanded by python-dateutil; only *dates* come from here,
instants are made by the scheduler in each society's zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from dateutil.rrule import rrulestr

from campaigns.errors import ContentError
from campaigns.registers import a_date, choice, records
from campaigns.strict_yaml import Fields, as_fields


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
        if year in self.overrides:
            return self.overrides[year]
        start = datetime(year, 1, 1)  # noqa: DTZ001  # a calendar date, not an instant
        first = rrulestr(self.rule, dtstart=start)[0]
        if first.year != year:
            raise ValueError(f"observance {self.id} has no date in {year}")
        return date(first.year, first.month, first.day)

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
        confidence=choice(fields, "confidence", ("primary", "secondary", "knowledge")),
        note=fields.optional_text("note"),
    )
    try:
        if not observance.rule.startswith("FREQ=YEARLY;"):
            raise ValueError(observance.rule)
        observance.in_year(2027)
    except (ValueError, IndexError) as error:
        raise ContentError(
            fields.need("rule").place,
            "rule",
            f"'{observance.rule}' gives no date",
            "write a yearly rule such as FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=30",
        ) from error
    return observance


def _overrides(fields: Fields) -> dict[int, date]:
    node = fields.get("overrides")
    if node is None:
        return {}
    found = {}
    for year, value in as_fields(node):
        if not year.isdecimal():
            raise ContentError(value.place, value.path, "is not a year", "write 2027")
        found[int(year)] = a_date(value)
    return found
