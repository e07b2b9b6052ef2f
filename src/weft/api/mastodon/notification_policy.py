"""What is done with notifications from those a member may not know.

https://docs.joinmastodon.org/methods/notifications/#get-policy, and its first form, which no
released Mastodon had but some apps ask for: https://docs.joinmastodon.org/entities/V1_NotificationPolicy/
"""

from typing import Any

from litestar import HttpMethod, get, route
from litestar.params import JSONBody
from msgspec import Struct, structs

from weft.api.auth import scope
from weft.api.given import Db, Me
from weft.api.mastodon.entities_notices import (
    NotificationPolicy,
    PolicySummary,
    V1NotificationPolicy,
)
from weft.store.database import Tx
from weft.threads import policy, requests
from weft.threads.policy import Verdict

_V2, _V1 = "/api/v2/notifications/policy", "/api/v1/notifications/policy"
_CHANGE: Any = [HttpMethod.PATCH, HttpMethod.PUT]


class Changes(Struct, frozen=True):
    """What is not named stays as it is."""

    for_not_following: Verdict | None = None
    for_not_followers: Verdict | None = None
    for_new_accounts: Verdict | None = None
    for_private_mentions: Verdict | None = None
    for_limited_accounts: Verdict | None = None


class V1Changes(Struct, frozen=True):
    filter_not_following: bool | None = None
    filter_not_followers: bool | None = None
    filter_new_accounts: bool | None = None
    filter_private_mentions: bool | None = None


def _show(tx: Tx, owner_id: int) -> NotificationPolicy:
    chosen = structs.asdict(policy.get(tx, owner_id))
    return NotificationPolicy(**chosen, summary=PolicySummary(*requests.pending(tx, owner_id)))


def _show_v1(tx: Tx, owner_id: int) -> V1NotificationPolicy:
    chosen = policy.get(tx, owner_id)
    return V1NotificationPolicy(
        filter_not_following=chosen.for_not_following != "accept",
        filter_not_followers=chosen.for_not_followers != "accept",
        filter_new_accounts=chosen.for_new_accounts != "accept",
        filter_private_mentions=chosen.for_private_mentions != "accept",
        summary=PolicySummary(*requests.pending(tx, owner_id)),
    )


@get(_V2, guards=[scope("read:notifications")])
async def show(db: Db, me: Me) -> NotificationPolicy:
    return await db.read(lambda tx: _show(tx, me.id))


@route(_V2, http_method=_CHANGE, guards=[scope("write:notifications")], status_code=200)
async def change(db: Db, me: Me, data: JSONBody[Changes | None] = None) -> NotificationPolicy:
    given = structs.asdict(data or Changes())
    changes = {field: verdict for field, verdict in given.items() if verdict is not None}

    def work(tx: Tx) -> NotificationPolicy:
        policy.change(tx, me.id, changes)
        return _show(tx, me.id)

    return await db.write(work)


@get(_V1, guards=[scope("read:notifications")])
async def show_v1(db: Db, me: Me) -> V1NotificationPolicy:
    return await db.read(lambda tx: _show_v1(tx, me.id))


@route(_V1, http_method=_CHANGE, guards=[scope("write:notifications")], status_code=200)
async def change_v1(
    db: Db, me: Me, data: JSONBody[V1Changes | None] = None
) -> V1NotificationPolicy:
    given = structs.asdict(data or V1Changes())
    changes: dict[str, Verdict] = {
        field.replace("filter_", "for_", 1): "filter" if wanted else "accept"
        for field, wanted in given.items()
        if wanted is not None
    }

    def work(tx: Tx) -> V1NotificationPolicy:
        policy.change(tx, me.id, changes)
        return _show_v1(tx, me.id)

    return await db.write(work)


ROUTES = [show, change, show_v1, change_v1]
