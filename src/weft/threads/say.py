"""The moment a post or a boost counts: in timelines, numbers, notifications, searches, and for
whoever reacts to it. For nearly all it is when they are written; for what waits for somebody's yes
(``threads.interaction_requests``) it is then.
"""

from __future__ import annotations

import sqlalchemy as sa

from weft.people.model import Account
from weft.people.tables import accounts
from weft.store import search
from weft.store.database import Tx
from weft.threads import posts
from weft.threads.homes import enter_homes, tell_subscribers
from weft.threads.indexed import index_kept, index_words
from weft.threads.model import Post
from weft.threads.notifications import notify
from weft.threads.tables import home, notifications
from weft.threads.tables import posts as post_table
from weft.work import events

_which = sa.bindparam("which", type_=sa.BigInteger)
_REPLIED = (
    post_table.update()
    .where(post_table.c.id == _which)
    .values(replies_count=post_table.c.replies_count + sa.bindparam("by"))
)
_BOOSTED = (
    post_table.update()
    .where(post_table.c.id == _which)
    .values(boosts_count=post_table.c.boosts_count + 1)
)
_POSTED = (
    accounts.update()
    .where(accounts.c.id == sa.bindparam("who"))
    .values(
        posts_count=accounts.c.posts_count + 1,
        last_post_at=sa.bindparam("at", type_=sa.BigInteger),
    )
)
_OWN_HOME = home.insert()
_OUT_OF_HOMES = home.delete().where(
    home.c.post_id == _which, home.c.account_id != sa.bindparam("but", type_=sa.BigInteger)
)
_UNTELL = notifications.delete().where(notifications.c.post_id == _which)
_UNPOSTED = (
    accounts.update()
    .where(accounts.c.id == sa.bindparam("who"), accounts.c.posts_count > 0)
    .values(posts_count=accounts.c.posts_count - 1)
)


def say(tx: Tx, author: Account, post: Post, *, quiet: bool = False) -> None:
    """``quiet``: no home, no notice, no event. Event: post.created."""
    if post.boost_of_id is not None:
        _say_boost(tx, author, post, post.boost_of_id, quiet=quiet)
        return
    if post.reply_to_id is not None:
        tx.run(_REPLIED, which=post.reply_to_id, by=1)
    tx.run(_POSTED, who=author.id, at=max(post.created_at, author.last_post_at or 0))
    index_words(tx, author, post)
    if quiet:
        return
    enter_homes(tx, author, post)
    for mention in post.mentions:
        if "@" not in mention["acct"]:
            notify(tx, int(mention["id"]), "mention", author.id, post.id)
    tell_subscribers(tx, author, post)
    events.append(tx, "post.created", actor_id=author.id, subject_id=post.id, subject=post)


def replied(tx: Tx, post_id: int, by: int) -> None:
    """So many more answers to a post were found."""
    tx.run(_REPLIED, which=post_id, by=by)


def hold(tx: Tx, author: Account, post: Post) -> None:
    """It is written but does not count yet: whoever wrote it here has it before them."""
    if author.local:
        tx.run(_OWN_HOME, account_id=author.id, post_id=post.id, author_id=author.id)


def unsay(tx: Tx, author: Account, post: Post) -> None:
    """An answer counts no more; its author still has it."""
    if post.reply_to_id is not None:
        tx.run(_REPLIED, which=post.reply_to_id, by=-1)
    tx.run(_UNPOSTED, who=author.id)
    tx.run(_OUT_OF_HOMES, which=post.id, but=author.id)
    tx.run(_UNTELL, which=post.id)
    search.drop(tx, post.id)


def _say_boost(
    tx: Tx, author: Account, boost: Post, original_id: int, *, quiet: bool = False
) -> None:
    original = posts.by_id(tx, original_id)
    if original is None:
        return
    tx.run(_BOOSTED, which=original.id)
    index_kept(tx, author, original)
    tx.run(_POSTED, who=author.id, at=max(boost.created_at, author.last_post_at or 0))
    if quiet:
        return
    enter_homes(tx, author, boost)
    notify(tx, original.author_id, "reblog", author.id, original.id)
    events.append(tx, "post.created", actor_id=author.id, subject_id=boost.id)
