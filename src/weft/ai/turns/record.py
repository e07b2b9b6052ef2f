"""Every decision, kept for a month: what each AI did about each line that it heard, and why.

Numbers and codes, never a text. People may ask for them (`weft ai why`, and the API for whoever may
see the line), and an unasked line says from here why it was said.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects.postgresql import insert

from weft.ai.model import Where
from weft.ai.turns.setting import Act, Decision, Stage
from weft.ai.turns.tables import ai_decisions
from weft.kernel.clock import DAY
from weft.kernel.ids import floor_at, new_id
from weft.store.among import among
from weft.store.database import Tx

KEEP = 30 * DAY
"""Long enough to ask about what one remembers, and no archive."""
PRUNE_BATCH = 5_000

OPENING: tuple[Stage, ...] = ("gate", "judge", "open")
"""The stages that ask an engine although nobody called it."""


class Kept(Struct, frozen=True):
    """Field for field the columns of ``ai_decisions``, in their order. ``outcome``: "" nothing more;
    ``opened`` a turn; ``waiting`` for people; ``due`` (the wait is over, a turn was opened);
    ``dropped`` (the first of the reasons says why).
    """

    id: int
    ai_id: int
    place: Where
    place_id: int
    line_id: int
    decision: Act
    stage: Stage
    addressed: float
    join: float
    reasons: list[tuple[str, float]]
    outcome: str
    created_at: int


COLUMNS = tuple(ai_decisions.c[field] for field in Kept.__struct_fields__)
_ai = sa.bindparam("ai", type_=sa.BigInteger)
_line = sa.bindparam("line", type_=sa.BigInteger)
_PUT = insert(ai_decisions).on_conflict_do_nothing(index_elements=["ai_id", "line_id"])
_ONE = sa.select(*COLUMNS).where(ai_decisions.c.ai_id == _ai, ai_decisions.c.line_id == _line)
_OF_LINE = sa.select(*COLUMNS).where(ai_decisions.c.line_id == _line).order_by(ai_decisions.c.ai_id)
_LAST = (
    sa.select(*COLUMNS)
    .where(ai_decisions.c.ai_id == _ai)
    .order_by(ai_decisions.c.id.desc())
    .limit(sa.bindparam("most"))
)
_IN_PLACE = (
    sa.select(*COLUMNS)
    .where(ai_decisions.c.place_id == sa.bindparam("at"), ai_decisions.c.id < sa.bindparam("below"))
    .order_by(ai_decisions.c.id.desc())
    .limit(sa.bindparam("most"))
)
_here = (
    ai_decisions.c.place_id == sa.bindparam("at"),
    among(ai_decisions.c.ai_id, "ais"),
    ai_decisions.c.id > sa.bindparam("since"),
)
_CALLS = sa.select(sa.func.count()).where(
    *_here,
    ai_decisions.c.line_id >= sa.bindparam("first"),
    # Spelled out: a list of texts would be put into the statement anew each time.
    sa.or_(*(ai_decisions.c.stage == stage for stage in OPENING)),
    sa.or_(ai_decisions.c.outcome == "opened", ai_decisions.c.outcome == "due"),
)
_SILENT = (
    sa.select(ai_decisions.c.line_id, ai_decisions.c.decision, ai_decisions.c.stage)
    .where(ai_decisions.c.place_id == sa.bindparam("at"), ai_decisions.c.ai_id == _ai)
    .order_by(ai_decisions.c.id.desc())
    .limit(sa.bindparam("most"))
)
_WAITING = sa.select(*COLUMNS).where(*_here, ai_decisions.c.outcome == "waiting")
_END = (
    ai_decisions.update()
    .where(ai_decisions.c.id == sa.bindparam("which"), ai_decisions.c.outcome == "waiting")
    .values(
        outcome=sa.bindparam("then"),
        reasons=sa.bindparam("told", type_=ai_decisions.c.reasons.type),
    )
    .returning(ai_decisions.c.id)
)
_PRUNE = (
    ai_decisions.delete()
    .where(
        ai_decisions.c.id.in_(
            sa.select(ai_decisions.c.id)
            .where(ai_decisions.c.created_at < sa.bindparam("before"))
            .limit(PRUNE_BATCH)
        )
    )
    .returning(ai_decisions.c.id)
)

_OUTCOMES: dict[Act, str] = {"speak": "opened", "react": "reacted", "wait": "waiting", "silent": ""}


def put(tx: Tx, place: Where, place_id: int, line_id: int, made: Sequence[Decision]) -> None:
    """Keep what was decided about a line, once for each AI."""
    rows: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "ai_id": one.ai_id,
            "place": place,
            "place_id": place_id,
            "line_id": line_id,
            "decision": one.act,
            "stage": one.stage,
            "addressed": round(one.addressed, 4),
            "join": round(one.join, 4),
            "reasons": one.reasons,
            "outcome": _OUTCOMES[one.act],
            "created_at": tx.now,
        }
        for one in made
    ]
    tx.run_many(_PUT, rows)


def of(tx: Tx, ai_id: int, line_id: int) -> Kept | None:
    row = tx.row(_ONE, ai=ai_id, line=line_id)
    return _kept(row) if row is not None else None


def joining(tx: Tx, ai_id: int, line_id: int) -> tuple[str, float]:
    """What decided that an AI joins which was not called, and its number."""
    decided = of(tx, ai_id, line_id)
    return decided.reasons[0] if decided is not None and decided.reasons else ("join", 0.0)


def of_line(tx: Tx, line_id: int) -> list[Kept]:
    """What every AI did about a line."""
    return [_kept(row) for row in tx.rows(_OF_LINE, line=line_id)]


def last(tx: Tx, ai_id: int, most: int) -> list[Kept]:
    """Of an AI, the newest first."""
    return [_kept(row) for row in tx.rows(_LAST, ai=ai_id, most=most)]


def in_place(tx: Tx, place_id: int, most: int, *, below: int | None = None) -> list[Kept]:
    """Of a room or thread, the newest first. ``below``: only those with smaller ids."""
    rows = tx.rows(_IN_PLACE, at=place_id, most=most, below=below or new_id())
    return [_kept(row) for row in rows]


def calls(tx: Tx, place_id: int, ais: Collection[int], first_line: int) -> int:
    """How often engines were asked unasked for since a line."""
    named = {"ais": list(ais), "first": first_line, "since": floor_at(tx.now - DAY)}
    return int(tx.scalar(_CALLS, at=place_id, **named))


def waiting(tx: Tx, place_id: int, ais: Collection[int], since: int) -> list[Kept]:
    """Open questions of a place that wait for people since ``since`` (ms) or later."""
    return [
        _kept(row) for row in tx.rows(_WAITING, at=place_id, ais=list(ais), since=floor_at(since))
    ]


def silent(tx: Tx, ai_id: int, place_id: int, most: int) -> list[int]:
    """Of the last lines that an AI heard in a place, those at which the gate kept it silent."""
    rows = tx.rows(_SILENT, ai=ai_id, at=place_id, most=most)
    return [line for line, act, stage in rows if act == "silent" and stage == "gate"]


def end(tx: Tx, one: Kept, outcome: str, code: str, number: float = 1.0) -> bool:
    """A wait is over, and why; whether it had not been before."""
    told = [(code, number), *(pair for pair in one.reasons if pair[0] != code)]
    return tx.row(_END, which=one.id, then=outcome, told=told) is not None


def prune(tx: Tx) -> bool:
    """Drop a batch of what is too old; whether there may be more."""
    return len(tx.rows(_PRUNE, before=tx.now - KEEP)) >= PRUNE_BATCH


def _kept(row: Sequence[Any]) -> Kept:
    values = list(row)
    values[9] = [(str(code), float(number)) for code, number in values[9]]
    return Kept(*values)
