"""Lists of accounts: followers, followed, asking, blocked, muted, AIs. Paged by the relation's id,
newest first.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from weft.people.accounts import COLUMNS
from weft.people.model import Account
from weft.people.tables import accounts, blocks, credentials, endorsements, follows, mutes
from weft.store.database import Tx
from weft.store.page import Page, Paged, paged

FAMILIAR_MAX = 200
"""Rows of one look-up of familiar followers; clients show three faces per account."""


PEERS_MAX = 5_000
"""Servers in one answer: a few hundred kB."""


class Entry(Struct, frozen=True):
    """An account in a list. ``key`` is what the list is paged by."""

    key: int
    account: Account
    until: int | None = None
    """Mutes: when they end, ms."""


_owner = sa.bindparam("owner", type_=sa.BigInteger)
_now = sa.bindparam("now", type_=sa.BigInteger)


def _related(
    table: sa.Table,
    mine: sa.Column[int],
    theirs: sa.Column[int],
    *conditions: sa.ColumnElement[bool],
    until: sa.ColumnElement[Any] | None = None,
) -> Paged:
    ends = until if until is not None else sa.null()
    select = (
        sa.select(table.c.id, ends.label("ends"), *COLUMNS)
        .join_from(table, accounts, accounts.c.id == theirs)
        .where(mine == _owner, accounts.c.suspended_at.is_(None), *conditions)
    )
    return paged(select, table.c.id)


_FOLLOWERS = _related(
    follows, follows.c.target_id, follows.c.follower_id, follows.c.accepted.is_(True)
)
_FOLLOWING = _related(
    follows, follows.c.follower_id, follows.c.target_id, follows.c.accepted.is_(True)
)
_REQUESTS = _related(
    follows, follows.c.target_id, follows.c.follower_id, follows.c.accepted.is_(False)
)
_BLOCKED = _related(blocks, blocks.c.blocker_id, blocks.c.target_id)
_MUTED = _related(
    mutes,
    mutes.c.muter_id,
    mutes.c.target_id,
    sa.or_(mutes.c.until.is_(None), mutes.c.until > _now),
    until=mutes.c.until,
)
_ENDORSED = _related(endorsements, endorsements.c.account_id, endorsements.c.target_id)
_AIS = paged(
    sa.select(accounts.c.id, sa.null().label("ends"), *COLUMNS).where(
        accounts.c.kind == "ai", accounts.c.domain == "", accounts.c.suspended_at.is_(None)
    ),
    accounts.c.id,
)
_REQUESTS_COUNT = sa.select(sa.func.count()).where(
    follows.c.target_id == _owner, follows.c.accepted.is_(False)
)
_TOTALS = sa.select(
    sa.func.count(),
    sa.func.coalesce(sa.func.sum(accounts.c.posts_count), 0),
    sa.func.coalesce(
        sa.func.sum(sa.case((accounts.c.last_post_at > sa.bindparam("since"), 1), else_=0)), 0
    ),
).where(accounts.c.domain == "", accounts.c.kind == "person")
_PEERS = sa.select(sa.func.count(sa.distinct(accounts.c.domain))).where(accounts.c.domain != "")


_PEER_NAMES = (
    sa.select(accounts.c.domain)
    .where(accounts.c.domain != "")
    .distinct()
    .order_by(accounts.c.domain)
    .limit(sa.bindparam("most"))
)
_PEERS_NAMED = (
    sa.select(accounts.c.domain)
    .where(
        accounts.c.domain != "",
        accounts.c.domain.like(sa.bindparam("start"), escape="\\"),
    )
    .distinct()
    .order_by(accounts.c.domain)
    .limit(sa.bindparam("most"))
)
_FIRST_ADMIN = (
    sa.select(*COLUMNS)
    .join_from(credentials, accounts, accounts.c.id == credentials.c.account_id)
    .where(credentials.c.role == "admin", accounts.c.suspended_at.is_(None))
    .order_by(credentials.c.account_id)
    .limit(1)
)


def _entries(listed: Paged, tx: Tx, page: Page, **named: Any) -> list[Entry]:
    rows = [tuple[Any, ...](row) for row in listed.rows(tx, page, **named)]
    return [Entry(key, Account(*account), until) for key, until, *account in rows]


def followers(tx: Tx, owner_id: int, page: Page) -> list[Entry]:
    return _entries(_FOLLOWERS, tx, page, owner=owner_id)


def following(tx: Tx, owner_id: int, page: Page) -> list[Entry]:
    return _entries(_FOLLOWING, tx, page, owner=owner_id)


def follow_requests(tx: Tx, owner_id: int, page: Page) -> list[Entry]:
    """Who asks to follow this account."""
    return _entries(_REQUESTS, tx, page, owner=owner_id)


def blocked(tx: Tx, owner_id: int, page: Page) -> list[Entry]:
    return _entries(_BLOCKED, tx, page, owner=owner_id)


def muted(tx: Tx, owner_id: int, page: Page) -> list[Entry]:
    """Mutes that are in force now."""
    return _entries(_MUTED, tx, page, owner=owner_id, now=tx.now)


def endorsed(tx: Tx, owner_id: int, page: Page) -> list[Entry]:
    """Whom a member features on their profile."""
    return _entries(_ENDORSED, tx, page, owner=owner_id)


def ais(tx: Tx, page: Page) -> list[Entry]:
    """The AIs that live on this server."""
    return _entries(_AIS, tx, page)


_second = follows.alias("second")
_FAMILIAR = (
    sa.select(follows.c.target_id, *COLUMNS)
    .join_from(follows, _second, _second.c.target_id == follows.c.follower_id)
    .join(accounts, accounts.c.id == follows.c.follower_id)
    .where(
        follows.c.target_id.in_(sa.bindparam("ids", expanding=True)),
        follows.c.accepted.is_(True),
        _second.c.follower_id == _owner,
        _second.c.accepted.is_(True),
        accounts.c.suspended_at.is_(None),
    )
    .order_by(follows.c.id.desc())
    .limit(FAMILIAR_MAX)
)


def familiar(tx: Tx, owner_id: int, ids: Iterable[int]) -> dict[int, list[Account]]:
    """For each id, in whose company one would follow it: its followers whom ``owner`` follows."""
    wanted = list(dict.fromkeys(ids))
    found: dict[int, list[Account]] = {one: [] for one in wanted}
    if wanted:
        for row in tx.rows(_FAMILIAR, owner=owner_id, ids=wanted):
            target, *values = tuple[Any, ...](row)
            found[target].append(Account(*values))
    return found


def follow_request_count(tx: Tx, owner_id: int) -> int:
    return int(tx.scalar(_REQUESTS_COUNT, owner=owner_id))


def totals(tx: Tx, active_since: int) -> tuple[int, int, int, int]:
    """(people here, their posts, people who posted since then, servers known)."""
    row = tx.row(_TOTALS, since=active_since)
    people, posts, active = (int(value) for value in row) if row is not None else (0, 0, 0)
    return people, posts, active, int(tx.scalar(_PEERS))


def peers(tx: Tx, most: int) -> list[str]:
    """Domains of accounts that are known from elsewhere."""
    return [row[0] for row in tx.rows(_PEER_NAMES, most=min(most, PEERS_MAX))]


def peers_named(tx: Tx, start: str, most: int) -> list[str]:
    """Known servers whose name begins so, in alphabetical order."""
    name = start.strip().lower()
    if not name:
        return []
    safe = name.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return [row[0] for row in tx.rows(_PEERS_NAMED, start=f"{safe}%", most=most)]


def first_admin(tx: Tx) -> Account | None:
    """Whom to ask about this server."""
    row = tx.row(_FIRST_ADMIN)
    return Account(*row) if row is not None else None
