"""A member's notifications, read and cleared. How they come about: ``notifications``."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

import sqlalchemy as sa
from msgspec import Struct

from weft.kernel.errors import NotFound
from weft.store.database import Tx
from weft.store.page import Page, Paged, paged
from weft.threads.tables import markers, notifications

KINDS = (
    "mention",
    "status",
    "reblog",
    "follow",
    "follow_request",
    "favourite",
    "poll",
    "update",
)
"""https://docs.joinmastodon.org/entities/Notification/#type, as far as there are any here."""
UNREAD_MAX = 1_000
"""How far unread ones are counted: Mastodon's own bound."""


class Notice(Struct, frozen=True):
    """Something that concerns a member: who did what, to which post of theirs."""

    id: int
    kind: str
    from_id: int
    post_id: int | None
    created_at: int


_COLUMNS = tuple(notifications.c[field] for field in Notice.__struct_fields__)
_owner = sa.bindparam("owner", type_=sa.BigInteger)
_MINE = sa.select(*_COLUMNS).where(notifications.c.account_id == _owner)
_ONE = _MINE.where(notifications.c.id == sa.bindparam("which"))
_CLEAR = notifications.delete().where(notifications.c.account_id == _owner)
_DISMISS = _CLEAR.where(notifications.c.id == sa.bindparam("which")).returning(notifications.c.id)
_READ_TO = sa.select(markers.c.last_read_id).where(
    markers.c.account_id == _owner, markers.c.timeline == "notifications"
)


def listed(
    tx: Tx,
    owner_id: int,
    page: Page,
    *,
    types: Collection[str] = (),
    exclude: Collection[str] = (),
    from_id: int | None = None,
) -> list[Notice]:
    """Newest first; of these types (or all), without those, by one account (or anyone)."""
    kinds = tuple(kind for kind in KINDS if (not types or kind in types) and kind not in exclude)
    if not kinds:
        return []
    named = {"owner": owner_id} if from_id is None else {"owner": owner_id, "by": from_id}
    list_ = _list(kinds if len(kinds) < len(KINDS) else (), from_id is not None)
    return [Notice(*row) for row in list_.rows(tx, page, **named)]


@cache
def _list(kinds: tuple[str, ...], by_one: bool) -> Paged:
    wanted: list[sa.ColumnElement[bool]] = []
    if kinds:
        wanted.append(notifications.c.kind.in_(kinds))
    if by_one:
        wanted.append(notifications.c.from_id == sa.bindparam("by"))
    return paged(_MINE.where(*wanted), notifications.c.id)


def one(tx: Tx, owner_id: int, notice_id: int) -> Notice:
    """Errors: NotFound."""
    row = tx.row(_ONE, owner=owner_id, which=notice_id)
    if row is None:
        raise NotFound
    return Notice(*row)


def clear(tx: Tx, owner_id: int) -> None:
    tx.run(_CLEAR, owner=owner_id)


def dismiss(tx: Tx, owner_id: int, notice_id: int) -> None:
    """Errors: NotFound."""
    if tx.row(_DISMISS, owner=owner_id, which=notice_id) is None:
        raise NotFound


def unread(tx: Tx, owner_id: int, *, limit: int, types: Collection[str] = ()) -> int:
    """How many are newer than the member's marker, counted up to ``limit``."""
    read_to = tx.scalar(_READ_TO, owner=owner_id)
    since = int(read_to) if read_to is not None and read_to.isdigit() else 0
    wanted = _MINE.where(notifications.c.id > since)
    if types:
        wanted = wanted.where(notifications.c.kind.in_(types))
    some = wanted.limit(max(1, min(limit, UNREAD_MAX))).subquery()
    return tx.scalar(sa.select(sa.func.count()).select_from(some), owner=owner_id) or 0
