"""A post, kept: its row, what hangs on it, its place in its thread. Then it is said."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from weft.people.model import Account
from weft.store.database import Tx
from weft.threads import (
    approvals,
    cards,
    details,
    expiry,
    extras,
    interaction_requests,
    polls,
    polls_elsewhere,
    say,
)
from weft.threads.model import GivenPoll, Mention, NewPoll, Post
from weft.threads.tables import post_mentions, post_tags
from weft.threads.tables import posts as post_table
from weft.threads.tokens import fold_tag

_INSERT = post_table.insert()


def keep(
    tx: Tx,
    author: Account,
    mentioned: list[Account],
    values: dict[str, Any],
    poll: NewPoll | GivenPoll | None,
    told: dict[str, Any],
    *,
    quiet: bool = False,
) -> Post:
    """``told``: columns of ``post_details``. ``quiet``: no home, no notice, no event."""
    values |= {
        "author_id": author.id,
        "boost_of_id": None,
        "mentions": [mention_json(account) for account in mentioned],
        "replies_count": 0,
        "boosts_count": 0,
        "likes_count": 0,
        "extras": extras.has(told),
    }
    values["card_id"] = cards.behind(tx, values)
    tx.run(_INSERT, values)
    post = Post(**values)
    details.learn(tx, post.id, told)
    if poll is not None and post.poll_id is not None:
        if isinstance(poll, NewPoll):
            polls.keep(tx, post.poll_id, post.id, poll)
        else:
            polls_elsewhere.keep(tx, post.poll_id, post.id, poll)
    name_things(tx, post.id, mentioned, post.tags)
    expiry.later(tx, post)
    if interaction_requests.unsaid(post):
        say.hold(tx, author, post)
    else:
        say.say(tx, author, post, quiet=quiet)
    return post


def place(parent: Post | None, post_id: int) -> dict[str, Any]:
    """The columns that say what a post answers."""
    if parent is None:
        return {
            "thread_id": post_id,
            "reply_to_id": None,
            "reply_to_author_id": None,
            "reply_to_uri": None,
        }
    return {
        "thread_id": parent.thread_id,
        "reply_to_id": parent.id,
        "reply_to_author_id": parent.author_id,
        "reply_to_uri": parent.uri,
    }


_NO_AI = sa.select(post_table.c.no_ai).where(post_table.c.id == sa.bindparam("root"))


def ais_are_off(tx: Tx, thread_id: int) -> bool:
    """Whether the author of a thread switched AIs off in it."""
    return bool(tx.scalar(_NO_AI, root=thread_id))


_POST_MENTION = insert(post_mentions).on_conflict_do_nothing()
_POST_TAG = insert(post_tags).on_conflict_do_nothing()


def name_things(tx: Tx, post_id: int, mentioned: list[Account], tags: list[str]) -> None:
    """The rows by which a post is found from the people and tags it names."""
    tx.run_many(_POST_MENTION, [{"post_id": post_id, "account_id": one.id} for one in mentioned])
    tx.run_many(
        _POST_TAG,
        [{"tag": fold, "post_id": post_id} for fold in dict.fromkeys(map(fold_tag, tags))],
    )


def mention_json(account: Account) -> dict[str, Any]:
    return msgspec.to_builtins(
        Mention(str(account.id), account.username, account.acct, account.url, account.uri)
    )


_ORPHANS = sa.select(post_table.c.id, post_table.c.thread_id).where(
    post_table.c.reply_to_uri == sa.bindparam("uri"), post_table.c.reply_to_id.is_(None)
)


def adopt(tx: Tx, post: Post) -> None:
    """Replies that arrived before what they reply to find their thread."""
    orphans = tx.rows(_ORPHANS, uri=post.uri)
    adopted = 0
    for orphan_id, orphan_thread in orphans:
        if orphan_thread == post.thread_id:
            continue  # it stands above this post: two posts that each answer the other
        adopted += 1
        tx.run(
            post_table.update()
            .where(post_table.c.id == orphan_id)
            .values(reply_to_id=post.id, reply_to_author_id=post.author_id)
        )
        tx.run(
            post_table.update()
            .where(post_table.c.thread_id == orphan_thread)
            .values(thread_id=post.thread_id)
        )
    if adopted:
        say.replied(tx, post.id, adopted)
        approvals.judge_late(tx, post, [row[0] for row in orphans])
