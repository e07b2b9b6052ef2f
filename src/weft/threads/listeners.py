"""Who hears of a post at once: whose home it stands in, and who would rather not."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from weft.people.tables import accounts, ai_choices, blocks, domain_mutes, follows, mutes
from weft.store.among import among
from weft.store.database import Tx
from weft.threads import posts
from weft.threads.model import Post
from weft.threads.tables import home
from weft.threads.tables import posts as post_table

_IN_HOMES = sa.select(home.c.account_id).where(home.c.post_id == sa.bindparam("post"))
_FOLLOWERS = sa.select(follows.c.follower_id).where(
    follows.c.target_id == sa.bindparam("author"), follows.c.accepted.is_(True)
)
_authors = sa.bindparam("authors", expanding=True, type_=sa.BigInteger)
_UNWILLING = sa.union(
    sa.select(mutes.c.muter_id).where(
        mutes.c.target_id.in_(_authors),
        sa.or_(mutes.c.until.is_(None), mutes.c.until > sa.bindparam("now", type_=sa.BigInteger)),
    ),
    sa.select(blocks.c.blocker_id).where(blocks.c.target_id.in_(_authors)),
    sa.select(blocks.c.target_id).where(blocks.c.blocker_id.in_(_authors)),
    sa.select(domain_mutes.c.account_id)
    .join_from(domain_mutes, accounts, accounts.c.domain == domain_mutes.c.domain)
    .where(accounts.c.id.in_(_authors)),
)

_reader = accounts.alias("reader")
_SEEING = (
    sa.select(_reader.c.id)
    .join_from(_reader, post_table, post_table.c.id == sa.bindparam("post"))
    .where(among(_reader.c.id, "ids"), posts.seen_by(_reader.c.id))
)
_HIDING = sa.select(ai_choices.c.account_id, ai_choices.c.keep).where(
    among(ai_choices.c.account_id, "ids"), ai_choices.c.posts == "hide"
)
_SHUT_OUT = sa.select(blocks.c.target_id).where(blocks.c.blocker_id == sa.bindparam("author"))


def seeing(tx: Tx, post: Post, account_ids: Collection[int]) -> set[int]:
    """Those of these accounts that may see the post, and of a boost also what it boosts."""
    found = {row[0] for row in tx.rows(_SEEING, post=post.id, ids=account_ids)}
    if post.boost_of_id is not None and found:
        found &= {row[0] for row in tx.rows(_SEEING, post=post.boost_of_id, ids=found)}
    return found


def shut_out(tx: Tx, author_id: int) -> set[int]:
    """Accounts that the author blocks."""
    return {row[0] for row in tx.rows(_SHUT_OUT, author=author_id)}


def in_homes(tx: Tx, post_id: int) -> set[int]:
    """Accounts in whose home timeline the post stands."""
    return {row[0] for row in tx.rows(_IN_HOMES, post=post_id)}


def followers(tx: Tx, author_id: int) -> set[int]:
    return {row[0] for row in tx.rows(_FOLLOWERS, author=author_id)}


def unwilling(tx: Tx, post: Post) -> set[int]:
    """Accounts that muted or blocked the author or the author's server (or whom the author
    blocked), or the author of what is boosted.
    """
    authors = {post.author_id}
    if post.boost_of_id is not None:
        original = posts.by_id(tx, post.boost_of_id)
        if original is not None:
            authors.add(original.author_id)
    return {row[0] for row in tx.rows(_UNWILLING, authors=list(authors), now=tx.now)}


def hiding(tx: Tx, post: Post, account_ids: Collection[int]) -> set[int]:
    """Those of these accounts that hide the post because an AI made it, or what it boosts: as
    ``timelines.hidden_ai`` says it for a viewer.
    """
    if post.boost_of_id is not None:
        post = posts.by_id(tx, post.boost_of_id) or post
    if post.ai is None:
        return set()
    rows = tx.rows(_HIDING, ids=account_ids)
    spared = {post.author_id, post.reply_to_author_id}
    return {who for who, keep in rows if who not in spared and str(post.author_id) not in keep}
