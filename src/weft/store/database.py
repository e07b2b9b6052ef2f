"""One ``Database`` over SQLite or PostgreSQL: give it a function of a transaction.

Why it looks like this
----------------------
What people and AIs do are *verbs*: plain synchronous functions ``verb(tx, …)``. A verb cannot
wait for the network, so no transaction is ever held across it, and a test needs no event loop.

There is ONE writer thread. Everything that waits when it comes round is run in one transaction,
each unit in a savepoint of its own (where it is not alone), and committed together (group commit).
A caller gets its result only after that commit: what was answered is stored. SQLite has one writer
anyway; on PostgreSQL the same shape gives a total order of events per process, and an advisory
lock (``Tx.order_commits``) gives it across processes.

Reads run on a few threads of their own and never wait for the writer.

Statements are module constants wherever they are hot: building one costs more than running it.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import DataError, DBAPIError

from weft.kernel.clock import now_ms
from weft.kernel.errors import Invalid, WeftError
from weft.kernel.site import Site
from weft.store.engines import Engine, open_engine
from weft.store.prepared import Outcome, Row, command, execute, execute_many

log = structlog.get_logger(__name__)
T = TypeVar("T")

GROUP_MAX = 128
"""Units of work in one commit: keeps the wait of the first of them to a few dozen ms."""
QUEUE_MAX = 10_000
"""Writes that may wait. Beyond it the server is minutes behind: refusing is kinder."""

Reaction = Callable[["Tx", Any], None]


class Tx:
    """One unit of work. Lives as long as the function it is given to."""

    __slots__ = ("_ordered", "connection", "engine", "now", "reactions", "reads", "signals", "site")

    def __init__(
        self,
        connection: sa.Connection,
        engine: Engine,
        site: Site,
        reactions: Mapping[str, Sequence[Reaction]],
        *,
        reads: bool = False,
    ) -> None:
        """``reads``: it sees only what is committed, so that what it found may be kept."""
        self.connection = connection
        self.engine = engine
        self.site = site
        self.reactions = reactions
        self.reads = reads
        self.now = now_ms()
        self.signals: set[str] = set()
        self._ordered = False

    def run(
        self, statement: sa.Executable, params: Mapping[str, Any] | None = None, /, **named: Any
    ) -> Outcome:
        """Execute; parameters as a mapping or by name."""
        return self._run(statement, params or named)

    def run_many(self, statement: sa.Executable, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute once per row of parameters, which have the same names; nothing for no rows."""
        if not rows:
            return
        prepared = self.engine.statements.get(statement, rows[0])
        if prepared is None:
            self.connection.execute(statement, rows)
        else:
            execute_many(self.connection, prepared, rows)

    def rows(self, statement: sa.Executable, **named: Any) -> Sequence[Row]:
        return self._run(statement, named).all()

    def row(self, statement: sa.Executable, **named: Any) -> Row | None:
        return self._run(statement, named).first()

    def scalar(self, statement: sa.Executable, **named: Any) -> Any:
        """First column of the first row, or None."""
        row = self._run(statement, named).first()
        return row[0] if row is not None else None

    def _run(self, statement: sa.Executable, given: Mapping[str, Any]) -> Outcome:
        prepared = self.engine.statements.get(statement, given)
        if prepared is None:
            return self.connection.execute(statement, given)
        return execute(self.connection, prepared, given)

    def signal(self, name: str) -> None:
        """Wake whoever waits for ``name`` ("jobs", "events"), here and in other processes, once
        this is committed.
        """
        self.signals.add(name)

    def order_commits(self) -> None:
        """Make transactions that append events commit in the order of their positions."""
        if not self._ordered:
            self._ordered = True
            self.engine.lock_order(self.connection)


class _Unit(NamedTuple):
    work: Callable[[Tx], Any]
    done: Future[Any]


