"""What is run without SQLAlchemy must give what SQLAlchemy would have given: values of the same
types, the same names, the same errors.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError, NoResultFound, StatementError

from tests.conftest import House
from weft.store.database import Database, Tx
from weft.store.schema import Id, Json, Ms

things = sa.Table(
    "test_things",
    sa.MetaData(),
    sa.Column("id", Id, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("open", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("made_at", Ms),
    sa.Column("more", Json),
)
_PUT = insert(things).on_conflict_do_update(
    index_elements=["id"], set_={"name": sa.text("excluded.name"), "more": sa.text("excluded.more")}
)
_GET = sa.select(things).where(things.c.id == sa.bindparam("which"), things.c.name != "never")
_RENAME = (
    sa.update(things)
    .where(things.c.id == sa.bindparam("which"))
    .values(name=sa.bindparam("to"), open=False)
    .returning(things.c.name, things.c.open, things.c.more)
)
_SOME = sa.select(things.c.id).where(things.c.id.in_(sa.bindparam("ids", expanding=True)))
_PLAIN = sa.text("SELECT name, id FROM test_things WHERE id = :which")

text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
number = st.integers(-(2**63), 2**63 - 1)
json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture
def db(house: House) -> Iterator[Database]:
    house.db.write_now(lambda tx: things.create(tx.connection))
    yield house.db
    house.db.write_now(lambda tx: things.drop(tx.connection))


def put(db: Database, **row: Any) -> None:
    db.write_now(lambda tx: tx.run(_PUT, row) and None)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {"id": number, "name": text},
            optional={"open": st.booleans(), "made_at": st.none() | number, "more": json},
        ),
        min_size=2,
        max_size=6,
        unique_by=lambda row: row["id"],
    )
)
def test_it_gives_what_sqlalchemy_gives(db: Database, rows: list[dict[str, Any]]) -> None:
    def read(tx: Tx, which: int) -> tuple[Any, Any]:
        return tx.row(_GET, which=which), tx.connection.execute(_GET, {"which": which}).first()

    for row in rows:
        put(db, **row)
    for row in rows:
        ours, theirs = db.read_now(lambda tx, at=row["id"]: read(tx, at))
        assert tuple(ours) == tuple(theirs)
        assert [type(value) for value in ours] == [type(value) for value in theirs]
        assert (ours.id, ours.name) == (theirs.id, theirs.name) == (row["id"], row["name"])
        assert ours.open is row.get("open", True)
        assert ours.more == row.get("more")
    db.write_now(lambda tx: tx.run(sa.delete(things)) and None)


def test_it_is_not_sqlalchemy_that_runs_it(db: Database) -> None:
    for n in range(3):
        put(db, id=n, name="x")
    ran: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: object) -> None:
        ran.append(statement)

    def work(tx: Tx) -> None:
        event.listen(tx.connection, "before_cursor_execute", note)
        tx.run(_PUT, id=4, name="y")
        tx.rows(_PLAIN, which=4)
        tx.rows(_PLAIN, which=4)

    db.write_now(work)
    assert len(ran) == 1, "only what is seen for the first time"


def test_what_changes_something_says_what_became(db: Database) -> None:
    for n in range(3):
        put(db, id=n, name="old", more={"n": n})
    for n in range(3):
        row = db.write_now(lambda tx, at=n: tx.run(_RENAME, which=at, to=f"new {at}").one())
        assert tuple(row) == (f"new {n}", False, {"n": n})
    assert db.write_now(lambda tx: tx.run(_RENAME, which=99, to="").first()) is None
    with pytest.raises(NoResultFound):
        db.write_now(lambda tx: tx.run(_RENAME, which=99, to="").one())


def test_other_ways_to_ask_are_answered_too(db: Database) -> None:
    """A list that expands is written anew for each run; plain SQL has no types."""
    db.write_now(lambda tx: tx.run_many(_PUT, [{"id": n, "name": "a"} for n in range(5)]))
    db.write_now(lambda tx: tx.run_many(_PUT, [{"id": n, "name": "b"} for n in range(5, 9)]))
    for ids in ([1, 2], [3], [], [4, 5, 6]):
        found = db.read_now(lambda tx, ids=ids: tx.rows(_SOME, ids=ids))
        assert sorted(row[0] for row in found) == ids
        row = db.read_now(lambda tx: tx.row(_PLAIN, which=7))
        assert row is not None
        assert (row.name, row.id) == ("b", 7)
        assert db.read_now(lambda tx: tx.row(_PLAIN, which=70)) is None


def test_a_rule_that_is_broken_is_the_same_error(db: Database) -> None:
    insert_ = sa.insert(things)

    def add(tx: Tx) -> None:
        tx.run(insert_, id=1, name="one")

    db.write_now(add)
    for _ in range(3):
        with pytest.raises(IntegrityError):
            db.write_now(add)
    put(db, id=2, name="two")
    assert db.read_now(lambda tx: len(tx.rows(sa.select(things.c.id)))) == 2


def test_a_parameter_that_is_missing_is_noticed(db: Database) -> None:
    for _ in range(3):
        with pytest.raises((KeyError, StatementError)):
            db.read_now(lambda tx: tx.row(_GET, whose=1))
