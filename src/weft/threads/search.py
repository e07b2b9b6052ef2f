"""Finding posts and tags by words.

One may find one's own posts, those that one is mentioned in, liked, boosted or bookmarked (the
*library*), and public posts of those who agreed to be found. One statement says all of it: the
text index gives candidates from the library or from public posts only, so that what is hidden
changes neither what is found nor how much of it.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from weft.kernel.ids import MAX_ID
from weft.people import accounts as people
from weft.people.tables import accounts
from weft.store import search as index
from weft.store.begins import begins
from weft.store.database import Tx
from weft.threads import search_query as asked
from weft.threads.model import Post
from weft.threads.posts import COLUMNS, seen_by
from weft.threads.search_query import Query, parse
from weft.threads.tables import bookmarks, likes, post_mentions, post_tags, posts
from weft.threads.timelines import hidden_ai, unwanted
from weft.threads.tokens import fold_tag

LOOK_MAX = 20_000
"""Public posts that one search looks at, the newest that match: a few tens of ms."""

USES_MAX = 10_000
"""Uses of tags that one search counts: all that begin so, or of so many those among the newest."""

_viewer = sa.bindparam("viewer", type_=sa.BigInteger)
# Whoever changed their mind is not found by what was indexed before.
_willing = sa.exists().where(
    accounts.c.id == posts.c.author_id,
    accounts.c.indexable.is_(True),
    accounts.c.silenced_at.is_(None),
)
_open = sa.and_(posts.c.visibility == "public", _willing)
_others = posts.alias("others")
_boosts = posts.alias("boosts")
_LIBRARY = sa.union(
    sa.select(_others.c.id).where(_others.c.author_id == _viewer, _others.c.boost_of_id.is_(None)),
    sa.select(likes.c.post_id).where(likes.c.account_id == _viewer),
    sa.select(bookmarks.c.post_id).where(bookmarks.c.account_id == _viewer),
    sa.select(post_mentions.c.post_id).where(post_mentions.c.account_id == _viewer),
    sa.select(_boosts.c.boost_of_id).where(
        _boosts.c.author_id == _viewer, _boosts.c.boost_of_id.isnot(None)
    ),
)
_NEWEST = (
    sa.select(_others.c.id)
    .where(_others.c.visibility == "public", _others.c.boost_of_id.is_(None))
    .order_by(_others.c.id.desc())
)
_NEWEST_OF = (
    sa.select(_others.c.id)
    .where(_others.c.author_id == sa.bindparam("author"), _others.c.boost_of_id.is_(None))
    .order_by(_others.c.id.desc())
)
_use = (post_tags.c.tag, post_tags.c.post_id)
_begun = begins(post_tags.c.tag, "start")
_look = sa.bindparam("look", type_=sa.Integer)
_ALL_USES = sa.select(*_use).where(_begun).limit(_look)
_HOW_MANY_USES = sa.select(sa.func.count()).select_from(_ALL_USES.subquery())
_lately = sa.select(*_use).order_by(post_tags.c.post_id.desc()).limit(_look).subquery("lately")
_exactly = (
    sa.select(*_use)
    .where(post_tags.c.tag == sa.bindparam("exact"))
    .order_by(post_tags.c.post_id.desc())
    .limit(_look)
    .subquery("exactly")
)
_NEWEST_USES = sa.union(
    sa.select(_lately).where(begins(_lately.c.tag, "start")), sa.select(_exactly)
)


def _most_used(uses: sa.Subquery) -> sa.Select[str, int]:
    return (
        sa.select(uses.c.tag, sa.func.count())
        .join_from(uses, posts, posts.c.id == uses.c.post_id)
        # A tag is a word of its post: what was said to a few is not told to all.
        .where(posts.c.visibility == "public", seen_by(None))
        .group_by(uses.c.tag)
        .order_by((uses.c.tag == sa.bindparam("exact")).desc(), sa.func.count().desc(), uses.c.tag)
        .limit(sa.bindparam("most"))
        .offset(sa.bindparam("skip"))
    )


_TAGS = _most_used(_ALL_USES.subquery())
_NEWEST_TAGS = _most_used(_NEWEST_USES.subquery())


def find_posts(
    tx: Tx,
    viewer: int | None,
    text: str,
    *,
    limit: int,
    offset: int = 0,
    author_id: int | None = None,
    below: int = MAX_ID,
    above: int = 0,
) -> list[Post]:
    """Posts that a search is for (see ``search_query``), newest first. Strangers (None) find public
    ones only. ``below`` and ``above``: ids between which they lie.
    """
    query = parse(text)
    if query.empty or (viewer is None and query.scope == "library"):
        return []
    named: dict[str, Any] = {"below": below, "above": above, "most": limit, "skip": offset}
    if viewer is not None:
        named |= {"viewer": viewer, "now": tx.now}
    conditions: list[sa.ColumnElement[bool]] = []
    for filter_ in query.filters:
        if isinstance(filter_, asked.From):
            author = _author(tx, viewer, filter_)
            if filter_.negated:
                conditions.append(posts.c.author_id != author)
            elif author_id not in (None, author):
                return []  # by one and by the other
            else:
                author_id = author
        else:
            conditions.append(_like(filter_))
    if author_id is not None:
        named["author"] = author_id
        conditions.append(posts.c.author_id == sa.bindparam("author"))
    rows = tx.rows(_statement(tx.engine.name, query, viewer, author_id, conditions, named), **named)
    return [Post(*row) for row in rows]


def _statement(
    engine: str,
    query: Query,
    viewer: int | None,
    author_id: int | None,
    conditions: list[sa.ColumnElement[bool]],
    named: dict[str, Any],
) -> sa.Select[Any]:
    """The parameters of the text index go into ``named``."""
    ways: list[sa.ColumnElement[bool]] = []
    if query.scope != "library":
        if query.wanted:
            named["public"] = index.query(engine, query.wanted, everyone=True)
            found = index.matching(engine, "public", everyone=True)
        else:
            found = _NEWEST if author_id is None else _NEWEST_OF
        ways.append(sa.and_(posts.c.id.in_(found.limit(LOOK_MAX)), _open))
    if viewer is not None and query.scope != "public":
        kept = posts.c.id.in_(_LIBRARY)
        if query.wanted:
            named["kept"] = index.query(engine, query.wanted, everyone=False)
            kept = sa.and_(kept, posts.c.id.in_(index.matching(engine, "kept", everyone=False)))
        ways.append(kept)
    for number, phrase in enumerate(query.unwanted):
        named[f"without{number}"] = index.query(engine, [phrase], everyone=False)
        without = index.matching(engine, f"without{number}", everyone=False)
        conditions.append(posts.c.id.not_in(without))
    if viewer is not None:
        conditions += (~unwanted(posts.c.author_id), ~hidden_ai())
    return (
        sa.select(*COLUMNS)
        .where(
            sa.or_(*ways),
            posts.c.boost_of_id.is_(None),
            posts.c.id < sa.bindparam("below"),
            posts.c.id > sa.bindparam("above"),
            seen_by(_viewer if viewer is not None else None),
            *conditions,
        )
        .order_by(posts.c.id.desc())
        .limit(sa.bindparam("most"))
        .offset(sa.bindparam("skip"))
    )


def _author(tx: Tx, viewer: int | None, filter_: asked.From) -> int:
    """Whose posts are meant; 0, which nobody is, for an unknown name."""
    if filter_.username.lower() == "me" and not filter_.domain:
        return viewer or 0
    found = people.by_handle(tx, filter_.username, filter_.domain)
    return found.id if found is not None else 0


def _like(filter_: asked.Filter) -> sa.ColumnElement[bool]:
    """What an operator says of a post, but for ``from:``."""
    found: sa.ColumnElement[bool] = sa.false()
    if isinstance(filter_, asked.Has):
        found = _has(filter_.what)
    elif isinstance(filter_, asked.Is):
        found = posts.c.reply_to_uri.isnot(None)
        if filter_.what == "sensitive":
            found = posts.c.sensitive.is_(True)
    elif isinstance(filter_, asked.Language):
        tongue = sa.func.lower(sa.func.coalesce(posts.c.language, ""))
        found = sa.or_(
            tongue == filter_.code, tongue.startswith(f"{filter_.code}-", autoescape=True)
        )
    elif isinstance(filter_, asked.Between):
        found = sa.and_(
            posts.c.created_at >= filter_.since if filter_.since is not None else sa.true(),
            posts.c.created_at < filter_.until if filter_.until is not None else sa.true(),
        )
    return ~found if filter_.negated else found


def _has(what: str) -> sa.ColumnElement[bool]:
    if what == "poll":
        return posts.c.poll_id.isnot(None)
    if what in ("link", "embed"):
        return posts.c.card_id.isnot(None)
    media = sa.cast(posts.c.media, sa.Text)
    if what == "media":
        return media != "[]"
    # The key as JSON writes it; in a description its quotes would be escaped.
    return sa.or_(*(media.like(f'%"mime":{space}"{what}/%') for space in ("", " ")))


def find_tags(tx: Tx, text: str, *, limit: int, offset: int = 0) -> list[str]:
    """Tags of public posts that begin with the text, most used first; the very tag before all.
    Of what a letter begins only tags of late are found.
    """
    fold = fold_tag(text.strip().removeprefix("#"))
    if not fold or " " in fold:
        return []
    named: dict[str, Any] = {"start": fold, "exact": fold, "most": limit, "skip": offset}
    few = tx.scalar(_HOW_MANY_USES, start=fold, look=USES_MAX + 1) <= USES_MAX
    rows = tx.rows(_TAGS if few else _NEWEST_TAGS, look=USES_MAX, **named)
    return [row[0] for row in rows]
