"""How Alembic runs the steps: on the connection it is given, in the transaction it is in."""

from __future__ import annotations

from alembic import context

from clarion.store.migrate import VERSION_TABLE
from clarion.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
)
context.run_migrations()
