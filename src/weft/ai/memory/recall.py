"""Which notes may stand in a prompt: those of the asker, that the whole audience of the answer may
know.

What they said in public is told to them anywhere. What they said in a room is told in that room, while
nobody is in it who was not there then. What they said to the AI alone is told to them alone. Of these
the ones that share words with the question come first, then what is newest.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from weft.ai.knowledge.words import informative
from weft.ai.memory import scopes
from weft.ai.memory.model import Note
from weft.ai.memory.notes import COLUMNS, sources
from weft.ai.memory.tables import ai_memory_pauses, ai_notes
from weft.ai.model import Ai, Where
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads.model import Post

TOLD_MAX = 8
"""Notes in one prompt: what helps is among the first few."""

_ai = sa.bindparam("ai", type_=sa.BigInteger)
_asker = sa.bindparam("asker", type_=sa.BigInteger)
_ASKERS = (
    sa.select(*COLUMNS)
    .where(
        ai_notes.c.ai_id == _ai,
        ai_notes.c.about_id == _asker,
        sa.or_(
            ai_notes.c.scope == "public",
            sa.and_(
                ai_notes.c.scope == sa.bindparam("also"),
                ai_notes.c.scope_id == sa.bindparam("place", type_=sa.BigInteger),
            ),
        ),
        sa.or_(ai_notes.c.expires_at.is_(None), ai_notes.c.expires_at > sa.bindparam("now")),
        ~sa.exists().where(
            ai_memory_pauses.c.ai_id == _ai, ai_memory_pauses.c.account_id == _asker
        ),
    )
    .order_by(ai_notes.c.id.desc())
)


def notes(
    tx: Tx, ai: Ai, place: Where, place_id: int, asker: Account, heard: Post | None = None,
    question: str = "",
) -> tuple[str, ...]:  # fmt: skip
    """The words of the asker that an AI may be reminded of, best first. ``place_id``: the thread's
    root or the room. ``heard``: in a thread, the post that is answered, for its audience is the
    answer's; without it only what is public is told.
    """
    return tuple(note.text for note in found(tx, ai, place, place_id, asker, heard, question))


def found(
    tx: Tx, ai: Ai, place: Where, place_id: int, asker: Account, heard: Post | None = None,
    question: str = "",
) -> list[Note]:  # fmt: skip
    """The same as notes."""
    also, at = "", 0
    if place == "room":
        also, at = "room", place_id
    elif (
        heard is not None and heard.author_id == asker.id and scopes.alone(tx, ai.account_id, heard)
    ):
        also, at = "person", asker.id
    rows = tx.rows(_ASKERS, ai=ai.account_id, asker=asker.id, also=also, place=at, now=tx.now)
    open_ = [Note(*row) for row in rows]
    if also == "room":
        open_ = _heard_by_all(tx, open_)
    return _best(open_, question)


def _heard_by_all(tx: Tx, known: list[Note]) -> list[Note]:
    said = sources(tx, [note.id for note in known if note.scope == "room"])
    heard = scopes.heard_by_all(tx, {line for every in said.values() for line in every})
    return [one for one in known if one.scope != "room" or heard.intersection(said[one.id])]


def _best(known: Sequence[Note], question: str) -> list[Note]:
    """By how many of their words the question shares, then the newest."""
    asked = set(informative(question))
    return sorted(
        known, key=lambda note: (-len(asked.intersection(informative(note.text))), -note.id)
    )[:TOLD_MAX]
