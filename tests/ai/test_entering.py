from __future__ import annotations

import pytest

from tests.ai.town import Town
from tests.conftest import House
from weft.ai import members as ais
from weft.kernel.errors import Forbidden
from weft.rooms import members, rooms


def test_an_ai_that_is_paused_is_not_brought_into_a_room(house: House) -> None:
    town = Town(house)
    ada = house.person("ada")
    sage = town.ai(ada, "sage")
    room, _ = town.db.write_now(lambda tx: rooms.create(tx, ada, "Den"))
    town.db.write_now(lambda tx: ais.pause(tx, ada, sage.id))
    with pytest.raises(Forbidden):
        town.db.write_now(lambda tx: members.add_ai(tx, ada, room.id, sage.id))
    assert town.db.read_now(lambda tx: members.ais(tx, room.id)) == []
    town.db.write_now(lambda tx: ais.resume(tx, ada, sage.id))
    town.db.write_now(lambda tx: members.add_ai(tx, ada, room.id, sage.id))
