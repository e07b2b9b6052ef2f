"""Any number of ids in one parameter, the same on both engines."""

import sqlalchemy as sa

from tests.conftest import House
from weft.kernel.ids import MAX_ID
from weft.people.tables import accounts
from weft.store import facts
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


def test_texts_are_found_however_they_are_spelled(house: House) -> None:
    table = facts.facts
    found = sa.select(table.c.name).where(among(table.c.name, "names"))
    odd = ["", "O'Neil", 'say "hi"', "back\\slash", "[1, 2]", "Zoë 🐐", "a,b", "null"]
    for name in odd:
        house.db.write_now(lambda tx, name=name: facts.write(tx, name, ""))

    def names(*wanted: str) -> list[str]:
        return house.db.read_now(lambda tx: [row[0] for row in tx.rows(found, names=wanted)])

    assert names() == []
    assert names("nobody", "O'Neil", "o'neil") == ["O'Neil"]
    assert sorted(names(*odd)) == sorted(odd)


def test_the_rows_are_found_by_their_index(house: House) -> None:
    if house.db.engine.name != "sqlite":
        return  # PostgreSQL reads small tables whole, whatever indexes there are
    found = sa.select(accounts.c.name).where(among(accounts.c.id, "ids"), accounts.c.name == "")
    with house.db.engine.connect_reader() as connection:
        statement = found.compile(dialect=connection.dialect)
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", ("[1]", ""))
        assert "SCAN accounts" not in str(list(plan))
        statement = sa.select(accounts.c.name).where(among(accounts.c.uri, "uris"))
        written = statement.compile(dialect=connection.dialect)
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {written}", ('["x"]',))
        assert "SCAN accounts" not in str(list(plan))
