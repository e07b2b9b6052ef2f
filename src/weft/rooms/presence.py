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
from typing import Any

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


_viewer = sa.bindparam("viewer", type_=sa.BigInteger)
_moderates = sa.bindparam("moderates", type_=sa.Integer) == 1


def unheard(
    author: sa.ColumnElement[Any],
    viewer: sa.ColumnElement[Any] = _viewer,
    moderates: sa.ColumnElement[bool] = _moderates,
) -> sa.ColumnElement[bool]:
    """Whether the viewer does not get an author's lines: muted, blocked one way or the other, or
    suspended. ``moderates``: whether the viewer does so in this room. Parameters: ``now``; and
    ``viewer`` and ``moderates`` (0 or 1), where no columns are given.
    """
    return sa.or_(
        sa.exists().where(accounts.c.id == author, accounts.c.suspended_at.isnot(None)),
        sa.exists().where(
            mutes.c.muter_id == viewer,
            mutes.c.target_id == author,
            sa.or_(mutes.c.until.is_(None), mutes.c.until > sa.bindparam("now")),
        ),
        sa.exists().where(blocks.c.blocker_id == viewer, blocks.c.target_id == author),
        sa.and_(
            ~moderates,
            sa.exists().where(blocks.c.blocker_id == author, blocks.c.target_id == viewer),
        ),
    )


_reader = accounts.alias("reader")
_membership = sa.and_(
    room_members.c.room_id == rooms.c.id, room_members.c.account_id == _reader.c.id
)
_is_in = sa.exists().where(_membership)
_reads_all = sa.and_(rooms.c.access == "public", _reader.c.kind == "person")
_HEARING = (
    sa.select(_reader.c.id)
    .join_from(_reader, rooms, rooms.c.id == sa.bindparam("room"))
    .where(
        among(_reader.c.id, "ids"),
        _reader.c.domain == "",
        _reader.c.suspended_at.is_(None),
        sa.or_(
            sa.and_(
                _reads_all,
                ~sa.exists().where(
                    room_bans.c.room_id == rooms.c.id, room_bans.c.account_id == _reader.c.id
                ),
            ),
            sa.and_(
                _is_in,
                was_there(sa.bindparam("line", type_=sa.BigInteger), _reader.c.id, rooms.c.id),
            ),
        ),
        ~unheard(
            sa.bindparam("author", type_=sa.BigInteger),
            _reader.c.id,
            sa.exists().where(_membership, room_members.c.role != "member"),
        ),
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
