"""Measuring what trends: made anew by a job, kept in ``trends``, read as it stands.

Counted are people, not uses: one account that says a thing a hundred times makes no trend. AIs are
not counted, and neither is who is limited or suspended. What it costs is bounded by the days and
the posts that are looked at, whatever the server holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import msgspec
import sqlalchemy as sa
from msgspec import Struct

from weft.explore.tables import trends
from weft.kernel.clock import DAY, HOUR
from weft.kernel.ids import floor_at
from weft.people.tables import accounts
from weft.store.among import among
from weft.store.database import Tx
from weft.threads import usage
from weft.threads.tables import cards, likes, post_tags, posts

Kind = Literal["tag", "post", "link"]

KEPT = 100
"""Of each kind: five pages of what an app shows."""
WINDOW = 7 * DAY
POSTS_READ = 100_000
"""Newest public posts that are looked at: a week of a large server, about a second's work."""
CANDIDATES = 1_000
"""The most used of each kind, of which the best are kept."""
PEOPLE_MIN = 2
"""Somebody else has to care, too."""
HALF_LIFE = 12 * HOUR
"""After it, a post needs twice as many who like it: the day's talk, and yesterday's under it."""


class Trend(Struct, frozen=True):
    """``key``: a folded tag, a post's id, a card's id. ``name``: of a tag, as it is written.
    ``history``: of tags and links.
    """

    kind: Kind
    key: str
    score: float
    name: str = ""
    history: list[dict[str, Any]] = []


_since = sa.bindparam("since", type_=sa.BigInteger)
_now = sa.bindparam("now", type_=sa.BigInteger)
_public = (
    posts.c.id >= _since,
    # Written so that no index of these two is taken: the days are a range of ids, and few.
    posts.c.visibility.concat("") == "public",
    (posts.c.boost_of_id + 0).is_(None),
    accounts.c.kind != "ai",
    accounts.c.silenced_at.is_(None),
    accounts.c.suspended_at.is_(None),
)
_fresh = (
    sa.select(
        posts.c.id,
        posts.c.author_id,
        posts.c.card_id,
        ((_now - posts.c.created_at) // DAY).label("age"),
    )
    .join_from(posts, accounts, accounts.c.id == posts.c.author_id)
    .where(*_public)
    .order_by(posts.c.id.desc())
    .limit(POSTS_READ)
    .subquery()
)


def _talked_of(key: sa.ColumnElement[Any], source: sa.FromClause) -> sa.Select[*tuple[Any, ...]]:
    """(key, people in the last day, people per day before, summed)"""
    said = (
        sa.select(key.label("key"), _fresh.c.author_id, _fresh.c.age)
        .select_from(source)
        .distinct()
        .subquery()
    )
    today = sa.func.sum(sa.case((said.c.age <= 0, 1), else_=0))
    return (
        sa.select(*(said.c.key, today, sa.func.sum(sa.case((said.c.age > 0, 1), else_=0))))
        .group_by(said.c.key)
        .having(today > 0, sa.func.count(sa.distinct(said.c.author_id)) >= PEOPLE_MIN)
        .order_by(today.desc(), said.c.key)
        .limit(CANDIDATES)
    )


_TAGS = _talked_of(post_tags.c.tag, _fresh.join(post_tags, post_tags.c.post_id == _fresh.c.id))
_LINKS = _talked_of(
    _fresh.c.card_id,
    _fresh.join(
        cards,
        sa.and_(
            cards.c.id == _fresh.c.card_id,
            cards.c.fetched_at.isnot(None),
            cards.c.title != "",
        ),
    ),
)
_liked = (posts.c.likes_count + posts.c.boosts_count).label("liked")
_POSTS = (
    sa.select(posts.c.id, posts.c.author_id, posts.c.created_at)
    .join_from(posts, accounts, accounts.c.id == posts.c.author_id)
    .where(
        *_public,
        posts.c.reply_to_uri.is_(None),
        posts.c.spoiler == "",
        posts.c.sensitive.is_(False),
        accounts.c.discoverable.is_(True),
        accounts.c.sensitized_at.is_(None),
        _liked >= PEOPLE_MIN,
    )
    .order_by(_liked.desc(), posts.c.id.desc())
    .limit(CANDIDATES)
)
_boosts = posts.alias("boosts")
_who = sa.union(
    sa.select(likes.c.post_id.label("post_id"), likes.c.account_id.label("account_id")).where(
        among(likes.c.post_id, "ids")
    ),
    sa.select(_boosts.c.boost_of_id, _boosts.c.author_id).where(
        among(_boosts.c.boost_of_id, "ids")
    ),
).subquery()
_CARED = (
    sa.select(_who.c.post_id, sa.func.count())
    .join_from(_who, posts, posts.c.id == _who.c.post_id)
    .where(_who.c.account_id != posts.c.author_id)
    .group_by(_who.c.post_id)
)
_CLEAR = trends.delete()
_PUT = trends.insert()


def measure(tx: Tx) -> list[Trend]:
    """What trends now, the best of each kind. Reads only; takes up to seconds on a large server."""
    return [*_tags(tx), *_posts(tx), *_links(tx)]


def keep(tx: Tx, found: Iterable[Trend]) -> None:
    """In place of what was found before."""
    tx.run(_CLEAR)
    tx.run_many(_PUT, [msgspec.structs.asdict(one) for one in found])


def _tags(tx: Tx) -> list[Trend]:
    best = _best(_scores(tx, _TAGS))
    used = usage.of_tags(tx, [key for key, _ in best])
    return [Trend("tag", key, score, used[key].name, _json(used[key].week)) for key, score in best]


def _links(tx: Tx) -> list[Trend]:
    best = _best(_scores(tx, _LINKS))
    weeks = usage.of_cards(tx, [key for key, _ in best])
    return [Trend("link", str(key), score, history=_json(weeks[key])) for key, score in best]


def _posts(tx: Tx) -> list[Trend]:
    rows = tx.rows(_POSTS, since=floor_at(tx.now - WINDOW))
    if not rows:
        return []
    cared: dict[int, int] = dict(map(tuple, tx.rows(_CARED, ids=[row.id for row in rows])))
    scores = [
        (row.id, people * 0.5 ** ((tx.now - row.created_at) / HALF_LIFE))
        for row in rows
        if (people := cared.get(row.id, 0)) >= PEOPLE_MIN
    ]
    return [Trend("post", str(key), score) for key, score in _best(scores)]


def _scores(tx: Tx, statement: sa.Select[*tuple[Any, ...]]) -> list[tuple[Any, float]]:
    """Much talked of today, weighed against how much it always is."""
    usual_days = WINDOW // DAY - 1
    rows = tx.rows(statement, since=floor_at(tx.now - WINDOW), now=tx.now)
    return [(key, today**2 / (before / usual_days + 1)) for key, today, before in rows]


def _best(scores: list[tuple[Any, float]]) -> list[tuple[Any, float]]:
    return sorted(scores, key=lambda one: (-one[1], one[0]))[:KEPT]


def _json(week: list[usage.Use]) -> list[dict[str, Any]]:
    return msgspec.to_builtins(week)
