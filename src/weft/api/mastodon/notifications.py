"""What concerns a member: https://docs.joinmastodon.org/methods/notifications/ (version 1)."""

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter

from weft.api.auth import scope
from weft.api.given import Db, Me
from weft.api.links import Turned, paging
from weft.api.mastodon.answers import encode, id_of, json_page
from weft.api.mastodon.entities_statuses import Notification, UnreadCount
from weft.api.mastodon.fragments import account_fragments
from weft.api.mastodon.serialise import statuses
from weft.kernel.clock import iso
from weft.kernel.errors import NotFound
from weft.store.database import Tx
from weft.threads import notices, posts
from weft.threads.notices import Notice

USUAL = 40
UNREAD_USUAL = 100
"""How far unread ones are counted unless asked otherwise: Mastodon's numbers."""


def show(tx: Tx, owner_id: int, found: Sequence[Notice]) -> list[Notification]:
    """Notifications with accounts and posts, without a query for each. One whose post went away
    meanwhile is left out, or is no longer for the owner's eyes.
    """
    known = posts.seen(tx, owner_id, [one.post_id for one in found if one.post_id is not None])
    shown = statuses(tx, owner_id, list(known.values()))
    by_id = {int(status.id): status for status in shown}
    accounts = account_fragments(tx, [one.from_id for one in found])
    return [
        Notification(
            id=str(one.id),
            type=one.kind,
            created_at=iso(one.created_at),
            group_key=f"ungrouped-{one.id}",
            account=accounts[one.from_id],
            status=by_id[one.post_id] if one.post_id is not None else None,
            filtered=False,
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
) -> Response[list[Notification]]:
    by = id_of(account_id) if account_id else None

    def read(tx: Tx) -> tuple[bytes, list[int]]:
        found = notices.listed(
            tx, me.id, page, types=types or (), exclude=exclude_types or (), from_id=by
        )
        return encode(show(tx, me.id, found)), [one.id for one in found]

    body, keys = await db.read(read)
    return json_page(request, db.site, body, keys)


@get("/api/v1/notifications/unread_count", guards=[scope("read:notifications")])
async def unread_count(
    db: Db,
    me: Me,
    limit: FromQuery[int] = UNREAD_USUAL,
    types: Annotated[list[str] | None, QueryParameter(name="types")] = None,
) -> UnreadCount:
    """Those newer than the ``notifications`` marker."""
    return UnreadCount(
        await db.read(lambda tx: notices.unread(tx, me.id, limit=limit, types=types or ()))
    )


@get("/api/v1/notifications/{notification_id:str}", guards=[scope("read:notifications")])
async def one(db: Db, me: Me, notification_id: FromPath[str]) -> Notification:
    number = id_of(notification_id)

    def read(tx: Tx) -> Notification:
        shown = show(tx, me.id, [notices.one(tx, me.id, number)])
        if not shown:
            raise NotFound
        return shown[0]

    return await db.read(read)


@post("/api/v1/notifications/clear", guards=[scope("write:notifications")], status_code=200)
async def clear(db: Db, me: Me) -> dict[str, str]:
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


ROUTES = [listed, unread_count, one, clear, dismiss]
