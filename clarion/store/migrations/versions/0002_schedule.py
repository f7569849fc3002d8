"""How an instant was derived, holds of whole platforms, rests, the time last seen, moves."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op

from scheduler.zones import zone

revision = "0002"
down_revision: str | None = "0001"
branch_labels: str | None = None
depends_on: str | None = None

BY_BYTES = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Add columns and tables; holds of accounts are kept."""
    _derivation()
    _holds()
    op.create_table(
        "clarion_paces",
        sa.Column("account", sa.String, primary_key=True),
        sa.Column("not_before", BY_BYTES, nullable=False),
    )
    op.create_table(
        "clarion_clock",
        sa.Column("host", sa.String, primary_key=True),
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("at", BY_BYTES, nullable=False),
        sa.Column("tzdata", sa.String, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("boot", sa.String, nullable=False),
        sa.Column("zero", BY_BYTES),
        sa.Column("why", sa.Text, nullable=False),
    )
    op.create_table(
        "clarion_passage",
        sa.Column("token", sa.String, primary_key=True),
        sa.Column("step", sa.String, nullable=False),
        sa.Column("other", sa.Text, nullable=False),
        sa.Column("at", BY_BYTES, nullable=False),
    )


def _derivation() -> None:
    table = "clarion_deliveries"
    op.add_column(table, sa.Column("until", sa.String))
    for name, before in (("gap", "later"), ("fold", "earlier"), ("tzdata", "")):
        op.add_column(table, sa.Column(name, sa.String, nullable=False, server_default=before))
    _last_moments()


def _last_moments() -> None:
    """The last moment was kept as an instant only; where it was a wall time, it becomes one."""
    db = op.get_bind()
    found = sa.text("SELECT id, expires_at, zone FROM clarion_deliveries WHERE late = 'post_until'")
    change = sa.text("UPDATE clarion_deliveries SET until = :until WHERE id = :id")
    walls = [
        {"id": name, "until": _wall(instant, where)} for name, instant, where in db.execute(found)
    ]
    if walls:
        db.execute(change, walls)


def _wall(instant: str, where: str) -> str:
    there = datetime.fromisoformat(instant).astimezone(zone(where))
    return there.replace(tzinfo=None).isoformat()


def _holds() -> None:
    op.create_table(
        "clarion_holds_new",
        sa.Column("scope", sa.String, primary_key=True),
        sa.Column("value", sa.String, primary_key=True),
        sa.Column("until", BY_BYTES),
        sa.Column("why", sa.Text, nullable=False),
    )
    op.execute(
        "INSERT INTO clarion_holds_new (scope, value, until, why) "
        "SELECT 'account', account, until, why FROM clarion_holds"
    )
    op.drop_table("clarion_holds")
    op.rename_table("clarion_holds_new", "clarion_holds")


def downgrade() -> None:
    """An earlier version would forget what was moved, held and paced."""
    raise NotImplementedError("this step cannot be undone: restore a backup")
