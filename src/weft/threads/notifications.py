"""Telling a member that something concerns them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from weft.kernel.clock import HOUR
from weft.kernel.ids import new_id
from weft.people.tables import accounts, blocks, credentials, domain_mutes, follows, mutes
from weft.store.database import Tx
from weft.threads import policy as policies
from weft.threads import requests
from weft.threads.policy import Policy, Sender, Verdict
from weft.threads.tables import (
    muted_threads,
    notification_permissions,
    notification_policies,
    notifications,
    post_mentions,
    posts,
)
from weft.work import events

GROUP_HOURS = 12
"""What happens to the same post within half a day is one thing: Mastodon's span of a group."""
OF_ONES_OWN = frozenset({"poll", "moderation_warning", "severed_relationships"})
"""Kinds of which the member is also told when they come from themselves: their own poll ended; and
those that come from the server, which Mastodon writes in the member's own name.
"""
REPLACING = frozenset({"update", "quoted_update"})
"""Kinds of which only the last is kept: a post edited ten times is one thing to look at."""
FILTERABLE = frozenset(
    {"mention", "status", "reblog", "follow", "follow_request", "favourite", "quote"}
    | {"added_to_collection", "pleroma:emoji_reaction"}
)
"""Kinds that a stranger can cause; the policy is asked about these alone."""
_BY_POST, _BY_KIND = frozenset({"favourite", "reblog"}), frozenset({"follow", "admin.sign_up"})
GROUPED = _BY_POST | _BY_KIND

_to, _by = sa.bindparam("to", type_=sa.BigInteger), sa.bindparam("by", type_=sa.BigInteger)
_post = sa.bindparam("post", type_=sa.BigInteger)
_sender = accounts.alias("sender")
_following = sa.exists().where(
    follows.c.follower_id == _to, follows.c.target_id == _by, follows.c.accepted.is_(True)
)
_WANTED = (
    sa.select(_sender.c.created_at, _sender.c.silenced_at, *policies.COLUMNS)
    .select_from(
        accounts.join(_sender, _sender.c.id == _by).outerjoin(
            notification_policies, notification_policies.c.account_id == accounts.c.id
        )
    )
    .where(
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
        ~sa.and_(
            sa.exists().where(
                domain_mutes.c.account_id == _to, domain_mutes.c.domain == _sender.c.domain
            ),
            ~_following,
        ),
    )
)
_QUIET = sa.select(muted_threads.c.thread_id).where(
    muted_threads.c.account_id == _to,
    muted_threads.c.thread_id
    == sa.select(posts.c.thread_id).where(posts.c.id == _post).scalar_subquery(),
)
_KNOWN = sa.select(
    _following,
    sa.select(follows.c.created_at)
    .where(follows.c.follower_id == _by, follows.c.target_id == _to, follows.c.accepted.is_(True))
    .scalar_subquery(),
    sa.or_(
        sa.exists().where(
            notification_permissions.c.account_id == _to,
            notification_permissions.c.from_id == _by,
        ),
        sa.exists().where(credentials.c.account_id == _by, credentials.c.role == "admin"),
    ),
)
_said = posts.alias("said")
_UNASKED = sa.select(posts.c.id).where(
    posts.c.id == _post,
    posts.c.visibility == "direct",
    ~sa.exists().where(
        _said.c.thread_id == posts.c.thread_id,
        _said.c.author_id == _to,
        _said.c.visibility == "direct",
        sa.exists().where(post_mentions.c.post_id == _said.c.id, post_mentions.c.account_id == _by),
    ),
)
_PUT = insert(notifications).on_conflict_do_nothing().returning(notifications.c.id)
_same = sa.and_(
    notifications.c.account_id == _to,
    notifications.c.kind == sa.bindparam("kind"),
    notifications.c.from_id == _by,
)
_SAME_FOLLOW = sa.select(notifications.c.id).where(_same, notifications.c.post_id.is_(None))
_REPLACE = notifications.delete().where(_same, notifications.c.post_id == _post)
_UNTELL = (
    notifications.delete()
    .where(
        _same,
        sa.or_(
            notifications.c.post_id == _post,
            sa.and_(_post.is_(None), notifications.c.post_id.is_(None)),
        ),
    )
    .returning(notifications.c.filtered)
)
_OPEN_GROUP = (
    sa.select(notifications.c.group_key)
    .where(
        notifications.c.account_id == _to,
        # Keys of one group differ in their last six digits: the order is that of the hours.
        notifications.c.group_key.between(sa.bindparam("first"), sa.bindparam("last")),
    )
    .order_by(notifications.c.group_key.desc())
    .limit(1)
)


