"""Finding posts, and the one rule of who may see them."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from weft.kernel.errors import NotFound
from weft.people.tables import accounts, blocks, follows
from weft.store.among import among
from weft.store.database import Tx
from weft.threads import ready
from weft.threads.model import Post
from weft.threads.ready import COLUMNS, HEAD
from weft.threads.tables import post_mentions, posts, tombstones
from weft.work.events import Event

_BY_ID = sa.select(*COLUMNS).where(posts.c.id == sa.bindparam("id"))
_BY_IDS = sa.select(*HEAD).where(among(posts.c.id, "ids"))
_BY_URI = sa.select(*COLUMNS).where(posts.c.uri == sa.bindparam("uri"))
_BY_URL = (
    sa.select(*COLUMNS)
    # The second says nothing new after ``by_uri``; it is what the index is for.
    .where(posts.c.url == sa.bindparam("url"), posts.c.url != posts.c.uri)
    .limit(1)
)
_GONE = sa.select(tombstones.c.open).where(tombstones.c.uri == sa.bindparam("uri"))


def said(table: sa.FromClause = posts) -> sa.ColumnElement[bool]:
    """Whether a post or boost counts: it did not have to wait for anybody's yes, or has it."""
    return sa.or_(table.c.approval.is_(None), table.c.approval == "accepted")


def seen_by(
    viewer: int | sa.ColumnElement[int] | None, table: sa.FromClause = posts
) -> sa.ColumnElement[bool]:
    """Who may see a post, as a condition on rows of ``table``: the one place that says it.

    public, unlisted: everyone. private: the author, accepted followers, the mentioned.
    direct: the author and the mentioned. Nobody whom the author blocks; nothing of a suspended
    author. What waits for the yes of whom it answers: the author and they.
    """
    post = table.c
    # Not ``in_``: SQLAlchemy writes a list anew each time it is run.
    listed = sa.or_(post.visibility == "public", post.visibility == "unlisted")
    standing = ~sa.exists().where(
        accounts.c.id == post.author_id, accounts.c.suspended_at.isnot(None)
    )
    if viewer is None:
        return sa.and_(listed, said(table), standing)
    follower = sa.exists().where(
        follows.c.follower_id == viewer,
        follows.c.target_id == post.author_id,
        follows.c.accepted.is_(True),
    )
    mentioned = sa.exists().where(
        post_mentions.c.post_id == post.id, post_mentions.c.account_id == viewer
    )
    blocked = sa.exists().where(blocks.c.blocker_id == post.author_id, blocks.c.target_id == viewer)
    return sa.or_(
        post.author_id == viewer,
        sa.and_(
            sa.or_(listed, mentioned, sa.and_(post.visibility == "private", follower)),
            sa.or_(
                said(table),
                sa.and_(post.approval == "pending", post.reply_to_author_id == viewer),
            ),
            ~blocked,
            standing,
        ),
    )


_viewer = sa.bindparam("viewer", type_=sa.BigInteger)
_SEE = {
    False: sa.select(*COLUMNS).where(posts.c.id == sa.bindparam("id"), seen_by(None)),
    True: sa.select(*COLUMNS).where(posts.c.id == sa.bindparam("id"), seen_by(_viewer)),  # pyright: ignore[reportArgumentType]
}


_SEE_THESE = {
    False: sa.select(*HEAD).where(among(posts.c.id, "ids"), seen_by(None)),
    True: sa.select(*HEAD).where(among(posts.c.id, "ids"), seen_by(_viewer)),  # pyright: ignore[reportArgumentType]
}


def by_id(tx: Tx, post_id: int) -> Post | None:
    row = tx.row(_BY_ID, id=post_id)
    return Post(*row) if row is not None else None


def of(tx: Tx, event: Event) -> Post | None:
    """The post that an event is about."""
    if isinstance(event.subject, Post):
        return event.subject
    return by_id(tx, event.subject_id) if event.subject_id is not None else None


def by_ids(tx: Tx, ids: Iterable[int]) -> dict[int, Post]:
    wanted = list(set(ids))
    if not wanted:
        return {}
    return ready.these(tx, tx.rows(_BY_IDS, ids=wanted))


def by_uri(tx: Tx, uri: str) -> Post | None:
    row = tx.row(_BY_URI, uri=uri)
    return Post(*row) if row is not None else None


def by_url(tx: Tx, url: str) -> Post | None:
    """By the address that people copy, where it is not the uri; ``by_uri`` first."""
    row = tx.row(_BY_URL, url=url)
    return Post(*row) if row is not None else None


def see(tx: Tx, viewer: int | None, post_id: int) -> Post:
    """A post that ``viewer`` (None: anyone) may see. Errors: NotFound, also for hidden ones.

    A boost is seen when the boost and what it boosts are.
    """
    row = (
        tx.row(_SEE[False], id=post_id)
        if viewer is None
        else tx.row(_SEE[True], id=post_id, viewer=viewer)
    )
    if row is None:
        raise NotFound
    post = Post(*row)
    if post.boost_of_id is not None:
        see(tx, viewer, post.boost_of_id)
    return post


def seen(tx: Tx, viewer: int | None, ids: Iterable[int]) -> dict[int, Post]:
    """Those of these posts that ``viewer`` (None: anyone) may see now."""
    wanted = list(set(ids))
    if not wanted:
        return {}
    heads = (
        tx.rows(_SEE_THESE[False], ids=wanted)
        if viewer is None
        else tx.rows(_SEE_THESE[True], ids=wanted, viewer=viewer)
    )
    return ready.these(tx, heads)


def may_see(tx: Tx, viewer: int | None, post: Post) -> bool:
    try:
        see(tx, viewer, post.id)
    except NotFound:
        return False
    return True


def is_gone(tx: Tx, uri: str) -> bool:
    """Whether a post with this uri was deleted."""
    return tx.row(_GONE, uri=uri) is not None


def was_open(tx: Tx, uri: str) -> bool:
    """Whether a post with this uri was deleted that everybody could see."""
    return bool(tx.scalar(_GONE, uri=uri))
