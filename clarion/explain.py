"""A delivery's life in plain words: what it is, when, who approved it, what happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from clarion.report import as_record, reason
from scheduler.delivery import Entry
from scheduler.ledger import JournalLine
from scheduler.zones import zone


@dataclass(frozen=True)
class Story:
    """An entry and its journal."""

    entry: Entry
    journal: tuple[JournalLine, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        content = self.entry.delivery.content
        return {
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
                for line in self.journal
            ],
        }  # fmt: skip

    def lines(self) -> Iterator[str]:
        """The story, line by line."""
        entry, delivery = self.entry, self.entry.delivery
        yield f"{delivery.card} of {delivery.campaign}, {delivery.society} in {delivery.locale}"
        yield f"id        {entry.id}"
        yield f"channel   {delivery.channel} ({delivery.platform})"
        yield f"goes out  {self._when(delivery.due_at)}"
        yield f"at last   {self._when(delivery.expires_at)} (policy: {delivery.late.value})"
        yield f"state     {entry.state.value}" + (f": {reason(entry)}" if reason(entry) else "")
        if entry.approval is not None:
            yield f"approved  by {entry.approval.by}, {self._when(entry.approval.at)}"
        if entry.url or entry.remote_id:
            yield f"receipt   {entry.url or entry.remote_id}"
        if delivery.content is not None:
            yield from ("", *(f"  | {line}" for line in delivery.content.text.splitlines()))
        yield ""
        for line in self.journal:
            yield f"{self._when(line.at)}  {_told(line)}"

    def _when(self, instant: datetime) -> str:
        delivery = self.entry.delivery
        local = instant.astimezone(zone(delivery.zone))
        return f"{local:%Y-%m-%d %H:%M:%S} {delivery.zone} ({instant.astimezone(UTC):%H:%M:%S} UTC)"


def explain_delivery(entry: Entry, journal: Sequence[JournalLine]) -> Story:
    """Everything the ledger knows about one delivery."""
    return Story(entry, tuple(journal))


def _told(line: JournalLine) -> str:
    by = f" by {line.actor}" if line.actor else ""
    detail = f": {line.detail}" if line.detail else ""
    return f"{line.event}{by}, now {line.state}{detail}"
