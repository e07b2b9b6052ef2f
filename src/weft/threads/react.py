"""Liking, boosting, keeping: what one does with somebody's post.

Each verb may be done twice and counts once. Each answers with the post as it is afterwards.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from weft.kernel.errors import Forbidden
from weft.kernel.ids import id_at, new_id
from weft.people import moves
from weft.people.accounts import COLUMNS as ACCOUNT
from weft.people.model import Account
from weft.people.tables import accounts
from weft.store.database import Tx
from weft.store.page import Page, paged
from weft.threads import interaction_requests, posts, say
from weft.threads.delete import remove
from weft.threads.indexed import index_kept
from weft.threads.model import Post, Visibility
from weft.threads.notifications import notify, untell
from weft.threads.tables import bookmarks, likes, muted_threads
from weft.threads.tables import posts as post_table
from weft.work import events

_by = sa.bindparam("by", type_=sa.BigInteger)
_post = sa.bindparam("post", type_=sa.BigInteger)

_LIKE = insert(likes).on_conflict_do_nothing().returning(likes.c.id)
_UNLIKE = (
    likes.delete().where(likes.c.account_id == _by, likes.c.post_id == _post).returning(likes.c.uri)
)
_LIKED = sa.select(likes.c.uri).where(likes.c.account_id == _by, likes.c.post_id == _post)
_COUNT_LIKES = (
    post_table.update()
    .where(post_table.c.id == _post)
    .values(likes_count=post_table.c.likes_count + sa.bindparam("step"))
    .returning(*posts.COLUMNS)
)
_BOOST_OF = sa.select(*posts.COLUMNS).where(
    post_table.c.author_id == _by, post_table.c.boost_of_id == _post
)
_BOOKMARK = insert(bookmarks).on_conflict_do_nothing()
_UNBOOKMARK = bookmarks.delete().where(bookmarks.c.account_id == _by, bookmarks.c.post_id == _post)
_MUTE = insert(muted_threads).on_conflict_do_nothing()
_UNMUTE = muted_threads.delete().where(
    muted_threads.c.account_id == _by, muted_threads.c.thread_id == sa.bindparam("thread")
)

_of = post_table.alias("of")
_LIKERS = paged(
    sa.select(likes.c.id, *ACCOUNT)
    .join_from(likes, accounts, accounts.c.id == likes.c.account_id)
    .where(likes.c.post_id == _post, accounts.c.suspended_at.is_(None)),
    likes.c.id,
)
_BOOSTERS = paged(
    sa.select(_of.c.id, *ACCOUNT)
    .join_from(_of, accounts, accounts.c.id == _of.c.author_id)
    .where(
        _of.c.boost_of_id == _post,
        posts.said(_of),
        # A boost to one's followers is told to the author and to them, not to all.
        sa.or_(_of.c.visibility == "public", _of.c.visibility == "unlisted"),
        accounts.c.suspended_at.is_(None),
    ),
    _of.c.id,
)


def like(tx: Tx, by: Account, post_id: int, *, uri: str | None = None, asked: str = "") -> Post:
    """``uri``: of a remote Like; ``asked``: of the activity that asked for it, if one did. Where the
    author wants to be asked, it waits for their yes and the post is as it was.

    Errors: NotFound for a post that ``by`` may not see, Forbidden for one that they may not like.
    """
    post = _original(tx, by, post_id)
    like_id = new_id()
    address = uri or f"{by.uri}#likes/{like_id}"
    approval = interaction_requests.judge(tx, by, post, "like", address, asked=bool(asked))
    if approval in ("pending", "rejected"):
        if tx.row(_LIKED, by=by.id, post=post.id) is not None:
            return post
        # Once is enough; from elsewhere only the same like may be asked for again, and be named.
        again = not by.local and interaction_requests.of(tx, "like", address) is not None
        if not again and interaction_requests.waits(tx, by, post, "like"):
            return post
        interaction_requests.settle(tx, approval, by, post, "like", address, uri=asked)
        return post
    after = put_like(tx, by, post, address, like_id)
    interaction_requests.settle(tx, approval, by, post, "like", address, uri=asked)
    return after


def put_like(tx: Tx, by: Account, post: Post, address: str, like_id: int) -> Post:
    """A like that may be: counted, told, and the post as it is then. Event: like.created."""
    made = tx.scalar(
        _LIKE,
        id=like_id,
        account_id=by.id,
        post_id=post.id,
        uri=address,
        created_at=tx.now,
    )
    if made is None:
        return post
    post = Post(*tx.run(_COUNT_LIKES, post=post.id, step=1).one())
    index_kept(tx, by, post)
    notify(tx, post.author_id, "favourite", by.id, post.id)
    events.append(tx, "like.created", actor_id=by.id, subject_id=post.id, data={"uri": address})
    return post


def like_of(tx: Tx, by_id: int, post_id: int) -> str | None:
    """Uri of an account's like of a post; None for none."""
    return tx.scalar(_LIKED, by=by_id, post=post_id)


def unlike(tx: Tx, by: Account, post_id: int) -> Post:
    post = _original(tx, by, post_id)
    uri = tx.scalar(_UNLIKE, by=by.id, post=post.id)
    if uri is None:
        interaction_requests.withdraw(tx, by, post, "like")
        return post
    return _taken(tx, by, post, uri)


def take_like(tx: Tx, by: Account, post_id: int) -> None:
    """The author takes back that ``by`` may: the like goes, whoever may see the post."""
    uri = tx.scalar(_UNLIKE, by=by.id, post=post_id)
    post = posts.by_id(tx, post_id)
    if uri is not None and post is not None:
        _taken(tx, by, post, uri)


