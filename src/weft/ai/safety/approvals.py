"""Drafts that an owner looks at before they are said: which ones wait, and the list of them.

What is waiting is kept with its text until it is decided, and no longer. What is done with a draft
stands in `weft.ai.approving`.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
import sqlalchemy as sa
from msgspec import Struct

from weft.ai.bounds import model as bounds
from weft.ai.model import Ai, Turn
from weft.ai.safety import handoffs
from weft.ai.safety.tables import ai_approvals
from weft.ai.said import Said
from weft.kernel.clock import DAY, HOUR
from weft.people import accounts
from weft.store.database import Tx

DUE = {"thread": 2 * DAY, "room": 6 * HOUR}
"""How long a draft waits, by where it is to be said: later nobody reads it as an answer."""
LISTED = 100

Why = Literal["", "always", "first", "unsure"]
State = Literal["waiting", "sent", "edited", "rejected", "late"]


class Approval(Struct, frozen=True):
    """Field for field the columns of ``ai_approvals``, in their order. ``id`` is the turn's; the draft
    is empty once it is decided. Times in ms.
    """

    id: int
    ai_id: int
    draft: dict[str, Any]
    why: str
    state: State
    created_at: int
    due_at: int
    decided_at: int | None
    decided_by: int | None

    @property
    def text(self) -> str:
        return str(self.draft.get("text", ""))


COLUMNS = tuple(ai_approvals.c[field] for field in Approval.__struct_fields__)
_LIST = (
    sa.select(*COLUMNS)
    .where(ai_approvals.c.ai_id == sa.bindparam("ai"))
    .where(ai_approvals.c.state == sa.bindparam("state"))
    .order_by(ai_approvals.c.id.desc())
    .limit(LISTED)
)
_ONE = sa.select(*COLUMNS).where(
    ai_approvals.c.id == sa.bindparam("id"), ai_approvals.c.ai_id == sa.bindparam("ai")
)
_SEEN = sa.select(sa.func.count()).where(
    ai_approvals.c.ai_id == sa.bindparam("ai"), ai_approvals.c.state.in_(("sent", "edited"))
)
_WAITING = sa.select(sa.func.count()).where(
    ai_approvals.c.ai_id == sa.bindparam("ai"), ai_approvals.c.state == "waiting"
)
_DECIDE = (
    ai_approvals.update()
    .where(ai_approvals.c.id == sa.bindparam("which"), ai_approvals.c.state == "waiting")
    .values(
        state=sa.bindparam("then"),
        draft=sa.bindparam("left", type_=ai_approvals.c.draft.type),
        decided_at=sa.bindparam("at"),
        decided_by=sa.bindparam("by", type_=sa.BigInteger),
    )
    .returning(ai_approvals.c.id)
)
_OVERDUE = sa.select(ai_approvals.c.id).where(
    ai_approvals.c.state == "waiting", ai_approvals.c.due_at < sa.bindparam("now")
)


def needed(tx: Tx, ai: Ai, said: Said) -> Why:
    """Why its owner looks at this before it is said; "" when nobody has to. What no engine wrote is
    the owner's or ours already, and a crisis card never waits.
    """
    mode = bounds.of(ai.bounds).approval
    if mode == "never" or said.model is None or said.outcome not in ("answered", "declined"):
        return ""
    if mode == "unsure":
        return "unsure" if said.unsure or said.outcome == "declined" else ""
    if mode == "first":
        seen = int(tx.scalar(_SEEN, ai=ai.account_id))
        return "first" if seen < bounds.of(ai.bounds).first else ""
    return "always"


def keep(tx: Tx, ai: Ai, turn: Turn, said: Said, why: Why) -> None:
    """Let a draft wait, and tell the owner that some do, once."""
    first = not tx.scalar(_WAITING, ai=ai.account_id)
    tx.run(
        ai_approvals.insert(),
        id=turn.id,
        ai_id=ai.account_id,
        draft=msgspec.to_builtins(said),
        why=why,
        state="waiting",
        created_at=tx.now,
        due_at=tx.now + DUE[turn.place],
        decided_at=None,
        decided_by=None,
    )
    owner = accounts.by_id(tx, ai.owner_id)
    if first and owner is not None:
        handoffs.tell(tx, ai, owner, "A draft of mine waits for you to look at it.", turn.id)


def of(tx: Tx, ai_id: int, state: State = "waiting") -> list[Approval]:
    """The newest first."""
    return [Approval(*row) for row in tx.rows(_LIST, ai=ai_id, state=state)]


def get(tx: Tx, ai_id: int, approval_id: int) -> Approval | None:
    row = tx.row(_ONE, id=approval_id, ai=ai_id)
    return Approval(*row) if row is not None else None


def decide(tx: Tx, approval_id: int, then: State, by: int | None) -> bool:
    """End its waiting; False when it waits no more. Its text is gone."""
    with tx.engine.shredding(tx.connection):
        row = tx.row(_DECIDE, which=approval_id, then=then, left={}, at=tx.now, by=by)
    return row is not None


def overdue(tx: Tx) -> list[int]:
    """What nobody decided in time."""
    return [int(row[0]) for row in tx.rows(_OVERDUE, now=tx.now)]
