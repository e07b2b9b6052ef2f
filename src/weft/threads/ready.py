"""Posts as they were last read, kept while nothing in them changes.

The same posts stand in many home timelines, again and again, and a post is forty columns. So a
list asks for ids and versions (`HEAD`) and takes from here what it has seen before. Each UPDATE of
a row counts its ``version`` up, whoever makes it (``threads.tables``), so nothing has to be told to
forget. What a transaction that writes sees may never have been: it reads anew and keeps nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from weft.store.among import among
from weft.store.database import Tx
from weft.store.engines import Engine
from weft.threads.model import Post
from weft.threads.tables import posts

KEPT_MAX = 2_048
"""Posts kept: more than are new in a day of most servers."""
KEPT_HTML_MAX = 4_000
"""Characters of a post that is kept; with the above some 6 MB, 30 at the very worst."""

HEAD: tuple[sa.ColumnElement[Any], ...] = (posts.c.id, posts.c.version)
COLUMNS = tuple(posts.c[field] for field in Post.__struct_fields__)

_THESE = sa.select(posts.c.version, *COLUMNS).where(among(posts.c.id, "ids"))

_kept: WeakKeyDictionary[Engine, dict[int, tuple[int, Post]]] = WeakKeyDictionary()


def these(tx: Tx, heads: Iterable[Sequence[Any]]) -> dict[int, Post]:
    """The posts with these ids and versions (rows of `HEAD`), by id. What changed since that row
    was read is given as it is now; what was deleted is left out.
    """
    kept = _kept.setdefault(tx.engine, {})
    found: dict[int, Post] = {}
    missing: list[int] = []
    for post_id, version in heads:
        one = kept.get(post_id)
        if tx.reads and one is not None and one[0] == version:
            found[post_id] = one[1]
        else:
            missing.append(post_id)
    if missing:
        if len(kept) + len(missing) > KEPT_MAX:
            kept.clear()  # rare and cheap to fill again; no bookkeeping on the hot path
        for version, *columns in tx.rows(_THESE, ids=missing):
            post = found[columns[0]] = Post(*columns)
            if tx.reads and len(post.html) <= KEPT_HTML_MAX:
                kept[post.id] = version, post
    return found


def listed(tx: Tx, heads: Sequence[Sequence[Any]]) -> list[Post]:
    """The same as a list, in the order of the heads."""
    found = these(tx, heads)
    return [found[post_id] for post_id, _ in heads if post_id in found]
