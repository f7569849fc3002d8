"""Brings a database to the tables of this version, from any earlier one or from nothing."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

HEAD = "0003"
"""The newest step in ``migrations/versions``; a test holds the two together."""

VERSION_TABLE = "clarion_version"
FOLDER = Path(__file__).with_name("migrations")


class NewerStoreError(Exception):
    """The database was made by a later version."""


def migrate(db: Connection) -> None:
    """Take every missing step inside the caller's transaction: all or nothing.

    Raises :class:`NewerStoreError` when the database has a version unknown here.
    """
    if version(db) == HEAD:
        return
    # Alembic takes longer to import than the rest to run, and most often has nothing to do.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = db
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    if version(db) not in known | {None}:
        raise NewerStoreError(
            f"has version {version(db)}, made by a later Clarion: update Clarion to open it"
        )
    command.upgrade(config, HEAD)


def version(db: Connection) -> str | None:
    """The version of this database; None when there is nothing yet."""
    if not inspect(db).has_table(VERSION_TABLE):
        return None
    return db.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608
