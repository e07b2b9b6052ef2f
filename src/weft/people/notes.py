"""What a member writes to themselves about somebody. Nobody else ever reads it.

https://docs.joinmastodon.org/methods/accounts/#note
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from weft.kernel.errors import Invalid
from weft.people.model import Account
from weft.people.tables import account_notes
from weft.store.database import Tx

COMMENT_CHARS = 2_000
"""Mastodon's limit: a reminder, not a file on somebody."""

_put = insert(account_notes)
_PUT = _put.on_conflict_do_update(
    index_elements=["account_id", "target_id"],
    set_={"comment": _put.excluded.comment, "updated_at": _put.excluded.updated_at},
)
_DROP = account_notes.delete().where(
    account_notes.c.account_id == sa.bindparam("by", type_=sa.BigInteger),
    account_notes.c.target_id == sa.bindparam("target", type_=sa.BigInteger),
)


def write(tx: Tx, by: Account, target: Account, comment: str) -> None:
    """Keep a note; an empty one is none. Errors: Invalid (too long)."""
    if len(comment) > COMMENT_CHARS:
        raise Invalid(
            f"Validation failed: Comment is too long (maximum is {COMMENT_CHARS} characters)"
        )
    if comment:
        tx.run(_PUT, account_id=by.id, target_id=target.id, comment=comment, updated_at=tx.now)
    else:
        tx.run(_DROP, by=by.id, target=target.id)
