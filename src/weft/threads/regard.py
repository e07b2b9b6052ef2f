"""What a viewer did with posts: liked, boosted, kept, muted, pinned. One read for any number of posts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from weft.store.among import among
from weft.store.database import Tx
from weft.threads.model import Post
from weft.threads.tables import bookmarks, likes, muted_threads, pins, posts


class Marks(NamedTuple):
    """Ids of posts; ``muted``: of threads."""

    liked: set[int]
    boosted: set[int]
    kept: set[int]
    muted: set[int]
    pinned: set[int]


_viewer = sa.bindparam("viewer", type_=sa.BigInteger)


def _mark(number: int) -> sa.ColumnElement[int]:
    """Which set of ``Marks`` a row belongs to."""
    return sa.literal_column(str(number), sa.Integer)


_MARKS = sa.union_all(
    sa.select(_mark(0), likes.c.post_id).where(
        likes.c.account_id == _viewer, among(likes.c.post_id, "ids")
    ),
    sa.select(_mark(1), posts.c.boost_of_id).where(
        posts.c.author_id == _viewer, among(posts.c.boost_of_id, "ids")
    ),
    sa.select(_mark(2), bookmarks.c.post_id).where(
        bookmarks.c.account_id == _viewer, among(bookmarks.c.post_id, "ids")
    ),
    sa.select(_mark(3), muted_threads.c.thread_id).where(
        muted_threads.c.account_id == _viewer, among(muted_threads.c.thread_id, "threads")
    ),
    sa.select(_mark(4), pins.c.post_id).where(
        pins.c.account_id == _viewer, among(pins.c.post_id, "ids")
    ),
)


def marks(tx: Tx, viewer: int | None, shown: Sequence[Post]) -> Marks:
    """What ``viewer`` (None: nobody in particular) did with these posts."""
    found = Marks(set(), set(), set(), set(), set())
    ids = [post.id for post in shown if post.boost_of_id is None]
    if viewer is None or not ids:
        return found
    threads = [post.thread_id for post in shown if post.boost_of_id is None]
    for number, id_ in tx.rows(_MARKS, viewer=viewer, ids=ids, threads=threads):
        found[number].add(id_)
    return found
