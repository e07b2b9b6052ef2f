"""Lists of posts: home, public, by tag, of an account, liked, kept.

Every list is a statement built once per combination of its switches. Who may see what is said in
``posts.seen_by``; what a viewer does not want to see in ``unwanted`` (muted, blocked) and ``hidden_ai``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from weft.people.limited import limited
from weft.people.tables import accounts, ai_choices, blocks, domain_mutes, mutes
from weft.store.database import Tx
from weft.store.page import Page, Paged, paged
from weft.threads import ready
from weft.threads.model import Post
from weft.threads.posts import COLUMNS, seen_by
from weft.threads.ready import HEAD
from weft.threads.tables import bookmarks as bookmark_table
from weft.threads.tables import home as home_table
from weft.threads.tables import likes, post_mentions, post_tags, posts
from weft.threads.tokens import fold_tag

TAGS_MAX = 4
"""Further tags of one tag timeline (``any``, ``all``, ``none``): Mastodon's limit."""

_viewer = sa.bindparam("viewer", type_=sa.BigInteger)
_now = sa.bindparam("now", type_=sa.BigInteger)
_original = posts.alias("original")
_named = post_tags.alias("named")
_their = accounts.alias("their_account")
_gone = accounts.alias("suspended_account")
_muted_server = domain_mutes.alias("muted_server")
_choice = ai_choices.alias("choice_about_ais")


