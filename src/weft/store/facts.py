"""A few things a database knows of itself, such as the name of the server it belongs to."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from weft.store.database import Tx
from weft.store.schema import metadata

facts = sa.Table(
    "facts",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

_READ = sa.select(facts.c.value).where(facts.c.name == sa.bindparam("which"))


def read(tx: Tx, name: str) -> str | None:
    return tx.scalar(_READ, which=name)


def write(tx: Tx, name: str, value: str) -> None:
    statement = insert(facts).values(name=name, value=value)
    tx.run(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def settle(tx: Tx, name: str, value: str) -> str:
    """Write it unless there is one; gives what is kept, whoever was first."""
    tx.run(insert(facts).values(name=name, value=value).on_conflict_do_nothing())
    return read(tx, name) or value
