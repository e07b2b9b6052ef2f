"""The doors of a room: what somebody may know of it, read in it, and do there.

Whoever may not know that a room is there gets NotFound. A private room is known to its members and
to the invited; a public one to everybody of this server whom it did not ban.
"""

from __future__ import annotations

import sqlalchemy as sa
from msgspec import Struct

from weft.kernel.errors import Forbidden, NotFound
from weft.people.model import Account
from weft.people.tables import accounts
from weft.rooms.model import Member, Room
from weft.rooms.tables import room_bans, room_invites, room_members, rooms
from weft.store.database import Tx

ROOM = tuple(rooms.c[field] for field in Room.__struct_fields__)
MEMBER = tuple(room_members.c[field] for field in Member.__struct_fields__)

_viewer = sa.bindparam("viewer", type_=sa.BigInteger)
_DOOR = (
    sa.select(
        *ROOM,
        *MEMBER,
        sa.exists().where(
            room_invites.c.room_id == rooms.c.id, room_invites.c.account_id == _viewer
        ),
        sa.exists().where(room_bans.c.room_id == rooms.c.id, room_bans.c.account_id == _viewer),
        accounts.c.kind,
    )
    .join_from(rooms, accounts, accounts.c.id == _viewer)
    .outerjoin(
        room_members,
        sa.and_(room_members.c.room_id == rooms.c.id, room_members.c.account_id == _viewer),
    )
    .where(rooms.c.id == sa.bindparam("room"), accounts.c.domain == "")
)
_WIDTH = len(ROOM)


class Door(Struct, frozen=True):
    """A room as one account stands to it. ``member`` None: not in it."""

    room: Room
    member: Member | None
    invited: bool
    banned: bool
    is_ai: bool

    @property
    def known(self) -> bool:
        """Whether they may know that it is there: its name, its topic, who is in it."""
        if self.member is not None:
            return True
        return not self.banned and (self.room.access == "public" or self.invited)

    @property
    def open(self) -> bool:
        """Whether they may read in it."""
        if self.member is not None:
            return True
        return self.room.access == "public" and not self.banned and not self.is_ai

    @property
    def stays_only(self) -> bool:
        """Whether only lines of their own stays are theirs to read."""
        return self.is_ai or self.room.access != "public"

    @property
    def moderates(self) -> bool:
        return self.member is not None and self.member.moderates


def door(tx: Tx, viewer_id: int, room_id: int) -> Door:
    """Errors: NotFound, where there is no such room at all."""
    row = tx.row(_DOOR, viewer=viewer_id, room=room_id)
    if row is None:
        raise NotFound
    member = Member(*row[_WIDTH : _WIDTH + len(MEMBER)]) if row[_WIDTH] is not None else None
    invited, banned, kind = row[-3:]
    return Door(Room(*row[:_WIDTH]), member, bool(invited), bool(banned), kind == "ai")


# -- for who looks ----------------------------------------------------------------------------


def look(tx: Tx, viewer_id: int, room_id: int) -> Door:
    """Errors: NotFound, unless they may know of the room."""
    found = door(tx, viewer_id, room_id)
    if not found.known:
        raise NotFound
    return found


def read(tx: Tx, viewer_id: int, room_id: int) -> Door:
    """Errors: NotFound, unless they may read in the room."""
    found = door(tx, viewer_id, room_id)
    if not found.open:
        raise NotFound
    return found


# -- for who does something -------------------------------------------------------------------


def knock(tx: Tx, by: Account, room_id: int) -> Door:
    """``look``, for a verb. What is done in rooms is done one after the other, also by several
    processes: lines get their ids in the order in which they are committed.
    """
    tx.order_commits()
    return look(tx, by.id, room_id)


def enter(tx: Tx, by: Account, room_id: int, *, closed: bool = False) -> tuple[Room, Member]:
    """For what members do. ``closed``: also in a closed room.

    Errors: NotFound (they may not know of it), Forbidden (they are not in it; it is closed).
    """
    found = knock(tx, by, room_id)
    if found.member is None:
        raise Forbidden("You are not in this room")
    if found.room.closed_at is not None and not closed:
        raise Forbidden("This room is closed")
    return found.room, found.member


def moderate(tx: Tx, by: Account, room_id: int, *, closed: bool = False) -> tuple[Room, Member]:
    """For what its owner and its moderators do. Errors: as ``enter``; Forbidden for others."""
    room, member = enter(tx, by, room_id, closed=closed)
    if not member.moderates:
        raise Forbidden("Only the owner and the moderators of a room may do this")
    return room, member


def own(tx: Tx, by: Account, room_id: int, *, closed: bool = False) -> tuple[Room, Member]:
    """For what its owner does. Errors: as ``enter``; Forbidden for others."""
    room, member = enter(tx, by, room_id, closed=closed)
    if member.role != "owner":
        raise Forbidden("Only the owner of a room may do this")
    return room, member
