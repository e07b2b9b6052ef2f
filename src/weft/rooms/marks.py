"""How far one has read, and what one has not."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa
from msgspec import Struct, structs

from weft.kernel.ids import MAX_ID
from weft.people.model import Account
from weft.rooms import doors, presence
from weft.rooms.model import Member
from weft.rooms.tables import room_lines, room_members
from weft.store.among import among
from weft.store.database import Tx
from weft.work import events

UNREAD_MAX = 100
"""Lines that are looked at behind a read mark: apps show 99+, and who was away for a year does not
wait for a count."""

_room = sa.bindparam("room", type_=sa.BigInteger)
_READ = (
    room_members.update()
    .where(room_members.c.room_id == _room, room_members.c.account_id == sa.bindparam("who"))
    .values(read_id=sa.bindparam("line", type_=sa.BigInteger))
)


class Unread(Struct, frozen=True):
    """Lines of others behind a read mark, at most ``UNREAD_MAX``, and how many of them mention or
    answer the reader.
    """

    lines: int = 0
    mentions: int = 0


_m = room_members
_l = room_lines
_looked = room_lines.alias("looked")
_from = sa.func.coalesce(_m.c.read_id, 0)
_until = sa.func.coalesce(
    sa.select(_looked.c.id)
    .where(_looked.c.room_id == _m.c.room_id, _looked.c.id > _from)
    .order_by(_looked.c.id)
    .offset(UNREAD_MAX)
    .limit(1)
    .correlate(_m)
    .scalar_subquery(),
    MAX_ID,
)
_me = sa.cast(_m.c.account_id, sa.String)
_named = sa.cast(_l.c.mentions, sa.Text).like(sa.literal('%"id":"') + _me + sa.literal('"%'))
_unread = (
    sa.select(
        _m.c.room_id,
        _m.c.account_id,
        sa.func.count(),
        sa.func.sum(
            sa.case((sa.or_(_l.c.reply_to_author_id == _m.c.account_id, _named), 1), else_=0)
        ),
    )
    .join_from(
        _m,
        _l,
        sa.and_(_l.c.room_id == _m.c.room_id, _l.c.id > _from, _l.c.id < _until),
    )
    .where(
        _l.c.kind == "line",
        _l.c.deleted_at.is_(None),
        sa.or_(_l.c.author_id.is_(None), _l.c.author_id != _m.c.account_id),
        ~presence.unheard(_l.c.author_id, _m.c.account_id, _m.c.role != "member"),
    )
    .group_by(_m.c.room_id, _m.c.account_id)
)
_IN_ALL = _unread.where(_m.c.account_id == sa.bindparam("who", type_=sa.BigInteger))
_IN_ONE = _unread.where(_m.c.room_id == _room, among(_m.c.account_id, "ids"))


def read(tx: Tx, by: Account, room_id: int, line_id: int) -> Member:
    """One has read up to a line; never back. Event: room.read. Errors: NotFound, Forbidden."""
    room, member = doors.enter(tx, by, room_id, closed=True)
    to = min(line_id, room.last_line_id or 0)
    if to <= (member.read_id or 0):
        return member
    tx.run(_READ, room=room_id, who=by.id, line=to)
    events.append(
        tx,
        "room.read",
        actor_id=by.id,
        subject_id=room_id,
        data={"room": room_id, "line": to, "account": by.id},
    )
    return structs.replace(member, read_id=to)


def of_member(tx: Tx, account_id: int) -> dict[int, Unread]:
    """What one has not read, by room; rooms without anything are left out."""
    return {row[0]: _told(row) for row in tx.rows(_IN_ALL, who=account_id, now=tx.now)}


def in_room(tx: Tx, room_id: int, account_ids: Collection[int]) -> dict[int, Unread]:
    """What each of these members has not read in a room; who has read all is left out."""
    rows: Iterable[Any] = tx.rows(_IN_ONE, room=room_id, ids=list(account_ids), now=tx.now)
    return {row[1]: _told(row) for row in rows}


def _told(row: Any) -> Unread:
    return Unread(int(row[2]), int(row[3] or 0))
