"""What concerns a member, one by one: https://docs.joinmastodon.org/methods/notifications/."""

from collections.abc import Collection, Sequence
from typing import Any

from litestar import Request, Response, delete, get, post
from litestar.params import FromPath, FromQuery
from msgspec import UNSET

from weft.api.auth import scope
from weft.api.given import Db, Me
from weft.api.links import Turned, paging
from weft.api.mastodon.answers import encode, id_of, json_page
from weft.api.mastodon.entities_notices import Notification, UnreadCount
from weft.api.mastodon.fragments import account_fragments
from weft.api.mastodon.notification_parts import NOTHING, fallbacks, parts
from weft.api.mastodon.serialise import statuses
from weft.kernel.clock import iso
from weft.kernel.errors import NotFound
from weft.kernel.ids import parse_id
from weft.store.database import Tx
from weft.threads import notices, posts
from weft.threads.notices import Notice

USUAL = 40
UNREAD_USUAL = 100
"""How far unread ones are counted unless asked otherwise: Mastodon's numbers."""
DESTROY_MAX = 200
"""Ids of one ``destroy_multiple``: more than any page has."""


def show(
    tx: Tx, owner_id: int, found: Sequence[Notice], supported: Collection[str] | None = None
) -> list[Notification]:
    """Notifications with accounts and posts, without a query for each. One whose post went away
    meanwhile is left out, or is no longer for the owner's eyes.

    ``supported``: the kinds that the app knows; None: it did not say.
    """
    known = posts.seen(tx, owner_id, [one.post_id for one in found if one.post_id is not None])
    shown = statuses(tx, owner_id, list(known.values()))
    by_id = {int(status.id): status for status in shown}
    accounts = account_fragments(tx, [one.from_id for one in found])
    more, instead = parts(tx, owner_id, found), fallbacks(tx, found, supported)
    return [
        Notification(
            id=str(one.id),
            type=notices.shown_as(one.kind, supported),
            created_at=iso(one.created_at),
            group_key=one.key,
            filtered=one.filtered or UNSET,
            account=accounts[one.from_id],
            status=by_id[one.post_id] if one.post_id is not None else UNSET,
            fallback=instead.get(one.id, UNSET),
            **more.get(one.id, NOTHING)._asdict(),
        )
        for one in found
        if one.from_id in accounts and (one.post_id is None or one.post_id in by_id)
    ]


@get("/api/v1/notifications", guards=[scope("read:notifications")], dependencies=paging(USUAL))
async def listed(
    request: Request[Any, Any, Any],
    db: Db,
    me: Me,
    page: Turned,
    types: FromQuery[list[str] | None] = None,
    exclude_types: FromQuery[list[str] | None] = None,
    account_id: FromQuery[str | None] = None,
    include_filtered: FromQuery[bool] = False,
    supported_types: FromQuery[list[str] | None] = None,
) -> Response[list[Notification]]:
    by = id_of(account_id) if account_id else None
    wanted = notices.which(types or (), exclude_types or (), by, filtered=include_filtered)

    def read(tx: Tx) -> tuple[bytes, list[int]]:
        found = notices.listed(tx, me.id, page, wanted) if wanted is not None else []
        return encode(show(tx, me.id, found, supported_types)), [one.id for one in found]

    return await json_page(request, db, read)


@get("/api/v1/notifications/unread_count", guards=[scope("read:notifications")])
async def unread_count(
    db: Db,
    me: Me,
    limit: FromQuery[int] = UNREAD_USUAL,
    types: FromQuery[list[str] | None] = None,
    exclude_types: FromQuery[list[str] | None] = None,
    account_id: FromQuery[str | None] = None,
) -> UnreadCount:
    """Those newer than the ``notifications`` marker."""
    by = id_of(account_id) if account_id else None
    wanted = notices.which(types or (), exclude_types or (), by)
    if wanted is None:
        return UnreadCount(0)
    return UnreadCount(await db.read(lambda tx: notices.unread(tx, me.id, wanted, limit=limit)))


@get("/api/v1/notifications/{notification_id:str}", guards=[scope("read:notifications")])
async def one(
    db: Db,
    me: Me,
    notification_id: FromPath[str],
    supported_types: FromQuery[list[str] | None] = None,
) -> Notification:
    number = id_of(notification_id)

    def read(tx: Tx) -> Notification:
        shown = show(tx, me.id, [notices.one(tx, me.id, number)], supported_types)
        if not shown:
            raise NotFound
        return shown[0]

    return await db.read(read)


@post(
    ["/api/v1/notifications/clear", "/api/v2/notifications/clear"],
    guards=[scope("write:notifications")],
    status_code=200,
)
async def clear(db: Db, me: Me) -> dict[str, str]:
    """Away with all of them."""
    await db.write(lambda tx: notices.clear(tx, me.id))
    return {}


@post(
    "/api/v1/notifications/{notification_id:str}/dismiss",
    guards=[scope("write:notifications")],
    status_code=200,
)
async def dismiss(db: Db, me: Me, notification_id: FromPath[str]) -> dict[str, str]:
    number = id_of(notification_id)
    await db.write(lambda tx: notices.dismiss(tx, me.id, number))
    return {}


@delete(
    "/api/v1/notifications/{notification_id:str}",
    guards=[scope("write:notifications")],
    status_code=200,
)
async def destroy(db: Db, me: Me, notification_id: FromPath[str]) -> dict[str, str]:
    """The same as ``dismiss``, as some apps still ask for it."""
    number = id_of(notification_id)
    await db.write(lambda tx: notices.dismiss(tx, me.id, number))
    return {}


@delete(
    "/api/v1/notifications/destroy_multiple",
    guards=[scope("write:notifications")],
    status_code=200,
)
async def destroy_multiple(
    db: Db, me: Me, ids: FromQuery[list[str] | None] = None
) -> dict[str, str]:
    """Several at once; those that are not there are passed over."""
    numbers = [number for text in (ids or ())[:DESTROY_MAX] if (number := parse_id(text))]
    await db.write(lambda tx: notices.dismiss_these(tx, me.id, numbers))
    return {}


ROUTES = [listed, unread_count, one, clear, dismiss, destroy, destroy_multiple]
