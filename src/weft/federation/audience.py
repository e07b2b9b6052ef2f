"""To which inboxes something goes: each once, and a server's shared one where it has one.

``accounts.shared_inbox`` holds only inboxes on the account's own site (``read_actor`` sees to it):
otherwise anybody could have us send every follower's posts to a stranger.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from weft.federation.tables import gone_inboxes
from weft.people.tables import accounts, follows
from weft.store.database import Tx
from weft.threads.tables import poll_votes, posts

_inbox = sa.case((accounts.c.shared_inbox != "", accounts.c.shared_inbox), else_=accounts.c.inbox)
_reachable = sa.and_(
    accounts.c.domain != "",
    accounts.c.suspended_at.is_(None),
    _inbox != "",
    ~sa.exists().where(gone_inboxes.c.inbox == _inbox),
)
_ids = sa.bindparam("ids", expanding=True)
_FOLLOWERS = (
    sa.select(_inbox)
    .join_from(follows, accounts, accounts.c.id == follows.c.follower_id)
    .where(follows.c.target_id == sa.bindparam("target"), follows.c.accepted.is_(True), _reachable)
    .distinct()
)
_THESE = sa.select(_inbox).where(accounts.c.id.in_(_ids), _reachable).distinct()
_BOOSTERS = (
    sa.select(_inbox)
    .join_from(posts, accounts, accounts.c.id == posts.c.author_id)
    .where(posts.c.boost_of_id == sa.bindparam("post"), posts.c.local.is_(False), _reachable)
    .distinct()
)


_VOTERS = (
    sa.select(_inbox)
    .join_from(poll_votes, accounts, accounts.c.id == poll_votes.c.account_id)
    .where(poll_votes.c.poll_id == sa.bindparam("poll"), _reachable)
    .distinct()
)


def of_voters(tx: Tx, poll_id: int) -> list[str]:
    """Inboxes of those elsewhere who answered a poll: they wait for its result."""
    return [row[0] for row in tx.rows(_VOTERS, poll=poll_id)]


def of_followers(tx: Tx, account_id: int) -> list[str]:
    """Inboxes of everyone elsewhere who follows an account."""
    return [row[0] for row in tx.rows(_FOLLOWERS, target=account_id)]


def of(tx: Tx, account_ids: Iterable[int | None]) -> list[str]:
    """Inboxes of those among these accounts who are elsewhere."""
    ids = list({id_ for id_ in account_ids if id_ is not None})
    return [row[0] for row in tx.rows(_THESE, ids=ids)] if ids else []


def of_boosters(tx: Tx, post_id: int) -> list[str]:
    """Inboxes of those elsewhere who boosted a post: their servers have a copy."""
    return [row[0] for row in tx.rows(_BOOSTERS, post=post_id)]
