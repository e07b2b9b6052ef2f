"""Taking a post back: its rows go, a tombstone stays."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from weft.kernel.errors import NotFound
from weft.people.model import Account
from weft.people.tables import accounts
from weft.store import search
from weft.store.database import Tx
from weft.threads import interaction_requests, posts, quoting
from weft.threads.model import Post
from weft.threads.notifications import untell
from weft.threads.tables import media, tombstones
from weft.threads.tables import posts as post_table
from weft.work import events

_post = sa.bindparam("post", type_=sa.BigInteger)

_DELETE = post_table.delete().where(post_table.c.id == _post)
_BURY = insert(tombstones).on_conflict_do_nothing()
_ORPHAN = post_table.update().where(post_table.c.reply_to_id == _post).values(reply_to_id=None)
_ONE_REPLY_LESS = (
    post_table.update()
    .where(post_table.c.id == _post, post_table.c.replies_count > 0)
    .values(replies_count=post_table.c.replies_count - 1)
)
_ONE_BOOST_LESS = (
    post_table.update()
    .where(post_table.c.id == _post, post_table.c.boosts_count > 0)
    .values(boosts_count=post_table.c.boosts_count - 1)
)
_boosts = post_table.alias("boosts")
_ONE_POST_LESS = (  # for the author, and for everyone whose boost goes with it
    accounts.update()
    .where(
        accounts.c.posts_count > 0,
        sa.or_(
            accounts.c.id == sa.bindparam("author"),
            accounts.c.id.in_(sa.select(_boosts.c.author_id).where(_boosts.c.boost_of_id == _post)),
        ),
    )
    .values(posts_count=accounts.c.posts_count - 1)
)
_REMOTE_BOOSTERS = sa.select(_boosts.c.author_id).where(
    _boosts.c.boost_of_id == _post, _boosts.c.local.is_(False)
)
_DETACH = (
    media.update()
    .where(media.c.post_id == _post)
    .values(post_id=None, created_at=sa.bindparam("at", type_=sa.BigInteger))
)


def delete(tx: Tx, by: Account, post_id: int, *, keep_media: bool = True) -> Post:
    """Delete one's own post; gives it as it was. ``keep_media``: its pictures stay for a day,
    so that it can be written anew with them.

    Errors: NotFound for anyone else's.
    """
    post = posts.by_id(tx, post_id)
    if post is None or post.author_id != by.id:
        raise NotFound
    remove(tx, post, keep_media=keep_media)
    return post


def remove(tx: Tx, post: Post, *, keep_media: bool = False) -> None:
    """Take a post (or a boost) away, whoever asked. What hangs on it goes by cascade: boosts,
    likes, bookmarks, notifications, places in home timelines. Replies stay and know by uri what
    they answered. Pictures become unattached; the sweep takes them.
    """
    boosted = posts.by_id(tx, post.boost_of_id) if post.boost_of_id is not None else None
    # Their servers have a copy; the boosts go by cascade before anybody is told.
    boosters = [row[0] for row in tx.rows(_REMOTE_BOOSTERS, post=post.id)] if post.local else []
    counted = not interaction_requests.unsaid(post)
    if counted:
        tx.run(_ONE_POST_LESS, author=post.author_id, post=post.id)
    if post.reply_to_id is not None and counted:
        tx.run(_ONE_REPLY_LESS, post=post.reply_to_id)
    if post.approval is not None or post.quote_state is not None:
        interaction_requests.ended(tx, post)
    if boosted is not None:
        if counted:
            tx.run(_ONE_BOOST_LESS, post=boosted.id)
            untell(tx, boosted.author_id, "reblog", post.author_id, boosted.id)
    else:
        quoting.removed(tx, post)
        tx.run(_ORPHAN, post=post.id)
        tx.run(_DETACH, post=post.id, at=tx.now if keep_media else 0)
        search.drop(tx, post.id)
    tx.run(_DELETE, post=post.id)
    is_open = counted and post.visibility in ("public", "unlisted")
    tx.run(_BURY, uri=post.uri, at=tx.now, open=is_open)
    events.append(
        tx,
        "post.deleted",
        actor_id=post.author_id,
        subject_id=post.id,
        data={
            "uri": post.uri,
            "thread_id": post.thread_id,
            # What waited is known to whom it answers alone.
            "visibility": post.visibility if counted else "direct",
            "boost_of_id": post.boost_of_id,
            "boost_of_uri": boosted.uri if boosted is not None else None,
            "boosters": boosters,
            "reply_to_author_id": post.reply_to_author_id,
            "audience_id": post.audience_id,
            "mentions": [int(mention["id"]) for mention in post.mentions] if counted else [],
            "tags": post.tags if counted else [],
            "local": post.local,
            "was_ai": post.ai is not None,
        },
    )
