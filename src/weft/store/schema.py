"""What all table modules share: one metadata, and column types that both engines understand."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# On SQLite an INTEGER primary key *is* the row id: one look-up instead of two.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Ms = sa.BigInteger()
"""Milliseconds since 1970, UTC."""


class _Json(sa.types.TypeDecorator[Any]):
    """JSON, read by one call per value instead of SQLAlchemy's three: a page has hundreds."""

    impl = sa.JSON
    cache_ok = True

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> Any:
        return _decode if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


_decode_json = msgspec.json.Decoder().decode


def _decode(kept: Any) -> Any:
    # A JSON number comes back as a number: SQLite looks at what is in the column, not at its type.
    if kept is None or not isinstance(kept, str):
        return kept
    return [] if kept == "[]" else _decode_json(kept)  # most of what hangs on posts is nothing


Json = _Json(none_as_null=True)
