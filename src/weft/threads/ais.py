"""Whether AIs may take part in a thread: its author decides."""

from __future__ import annotations

from weft.kernel.errors import Forbidden, NotFound
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads import allow, consent, posts
from weft.threads.model import Post


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
    return allow.allow(tx, by, root.id, {"invoke": consent.EVERYONE if allowed else consent.NOBODY})
