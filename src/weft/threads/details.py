"""What another server says of its post besides the post: its conversation, its replies, its counts.

No timeline needs it, so it stands in a row of its own, and only for remote posts that have some.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects.postgresql import insert

from weft.store.among import among
from weft.store.database import Tx
from weft.threads.model import Post
from weft.threads.tables import post_details, posts

COUNTS = frozenset({"replies_count", "likes_count", "boosts_count"})

_COUNTED = posts.update().where(posts.c.id == sa.bindparam("post")).values(counted=sa.true())


class Details(Struct, frozen=True):
    """Field for field the columns of ``post_details``, in their order. None: not said. Times are ms.

    ``content_map`` is {language: {html (safe), spoiler}}; ``signals`` are FEP-5e53's ("noai", "noindex", …).
    """

    post_id: int
    context_uri: str | None = None
    replies_uri: str | None = None
    replies_count: int | None = None
    likes_count: int | None = None
    boosts_count: int | None = None
    counted_at: int | None = None
    content_map: dict[str, Any] | None = None
    signals: list[str] | None = None


_OF = sa.select(*(post_details.c[field] for field in Details.__struct_fields__)).where(
    among(post_details.c.post_id, "ids")
)


@cache
def _upsert(columns: tuple[str, ...]) -> sa.Executable:
    """One statement per set of columns: there are few, and each is a constant."""
    statement = insert(post_details).values(
        {
            name: sa.bindparam(name, type_=post_details.c[name].type)
            for name in ("post_id", *columns)
        }
    )
    return statement.on_conflict_do_update(
        index_elements=["post_id"], set_={name: statement.excluded[name] for name in columns}
    )


def put(tx: Tx, post_id: int, **columns: Any) -> None:
    """Keep what is named; the other columns stay. Errors: KeyError for a column that there is not."""
    if columns:
        tx.run(_upsert(tuple(sorted(columns))), {"post_id": post_id, **columns})


def learn(tx: Tx, post_id: int, told: Mapping[str, Any]) -> None:
    """As `put`, and when its server counted."""
    counts = COUNTS & told.keys()
    put(tx, post_id, **told, **({"counted_at": tx.now} if counts else {}))
    if any(told[name] for name in counts):
        tx.run(_COUNTED, post=post_id)


def of(tx: Tx, ids: Iterable[int]) -> dict[int, Details]:
    """Those of these posts of which something is kept."""
    wanted = list(set(ids))
    return {row[0]: Details(*row) for row in tx.rows(_OF, ids=wanted)} if wanted else {}


class Counts(Struct, frozen=True):
    """How many answers, boosts and likes are shown of a post, named as in `Post`."""

    replies_count: int
    boosts_count: int
    likes_count: int


def counts(tx: Tx, found: Iterable[Post]) -> dict[int, Counts]:
    """What is shown of those posts whose own server counts too: the greater number of each. Here
    not everything arrives; there not everything of the last minute. No read where none is counted.
    """
    elsewhere = {post.id: post for post in found if post.counted}
    return {
        post_id: Counts(
            max(elsewhere[post_id].replies_count, there.replies_count or 0),
            max(elsewhere[post_id].boosts_count, there.boosts_count or 0),
            max(elsewhere[post_id].likes_count, there.likes_count or 0),
        )
        for post_id, there in of(tx, elsewhere).items()
    }
