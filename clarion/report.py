"""What became of a plan, as plain rows: for tables, for ``--json`` and for the gallery."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any

from campaigns.model import Society
from scheduler.delivery import Entry, State

_STUCK = frozenset({State.HELD, State.NEEDS_HUMAN, State.FAILED, State.MISSED})


@dataclass(frozen=True)
class Row:
    """One society in one locale: its days, the times on the day itself; how many deliveries there
    are, how many were posted, and how many cannot go out as they are, with the first reason."""

    society: Society
    locale: str
    days: str
    local: str
    utc: str
    planned: int
    posted: int
    held: int
    why: str


def rows(societies: Sequence[Society], entries: Iterable[Entry]) -> list[Row]:
    """A row per society and locale, in the order of the register."""
    grouped: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        grouped.setdefault((entry.delivery.society, entry.delivery.locale), []).append(entry)
    return [
        _row(society, locale, grouped[society.id, locale])
        for society in societies
        for locale in dict.fromkeys(channel.locale for channel in society.channels)
        if (society.id, locale) in grouped
    ]


def as_record(entry: Entry) -> dict[str, Any]:
    """A delivery as JSON: society, campaign, card, locale, channel, times, state, reason."""
    delivery = entry.delivery
    return {
        "id": delivery.id,
        "society": delivery.society,
        "campaign": delivery.campaign,
        "card": delivery.card,
        "locale": delivery.locale,
        "channel": delivery.channel,
        "wall_time": delivery.wall.isoformat(timespec="minutes"),
        "zone": delivery.zone,
        "utc_time": delivery.due_at.astimezone(UTC).isoformat(),
        "state": standing(entry),
        "reason": reason(entry),
        "receipt": dict(entry.receipt) if entry.receipt else None,
    }


def days(dates: Iterable[date]) -> str:
    """From the first to the last: ``16 Jul – 6 Aug 2027``."""
    found = sorted(set(dates))
    if not found:
        return ""
    last = f"{found[-1].day} {found[-1]:%b %Y}"
    if len(found) == 1:
        return last
    year = f" {found[0]:%Y}" if found[0].year != found[-1].year else ""
    return f"{found[0].day} {found[0]:%b}{year} – {last}"


def standing(entry: Entry) -> str:
    """The state in the words of a report: what could never go out was held, however late it is."""
    if not entry.delivery.ready and entry.state in (State.HELD, State.MISSED):
        return State.HELD.value
    return entry.state.value


def reason(entry: Entry) -> str:
    """Why a delivery is where it is; empty when there is nothing to say."""
    return "; ".join(dict.fromkeys(entry.delivery.held)) or entry.note


def _row(society: Society, locale: str, entries: Sequence[Entry]) -> Row:
    on_the_day = [e.delivery for e in entries if e.delivery.wall.date() == e.delivery.occurrence]
    shown = sorted(on_the_day or [e.delivery for e in entries], key=lambda one: one.due_at)
    held = [entry for entry in entries if entry.state in _STUCK]
    whys = list(dict.fromkeys(reason(entry) or standing(entry) for entry in held))
    others = len(whys) - 1
    more = f" (and {others} other reason{'s' if others > 1 else ''})" if others > 0 else ""
    return Row(
        society=society,
        locale=locale,
        days=days(entry.delivery.wall.date() for entry in entries),
        local=" ".join(dict.fromkeys(f"{one.wall:%H:%M}" for one in shown)),
        utc=" ".join(dict.fromkeys(f"{one.due_at.astimezone(UTC):%H:%M}" for one in shown)),
        planned=len(entries),
        posted=sum(entry.state is State.POSTED for entry in entries),
        held=len(held),
        why=whys[0] + more if whys else "",
    )
