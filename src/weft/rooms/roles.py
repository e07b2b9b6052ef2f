"""Who owns a room and who moderates it: people alone. The account of an owner that is deleted hands the
room over by itself (``erase``).
"""

from __future__ import annotations

import sqlalchemy as sa
from msgspec import structs

from weft.kernel.errors import Forbidden, Invalid
from weft.people import accounts
from weft.people.model import Account
from weft.rooms import doors, members
from weft.rooms.model import Member, Role, Room
from weft.rooms.tables import room_members, rooms
from weft.store.database import Tx

_room = sa.bindparam("room", type_=sa.BigInteger)
_who = sa.bindparam("who", type_=sa.BigInteger)
_ROLE = (
    room_members.update()
    .where(room_members.c.room_id == _room, room_members.c.account_id == _who)
    .values(role=sa.bindparam("as_"))
)
_OWNER = rooms.update().where(rooms.c.id == _room).values(owner_id=_who)


def set_role(tx: Tx, by: Account, room_id: int, account_id: int, role: Role) -> Member:
    """The owner makes a person a moderator, or a member again. Event: room.changed.

    Errors: NotFound (who is not in it), Forbidden (not the owner; an AI), Invalid (the role).
    """
    if role not in ("moderator", "member"):
        raise Invalid("Validation failed: Role must be moderator or member")
    room, member = doors.own(tx, by, room_id)
    target = members.below(tx, member, account_id)
    _check_person(tx, account_id)
    tx.run(_ROLE, room=room.id, who=account_id, as_=role)
    members.changed(tx, room.id, by.id, account_id)
    return structs.replace(target, role=role)


def hand_over(tx: Tx, by: Account, room_id: int, account_id: int) -> None:
    """Another person in the room owns it from now on; who did moderates. Event: room.changed.
    Errors: as ``set_role``; Forbidden also for who is suspended.
    """
    room, member = doors.own(tx, by, room_id, closed=True)
    target = members.below(tx, member, account_id)
    _check_person(tx, account_id)
    if accounts.get(tx, account_id).suspended_at is not None:
        raise Forbidden("This account is suspended")
    crown(tx, room, target)
    tx.run(_ROLE, room=room.id, who=by.id, as_="moderator")
    members.changed(tx, room.id, by.id, account_id)


def crown(tx: Tx, room: Room, heir: Member) -> None:
    """Who owns a room from now on; what becomes of who did is the caller's."""
    tx.run(_OWNER, room=room.id, who=heir.account_id)
    tx.run(_ROLE, room=room.id, who=heir.account_id, as_="owner")


def _check_person(tx: Tx, account_id: int) -> None:
    if accounts.get(tx, account_id).kind != "person":
        raise Forbidden("Only people own and moderate rooms")
