"""A whole thread around one post: what it answers, and what answers it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from weft.store.among import among
from weft.store.database import Tx
from weft.threads.model import Post
from weft.threads.posts import COLUMNS, seen_by
from weft.threads.tables import posts
from weft.threads.timelines import hidden_ai, unwanted

ANCESTORS_MAX = 200
"""Nobody scrolls up further; a chain of remote replies may be endless."""
DESCENDANTS_MAX = 1_000
"""What a client can lay out at once; the first ones, not the newest."""
STRANGERS_MAX = 60
"""Descendants for someone who is not signed in: Mastodon's limit, against scraping."""

_viewer = sa.bindparam("viewer", type_=sa.BigInteger)


def _up() -> sa.Select[Any, Any]:
    first = sa.select(
        posts.c.id, posts.c.reply_to_id, sa.literal_column("0", sa.Integer).label("depth")
    ).where(posts.c.id == sa.bindparam("post"))
    chain = first.cte("chain", recursive=True)
    chain = chain.union_all(
        sa.select(posts.c.id, posts.c.reply_to_id, chain.c.depth + 1)
        .join(chain, posts.c.id == chain.c.reply_to_id)
        .where(chain.c.depth < ANCESTORS_MAX)
    )
    return (
        sa.select(chain.c.id, chain.c.depth).where(chain.c.depth > 0).order_by(chain.c.depth.desc())
    )


def _down() -> sa.Select[Any, Any]:
    tree = (
        sa.select(posts.c.id, posts.c.reply_to_id)
        .where(posts.c.reply_to_id == sa.bindparam("post"))
        .cte("tree", recursive=True)
    )
    # UNION, not UNION ALL: a ring of replies from a hostile server ends here.
    tree = tree.union(
        sa.select(posts.c.id, posts.c.reply_to_id).join(tree, posts.c.reply_to_id == tree.c.id)
    )
    return sa.select(tree.c.id, tree.c.reply_to_id).order_by(tree.c.id).limit(sa.bindparam("most"))


_UP = _up()
_DOWN = _down()
_SHOWN = {
    False: sa.select(*COLUMNS).where(among(posts.c.id, "ids"), seen_by(None)),
    True: sa.select(*COLUMNS).where(
        among(posts.c.id, "ids"), seen_by(_viewer), ~unwanted(posts.c.author_id), ~hidden_ai()
    ),
}


def context(tx: Tx, viewer: int | None, post: Post) -> tuple[list[Post], list[Post]]:
    """(ancestors, root first; descendants, each below what it answers). What the viewer may not
    or does not want to see is left out; what answers it stays.
    """
    above = [row[0] for row in tx.rows(_UP, post=post.id)]
    most = STRANGERS_MAX if viewer is None else DESCENDANTS_MAX
    edges = [(row[0], row[1]) for row in tx.rows(_DOWN, post=post.id, most=most)]
    below = in_reading_order(post.id, edges)
    wanted = list(dict.fromkeys([*above, *below]))
    if not wanted:
        return [], []
    named = {"ids": wanted} if viewer is None else {"ids": wanted, "viewer": viewer, "now": tx.now}
    shown = {row[0]: Post(*row) for row in tx.rows(_SHOWN[viewer is not None], **named)}
    ancestors = [shown[id_] for id_ in above if id_ in shown]
    return ancestors, [shown[id_] for id_ in below if id_ in shown]


def in_reading_order(root: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """Depth first: under each post its answers, oldest first. ``edges``: (post, what it answers),
    oldest first.
    """
    answers: dict[int, list[int]] = {}
    for post, parent in edges:
        answers.setdefault(parent, []).append(post)
    order: list[int] = []
    seen = {root}
    waiting = answers.get(root, [])[::-1]
    while waiting:
        post = waiting.pop()
        if post not in seen:
            seen.add(post)
            order.append(post)
            waiting += answers.get(post, [])[::-1]
    return order
