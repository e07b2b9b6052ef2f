"""Figures over time, counted from the rows there are.

https://docs.joinmastodon.org/entities/Admin_Measure/. A member is active on a day on which they
posted, boosted or liked something, or were last seen. Days are those of UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from weft.kernel.clock import DAY
from weft.moderation.tables import reports
from weft.people.tables import accounts, credentials, follows
from weft.store.database import Tx
from weft.threads.tables import likes, post_tags, posts
from weft.threads.tokens import fold_tag

_start, _end = sa.bindparam("start", type_=sa.BigInteger), sa.bindparam("end", type_=sa.BigInteger)
_domain, _tag = sa.bindparam("domain"), sa.bindparam("tag")


class Measure(Struct, frozen=True):
    """``by_day``: for each day of the period, in order. ``before``: the total of the period of the
    same length before it; None where it is not told.
    """

    key: str
    total: int
    before: int | None
    by_day: list[int]
    unit: str | None = None


def _within(at: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    return sa.and_(at >= _start, at < _end)


def _day(at: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    return (at // DAY).label("day")


def _count(
    at: sa.ColumnElement[int], *conditions: sa.ColumnElement[bool]
) -> sa.Select[*tuple[Any, ...]]:
    """(day, how many rows)."""
    return (
        sa.select(_day(at), sa.func.count())
        .where(_within(at), *conditions)
        .group_by(sa.literal_column("day"))
    )


def _distinct(
    at: sa.ColumnElement[int], what: sa.ColumnElement[Any], *conditions: sa.ColumnElement[bool]
) -> sa.Select[*tuple[Any, ...]]:
    """(day, each value once a day)."""
    return sa.select(_day(at), what).where(_within(at), *conditions).distinct()


_author = accounts.alias("author")
_other = accounts.alias("other")
_parent = posts.alias("parent")
_members = sa.exists().where(credentials.c.account_id == posts.c.author_id)
_active = sa.union(
    _distinct(posts.c.created_at, posts.c.author_id, posts.c.local.is_(True), _members),
    _distinct(
        likes.c.created_at,
        likes.c.account_id,
        sa.exists().where(credentials.c.account_id == likes.c.account_id),
    ),
    _distinct(credentials.c.last_seen_at, credentials.c.account_id),
)
_about_ours = sa.exists().where(
    _parent.c.id == sa.func.coalesce(posts.c.boost_of_id, posts.c.reply_to_id),
    _parent.c.local.is_(True),
)
_liked_ours = sa.exists().where(_parent.c.id == likes.c.post_id, _parent.c.local.is_(True))
_tagged = sa.exists().where(post_tags.c.post_id == posts.c.id, post_tags.c.tag == _tag)


def _of(account_id: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    return sa.exists().where(_author.c.id == account_id, _author.c.domain == _domain)


def _here(account_id: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    return sa.exists().where(_other.c.id == account_id, _other.c.domain == "")


_COUNTED: dict[str, list[sa.Select[*tuple[Any, ...]]]] = {
    "new_users": [_count(credentials.c.created_at)],
    "interactions": [
        _count(posts.c.created_at, _about_ours),
        _count(likes.c.created_at, _liked_ours),
    ],
    "opened_reports": [_count(reports.c.created_at)],
    "resolved_reports": [_count(reports.c.acted_at)],
    "tag_uses": [_count(posts.c.created_at, _tagged)],
    "instance_accounts": [_count(accounts.c.created_at, accounts.c.domain == _domain)],
    "instance_reports": [_count(reports.c.created_at, _of(reports.c.target_id))],
    "instance_statuses": [_count(posts.c.created_at, _of(posts.c.author_id))],
    "instance_follows": [
        _count(follows.c.created_at, _of(follows.c.target_id), _here(follows.c.follower_id))
    ],
    "instance_followers": [
        _count(follows.c.created_at, _of(follows.c.follower_id), _here(follows.c.target_id))
    ],
}
_DISTINCT: dict[str, sa.Select[*tuple[Any, ...]] | sa.CompoundSelect[*tuple[Any, ...]]] = {
    "active_users": _active,
    "tag_accounts": _distinct(posts.c.created_at, posts.c.author_id, _tagged),
    "tag_servers": sa.select(_day(posts.c.created_at), accounts.c.domain)
    .join_from(posts, accounts, accounts.c.id == posts.c.author_id)
    .where(_within(posts.c.created_at), _tagged, accounts.c.domain != "")
    .distinct(),
}
_SIMPLE = ("active_users", "new_users", "interactions", "opened_reports", "resolved_reports")
KEYS = (
    *_SIMPLE,
    *("tag_accounts", "tag_uses", "tag_servers"),
    *("instance_accounts", "instance_media_attachments", "instance_reports", "instance_statuses"),
    *("instance_follows", "instance_followers"),
)
"""https://docs.joinmastodon.org/methods/admin/measures/"""


def measure(tx: Tx, key: str, days: range, about: Mapping[str, str]) -> Measure | None:
    """One figure. ``about``: {id: a tag} or {domain} for the figures about one. None for a key
    that is not known, or without what it is about.
    """
    if key not in KEYS:
        return None
    named: dict[str, Any] = {}
    if key.startswith("tag_"):
        if not about.get("id"):
            return None
        named["tag"] = fold_tag(about["id"])
    elif key.startswith("instance_"):
        if not about.get("domain"):
            return None
        named["domain"] = about["domain"].strip().lower()
    if key == "instance_media_attachments":
        # Pictures from elsewhere are shown from there: none is kept here.
        return Measure(key, 0, None, [0] * len(days), unit="bytes")
    count: Callable[..., tuple[int, list[int]]] = _distinctly if key in _DISTINCT else _counted
    total, by_day = count(tx, key, days, named)
    before = None
    if not key.startswith("instance_"):
        earlier = range(days[0] - len(days), days[0])
        before, _ = count(tx, key, earlier, named)
    return Measure(key, total, before, by_day)


def _counted(tx: Tx, key: str, days: range, named: dict[str, Any]) -> tuple[int, list[int]]:
    found: dict[int, int] = {}
    for statement in _COUNTED[key]:
        for day, count in tx.rows(statement, **_bounds(days), **named):
            found[day] = found.get(day, 0) + count
    by_day = [found.get(day, 0) for day in days]
    return sum(by_day), by_day


def _distinctly(tx: Tx, key: str, days: range, named: dict[str, Any]) -> tuple[int, list[int]]:
    """Whoever comes on several days counts once in the total."""
    found: dict[int, int] = {}
    everyone: set[Any] = set()
    for day, value in tx.rows(_DISTINCT[key], **_bounds(days), **named):
        found[day] = found.get(day, 0) + 1
        everyone.add(value)
    return len(everyone), [found.get(day, 0) for day in days]


def _bounds(days: range) -> dict[str, int]:
    return {"start": days[0] * DAY, "end": (days[-1] + 1) * DAY}


def activity(tx: Tx, days: range) -> set[tuple[int, int]]:
    """(day, account) for each member who was active then."""
    return {(row[0], row[1]) for row in tx.rows(_active, **_bounds(days))}
