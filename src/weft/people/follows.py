"""Following: asking, accepting, refusing, ending.

What follows from it elsewhere (the home timeline fills, notifications, messages to other
servers) are reactions to the events written here.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from weft.kernel.errors import Forbidden, NotFound
from weft.kernel.ids import new_id
from weft.people import endorsements
from weft.people.model import Account
from weft.people.tables import accounts, blocks, domain_mutes, follows
from weft.store.database import Tx
from weft.work import events

FOLLOWS_MAX = 7_500
"""Mastodon's limit. Whoever follows more reads nothing and costs every author a row."""

_follower = sa.bindparam("follower", type_=sa.BigInteger)
_target = sa.bindparam("target", type_=sa.BigInteger)
_PAIR = sa.and_(follows.c.follower_id == _follower, follows.c.target_id == _target)
_GET = sa.select(follows.c.accepted, follows.c.uri, follows.c.id).where(_PAIR)
_PUT = insert(follows)
_CHANGE = (
    follows.update()
    .where(_PAIR)
    .values(
        reblogs=sa.bindparam("shows"),
        notify=sa.bindparam("tells"),
        languages=sa.bindparam("only", type_=follows.c.languages.type),
        uri=sa.bindparam("as_uri"),
    )
)
_ACCEPT = (
    follows.update()
    .where(_PAIR, follows.c.accepted.is_(False))
    .values(accepted=True)
    .returning(follows.c.uri)
)
_DROP = follows.delete().where(_PAIR).returning(follows.c.accepted, follows.c.uri)
_BLOCKED = sa.select(blocks.c.id).where(
    sa.or_(
        sa.and_(blocks.c.blocker_id == _follower, blocks.c.target_id == _target),
        sa.and_(blocks.c.blocker_id == _target, blocks.c.target_id == _follower),
    )
)
_UNWELCOME = sa.select(domain_mutes.c.id).where(
    domain_mutes.c.account_id == sa.bindparam("who", type_=sa.BigInteger),
    domain_mutes.c.domain == sa.bindparam("domain"),
)


def _count(column: sa.Column[int]) -> sa.Update:
    fresh = column + sa.bindparam("by")
    return (
        accounts.update()
        .where(accounts.c.id == sa.bindparam("who"))
        .values({column: sa.case((fresh < 0, 0), else_=fresh)})
    )


_COUNT_FOLLOWERS = _count(accounts.c.followers_count)
_COUNT_FOLLOWING = _count(accounts.c.following_count)


def follow(
    tx: Tx,
    follower: Account,
    target: Account,
    *,
    reblogs: bool = True,
    notify: bool = False,
    languages: list[str] | None = None,
    uri: str | None = None,
    carried: bool = False,
) -> bool:
    """Follow, or change how one follows. True when it is in force, False when it is a request:
    the target is elsewhere or asks to be asked. ``uri``: of the Follow activity of a remote one.
    ``carried``: after somebody who moved, which is no choice of either and may be one too many.

    Events: follow.requested | follow.accepted. Errors: Forbidden (oneself, a block between the
    two, the other's server muted by either, too many, one of the two moved), NotFound (nobody to
    follow).
    """
    if target.suspended_at is not None or target.kind == "application":
        raise NotFound
    if follower.id == target.id or tx.row(_BLOCKED, follower=follower.id, target=target.id):
        raise Forbidden
    if _servers_apart(tx, follower, target):
        raise Forbidden
    known = tx.row(_GET, follower=follower.id, target=target.id)
    if known is not None:
        choices = {"shows": reblogs, "tells": notify, "only": languages, "as_uri": uri or known.uri}
        return _again(tx, follower, target, known, choices)
    if not carried and (target.moved_to or (follower.local and follower.moved_to)):
        raise Forbidden("This account has moved")
    if not carried and follower.local and follower.following_count >= FOLLOWS_MAX:
        raise Forbidden(f"You cannot follow more than {FOLLOWS_MAX} accounts")
    follow_id = new_id()
    accepted = target.local and not target.locked
    uri = uri or f"{tx.site.actor_uri(follower.id)}#follows/{follow_id}"
    tx.run(
        _PUT,
        id=follow_id,
        follower_id=follower.id,
        target_id=target.id,
        accepted=accepted,
        reblogs=reblogs,
        notify=notify,
        languages=languages,
        uri=uri,
        created_at=tx.now,
    )
    if accepted:
        _now_follows(tx, follower.id, target.id, uri)
    else:
        _tell(tx, "follow.requested", follower.id, target.id, uri)
    return accepted


def _servers_apart(tx: Tx, one: Account, other: Account) -> bool:
    """Whether one of two wants to see nothing of the other's server."""
    return any(
        theirs.domain and tx.row(_UNWELCOME, who=mine.id, domain=theirs.domain) is not None
        for mine, theirs in ((one, other), (other, one))
    )


def _again(
    tx: Tx, follower: Account, target: Account, known: sa.Row[Any], choices: dict[str, Any]
) -> bool:
    tx.run(_CHANGE, {"follower": follower.id, "target": target.id} | choices)
    # A server that asks again has lost our answer.
    if known.accepted and not follower.local:
        _tell(tx, "follow.accepted", follower.id, target.id, choices["as_uri"])
    return bool(known.accepted)


def unfollow(tx: Tx, follower: Account, target: Account) -> bool:
    """End following, or take a request back. False when there was neither. Event:
    follow.removed.
    """
    return _end(tx, "follow.removed", follower.id, target.id)


def accept(tx: Tx, target: Account, follower: Account) -> None:
    """Grant a request; once granted, nothing more happens. Event: follow.accepted. Errors:
    NotFound.
    """
    row = tx.row(_ACCEPT, follower=follower.id, target=target.id)
    if row is not None:
        _now_follows(tx, follower.id, target.id, row.uri)
    elif tx.row(_GET, follower=follower.id, target=target.id) is None:
        raise NotFound


def reject(tx: Tx, target: Account, follower: Account) -> None:
    """Refuse a request, or send a follower away. Event: follow.rejected. Errors: NotFound."""
    if not _end(tx, "follow.rejected", follower.id, target.id):
        raise NotFound


def remove_follower(tx: Tx, target: Account, follower: Account) -> None:
    """Send a follower away, if they are one."""
    _end(tx, "follow.rejected", follower.id, target.id)


def _now_follows(tx: Tx, follower_id: int, target_id: int, uri: str) -> None:
    tx.run(_COUNT_FOLLOWING, who=follower_id, by=1)
    tx.run(_COUNT_FOLLOWERS, who=target_id, by=1)
    _tell(tx, "follow.accepted", follower_id, target_id, uri)


def _end(tx: Tx, kind: str, follower_id: int, target_id: int) -> bool:
    row = tx.row(_DROP, follower=follower_id, target=target_id)
    if row is None:
        return False
    if row.accepted:
        tx.run(_COUNT_FOLLOWING, who=follower_id, by=-1)
        tx.run(_COUNT_FOLLOWERS, who=target_id, by=-1)
        endorsements.end(tx, follower_id, target_id)
    _tell(tx, kind, follower_id, target_id, row.uri)
    return True


def _tell(tx: Tx, kind: str, follower_id: int, target_id: int, uri: str) -> None:
    events.append(tx, kind, actor_id=follower_id, subject_id=target_id, data={"uri": uri})
