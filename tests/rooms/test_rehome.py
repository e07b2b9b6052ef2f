from __future__ import annotations

from tests.conftest import House
from tests.rooms.world import Rooms
from weft.kernel.site import Site
from weft.rooms.tables import ADDRESSES
from weft.threads import rehome


def test_a_server_that_gets_another_name_takes_its_rooms_along(house: House) -> None:
    rooms = Rooms(house)
    house.db.write_now(lambda tx: rehome.settle(tx, house.db.site, ADDRESSES))
    rooms.join("bob")
    line = rooms.say("ada", "@bob hello")
    rooms.edit("ada", line, "@bob hello again")
    there = Site("loom.test", "https://loom.test")
    house.db.write_now(lambda tx: rehome.settle(tx, there, ADDRESSES))
    moved = rooms.raw(line.id)
    shown = [moved.html, moved.mentions[0]["url"], *(one.html for one in rooms.versions(moved))]
    assert all("https://loom.test/@bob" in text for text in shown)
    assert not any("weft.test" in text for text in shown)