def notify(
    tx: Tx,
    account_id: int,
    kind: str,
    from_id: int,
    post_id: int | None = None,
    *,
    data: dict[str, Any] | None = None,
) -> int | None:
    """Tell a local member, once per (kind, who, post). Gives the notification's id, or None when
    it is nobody here, themselves, blocked, muted, a thread they muted, or their policy drops it.
    One that their policy filters is kept aside (``threads.requests``) and nobody is told.

    ``kind``: one of ``notices.KINDS``. ``data``, for kinds about neither a post nor a follow;
    each of these is a notification of its own: ``notices.Notice``. Event: notification.created.
    """
    if account_id == from_id and kind not in OF_ONES_OWN:
        return None
    wanted = tx.row(_WANTED, to=account_id, by=from_id, now=tx.now)
    if wanted is None:
        return None
    if post_id is not None and tx.row(_QUIET, to=account_id, post=post_id) is not None:
        return None
    verdict = _ask_policy(tx, wanted, kind, account_id, from_id, post_id)
    if verdict == "drop":
        return None
    who = {"to": account_id, "by": from_id, "kind": kind}
    if kind in REPLACING and post_id is not None:
        tx.run(_REPLACE, post=post_id, **who)
    # A unique index does not see two NULLs as the same.
    if post_id is None and data is None and tx.row(_SAME_FOLLOW, **who) is not None:
        return None
    filtered = verdict == "filter"
    made = tx.scalar(
        _PUT,
        id=new_id(),
        account_id=account_id,
        kind=kind,
        from_id=from_id,
        post_id=post_id,
        created_at=tx.now,
        group_key=None if filtered else _group(tx, account_id, kind, post_id),
        filtered=filtered,
        data=data,
    )
    if made is not None and filtered:
        requests.count_up(tx, account_id, from_id, post_id)
    elif made is not None:
        events.append(tx, "notification.created", actor_id=account_id, subject_id=made)
    return made


def untell(tx: Tx, account_id: int, kind: str, from_id: int, post_id: int | None = None) -> None:
    """What a member was told is not so any more: it was taken back. Named as in `notify`."""
    filtered = tx.scalar(_UNTELL, to=account_id, kind=kind, by=from_id, post=post_id)
    if filtered:
        requests.count_down(tx, account_id, from_id)


def _ask_policy(
    tx: Tx, wanted: Any, kind: str, account_id: int, from_id: int, post_id: int | None
) -> Verdict:
    created_at, silenced_at, *chosen = wanted
    if kind not in FILTERABLE or (chosen[0] is None and silenced_at is None):
        return "accept"  # nearly always: no further read
    policy = Policy(*chosen) if chosen[0] is not None else policies.USUAL
    if policy == policies.USUAL and silenced_at is None:
        return "accept"
    followed, since, trusted = tx.run(_KNOWN, to=account_id, by=from_id).one()
    unasked = (
        policy.for_private_mentions != "accept"
        and post_id is not None
        and kind == "mention"
        and tx.row(_UNASKED, to=account_id, by=from_id, post=post_id) is not None
    )
    sender = Sender(
        created_at=created_at,
        limited=silenced_at is not None,
        followed=followed,
        follows_since=since,
        trusted=trusted,
        unasked=unasked,
    )
    return policies.decide(policy, sender, tx.now)


def _group(tx: Tx, account_id: int, kind: str, post_id: int | None) -> str | None:
    """The key of the group that is open now, or of a new one; None for what stands alone."""
    if kind in _BY_POST and post_id is not None:
        stem = f"{kind}-{post_id}"
    elif kind in _BY_KIND:
        stem = kind
    else:
        return None
    hour = tx.now // HOUR
    key = f"{stem}-{hour}"
    first = f"{stem}-{hour - GROUP_HOURS + 1}"
    return tx.scalar(_OPEN_GROUP, to=account_id, first=first, last=key) or key
