"""The ledger's tables. Everything is named ``clarion_…``, so that it may share a database.

Instants are kept in UTC as text of one length (``2027-07-30T07:00:00.000000Z``): they sort as
they stand, and a person reading the file understands them.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

metadata = MetaData()


_BY_BYTES = String().with_variant(String(collation="C"), "postgresql")
"""Text that sorts by its bytes, whatever language a database is set to."""


class Instant(TypeDecorator[datetime]):
    """An aware datetime."""

    impl = _BY_BYTES
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> str | None:  # noqa: ARG002
        """To UTC text. ``ValueError`` for a naive datetime."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no zone: the ledger keeps instants")
        plain = value.astimezone(UTC).replace(tzinfo=None)
        return plain.isoformat(timespec="microseconds") + "Z"

    def process_result_value(self, value: str | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        """From UTC text."""
        return None if value is None else datetime.fromisoformat(value)


deliveries = Table(
    "clarion_deliveries",
    metadata,
    # what the plan says
    Column("id", String(26), primary_key=True),
    Column("campaign", String, nullable=False),
    Column("card", String, nullable=False),
    Column("society", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("account", String, nullable=False),
    Column("platform", String, nullable=False),
    Column("locale", String, nullable=False),
    Column("occurrence", Date, nullable=False),
    Column("wall", String, nullable=False),
    Column("zone", String, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("late", String, nullable=False),
    Column("author", String, nullable=False),
    Column("content", Text),
    Column("held", Text, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("until", String),
    Column("gap", String, nullable=False),
    Column("fold", String, nullable=False),
    Column("tzdata", String, nullable=False),
    # what happens to it
    Column("state", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("approved_by", String),
    Column("approved_at", Instant),
    Column("approved_revision", Integer),
    Column("approved_hash", String(64)),
    Column("fence", Integer, nullable=False),
    Column("owner", String, nullable=False),
    Column("lease_until", Instant),
    Column("next_try", Instant),
    Column("first_sent_at", Instant),
    Column("attempts", Integer, nullable=False),
    Column("in_doubt", Boolean, nullable=False),
    Column("prepared", LargeBinary, nullable=False),
    Column("remote_id", String, nullable=False),
    Column("url", String, nullable=False),
    Column("posted_at", Instant),
    Column("receipt", Text),
    Column("note", Text, nullable=False),
    Index("clarion_deliveries_waiting", "state", "next_try"),
    Index("clarion_deliveries_series", "campaign", "occurrence"),
    Index("clarion_deliveries_account", "account"),
)

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
"""The columns that change on the way; those before them are the plan's."""

journal = Table(
    "clarion_journal",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("delivery", String(26), ForeignKey("clarion_deliveries.id")),
    Column("event", String, nullable=False),
    Column("state", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("actor", String, nullable=False),
    Column("detail", Text, nullable=False),
    Index("clarion_journal_delivery", "delivery"),
)

stops = Table(
    "clarion_stops",
    metadata,
    Column("scope", String, primary_key=True),
    Column("value", _BY_BYTES, primary_key=True),
    Column("by", String, nullable=False),
    Column("at", Instant, nullable=False),
)

holds = Table(
    "clarion_holds",
    metadata,
    Column("scope", String, primary_key=True),
    Column("value", String, primary_key=True),
    Column("until", Instant),
    Column("why", Text, nullable=False),
)

paces = Table(
    "clarion_paces",
    metadata,
    Column("account", String, primary_key=True),
    Column("not_before", Instant, nullable=False),
)

clock = Table(
    "clarion_clock",
    metadata,
    Column("host", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("tzdata", String, nullable=False),
    Column("by", String, nullable=False),
    Column("boot", String, nullable=False),
    Column("zero", Instant),
    Column("why", Text, nullable=False),
)
"""Two rows a machine: the last time of day that was believed, and the last that a person stands
behind. A file belongs to one machine, which has no name there."""

accounts = Table(
    "clarion_accounts",
    metadata,
    Column("account", String, primary_key=True),
    Column("platform", String, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("key", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("expires_at", Instant),
    Column("handle", Text, nullable=False),
    Column("fingerprint", String, nullable=False),
    Column("facts", Text, nullable=False),
    Column("added_by", String, nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("renewed_at", Instant),
    Column("verified_at", Instant),
    Column("renewing_by", String, nullable=False),
    Column("renewing_until", Instant),
)
"""Only ``sealed`` holds secrets; ``key`` is the id of the key that opens it. ``renewing_by`` is who
fetches a new grant at this moment, and may until ``renewing_until``."""

passage = Table(
    "clarion_passage",
    metadata,
    Column("token", String, primary_key=True),
    Column("step", String, nullable=False),
    Column("other", Text, nullable=False),
    Column("at", Instant, nullable=False),
)
"""At most one row: where this ledger came from or went. See :mod:`clarion.store.passage`."""
