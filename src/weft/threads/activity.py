"""How much happened here, week by week: what ``instance/activity`` tells."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from weft.kernel.clock import DAY
from weft.kernel.ids import floor_at
from weft.people.tables import accounts, credentials
from weft.store.database import Tx
from weft.threads.tables import posts

WEEK = 7 * DAY
WEEKS = 12
"""Three months, as Mastodon gives."""
_MONDAY = 4 * DAY
"""1 January 1970 was a Thursday: weeks begin four days later."""


class Week(Struct, frozen=True):
    """``at``: midnight (UTC) of its Monday, ms. ``writers``: members who wrote something."""

    at: int
    posts: int
    writers: int
    joined: int


def _week_of(at: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    # Integers on both sides: both engines divide without a rest.
    return sa.cast((at - _MONDAY) / sa.literal_column(str(WEEK)), sa.BigInteger)


def _by_week(at: sa.Column[Any], *what: sa.ColumnElement[Any]) -> sa.Select[Any]:
    week = sa.literal_column("week")
    return sa.select(_week_of(at).label("week"), *what).group_by(week)


_WRITTEN = (
    _by_week(posts.c.created_at, sa.func.count(), sa.func.count(sa.distinct(posts.c.author_id)))
    .select_from(posts.join(accounts, accounts.c.id == posts.c.author_id))
    .where(
        posts.c.id > sa.bindparam("first"),
        posts.c.local.is_(True),
        posts.c.created_at >= sa.bindparam("since"),
        accounts.c.kind == "person",
    )
)
_JOINED = _by_week(credentials.c.created_at, sa.func.count()).where(
    credentials.c.created_at >= sa.bindparam("since")
)


def weeks(tx: Tx) -> list[Week]:
    """The last weeks, the one that is not over first."""
    this = (tx.now - _MONDAY) // WEEK
    since = (this - WEEKS + 1) * WEEK + _MONDAY
    written = {
        row[0]: (row[1], row[2]) for row in tx.rows(_WRITTEN, since=since, first=floor_at(since))
    }
    joined = {row[0]: row[1] for row in tx.rows(_JOINED, since=since)}
    return [
        Week(n * WEEK + _MONDAY, *written.get(n, (0, 0)), joined.get(n, 0))
        for n in range(this, this - WEEKS, -1)
    ]
