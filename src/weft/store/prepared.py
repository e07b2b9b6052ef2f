"""Statements that are run again and again, without SQLAlchemy's work around each run.

For every execution SQLAlchemy asks what the statement is, looks up how it is written, builds a
context and a result: 0.03 ms, more than SQLite needs for most answers. A statement that is a
constant of a module is the same each time. So it is written once here, by SQLAlchemy's compiler and
with its types, and handed to the driver as it is.

A statement that is seen twice is a constant; one that was built for the occasion is seen once and
goes SQLAlchemy's way. So does what needs more than writing: lists that expand, defaults in Python.
"""

from __future__ import annotations

import weakref
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import Any, Protocol, cast

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, NoResultFound
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase, ValuesBase

Row = sa.Row[*tuple[Any, ...]]
"""A row of whatever columns: a tuple whose items have names too. No more of it is promised."""
Convert = Callable[[Any], Any]


class Outcome(Protocol):
    """What a statement gave. Ask once."""

    def first(self) -> Row | None: ...
    def one(self) -> Row: ...
    def all(self) -> Sequence[Row]: ...


class Prepared:
    """One statement as the driver takes it.

    ``fill``: its parameters from those given by name. ``row``: a row, typed and named, from one of
    the driver's.
    """

    __slots__ = ("_columns", "_dialect", "fill", "row", "sql")

    def __init__(self, compiled: SQLCompiler, columns: Sequence[sa.ColumnElement[Any]]) -> None:
        self._dialect = compiled.dialect
        self.sql = str(compiled)
        self.fill = _filler(compiled)
        self._columns = columns
        self.row: Callable[[Any], Row] = _unknown

    def outcome(self, cursor: Any) -> Outcome:
        """``cursor``: the driver's, executed."""
        if self.row is _unknown and cursor.description is not None:
            self.row = self._maker(cursor.description)
        return _Fetch(cursor, self)

    def _maker(self, description: Sequence[Sequence[Any]]) -> Callable[[Any], Row]:
        """How a row is made of the driver's. What it calls the columns is known when it has run
        once.
        """
        typed: list[tuple[int, Convert]] = []
        for at, column in enumerate(self._columns):
            impl = column.type.dialect_impl(self._dialect)
            convert = impl.result_processor(self._dialect, description[at][1])
            if convert is not None:
                typed.append((at, convert))
        names = [column[0] for column in description]
        named = namedtuple("Row", names, rename=True)  # noqa: PYI024  # pyright: ignore[reportUntypedNamedTuple] - names known only now
        new = cast("Callable[[Any], Row]", partial(tuple.__new__, named))
        if not typed:
            return new

        def row(values: Any) -> Row:
            values = list(values)
            for at, convert in typed:
                values[at] = convert(values[at])
            return new(values)

        return row


def _unknown(values: Any) -> Row:
    """The row of a statement that gives none."""
    raise NoResultFound(values)


class _Fetch:
    __slots__ = ("_cursor", "_prepared")

    def __init__(self, cursor: Any, prepared: Prepared) -> None:
        self._cursor = cursor
        self._prepared = prepared

    def first(self) -> Row | None:
        values = self._cursor.fetchone()
        self._cursor.close()  # what it did not read would keep the statement open
        return None if values is None else self._prepared.row(values)

    def one(self) -> Row:
        row = self.first()
        if row is None:
            raise NoResultFound(self._prepared.sql)
        return row

    def all(self) -> Sequence[Row]:
        return [*map(self._prepared.row, self._cursor.fetchall())]


def _filler(compiled: SQLCompiler) -> Callable[[Mapping[str, Any]], Any]:
    """How the driver's parameters are made of those given by name. KeyError: one is missing."""
    names: Sequence[str] = compiled.positiontup or []
    if not compiled.positional:
        names = [*compiled.bind_names.values()]
    binds = {name: compiled.binds[name] for name in names}
    default = {name: bind.effective_value for name, bind in binds.items() if not bind.required}
    # By name, not by place: a list of ids that a statement names five times is written once.
    typed: list[tuple[str, Convert]] = []
    for name, bind in binds.items():
        convert = bind.type.dialect_impl(compiled.dialect).bind_processor(compiled.dialect)
        if convert is not None:
            typed.append((name, convert))

    def known(given: Mapping[str, Any]) -> Mapping[str, Any]:
        if not default and not typed:
            return given
        filled = {**default, **given}
        for name, convert in typed:
            filled[name] = convert(filled[name])
        return filled

    if not compiled.positional:

        def by_name(given: Mapping[str, Any]) -> dict[str, Any]:
            filled = known(given)
            return {name: filled[name] for name in names}

        return by_name
    if len(names) > 1:
        pick = itemgetter(*names)
        return pick if not default and not typed else lambda given: pick(known(given))

    def in_order(given: Mapping[str, Any]) -> list[Any]:
        filled = known(given)
        return [filled[name] for name in names]

    return in_order


