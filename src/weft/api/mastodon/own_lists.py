"""A member's own lists of accounts: who asks to follow, who is blocked, muted, featured.

https://docs.joinmastodon.org/methods/follow_requests/, blocks/, mutes/, endorsements/
"""

from collections.abc import Callable
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromQuery

from weft.api.auth import scope
from weft.api.given import Db, Me
from weft.api.links import link_header, page_of
from weft.api.mastodon import entities_accounts as entities
from weft.api.mastodon.accounts import LIST_USUAL, listed
from weft.api.mastodon.entities_accounts import Account, MutedAccount
from weft.people import lists
from weft.people.lists import Entry
from weft.store.database import Database, Tx
from weft.store.page import Page


async def _mine(
    db: Database, me_id: int, page: Page, find: Callable[[Tx, int, Page], list[Entry]]
) -> list[Entry]:
    return await db.read(lambda tx: find(tx, me_id, page))


@get("/api/v1/follow_requests", guards=[scope("read:follows")])
async def follow_requests(
    request: Request[Any, Any, Any],
    db: Db,
    me: Me,
    max_id: FromQuery[str | None] = None,
    since_id: FromQuery[str | None] = None,
    min_id: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> Response[list[Account]]:
    """Who asks to follow the member."""
    page = page_of(max_id, since_id, min_id, limit, LIST_USUAL)
    return listed(request, db, await _mine(db, me.id, page, lists.follow_requests))


@get("/api/v1/blocks", guards=[scope("read:blocks")])
async def blocked(
    request: Request[Any, Any, Any],
    db: Db,
    me: Me,
    max_id: FromQuery[str | None] = None,
    since_id: FromQuery[str | None] = None,
    min_id: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> Response[list[Account]]:
    """Whom the member blocks."""
    page = page_of(max_id, since_id, min_id, limit, LIST_USUAL)
    return listed(request, db, await _mine(db, me.id, page, lists.blocked))


@get("/api/v1/endorsements", guards=[scope("read:accounts")])
async def endorsed(
    request: Request[Any, Any, Any],
    db: Db,
    me: Me,
    max_id: FromQuery[str | None] = None,
    since_id: FromQuery[str | None] = None,
    min_id: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> Response[list[Account]]:
    """Whom the member features on their profile."""
    page = page_of(max_id, since_id, min_id, limit, LIST_USUAL)
    return listed(request, db, await _mine(db, me.id, page, lists.endorsed))


@get("/api/v1/mutes", guards=[scope("read:mutes")])
async def muted(
    request: Request[Any, Any, Any],
    db: Db,
    me: Me,
    max_id: FromQuery[str | None] = None,
    since_id: FromQuery[str | None] = None,
    min_id: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> Response[list[MutedAccount]]:
    """Whom the member mutes now, and until when."""
    page = page_of(max_id, since_id, min_id, limit, LIST_USUAL)
    found = await _mine(db, me.id, page, lists.muted)
    ends = (found[0].key, found[-1].key) if found else (None, None)
    return Response(
        [entities.muted_account(db.site, entry.account, entry.until) for entry in found],
        headers=link_header(request, db.site, *ends),
    )


ROUTES = [follow_requests, blocked, endorsed, muted]
