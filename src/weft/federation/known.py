"""What an arriving activity has to do with anybody here: look-ups, no changes."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from msgspec import Struct

from weft.people.tables import accounts, blocks, follows
from weft.store.among import among
from weft.store.database import Tx
from weft.threads.tables import likes, posts

_FOLLOWED = (
    sa.select(follows.c.id)
    .where(follows.c.target_id == sa.bindparam("target"), follows.c.accepted.is_(True))
    .limit(1)
)
_LOCAL = sa.select(accounts.c.id, accounts.c.uri).where(
    among(accounts.c.uri, "uris"),
    accounts.c.domain == "",
    accounts.c.kind != "application",
    ~sa.exists().where(
        blocks.c.blocker_id == accounts.c.id, blocks.c.target_id == sa.bindparam("sender")
    ),
)
_ACCOUNT_ID = sa.select(accounts.c.id).where(accounts.c.uri == sa.bindparam("uri"))
_POST_ID = sa.select(posts.c.id).where(posts.c.uri == sa.bindparam("uri"))
_FOLLOW = sa.select(follows.c.follower_id, follows.c.target_id).where(
    follows.c.uri == sa.bindparam("uri"), follows.c.follower_id == sa.bindparam("follower")
)
_FOLLOW_OF = sa.select(follows.c.follower_id).where(
    follows.c.uri == sa.bindparam("uri"), follows.c.target_id == sa.bindparam("target")
)
_LIKE = sa.select(likes.c.post_id).where(
    likes.c.uri == sa.bindparam("uri"), likes.c.account_id == sa.bindparam("who")
)
_BLOCK = sa.select(blocks.c.target_id).where(
    blocks.c.uri == sa.bindparam("uri"), blocks.c.blocker_id == sa.bindparam("who")
)


class Undone(Struct, frozen=True):
    """What an ``Undo`` that only names an id takes back: ids of the post or account concerned."""

    kind: str
    subject_id: int


def is_followed(tx: Tx, account_id: int) -> bool:
    """Whether anybody here follows this account elsewhere."""
    return tx.row(_FOLLOWED, target=account_id) is not None


def members(tx: Tx, uris: Iterable[str], sender_id: int) -> list[str]:
    """Those of these addresses that are members here and do not block the sender."""
    own = f"{tx.site.base}/"
    ours = [uri for uri in dict.fromkeys(uris) if uri.startswith(own)]
    return [row.uri for row in tx.rows(_LOCAL, uris=ours, sender=sender_id)] if ours else []


def has_post(tx: Tx, uri: str) -> bool:
    return tx.row(_POST_ID, uri=uri) is not None


def has_account(tx: Tx, uri: str) -> bool:
    return tx.row(_ACCOUNT_ID, uri=uri) is not None


def follower_by_activity(tx: Tx, uri: str, target_id: int) -> int | None:
    """Who asked, by the ``Follow`` activity with this id, to follow ``target_id``."""
    return tx.scalar(_FOLLOW_OF, uri=uri, target=target_id) if uri else None


def undone(tx: Tx, uri: str, actor_id: int) -> Undone | None:
    """What this actor did with the activity of this id."""
    if row := tx.row(_FOLLOW, uri=uri, follower=actor_id):
        return Undone("Follow", row.target_id)
    if row := tx.row(_LIKE, uri=uri, who=actor_id):
        return Undone("Like", row.post_id)
    if row := tx.row(_BLOCK, uri=uri, who=actor_id):
        return Undone("Block", row.target_id)
    return None
