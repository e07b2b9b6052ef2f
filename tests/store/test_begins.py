"""What completion finds is what begins so, letter for letter, and an index finds it."""

from __future__ import annotations

import sqlalchemy as sa

from tests.conftest import House
from weft.people.tables import accounts
from weft.store.begins import begins

_FOUND = sa.select(accounts.c.username_fold).where(begins(accounts.c.username_fold, "start"))


def test_only_what_begins_with_the_text_is_found(house: House) -> None:
    for name in ("ann", "anna", "an_n", "an.n", "bann", "a"):
        house.person(name)
    house.remote("añna", "other.test")

    def found(start: str) -> set[str]:
        return house.db.read_now(lambda tx: {row[0] for row in tx.rows(_FOUND, start=start)})

    assert found("an") == {"ann", "anna", "an_n", "an.n"}
    assert found("an_") == {"an_n"}
    assert found("an%") == set()
    assert found("añ") == {"añna"}
    assert found("\U0010ffff") == set()


def test_sqlite_reads_the_index(house: House) -> None:
    if house.db.engine.name != "sqlite":
        return  # PostgreSQL reads small tables whole, whatever indexes there are
    with house.db.engine.connect_reader() as connection:
        plan = connection.exec_driver_sql(
            f"EXPLAIN QUERY PLAN {_FOUND.compile(dialect=connection.dialect)}",
            ("a", "a"),
        )
        assert "username_fold>? AND username_fold<?" in str(list(plan))
