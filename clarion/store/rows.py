"""Entries to rows and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, RowMapping

from clarion.store.schema import PROGRESS, deliveries
from scheduler.delivery import Approval, Content, Delivery, Entry, Late, State, canonical
from scheduler.ledger import JournalLine
from scheduler.rules import Change

_PLAN = tuple(column.name for column in deliveries.c if column.name not in PROGRESS)
_PROGRESS = tuple(column.name for column in deliveries.c if column.name in PROGRESS)
_PLANNED = len(_PLAN)  # the plan's columns come first


def planned(delivery: Delivery) -> dict[str, Any]:
    """The columns that the plan fills."""
    return {
        "id": delivery.id,
        "campaign": delivery.campaign,
        "card": delivery.card,
        "society": delivery.society,
        "channel": delivery.channel,
        "account": delivery.account,
        "platform": delivery.platform,
        "locale": delivery.locale,
        "occurrence": delivery.occurrence,
        "wall": delivery.wall.isoformat(),
        "zone": delivery.zone,
        "due_at": delivery.due_at,
        "expires_at": delivery.expires_at,
        "late": delivery.late.value,
        "author": delivery.author,
        "content": delivery.content.to_json() if delivery.content else None,
        "held": json.dumps(delivery.held, ensure_ascii=False),
        "content_hash": delivery.content_hash,
        "until": delivery.until.isoformat() if delivery.until else None,
        "gap": delivery.gap,
        "fold": delivery.fold,
        "tzdata": delivery.tzdata,
    }


def progress(entry: Entry) -> dict[str, Any]:
    """The columns that change on the way."""
    approval = entry.approval
    return {
        "state": entry.state.value,
        "revision": entry.revision,
        "approved_by": approval.by if approval else None,
        "approved_at": approval.at if approval else None,
        "approved_revision": approval.revision if approval else None,
        "approved_hash": approval.content_hash if approval else None,
        "fence": entry.fence,
        "owner": entry.owner,
        "lease_until": entry.lease_until,
        "next_try": entry.next_try,
        "first_sent_at": entry.first_sent_at,
        "attempts": entry.attempts,
        "in_doubt": entry.in_doubt,
        "prepared": entry.prepared,
        "remote_id": entry.remote_id,
        "url": entry.url,
        "posted_at": entry.posted_at,
        "receipt": None if entry.receipt is None else canonical(entry.receipt),
        "note": entry.note,
    }


def saved(old: Entry, new: Entry) -> dict[str, Any]:
    """The columns in which one entry differs from the one before."""
    before, after = progress(old), progress(new)
    if new.delivery is not old.delivery:
        before, after = planned(old.delivery) | before, planned(new.delivery) | after
    return {name: value for name, value in after.items() if value != before[name]}


def read(entry: Entry) -> dict[str, Any]:
    """What a compare-and-set compares with."""
    return {
        "id_": entry.id,
        "state_": entry.state.value,
        "fence_": entry.fence,
        "revision_": entry.revision,
    }


def everything(entry: Entry) -> dict[str, Any]:
    """All columns."""
    return planned(entry.delivery) | progress(entry)


def entry(row: Row[Any]) -> Entry:
    """The entry of a row of the whole table, in the order of its columns."""
    values = dict(zip(_PROGRESS, row[_PLANNED:], strict=True))
    return Entry(
        delivery=_delivery(*row[:_PLANNED]),
        state=State(values["state"]),
        revision=values["revision"],
        approval=_approval(values),
        fence=values["fence"],
        owner=values["owner"],
        lease_until=values["lease_until"],
        next_try=values["next_try"],
        first_sent_at=values["first_sent_at"],
        attempts=values["attempts"],
        in_doubt=values["in_doubt"],
        prepared=values["prepared"],
        remote_id=values["remote_id"],
        url=values["url"],
        posted_at=values["posted_at"],
        receipt=None if values["receipt"] is None else json.loads(values["receipt"]),
        note=values["note"],
    )


def line(change: Change, now: datetime) -> dict[str, Any]:
    """The journal's row about a change."""
    return {
        "at": now,
        "delivery": change.entry.id,
        "event": change.event,
        "state": change.entry.state.value,
        "revision": change.entry.revision,
        "fence": change.entry.fence,
        "actor": change.actor,
        "detail": change.detail,
    }


def remark(now: datetime, event: str, actor: str, detail: str) -> dict[str, Any]:
    """The journal's row about the whole ledger."""
    blank = {"delivery": None, "state": "", "revision": 0, "fence": 0}
    return {"at": now, "event": event, "actor": actor, "detail": detail, **blank}


def journal_line(row: RowMapping) -> JournalLine:
    """The journal line of a row."""
    return JournalLine(**{**dict(row), "delivery": row["delivery"] or ""})


@lru_cache(maxsize=4096)
def _delivery(*row: Any) -> Delivery:
    """The plan's part. A delivery is read several times on its way out, and is the same each
    time: so it is put together once."""
    values = dict(zip(_PLAN, row, strict=True))
    del values["account"], values["content_hash"]  # they follow from the rest
    content, until = values["content"], values["until"]
    return Delivery(
        **{
            **values,
            "wall": datetime.fromisoformat(values["wall"]),
            "late": Late(values["late"]),
            "content": None if content is None else Content.from_json(content),
            "held": tuple(json.loads(values["held"])),
            "until": None if until is None else datetime.fromisoformat(until),
        }
    )


def _approval(values: Mapping[str, Any]) -> Approval | None:
    if values["approved_by"] is None:
        return None
    return Approval(
        by=values["approved_by"],
        at=values["approved_at"],
        revision=values["approved_revision"],
        content_hash=values["approved_hash"],
    )
