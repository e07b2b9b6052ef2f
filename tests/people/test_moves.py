"""Whatever moves where, in whatever order, and however often it is said: nobody follows whom they
block, nobody is lost, and nothing is done twice.
"""

from __future__ import annotations

import contextlib
import itertools
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import House
from weft.kernel.errors import WeftError
from weft.people import accounts, blocks, follows, moves
from weft.people.model import Account
from weft.people.tables import blocks as block_table
from weft.people.tables import follows as follow_table
from weft.store.database import Tx
from weft.work.tables import jobs

_numbers = itertools.count(1)
_one = st.integers(0, 3)
_member = st.integers(0, 2)
_step = st.one_of(
    st.tuples(st.just("alias"), _one, _one),
    st.tuples(st.just("move"), _one, _one),
    st.tuples(st.just("move"), _one, _one),
    st.tuples(st.just("follow"), _member, _one),
    st.tuples(st.just("block"), _member, _one),
    st.tuples(st.just("part"), _one, _one),
    st.tuples(st.just("undo"), _one, _one),
)


class World:
    def __init__(self, house: House) -> None:
        self.db = house.db
        self.db.write_now(lambda tx: tx.run(jobs.delete()))
        many = next(_numbers)
        self.members = [house.person(f"m{many}_{at}").id for at in range(3)]
        self.others = [house.remote(f"x{many}_{at}", "other.test").id for at in range(4)]

    def do(self, what: str, one: int, other: int) -> None:
        with contextlib.suppress(WeftError):  # refused: that is an answer too
            self.db.write_now(lambda tx: getattr(self, f"_{what}")(tx, one, other))

    def _alias(self, tx: Tx, one: int, other: int) -> None:
        moves.name_former(tx, self._at(tx, one), self._at(tx, other))

    def _move(self, tx: Tx, one: int, other: int) -> None:
        moves.arrive(tx, self._at(tx, one), self._at(tx, other))

    def _follow(self, tx: Tx, member: int, other: int) -> None:
        follower, target = accounts.get(tx, self.members[member]), self._at(tx, other)
        follows.follow(tx, follower, target)
        follows.accept(tx, target, follower)

    def _block(self, tx: Tx, member: int, other: int) -> None:
        blocks.block(tx, accounts.get(tx, self.members[member]), self._at(tx, other))

    def _undo(self, tx: Tx, one: int, _: int) -> None:
        moves.stay(tx, self._at(tx, one))

    def _part(self, tx: Tx, *_: int) -> None:
        """A part of the oldest job, and perhaps once more, as after a kill."""
        row = tx.row(sa.select(jobs).where(jobs.c.kind == "people.move").order_by(jobs.c.id))
        if row is None:
            return
        then = moves.carry(tx, moves.Carrying(**row.payload))
        moves.carry(tx, moves.Carrying(**row.payload))
        if then is None:
            tx.run(jobs.delete().where(jobs.c.id == row.id))
        else:
            tx.run(jobs.update().where(jobs.c.id == row.id).values(payload=then.payload))

    def finish(self) -> None:
        kind = sa.select(sa.func.count()).where(jobs.c.kind == "people.move")
        while self.db.read_now(lambda tx: tx.scalar(kind)):
            self.do("part", 0, 0)
            self.db.write_now(self._accept_all)

    def _accept_all(self, tx: Tx) -> None:
        """The other servers answer."""
        for row in tx.rows(sa.select(follow_table).where(follow_table.c.accepted.is_(False))):
            follows.accept(tx, accounts.get(tx, row.target_id), accounts.get(tx, row.follower_id))

    def _at(self, tx: Tx, one: int) -> Account:
        return accounts.get(tx, self.others[one])

    def state(self) -> set[Any]:
        def read(tx: Tx) -> set[Any]:
            found: set[Any] = {("f", *row[:2]) for row in tx.rows(_FOLLOWS)}
            found |= {("b", *row) for row in tx.rows(_BLOCKS)}
            return found | {(at, self._at(tx, at).moved_to) for at in range(4)}

        return self.db.read_now(read)

    def check(self) -> None:
        def read(tx: Tx) -> None:
            following = {(row.follower_id, row.target_id) for row in tx.rows(_FOLLOWS)}
            blocking = {tuple(row) for row in tx.rows(_BLOCKS)}
            assert not following & blocking
            for at in range(4):
                one = self._at(tx, at)
                mine = {who for who, whom in following if whom == one.id}
                assert one.followers_count == len(mine)
            for one in self.members:
                count = accounts.get(tx, one).following_count
                assert count == sum(who == one for who, _ in following)

        self.db.read_now(read)


_FOLLOWS = sa.select(
    follow_table.c.follower_id, follow_table.c.target_id, follow_table.c.accepted
).where(follow_table.c.accepted.is_(True))
_BLOCKS = sa.select(block_table.c.blocker_id, block_table.c.target_id)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(_step, max_size=30))
def test_any_life_of_moves(house: House, steps: list[tuple[str, int, int]]) -> None:
    world = World(house)
    for step in steps:
        world.do(*step)
    world.finish()
    world.check()
    before = world.state()
    for what, one, other in steps:
        if what == "move" and not world.db.read_now(
            lambda tx, one=one: moves.is_calm(tx, world.others[one])
        ):
            world.do(what, one, other)
    world.finish()
    assert world.state() == before, "what was said again did something"


@pytest.mark.parametrize("first", [0, 1], ids=["in order", "the last one first"])
def test_everybody_goes_all_the_way(house: House, first: int) -> None:
    """A → B → C, in whatever order they are heard of: nobody is left on the way."""
    world = World(house)
    for member in range(3):
        world.do("follow", member, 0)
    world.do("alias", 1, 0)
    world.do("alias", 2, 1)
    for one in (first, 1 - first):
        world.do("move", one, one + 1)
        world.finish()
    rows = house.db.read_now(lambda tx: tx.rows(_FOLLOWS))
    assert {(row.follower_id, row.target_id) for row in rows} == {
        (member, world.others[2]) for member in world.members
    }


def test_round_in_a_circle_ends(house: House) -> None:
    world = World(house)
    world.do("follow", 0, 0)
    for one, other in ((0, 1), (1, 2), (2, 0)):
        world.do("alias", other, one)
        world.do("move", one, other)
    world.finish()
    rows = house.db.read_now(lambda tx: tx.rows(_FOLLOWS))
    assert len(rows) == 1
