"""``column among (many ids)`` as ONE parameter; or many texts.

SQLAlchemy writes a list anew into each ``IN (?, ?, …)``, which for a page of forty costs more than
the query. Both engines can take the whole list as one value instead: SQLite as JSON text,
PostgreSQL as an array.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType


class _Ids(sa.types.TypeDecorator[Collection[int]]):
    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        array = ARRAY(sa.BigInteger) if dialect.name == "postgresql" else sa.Text()
        return dialect.type_descriptor(array)

    def process_bind_param(self, value: Collection[int] | None, dialect: sa.Dialect) -> Any:
        ids = list(value or ())
        return ids if dialect.name == "postgresql" else str(ids)


class _Texts(sa.types.TypeDecorator[Collection[str]]):
    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        array = ARRAY(sa.Text) if dialect.name == "postgresql" else sa.Text()
        return dialect.type_descriptor(array)

    def process_bind_param(self, value: Collection[str] | None, dialect: sa.Dialect) -> Any:
        texts = list(value or ())
        return texts if dialect.name == "postgresql" else json.dumps(texts)


class Condition(FunctionElement[bool]):
    """What is written as it stands. Of a function SQLAlchemy would make ``… = 1`` for SQLite, and
    then SQLite reads the whole table instead of an index.
    """

    type = sa.Boolean()
    inherit_cache = True

    def self_group(self, against: OperatorType | None = None) -> sa.ColumnElement[Any]:  # noqa: ARG002
        return self


class _Among(Condition):
    inherit_cache = True
    name = "among"


@compiles(_Among, "sqlite")
def _(element: _Among, compiler: Any, **more: Any) -> str:
    column, ids = element.clauses
    return (
        f"{compiler.process(column, **more)} IN"  # noqa: S608 - only compiled expressions
        f" (SELECT value FROM json_each({compiler.process(ids, **more)}))"
    )


@compiles(_Among, "postgresql")
def _(element: _Among, compiler: Any, **more: Any) -> str:
    column, ids = element.clauses
    return f"{compiler.process(column, **more)} = ANY ({compiler.process(ids, **more)})"


def among(column: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[bool]:
    """Whether an id, or a text, is one of those in the parameter ``name``, a list."""
    kind = _Texts() if isinstance(column.type, sa.String) else _Ids()
    return _Among(column, sa.bindparam(name, type_=kind))
