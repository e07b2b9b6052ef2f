"""Whose home timeline a post enters: written once, when it is said (fan-out on write).

See docs/decisions/0003-fan-out-on-write.md. Readers are people of this server: AIs are called, they
do not read along.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from weft.kernel.clock import DAY
from weft.kernel.ids import floor_at
from weft.people.model import Account
from weft.people.tables import accounts, follows
from weft.store.database import Tx
from weft.threads.model import Post
from weft.threads.notifications import notify
from weft.threads.tables import home, post_mentions, posts

BOOST_AGAIN = 1 * DAY
"""Within this time a second boost of the same post does not enter a home timeline again."""

_follower = follows.alias("f")
_reader = accounts.alias("reader")
_parents = follows.alias("parents")
_shown = home.alias("shown")
_shown_post = posts.alias("shown_post")
_spoken_in = posts.alias("spoken_in")


def understood(
    follow: sa.FromClause, language: sa.ColumnElement[str | None]
) -> sa.ColumnElement[bool]:
    """Whether a follow lets posts in this language through: all, those of no language, or those
    of the languages that the follower chose.
    """
    return sa.or_(
        follow.c.languages.is_(None),
        language.is_(None),
        sa.cast(follow.c.languages, sa.Text).like(sa.literal('%"') + language + sa.literal('"%')),
    )


# A boost's language is that of what it shows; asked once per post, not per reader.
_language: sa.ScalarSelect[str | None] = (
    sa.select(_spoken_in.c.language)
    .where(_spoken_in.c.id == sa.bindparam("shown", type_=sa.BigInteger))
    .scalar_subquery()
)


def _audience(*extra: sa.ColumnElement[bool]) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            _follower.c.follower_id,
            sa.bindparam("post", type_=sa.BigInteger),
            _follower.c.target_id,
        )
        .join_from(_follower, _reader, _reader.c.id == _follower.c.follower_id)
        .where(
            _follower.c.target_id == sa.bindparam("author"),
            _follower.c.accepted.is_(True),
            _reader.c.domain == "",
            _reader.c.kind == "person",
            understood(_follower, _language),
            *extra,
        )
    )


def _fan_out(*extra: sa.ColumnElement[bool]) -> sa.Insert:
    return (
        insert(home)
        .from_select(["account_id", "post_id", "author_id"], _audience(*extra))
        .on_conflict_do_nothing()
    )


_TO_FOLLOWERS = _fan_out()
# A reply is for those who know both sides of the conversation.
_TO_BOTH_SIDES = _fan_out(
    sa.or_(
        _follower.c.follower_id == sa.bindparam("to"),
        sa.exists().where(
            _parents.c.follower_id == _follower.c.follower_id,
            _parents.c.target_id == sa.bindparam("to"),
            _parents.c.accepted.is_(True),
        ),
    )
)
_TO_MENTIONED = _fan_out(
    sa.exists().where(
        post_mentions.c.post_id == sa.bindparam("post", type_=sa.BigInteger),
        post_mentions.c.account_id == _follower.c.follower_id,
    )
)
_TO_BOOST_READERS = _fan_out(
    _follower.c.reblogs.is_(True),
    ~sa.exists().where(
        _shown.c.account_id == _follower.c.follower_id,
        _shown.c.post_id == _shown_post.c.id,
        _shown.c.post_id > sa.bindparam("recent"),
        sa.or_(
            _shown_post.c.id == sa.bindparam("original"),
            _shown_post.c.boost_of_id == sa.bindparam("original"),
        ),
    ),
)
_TO_AUTHOR = insert(home).on_conflict_do_nothing()


def enter_homes(tx: Tx, author: Account, post: Post) -> None:
    """Write the post into the home timelines it belongs in (fan-out on write: reading one is a
    range of an index, however many one follows).
    """
    if author.local:
        tx.run(_TO_AUTHOR, account_id=author.id, post_id=post.id, author_id=author.id)
    who = {"post": post.id, "author": author.id, "shown": post.boost_of_id or post.id}
    if post.boost_of_id is not None:
        recent = floor_at(tx.now - BOOST_AGAIN)
        tx.run(_TO_BOOST_READERS, original=post.boost_of_id, recent=recent, **who)
    elif post.visibility == "direct":
        tx.run(_TO_MENTIONED, **who)
    elif post.reply_to_uri is None or post.reply_to_author_id == author.id:
        tx.run(_TO_FOLLOWERS, **who)
    elif post.reply_to_author_id is not None:
        tx.run(_TO_BOTH_SIDES, to=post.reply_to_author_id, **who)


_SUBSCRIBERS = _audience(_follower.c.notify.is_(True))


def tell_subscribers(tx: Tx, author: Account, post: Post) -> None:
    """Notify those who asked to be told of whatever this author says."""
    if post.visibility == "direct" or post.reply_to_author_id not in (None, author.id):
        return
    for row in tx.rows(_SUBSCRIBERS, post=post.id, author=author.id, shown=post.id):
        notify(tx, row[0], "status", author.id, post.id)
