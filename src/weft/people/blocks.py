"""Blocking and muting, and how two accounts stand to one another.

A block works against everybody: people, AIs, here and elsewhere. What it clears in timelines and
notifications is a reaction to ``block.created``.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from weft.kernel.errors import Forbidden
from weft.kernel.ids import new_id
from weft.people import collections, follows
from weft.people.model import Account, Relationship
from weft.people.tables import account_notes, accounts, blocks, domain_mutes, endorsements, mutes
from weft.people.tables import follows as follow_table
from weft.store.among import among
from weft.store.database import Tx
from weft.work import events

MUTE_MAX = 100 * 365 * 24 * 3_600_000
"""A hundred years: longer is for good, and sums of times stay within 64 bits."""

_by = sa.bindparam("by", type_=sa.BigInteger)
_target = sa.bindparam("target", type_=sa.BigInteger)
_BLOCK = insert(blocks).on_conflict_do_nothing().returning(blocks.c.id)
_UNBLOCK = (
    blocks.delete()
    .where(blocks.c.blocker_id == _by, blocks.c.target_id == _target)
    .returning(blocks.c.uri)
)
_mute = insert(mutes)
_MUTE = _mute.on_conflict_do_update(
    index_elements=["muter_id", "target_id"],
    set_={"notifications": _mute.excluded.notifications, "until": _mute.excluded.until},
)
_UNMUTE = mutes.delete().where(mutes.c.muter_id == _by, mutes.c.target_id == _target)


def block(tx: Tx, by: Account, target: Account, *, uri: str | None = None) -> None:
    """Neither sees, follows or reaches the other from now on. Ends follows both ways. Event:
    block.created. Errors: Forbidden (oneself).
    """
    if by.id == target.id:
        raise Forbidden
    # First, so that what the other server hears is: no longer following, sent away, blocked.
    follows.unfollow(tx, by, target)
    follows.remove_follower(tx, by, target)
    collections.part(tx, by.id, target.id)
    block_id = new_id()
    uri = uri or f"{tx.site.actor_uri(by.id)}#blocks/{block_id}"
    made = tx.row(
        _BLOCK, id=block_id, blocker_id=by.id, target_id=target.id, uri=uri, created_at=tx.now
    )
    if made is not None:
        _tell(tx, "block.created", by, target, uri)


def unblock(tx: Tx, by: Account, target: Account) -> None:
    """Event: block.removed, if there was a block."""
    row = tx.row(_UNBLOCK, by=by.id, target=target.id)
    if row is not None:
        _tell(tx, "block.removed", by, target, row.uri)


def _tell(tx: Tx, kind: str, by: Account, target: Account, uri: str) -> None:
    events.append(tx, kind, actor_id=by.id, subject_id=target.id, data={"uri": uri})


def mute(
    tx: Tx,
    by: Account,
    target: Account,
    *,
    notifications: bool = True,
    duration_ms: int | None = None,
) -> None:
    """Do not show me what they say (nor, unless ``notifications=False``, tell me of it). They
    do not learn of it. A second time changes the first. Errors: Forbidden (oneself).
    """
    if by.id == target.id:
        raise Forbidden
    tx.run(
        _MUTE,
        id=new_id(),
        muter_id=by.id,
        target_id=target.id,
        notifications=notifications,
        until=tx.now + min(duration_ms, MUTE_MAX) if duration_ms else None,
        created_at=tx.now,
    )


def unmute(tx: Tx, by: Account, target: Account) -> None:
    tx.run(_UNMUTE, by=by.id, target=target.id)


# -- how they stand ---------------------------------------------------------------------------

_viewer = sa.bindparam("viewer", type_=sa.BigInteger)
_OUT = sa.select(
    follow_table.c.target_id,
    follow_table.c.accepted,
    follow_table.c.reblogs,
    follow_table.c.notify,
    follow_table.c.languages,
).where(follow_table.c.follower_id == _viewer, among(follow_table.c.target_id, "ids"))


def _flag(name: str, id_: sa.ColumnElement[int]) -> sa.Select[str, int]:
    return sa.select(sa.literal_column(f"'{name}'", sa.String), id_)


# What is only yes or no, in one read: (which, whose).
_FLAGS = sa.union_all(
    _flag("followed_by", follow_table.c.follower_id).where(
        follow_table.c.target_id == _viewer,
        follow_table.c.accepted.is_(True),
        among(follow_table.c.follower_id, "ids"),
    ),
    _flag("requested_by", follow_table.c.follower_id).where(
        follow_table.c.target_id == _viewer,
        follow_table.c.accepted.is_(False),
        among(follow_table.c.follower_id, "ids"),
    ),
    _flag("blocking", blocks.c.target_id).where(
        blocks.c.blocker_id == _viewer, among(blocks.c.target_id, "ids")
    ),
    _flag("blocked_by", blocks.c.blocker_id).where(
        blocks.c.target_id == _viewer, among(blocks.c.blocker_id, "ids")
    ),
    _flag("endorsed", endorsements.c.target_id).where(
        endorsements.c.account_id == _viewer, among(endorsements.c.target_id, "ids")
    ),
    _flag("domain_blocking", accounts.c.id)
    .join_from(domain_mutes, accounts, accounts.c.domain == domain_mutes.c.domain)
    .where(domain_mutes.c.account_id == _viewer, among(accounts.c.id, "ids")),
)
_NOTES = sa.select(account_notes.c.target_id, account_notes.c.comment).where(
    account_notes.c.account_id == _viewer, among(account_notes.c.target_id, "ids")
)
_in_force = sa.or_(mutes.c.until.is_(None), mutes.c.until > sa.bindparam("now"))
_MUTING = sa.select(mutes.c.target_id, mutes.c.notifications, mutes.c.until).where(
    mutes.c.muter_id == _viewer, among(mutes.c.target_id, "ids"), _in_force
)
_HIDDEN = sa.union(
    sa.select(blocks.c.target_id).where(blocks.c.blocker_id == _viewer),
    sa.select(blocks.c.blocker_id).where(blocks.c.target_id == _viewer),
    sa.select(mutes.c.target_id).where(mutes.c.muter_id == _viewer, _in_force),
)


def relationships(tx: Tx, viewer_id: int, ids: Iterable[int]) -> list[Relationship]:
    """One per id, in the order asked, whether the account exists or not: four reads in all."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return []
    who = {"viewer": viewer_id, "ids": wanted}
    outgoing = {row[0]: row for row in tx.rows(_OUT, **who)}
    flags = {(row[0], row[1]) for row in tx.rows(_FLAGS, **who)}
    muting = {row[0]: row for row in tx.rows(_MUTING, now=tx.now, **who)}
    notes = {row[0]: row[1] for row in tx.rows(_NOTES, **who)}
    return [
        Relationship(
            id=one,
            following=(mine := outgoing.get(one)) is not None and mine.accepted,
            requested=mine is not None and not mine.accepted,
            followed_by=("followed_by", one) in flags,
            requested_by=("requested_by", one) in flags,
            showing_reblogs=mine is not None and mine.reblogs,
            notifying=mine is not None and mine.notify,
            languages=mine.languages if mine is not None else None,
            blocking=("blocking", one) in flags,
            blocked_by=("blocked_by", one) in flags,
            muting=(mute_row := muting.get(one)) is not None,
            muting_notifications=mute_row is not None and mute_row.notifications,
            muting_expires_at=mute_row.until if mute_row is not None else None,
            domain_blocking=("domain_blocking", one) in flags,
            endorsed=("endorsed", one) in flags,
            note=notes.get(one, ""),
        )
        for one in wanted
    ]


def hidden_from(tx: Tx, viewer_id: int) -> set[int]:
    """Whose posts this member does not see: blocked, blocked by, muted now. Servers that they
    muted are not listed one by one (``domains``).
    """
    return {row[0] for row in tx.rows(_HIDDEN, viewer=viewer_id, now=tx.now)}
