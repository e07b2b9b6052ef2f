"""What trends, as ``measure`` found it, without what an admin rejected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal
from urllib.parse import urlsplit

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects.postgresql import insert

from weft.explore import tags as tag_rules
from weft.explore.tables import trend_reviews, trends
from weft.kernel.errors import NotFound
from weft.store.among import among
from weft.store.database import Row, Tx
from weft.threads.model import Post
from weft.threads.posts import COLUMNS, by_id, by_ids, seen_by
from weft.threads.tables import cards, posts
from weft.threads.timelines import hidden_ai, unwanted
from weft.threads.usage import Use

Reviewed = Literal["tag", "post", "link", "publisher"]


class Link(Struct, frozen=True):
    """``post``: the newest that has it. ``publisher``: the host of its address. ``allowed``: None
    where no admin decided; a decision about the link goes before one about its publisher.
    """

    card_id: int
    publisher: str
    post: Post
    history: list[Use]
    allowed: bool | None


class TagTrend(Struct, frozen=True):
    """``tag``: folded; ``name``: as it is written; ``week``: today first."""

    tag: str
    name: str
    week: list[Use]


class Publisher(Struct, frozen=True):
    """``reviewed_at``: ms."""

    host: str
    allowed: bool | None = None
    reviewed_at: int | None = None


_viewer = sa.bindparam("viewer", type_=sa.BigInteger)
_KEPT = (
    sa.select(trends.c.key, trends.c.name, trends.c.history)
    .where(trends.c.kind == sa.bindparam("kind"))
    .order_by(trends.c.score.desc(), trends.c.key)
)
_REVIEWS = sa.select(trend_reviews.c.key, trend_reviews.c.allowed, trend_reviews.c.at).where(
    trend_reviews.c.kind == sa.bindparam("kind"),
    trend_reviews.c.key.in_(sa.bindparam("keys", expanding=True, type_=sa.String)),
)
_review = insert(trend_reviews)
_REVIEW = _review.on_conflict_do_update(
    index_elements=["kind", "key"],
    set_={"allowed": _review.excluded.allowed, "at": _review.excluded.at},
)
_still_public = (among(posts.c.id, "ids"), posts.c.visibility == "public")
_SHOWN = {
    False: sa.select(posts.c.id).where(*_still_public, seen_by(None)),
    True: sa.select(posts.c.id).where(
        *_still_public, seen_by(_viewer), ~unwanted(posts.c.author_id), ~hidden_ai()
    ),
}
_newest = (
    sa.select(sa.func.max(posts.c.id))
    .where(among(posts.c.card_id, "ids"), posts.c.visibility == "public", seen_by(None))
    .group_by(posts.c.card_id)
)
_carrier = posts.alias("carrier")
_CARRIERS = sa.select(*(_carrier.c[column.name] for column in COLUMNS)).where(
    _carrier.c.id.in_(_newest)
)
_CARD = sa.select(cards.c.id, cards.c.url).where(among(cards.c.id, "ids"))


# -- reading ----------------------------------------------------------------------------------


def tags(tx: Tx, *, rejected: bool = False) -> list[TagTrend]:
    """Trending tags, the best first. ``rejected``: those too, for admins."""
    found = [TagTrend(row.key, row.name, _week(row)) for row in tx.rows(_KEPT, kind="tag")]
    rules = tag_rules.settings(tx, [one.tag for one in found])
    return [
        one for one in found if rejected or (rules[one.tag].trendable and rules[one.tag].listable)
    ]


def statuses(tx: Tx, viewer: int | None, asked: slice, *, rejected: bool = False) -> list[Post]:
    """A part of the trending posts, the best first, without those that the viewer may not or will
    not see.
    """
    keys = [row.key for row in tx.rows(_KEPT, kind="post")]
    if not keys:
        return []
    refused = set[str]() if rejected else _refused(tx, "post", keys)
    named = {} if viewer is None else {"viewer": viewer, "now": tx.now}
    ids = [int(key) for key in keys if key not in refused]
    shown = {row[0] for row in tx.rows(_SHOWN[viewer is not None], ids=ids, **named)}
    wanted = [one for one in ids if one in shown][asked]
    found = by_ids(tx, wanted)
    return [found[one] for one in wanted if one in found]


def links(tx: Tx, *, rejected: bool = False) -> list[Link]:
    """Trending links, the best first."""
    week = {int(row.key): _week(row) for row in tx.rows(_KEPT, kind="link")}
    found = _links(tx, week)
    return [one for one in found if rejected or one.allowed is not False]


def publishers(tx: Tx) -> list[Publisher]:
    """Whose pages trend, the best first."""
    hosts = list(dict.fromkeys(one.publisher for one in links(tx, rejected=True)))
    decided = _reviews(tx, "publisher", hosts)
    return [Publisher(host, *decided.get(host, (None, None))) for host in hosts]


def link(tx: Tx, card_id: int) -> Link:
    """One link, trending or not any more. Errors: NotFound (nobody shows it)."""
    week = {int(row.key): _week(row) for row in tx.rows(_KEPT, kind="link")}
    found = _links(tx, {card_id: week.get(card_id, [])})
    if not found:
        raise NotFound
    return found[0]


# -- deciding ---------------------------------------------------------------------------------


def review(tx: Tx, kind: Reviewed, key: str, *, allowed: bool) -> None:
    """An admin's decision, in force at once. ``key``: a folded tag, a post's id, a card's id, a
    host. Errors: NotFound (there is no such thing).
    """
    if kind == "tag":
        tag_rules.change(tx, key, trendable=allowed)
        return
    if kind == "post":
        post = by_id(tx, int(key))
        if post is None or post.visibility != "public":
            raise NotFound
    elif kind == "link":
        link(tx, int(key))
    elif key not in {one.host for one in publishers(tx)} | _reviews(tx, kind, [key]).keys():
        raise NotFound
    tx.run(_REVIEW, kind=kind, key=key, allowed=allowed, at=tx.now)


def _week(row: Row) -> list[Use]:
    return [Use(**one) for one in row.history]


def _links(tx: Tx, weeks: dict[int, list[Use]]) -> list[Link]:
    if not weeks:
        return []
    ids = list(weeks)
    hosts = {row.id: urlsplit(row.url).hostname or "" for row in tx.rows(_CARD, ids=ids)}
    carriers = {post.card_id: post for post in (Post(*row) for row in tx.rows(_CARRIERS, ids=ids))}
    of_link = _reviews(tx, "link", [str(one) for one in ids])
    of_host = _reviews(tx, "publisher", set(hosts.values()))
    nothing = (None, None)
    return [
        Link(
            one,
            hosts[one],
            carriers[one],
            weeks[one],
            of_link.get(str(one), of_host.get(hosts[one], nothing))[0],
        )
        for one in ids
        if one in hosts and one in carriers
    ]


def _reviews(tx: Tx, kind: Reviewed, keys: Iterable[str]) -> dict[str, tuple[bool, int]]:
    """(allowed, when) by key, of those that were decided about."""
    rows = tx.rows(_REVIEWS, kind=kind, keys=list(keys))
    return {row.key: (row.allowed, row.at) for row in rows}


def _refused(tx: Tx, kind: Reviewed, keys: Sequence[str]) -> set[str]:
    return {key for key, (allowed, _) in _reviews(tx, kind, keys).items() if not allowed}
