"""Open questions: people first. An AI that could help waits, and speaks only if nobody did.

The wait is a durable job with its time, so that neither a restart nor kill -9 loses or doubles it.
How long people take to answer differs by an order of magnitude between rooms, so it is learned from
the room's own answers (`patience`); until then it is what was measured elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from weft.ai.turns import record
from weft.ai.turns.heard import Heard
from weft.kernel.clock import MINUTE, SECOND
from weft.people import accounts
from weft.people.tables import accounts as account_table
from weft.rooms import lines
from weft.rooms.model import Room, RoomLine
from weft.rooms.tables import room_lines
from weft.store.database import Tx
from weft.work import jobs
from weft.work.jobs import NewJob

WAIT = "ai.wait"
POOL = "ai"
START = {"public": 90 * SECOND, "private": 300 * SECOND}
"""Measured: where half of all open questions are never answered, of those open after 90 s one in
twelve still is. Where somebody feels responsible it is two in three after 60 s, one in eight after
300 s; a private room is taken for such a place."""
SHORTEST, LONGEST = 30 * SECOND, 15 * MINUTE
HOPELESS = 0.15
"""From this chance on that a person still answers, an AI may."""
QUESTIONS_MIN = 30
"""Questions that a room must have had before its own times count."""
LINKED = 0.25
"""Of the gate's guess whom a line answers: from here it counts as an answer. Low, because a wait
that ends too early harms nobody but the one who asked, and they can call."""
BELATED = 10 * MINUTE
"""A wait that comes due so late (the server was down) is over."""


class Tuning(Struct, frozen=True):
    """What was learned for a room, or what holds without."""

    wait: int
    weights: tuple[float, ...] = ()
    """Of the gate's correction (`learning`); none: as shipped."""

    @staticmethod
    def of(room: Room, numbers: Mapping[str, Any] | None) -> Tuning:
        known = numbers or {}
        wait = int(known.get("wait", START[room.access]))
        return Tuning(wait, tuple(known.get("weights", ())))


_ANSWERS = sa.select(sa.func.count()).where(
    room_lines.c.room_id == sa.bindparam("room"),
    room_lines.c.id > sa.bindparam("line"),
    room_lines.c.reply_to_id == sa.bindparam("line"),
    room_lines.c.author_id.in_(
        sa.select(account_table.c.id).where(account_table.c.kind == "person")
    ),
)


def wait(tx: Tx, ai_id: int, line: RoomLine, ms: int) -> None:
    """Look again after so long whether somebody answered."""
    payload = {"ai": ai_id, "line": line.id}
    jobs.enqueue(tx, NewJob(WAIT, payload, key=_key(ai_id, line.id), pool=POOL, delay=ms))


def answered(tx: Tx, room: Room, heard: Heard, line: RoomLine, ais: Collection[int]) -> None:
    """A person said something: what of the open questions is answered by it waits no longer."""
    if room.mode not in ("helpful", "scene"):
        return
    for one in record.waiting(tx, room.id, ais, tx.now - LONGEST - BELATED):
        asked = lines.by_id(tx, one.line_id)
        if asked is None or asked.author_id is None or asked.author_id == line.author_id:
            continue
        asker = accounts.by_id(tx, asked.author_id)
        name = asker.username if asker is not None else ""
        if (
            line.reply_to_author_id == asked.author_id
            or any(str(asked.author_id) == named["id"] for named in line.mentions)
            or heard.to.get(name, 0.0) >= LINKED
        ):
            drop(tx, one, "answered")


def drop(tx: Tx, one: record.Kept, code: str) -> None:
    """It waits no longer, and says nothing."""
    if record.end(tx, one, "dropped", code):
        jobs.drop(tx, _key(one.ai_id, one.line_id))


def drop_all(tx: Tx, place_id: int, ais: Collection[int], code: str) -> None:
    for one in record.waiting(tx, place_id, ais, tx.now - LONGEST - BELATED):
        drop(tx, one, code)


def has_answer(tx: Tx, line: RoomLine) -> bool:
    """Whether a person pressed reply on it."""
    return bool(tx.scalar(_ANSWERS, room=line.room_id, line=line.id))


def patience(waits: Sequence[int | None]) -> int | None:
    """How long a room's people should have, in ms, from what it took them to answer open questions
    (ms each; None: never). The first moment from which on at most `HOPELESS` of the questions still
    open are ever answered. None: too few questions to say.
    """
    if len(waits) < QUESTIONS_MIN:
        return None
    taken = sorted(one for one in waits if one is not None)
    never = len(waits) - len(taken)
    for answered_before, moment in enumerate([0, *taken]):
        still = len(taken) - answered_before
        if still <= HOPELESS * (still + never):
            return min(max(moment, SHORTEST), LONGEST)
    return LONGEST


def _key(ai_id: int, line_id: int) -> str:
    return f"{WAIT}:{ai_id}:{line_id}"
