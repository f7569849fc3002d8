"""Entries to rows and back."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping

from scheduler.delivery import Approval, Content, Delivery, Entry, Late, State, canonical
from scheduler.ledger import JournalLine
from scheduler.rules import Change

Row = RowMapping

PROGRESS = frozenset(
    {
        "state",
        "revision",
        "approved_by",
        "approved_at",
        "approved_revision",
        "approved_hash",
        "fence",
        "owner",
        "lease_until",
        "next_try",
        "first_sent_at",
        "attempts",
        "in_doubt",
        "prepared",
        "remote_id",
        "url",
        "posted_at",
        "receipt",
        "note",
    }
)
"""The columns that change on the way; the others are the plan's."""


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


def everything(entry: Entry) -> dict[str, Any]:
    """All columns."""
    return planned(entry.delivery) | progress(entry)


def entry(row: Row) -> Entry:
    """The entry of a row."""
    return Entry(
        delivery=_delivery(row),
        state=State(row["state"]),
        revision=row["revision"],
        approval=_approval(row),
        fence=row["fence"],
        owner=row["owner"],
        lease_until=row["lease_until"],
        next_try=row["next_try"],
        first_sent_at=row["first_sent_at"],
        attempts=row["attempts"],
        in_doubt=row["in_doubt"],
        prepared=row["prepared"],
        remote_id=row["remote_id"],
        url=row["url"],
        posted_at=row["posted_at"],
        receipt=None if row["receipt"] is None else json.loads(row["receipt"]),
        note=row["note"],
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


def journal_line(row: Row) -> JournalLine:
    """The journal line of a row."""
    return JournalLine(**{**dict(row), "delivery": row["delivery"] or ""})


def _delivery(row: Row) -> Delivery:
    return Delivery(
        id=row["id"],
        campaign=row["campaign"],
        card=row["card"],
        society=row["society"],
        channel=row["channel"],
        platform=row["platform"],
        locale=row["locale"],
        occurrence=row["occurrence"],
        wall=datetime.fromisoformat(row["wall"]),
        zone=row["zone"],
        due_at=row["due_at"],
        expires_at=row["expires_at"],
        late=Late(row["late"]),
        author=row["author"],
        content=None if row["content"] is None else Content.from_json(row["content"]),
        held=tuple(json.loads(row["held"])),
    )


def _approval(row: Row) -> Approval | None:
    if row["approved_by"] is None:
        return None
    return Approval(
        by=row["approved_by"],
        at=row["approved_at"],
        revision=row["approved_revision"],
        content_hash=row["approved_hash"],
    )