def _columns(statement: sa.Executable) -> Sequence[sa.ColumnElement[Any]] | None:
    """The columns whose types matter to what a statement gives; None for what is no query."""
    if isinstance(statement, sa.TextClause):
        return ()  # plain values
    if isinstance(statement, (sa.SelectBase, UpdateBase)):
        return [*statement.exported_columns]
    return None


class Statements:
    """What one engine has prepared so far."""

    def __init__(self, dialect: sa.Dialect) -> None:
        self._dialect = dialect
        self._seen: weakref.WeakKeyDictionary[
            sa.Executable, dict[tuple[str, ...], Prepared | None]
        ] = weakref.WeakKeyDictionary()

    def get(self, statement: sa.Executable, given: Mapping[str, Any]) -> Prepared | None:
        """The statement prepared, or None: SQLAlchemy runs it. What an INSERT or UPDATE sets
        depends on the parameters, so each set of names is another statement.
        """
        ways = self._seen.get(statement)
        if ways is None:
            self._seen[statement] = {}
            return None
        names = tuple(given) if isinstance(statement, ValuesBase) else ()
        try:
            return ways[names]
        except KeyError:
            return ways.setdefault(names, self._prepare(statement, names))

    def _prepare(self, statement: sa.Executable, names: tuple[str, ...]) -> Prepared | None:
        columns = _columns(statement)
        if columns is None or not isinstance(statement, sa.ClauseElement):
            return None
        compiled = statement.compile(dialect=self._dialect, column_keys=[*names] or None)
        if (
            not isinstance(compiled, SQLCompiler)
            or compiled.post_compile_params
            or compiled.literal_execute_params
            or compiled.insert_prefetch
            or compiled.update_prefetch
            or compiled.escaped_bind_names
            or any(bind.callable for bind in compiled.binds.values())
        ):
            return None
        return Prepared(compiled, columns)


def execute(connection: sa.Connection, prepared: Prepared, given: Mapping[str, Any]) -> Outcome:
    """Run it on the connection's transaction. Errors: those of SQLAlchemy."""
    parameters = prepared.fill(given)
    raw: Any = connection.connection.dbapi_connection
    try:
        cursor = raw.execute(prepared.sql, parameters)
    except Exception as fault:
        _tell(connection, prepared.sql, parameters, fault)
        raise
    return prepared.outcome(cursor)


def execute_many(
    connection: sa.Connection, prepared: Prepared, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Run it for each row of parameters."""
    parameters = [prepared.fill(row) for row in rows]
    raw: Any = connection.connection.dbapi_connection
    try:
        raw.cursor().executemany(prepared.sql, parameters)
    except Exception as fault:
        _tell(connection, prepared.sql, parameters, fault)
        raise


def command(connection: sa.Connection, sql: str) -> None:
    """Run a text that has no parameters and gives nothing. Errors: those of SQLAlchemy."""
    raw: Any = connection.connection.dbapi_connection
    try:
        raw.execute(sql)
    except Exception as fault:
        _tell(connection, sql, (), fault)
        raise


def _tell(connection: sa.Connection, sql: str, parameters: Any, fault: Exception) -> None:
    """Raise SQLAlchemy's error for one of the driver's."""
    dialect = connection.dialect
    errors = cast("Any", dialect.dbapi).Error
    if not isinstance(fault, errors):
        return
    raw: Any = connection.connection.dbapi_connection
    lost = dialect.is_disconnect(cast("Any", fault), raw, None)
    wrapped = DBAPIError.instance(
        sql, parameters, fault, errors, connection_invalidated=lost, dialect=dialect
    )
    if lost:
        connection.invalidate(fault)
    raise cast("BaseException", wrapped) from fault
