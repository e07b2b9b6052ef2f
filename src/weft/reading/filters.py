"""What a member does not want to read: words and single posts, under a title.

https://docs.joinmastodon.org/entities/Filter/. How they are changed: ``filter_changes``;
whether a post is meant: ``matching``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from msgspec import Struct, structs

from weft.kernel.errors import NotFound
from weft.people.tables import ai_choices
from weft.reading.tables import filter_keywords, filter_posts, filters
from weft.store.among import among
from weft.store.database import Tx

AIS = 0
"""The id of the filter that nobody makes: posts made by AIs. It has no page of its own."""
EVERYWHERE = ["home", "notifications", "public", "thread", "account"]


class Keyword(Struct, frozen=True):
    id: int
    filter_id: int
    text: str
    whole_word: bool


class FilteredPost(Struct, frozen=True):
    id: int
    filter_id: int
    post_id: int


class Filter(Struct, frozen=True):
    """Times are ms; ``expires_at`` None: never."""

    id: int
    title: str
    context: list[str]
    action: str
    expires_at: int | None
    updated_at: int
    keywords: list[Keyword] = []
    posts: list[FilteredPost] = []
    keep: frozenset[int] = frozenset()
    """Of ``AIS``: AIs whose posts do not meet it."""


_owner = sa.bindparam("owner", type_=sa.BigInteger)
_which = sa.bindparam("which", type_=sa.BigInteger)
_COLUMNS = tuple(filters.c[field] for field in Filter.__struct_fields__[:6])
_MINE = sa.select(*_COLUMNS).where(filters.c.account_id == _owner).order_by(filters.c.id)
_ONE = sa.select(*_COLUMNS).where(filters.c.account_id == _owner, filters.c.id == _which)
_keyword = (
    filter_keywords.c.id,
    filter_keywords.c.filter_id,
    filter_keywords.c.keyword,
    filter_keywords.c.whole_word,
)
_post = (filter_posts.c.id, filter_posts.c.filter_id, filter_posts.c.post_id)
_KEYWORDS = (
    sa.select(*_keyword).where(among(filter_keywords.c.filter_id, "ids")).order_by(_keyword[0])
)
_POSTS = sa.select(*_post).where(among(filter_posts.c.filter_id, "ids")).order_by(_post[0])
_KEYWORD = (
    sa.select(*_keyword)
    .join_from(filter_keywords, filters, filters.c.id == filter_keywords.c.filter_id)
    .where(filter_keywords.c.id == _which, filters.c.account_id == _owner)
)
_POST = (
    sa.select(*_post)
    .join_from(filter_posts, filters, filters.c.id == filter_posts.c.filter_id)
    .where(filter_posts.c.id == _which, filters.c.account_id == _owner)
)
_OWNERS = sa.union(
    sa.select(filters.c.account_id).where(among(filters.c.account_id, "ids")),
    sa.select(ai_choices.c.account_id).where(
        among(ai_choices.c.account_id, "ids"), ai_choices.c.posts != "show"
    ),
)
_IN_FORCE = sa.union_all(
    _MINE.order_by(None),
    # What they chose about posts by AIs, as a filter whose contexts are the AIs to keep.
    sa.select(
        sa.literal(AIS).label("id"),
        sa.literal("").label("title"),
        ai_choices.c.keep,
        ai_choices.c.posts,
        sa.null().cast(sa.BigInteger).label("expires_at"),
        ai_choices.c.updated_at,
    ).where(ai_choices.c.account_id == _owner, ai_choices.c.posts != "show"),
).order_by(sa.text("1"))


def heads(tx: Tx, owner_id: int) -> list[Filter]:
    """A member's filters without what is in them: one read of an index."""
    return [Filter(*row) for row in tx.rows(_MINE, owner=owner_id)]


def in_force(tx: Tx, owner_id: int) -> list[Filter]:
    """The same, and first what they chose about posts by AIs, in the same one read."""
    found = [Filter(*row) for row in tx.rows(_IN_FORCE, owner=owner_id)]
    return [_of_ais(one) if one.id == AIS else one for one in found]


def _of_ais(one: Filter) -> Filter:
    keep = frozenset(int(ai) for ai in one.context)
    return structs.replace(one, title="Made by an AI or a bot", context=EVERYWHERE, keep=keep)


def owners(tx: Tx, account_ids: Iterable[int]) -> set[int]:
    """Those of these accounts that have filters, that of posts by AIs too."""
    return {row[0] for row in tx.rows(_OWNERS, ids=list(account_ids))}


def listed(tx: Tx, owner_id: int) -> list[Filter]:
    """All of a member's filters, whole, oldest first."""
    return whole(tx, heads(tx, owner_id))


def whole(tx: Tx, found: Sequence[Filter]) -> list[Filter]:
    """Filters with their keywords and posts."""
    if not found:
        return []
    ids = [one.id for one in found]
    keywords: dict[int, list[Keyword]] = {id_: [] for id_ in ids}
    single: dict[int, list[FilteredPost]] = {id_: [] for id_ in ids}
    for row in tx.rows(_KEYWORDS, ids=ids):
        keywords[row[1]].append(Keyword(*row))
    for row in tx.rows(_POSTS, ids=ids):
        single[row[1]].append(FilteredPost(*row))
    return [
        Filter(
            one.id,
            one.title,
            one.context,
            one.action,
            one.expires_at,
            one.updated_at,
            keywords[one.id],
            single[one.id],
        )
        for one in found
    ]


def get(tx: Tx, owner_id: int, filter_id: int) -> Filter:
    """Errors: NotFound, also for another's."""
    row = tx.row(_ONE, owner=owner_id, which=filter_id)
    if row is None:
        raise NotFound
    return whole(tx, [Filter(*row)])[0]


def keyword(tx: Tx, owner_id: int, keyword_id: int) -> Keyword:
    """Errors: NotFound, also for another's."""
    row = tx.row(_KEYWORD, owner=owner_id, which=keyword_id)
    if row is None:
        raise NotFound
    return Keyword(*row)


def filtered_post(tx: Tx, owner_id: int, entry_id: int) -> FilteredPost:
    """Errors: NotFound, also for another's."""
    row = tx.row(_POST, owner=owner_id, which=entry_id)
    if row is None:
        raise NotFound
    return FilteredPost(*row)
