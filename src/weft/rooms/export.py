"""What a member takes along: the lines of a room as they see them, and all that they ever said in
rooms, also in those that they left.
"""

from __future__ import annotations

import sqlalchemy as sa

from weft.rooms import lines
from weft.rooms.model import RoomLine
from weft.rooms.tables import room_lines, room_members, rooms
from weft.rooms.writing import COLUMNS
from weft.store.database import Tx
from weft.store.page import Page

AT_ONCE = 500
"""Lines read in one go: some ms for a reader."""

_author = sa.bindparam("author", type_=sa.BigInteger)
_named = sa.or_(
    rooms.c.access == "public",
    sa.exists().where(room_members.c.room_id == rooms.c.id, room_members.c.account_id == _author),
)
_OWN = (
    # What a private room is called now is for those who are in it.
    sa.select(*COLUMNS, sa.case((_named, rooms.c.name), else_=""))
    .join_from(room_lines, rooms, rooms.c.id == room_lines.c.room_id)
    .where(
        room_lines.c.author_id == _author,
        room_lines.c.id > sa.bindparam("after", type_=sa.BigInteger),
        room_lines.c.kind == "line",
        room_lines.c.deleted_at.is_(None),
    )
    .order_by(room_lines.c.id)
    .limit(AT_ONCE)
)


def of_room(tx: Tx, viewer_id: int, room_id: int, after: int) -> list[RoomLine]:
    """The next lines behind ``after``, oldest first; none when there are no more. Errors:
    NotFound, also for who may not read there any more.
    """
    page = Page(min_id=after, limit=AT_ONCE, ceiling=AT_ONCE)
    return lines.history(tx, viewer_id, room_id, page)[::-1]


def own(tx: Tx, author_id: int, after: int) -> list[tuple[RoomLine, str]]:
    """One's own next lines behind ``after``, each with the name of its room; "" for a private one that
    one is not in any more.
    """
    return [(RoomLine(*row[:-1]), row[-1]) for row in tx.rows(_OWN, author=author_id, after=after)]
