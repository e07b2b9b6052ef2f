"""Nothing of a private room can be learned from: the type that is asked for cannot be had."""

from __future__ import annotations

import copy
import pickle

import pytest

from tests.conftest import House
from tests.rooms.world import Rooms
from weft.kernel.errors import Invalid
from weft.rooms import settings
from weft.rooms.model import PublicRoomId, public_id


def test_only_a_public_room_gives_the_proof(house: House) -> None:
    rooms = Rooms(house)
    public = rooms.create("ada", access="public")
    private = rooms.create("ada", access="private")
    proof = public_id(public)
    assert proof is not None
    assert proof.value == public.id
    assert public_id(private) is None


def test_nobody_else_makes_changes_or_copies_one(house: House) -> None:
    proof = public_id(Rooms(house).create("ada", access="public"))
    with pytest.raises(TypeError):
        PublicRoomId(7, object())
    with pytest.raises(AttributeError):
        proof.value = 7  # pyright: ignore[reportOptionalMemberAccess]
    for carry in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError):
            carry(proof)
    with pytest.raises(TypeError):
        type("Forged", (PublicRoomId,), {})


def test_a_private_room_is_never_set_to_learn(house: House) -> None:
    rooms = Rooms(house)
    ada = rooms.who["ada"]
    private = rooms.create("ada", access="private").id
    with pytest.raises(Invalid):
        house.db.write_now(lambda tx: settings.change(tx, ada, private, learns=True))
    assert house.db.write_now(lambda tx: settings.change(tx, ada, rooms.here, learns=True)).learns