def unwanted(author: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """Whether the viewer muted (and still does) or blocked an author or all of the author's
    server, or is blocked by them; or the author is suspended. Parameters ``viewer`` and ``now``.
    """
    suspended = sa.exists().where(_gone.c.id == author, _gone.c.suspended_at.isnot(None))
    muted = sa.exists().where(
        mutes.c.muter_id == _viewer,
        mutes.c.target_id == author,
        sa.or_(mutes.c.until.is_(None), mutes.c.until > _now),
    )
    blocking = sa.exists().where(blocks.c.blocker_id == _viewer, blocks.c.target_id == author)
    blocked = sa.exists().where(blocks.c.blocker_id == author, blocks.c.target_id == _viewer)
    # Asked once per list, not per post: nearly nobody mutes whole servers.
    any_server = sa.exists().where(domain_mutes.c.account_id == _viewer)
    server = sa.exists().where(
        _their.c.id == author,
        _muted_server.c.account_id == _viewer,
        _muted_server.c.domain == _their.c.domain,
    )
    return sa.or_(suspended, muted, blocking, blocked, sa.and_(any_server, server))


def hidden_ai(table: sa.FromClause = posts) -> sa.ColumnElement[bool]:
    """Whether a row of ``table`` was made by an AI, and the viewer hides what AIs make. Never an answer
    to the viewer, who called for it, nor what AIs say whom they keep. Parameter ``viewer``.
    """
    # The first is asked once per list, and nothing else for nearly everybody.
    hides = sa.exists().where(ai_choices.c.account_id == _viewer, ai_choices.c.posts == "hide")
    kept = sa.exists().where(
        _choice.c.account_id == _viewer,
        sa.cast(_choice.c.keep, sa.Text).like(
            sa.literal('%"').concat(sa.cast(table.c.author_id, sa.Text)).concat('"%')
        ),
    )
    return sa.and_(
        hides,
        table.c.ai.isnot(None),
        table.c.author_id != _viewer,
        sa.func.coalesce(table.c.reply_to_author_id, 0) != _viewer,
        ~kept,
    )


def boost_unwanted() -> sa.ColumnElement[bool]:
    """Whether a row is a boost of what the viewer does not want to see. Parameters as for
    ``unwanted``.
    """
    return sa.and_(
        posts.c.boost_of_id.isnot(None),
        sa.exists().where(
            _original.c.id == posts.c.boost_of_id,
            sa.or_(unwanted(_original.c.author_id), hidden_ai(_original)),
        ),
    )


_HOME = paged(
    sa.select(*HEAD)
    .select_from(home_table.join(posts, posts.c.id == home_table.c.post_id))
    .where(
        home_table.c.account_id == _viewer,
        ~unwanted(home_table.c.author_id),
        ~hidden_ai(),
        ~boost_unwanted(),
    ),
    home_table.c.post_id,
)


def home(tx: Tx, viewer: int, page: Page) -> list[Post]:
    """What the followed wrote and boosted, and the viewer's own."""
    return ready.listed(tx, _HOME.rows(tx, page, viewer=viewer, now=tx.now))


_told = sa.union(
    sa.select(post_mentions.c.post_id).where(post_mentions.c.account_id == _viewer),
    sa.select(posts.c.id).where(posts.c.author_id == _viewer),
)
_DIRECT = paged(
    sa.select(*COLUMNS).where(
        posts.c.id.in_(_told),
        posts.c.visibility.concat("") == "direct",  # few are mine: no index of everybody's
        seen_by(_viewer),
        ~unwanted(posts.c.author_id),
        ~hidden_ai(),
    ),
    posts.c.id,
)


def direct(tx: Tx, viewer: int, page: Page) -> list[Post]:
    """Direct posts to and from the viewer."""
    return _posts(_DIRECT.rows(tx, page, viewer=viewer, now=tx.now))


def public(
    tx: Tx,
    viewer: int | None,
    page: Page,
    *,
    local: bool = False,
    remote: bool = False,
    only_media: bool = False,
) -> list[Post]:
    """Public posts that answer nobody else, of this server, of others, or of all."""
    list_ = _public(viewer is not None, local, remote, only_media)
    return ready.listed(tx, list_.rows(tx, page, **_as(tx, viewer)))


@cache
def _public(signed_in: bool, local: bool, remote: bool, only_media: bool) -> Paged:
    wanted = [*_everyones(signed_in, narrowed=local != remote), _no_reply_to_others()]
    wanted += _where(local, remote) + _with_media(only_media)
    return paged(sa.select(*HEAD).where(*wanted), posts.c.id)


def tag(
    tx: Tx,
    viewer: int | None,
    name: str,
    page: Page,
    *,
    also: Sequence[str] = (),
    every: Sequence[str] = (),
    without: Sequence[str] = (),
    local: bool = False,
    remote: bool = False,
    only_media: bool = False,
) -> list[Post]:
    """Public posts with a tag or one of ``also``, with all of ``every``, none of ``without``."""
    one_of = {fold_tag(each) for each in (name, *also[:TAGS_MAX])}
    has_one = post_tags.c.tag.in_(sorted(one_of))
    if len(one_of) == 1:  # nearly always: the tag's own index gives the posts in order
        list_ = sa.select(*COLUMNS).join_from(post_tags, posts, posts.c.id == post_tags.c.post_id)
        list_, key = list_.where(has_one), post_tags.c.post_id
    else:
        either = sa.select(post_tags.c.post_id).where(has_one)
        list_, key = sa.select(*COLUMNS).where(posts.c.id.in_(either)), posts.c.id
    wanted = [
        *_everyones(viewer is not None, narrowed=True),
        *(_tagged(fold_tag(each)) for each in every[:TAGS_MAX]),
        *(~_tagged(fold_tag(each)) for each in without[:TAGS_MAX]),
    ]
    wanted += _where(local, remote) + _with_media(only_media)
    return _posts(paged(list_.where(*wanted), key).rows(tx, page, **_as(tx, viewer)))


def link(tx: Tx, viewer: int | None, card_id: int, page: Page) -> list[Post]:
    """Public posts that link to a page, by authors who agreed to be found."""
    return _posts(_link(viewer is not None).rows(tx, page, card=card_id, **_as(tx, viewer)))


@cache
def _link(signed_in: bool) -> Paged:
    agreed = sa.exists().where(
        accounts.c.id == posts.c.author_id, accounts.c.discoverable.is_(True)
    )
    wanted = [posts.c.card_id == sa.bindparam("card"), agreed]
    wanted += _everyones(signed_in, narrowed=True)
    return paged(sa.select(*COLUMNS).where(*wanted), posts.c.id)


def account_posts(
    tx: Tx,
    viewer: int | None,
    account_id: int,
    page: Page,
    *,
    exclude_replies: bool = False,
    exclude_boosts: bool = False,
    only_media: bool = False,
    tagged: str | None = None,
) -> list[Post]:
    """What an account wrote and boosted, as far as the viewer may see it."""
    list_ = _account_posts(
        viewer is not None, exclude_replies, exclude_boosts, only_media, tagged is not None
    )
    named: dict[str, Any] = {"author": account_id}
    if viewer is not None:
        named["viewer"] = viewer
    if tagged is not None:
        named["tag"] = fold_tag(tagged)
    return _posts(list_.rows(tx, page, **named))


@cache
def _account_posts(
    signed_in: bool, exclude_replies: bool, exclude_boosts: bool, only_media: bool, tagged: bool
) -> Paged:
    viewer = _viewer if signed_in else None
    wanted = [posts.c.author_id == sa.bindparam("author"), seen_by(viewer)]
    if exclude_replies:
        wanted.append(_no_reply_to_others())
    if exclude_boosts:
        wanted.append(posts.c.boost_of_id.is_(None))
    else:
        seen = sa.exists().where(_original.c.id == posts.c.boost_of_id, seen_by(viewer, _original))
        wanted.append(sa.or_(posts.c.boost_of_id.is_(None), seen))
    if tagged:
        wanted.append(_tagged(sa.bindparam("tag")))
    return paged(sa.select(*COLUMNS).where(*wanted, *_with_media(only_media)), posts.c.id)


def _kept(table: sa.Table) -> Paged:
    return paged(
        sa.select(table.c.id, *COLUMNS)
        .select_from(table.join(posts, posts.c.id == table.c.post_id))
        .where(table.c.account_id == _viewer, seen_by(_viewer)),
        table.c.id,
    )


_LIKED = _kept(likes)
_BOOKMARKED = _kept(bookmark_table)


def favourites(tx: Tx, viewer: int, page: Page) -> list[tuple[int, Post]]:
    """Liked posts, last liked first, each with the id that pages this list."""
    return [(row[0], Post(*tuple(row)[1:])) for row in _LIKED.rows(tx, page, viewer=viewer)]


def bookmarks(tx: Tx, viewer: int, page: Page) -> list[tuple[int, Post]]:
    """Bookmarked posts, last kept first, each with the id that pages this list."""
    return [(row[0], Post(*tuple(row)[1:])) for row in _BOOKMARKED.rows(tx, page, viewer=viewer)]


# -- conditions that several lists share ------------------------------------------------------


def _posts(rows: Sequence[Any]) -> list[Post]:
    return [Post(*row) for row in rows]


def _as(tx: Tx, viewer: int | None) -> dict[str, int]:
    return {} if viewer is None else {"viewer": viewer, "now": tx.now}


def _everyones(signed_in: bool, *, narrowed: bool) -> list[sa.ColumnElement[bool]]:
    """What everyone may read, of those who are not limited. ``narrowed``: another condition leaves few of them, and its index
    is the one to use; the sum keeps SQLite from walking all posts that are no boosts.
    """
    boost_of = posts.c.boost_of_id + 0 if narrowed else posts.c.boost_of_id
    wanted = [
        posts.c.visibility == "public",
        boost_of.is_(None),
        seen_by(_viewer if signed_in else None),
        ~limited(posts.c.author_id, _viewer if signed_in else None),
    ]
    if signed_in:
        wanted += (~unwanted(posts.c.author_id), ~hidden_ai())
    return wanted


def _no_reply_to_others() -> sa.ColumnElement[bool]:
    return sa.or_(posts.c.reply_to_uri.is_(None), posts.c.reply_to_author_id == posts.c.author_id)


def _where(local: bool, remote: bool) -> list[sa.ColumnElement[bool]]:
    return [posts.c.local.is_(local)] if local != remote else []


def _with_media(only_media: bool) -> list[sa.ColumnElement[bool]]:
    return [sa.cast(posts.c.media, sa.Text) != "[]"] if only_media else []


def _tagged(folded: str | sa.BindParameter[Any]) -> sa.ColumnElement[bool]:
    return sa.exists().where(_named.c.post_id == posts.c.id, _named.c.tag == folded)
