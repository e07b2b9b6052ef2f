"""A page of a list that is read newest first, and how clients ask for the one beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from msgspec import Struct

from weft.kernel.ids import MAX_ID
from weft.store.database import Tx

LIMIT = 20
LIMIT_MAX = 80
"""What one answer may hold: twice Mastodon's 40, since our posts are cheap to give."""


class Page(Struct, frozen=True):
    """``max_id``: older than it. ``since_id``: newer than it, the newest of them. ``min_id``:
    newer than it, those right next to it. What comes back is newest first in all cases.
    ``ceiling``: higher for lists of something smaller than posts and accounts.

    Source: https://docs.joinmastodon.org/api/guidelines/#pagination
    """

    max_id: int | None = None
    since_id: int | None = None
    min_id: int | None = None
    limit: int = LIMIT
    ceiling: int = LIMIT_MAX

    @property
    def below(self) -> int:
        return MAX_ID if self.max_id is None else self.max_id

    @property
    def above(self) -> int:
        return self.min_id if self.min_id is not None else self.since_id or 0

    @property
    def most(self) -> int:
        return max(1, min(self.limit, self.ceiling))


class Paged(NamedTuple):
    """One list, ready in both directions: built once, run often."""

    down: sa.Select[Any]
    up: sa.Select[Any]

    def rows(self, tx: Tx, page: Page, **named: Any) -> Sequence[sa.Row[Any]]:
        """The rows of a page, newest first."""
        statement = self.down if page.min_id is None else self.up
        found = tx.rows(statement, below=page.below, above=page.above, most=page.most, **named)
        return found if page.min_id is None else found[::-1]


def paged(select: sa.Select[Any], key: sa.ColumnElement[int]) -> Paged:
    """A select as a list by ``key`` (an id that sorts by time); its parameters ``below``,
    ``above`` and ``most`` come from a ``Page``.
    """
    bounded = select.where(key < sa.bindparam("below"), key > sa.bindparam("above"))
    most = sa.bindparam("most")
    return Paged(bounded.order_by(key.desc()).limit(most), bounded.order_by(key).limit(most))
