"""Opening a turn: a row that says what was heard, and the job that answers it."""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy.dialects.postgresql import insert

from weft.ai.model import Reason, Trigger, Where
from weft.ai.tables import ai_turns
from weft.kernel.ids import new_id
from weft.store.database import Tx
from weft.work import jobs
from weft.work.jobs import NewJob

TURN = "ai.turn"
POOL = "ai"

_HEARD = (
    insert(ai_turns)
    .on_conflict_do_nothing(index_elements=["ai_id", "trigger_id"])
    .returning(ai_turns.c.id)
)


class Heard(Struct, frozen=True):
    """What an AI heard: a line, by whom, where. ``hops``: lines of machines that end with it."""

    ai_id: int
    line_id: int
    place: Where
    place_id: int
    asker_id: int
    trigger: Trigger
    hops: int = 0
    delay: int = 0
    """ms before it is answered."""


def lane(ai_id: int, place_id: int) -> str:
    """One thing after the other, of each AI in each place."""
    return f"ai:{ai_id}:{place_id}"


def key(ai_id: int, line_id: int) -> str:
    return f"{TURN}:{ai_id}:{line_id}"


def write(tx: Tx, heard: Heard, reason: Reason = "", *, speaks: bool) -> None:
    """Keep what was heard, once; and the job, if it is to be answered. ``reason``: why it is not,
    or what it will say instead of an answer.
    """
    turn_id = new_id()
    made = tx.row(
        _HEARD,
        id=turn_id,
        ai_id=heard.ai_id,
        trigger_id=heard.line_id,
        place=heard.place,
        place_id=heard.place_id,
        asker_id=heard.asker_id,
        trigger=heard.trigger,
        outcome="heard" if speaks else "silent",
        reason=reason,
        hops=heard.hops,
        sources=0,
        tokens_in=0,
        tokens_out=0,
        ms=0,
        cost=0,
        created_at=tx.now,
        finished_at=None if speaks else tx.now,
    )
    if made is not None and speaks:
        jobs.enqueue(
            tx,
            NewJob(
                TURN,
                {"turn": turn_id},
                lane=lane(heard.ai_id, heard.place_id),
                key=key(heard.ai_id, heard.line_id),
                pool=POOL,
                delay=heard.delay,
            ),
        )
