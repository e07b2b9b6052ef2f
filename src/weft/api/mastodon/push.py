"""Waking this app when something concerns its member: https://docs.joinmastodon.org/methods/push/"""

from typing import Any

from litestar import Request, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, SkipValidation
from msgspec import Struct

from weft.api.auth import scope, token_of
from weft.api.given import Db, Me, Owner
from weft.kernel.errors import Invalid
from weft.net.client import Client
from weft.net.guard import OutboundRefused
from weft.net.seal import Seal
from weft.net.webpush import Receiver
from weft.push import server_key, subscriptions
from weft.push.subscriptions import Subscription
from weft.store.database import Tx

_PATH, _PUSH = "/api/v1/push/subscription", scope("push")

Way = NamedDependency[SkipValidation[Client]]
"""``client``: it knows which addresses this server reaches out to."""
Sealing = NamedDependency[SkipValidation[Seal]]
"""``seal``: tokens are kept under it."""


class WebPushSubscription(Struct, frozen=True):
    """https://docs.joinmastodon.org/entities/WebPushSubscription/; the id is a number there."""

    id: int
    endpoint: str
    standard: bool
    alerts: dict[str, bool]
    server_key: str
    policy: str


class PushKeys(Struct):
    p256dh: str
    auth: str


class PushEndpoint(Struct):
    endpoint: str
    keys: PushKeys
    standard: bool = False


class PushData(Struct, frozen=True):
    alerts: dict[str, bool] | None = None
    policy: str | None = None


class NewSubscription(Struct):
    subscription: PushEndpoint
    data: PushData = PushData()
    policy: str | None = None


class ChangedSubscription(Struct):
    data: PushData = PushData()
    policy: str | None = None


def _shown(tx: Tx, one: Subscription) -> WebPushSubscription:
    return WebPushSubscription(
        one.id, one.endpoint, one.standard, one.alerts, server_key.shown(tx), one.policy
    )


@post(_PATH, guards=[_PUSH], status_code=200)
async def subscribe(
    request: Request[Any, Any, Any],
    db: Db,
    me: Me,
    bearer: Owner,
    client: Way,
    seal: Sealing,
    data: JSONBody[NewSubscription],
) -> WebPushSubscription:
    """Instead of what this token had before. The token comes back in what the app is sent."""
    token = token_of(request) or ""
    asked = data.subscription
    try:
        client.check_url(asked.endpoint)
    except OutboundRefused as refused:
        raise Invalid(
            "Validation failed: Endpoint is not a valid URL", cause=refused.cause
        ) from refused
    receiver = Receiver.read(asked.keys.p256dh, asked.keys.auth)

    def write(tx: Tx) -> WebPushSubscription:
        server_key.settle(tx)
        made = subscriptions.put(
            tx,
            bearer.token_id,
            me.id,
            token=token,
            seal=seal,
            endpoint=asked.endpoint,
            receiver=receiver,
            standard=asked.standard,
            alerts=data.data.alerts or {},
            policy=data.data.policy or data.policy,
        )
        return _shown(tx, made)

    return await db.write(write)


@get(_PATH, guards=[_PUSH])
async def show(db: Db, bearer: Owner) -> WebPushSubscription:
    token_id = bearer.token_id
    return await db.read(lambda tx: _shown(tx, subscriptions.get(tx, token_id)))


@put(_PATH, guards=[_PUSH])
async def change(db: Db, bearer: Owner, data: JSONBody[ChangedSubscription]) -> WebPushSubscription:
    """What it is woken for; to be woken elsewhere one subscribes anew."""
    policy = data.data.policy or data.policy

    def write(tx: Tx) -> WebPushSubscription:
        changed = subscriptions.change(tx, bearer.token_id, alerts=data.data.alerts, policy=policy)
        return _shown(tx, changed)

    return await db.write(write)


@delete(_PATH, guards=[_PUSH], status_code=200)
async def unsubscribe(db: Db, bearer: Owner) -> dict[str, str]:
    await db.write(lambda tx: subscriptions.remove(tx, bearer.token_id))
    return {}


ROUTES = [subscribe, show, change, unsubscribe]
