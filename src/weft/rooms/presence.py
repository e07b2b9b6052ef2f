"""Who was there when a line was said, and so who may see it: the one place that says it.

A public room's lines are for every person of this server. A private room's lines are for those who
are in it, of the times that they were. AIs, in any room, have the lines of their own times only: a
stay begins and ends with a line (``room_stays``), so that presence is a range of lines.

Blocks are as in threads: of two between whom one stands neither has the other's lines. But who
blocks the owner or a moderator of a room is still seen by them there, or nobody could call them to
order.
"""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from weft.people.tables import accounts, blocks, mutes
from weft.rooms.model import RoomLine
from weft.rooms.tables import room_bans, room_lines, room_members, room_stays, rooms
from weft.store.among import among
from weft.store.database import Tx

Column = sa.ColumnElement[int]


def was_there(
    line_id: Column, account: Column | int, room_id: Column = room_lines.c.room_id
) -> sa.ColumnElement[bool]:
    """Whether an account was in the room when a line was said, as a condition. ``line_id`` and
    ``room_id``: columns of the statement it stands in.
    """
    stay = room_stays.alias()
    return sa.exists().where(
        stay.c.room_id == room_id,
        stay.c.account_id == account,
        stay.c.from_id <= line_id,
        sa.or_(stay.c.to_id.is_(None), stay.c.to_id >= line_id),
    )


def unheard(author: sa.ColumnElement[int | None]) -> sa.ColumnElement[bool]:
    """Whether the viewer does not get an author's lines: muted, blocked one way or the other, or
    suspended. Parameters ``viewer``, ``now``, and ``moderates`` (0 or 1: of this room).
    """
    viewer = sa.bindparam("viewer", type_=sa.BigInteger)
    return sa.or_(
        sa.exists().where(accounts.c.id == author, accounts.c.suspended_at.isnot(None)),
        sa.exists().where(
            mutes.c.muter_id == viewer,
            mutes.c.target_id == author,
            sa.or_(mutes.c.until.is_(None), mutes.c.until > sa.bindparam("now")),
        ),
        sa.exists().where(blocks.c.blocker_id == viewer, blocks.c.target_id == author),
        sa.and_(
            sa.bindparam("moderates", type_=sa.Integer) == 0,
            sa.exists().where(blocks.c.blocker_id == author, blocks.c.target_id == viewer),
        ),
    )


_reader = accounts.alias("reader")
_author = sa.bindparam("author", type_=sa.BigInteger)
_membership = sa.and_(
    room_members.c.room_id == rooms.c.id, room_members.c.account_id == _reader.c.id
)
_is_in = sa.exists().where(_membership)
_apart = sa.or_(
    sa.exists().where(
        mutes.c.muter_id == _reader.c.id,
        mutes.c.target_id == _author,
        sa.or_(mutes.c.until.is_(None), mutes.c.until > sa.bindparam("now")),
    ),
    sa.exists().where(blocks.c.blocker_id == _reader.c.id, blocks.c.target_id == _author),
    sa.and_(
        sa.exists().where(blocks.c.blocker_id == _author, blocks.c.target_id == _reader.c.id),
        ~sa.exists().where(_membership, room_members.c.role != "member"),
    ),
    sa.exists().where(accounts.c.id == _author, accounts.c.suspended_at.isnot(None)),
)
_HEARING = (
    sa.select(_reader.c.id)
    .join_from(_reader, rooms, rooms.c.id == sa.bindparam("room"))
    .where(
        among(_reader.c.id, "ids"),
        _reader.c.domain == "",
        _reader.c.suspended_at.is_(None),
        sa.or_(
            sa.and_(
                rooms.c.access == "public",
                _reader.c.kind == "person",
                ~sa.exists().where(
                    room_bans.c.room_id == rooms.c.id, room_bans.c.account_id == _reader.c.id
                ),
            ),
            sa.and_(
                _is_in,
                sa.or_(
                    sa.and_(rooms.c.access == "public", _reader.c.kind == "person"),
                    was_there(sa.bindparam("line", type_=sa.BigInteger), _reader.c.id, rooms.c.id),
                ),
            ),
        ),
        ~_apart,
    )
)


def hearing(
    tx: Tx, room_id: int, line_id: int, author_id: int | None, account_ids: Collection[int]
) -> set[int]:
    """Those of these accounts that may see a line of an author in a room now, and want to."""
    if not account_ids:
        return set()
    rows = tx.rows(
        _HEARING,
        room=room_id,
        line=line_id,
        author=author_id or 0,
        ids=list(account_ids),
        now=tx.now,
    )
    return {row[0] for row in rows}


def seen(tx: Tx, viewer_id: int, line: RoomLine) -> bool:
    """Whether an account may see a line now, and wants to."""
    return viewer_id in hearing(tx, line.room_id, line.id, line.author_id, (viewer_id,))
