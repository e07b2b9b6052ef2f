"""How many lines machines have said since a person last spoke, and whether a person asked for it.

What ends a chain of machines is this count and nothing softer. It is taken over every line of an
AI or a bot, of this server or another, by walking up what each line answers, before anything is
filtered: a line that is hidden, or that nobody was told of, counts like any other.
"""

from __future__ import annotations

import sqlalchemy as sa

from weft.people import accounts
from weft.people.model import Account
from weft.people.tables import accounts as account_table
from weft.store.database import Tx
from weft.threads import posts
from weft.threads.model import Post
from weft.threads.tables import post_mentions
from weft.threads.tables import posts as post_table

HOP_BUDGET = 2
"""Lines of machines in a row, the coming answer included. Two is enough for "ask the other AI",
and with it no chain lives on (measured: without one, AIs that name each other never stop)."""


def is_machine(author: Account | None, post: Post) -> bool:
    """Whether a line was said by an AI or a bot. A person's account that posts what an AI wrote,
    and says so, counts as one; an author who is gone does too, as nobody can tell.
    """
    return author is None or author.bot or post.ai is not None


def since_person(tx: Tx, post: Post) -> int:
    """Lines of machines that end with this post, 0 when a person wrote it; the walk ends at the
    budget. A line from elsewhere may bring a higher count of its own, of lines not known here.
    """
    counted = 0
    most = 0
    line: Post | None = post
    while line is not None and counted < HOP_BUDGET:
        if not is_machine(accounts.by_id(tx, line.author_id), line):
            break
        most = max(most, counted + _told(line))
        counted += 1
        line = posts.by_id(tx, line.reply_to_id) if line.reply_to_id is not None else None
    return max(most, counted)


def _told(line: Post) -> int:
    hops = (line.ai or {}).get("hops")
    return hops if isinstance(hops, int) else 1


_author = account_table.alias("author")


def _called(account: str) -> sa.ColumnElement[bool]:
    """Whether a post mentions an account or answers it."""
    who = sa.bindparam(account, type_=sa.BigInteger)
    return sa.or_(
        post_table.c.reply_to_author_id == who,
        sa.exists().where(
            post_mentions.c.post_id == post_table.c.id, post_mentions.c.account_id == who
        ),
    )


def _people_who_called(account: str) -> sa.Select[tuple[int]]:
    return (
        sa.select(post_table.c.author_id)
        .join_from(post_table, _author, _author.c.id == post_table.c.author_id)
        .where(
            post_table.c.thread_id == sa.bindparam("thread"),
            post_table.c.boost_of_id.is_(None),
            # JSON columns hold SQL NULL where there is nothing.
            post_table.c.ai.is_(None),
            _author.c.kind == "person",
            _called(account),
        )
    )


_ASKED_BOTH = (
    _people_who_called("one")
    .where(post_table.c.author_id.in_(_people_who_called("other").correlate(None)))
    .limit(1)
)


def asked_both(tx: Tx, thread_id: int, one: int, other: int) -> bool:
    """Whether one person called both accounts in this thread, in one post or in several."""
    return tx.row(_ASKED_BOTH, thread=thread_id, one=one, other=other) is not None
