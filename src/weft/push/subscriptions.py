"""Who is to be woken where, and for what: at most one subscription for each token.

https://docs.joinmastodon.org/methods/push/. It goes with its token.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping

import sqlalchemy as sa
import structlog
from msgspec import Struct

from weft.kernel.errors import Invalid, NotFound
from weft.net.seal import Broken, Seal
from weft.net.webpush import Receiver, base64url
from weft.people.tables import follows
from weft.push.tables import push_subscriptions
from weft.store.database import Tx

log = structlog.get_logger(__name__)

KINDS = (
    "mention",
    "quote",
    "status",
    "reblog",
    "follow",
    "follow_request",
    "favourite",
    "pleroma:emoji_reaction",
    "poll",
    "update",
    "quoted_update",
    "admin.sign_up",
    "admin.report",
)
"""What one can be woken for: https://docs.joinmastodon.org/methods/push/#create, and Pleroma's."""
POLICIES = ("all", "followed", "follower", "none")
ID_MAX = (1 << 31) - 1
"""Apps read this id as a number of 32 bits."""


class Subscription(Struct, frozen=True):
    """``endpoint`` and the keys are the phone's: whoever knows them all can wake it. ``standard``:
    it speaks RFC 8291, else the draft before it. ``alerts``: by kind. ``sealed_token``: see
    ``token_for``.
    """

    id: int
    token_id: int
    account_id: int
    endpoint: str
    p256dh: str
    auth: str
    sealed_token: bytes
    standard: bool
    alerts: dict[str, bool]
    policy: str
    created_at: int


_COLUMNS = tuple(push_subscriptions.c[field] for field in Subscription.__struct_fields__)
_token = sa.bindparam("token", type_=sa.BigInteger)
_OF_TOKEN = sa.select(*_COLUMNS).where(push_subscriptions.c.token_id == _token)
_OF_ACCOUNT = sa.select(*_COLUMNS).where(
    push_subscriptions.c.account_id == sa.bindparam("account", type_=sa.BigInteger)
)
_BY_ID = sa.select(*_COLUMNS).where(push_subscriptions.c.id == sa.bindparam("which"))
_CHANGE = push_subscriptions.update().where(push_subscriptions.c.token_id == _token)
_REMOVE = push_subscriptions.delete().where(push_subscriptions.c.token_id == _token)
_DROP = push_subscriptions.delete().where(push_subscriptions.c.id == sa.bindparam("which"))
_FOLLOWS = sa.select(follows.c.id).where(
    follows.c.follower_id == sa.bindparam("by", type_=sa.BigInteger),
    follows.c.target_id == sa.bindparam("to", type_=sa.BigInteger),
    follows.c.accepted.is_(True),
)


def put(
    tx: Tx,
    token_id: int,
    account_id: int,
    *,
    token: str,
    seal: Seal,
    endpoint: str,
    receiver: Receiver,
    standard: bool,
    alerts: Mapping[str, bool],
    policy: str | None,
) -> Subscription:
    """Subscribe this token, instead of whatever it had. ``token`` itself is kept sealed.

    Errors: Invalid (the policy).
    """
    subscription_id, key = secrets.randbelow(ID_MAX) + 1, base64url(receiver.key)
    made = Subscription(
        id=subscription_id,
        token_id=token_id,
        account_id=account_id,
        endpoint=endpoint,
        p256dh=key,
        auth=base64url(receiver.secret),
        sealed_token=seal.close(token, _about(subscription_id, key)),
        standard=standard,
        alerts=_alerts(alerts),
        policy=_policy(policy or "all"),
        created_at=tx.now,
    )
    tx.run(_REMOVE, token=token_id)
    tx.run(
        push_subscriptions.insert(),
        {field: getattr(made, field) for field in Subscription.__struct_fields__},
    )
    return made


def token_for(one: Subscription, seal: Seal) -> str:
    """The token with which the app subscribed: only for a letter to that app. "" when it cannot be
    unsealed, as when the key was lost.
    """
    try:
        return seal.open(one.sealed_token, _about(one.id, one.p256dh))
    except Broken:
        log.warning("push.token_lost", subscription=one.id)
        return ""


def get(tx: Tx, token_id: int) -> Subscription:
    """Errors: NotFound."""
    row = tx.row(_OF_TOKEN, token=token_id)
    if row is None:
        raise NotFound
    return Subscription(*row)


def change(
    tx: Tx, token_id: int, *, alerts: Mapping[str, bool] | None, policy: str | None
) -> Subscription:
    """None: as it is; of ``alerts``, what is not named is off. Errors: NotFound, Invalid."""
    known = get(tx, token_id)
    tx.run(
        _CHANGE.values(
            alerts=known.alerts if alerts is None else _alerts(alerts),
            policy=known.policy if policy is None else _policy(policy),
        ),
        {"token": token_id},
    )
    return get(tx, token_id)


def remove(tx: Tx, token_id: int) -> None:
    """If there is one."""
    tx.run(_REMOVE, token=token_id)


def by_id(tx: Tx, subscription_id: int) -> Subscription | None:
    row = tx.row(_BY_ID, which=subscription_id)
    return Subscription(*row) if row is not None else None


def drop(tx: Tx, subscription_id: int) -> None:
    """Its push service says that nobody is there any more."""
    tx.run(_DROP, which=subscription_id)


def wanting(tx: Tx, account_id: int, kind: str, from_id: int) -> list[Subscription]:
    """The member's subscriptions that ask to be woken for this."""
    return [
        one
        for row in tx.rows(_OF_ACCOUNT, account=account_id)
        if (one := Subscription(*row)).alerts.get(kind) and _lets_in(tx, one, from_id)
    ]


def _lets_in(tx: Tx, one: Subscription, from_id: int) -> bool:
    if one.policy == "followed":
        return tx.row(_FOLLOWS, by=one.account_id, to=from_id) is not None
    if one.policy == "follower":
        return tx.row(_FOLLOWS, by=from_id, to=one.account_id) is not None
    return one.policy == "all"


def _about(subscription_id: int, p256dh: str) -> bytes:
    """A token is sealed for one subscription and for the key of the phone that reads its letters:
    moved to another row, or with another's key put in, it does not open.
    """
    return f"push {subscription_id} {p256dh}".encode()


def _alerts(given: Mapping[str, bool]) -> dict[str, bool]:
    return {kind: bool(given.get(kind)) for kind in KINDS}


def _policy(given: str) -> str:
    if given not in POLICIES:
        raise Invalid("Validation failed: Policy is not included in the list")
    return given