class Database:
    """The store. ``reactions`` maps an event kind to functions run in the same transaction."""

    def __init__(self, url: str, site: Site, *, durable: bool = False, readers: int = 2) -> None:
        """``url``: ``sqlite:///path/weft.db`` or ``postgresql://…``. ``durable`` also survives a
        power cut (``synchronous=FULL``); without it kill -9 loses nothing, a power cut may lose
        the last moments.
        """
        self.site = site
        self.engine = open_engine(url, durable=durable, readers=readers)
        self.reactions: dict[str, list[Reaction]] = {}
        self._watchers: list[Callable[[set[str]], None]] = []
        self._queue: queue.SimpleQueue[_Unit | None] = queue.SimpleQueue()
        self._readers = ThreadPoolExecutor(self.engine.readers, "weft-read")
        self._local = threading.local()
        self._open_reads: list[sa.Connection] = []
        self._gate = threading.Lock()
        self._closed = False
        self._writer = threading.Thread(target=self._write_loop, name="weft-write", daemon=True)
        self._writer.start()
        self._stop_foreign: Callable[[], None] | None = None

    # -- use ------------------------------------------------------------------------------

    async def write(self, work: Callable[[Tx], T]) -> T:
        """Run ``work`` in a write transaction; returns after the commit. What it raises is raised
        here, and changes nothing.
        """
        return await asyncio.wrap_future(self._submit(work))

    def write_now(self, work: Callable[[Tx], T]) -> T:
        """The same, for the command line and tests."""
        return self._submit(work).result()

    def write_soon(self, work: Callable[[Tx], object]) -> None:
        """Hand in something that nobody waits for. What goes wrong is logged."""
        try:
            self._submit(work).add_done_callback(_say_if_failed)
        except WeftError as refused:  # overloaded, or stopping
            log.info("store.not_written", why=refused.text)

    async def read(self, work: Callable[[Tx], T]) -> T:
        """Run ``work`` on a reader: it sees what is committed and cannot write."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    async def glance(self, work: Callable[[Tx], T]) -> T:
        """``read`` for what takes well under a millisecond: a look-up, a range of an index. On
        SQLite it runs right here, since the hop to a reader's thread and back (0.3 ms of CPU under
        load) would cost as much again. Over a network it hops.
        """
        if self.engine.name != "sqlite":
            return await self.read(work)
        return self._read(work)

    def read_now(self, work: Callable[[Tx], T]) -> T:
        return self._readers.submit(self._read, work).result()

    def react(self, kind: str, reaction: Reaction) -> None:
        """Run ``reaction(tx, event)`` whenever an event of that kind is appended."""
        self.reactions.setdefault(kind, []).append(reaction)

    def watch(self, watcher: Callable[[set[str]], None]) -> Callable[[], None]:
        """Call ``watcher(signals)`` (on some thread) after commits, of other processes too.
        Returns how to stop it.
        """
        self._watchers.append(watcher)
        if self._stop_foreign is None:
            self._stop_foreign = self.engine.watch_others(self._tell)
        return lambda: self._watchers.remove(watcher)

    def close(self) -> None:
        """Finish what was submitted, then let go of every connection."""
        if self._stop_foreign is not None:
            self._stop_foreign()
        with self._gate:
            self._closed = True
            self._queue.put(None)
        self._writer.join()
        self._readers.shutdown(wait=True)
        for connection in self._open_reads:
            connection.close()
        self.engine.close()

    # -- inside ---------------------------------------------------------------------------

    def _submit(self, work: Callable[[Tx], T]) -> Future[T]:
        if self._queue.qsize() > QUEUE_MAX:
            raise WeftError("The server is overloaded; please try again soon", 503)
        unit = _Unit(work, Future())
        with self._gate:  # behind the end of the queue nobody would ever answer
            if self._closed:
                raise WeftError("The server is stopping", 503)
            self._queue.put(unit)
        return unit.done

    def _tx(self, connection: sa.Connection, *, reads: bool = False) -> Tx:
        return Tx(connection, self.engine, self.site, self.reactions, reads=reads)

    def _read(self, work: Callable[[Tx], T]) -> T:
        try:
            return self._read_once(work)
        except _CANNOT_HOLD as fault:
            raise _refusal(fault) from fault
        except DBAPIError as fault:
            # The database was restarted since this reader was last used; a read may be repeated.
            if not fault.connection_invalidated:
                raise
            return self._read_once(work)

    def _read_once(self, work: Callable[[Tx], T]) -> T:
        connection: sa.Connection | None = getattr(self._local, "connection", None)
        if connection is None or connection.invalidated:
            if connection is not None:
                self._open_reads.remove(connection)
            self._local.connection = None
            connection = self.engine.connect_reader()
            self._local.connection = connection
            self._open_reads.append(connection)
        with connection.begin():
            return work(self._tx(connection, reads=True))

    def _write_loop(self) -> None:
        connection: sa.Connection | None = None
        while (first := self._queue.get()) is not None:
            group = [first]
            stop = False
            while len(group) < GROUP_MAX and not self._queue.empty():
                unit = self._queue.get()
                if unit is None:
                    stop = True
                    break
                group.append(unit)
            try:
                if connection is None or connection.invalidated:
                    connection = self.engine.connect_writer()
                self._commit_group(connection, group)
            except Exception as fault:  # noqa: BLE001 - the whole group failed: a full disk, say
                log.error("store.commit_failed", units=len(group), error=repr(fault))  # noqa: TRY400
                for unit in group:
                    if not unit.done.done():
                        unit.done.set_exception(fault)
                if connection is not None:
                    with contextlib.suppress(Exception):
                        connection.close()
                    connection = None
            if stop:
                break
        if connection is not None:
            connection.close()

    def _commit_group(self, connection: sa.Connection, group: list[_Unit]) -> None:
        results: list[tuple[_Unit, Any, BaseException | None]] = []
        signals: set[str] = set()
        alone = len(group) == 1  # then the transaction itself is all there is to roll back
        with connection.begin() as whole:
            for unit in group:
                if not unit.done.set_running_or_notify_cancel():
                    continue  # whoever asked went away before it began
                tx = self._tx(connection)
                if not alone:
                    command(connection, "SAVEPOINT unit")
                try:
                    value = unit.work(tx)
                except BaseException as fault:  # noqa: BLE001 - it belongs to whoever asked
                    if alone:
                        whole.rollback()
                    else:
                        command(connection, "ROLLBACK TO SAVEPOINT unit")
                    results.append((unit, None, fault))
                else:
                    results.append((unit, value, None))
                    signals |= tx.signals
                if not alone:
                    command(connection, "RELEASE SAVEPOINT unit")
            if signals:
                self.engine.tell_others(connection, signals)
        for unit, value, fault in results:
            if fault is None:
                unit.done.set_result(value)
            else:
                unit.done.set_exception(fault)
        if signals:
            self._tell(signals)

    def _tell(self, signals: Iterable[str]) -> None:
        for watcher in tuple(self._watchers):
            watcher(set(signals))


def _say_if_failed(done: Future[Any]) -> None:
    if not done.cancelled() and (fault := done.exception()) is not None:
        log.warning("store.not_written", error=repr(fault))


_CANNOT_HOLD = (DataError, OverflowError)
"""A value that no column can hold: a NUL in a text (PostgreSQL), a number of more than 64 bits."""


def _refusal(fault: BaseException) -> Invalid:
    return Invalid("Validation failed: that cannot be stored", cause=repr(fault))
