"""A member's own lists of accounts: who asks to follow, who is blocked, muted, featured.

https://docs.joinmastodon.org/methods/follow_requests/, blocks/, mutes/, endorsements/
"""

from collections.abc import Callable
from typing import Any

from litestar import Request, Response, get

from weft.api.auth import scope
from weft.api.given import Db, Me
from weft.api.links import Turned, paging
from weft.api.mastodon import entities_accounts as entities
from weft.api.mastodon.accounts import KEY, LIST_USUAL, listed
from weft.api.mastodon.answers import rows_page
from weft.api.mastodon.entities_accounts import Account, MutedAccount
from weft.people import lists
from weft.people.lists import Entry
from weft.store.database import Database, Tx
from weft.store.page import Page


async def _mine(
    db: Database, me_id: int, page: Page, find: Callable[[Tx, int, Page], list[Entry]]
) -> list[Entry]:
    return await db.read(lambda tx: find(tx, me_id, page))


@get("/api/v1/follow_requests", guards=[scope("read:follows")], dependencies=paging(LIST_USUAL))
async def follow_requests(
    request: Request[Any, Any, Any], db: Db, me: Me, page: Turned
) -> Response[list[Account]]:
    """Who asks to follow the member."""
    return listed(request, db, await _mine(db, me.id, page, lists.follow_requests))


@get("/api/v1/blocks", guards=[scope("read:blocks")], dependencies=paging(LIST_USUAL))
async def blocked(
    request: Request[Any, Any, Any], db: Db, me: Me, page: Turned
) -> Response[list[Account]]:
    """Whom the member blocks."""
    return listed(request, db, await _mine(db, me.id, page, lists.blocked))


@get("/api/v1/endorsements", guards=[scope("read:accounts")], dependencies=paging(LIST_USUAL))
async def endorsed(
    request: Request[Any, Any, Any], db: Db, me: Me, page: Turned
) -> Response[list[Account]]:
    """Whom the member features on their profile."""
    return listed(request, db, await _mine(db, me.id, page, lists.endorsed))


@get("/api/v1/mutes", guards=[scope("read:mutes")], dependencies=paging(LIST_USUAL))
async def muted(
    request: Request[Any, Any, Any], db: Db, me: Me, page: Turned
) -> Response[list[MutedAccount]]:
    """Whom the member mutes now, and until when."""
    found = await _mine(db, me.id, page, lists.muted)

    def show(one: Entry) -> MutedAccount:
        return entities.muted_account(db.site, one.account, one.until)

    return rows_page(request, db.site, found, show, KEY)


ROUTES = [follow_requests, blocked, endorsed, muted]
