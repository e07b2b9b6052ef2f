"""Bring a database to this version's tables. One chain of migrations for both engines."""

from __future__ import annotations

from pathlib import Path

from weft.store.database import Database

HERE = Path(__file__).parent / "migrations"


def migrate(database: Database) -> None:
    """Run what is missing; a few ms when nothing is. Alembic is imported only here."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE))
    connection = database.engine.connect_writer()
    try:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    finally:
        connection.close()
