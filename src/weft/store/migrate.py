"""Bring a database to this version's tables. One chain of migrations for both engines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa

from weft.store.database import Database, Tx

HERE = Path(__file__).parent / "migrations"


def migrate(database: Database) -> None:
    """Run what is missing. Alembic is imported only when something is: it would hold 8 MB for as
    long as the server runs.
    """
    if database.read_now(_version) == _newest():
        return
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


_VERSION = sa.text("SELECT version_num FROM alembic_version")


def _version(tx: Tx) -> str | None:
    """The migration that the tables are at; None for a new database."""
    known = sa.inspect(tx.connection).has_table("alembic_version")
    return tx.scalar(_VERSION) if known else None


def _newest() -> str:
    """Migrations are named by their revision: ``0001_first_tables.py``."""
    return max(path.name.partition("_")[0] for path in (HERE / "versions").glob("[0-9]*.py"))


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
    made_by_hand = ("post_search", "room_search")
    return not (kind in ("table", "index") and any(one in (name or "") for one in made_by_hand))
