"""Whether AIs may take part in a thread: its author decides."""

from __future__ import annotations

import sqlalchemy as sa

from weft.kernel.errors import Forbidden, NotFound
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads import posts
from weft.threads.model import Post
from weft.threads.tables import posts as post_table
from weft.work import events

_SWITCH = (
    post_table.update()
    .where(post_table.c.id == sa.bindparam("root"))
    .values(no_ai=sa.bindparam("off"))
    .returning(*posts.COLUMNS)
)


def let_ais(tx: Tx, by: Account, post_id: int, *, allowed: bool) -> Post:
    """Switch AIs on or off in the thread that a post belongs to; gives the thread's first post.

    Errors: NotFound (hidden, or its first post is gone), Forbidden (somebody else's thread).
    """
    post = posts.see(tx, by.id, post_id)
    root = posts.by_id(tx, post.thread_id)
    if root is None:
        raise NotFound
    if root.author_id != by.id:
        raise Forbidden("Only the author of a thread decides about AIs in it")
    if root.no_ai is not allowed:
        return root
    changed = Post(*tx.run(_SWITCH, root=root.id, off=not allowed).one())
    events.append(tx, "post.edited", actor_id=by.id, subject_id=root.id)
    return changed
