"""Whoever comes, goes, is invited, sent away or made a moderator, in whatever order: a room has one
owner, stays never overlap, and who is out hears nothing.
"""

from __future__ import annotations

from itertools import pairwise

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import House
from tests.rooms.world import PEOPLE, Rooms
from weft.kernel.errors import WeftError
from weft.moderation import actions
from weft.people import accounts
from weft.rooms import bans, invites, lines, members, roles
from weft.rooms import rooms as rooms_
from weft.rooms.erase import erase_some
from weft.rooms.model import RoomDraft, RoomLine
from weft.rooms.tables import room_members, room_stays
from weft.store.database import Tx
from weft.store.page import Page
from weft.threads import media
from weft.threads.tables import media as media_table

_one = st.sampled_from(PEOPLE)
_steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(("join", "leave", "say", "decline", "close")), _one, _one),
        st.tuples(
            st.sampled_from(("invite", "kick", "ban", "unban", "moderator", "member", "hand_over")),
            _one,
            _one,
        ),
    ),
    max_size=40,
)


class _Undone(Exception):
    """Ends an example and takes all of it back."""


class Story:
    """One example: a room, what happened, and who should have heard what."""

    def __init__(self, tx: Tx, who: dict[str, object], access: str) -> None:
        self.tx = tx
        self.who = who
        self.room = rooms_.create(tx, who["ada"], "Den", access=access)[0].id  # pyright: ignore[reportArgumentType]
        self.private = access == "private"
        self.heard: dict[str, list[int]] = {name: [] for name in who}
        self.closed = False

    def step(self, what: str, by: str, whom: str) -> None:
        tx, room, me, other = self.tx, self.room, self.who[by], self.who[whom]
        target = other.id  # pyright: ignore[reportAttributeAccessIssue]
        nested = tx.connection.begin_nested()
        try:
            if what == "join":
                members.join(tx, me, room)
            elif what == "leave":
                members.leave(tx, me, room)
            elif what == "say":
                said = lines.say(tx, me, room, RoomDraft("hello"))
                for name in self.inside():
                    self.heard[name].append(said.id)
            elif what == "decline":
                invites.decline(tx, me, room)
            elif what == "close":
                rooms_.close(tx, me, room)
            elif what == "invite":
                invites.invite(tx, me, room, target)
            elif what == "kick":
                members.kick(tx, me, room, target)
            elif what == "ban":
                bans.ban(tx, me, room, target)
            elif what == "unban":
                bans.unban(tx, me, room, target)
            elif what == "hand_over":
                roles.hand_over(tx, me, room, target)
            else:
                roles.set_role(tx, me, room, target, what)
        except WeftError:
            nested.rollback()
        else:
            nested.commit()

    def inside(self) -> set[str]:
        names = {one.id: name for name, one in self.who.items()}  # pyright: ignore[reportAttributeAccessIssue]
        rows = self.tx.rows(room_members.select().where(room_members.c.room_id == self.room))
        return {names[row.account_id] for row in rows}

    def reads(self, name: str) -> list[int] | None:
        """Lines that somebody reads; None where there is nothing for them."""
        viewer = self.who[name].id  # pyright: ignore[reportAttributeAccessIssue]
        try:
            found = lines.history(self.tx, viewer, self.room, Page(limit=80))
        except WeftError:
            return None
        return [line.id for line in found[::-1] if line.kind == "line"]

    def check(self) -> None:
        tx = self.tx
        rows = tx.rows(room_members.select().where(room_members.c.room_id == self.room))
        owners = [row.account_id for row in rows if row.role == "owner"]
        assert owners == [rooms_.get(tx, self.room).owner_id]
        stays = tx.rows(
            room_stays.select()
            .where(room_stays.c.room_id == self.room)
            .order_by(room_stays.c.from_id)
        )
        for account in {row.account_id for row in stays}:
            theirs = [row for row in stays if row.account_id == account]
            for before, after in pairwise(theirs):
                assert before.to_id is not None
                assert before.to_id < after.from_id
            is_in = account in {row.account_id for row in rows}
            assert (theirs[-1].to_id is None) == is_in
        inside = self.inside()
        for name in self.who:
            read = self.reads(name)
            if self.private:
                assert read == (self.heard[name] if name in inside else None)
            elif name in inside:
                assert read is not None


@pytest.mark.parametrize("access", ["public", "private"])
def test_whatever_happens_a_room_stays_whole(house: House, access: str) -> None:
    people = {name: house.person(name) for name in PEOPLE}

    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(steps=_steps)
    def example(steps: list[tuple[str, str, str]]) -> None:
        def play(tx: Tx) -> None:
            story = Story(tx, people, access)  # pyright: ignore[reportArgumentType]
            for step in steps:
                story.step(*step)
                story.check()
            raise _Undone

        with pytest.raises(_Undone):
            house.db.write_now(play)

    example()


def test_an_interrupted_stay_is_read_in_two_parts(house: House) -> None:
    rooms = Rooms(house, "private")
    who = rooms.who

    def let_in(name: str) -> None:
        house.db.write_now(lambda tx: invites.invite(tx, who["ada"], rooms.here, who[name].id))
        rooms.join(name)

    rooms.say("ada", "before")
    let_in("bob")
    rooms.say("ada", "first")
    rooms.leave("bob")
    rooms.say("ada", "between")
    let_in("bob")
    rooms.say("ada", "second")
    assert rooms.texts("bob") == ["first", "second"]
    kinds = [(line.kind, line.author_id) for line in rooms.history("bob")]
    bob = who["bob"].id
    assert kinds == [
        ("join", bob),
        ("line", who["ada"].id),
        ("leave", bob),
        ("join", bob),
        ("line", who["ada"].id),
    ]


def test_an_owner_whose_account_is_deleted_leaves_the_room_to_who_moderates(house: House) -> None:
    rooms = Rooms(house)
    who = rooms.who
    for name in ("bob", "cy"):
        rooms.join(name)
    alone = rooms.create("ada", access="public").id
    said: list[RoomLine] = [rooms.say("ada", "mine"), rooms.say("bob", "theirs")]
    rooms.say("ada", "lonely words", room=alone)
    house.db.write_now(
        lambda tx: roles.set_role(tx, who["ada"], rooms.here, who["cy"].id, "moderator")
    )
    house.db.write_now(lambda tx: actions.erase(tx, who["ada"]))
    assert rooms.room().owner_id == who["cy"].id
    while house.db.write_now(lambda tx: erase_some(tx, who["ada"].id)):
        pass
    house.db.write_now(lambda tx: accounts.blank(tx, who["ada"]))
    assert rooms.texts("bob") == ["theirs"]
    assert rooms.raw(said[0].id).text == ""
    assert house.db.read_now(lambda tx: rooms_.by_id(tx, alone)) is None


def test_pictures_of_lines_are_not_swept_and_go_with_the_line(house: House) -> None:
    rooms = Rooms(house)
    ada = rooms.who["ada"]
    stored = media.Stored("image/png", "a/b.png", "a/s.png", 8, 8, 4, 4, "x")

    def upload(tx: Tx) -> int:
        made = media.add(tx, ada.id, "up/x")
        media.finish(tx, made.id, stored)
        tx.run(sa.update(media_table).values(created_at=1))  # long ago
        return made.id

    picture = house.db.write_now(upload)
    line = rooms.say("ada", "look", media_ids=(picture,))
    assert house.db.write_now(media.sweep) == []
    rooms.delete("ada", line)
    assert house.db.write_now(media.sweep) == ["a/b.png", "a/s.png"]
