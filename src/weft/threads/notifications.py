"""Telling a member that something concerns them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from weft.kernel.ids import new_id
from weft.people.tables import accounts, blocks, mutes
from weft.store.database import Tx
from weft.threads.tables import muted_threads, notifications, posts
from weft.work import events

_to, _by = sa.bindparam("to", type_=sa.BigInteger), sa.bindparam("by", type_=sa.BigInteger)
_WANTED = sa.select(accounts.c.kind).where(
    accounts.c.id == _to,
    accounts.c.domain == "",
    ~sa.exists().where(
        sa.or_(
            sa.and_(blocks.c.blocker_id == _to, blocks.c.target_id == _by),
            sa.and_(blocks.c.blocker_id == _by, blocks.c.target_id == _to),
        )
    ),
    ~sa.exists().where(
        mutes.c.muter_id == _to,
        mutes.c.target_id == _by,
        mutes.c.notifications.is_(True),
        sa.or_(mutes.c.until.is_(None), mutes.c.until > sa.bindparam("now")),
    ),
)
_QUIET = sa.select(muted_threads.c.thread_id).where(
    muted_threads.c.account_id == _to,
    muted_threads.c.thread_id
    == sa.select(posts.c.thread_id).where(posts.c.id == sa.bindparam("post")).scalar_subquery(),
)
_PUT = insert(notifications).on_conflict_do_nothing().returning(notifications.c.id)
_SAME_FOLLOW = sa.select(notifications.c.id).where(
    notifications.c.account_id == _to,
    notifications.c.from_id == _by,
    notifications.c.kind == sa.bindparam("kind"),
    notifications.c.post_id.is_(None),
)


def notify(
    tx: Tx, account_id: int, kind: str, from_id: int, post_id: int | None = None
) -> int | None:
    """Tell a local member, once per (kind, who, post). Gives the notification's id, or None when
    it is nobody here, themselves, blocked, muted, or a thread they muted.

    ``kind``: mention, status, reblog, follow, follow_request, favourite, update (Mastodon's
    names: https://docs.joinmastodon.org/entities/Notification/#type).
    """
    if account_id == from_id:
        return None
    if tx.row(_WANTED, to=account_id, by=from_id, now=tx.now) is None:
        return None
    if post_id is not None and tx.row(_QUIET, to=account_id, post=post_id) is not None:
        return None
    # A unique index does not see two NULLs as the same.
    if post_id is None and tx.row(_SAME_FOLLOW, to=account_id, by=from_id, kind=kind) is not None:
        return None
    made = tx.scalar(
        _PUT,
        id=new_id(),
        account_id=account_id,
        kind=kind,
        from_id=from_id,
        post_id=post_id,
        created_at=tx.now,
    )
    if made is not None:
        events.append(tx, "notification.created", actor_id=account_id, subject_id=made)
    return made
