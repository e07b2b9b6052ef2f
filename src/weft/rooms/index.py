"""The text index of lines. On SQLite each entry names its room, so that a search in one room walks
over that room's matches and no others; on PostgreSQL the room is a column.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY

from weft.rooms.model import RoomLine
from weft.store import search
from weft.store.database import Tx

_PUT = {
    "sqlite": sa.text("INSERT INTO room_search(rowid, body, scope) VALUES (:id, :body, :scope)"),
    "postgresql": sa.text(
        "INSERT INTO room_search(line_id, room_id, body)"
        " VALUES (:id, :room, CAST(:body AS TSVECTOR))"
    ),
}
_DROP = {
    "sqlite": sa.text("DELETE FROM room_search WHERE rowid = :id"),
    "postgresql": sa.text("DELETE FROM room_search WHERE line_id = :id"),
}
_LITE = sa.table("room_search", sa.column("rowid", sa.BigInteger))
_POST = sa.table(
    "room_search",
    sa.column("line_id", sa.BigInteger),
    sa.column("room_id", sa.BigInteger),
    sa.column("body"),
)


def put(tx: Tx, line: RoomLine) -> None:
    """Index a line that is not indexed (``drop`` it first to index it anew)."""
    found = search.words(line.text[: search.TEXT_CHARS])
    if not found:
        return
    if tx.engine.name == "sqlite":
        tx.run(_PUT["sqlite"], id=line.id, body=" ".join(found), scope=_scope(line.room_id))
    else:
        tx.run(_PUT["postgresql"], id=line.id, room=line.room_id, body=search.vector(found))


def drop(tx: Tx, line_id: int) -> None:
    tx.run(_DROP[tx.engine.name], id=line_id)


def query(engine: str, room_id: int, phrases: tuple[search.Phrase, ...]) -> str:
    """The parameter ``query`` of ``matching``: lines of a room with all of these phrases."""
    body = search.query(engine, phrases, everyone=False)
    return f"{body} AND scope : {_scope(room_id)}" if engine == "sqlite" else body


@cache
def matching(engine: str) -> sa.Select[Any]:
    """Ids of the lines that match. Parameters ``query`` and ``room``."""
    if engine == "sqlite":
        return sa.select(_LITE.c.rowid).where(
            sa.literal_column("room_search").op("MATCH")(sa.bindparam("query", type_=sa.String))
        )
    return sa.select(_POST.c.line_id).where(
        _POST.c.room_id == sa.bindparam("room", type_=sa.BigInteger),
        _POST.c.body.op("@@")(sa.cast(sa.bindparam("query", type_=sa.String), TSQUERY)),
    )


def _scope(room_id: int) -> str:
    return f"r{room_id}"
