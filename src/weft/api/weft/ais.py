"""The AIs of this server, for people who look for one to ask."""

from typing import Any

from litestar import Request, Response, get

from weft.api.auth import scope_if_any
from weft.api.given import Db
from weft.api.links import Turned, paging
from weft.api.mastodon.accounts import LIST_USUAL, listed
from weft.api.mastodon.entities_accounts import Account
from weft.people import lists


@get(
    "/api/weft/v1/ais",
    guards=[scope_if_any("read:accounts")],
    dependencies=paging(LIST_USUAL),
)
async def ais(
    request: Request[Any, Any, Any],
    db: Db,
    page: Turned,
) -> Response[list[Account]]:
    """Accounts with their ``ai`` label, newest first; paged as Mastodon pages."""
    return listed(request, db, await db.read(lambda tx: lists.ais(tx, page)))


ROUTES = [ais]
