"""The ledger: deliveries, the journal that is only added to, stops and holds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None

INSTANT = sa.String(27).with_variant(sa.String(27, collation="C"), "postgresql")
BY_BYTES = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    _deliveries()
    _journal()
    op.create_table(
        "clarion_stops",
        sa.Column("scope", sa.String, primary_key=True),
        sa.Column("value", BY_BYTES, primary_key=True),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
    )
    op.create_table(
        "clarion_holds",
        sa.Column("account", sa.String, primary_key=True),
        sa.Column("until", INSTANT),
        sa.Column("why", sa.Text, nullable=False),
    )


def _deliveries() -> None:
    op.create_table(
        "clarion_deliveries",
        sa.Column("id", sa.String(26), primary_key=True),
        sa.Column("campaign", sa.String, nullable=False),
        sa.Column("card", sa.String, nullable=False),
        sa.Column("society", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("account", sa.String, nullable=False),
        sa.Column("platform", sa.String, nullable=False),
        sa.Column("locale", sa.String, nullable=False),
        sa.Column("occurrence", sa.Date, nullable=False),
        sa.Column("wall", sa.String, nullable=False),
        sa.Column("zone", sa.String, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("late", sa.String, nullable=False),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("content", sa.Text),
        sa.Column("held", sa.Text, nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("approved_by", sa.String),
        sa.Column("approved_at", INSTANT),
        sa.Column("approved_revision", sa.Integer),
        sa.Column("approved_hash", sa.String(64)),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("lease_until", INSTANT),
        sa.Column("next_try", INSTANT),
        sa.Column("first_sent_at", INSTANT),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("in_doubt", sa.Boolean, nullable=False),
        sa.Column("prepared", sa.LargeBinary, nullable=False),
        sa.Column("remote_id", sa.String, nullable=False),
        sa.Column("url", sa.String, nullable=False),
        sa.Column("posted_at", INSTANT),
        sa.Column("receipt", sa.Text),
        sa.Column("note", sa.Text, nullable=False),
    )
    op.create_index("clarion_deliveries_waiting", "clarion_deliveries", ["state", "next_try"])
    op.create_index("clarion_deliveries_series", "clarion_deliveries", ["campaign", "occurrence"])


def _journal() -> None:
    op.create_table(
        "clarion_journal",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("delivery", sa.String(26), sa.ForeignKey("clarion_deliveries.id")),
        sa.Column("event", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
    )
    op.create_index("clarion_journal_delivery", "clarion_journal", ["delivery"])
    if op.get_bind().dialect.name == "sqlite":
        _only_ever_added_to("update", "UPDATE")
        _only_ever_added_to("delete", "DELETE")
        # REPLACE removes a row without asking the trigger above
        exists = "WHEN EXISTS (SELECT 1 FROM clarion_journal WHERE number = NEW.number)"
        _only_ever_added_to("replace", "INSERT", exists)
    else:
        _only_ever_added_to_postgresql()


def _only_ever_added_to(name: str, event: str, condition: str = "") -> None:
    op.execute(
        f"CREATE TRIGGER clarion_journal_no_{name} BEFORE {event} ON clarion_journal {condition} "
        "BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END"
    )


def _only_ever_added_to_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION clarion_journal_kept() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION 'the journal is only ever added to'; END $$"
    )
    op.execute(
        "CREATE TRIGGER clarion_journal_no_change "
        "BEFORE UPDATE OR DELETE OR TRUNCATE ON clarion_journal "
        "FOR EACH STATEMENT EXECUTE FUNCTION clarion_journal_kept()"
    )


def downgrade() -> None:
    """There is nothing before the first step."""
    raise NotImplementedError("the first step cannot be undone: restore a backup")
