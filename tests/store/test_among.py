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
