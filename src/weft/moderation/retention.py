"""Who stays: of those who joined in a day or month, how many were active in each later one.

https://docs.joinmastodon.org/entities/Admin_Cohort/. Active: as in ``measures``.
"""

from __future__ import annotations

from typing import Literal

import sqlalchemy as sa
from msgspec import Struct

from weft.kernel.clock import DAY
from weft.moderation.days import month_of
from weft.moderation.measures import activity
from weft.people.tables import credentials
from weft.store.database import Tx

COHORTS_MAX = 92
"""Each has a figure for every later one: 4,000 figures for a quarter by days."""

_JOINED = sa.select(credentials.c.account_id, credentials.c.created_at).where(
    credentials.c.created_at >= sa.bindparam("start"),
    credentials.c.created_at < sa.bindparam("end"),
)


class Cohort(Struct, frozen=True):
    """``period`` and the days of ``kept`` are the first days of a day or month; ``kept`` holds
    (day, share from 0 to 1, how many).
    """

    period: int
    kept: list[tuple[int, float, int]]


def cohorts(tx: Tx, days: range, frequency: Literal["day", "month"]) -> list[Cohort]:
    """Oldest first; of a long period the last ones."""
    bucket = month_of if frequency == "month" else int
    buckets = sorted({bucket(day) for day in days})[-COHORTS_MAX:]
    joined: dict[int, set[int]] = {one: set() for one in buckets}
    for account_id, at in tx.rows(_JOINED, start=days[0] * DAY, end=(days[-1] + 1) * DAY):
        joined.get(bucket(at // DAY), set()).add(account_id)
    active: dict[int, set[int]] = {one: set() for one in buckets}
    for day, account_id in activity(tx, days):
        active.get(bucket(day), set()).add(account_id)
    made: list[Cohort] = []
    for at, period in enumerate(buckets):
        members = joined[period]
        kept: list[tuple[int, float, int]] = []
        for later in buckets[at:]:
            count = len(members & active[later])
            kept.append((later, count / len(members) if members else 0.0, count))
        made.append(Cohort(period, kept))
    return made
