"""What became of a plan, as plain rows: for tables, for ``--json`` and for the gallery."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from campaigns.model import Society
from scheduler.delivery import Entry, State
from scheduler.zones import zone

STATES = {
    State.NEEDS_HUMAN: "waits for a person",
    State.UNKNOWN: "sent, no answer came: is looked up",
    State.RECONCILING: "is being looked up",
    State.SENDING: "is being sent",
    State.CLAIMED: "is being made ready",
    State.RETRY_WAIT: "not accepted, is tried again",
    State.FAILED: "refused for good",
    State.HELD: "held: something is missing",
    State.PLANNED: "waits for an approval",
    State.APPROVED: "approved",
    State.POSTED: "posted",
    State.MISSED: "missed",
    State.CANCELLED: "no longer in the plan",
}
"""Every state in plain words, in the order in which people need to look at them."""

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:\+00:00|Z)")
_ADD = re.compile(r"\bclarion accounts add(?! \S+/\S)(?=[\s.,;:)]|$)")
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
    return "; ".join(dict.fromkeys(entry.delivery.held)) or naming(
        entry.note, entry.delivery.account
    )


def naming(text: str, account: str) -> str:
    """The same text, its remedy with the account's name: publishers do not know it."""
    return _ADD.sub(lambda found: f"{found[0]} {account}", text)


def when(instant: datetime, zone_name: str, *, name: bool = True) -> str:
    """An instant on the wall and in UTC: ``2027-07-30 09:00:00 Europe/Rome (07:00:00 UTC)``.

    The date in UTC stands there where it is another one. Without ``name`` the zone is left out.
    """
    here, utc = instant.astimezone(zone(zone_name)), instant.astimezone(UTC)
    day = "" if here.date() == utc.date() else f"{utc:%Y-%m-%d} "
    place = f" {zone_name}" if name else ""
    return f"{here:%Y-%m-%d %H:%M:%S}{place} ({day}{utc:%H:%M:%S} UTC)"


def readable(text: str, zone_name: str) -> str:
    """The same text, its instants as people write them: on the wall and in UTC."""
    return _INSTANT.sub(
        lambda found: when(datetime.fromisoformat(found[0]), zone_name, name=False), text
    )


def named(entry: Entry) -> str:
    """A delivery in one short line: id, society, card, and when it is due on the wall."""
    one = entry.delivery
    return f"{entry.id[:8]}  {one.society} {one.locale}  {one.card}  {one.wall:%Y-%m-%d %H:%M}"


def question(late: Sequence[Entry], now: datetime) -> list[str]:
    """What to ask about a backlog, and how to answer; nothing when there is none."""
    if not late:
        return []
    longest = span(now - min(entry.delivery.due_at for entry in late))
    return [
        f"{len(late)} {'delivery' if len(late) == 1 else 'deliveries'} fell due while nothing ran, "
        f"the oldest {longest} ago; post, hold or skip?",
        "clarion backlog post|hold|skip --as ROLE",
    ]


def span(length: timedelta) -> str:
    """A length of time for people: ``3 h 10 min``."""
    minutes = round(length.total_seconds() / 60)
    days, hours = divmod(minutes // 60, 24)
    parts = ((days, "d"), (hours, "h"), (minutes % 60, "min"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "less than a minute"


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
