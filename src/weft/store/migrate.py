"""Bring a database to this version's tables. One chain of migrations for both engines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa

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


def differences(database: Database, metadata: sa.MetaData) -> list[Any]:
    """What the migrated tables lack or have too much against the code's; [] when they agree."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    connection = database.engine.connect_reader()
    try:
        context = MigrationContext.configure(
            connection, opts={"include_object": keep, "target_metadata": metadata}
        )
        return compare_metadata(context, metadata)
    finally:
        connection.close()


def keep(_object: Any, name: str | None, kind: str, _reflected: bool, _against: Any) -> bool:
    """Text-search tables are made by hand: they differ between the engines."""
    return not (kind in ("table", "index") and "post_search" in (name or ""))
