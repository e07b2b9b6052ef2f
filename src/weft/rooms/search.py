"""Finding lines of one room by words, among those that the viewer may see."""

from __future__ import annotations

from functools import cache

import sqlalchemy as sa

from weft.rooms import doors, index, lines, presence
from weft.rooms.lines import COLUMNS, regards
from weft.rooms.model import RoomLine
from weft.rooms.tables import room_lines
from weft.store.database import Tx
from weft.store.page import Page, Paged, paged
from weft.threads.search_query import parse


def find(tx: Tx, viewer_id: int, room_id: int, text: str, page: Page) -> list[RoomLine]:
    """Lines with all of the words and "phrases", newest first; none for no words. Errors: NotFound
    (they may not read in the room).
    """
    door = doors.read(tx, viewer_id, room_id)
    wanted = parse(text).wanted
    if not wanted:
        return []
    engine = tx.engine.name
    rows = _list(engine, door.stays_only).rows(
        tx,
        page,
        room=room_id,
        query=index.query(engine, room_id, wanted),
        **regards(tx, viewer_id, door),
    )
    return [RoomLine(*row) for row in rows]


@cache
def _list(engine: str, stays_only: bool) -> Paged:
    found = sa.select(*COLUMNS).where(
        room_lines.c.id.in_(index.matching(engine)),
        room_lines.c.room_id == sa.bindparam("room", type_=sa.BigInteger),
        room_lines.c.deleted_at.is_(None),
        ~presence.unheard(room_lines.c.author_id),
    )
    return paged(
        found.where(lines.SINCE_CAME, lines.THERE) if stays_only else found, room_lines.c.id
    )