def _taken(tx: Tx, by: Account, post: Post, uri: str) -> Post:
    post = Post(*tx.run(_COUNT_LIKES, post=post.id, step=-1).one())
    untell(tx, post.author_id, "favourite", by.id, post.id)
    events.append(tx, "like.removed", actor_id=by.id, subject_id=post.id, data={"uri": uri})
    return post


def boost(
    tx: Tx,
    by: Account,
    post_id: int,
    *,
    visibility: Visibility = "public",
    uri: str | None = None,
    at: int | None = None,
    asked: str = "",
    quiet: bool = False,
) -> Post:
    """Show a post to one's own followers. Gives the boost, a post with ``boost_of_id``; boosted
    before: that one. ``uri`` and ``at`` (ms): of a remote Announce; ``asked``: of the activity that
    asked for it. Where the author wants to be asked, it waits (``Post.approval``). What comes from
    elsewhere and is not wanted is not kept: then the post itself comes back. ``quiet``: it was found,
    not told, and nobody hears of it.

    Errors: Forbidden for a post that its author did not give to everyone, or not to ``by`` (one's
    own followers-only post may be boosted, to the same followers), and for a member who moved away.
    """
    if by.local:
        moves.check_here(by)
    post = _original(tx, by, post_id)
    own_private = post.visibility == "private" and post.author_id == by.id
    if post.visibility not in ("public", "unlisted") and not own_private:
        raise Forbidden
    earlier = tx.row(_BOOST_OF, by=by.id, post=post.id)
    if earlier is not None:
        made = Post(*earlier)
        if asked:
            _asked_for(tx, by, post, made, asked)
        return made
    written = tx.now if at is None else min(at, tx.now)
    boost_id = new_id() if at is None else id_at(written)
    address = uri or tx.site.post_uri(boost_id)
    approval = interaction_requests.judge(tx, by, post, "announce", address, asked=bool(asked))
    if approval == "rejected":
        interaction_requests.settle(tx, approval, by, post, "announce", address, uri=asked)
        return post
    made = Post(
        id=boost_id,
        uri=address,
        url=address,
        author_id=by.id,
        local=by.local,
        thread_id=boost_id,
        reply_to_id=None,
        reply_to_author_id=None,
        reply_to_uri=None,
        boost_of_id=post.id,
        visibility="private" if own_private or visibility == "direct" else visibility,
        source="",
        format="plain",
        html="",
        spoiler="",
        sensitive=False,
        language=None,
        mentions=[],
        tags=[],
        media=[],
        emojis=[],
        ai=None,
        no_ai=False,
        app=None,
        replies_count=0,
        boosts_count=0,
        likes_count=0,
        created_at=written,
        edited_at=None,
        approval=approval,
    )
    tx.run(post_table.insert(), {field: getattr(made, field) for field in Post.__struct_fields__})
    if interaction_requests.unsaid(made):
        say.hold(tx, by, made)
    else:
        say.say(tx, by, made, quiet=quiet)
    interaction_requests.settle(
        tx, approval, by, post, "announce", address, interacting_id=made.id, uri=asked
    )
    return made


def _asked_for(tx: Tx, by: Account, post: Post, made: Post, asked: str) -> None:
    # It came by itself before it was asked for: the asking is to be answered.
    approval = interaction_requests.judge(tx, by, post, "announce", made.uri, asked=True)
    interaction_requests.settle(
        tx, approval, by, post, "announce", made.uri, interacting_id=made.id, uri=asked
    )


def unboost(tx: Tx, by: Account, post_id: int) -> Post:
    """Gives the post that was boosted."""
    post = _original(tx, by, post_id)
    made = tx.row(_BOOST_OF, by=by.id, post=post.id)
    if made is None:
        return post
    remove(tx, Post(*made))
    return posts.by_id(tx, post.id) or post


def bookmark(tx: Tx, by: Account, post_id: int) -> Post:
    """Keep a post for oneself; nobody is told."""
    post = _original(tx, by, post_id)
    tx.run(_BOOKMARK, id=new_id(), account_id=by.id, post_id=post.id, created_at=tx.now)
    index_kept(tx, by, post)
    return post


def unbookmark(tx: Tx, by: Account, post_id: int) -> Post:
    post = _original(tx, by, post_id)
    tx.run(_UNBOOKMARK, by=by.id, post=post.id)
    return post


def mute_thread(tx: Tx, by: Account, post_id: int) -> Post:
    """No more notifications from this post's thread."""
    post = _original(tx, by, post_id)
    tx.run(_MUTE, account_id=by.id, thread_id=post.thread_id)
    return post


def unmute_thread(tx: Tx, by: Account, post_id: int) -> Post:
    post = _original(tx, by, post_id)
    tx.run(_UNMUTE, by=by.id, thread=post.thread_id)
    return post


def likers(tx: Tx, post: Post, page: Page) -> list[tuple[int, Account]]:
    """Who liked it, the last first, each with the id that pages this list."""
    return [(row[0], Account(*tuple(row)[1:])) for row in _LIKERS.rows(tx, page, post=post.id)]


def boosters(tx: Tx, post: Post, page: Page) -> list[tuple[int, Account]]:
    """Who boosted it, the last first, each with the id that pages this list."""
    return [(row[0], Account(*tuple(row)[1:])) for row in _BOOSTERS.rows(tx, page, post=post.id)]


def _original(tx: Tx, by: Account, post_id: int) -> Post:
    """The post itself, also when its boost was named."""
    post = posts.see(tx, by.id, post_id)
    return post if post.boost_of_id is None else posts.see(tx, by.id, post.boost_of_id)
