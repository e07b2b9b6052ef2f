"""The few places where SQLite and PostgreSQL differ, side by side."""

from __future__ import annotations

import fcntl
import sqlite3
import threading
from collections.abc import Callable, Generator, Iterable
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Protocol

import msgspec
import sqlalchemy as sa
import structlog
from sqlalchemy import event

from weft.kernel.errors import WeftError
from weft.store.prepared import Statements

log = structlog.get_logger(__name__)

SQLITE_NEEDED = (3, 38, 0)
"""RETURNING, upserts and JSON operators as our statements use them."""
BUSY_MS = 15_000
"""How long one process waits for another that is writing (a command beside a server)."""
PAGE_CACHE_KIB = 8_192
POLL_OTHERS_S = 0.5
"""How soon a SQLite server notices that a command wrote to its file."""
CHANNEL = "weft"
ORDER_LOCK = 0x57454654
"""PostgreSQL advisory lock key: the letters WEFT."""


def _encode(value: Any) -> str:
    return msgspec.json.encode(value).decode()


class Life(Protocol):
    """A sign of life that ends with the process, however it ends."""

    def renew(self) -> None:
        """Show it again where it was lost: the database may have been restarted."""
        ...

    def end(self) -> None: ...


class Engine(Protocol):
    """What a database engine must be able to do for ``Database``."""

    name: str
    readers: int
    statements: Statements

    def connect_writer(self) -> sa.Connection: ...
    def connect_reader(self) -> sa.Connection: ...
    def lock_order(self, connection: sa.Connection) -> None: ...
    def tell_others(self, connection: sa.Connection, signals: Iterable[str]) -> None: ...
    def watch_others(self, tell: Callable[[set[str]], None]) -> Callable[[], None]: ...
    def show_life(self, worker: str) -> Life: ...
    def is_alive(self, connection: sa.Connection, worker: str) -> bool: ...
    def shredding(self, connection: sa.Connection) -> AbstractContextManager[None]: ...
    def close(self) -> None: ...


def open_engine(url: str, *, durable: bool, readers: int) -> Engine:
    """Errors: 400 for an address that is neither SQLite nor PostgreSQL."""
    if url.startswith("sqlite:"):
        return SQLiteEngine(url, durable=durable, readers=readers)
    if url.startswith(("postgresql:", "postgres:")):
        return PostgresEngine(url, readers=max(readers, 4))
    raise WeftError("The database address must begin with sqlite: or postgresql:")


class SQLiteEngine:
    name = "sqlite"

    def __init__(self, url: str, *, durable: bool, readers: int) -> None:
        if sqlite3.sqlite_version_info < SQLITE_NEEDED:
            raise WeftError(
                f"SQLite {sqlite3.sqlite_version} is too old; Weft needs 3.38 or newer", 500
            )
        self.readers = readers
        self.path = Path(sa.make_url(url).database or "weft.db")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        sync = "FULL" if durable else "NORMAL"
        # IMMEDIATE takes the one write lock at once, so that no unit fails half-way for it.
        self._writing = self._open("BEGIN IMMEDIATE", f"synchronous={sync}")
        self._reading = self._open("BEGIN", "query_only=ON")
        self.statements = Statements(self._reading.dialect)

    def _open(self, begin: str, *pragmas: str) -> sa.Engine:
        engine = sa.create_engine(
            f"sqlite:///{self.path}",
            poolclass=sa.NullPool,
            connect_args={"isolation_level": None, "check_same_thread": False},
            json_serializer=_encode,
            json_deserializer=msgspec.json.decode,
        )

        def prepare(dbapi: sqlite3.Connection, _record: Any) -> None:
            for pragma in (
                f"busy_timeout={BUSY_MS}",
                "journal_mode=WAL",
                "foreign_keys=ON",
                f"cache_size=-{PAGE_CACHE_KIB}",
                "temp_store=MEMORY",
                *pragmas,
            ):
                dbapi.execute(f"PRAGMA {pragma}")

        def do_begin(dbapi_connection: sa.PoolProxiedConnection) -> None:
            dbapi_connection.cursor().execute(begin)

        event.listen(engine, "connect", prepare)
        # Not the event "begin": with one listener every statement passes through all the events.
        engine.dialect.do_begin = do_begin
        return engine

    def connect_writer(self) -> sa.Connection:
        return self._writing.connect()

    def connect_reader(self) -> sa.Connection:
        return self._reading.connect()

    def lock_order(self, connection: sa.Connection) -> None:
        """SQLite has one writer: positions commit in order as they are."""

    def tell_others(self, connection: sa.Connection, signals: Iterable[str]) -> None:
        """Other processes see it by ``data_version``."""

    def watch_others(self, tell: Callable[[set[str]], None]) -> Callable[[], None]:
        stop = threading.Event()

        def loop() -> None:
            raw = sqlite3.connect(self.path, isolation_level=None)
            seen = raw.execute("PRAGMA data_version").fetchone()
            while not stop.wait(POLL_OTHERS_S):
                version = raw.execute("PRAGMA data_version").fetchone()
                if version != seen:
                    seen = version
                    tell({"jobs", "events"})
            raw.close()

        thread = threading.Thread(target=loop, name="weft-watch", daemon=True)
        thread.start()

        def end() -> None:
            stop.set()
            thread.join()

        return end

    def show_life(self, worker: str) -> Life:
        """Hold a lock by this name."""
        return _LockedFile(self._life(worker))

    def is_alive(self, connection: sa.Connection, worker: str) -> bool:
        """Whether somebody holds the lock of that name."""
        del connection
        path = self._life(worker)
        try:
            with path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        path.unlink(missing_ok=True)
        return False

    @contextmanager
    def shredding(self, connection: sa.Connection) -> Generator[None]:
        """What is deleted meanwhile is overwritten in the file; else it would stay readable there
        until its page is used again. What the file's log (WAL) has of it goes with its next checkpoints.
        """
        connection.exec_driver_sql("PRAGMA secure_delete=ON")
        try:
            yield
        finally:
            connection.exec_driver_sql("PRAGMA secure_delete=OFF")

    def _life(self, worker: str) -> Path:
        return self.path.with_name(f"{self.path.name}-worker-{worker}")

    def close(self) -> None:
        self._writing.dispose()
        self._reading.dispose()


