"""Reading what the collections of ActivityPub hold: outboxes, replies, conversations, sizes."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from weft.federation.vocabulary import CONVERSATION_PAGE, PAGE
from weft.kernel.clock import DAY
from weft.kernel.ids import MAX_ID
from weft.people.tables import accounts
from weft.store.database import Tx
from weft.threads.model import Post
from weft.threads.posts import COLUMNS, seen_by
from weft.threads.tables import posts

MONTH = 30 * DAY
HALF_YEAR = 180 * DAY

_OUTBOX = (
    sa.select(*COLUMNS)
    .where(
        posts.c.author_id == sa.bindparam("author"),
        posts.c.id < sa.bindparam("below"),
        seen_by(None),
    )
    .order_by(posts.c.id.desc())
    .limit(PAGE)
)
_author = sa.bindparam("author")


def _replies(whose: sa.ColumnElement[bool]) -> sa.Select[Any, Any]:
    return (
        sa.select(posts.c.id, posts.c.uri)
        .where(
            posts.c.reply_to_id == sa.bindparam("post"),
            posts.c.id > sa.bindparam("above"),
            whose,
            seen_by(None),
        )
        .order_by(posts.c.id)
        .limit(sa.bindparam("most"))
    )


_OWN_REPLIES = _replies(posts.c.author_id == _author)
_OTHERS_REPLIES = _replies(posts.c.author_id != _author)
_REPLIES_SIZE = sa.select(sa.func.count()).where(
    posts.c.reply_to_id == sa.bindparam("post"), seen_by(None)
)
_CONVERSATION = (
    sa.select(posts.c.id, posts.c.uri)
    .where(
        posts.c.thread_id == sa.bindparam("thread"),
        posts.c.boost_of_id.is_(None),
        posts.c.id > sa.bindparam("above"),
        seen_by(None),
    )
    .order_by(posts.c.id)
    .limit(CONVERSATION_PAGE)
)
_IN_CONVERSATION = sa.select(sa.func.count()).where(
    posts.c.thread_id == sa.bindparam("thread"), posts.c.boost_of_id.is_(None), seen_by(None)
)


def _some(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)


_person = accounts.c.kind == "person"
_posted = accounts.c.last_post_at
_USAGE = sa.select(
    _some(_person),
    _some(sa.and_(_person, _posted > sa.bindparam("month"))),
    _some(sa.and_(_person, _posted > sa.bindparam("half_year"))),
    _some(accounts.c.kind == "ai"),
    sa.func.coalesce(sa.func.sum(accounts.c.posts_count), 0),
).where(accounts.c.domain == "", accounts.c.suspended_at.is_(None))


class Usage(Struct, frozen=True):
    """Members here, counted."""

    people: int
    active_month: int
    active_half_year: int
    ais: int
    posts: int


class Entry(Struct, frozen=True):
    """A post by its address, and the id to go on after. ``others``: among the answers of others."""

    id: int
    uri: str
    others: bool = False


def outbox(tx: Tx, account_id: int, below: int = MAX_ID) -> list[Post]:
    """What anyone may see of an account, boosts too, newest first, one page."""
    return [Post(*row) for row in tx.rows(_OUTBOX, author=account_id, below=below)]


def replies(tx: Tx, post: Post, above: int = 0, *, others: bool = False) -> list[Entry]:
    """The public answers to a post, one page: first those of its author (a long post in parts), then
    those of others, each oldest first. ``others``, ``above``: as of the last of the page before.
    """
    who = {"post": post.id, "author": post.author_id}
    found: list[Entry] = []
    if not others:
        rows = tx.rows(_OWN_REPLIES, above=above, most=CONVERSATION_PAGE, **who)
        found = [Entry(*row) for row in rows]
    if room := CONVERSATION_PAGE - len(found):
        rows = tx.rows(_OTHERS_REPLIES, above=above if others else 0, most=room, **who)
        found += [Entry(*row, others=True) for row in rows]
    return found


def replies_size(tx: Tx, post_id: int) -> int:
    return int(tx.scalar(_REPLIES_SIZE, post=post_id))


def conversation(tx: Tx, thread_id: int, above: int = 0) -> list[Entry]:
    """The public posts of a thread, oldest first, one page."""
    return [Entry(*row) for row in tx.rows(_CONVERSATION, thread=thread_id, above=above)]


def conversation_size(tx: Tx, thread_id: int) -> int:
    return int(tx.scalar(_IN_CONVERSATION, thread=thread_id))


def usage(tx: Tx) -> Usage:
    """Reads every account: to be asked rarely."""
    row = tx.row(_USAGE, month=tx.now - MONTH, half_year=tx.now - HALF_YEAR)
    return Usage(*row) if row is not None else Usage(0, 0, 0, 0, 0)
