"""Accounts: their sealed secrets, what may be seen of them, and the way to their deliveries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"
branch_labels: str | None = None
depends_on: str | None = None

BY_BYTES = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the table, and the index by which an account's traffic is counted."""
    op.create_index("clarion_deliveries_account", "clarion_deliveries", ["account"])
    op.create_table(
        "clarion_accounts",
        sa.Column("account", sa.String, primary_key=True),
        sa.Column("platform", sa.String, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("expires_at", BY_BYTES),
        sa.Column("handle", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.String, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("added_by", sa.String, nullable=False),
        sa.Column("added_at", BY_BYTES, nullable=False),
        sa.Column("renewed_at", BY_BYTES),
        sa.Column("verified_at", BY_BYTES),
        sa.Column("renewing_by", sa.String, nullable=False),
        sa.Column("renewing_until", BY_BYTES),
    )


def downgrade() -> None:
    """An earlier version would lose every account."""
    raise NotImplementedError("this step cannot be undone: restore a backup")
