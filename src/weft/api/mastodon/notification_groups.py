"""What concerns a member, what belongs together as one.

https://docs.joinmastodon.org/methods/grouped_notifications/
"""

from collections.abc import Collection, Sequence
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery
from msgspec import UNSET

from weft.api.auth import scope
from weft.api.given import Db, Me
from weft.api.links import Turned, paging
from weft.api.mastodon import entities_accounts as entities
from weft.api.mastodon.answers import encode, id_of, json_page
from weft.api.mastodon.entities_accounts import Account
from weft.api.mastodon.entities_notices import (
    GroupedNotificationsResults,
    NotificationGroup,
    PartialAccountWithAvatar,
    UnreadCount,
)
from weft.api.mastodon.fragments import account_fragments, accounts_page
from weft.api.mastodon.notification_parts import NOTHING, fallbacks, parts
from weft.api.mastodon.notifications import UNREAD_USUAL, USUAL
from weft.api.mastodon.serialise import statuses
from weft.kernel.clock import iso
from weft.kernel.errors import NotFound, WeftError
from weft.kernel.site import Site
from weft.people import accounts, model
from weft.store.database import Tx
from weft.threads import notice_groups, notices, posts
from weft.threads.notice_groups import Group
from weft.threads.notifications import GROUPED

EXPAND = ("full", "partial_avatars")


def show(
    tx: Tx,
    owner_id: int,
    groups: Sequence[Group],
    supported: Collection[str] | None = None,
    *,
    partial: bool = False,
) -> GroupedNotificationsResults:
    """Groups with each account and post once, without a query for each. One whose post went away
    meanwhile, or is no longer for the owner's eyes, is left out. ``partial``: of all but the
    first account of each group only what an avatar needs.
    """
    newest = [group.newest for group in groups]
    seen = posts.seen(tx, owner_id, [one.post_id for one in newest if one.post_id is not None])
    shown = statuses(tx, owner_id, list(seen.values()))
    there = {status.id for status in shown}
    more, instead = parts(tx, owner_id, newest), fallbacks(tx, newest, supported)
    kept = [
        group
        for group in groups
        if group.newest.post_id is None or str(group.newest.post_id) in there
    ]
    everyone = {one: None for group in kept for one in group.account_ids}
    first = {group.account_ids[0]: None for group in kept}
    full = account_fragments(tx, first if partial else everyone)
    rest = accounts.by_ids(tx, everyone.keys() - full.keys()) if partial else {}
    return GroupedNotificationsResults(
        accounts=[full[one] for one in everyone if one in full],
        partial_accounts=[_avatar(tx.site, rest[one]) for one in everyone if one in rest]
        if partial
        else UNSET,
        statuses=shown,
        notification_groups=[
            NotificationGroup(
                group_key=group.key,
                notifications_count=group.count,
                type=notices.shown_as(group.newest.kind, supported),
                most_recent_notification_id=str(group.latest_id),
                page_min_id=_text(group.page_min_id),
                page_max_id=_text(group.page_max_id),
                latest_page_notification_at=iso(group.newest.created_at)
                if group.page_max_id is not None
                else UNSET,
                sample_account_ids=[str(one) for one in group.account_ids],
                status_id=_text(group.newest.post_id),
                fallback=instead.get(group.newest.id, UNSET),
                **more.get(group.newest.id, NOTHING)._asdict(),
            )
            for group in kept
        ],
    )


def _text(id_: int | None) -> Any:
    return UNSET if id_ is None else str(id_)


def _avatar(site: Site, one: model.Account) -> PartialAccountWithAvatar:
    avatar = entities.avatar_url(site, one)
    return PartialAccountWithAvatar(
        id=str(one.id),
        acct=one.acct,
        url=one.url,
        avatar=avatar,
        avatar_static=avatar,
        avatar_description=(one.profile or {}).get("avatar_description", ""),
        locked=one.locked,
        bot=one.bot,
    )


@get("/api/v2/notifications", guards=[scope("read:notifications")], dependencies=paging(USUAL))
async def listed(
    request: Request[Any, Any, Any],
    db: Db,
    me: Me,
    page: Turned,
    types: FromQuery[list[str] | None] = None,
    exclude_types: FromQuery[list[str] | None] = None,
    account_id: FromQuery[str | None] = None,
    expand_accounts: FromQuery[str | None] = None,
    grouped_types: FromQuery[list[str] | None] = None,
    include_filtered: FromQuery[bool] = False,
    supported_types: FromQuery[list[str] | None] = None,
) -> Response[GroupedNotificationsResults]:
    if expand_accounts and expand_accounts not in EXPAND:
        raise WeftError("expand_accounts must be one of 'full' and 'partial_avatars'")
    partial = expand_accounts == "partial_avatars"
    by = id_of(account_id) if account_id else None
    wanted = notices.which(types or (), exclude_types or (), by, filtered=include_filtered)
    together = GROUPED if grouped_types is None else grouped_types

    def read(tx: Tx) -> tuple[bytes, list[int]]:
        found, keys = (
            notice_groups.listed(tx, me.id, page, wanted, grouped=together)
            if wanted is not None
            else ([], [])
        )
        return encode(show(tx, me.id, found, supported_types, partial=partial)), keys

    return await json_page(request, db, read)


@get("/api/v2/notifications/unread_count", guards=[scope("read:notifications")])
async def unread_count(
    db: Db,
    me: Me,
    limit: FromQuery[int] = UNREAD_USUAL,
    types: FromQuery[list[str] | None] = None,
    exclude_types: FromQuery[list[str] | None] = None,
    account_id: FromQuery[str | None] = None,
    grouped_types: FromQuery[list[str] | None] = None,
) -> UnreadCount:
    """Groups with something newer than the ``notifications`` marker."""
    by = id_of(account_id) if account_id else None
    wanted = notices.which(types or (), exclude_types or (), by)
    together = GROUPED if grouped_types is None else grouped_types
    if wanted is None:
        return UnreadCount(0)
    return UnreadCount(
        await db.read(
            lambda tx: notice_groups.unread(tx, me.id, wanted, limit=limit, grouped=together)
        )
    )


@get("/api/v2/notifications/{group_key:str}", guards=[scope("read:notifications")])
async def one(
    db: Db,
    me: Me,
    group_key: FromPath[str],
    supported_types: FromQuery[list[str] | None] = None,
) -> GroupedNotificationsResults:
    def read(tx: Tx) -> GroupedNotificationsResults:
        found = notice_groups.one(tx, me.id, group_key)
        shown = show(tx, me.id, [found], supported_types)
        if not shown.notification_groups:
            raise NotFound
        return shown

    return await db.read(read)


@get(
    "/api/v2/notifications/{group_key:str}/accounts",
    # Mastodon's documentation names the second, its server asks for the first.
    guards=[scope("read:notifications", "write:notifications")],
    dependencies=paging(USUAL),
)
async def who(
    request: Request[Any, Any, Any], db: Db, me: Me, page: Turned, group_key: FromPath[str]
) -> Response[list[Account]]:
    """Everyone in a group."""

    def read(tx: Tx) -> tuple[bytes, list[int]]:
        return accounts_page(tx, notice_groups.accounts(tx, me.id, group_key, page))

    return await json_page(request, db, read)


@post(
    "/api/v2/notifications/{group_key:str}/dismiss",
    guards=[scope("write:notifications")],
    status_code=200,
)
async def dismiss(db: Db, me: Me, group_key: FromPath[str]) -> dict[str, str]:
    await db.write(lambda tx: notice_groups.dismiss(tx, me.id, group_key))
    return {}


ROUTES = [listed, unread_count, one, who, dismiss]
