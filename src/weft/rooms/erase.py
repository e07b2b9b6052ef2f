"""What becomes of rooms when an account goes: it leaves them, its rooms get another owner, and what
it said is taken away.
"""

from __future__ import annotations

import sqlalchemy as sa

from weft.people.tables import accounts
from weft.rooms import doors, index, lines, members, reactions, roles, rooms
from weft.rooms.model import Member, Room, RoomLine
from weft.rooms.tables import room_lines, room_members
from weft.rooms.tables import rooms as room_table
from weft.rooms.writing import COLUMNS
from weft.store.database import Database, Tx
from weft.work.events import Event

AT_ONCE = 100
"""Lines taken away in one transaction: some 20 ms for the one writer."""

_account = sa.bindparam("account", type_=sa.BigInteger)
_room = sa.bindparam("room", type_=sa.BigInteger)
_HEIR = (  # who moderates, then who came first
    sa.select(*doors.MEMBER)
    .join_from(room_members, accounts, accounts.c.id == room_members.c.account_id)
    .where(
        room_members.c.room_id == _room,
        room_members.c.account_id != _account,
        accounts.c.kind == "person",
        accounts.c.suspended_at.is_(None),
    )
    .order_by(sa.case((room_members.c.role == "moderator", 0), else_=1), room_members.c.joined_at)
    .limit(1)
)
_SAID = (
    sa.select(*COLUMNS)
    .where(
        room_lines.c.author_id == _account,
        room_lines.c.kind == "line",
        room_lines.c.deleted_at.is_(None),
    )
    .limit(AT_ONCE)
)
_OWNED = sa.select(*doors.ROOM).where(room_table.c.owner_id == _account)
_OF_ROOM = sa.select(room_lines.c.id).where(room_lines.c.room_id == _room).limit(AT_ONCE)
_DROP_LINE = room_lines.delete().where(room_lines.c.id == sa.bindparam("line"))
_DROP_ROOM = room_table.delete().where(room_table.c.id == _room)


def react(db: Database) -> None:
    """Accounts that are deleted leave their rooms at once."""
    db.react("account.deleted", _gone)


def _gone(tx: Tx, event: Event) -> None:
    if event.subject_id is None:
        return
    tx.order_commits()
    for room, member in rooms.mine(tx, event.subject_id):
        if member.role == "owner" and not _inherit(tx, room, member):
            if room.closed_at is None:
                rooms.end(tx, room, None)
            continue
        members.depart(tx, room, member, member.account_id, "gone")


def _inherit(tx: Tx, room: Room, owner: Member) -> bool:
    row = tx.row(_HEIR, room=room.id, account=owner.account_id)
    if row is None:
        return False
    heir = Member(*row)
    roles.crown(tx, room, heir)
    members.changed(tx, room.id, None, heir.account_id)
    return True


def erase_some(tx: Tx, account_id: int) -> bool:
    """Take some of what an account did in rooms away, and rooms in which nobody is left to own
    them; False when nothing is left. Notices that it came and went stay, without its name.
    """
    said = [RoomLine(*row) for row in tx.rows(_SAID, account=account_id)]
    for line in said:
        lines.remove(tx, line, by_id=account_id)
    if said or reactions.forget_some(tx, account_id):
        return True
    owned = [Room(*row) for row in tx.rows(_OWNED, account=account_id)]
    for room in owned:
        left = [row[0] for row in tx.rows(_OF_ROOM, room=room.id)]
        for line_id in left:
            index.drop(tx, line_id)
            tx.run(_DROP_LINE, line=line_id)
        if left:
            return True
        tx.run(_DROP_ROOM, room=room.id)
    return False
