"""Lessons of when to speak: numbers of single decisions, from public rooms that opted in.

Never from private conversations: every way in takes a `PublicRoomId`, which only a public room can
give, and nothing but numbers and keyed hashes is kept. No text, no names; ninety days. Whoever keeps
machines out (``noai``), or wants no answers without calling, is not learned from; anybody can have
what was learned from their lines deleted.

A lesson is noted when an AI decides, without a label; what people do then labels it: they thank or
tap, they answer the AI, they call it after it was silent, they ignore it, they hush it.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from hashlib import blake2b
from math import log

import sqlalchemy as sa
from msgspec import Struct

from weft.ai.turns.gate import Scores
from weft.ai.turns.heard import Heard
from weft.ai.turns.tables import turn_lessons
from weft.kernel.clock import DAY
from weft.kernel.ids import new_id
from weft.rooms.model import PublicRoomId
from weft.store import facts
from weft.store.database import Tx

KEEP = 90 * DAY
UNLABELLED = DAY
"""What nobody said anything about within a day is dropped."""
PER_DAY = 40
"""Lessons from one person's lines in one room and day: nobody teaches a room alone."""
PRUNE_BATCH = 5_000
LESSONS_MAX = 5_000
"""Of one room that are read to learn from: the newest."""

KEY = "turns.key"

SIGNALS = ("bias", "addressed", "asks", "new", "own", "circle")
"""What a room's correction looks at. Few, so that a few hundred lessons suffice."""

GOOD, BAD = 1.0, 0.0
TAPPED, CALLED, ANSWERED, HUSHED, IGNORED = 1.0, 1.0, 0.5, 1.0, 0.25
"""How much a label weighs, by what it comes from."""

_PUT = turn_lessons.insert()
_LABEL = (
    turn_lessons.update()
    .where(
        turn_lessons.c.line == sa.bindparam("which"),
        turn_lessons.c.weight < sa.bindparam("heavier"),
    )
    .values(label=sa.bindparam("then"), weight=sa.bindparam("heavier"))
)
_TODAY = sa.select(sa.func.count()).where(
    turn_lessons.c.author == sa.bindparam("who"),
    turn_lessons.c.room == sa.bindparam("where"),
    turn_lessons.c.created_at > sa.bindparam("since"),
)
_OF_ROOM = (
    sa.select(
        turn_lessons.c.features, turn_lessons.c.score, turn_lessons.c.label, turn_lessons.c.weight
    )
    .where(turn_lessons.c.room == sa.bindparam("where"), turn_lessons.c.weight > 0)
    .order_by(turn_lessons.c.created_at.desc())
    .limit(LESSONS_MAX)
)
_FORGET_AUTHOR = turn_lessons.delete().where(turn_lessons.c.author == sa.bindparam("who"))
_FORGET_ROOM = turn_lessons.delete().where(turn_lessons.c.room == sa.bindparam("where"))
_PRUNE = (
    turn_lessons.delete()
    .where(
        turn_lessons.c.id.in_(
            sa.select(turn_lessons.c.id)
            .where(
                sa.or_(
                    turn_lessons.c.created_at < sa.bindparam("before"),
                    sa.and_(
                        turn_lessons.c.weight == 0,
                        turn_lessons.c.created_at < sa.bindparam("unlabelled"),
                    ),
                )
            )
            .limit(PRUNE_BATCH)
        )
    )
    .returning(turn_lessons.c.id)
)


class Lesson(Struct, frozen=True):
    """``signals``: as `SIGNALS`. ``logit``: of the gate's ``join``. ``label``: 1 it was right to
    speak (or would have been), 0 it was not.
    """

    signals: list[float]
    logit: float
    label: float
    weight: float


def signals(heard: Heard, name: str, found: Scores) -> list[float]:
    return [
        1.0,
        round(found.addressed, 4),
        float(bool(heard.turn_asks)),
        round(heard.new, 4),
        round(heard.own, 4),
        round(heard.circle.get(name, 0.0), 4),
    ]


def logit(chance: float) -> float:
    bounded = min(max(chance, 1e-4), 1 - 1e-4)
    return log(bounded / (1 - bounded))


# -- kept -------------------------------------------------------------------------------------


def note(
    tx: Tx,
    room: PublicRoomId,
    author_id: int,
    line_id: int,
    judged: Sequence[tuple[int, str, Scores]],
    heard: Heard,
) -> None:
    """Note what an AI of a public room may learn from a line. ``judged``: (AI, its name, scores).

    Errors: TypeError for anything but the proof that the room is public.
    """
    proven(room)
    key = _key(tx)
    author, where = _hash(key, "author", author_id), _hash(key, "room", room.value)
    if tx.scalar(_TODAY, who=author, where=where, since=tx.now - DAY) >= PER_DAY:
        return
    rows = [
        {
            "id": new_id(),
            "room": where,
            "author": author,
            "line": _hash(key, "line", ai_id, line_id),
            "features": signals(heard, name, found),
            "score": round(logit(found.join), 4),
            "label": 0.0,
            "weight": 0.0,
            "created_at": tx.now,
        }
        for ai_id, name, found in judged
    ]
    tx.run_many(_PUT, rows)


def judged(tx: Tx, ai_id: int, line_id: int, label: float, weight: float) -> None:
    """What people made of a decision about a line; the heavier word counts. Nothing where it was
    not noted.
    """
    which = _hash(_key(tx), "line", ai_id, line_id)
    tx.run(_LABEL, which=which, then=label, heavier=weight)


def of_room(tx: Tx, room: PublicRoomId) -> list[Lesson]:
    """The labelled lessons of a room, oldest first."""
    proven(room)
    rows = tx.rows(_OF_ROOM, where=_hash(_key(tx), "room", room.value))
    return [Lesson(*row) for row in rows][::-1]


def forget_author(tx: Tx, account_id: int) -> None:
    """Whatever was learned from somebody's lines; the rooms are learned anew without it."""
    tx.run(_FORGET_AUTHOR, who=_hash(_key(tx), "author", account_id))


def forget_room(tx: Tx, room_id: int) -> None:
    tx.run(_FORGET_ROOM, where=_hash(_key(tx), "room", room_id))


def prune(tx: Tx) -> bool:
    """Drop a batch of what is too old, or was never labelled; whether there may be more."""
    dropped = tx.rows(_PRUNE, before=tx.now - KEEP, unlabelled=tx.now - UNLABELLED)
    return len(dropped) >= PRUNE_BATCH


def proven(room: object) -> None:
    """Errors: TypeError. What the type says is said once more where types are not looked at."""
    if not isinstance(room, PublicRoomId):
        raise TypeError("Lessons are taken from public rooms only")


def _key(tx: Tx) -> bytes:
    known = facts.read(tx, KEY) or facts.settle(tx, KEY, secrets.token_hex(32))
    return bytes.fromhex(known)


def _hash(key: bytes, kind: str, *ids: int) -> str:
    text = ":".join([kind, *map(str, ids)])
    return blake2b(text.encode(), key=key, digest_size=32).hexdigest()
