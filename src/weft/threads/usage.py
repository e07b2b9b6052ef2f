"""How often something was used, day by day: tags and links in public posts."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, TypeVar

import sqlalchemy as sa
from msgspec import Struct

from weft.kernel.clock import DAY
from weft.kernel.ids import floor_at
from weft.store.among import among
from weft.store.database import Row, Tx
from weft.threads.posts import seen_by
from weft.threads.tables import post_tags, posts
from weft.threads.tokens import fold_tag

K = TypeVar("K", str, int)

DAYS = 7
"""Days of a history, today among them, as Mastodon's clients draw them."""
USES_MAX = 10_000
"""Newest uses that one answer counts: beyond it, a curve is as good a thousand higher or lower."""


class Use(Struct, frozen=True):
    """``day``: its midnight (UTC), ms. ``accounts``: how many different ones used it."""

    day: int
    uses: int
    accounts: int


class TagUse(Struct, frozen=True):
    """``name``: as its newest public use this week spells it: people who listen to posts need
    ``#TwoWords``. ``week``: today first; days without a use are there with zeros.
    """

    name: str
    week: list[Use]


_since = sa.bindparam("since", type_=sa.BigInteger)
_tags = sa.bindparam("tags", expanding=True, type_=sa.String)
_tagged = (
    sa.select(post_tags.c.tag.label("key"), post_tags.c.post_id)
    .where(post_tags.c.tag.in_(_tags), post_tags.c.post_id >= _since)
    .order_by(post_tags.c.post_id.desc())
    .limit(USES_MAX)
    .subquery()
)
_carded = (
    sa.select(posts.c.card_id.label("key"), posts.c.id.label("post_id"))
    .where(among(posts.c.card_id, "ids"), posts.c.id >= _since)
    .order_by(posts.c.id.desc())
    .limit(USES_MAX)
    .subquery()
)


def _by_day(found: sa.Subquery) -> sa.Select[*tuple[Any, ...]]:
    day = posts.c.created_at // DAY
    return (
        sa.select(
            found.c.key,
            day,
            sa.func.count(),
            sa.func.count(sa.distinct(posts.c.author_id)),
            sa.func.max(posts.c.id),
        )
        .join_from(found, posts, posts.c.id == found.c.post_id)
        .where(posts.c.visibility == "public", posts.c.boost_of_id.is_(None), seen_by(None))
        .group_by(found.c.key, day)
    )


_BY_TAG = _by_day(_tagged)
_BY_CARD = _by_day(_carded)
_SPELLINGS = sa.select(posts.c.tags).where(among(posts.c.id, "ids"))


def of_tags(tx: Tx, folds: Collection[str]) -> dict[str, TagUse]:
    """The week of each tag (folded)."""
    first = _first_day(tx)
    rows = tx.rows(_BY_TAG, tags=list(folds), since=floor_at(first)) if folds else ()
    newest: dict[str, int] = {}
    for key, _, _, _, post_id in rows:
        newest[key] = max(post_id, newest.get(key, 0))
    spelled = {
        fold_tag(name): name
        for (names,) in (tx.rows(_SPELLINGS, ids=sorted(newest.values())) if newest else ())
        for name in names
    }
    weeks = _weeks(first, folds, rows)
    return {fold: TagUse(spelled.get(fold, fold), weeks[fold]) for fold in folds}


def of_cards(tx: Tx, ids: Collection[int]) -> dict[int, list[Use]]:
    """The week of each link, by card id, today first."""
    first = _first_day(tx)
    rows = tx.rows(_BY_CARD, ids=list(ids), since=floor_at(first)) if ids else ()
    return _weeks(first, ids, rows)


def _first_day(tx: Tx) -> int:
    return tx.now - tx.now % DAY - (DAYS - 1) * DAY


def _weeks(first: int, keys: Collection[K], rows: Iterable[Row]) -> dict[K, list[Use]]:
    counted = {(key, day * DAY): (uses, people) for key, day, uses, people, _ in rows}
    days = [first + n * DAY for n in reversed(range(DAYS))]
    return {key: [Use(day, *counted.get((key, day), (0, 0))) for day in days] for key in keys}
