"""What somebody might try with a room that is not theirs to try; each was possible once."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.conftest import House
from tests.rooms.world import Rooms
from weft.kernel.errors import Forbidden, Invalid, NotFound
from weft.people.model import Account
from weft.people.tables import accounts
from weft.rooms import bans, export, invites, members, roles, settings
from weft.rooms import rooms as rooms_


def private_with_ai(house: House) -> tuple[Rooms, Account]:
    """``dee`` answers for an AI in a private room that she is not in."""
    rooms = Rooms(house, access="private")
    ai = house.ai("guide", rooms.who["dee"])
    house.db.write_now(lambda tx: members.add_ai(tx, rooms.who["ada"], rooms.here, ai.id))
    return rooms, ai


def test_who_keeps_an_ai_out_of_a_room_they_do_not_know_can_let_it_in_again(house: House) -> None:
    rooms, ai = private_with_ai(house)
    ada, dee = rooms.who["ada"], rooms.who["dee"]
    house.db.write_now(lambda tx: bans.keep_out(tx, dee, rooms.here, ai.id, out=True))
    with pytest.raises(Forbidden):
        house.db.write_now(lambda tx: members.add_ai(tx, ada, rooms.here, ai.id))
    house.db.write_now(lambda tx: bans.keep_out(tx, dee, rooms.here, ai.id, out=False))
    house.db.write_now(lambda tx: members.add_ai(tx, ada, rooms.here, ai.id))
    assert house.db.read_now(lambda tx: members.of(tx, rooms.here, ai.id)) is not None


def test_a_moderator_does_not_undo_what_an_ais_owner_said_by_banning_it_first(
    house: House,
) -> None:
    rooms = Rooms(house)
    ada, dee = rooms.who["ada"], rooms.who["dee"]
    ai = house.ai("guide", dee)
    house.db.write_now(lambda tx: bans.ban(tx, ada, rooms.here, ai.id))
    house.db.write_now(lambda tx: bans.keep_out(tx, dee, rooms.here, ai.id, out=True))
    with pytest.raises(Forbidden):
        house.db.write_now(lambda tx: bans.unban(tx, ada, rooms.here, ai.id))
    with pytest.raises(Forbidden):
        house.db.write_now(lambda tx: members.add_ai(tx, ada, rooms.here, ai.id))


def test_an_ais_owner_does_not_learn_of_private_rooms_it_is_not_in(house: House) -> None:
    rooms = Rooms(house, access="private")
    ai = house.ai("guide", rooms.who["dee"])
    dee = rooms.who["dee"]
    for out in (True, False):
        with pytest.raises(NotFound):
            house.db.write_now(
                lambda tx, out=out: bans.keep_out(tx, dee, rooms.here, ai.id, out=out)
            )


def test_nobody_lets_ais_talk_without_end(house: House) -> None:
    """Scenes are other people's money: one person begins only so many, in all rooms together."""
    rooms = Rooms(house)
    ada = rooms.who["ada"]
    second = rooms.create("ada").id

    def begin(room: int) -> None:
        house.db.write_now(lambda tx: settings.start_scene(tx, ada, room, 50))

    for number in range(settings.SCENES_PER_HOUR):
        begin((rooms.here, second)[number % 2])
    for room in (rooms.here, second):
        with pytest.raises(Invalid):
            begin(room)


def test_who_left_does_not_learn_what_the_room_is_called_now(house: House) -> None:
    rooms = Rooms(house, access="private")
    ada, bob = rooms.who["ada"], rooms.who["bob"]
    house.db.write_now(lambda tx: invites.invite(tx, ada, rooms.here, bob.id))
    rooms.join("bob")
    rooms.say("bob", "mine")
    rooms.kick("ada", "bob")
    house.db.write_now(lambda tx: rooms_.update(tx, ada, rooms.here, name="Without Bob"))
    ((line, name),) = house.db.read_now(lambda tx: export.own(tx, bob.id, 0))
    assert line.text == "mine"
    assert name == ""


def test_a_room_is_not_handed_to_somebody_who_cannot_come(house: House) -> None:
    rooms = Rooms(house)
    ada, bob = rooms.who["ada"], rooms.who["bob"]
    rooms.join("bob")
    house.db.write_now(
        lambda tx: tx.run(
            sa.update(accounts).where(accounts.c.id == bob.id).values(suspended_at=tx.now)
        )
    )
    with pytest.raises(Forbidden):
        house.db.write_now(lambda tx: roles.hand_over(tx, ada, rooms.here, bob.id))