class _LockedFile:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._held = path.open("wb")
        fcntl.flock(self._held, fcntl.LOCK_EX)

    def renew(self) -> None:
        """A lock on a file is never lost."""

    def end(self) -> None:
        self._path.unlink(missing_ok=True)
        self._held.close()


class _LockedConnection:
    """``connect`` gives a psycopg connection; the lock ends with it."""

    def __init__(self, connect: Callable[[], Any], lost: type[Exception], worker: str) -> None:
        self._connect = connect
        self._lost = lost
        self._worker = worker
        self._held = self._lock()

    def _lock(self) -> Any:
        held = self._connect()
        held.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", (self._worker,))
        return held

    def renew(self) -> None:
        try:
            self._held.execute("SELECT 1")
        except self._lost:
            self._held.close()
            self._held = self._lock()

    def end(self) -> None:
        self._held.close()


class PostgresEngine:
    name = "postgresql"

    def __init__(self, url: str, *, readers: int) -> None:
        try:
            import psycopg
        except ImportError as missing:
            raise WeftError(
                "PostgreSQL needs the extra: pip install 'weft[postgres]'", 500
            ) from missing
        self._psycopg = psycopg
        self.readers = readers
        parsed = sa.make_url(url).set(drivername="postgresql+psycopg")
        self._engine = sa.create_engine(
            parsed,
            poolclass=sa.NullPool,
            json_serializer=_encode,
            json_deserializer=msgspec.json.decode,
        )
        self.statements = Statements(self._engine.dialect)
        self._dsn = parsed.set(drivername="postgresql").render_as_string(hide_password=False)

    def connect_writer(self) -> sa.Connection:
        return self._engine.connect()

    def connect_reader(self) -> sa.Connection:
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        # Not SQLAlchemy's ``postgresql_readonly``: it means nothing without a transaction.
        connection.exec_driver_sql("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
        connection.commit()
        return connection

    def lock_order(self, connection: sa.Connection) -> None:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ORDER_LOCK})")

    def tell_others(self, connection: sa.Connection, signals: Iterable[str]) -> None:
        connection.execute(
            sa.text("SELECT pg_notify(:channel, :names)"),
            {"channel": CHANNEL, "names": ",".join(sorted(signals))},
        )

    def watch_others(self, tell: Callable[[set[str]], None]) -> Callable[[], None]:
        stop = threading.Event()

        def loop() -> None:
            while not stop.is_set():
                try:
                    with self._psycopg.connect(self._dsn, autocommit=True) as connection:
                        connection.execute(f"LISTEN {CHANNEL}")
                        tell({"jobs", "events"})  # what came while nobody listened
                        while not stop.is_set():
                            for note in connection.notifies(timeout=POLL_OTHERS_S):
                                tell(set(note.payload.split(",")))
                except self._psycopg.Error as fault:
                    log.warning("store.listen_lost", error=repr(fault))
                    stop.wait(POLL_OTHERS_S)

        thread = threading.Thread(target=loop, name="weft-watch", daemon=True)
        thread.start()

        def end() -> None:
            stop.set()
            thread.join()

        return end

    def show_life(self, worker: str) -> Life:
        """Hold an advisory lock by this name on a connection of its own."""
        return _LockedConnection(
            lambda: self._psycopg.connect(self._dsn, autocommit=True), self._psycopg.Error, worker
        )

    def is_alive(self, connection: sa.Connection, worker: str) -> bool:
        free = sa.select(sa.func.pg_try_advisory_xact_lock(sa.func.hashtextextended(worker, 0)))
        return not connection.execute(free).scalar_one()

    def shredding(self, connection: sa.Connection) -> AbstractContextManager[None]:
        """PostgreSQL's own vacuum overwrites what was deleted, within minutes or hours."""
        del connection
        return nullcontext()

    def close(self) -> None:
        self._engine.dispose()
