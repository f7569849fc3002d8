"""Awareness days, and the posts planned around them, as iCalendar files (RFC 5545, RFC 7986).

One file for each society and language, for any calendar program. A name comes from that language's
catalogue or the entry is left out. The same content gives the same bytes, and the same day the same
UID, so that a file read in again changes entries and adds none.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from icalendar import Calendar, Event
from icalendar.prop import vRecur

from campaigns.model import Campaign, Message, Society
from campaigns.observances import Observance
from clarion.errors import ClarionError
from clarion.planning import schedule
from clarion.wiring import Studio
from locales import Catalogue, Catalogues
from locales.checks import errors
from locales.extract import SHARED
from locales.fallback import chain
from locales.formats import language_tag
from scheduler.delivery import Delivery

SHOWN = timedelta(minutes=15)
"""How long a post is drawn in a calendar; it has no length of its own."""
_YEARS = range(1900, 3000)
_ENGLISH = {"LANGUAGE": "en-GB"}


@dataclass(frozen=True)
class Wanted:
    """Which days in how many years from that of ``after``, and the posts of which campaigns around
    the next date of their day."""

    observances: Sequence[Observance]
    after: date
    count: int = 10
    campaigns: Sequence[Campaign] = ()

    @property
    def years(self) -> range:
        """The years themselves."""
        return range(self.after.year, self.after.year + self.count)


@dataclass
class Diary:
    """One file: who it is for, in which catalogue's words, and what could not be said in them."""

    society: Society
    locale: str
    catalogue: str
    events: list[Event] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The file's name."""
        return f"clarion-days-{self.society.id}-{self.locale}.ics"

    @property
    def complaint(self) -> str:
        """What is left out, in a line for people."""
        names = ", ".join(self.untold)
        return f"{self.society.id} {self.locale}: left out, not translated: {names}"

    def as_dict(self) -> dict[str, object]:
        """What is in it, as plain values."""
        return {
            "society": self.society.id,
            "locale": self.locale,
            "catalogue": self.catalogue,
            "entries": len(self.events),
            "left_out": self.untold,
        }

    def to_ical(self) -> bytes:
        """The file's content: lines of at most 75 octets, entries in the order of the register."""
        calendar = Calendar()
        calendar.add("version", "2.0")
        calendar.add("prodid", "-//Clarion//Awareness days//EN")
        calendar.add("calscale", "GREGORIAN")
        names = self.society.names
        spoken = next((one for one in (self.locale, self.catalogue) if one in names), "en")
        title = f"{' '.join(names[spoken].split())} · Clarion"  # a line break would end the line
        calendar.add("name", title, parameters={"LANGUAGE": language_tag(spoken)})
        calendar.add("x-wr-calname", title)
        for event in self.events:
            calendar.add_component(event)
        return bytes(calendar.to_ical())

    def write(self, folder: Path) -> Path:
        """Write the file, whole or not at all; it takes the place of an earlier one."""
        target = folder / self.name
        beside = folder / f".{self.name}.{os.getpid()}.part"  # two may write at once
        try:
            folder.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(self.to_ical())
            beside.replace(target)
        except OSError as error:
            with suppress(OSError):
                beside.unlink()
            raise ClarionError(f"{target}: {error.strerror}; choose another folder") from error
        return target


def diaries(
    studio: Studio, societies: Sequence[Society], locales: Sequence[str], wanted: Wanted
) -> tuple[list[Diary], list[str]]:
    """The files for these societies, in their own locales or in those chosen; and, in a line each,
    which there are none of. :class:`ClarionError` when a chosen locale has no catalogue at all.
    """
    if wanted.after.year not in _YEARS:
        raise ClarionError(f"{wanted.after} is too far away; choose a year from 1900 to 2999")
    catalogues, made, missing = studio.press.catalogues, [], []
    for locale in locales:
        if _carrier(catalogues, locale, SHARED) is None:
            raise ClarionError(
                f"locale {locale} has no names of days; choose one of "
                f"{', '.join(catalogues.locales())}"
            )
    for society in societies:
        for locale in locales or society.locales:
            shared = _carrier(catalogues, locale, SHARED)
            if shared is None:
                missing.append(f"{society.id} {locale}: nobody has translated the names of days")
                continue
            diary = Diary(society, locale, shared.locale)
            _days(diary, shared, studio.library.shared, wanted)
            for campaign in wanted.campaigns:
                day = studio.library.observances[campaign.observance].on_or_after(wanted.after)
                _posts(diary, catalogues, campaign, schedule(campaign, [society], day))
            made.append(diary)
    return made, missing


