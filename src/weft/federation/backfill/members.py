"""What is known here of a conversation, and where more of it may be."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from msgspec import Struct

from weft.federation.backfill import budget
from weft.store.database import Tx
from weft.threads.tables import post_details, posts


class Member(Struct, frozen=True):
    """A post that everyone may see. ``replies_count``: as many as are known here; ``told``: as its
    own server says.
    """

    id: int
    uri: str
    local: bool
    replies_count: int
    context_uri: str | None
    replies_uri: str | None
    told: int | None


_listed = sa.or_(posts.c.visibility == "public", posts.c.visibility == "unlisted")
_of = sa.and_(
    posts.c.thread_id == sa.bindparam("thread", type_=sa.BigInteger),
    posts.c.boost_of_id.is_(None),
    _listed,
)
_MEMBERS = (
    sa.select(
        posts.c.id,
        posts.c.uri,
        posts.c.local,
        posts.c.replies_count,
        post_details.c.context_uri,
        post_details.c.replies_uri,
        post_details.c.replies_count,
    )
    .join_from(posts, post_details, post_details.c.post_id == posts.c.id, isouter=True)
    .where(_of)
    .order_by(posts.c.id)
    .limit(budget.LISTED)
)
_SIZE = sa.select(sa.func.count()).where(_of)
_THREAD_OF = sa.select(posts.c.thread_id).where(posts.c.uri == sa.bindparam("uri"))


def members(tx: Tx, thread_id: int) -> list[Member]:
    """The first of them, oldest first."""
    return [Member(*row) for row in tx.rows(_MEMBERS, thread=thread_id)]


def size(tx: Tx, thread_id: int) -> int:
    return int(tx.scalar(_SIZE, thread=thread_id))


def threads_of(tx: Tx, uris: Iterable[str]) -> dict[str, int]:
    """In which thread these posts stand, of those that are known here."""
    found = ((uri, tx.scalar(_THREAD_OF, uri=uri)) for uri in dict.fromkeys(uris))
    return {uri: thread_id for uri, thread_id in found if thread_id is not None}
