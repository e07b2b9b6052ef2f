"""Rooms as the gate hears them: lines, and who said them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from weft.ai.turns import kept, reasons
from weft.ai.turns.kept import STATE_LINES, Mark, Piece
from weft.ai.turns.lines import Line
from weft.ai.turns.tail import Said
from weft.people.model import Account
from weft.people.tables import accounts as account_table
from weft.rooms.model import RoomLine
from weft.rooms.tables import room_lines
from weft.store.database import Tx

_before = (
    room_lines.c.room_id == sa.bindparam("room"),
    room_lines.c.id < sa.bindparam("before"),
    room_lines.c.kind == "line",
)
_last = (
    sa.select(room_lines.c.id, room_lines.c.deleted_at)
    .where(*_before)
    .order_by(room_lines.c.id.desc())
    .limit(STATE_LINES)
    .subquery()
)
_MARK = sa.select(
    sa.func.coalesce(sa.func.max(_last.c.id), 0),
    sa.func.coalesce(sa.func.min(_last.c.id), 0),
    sa.func.count(),
    sa.func.coalesce(sa.func.max(_last.c.deleted_at), 0),
)
_READ = (
    sa.select(
        room_lines.c.id,
        room_lines.c.created_at,
        room_lines.c.author_id,
        room_lines.c.text,
        room_lines.c.reply_to_id,
        room_lines.c.reply_to_author_id,
        room_lines.c.mentions,
        room_lines.c.ai,
        room_lines.c.deleted_at,
        account_table.c.username,
        account_table.c.kind,
    )
    .join_from(room_lines, account_table, account_table.c.id == room_lines.c.author_id)
    .where(*_before)
    .order_by(room_lines.c.id.desc())
    .limit(sa.bindparam("most"))
)


class Rooms:
    """See `kept.Source`."""

    def mark(self, tx: Tx, place_id: int, before: int) -> Mark:
        row = tx.row(_MARK, room=place_id, before=before)
        return (
            Mark(int(row[0]), int(row[1]), int(row[2]), int(row[3])) if row is not None else Mark()
        )

    def read(self, tx: Tx, place_id: int, before: int, most: int) -> Sequence[Piece]:
        rows = tx.rows(_READ, room=place_id, before=before, most=most)
        return [
            _piece(
                Line(str(line_id), at, name, text, kept.parent(parent, author, parent_author)),
                line_id,
                author,
                parent_author,
                _called(mentions, parent_author),
                ai,
                machine=kind != "person" or ai is not None,
                gone=deleted is not None,
            )
            for line_id, at, author, text, parent, parent_author, mentions, ai, deleted, name, kind
            in reversed(rows)
        ]  # fmt: skip


def piece(line: RoomLine, author: Account, called: Collection[int] = ()) -> Piece:
    """A line as it was just said. ``called``: AIs that it calls by their shown names."""
    return _piece(
        Line(
            str(line.id),
            line.created_at,
            author.username,
            line.text,
            kept.parent(line.reply_to_id, author.id, line.reply_to_author_id),
        ),
        line.id,
        author.id,
        line.reply_to_author_id,
        _called(line.mentions, line.reply_to_author_id) | frozenset(called),
        line.ai,
        machine=author.kind != "person" or line.ai is not None,
    )


def _piece(
    line: Line,
    line_id: int,
    author: int,
    parent_author: int | None,
    called: frozenset[int],
    ai: dict[str, Any] | None,
    *,
    machine: bool,
    gone: bool = False,
) -> Piece:
    why = (ai or {}).get("why")
    return Piece(
        None if gone else line,
        Said(
            line_id,
            line.at,
            author,
            machine,
            called,
            unasked=why is not None,
            meant=why is not None and reasons.is_meant(str(why.get("code"))),
            answers=parent_author or 0,
        ),
    )


def _called(mentions: list[dict[str, Any]], parent_author: int | None) -> frozenset[int]:
    named = {int(one["id"]) for one in mentions}
    if parent_author is not None:
        named.add(parent_author)
    return frozenset(named)
