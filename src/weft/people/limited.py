"""Limited accounts (Mastodon: silenced): there for those who follow or name them, and not shown
to anybody else.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from weft.people.tables import accounts, follows

_limited = accounts.alias("limited")
_follow = follows.alias("limited_follow")


def limited(
    account_id: sa.ColumnElement[int], viewer: sa.ColumnElement[Any] | int | None
) -> sa.ColumnElement[bool]:
    """Whether an account is limited for ``viewer`` (None: anyone), as a condition: by an admin,
    and neither followed by the viewer nor themselves. Two indexed look-ups for limited ones, one
    for all others.
    """
    hushed = sa.and_(_limited.c.id == account_id, _limited.c.silenced_at.isnot(None))
    if viewer is None:
        return sa.exists().where(hushed)
    followed = sa.exists().where(
        _follow.c.follower_id == viewer,
        _follow.c.target_id == _limited.c.id,
        _follow.c.accepted.is_(True),
    )
    return sa.exists().where(hushed, _limited.c.id != viewer, ~followed)
