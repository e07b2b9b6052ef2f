"""Filtered notifications, by who sent them, until the member decides.

https://docs.joinmastodon.org/methods/notifications/#get-requests
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects.postgresql import insert

from weft.kernel.errors import NotFound
from weft.kernel.ids import new_id
from weft.people.tables import accounts
from weft.store.among import among
from weft.store.database import Tx
from weft.store.page import Page, paged
from weft.threads.tables import (
    notification_permissions,
    notification_requests,
    notifications,
)
from weft.work import events

PENDING_MAX = 100
"""How many requests are counted: Mastodon's bound."""


class Asking(Struct, frozen=True):
    """Somebody whose notifications wait. Times in ms; ``last_post_id``: of the last that was
    about a post.
    """

    id: int
    from_id: int
    last_post_id: int | None
    notifications_count: int
    created_at: int
    updated_at: int


_COLUMNS = tuple(notification_requests.c[field] for field in Asking.__struct_fields__)
_owner = sa.bindparam("owner", type_=sa.BigInteger)
_from = sa.bindparam("by", type_=sa.BigInteger)
_standing = ~sa.exists().where(
    accounts.c.id == notification_requests.c.from_id, accounts.c.suspended_at.isnot(None)
)
_MINE = sa.select(*_COLUMNS).where(notification_requests.c.account_id == _owner, _standing)
_LIST = paged(_MINE, notification_requests.c.id)
_ONE = _MINE.where(notification_requests.c.id == sa.bindparam("which"))
_some = (
    sa.select(notification_requests.c.notifications_count)
    .where(notification_requests.c.account_id == _owner, _standing)
    .limit(PENDING_MAX)
    .subquery()
)
_PENDING = sa.select(
    sa.func.count(), sa.func.coalesce(sa.func.sum(_some.c.notifications_count), 0)
).select_from(_some)
_put = insert(notification_requests)
_COUNT_UP = _put.on_conflict_do_update(
    index_elements=["account_id", "from_id"],
    set_={
        "last_post_id": sa.func.coalesce(
            _put.excluded.last_post_id, notification_requests.c.last_post_id
        ),
        "notifications_count": notification_requests.c.notifications_count + 1,
        "updated_at": _put.excluded.updated_at,
    },
)
_of_theirs = sa.and_(
    notification_requests.c.account_id == _owner, notification_requests.c.from_id == _from
)
_COUNT_DOWN = (
    notification_requests.update()
    .where(_of_theirs)
    .values(notifications_count=notification_requests.c.notifications_count - 1)
)
_OVER = notification_requests.delete().where(
    _of_theirs, notification_requests.c.notifications_count < 1
)
_TAKE = (
    notification_requests.delete()
    .where(notification_requests.c.account_id == _owner, among(notification_requests.c.id, "ids"))
    .returning(notification_requests.c.from_id)
)
_DROP = notification_requests.delete().where(_of_theirs)
_TRUST = insert(notification_permissions).on_conflict_do_nothing()
_DISTRUST = notification_permissions.delete().where(
    notification_permissions.c.account_id == _owner, notification_permissions.c.from_id == _from
)
_theirs = sa.and_(
    notifications.c.account_id == _owner,
    among(notifications.c.from_id, "senders"),
    notifications.c.filtered.is_(True),
)
_LET_IN = notifications.update().where(_theirs).values(filtered=False)
_FORGET = notifications.delete().where(_theirs)


def count_up(tx: Tx, owner_id: int, from_id: int, post_id: int | None) -> None:
    """One more of their notifications was filtered."""
    tx.run(
        _COUNT_UP,
        id=new_id(),
        account_id=owner_id,
        from_id=from_id,
        last_post_id=post_id,
        notifications_count=1,
        created_at=tx.now,
        updated_at=tx.now,
    )


def count_down(tx: Tx, owner_id: int, from_id: int) -> None:
    """One that was filtered was taken back; with the last, nobody asks any more."""
    tx.run(_COUNT_DOWN, owner=owner_id, by=from_id)
    tx.run(_OVER, owner=owner_id, by=from_id)


def listed(tx: Tx, owner_id: int, page: Page) -> list[Asking]:
    """Newest first."""
    return [Asking(*row) for row in _LIST.rows(tx, page, owner=owner_id)]


def one(tx: Tx, owner_id: int, request_id: int) -> Asking:
    """Errors: NotFound."""
    row = tx.row(_ONE, owner=owner_id, which=request_id)
    if row is None:
        raise NotFound
    return Asking(*row)


def pending(tx: Tx, owner_id: int) -> tuple[int, int]:
    """(how many ask, how many notifications of theirs wait), counted up to ``PENDING_MAX``
    requests.
    """
    people, notices = tx.run(_PENDING, owner=owner_id).one()
    return people, int(notices)


def accept(tx: Tx, owner_id: int, ids: Collection[int]) -> list[int]:
    """Let their notifications in, those that wait and those to come. Gives who was let in; ids
    that are not the owner's are passed over. Event: notifications.merged, with ``from_ids``.
    """
    senders = _take(tx, owner_id, ids)
    if senders:
        tx.run_many(_TRUST, [{"account_id": owner_id, "from_id": one} for one in senders])
        tx.run(_LET_IN, owner=owner_id, senders=senders)
        events.append(
            tx,
            "notifications.merged",
            actor_id=owner_id,
            subject_id=owner_id,
            data={"from_ids": [str(one) for one in senders]},
        )
    return senders


def dismiss(tx: Tx, owner_id: int, ids: Collection[int]) -> list[int]:
    """Throw away what waits of theirs; what comes later asks anew."""
    senders = _take(tx, owner_id, ids)
    if senders:
        tx.run(_FORGET, owner=owner_id, senders=senders)
    return senders


def forget(tx: Tx, owner_id: int, from_id: int) -> None:
    """The owner wants nothing more to do with them."""
    tx.run(_DROP, owner=owner_id, by=from_id)
    tx.run(_DISTRUST, owner=owner_id, by=from_id)


def _take(tx: Tx, owner_id: int, ids: Iterable[int]) -> list[int]:
    return [row[0] for row in tx.rows(_TAKE, owner=owner_id, ids=list(ids))]
