"""Saying something once, however often an app sends it: idempotency keys.

A key stands for what it gave: a post, or one that is scheduled. When that was taken back, the key
is free again.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from weft.kernel.errors import WeftError
from weft.store.database import Tx
from weft.threads.tables import idempotency, posts, scheduled_posts

_SAID = sa.select(idempotency.c.post_id).where(
    idempotency.c.account_id == sa.bindparam("who"), idempotency.c.key == sa.bindparam("key")
)
_say_once = insert(idempotency)
_SAY_ONCE = _say_once.on_conflict_do_update(
    index_elements=["account_id", "key"],
    set_={"post_id": _say_once.excluded.post_id, "at": _say_once.excluded.at},
    where=sa.and_(
        ~sa.exists().where(posts.c.id == idempotency.c.post_id),
        ~sa.exists().where(scheduled_posts.c.id == idempotency.c.post_id),
    ),
).returning(idempotency.c.post_id)
_MOVE = (
    idempotency.update()
    .where(
        idempotency.c.account_id == sa.bindparam("who"),
        idempotency.c.post_id == sa.bindparam("was"),
    )
    .values(post_id=sa.bindparam("becomes"))
)


def said(tx: Tx, author_id: int, key: str) -> int | None:
    """The id of what this key gave before; it may be gone."""
    return tx.scalar(_SAID, who=author_id, key=key)


def say(tx: Tx, author_id: int, key: str, id_: int) -> None:
    """Note what a key gave. Errors: 409, when another process has just written it: this one is
    rolled back, and asked again gives that.
    """
    row = tx.row(_SAY_ONCE, account_id=author_id, key=key, post_id=id_, at=tx.now)
    if row is None:
        raise WeftError("The same post is being written already", 409)


def move(tx: Tx, author_id: int, was: int, becomes: int) -> None:
    """What was scheduled is a post now: its key gives that."""
    tx.run(_MOVE, who=author_id, was=was, becomes=becomes)
