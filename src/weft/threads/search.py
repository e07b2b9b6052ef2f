"""Finding posts and tags by words: public posts of those who agreed to it."""

from __future__ import annotations

import sqlalchemy as sa

from weft.people.tables import accounts
from weft.store import search as index
from weft.store.among import among
from weft.store.database import Tx
from weft.threads.model import Post
from weft.threads.posts import COLUMNS, seen_by
from weft.threads.tables import post_tags, posts
from weft.threads.timelines import unwanted
from weft.threads.tokens import fold_tag

LOOK_MAX = 200
"""Best matches that are looked at; those the viewer may not see fall out of them."""

_viewer = sa.bindparam("viewer", type_=sa.BigInteger)
# Whoever changed their mind is not found by what was indexed before.
_willing = sa.exists().where(accounts.c.id == posts.c.author_id, accounts.c.indexable.is_(True))
_SHOWN = {
    False: sa.select(*COLUMNS).where(among(posts.c.id, "ids"), seen_by(None), _willing),
    True: sa.select(*COLUMNS).where(
        among(posts.c.id, "ids"), seen_by(_viewer), ~unwanted(posts.c.author_id), _willing
    ),
}
_TAGS = (
    sa.select(post_tags.c.tag, sa.func.count().label("uses"))
    .join_from(post_tags, posts, posts.c.id == post_tags.c.post_id)
    .where(
        post_tags.c.tag.like(sa.bindparam("start"), escape="\\"),
        # A tag is a word of its post: what was said to a few is not told to all.
        posts.c.visibility == "public",
        seen_by(None),
    )
    .group_by(post_tags.c.tag)
    .order_by(
        (post_tags.c.tag == sa.bindparam("exact")).desc(), sa.func.count().desc(), post_tags.c.tag
    )
    .limit(sa.bindparam("most"))
    .offset(sa.bindparam("skip"))
)


def find_posts(
    tx: Tx,
    viewer: int | None,
    text: str,
    *,
    limit: int,
    offset: int = 0,
    author_id: int | None = None,
) -> list[Post]:
    """Public posts with all the words, best first."""
    ids = index.find(tx, text, limit=LOOK_MAX)
    if not ids:
        return []
    named = {} if viewer is None else {"viewer": viewer, "now": tx.now}
    shown = {row[0]: Post(*row) for row in tx.rows(_SHOWN[viewer is not None], ids=ids, **named)}
    found = [shown[id_] for id_ in ids if id_ in shown]
    if author_id is not None:
        found = [post for post in found if post.author_id == author_id]
    return found[offset : offset + limit]


def find_tags(tx: Tx, text: str, *, limit: int, offset: int = 0) -> list[str]:
    """Tags of public posts that begin with the text, most used first; the very tag before all."""
    fold = fold_tag(text.strip())
    if not fold or " " in fold:
        return []
    safe = fold.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    rows = tx.rows(_TAGS, start=f"{safe}%", exact=fold, most=limit, skip=offset)
    return [row[0] for row in rows]
