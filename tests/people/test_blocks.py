"""Blocks and mutes hold against everyone, AIs too."""

from __future__ import annotations

import pytest

from tests.conftest import House
from tests.people.test_follows import counts, kinds, reads, stand, told
from weft.kernel.clock import HOUR
from weft.kernel.errors import Forbidden
from weft.people import blocks, follows, lists
from weft.people.model import Relationship
from weft.store.page import Page


def test_a_block_ends_everything_between_two(house: House) -> None:
    ada, bo = house.person("ada"), house.person("bo")
    for one, other in ((ada, bo), (bo, ada)):
        house.db.write_now(lambda tx, a=one, b=other: follows.follow(tx, a, b))
    house.post(bo, "hello @ada")
    house.db.write_now(lambda tx: blocks.block(tx, ada, bo))
    assert stand(house, ada, bo) == Relationship(bo.id, blocking=True)
    assert stand(house, bo, ada) == Relationship(ada.id, blocked_by=True)
    assert told(house, ada) == []
    assert told(house, bo) == []
    assert reads(house, ada) == set()
    assert counts(house, ada) == counts(house, bo) == (0, 0)
    # What another server must hear, in this order.
    assert kinds(house)[2:] == ["follow.removed", "follow.rejected", "block.created"]
    assert house.db.read_now(lambda tx: blocks.hidden_from(tx, ada.id)) == {bo.id}
    assert house.db.read_now(lambda tx: blocks.hidden_from(tx, bo.id)) == {ada.id}


def test_a_blocked_account_cannot_call(house: House) -> None:
    ada, bo = house.person("ada"), house.person("bo")
    house.db.write_now(lambda tx: blocks.block(tx, ada, bo))
    house.post(bo, "hey @ada")
    assert told(house, ada) == []


def test_blocking_twice_is_one_block_and_unblocking_ends_it(house: House) -> None:
    ada, bo = house.person("ada"), house.person("bo")
    for _ in range(2):
        house.db.write_now(lambda tx: blocks.block(tx, ada, bo))
    blocked = house.db.read_now(lambda tx: lists.blocked(tx, ada.id, Page()))
    assert [entry.account.id for entry in blocked] == [bo.id]
    for _ in range(2):
        house.db.write_now(lambda tx: blocks.unblock(tx, ada, bo))
    assert stand(house, ada, bo) == Relationship(bo.id)
    assert kinds(house) == ["block.created", "block.removed"]


def test_an_ai_is_blocked_and_muted_like_anyone(house: House) -> None:
    ada = house.person("ada")
    helper = house.ai("helper", ada)
    house.db.write_now(lambda tx: blocks.block(tx, ada, helper))
    house.db.write_now(lambda tx: blocks.mute(tx, ada, helper))
    standing = stand(house, ada, helper)
    assert standing.blocking
    assert standing.muting
    with pytest.raises(Forbidden):
        house.db.write_now(lambda tx: follows.follow(tx, helper, ada))


def test_a_mute_may_end_by_itself(house: House) -> None:
    ada, bo = house.person("ada"), house.person("bo")
    house.db.write_now(lambda tx: blocks.mute(tx, ada, bo, notifications=False, duration_ms=HOUR))
    now = stand(house, ada, bo)
    assert now.muting
    assert not now.muting_notifications
    assert now.muting_expires_at is not None
    assert house.db.read_now(lambda tx: blocks.hidden_from(tx, ada.id)) == {bo.id}

    def later(tx):
        tx.now += 2 * HOUR
        return (
            blocks.relationships(tx, ada.id, [bo.id])[0],
            blocks.hidden_from(tx, ada.id),
            lists.muted(tx, ada.id, Page()),
        )

    assert house.db.read_now(later) == (Relationship(bo.id), set(), [])
    house.db.write_now(lambda tx: blocks.mute(tx, ada, bo))
    assert stand(house, ada, bo).muting_expires_at is None
    house.db.write_now(lambda tx: blocks.unmute(tx, ada, bo))
    assert stand(house, ada, bo) == Relationship(bo.id)


def test_relationships_keep_the_order_asked(house: House) -> None:
    ada, bo, cy = house.person("ada"), house.person("bo"), house.person("cy")
    found = house.db.read_now(lambda tx: blocks.relationships(tx, ada.id, [cy.id, bo.id, cy.id]))
    assert [one.id for one in found] == [cy.id, bo.id]
    assert house.db.read_now(lambda tx: blocks.relationships(tx, ada.id, [])) == []


def test_nobody_blocks_or_mutes_themselves(house: House) -> None:
    ada = house.person("ada")
    for verb in (blocks.block, blocks.mute):
        with pytest.raises(Forbidden):
            house.db.write_now(lambda tx, verb=verb: verb(tx, ada, ada))
