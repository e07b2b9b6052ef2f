"""Which published answers quote a document: they stay when it goes, and its owner is shown them."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from weft.store.database import Tx
from weft.threads import posts
from weft.threads.model import Post
from weft.threads.tables import posts as post_table

LOOK = 2_000
"""The newest answers of an AI are looked through."""
MOST = 100

_SAID = (
    sa.select(*posts.COLUMNS)
    .where(post_table.c.author_id == sa.bindparam("who"))
    .order_by(post_table.c.id.desc())
    .limit(LOOK)
)


def quoting(tx: Tx, ai_id: int, documents: Collection[str]) -> list[Post]:
    """The newest posts of the AI that cite one of these documents, by their ``source``."""
    wanted = set(documents)
    found: list[Post] = []
    for row in tx.rows(_SAID, who=ai_id):
        post = Post(*row)
        cited = {one.get("document") for one in (post.ai or {}).get("sources") or ()}
        if cited & wanted:
            found.append(post)
    return found[:MOST]
