"""What is kept of an AI's turns: found by what was heard, and ended once."""

from __future__ import annotations

import sqlalchemy as sa

from weft.ai.model import Turn
from weft.ai.said import Said
from weft.ai.tables import ai_turns
from weft.store.database import Tx

COLUMNS = tuple(ai_turns.c[field] for field in Turn.__struct_fields__)
_BY_ID = sa.select(*COLUMNS).where(ai_turns.c.id == sa.bindparam("id"))
_OF = sa.select(*COLUMNS).where(
    ai_turns.c.ai_id == sa.bindparam("ai"), ai_turns.c.trigger_id == sa.bindparam("line")
)
_LAST = (
    sa.select(*COLUMNS)
    .where(ai_turns.c.ai_id == sa.bindparam("ai"))
    .order_by(ai_turns.c.id.desc())
    .limit(sa.bindparam("most"))
)
_END = (
    ai_turns.update()
    .where(ai_turns.c.id == sa.bindparam("which"))
    .values(
        outcome=sa.bindparam("how"),
        reason=sa.bindparam("why"),
        answer_id=sa.bindparam("answer", type_=sa.BigInteger),
        model=sa.bindparam("by"),
        sources=sa.bindparam("with_sources"),
        tokens_in=sa.bindparam("read"),
        tokens_out=sa.bindparam("written"),
        cost=sa.bindparam("costs", type_=sa.BigInteger),
        ms=sa.bindparam("took"),
        finished_at=sa.bindparam("at", type_=sa.BigInteger),
    )
)


def by_id(tx: Tx, turn_id: int) -> Turn | None:
    row = tx.row(_BY_ID, id=turn_id)
    return Turn(*row) if row is not None else None


def of(tx: Tx, ai_id: int, line_id: int) -> Turn | None:
    """What became of what an AI heard; None when it was not called and stayed silent."""
    row = tx.row(_OF, ai=ai_id, line=line_id)
    return Turn(*row) if row is not None else None


def last(tx: Tx, ai_id: int, most: int) -> list[Turn]:
    """The newest turns of an AI: what it heard, and what became of it."""
    return [Turn(*row) for row in tx.rows(_LAST, ai=ai_id, most=most)]


def end(tx: Tx, turn: Turn, said: Said, answer_id: int | None = None) -> None:
    """Record what a turn came to."""
    tx.run(
        _END,
        which=turn.id,
        how=said.outcome,
        why=said.reason,
        answer=answer_id,
        by=said.model or None,
        with_sources=len(said.sources),
        read=said.tokens_in,
        written=said.tokens_out,
        costs=said.cost,
        took=said.ms,
        at=tx.now,
    )
