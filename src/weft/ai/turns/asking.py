"""What people may ask about decisions: of lines that they see themselves, and of no others."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from msgspec import Struct

from weft.ai.model import Outcome, Reason
from weft.ai.tables import ai_turns
from weft.ai.turns import record
from weft.ai.turns.record import Kept
from weft.rooms import doors, lines, presence
from weft.rooms.tables import room_lines
from weft.store.among import among
from weft.store.database import Tx
from weft.threads import posts

_visible = sa.select(room_lines.c.id).where(
    among(room_lines.c.id, "ids"),
    room_lines.c.deleted_at.is_(None),
    ~presence.unheard(room_lines.c.author_id),
)
_VISIBLE = {
    False: _visible,
    True: _visible.where(
        presence.was_there(room_lines.c.id, sa.bindparam("viewer", type_=sa.BigInteger))  # pyright: ignore[reportArgumentType]
    ),
}
"""By ``Door.stays_only``."""
PERSONAL: frozenset[Reason] = frozenset({"blocked", "crisis", "not_for_asker"})
"""Reasons that tell of whoever said the line: whom they block or mute, that they may be young, or in
distress. Others hear that the AI was silent, and not why.
"""
_TURNS = sa.select(
    ai_turns.c.ai_id,
    ai_turns.c.trigger_id,
    ai_turns.c.asker_id,
    ai_turns.c.outcome,
    ai_turns.c.reason,
    ai_turns.c.answer_id,
).where(among(ai_turns.c.ai_id, "ais"), among(ai_turns.c.trigger_id, "lines"))


class Ended(Struct, frozen=True):
    """What became of the turn that a decision opened. ``answer_id``: of the line or post."""

    outcome: Outcome
    reason: Reason
    answer_id: int | None


class Told(Struct, frozen=True):
    """A decision, and what became of it; ``turn`` None: it opened none."""

    decision: Kept
    turn: Ended | None


def of_room(
    tx: Tx, viewer_id: int, room_id: int, most: int, *, below: int | None = None
) -> tuple[list[Told], int | None]:
    """(the newest decisions about lines of a room that the viewer sees, the last id looked at). A
    page may hold fewer than ``most``, as some are of lines that are not theirs to see; with None
    there are no further ones.

    Errors: NotFound, unless they may read in the room.
    """
    door = doors.read(tx, viewer_id, room_id)
    found = record.in_place(tx, room_id, most, below=below)
    if not found:
        return [], None
    regards = lines.regards(tx, viewer_id, door)
    named = {**regards, "ids": list({one.line_id for one in found})}
    seen = {row[0] for row in tx.rows(_VISIBLE[door.stays_only], **named)}
    kept = [one for one in found if one.line_id in seen]
    return _told(tx, kept, viewer_id), found[-1].id if len(found) == most else None


def of_line(tx: Tx, viewer_id: int, line_id: int) -> list[Told]:
    """What every AI did about a line of a room. Errors: NotFound, unless they see the line."""
    lines.see(tx, viewer_id, line_id)
    return _told(tx, record.of_line(tx, line_id), viewer_id)


def of_post(tx: Tx, viewer_id: int, post_id: int) -> list[Told]:
    """What every AI that heard a post did about it. Errors: NotFound, unless they see the post."""
    posts.see(tx, viewer_id, post_id)
    return _told(tx, record.of_line(tx, post_id), viewer_id)


def of_ai(tx: Tx, ai_id: int, most: int, line_id: int | None = None) -> list[Told]:
    """Of an AI, for who runs the server: the last ones, or that about one line."""
    if line_id is None:
        return _told(tx, record.last(tx, ai_id, most))
    one = record.of(tx, ai_id, line_id)
    return _told(tx, [one] if one is not None else [])


def _told(tx: Tx, found: Sequence[Kept], viewer_id: int | None = None) -> list[Told]:
    """``viewer_id`` None: whoever runs the server, who is told every reason."""
    if not found:
        return []
    ais, triggers = {one.ai_id for one in found}, {one.line_id for one in found}
    rows = tx.rows(_TURNS, ais=list(ais), lines=list(triggers))
    ends: dict[tuple[int, int], Ended] = {}
    for ai_id, line_id, asker_id, outcome, reason, answer_id in rows:
        hidden = reason in PERSONAL and viewer_id not in (None, asker_id)
        ends[ai_id, line_id] = Ended(outcome, "" if hidden else reason, answer_id)
    return [Told(one, ends.get((one.ai_id, one.line_id))) for one in found]