def _carrier(catalogues: Catalogues, locale: str, domain: str) -> Catalogue | None:
    """The one catalogue whose words are used for a locale."""
    found = (catalogues.find(near, domain) for near in chain(locale))
    return next((one for one in found if one is not None), None)


def _words(catalogue: Catalogue, message: Message | None) -> str:
    """A message in the catalogue's words; empty when they are missing, stale or faulty."""
    entry = catalogue.entries.get(message.context) if message else None
    if message is None or entry is None or errors(entry, message, catalogue.locale):
        return ""
    return entry.msgstr


def _days(
    diary: Diary, catalogue: Catalogue, shared: Mapping[str, Message], wanted: Wanted
) -> None:
    for observance in wanted.observances:
        name = _words(catalogue, shared.get(f"days.{observance.id}"))
        if name:
            diary.events.extend(_entries(diary, observance, name, wanted.years))
        else:
            diary.untold.append(observance.id)


def _entries(diary: Diary, observance: Observance, name: str, years: range) -> Iterator[Event]:
    """A day as one entry that recurs, and one for each year that the rule does not tell."""
    uid = f"{observance.id}-{diary.society.id}-{diary.locale}@days.clarion"
    apart = [year for year in years if year in observance.overrides]
    if observance.recurs_by_itself:
        whole = _entry(diary, observance, name, years)
        first, last = (observance.by_rule(year) for year in (years[0], years[-1]))
        whole.add("uid", uid)
        whole.add("dtstart", first)
        whole.add("rrule", vRecur.from_ical(f"{observance.rule};UNTIL={last:%Y%m%d}"))
        yield whole
    else:
        apart = list(years)
    for year in apart:
        single = _entry(diary, observance, name, years)
        if observance.recurs_by_itself:  # the same entry, moved in this year
            single.add("uid", uid)
            single.add("recurrence-id", observance.by_rule(year))
        else:
            single.add("uid", f"{year}-{uid}")
        single.add("dtstart", observance.in_year(year))
        yield single


def _entry(diary: Diary, observance: Observance, name: str, years: range) -> Event:
    event = _blank(name, diary.catalogue, years[0])
    event.add("description", _told(observance), parameters=_ENGLISH)
    event.add("categories", ["Awareness day"], parameters=_ENGLISH)
    return event


def _told(observance: Observance) -> str:
    """Who proclaimed the day and where that is written, as the register has it."""
    lines = [f"Proclaimed by: {observance.proclaimed_by}", f"Source: {observance.source}"]
    if observance.confidence == "knowledge":
        lines.append("Common knowledge: check it before a campaign relies on it.")
    return "\n".join([*lines, observance.note] if observance.note else lines)


def _posts(
    diary: Diary, catalogues: Catalogues, campaign: Campaign, deliveries: Iterable[Delivery]
) -> None:
    """The planned times of the locale's channels, in UTC: every program shows them in its own
    zone, and none needs to know the society's."""
    own = _carrier(catalogues, diary.locale, campaign.id)
    title = _words(own, campaign.title) if own else ""
    for delivery in deliveries:
        if delivery.locale != diary.locale:
            continue
        if own is None or not title:
            diary.untold.append(f"posts of {campaign.id}")
            return
        diary.events.append(_post(delivery, f"{title}: {delivery.card}", own.locale))


def _post(delivery: Delivery, summary: str, locale: str) -> Event:
    event = _blank(summary, locale, delivery.occurrence.year)
    event.add("uid", f"{delivery.id}@posts.clarion")
    event.add("dtstart", delivery.due_at)
    event.add("dtend", delivery.due_at + SHOWN)
    lines = [
        f"Channel: {delivery.account} ({delivery.platform})",
        f"Local time: {delivery.wall:%Y-%m-%d %H:%M} {delivery.zone}",
        *(f"Held: {why}" for why in delivery.held),
    ]
    event.add("description", "\n".join(lines), parameters=_ENGLISH)
    event.add("categories", ["Planned post"], parameters=_ENGLISH)
    return event


def _blank(summary: str, locale: str, year: int) -> Event:
    """``DTSTAMP`` is the first moment of the year: a date of writing would change every file."""
    event = Event()
    event.add("dtstamp", datetime(year, 1, 1, tzinfo=UTC))
    event.add("summary", summary, parameters={"LANGUAGE": language_tag(locale)})
    event.add("transp", "TRANSPARENT")
    return event
