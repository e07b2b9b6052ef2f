"""Engines that outlive a test: its database is emptied, its ``Database`` opened anew over what
stays.

Opening connections, and writing statements out for the driver, would be most of a test's time.
What is proved about engines themselves (tests/store) opens its own.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol
from unittest.mock import patch

import sqlalchemy as sa

from weft.kernel.site import Site
from weft.store.database import Database
from weft.store.engines import Engine, PostgresEngine, SQLiteEngine

NAME = "weft-kept"
"""What PostgreSQL calls the sessions that stay."""
PATIENCE = "20s"
"""Longer than any test's statement holds a lock: one that does for longer is shown as an error."""


class Kept(Engine, Protocol):
    url: str

    def empty(self) -> None:
        """Take out what a test left, rows and other processes' sessions."""
        ...

    def end(self) -> None: ...


def database(kept: Kept, site: Site) -> Database:
    with patch("weft.store.database.open_engine", lambda *_, **__: kept):
        return Database(kept.url, site)


class KeptSQLite(SQLiteEngine):
    """One file, copied anew from one that has all tables and no rows."""

    def __init__(self, path: Path, template: Path) -> None:
        self.url = f"sqlite:///{path}"
        self._template = template
        super().__init__(self.url, durable=False, readers=2)
        self.empty()

    def empty(self) -> None:
        for file in self.path.parent.glob(f"{self.path.name}*"):
            file.unlink()
        shutil.copy(self._template, self.path)

    def close(self) -> None:
        """No connection is left when a ``Database`` is closed."""

    def end(self) -> None:
        super().close()


class KeptPostgres(PostgresEngine):
    """One database, its rows deleted where there are any, a pool of connections, one listener."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._tells: list[Callable[[set[str]], None]] = []
        self._stop: Callable[[], None] | None = None
        named = sa.make_url(url).update_query_dict({"application_name": NAME})
        with patch.object(sa, "NullPool", sa.QueuePool):
            super().__init__(named.render_as_string(hide_password=False), readers=4)
        # Other processes are told apart from what stays by their name.
        self._admin = self._psycopg.connect(self._dsn, autocommit=True, prepare_threshold=0)
        self._admin.execute("SET session_replication_role = replica")  # no foreign keys
        self._admin.execute(f"SET lock_timeout = '{PATIENCE}'")
        found = self._admin.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        self._look = " UNION ALL ".join(
            f"(SELECT '{table}' FROM \"{table}\" LIMIT 1)" for (table,) in found
        )

    def connect_writer(self) -> sa.Connection:
        connection = super().connect_writer()
        # It may have been a reader's.
        connection.exec_driver_sql("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE")
        connection.commit()
        return connection

    def watch_others(self, tell: Callable[[set[str]], None]) -> Callable[[], None]:
        self._tells.append(tell)
        if self._stop is None:
            self._stop = super().watch_others(self._heard)
        return lambda: self._tells.remove(tell)

    def _heard(self, signals: set[str]) -> None:
        for tell in tuple(self._tells):
            tell(signals)

    def empty(self) -> None:
        self._run(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name <> %s",
            NAME,
        )
        for (table,) in self._run(self._look):
            self._run(f'DELETE FROM "{table}"')
        self._run("ALTER SEQUENCE events_position_seq RESTART")

    def _run(self, statement: str, *values: str) -> list[Any]:
        done = self._admin.execute(statement, values)
        return done.fetchall() if done.description else []

    def close(self) -> None:
        """The connections of a closed ``Database`` are back in the pool."""

    def end(self) -> None:
        if self._stop is not None:
            self._stop()
        self._admin.close()
        super().close()
