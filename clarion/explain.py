"""A delivery's life in plain words: what it is, when, who approved it, what happened, what now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from clarion.outlook import Advice, Around, choices, goes_at, look_around, obstacles, resting
from clarion.report import STATES, as_record, readable, reason, when
from clarion.telling import tell
from clarion.wiring import Studio
from scheduler.delivery import Entry, Late, State
from scheduler.ledger import JournalLine
from scheduler.zones import zone

AFTERWARDS = {
    Late.POST_UNTIL: "then it is missed",
    Late.SKIP: "then it is missed",
    Late.HOLD: "then a person decides",
}


@dataclass(frozen=True)
class Story:
    """An entry and its journal; ``around`` is how things stand, if what comes next is wanted."""

    entry: Entry
    journal: tuple[JournalLine, ...]
    around: Around | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        content = self.entry.delivery.content
        events = [line for line in self.journal if line.delivery]
        value = {
            **as_record(self.entry),
            "revision": self.entry.revision,
            "attempts": self.entry.attempts,
            "approved_by": self.entry.approval.by if self.entry.approval else None,
            "text": content.text if content else None,
            "alt": [picture.alt for picture in content.pictures] if content else [],
            "journal": [
                {
                    "at": line.at.isoformat(), "event": line.event, "state": line.state,
                    "by": line.actor, "detail": line.detail,
                }
                for line in events
            ],
            "story": [
                {"at": told.at.isoformat(), "words": told.words}
                for told in tell(self.entry, self.journal)
            ],
        }  # fmt: skip
        return value | (self._outlook(self.around) if self.around else {})

    def lines(self) -> Iterator[str]:
        """The story, line by line."""
        yield from self._head()
        if self.entry.delivery.content is not None:
            text = self.entry.delivery.content.text
            yield from ("", *(f"  | {line}" for line in text.splitlines()))
        yield ""
        yield f"what happened, in {self.entry.delivery.zone} and UTC"
        yield from (self.happened(told.at, told.words) for told in tell(self.entry, self.journal))
        if self.around:
            yield from self._now(self.around)

    def happened(self, at: datetime, words: str) -> str:
        """One event on one line: the time on the wall, the time in UTC, and what it was."""
        here = at.astimezone(zone(self.entry.delivery.zone))
        return f"{here:%Y-%m-%d %H:%M:%S}  {at.astimezone(UTC):%H:%M:%S} UTC  {words}"

    def _head(self) -> Iterator[str]:
        entry, delivery = self.entry, self.entry.delivery
        yield f"{delivery.card} of {delivery.campaign}, {delivery.society} in {delivery.locale}"
        yield f"id        {entry.id}"
        yield f"channel   {delivery.channel} ({delivery.platform})"
        yield f"goes out  {self._when(delivery.due_at)}"
        yield f"at last   {self._when(delivery.expires_at)}; {AFTERWARDS[delivery.late]}"
        why = readable(reason(entry), delivery.zone)
        yield f"state     {STATES[entry.state]}" + (f": {why}" if why else "")
        if entry.approval is not None:
            yield f"approved  by {entry.approval.by}, {self._when(entry.approval.at)}"
        if entry.url or entry.remote_id:
            yield f"receipt   {entry.url or entry.remote_id}"

    def _now(self, around: Around) -> Iterator[str]:
        yield ""
        yield f"now, at {self._when(around.now)}"
        for advice in obstacles(self.entry, around):
            yield from _advised(advice)
        if at := goes_at(self.entry, around):
            word = "is looked up" if self.entry.state is State.UNKNOWN else "goes out"
            running = around.at_work.running is not False
            soon = "at once" if running else "as soon as 'clarion run' is at work"
            yield f"  {word} {soon if at <= around.now else self._when(at)}"
        advised = list(choices(self.entry, around))
        if advised:
            yield "what you can do"
        for advice in advised:
            yield from _advised(advice)

    def _outlook(self, around: Around) -> dict[str, Any]:
        at = goes_at(self.entry, around)
        return {
            "in_the_way": [advice._asdict() for advice in obstacles(self.entry, around)],
            "next": at.isoformat() if at else None,
            "choices": [advice._asdict() for advice in choices(self.entry, around)],
        }

    def _when(self, instant: datetime) -> str:
        return when(instant, self.entry.delivery.zone)


def explain_delivery(
    entry: Entry, journal: Sequence[JournalLine], around: Around | None = None
) -> Story:
    """Everything the ledger knows about one delivery.

    ``journal`` may hold the lines about the whole ledger too.
    """
    return Story(entry, tuple(journal), around)


def explained(studio: Studio, delivery_id: str, now: datetime) -> Story:
    """The story of a delivery of this workspace; ``NoSuchDeliveryError``."""
    ledger = studio.ledger
    entry = ledger.get(delivery_id)
    journal = [line for line in ledger.journal() if line.delivery in ("", delivery_id)]
    around = look_around(studio, now)
    rests = resting(studio, [entry], now)
    return explain_delivery(entry, journal, replace(around, rests=rests))


def _advised(advice: Advice) -> Iterator[str]:
    yield f"  {advice.words}"
    if advice.command:
        yield f"    {advice.command}"
