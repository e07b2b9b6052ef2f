"""Any number of ids in one parameter, the same on both engines."""

import sqlalchemy as sa

from tests.conftest import House
from weft.kernel.ids import MAX_ID
from weft.people.tables import accounts
from weft.store.among import among


def test_ids_are_found_whatever_their_number_and_size(house: House) -> None:
    people = [house.person(f"person{n}").id for n in range(3)]
    found = sa.select(accounts.c.id).where(among(accounts.c.id, "ids")).order_by(accounts.c.id)

    def ids(*wanted: int) -> list[int]:
        return house.db.read_now(lambda tx: [row[0] for row in tx.rows(found, ids=wanted)])

    assert ids() == []
    assert ids(people[1]) == [people[1]]
    assert ids(*people, MAX_ID, 0, -1) == people
    assert ids(people[0], people[0]) == [people[0]]


def test_the_rows_are_found_by_their_index(house: House) -> None:
    if house.db.engine.name != "sqlite":
        return  # PostgreSQL reads small tables whole, whatever indexes there are
    found = sa.select(accounts.c.name).where(among(accounts.c.id, "ids"), accounts.c.name == "")
    with house.db.engine.connect_reader() as connection:
        statement = found.compile(dialect=connection.dialect)
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", ("[1]", ""))
        assert "SCAN accounts" not in str(list(plan))
