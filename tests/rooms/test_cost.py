"""What is asked of the store for the two things that are done all the time."""

from __future__ import annotations

from tests.conftest import House
from tests.counting import counted
from tests.rooms.world import Rooms
from weft.api.weft import rooms_entities
from weft.rooms import lines
from weft.store.page import Page


def test_forty_lines_are_read_in_as_many_statements_as_one(house: House) -> None:
    rooms = Rooms(house)
    for name in ("bob", "cy", "dee"):
        rooms.join(name)
    first = rooms.say("bob", "one :tea: line")

    def asked(limit: int) -> int:
        def read(tx: object) -> None:
            found = lines.history(tx, rooms.who["ada"].id, rooms.here, Page(limit=limit))  # pyright: ignore[reportArgumentType]
            rooms_entities.lines(tx, rooms.who["ada"].id, found)  # pyright: ignore[reportArgumentType]

        house.db.read_now(read)  # faces are kept from here on
        with counted() as ran:
            house.db.read_now(read)
        return len(ran)

    one = asked(1)
    for number in range(40):
        rooms.say(("bob", "cy", "dee")[number % 3], f"line {number} :tea:", reply_to_id=first.id)
    assert asked(40) == one
    assert one <= 6


def test_a_line_is_said_in_few_statements(house: House) -> None:
    rooms = Rooms(house)
    with counted() as ran:
        rooms.say("ada", "hello there", nonce="n")
    assert len(ran) <= 7
