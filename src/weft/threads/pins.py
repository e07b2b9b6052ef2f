"""Pinning: a few of one's own posts stand on top of one's profile.

https://docs.joinmastodon.org/methods/statuses/#pin
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from weft.kernel.errors import Invalid
from weft.kernel.ids import new_id
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads import posts
from weft.threads.model import Post
from weft.threads.tables import pins
from weft.threads.tables import posts as post_table
from weft.work import events

PINS_MAX = 5
"""Mastodon's number: what stands above everything else should be short."""
ELSEWHERE_MAX = 20
"""Of an account of another server, whose rule is its own: more is no profile but a store."""

_by = sa.bindparam("by", type_=sa.BigInteger)
_post = sa.bindparam("post", type_=sa.BigInteger)
_PIN = insert(pins).on_conflict_do_nothing()
_UNPIN = (
    pins.delete().where(pins.c.account_id == _by, pins.c.post_id == _post).returning(pins.c.post_id)
)
_PINNED = sa.select(pins.c.post_id).where(pins.c.account_id == _by)


def _list(viewer: sa.BindParameter[int] | None) -> sa.Select[tuple[object, ...]]:
    return (
        sa.select(*posts.COLUMNS)
        .join_from(pins, post_table, post_table.c.id == pins.c.post_id)
        .where(pins.c.account_id == _by, posts.seen_by(viewer))
        .order_by(pins.c.id.desc())
    )


_LIST = {False: _list(None), True: _list(sa.bindparam("viewer", type_=sa.BigInteger))}


def pin(tx: Tx, by: Account, post_id: int) -> Post:
    """Put one's own post on top; twice is once. Event: post.pinned. Errors: NotFound (hidden or
    gone), Invalid, in Mastodon's words (somebody else's, a direct one, a boost, one too many).
    """
    post = posts.see(tx, by.id, post_id)
    if post.author_id != by.id:
        raise Invalid("Validation failed: Someone else's post cannot be pinned")
    if post.boost_of_id is not None:
        raise Invalid("Validation failed: A boost cannot be pinned")
    if post.visibility == "direct":
        raise Invalid(
            "Validation failed: Posts that are only visible to mentioned users cannot be pinned"
        )
    pinned = {row[0] for row in tx.rows(_PINNED, by=by.id)}
    if post.id not in pinned:
        if len(pinned) >= PINS_MAX:
            raise Invalid("Validation failed: You have already pinned the maximum number of posts")
        tx.run(_PIN, id=new_id(), account_id=by.id, post_id=post.id, created_at=tx.now)
        events.append(tx, "post.pinned", actor_id=by.id, subject_id=post.id, subject=post)
    return post


def unpin(tx: Tx, by: Account, post_id: int) -> Post:
    """Event: post.unpinned. Errors: NotFound; none for a post that is not pinned."""
    post = posts.see(tx, by.id, post_id)
    if take_down(tx, by, post.id):
        events.append(tx, "post.unpinned", actor_id=by.id, subject_id=post.id, subject=post)
    return post


def put_up(tx: Tx, author: Account, post: Post) -> None:
    """Somebody elsewhere did so with a post of theirs. Only what everyone may see, and no more than
    so many: whatever comes then is left out.
    """
    if post.boost_of_id is not None or post.visibility not in ("public", "unlisted"):
        return
    if len(tx.rows(_PINNED, by=author.id)) < ELSEWHERE_MAX:
        tx.run(_PIN, id=new_id(), account_id=author.id, post_id=post.id, created_at=tx.now)


def take_down(tx: Tx, author: Account, post_id: int) -> bool:
    """Whether it was up."""
    return tx.row(_UNPIN, by=author.id, post=post_id) is not None


def pinned(tx: Tx, viewer: int | None, account_id: int) -> list[Post]:
    """An account's pinned posts that the viewer may see, the last pinned first."""
    rows = (
        tx.rows(_LIST[False], by=account_id)
        if viewer is None
        else tx.rows(_LIST[True], by=account_id, viewer=viewer)
    )
    return [Post(*row) for row in rows]
