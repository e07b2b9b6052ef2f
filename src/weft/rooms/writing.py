"""How a line gets into a room: its id, its row, and the room's last line."""

from __future__ import annotations

import sqlalchemy as sa

from weft.kernel.ids import new_id
from weft.rooms.model import LineKind, Room, RoomLine
from weft.rooms.tables import room_lines, rooms
from weft.store.database import Tx

COLUMNS = tuple(room_lines.c[field] for field in RoomLine.__struct_fields__)
_INSERT = room_lines.insert()
_LAST = (
    rooms.update()
    .where(
        rooms.c.id == sa.bindparam("room"),
        sa.or_(rooms.c.last_line_id.is_(None), rooms.c.last_line_id < sa.bindparam("line")),
    )
    .values(last_line_id=sa.bindparam("line"), last_line_at=sa.bindparam("at"))
)


def next_id(room: Room) -> int:
    """An id after every line that the room has: also where clocks of processes differ."""
    return max(new_id(), (room.last_line_id or 0) + 1)


def put(tx: Tx, line: RoomLine) -> None:
    tx.run(_INSERT, {field: getattr(line, field) for field in RoomLine.__struct_fields__})
    tx.run(_LAST, room=line.room_id, line=line.id, at=line.created_at)


def notice(
    tx: Tx,
    room: Room,
    kind: LineKind,
    about: int | None,
    text: str = "",
) -> RoomLine:
    """What happened, as a line: somebody came or went, the topic changed. ``about``: who did it or
    whom it befell; ``text``: a word for machines, or the new topic.
    """
    line = RoomLine(
        id=next_id(room),
        room_id=room.id,
        author_id=about,
        kind=kind,
        text=text,
        html="",
        language=None,
        reply_to_id=None,
        reply_to_author_id=None,
        mentions=[],
        media=[],
        ai=None,
        reactions={},
        nonce=None,
        created_at=tx.now,
        edited_at=None,
        deleted_at=None,
    )
    put(tx, line)
    return line
