"""Whom a member might want to follow: https://docs.joinmastodon.org/methods/suggestions/

First those whom several of the people they follow follow, then those of this server whom most
follow. Never anybody who did not agree to be found, is limited, or whom the member sent away.
"""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects.postgresql import insert

from weft.people.accounts import COLUMNS
from weft.people.model import Account
from weft.people.tables import accounts, follows, suggestion_dismissals
from weft.store.among import among
from weft.store.database import Tx
from weft.threads.timelines import unwanted

Source = Literal["friends_of_friends", "most_followed"]

FRIENDS_MAX = 200
"""Of those one follows, the last so many are asked whom they follow."""
EDGES_MAX = 20_000
"""Follows that are looked at for one answer, whoever follows how many."""

_viewer = sa.bindparam("viewer", type_=sa.BigInteger)
_mine = follows.alias("mine")


def _eligible() -> list[sa.ColumnElement[bool]]:
    """Who may be suggested to the viewer. Parameters as for ``timelines.unwanted``."""
    return [
        accounts.c.id != _viewer,
        accounts.c.discoverable.is_(True),
        accounts.c.kind != "application",
        accounts.c.suspended_at.is_(None),
        accounts.c.silenced_at.is_(None),
        accounts.c.moved_to.is_(None),
        ~sa.exists().where(_mine.c.follower_id == _viewer, _mine.c.target_id == accounts.c.id),
        ~sa.exists().where(
            suggestion_dismissals.c.account_id == _viewer,
            suggestion_dismissals.c.target_id == accounts.c.id,
        ),
        ~unwanted(accounts.c.id),
    ]


_FRIENDS = (
    sa.select(*COLUMNS)
    .join_from(follows, accounts, accounts.c.id == follows.c.target_id)
    .where(follows.c.follower_id == _viewer, follows.c.accepted.is_(True))
    .order_by(follows.c.id.desc())
    .limit(FRIENDS_MAX)
)
_edges = (
    sa.select(follows.c.target_id)
    .where(among(follows.c.follower_id, "friends"), follows.c.accepted.is_(True))
    .limit(EDGES_MAX)
    .subquery("edges")
)
_often = (
    sa.select(_edges.c.target_id, sa.func.count().label("times"))
    .group_by(_edges.c.target_id)
    .subquery("often")
)
_FRIENDS_OF_FRIENDS = (
    sa.select(*COLUMNS)
    .join_from(_often, accounts, accounts.c.id == _often.c.target_id)
    .where(*_eligible())
    .order_by(_often.c.times.desc(), accounts.c.followers_count, accounts.c.id)
    .limit(sa.bindparam("most"))
)
_MOST_FOLLOWED = (
    sa.select(*COLUMNS)
    .where(accounts.c.domain == "", *_eligible())
    .order_by(accounts.c.followers_count.desc(), accounts.c.id)
    .limit(sa.bindparam("most"))
)
_DISMISS = insert(suggestion_dismissals).on_conflict_do_nothing()
_KNOWN = sa.select(accounts.c.id).where(accounts.c.id == sa.bindparam("id"))


class Suggestion(Struct, frozen=True):
    """An account, and why it is suggested: Mastodon's words."""

    account: Account
    sources: list[Source]


def suggest(tx: Tx, viewer_id: int, limit: int) -> list[Suggestion]:
    """The likeliest first; at most ``limit``."""
    # Whoever hides whom they follow does not tell it this way either.
    friends = [
        one.id
        for one in (Account(*row) for row in tx.rows(_FRIENDS, viewer=viewer_id))
        if not one.hides_network
    ]
    found: dict[int, Account] = {}
    sources: dict[int, list[Source]] = {}

    def take(statement: sa.Select[Any], source: Source, **named: Any) -> None:
        for row in tx.rows(statement, viewer=viewer_id, now=tx.now, most=limit, **named):
            found.setdefault(row[0], Account(*row))
            sources.setdefault(row[0], []).append(source)

    if friends:
        take(_FRIENDS_OF_FRIENDS, "friends_of_friends", friends=friends)
    take(_MOST_FOLLOWED, "most_followed")
    return [Suggestion(one, sources[id_]) for id_, one in list(found.items())[:limit]]


def dismiss(tx: Tx, viewer_id: int, target_id: int) -> None:
    """Do not suggest them again. Nobody, or somebody who was not suggested: nothing happens."""
    if tx.row(_KNOWN, id=target_id) is not None:
        tx.run(_DISMISS, account_id=viewer_id, target_id=target_id)
