"""What a member chose, or is: whom characters do not answer, and to whom nothing romantic is said."""

from __future__ import annotations

import sqlalchemy as sa

from weft.ai.model import Ai
from weft.people.tables import ai_choices
from weft.store.database import Tx

_CHOSEN = sa.select(ai_choices.c.minor, ai_choices.c.characters).where(
    ai_choices.c.account_id == sa.bindparam("who", type_=sa.BigInteger)
)


def is_minor(tx: Tx, account_id: int) -> bool:
    row = tx.row(_CHOSEN, who=account_id)
    return row is not None and bool(row[0])


def may_answer(tx: Tx, ai: Ai, account_id: int) -> bool:
    """Characters answer no minor, and nobody who does not want them. The reason that is kept is one
    for both: an owner does not learn who is a minor.
    """
    if ai.kind != "character":
        return True
    row = tx.row(_CHOSEN, who=account_id)
    return row is None or (not row[0] and bool(row[1]))
