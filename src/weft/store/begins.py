"""``column begins with a text``, found by an index on both engines.

``LIKE 'a%'`` is not: SQLite's ignores case, which the index does not, and PostgreSQL's needs an index
of its own kind (``text_pattern_ops``), since a language's order is not that of the letters' codes.
The comparison here is by code points.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from weft.store.among import Condition

_LAST = 0x10FFFF
"""The last code point: nobody's text goes on with it."""


class _Begins(Condition):
    inherit_cache = True
    name = "begins"


@compiles(_Begins, "sqlite")
def _(element: _Begins, compiler: Any, **more: Any) -> str:
    column, text = (compiler.process(clause, **more) for clause in element.clauses)
    return f"({column} >= {text} AND {column} < {text} || char({_LAST}))"


@compiles(_Begins, "postgresql")
def _(element: _Begins, compiler: Any, **more: Any) -> str:
    column, text = (compiler.process(clause, **more) for clause in element.clauses)
    return f"({column} ~>=~ {text} AND {column} ~<~ ({text} || chr({_LAST})))"


def begins(column: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[bool]:
    """Whether a text column begins with the text in the parameter ``name``. On PostgreSQL its
    index has ``postgresql_ops={…: "text_pattern_ops"}``.
    """
    return _Begins(column, sa.bindparam(name, type_=sa.Text()))
