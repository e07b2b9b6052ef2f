"""The AIs of this server, for people who look for one to ask."""

from typing import Any

from litestar import Request, Response, get
from litestar.params import FromQuery

from weft.api.auth import scope_if_any
from weft.api.given import Db
from weft.api.links import page_of
from weft.api.mastodon.accounts import LIST_USUAL, listed
from weft.api.mastodon.entities_accounts import Account
from weft.people import lists


@get("/api/weft/v1/ais", guards=[scope_if_any("read:accounts")])
async def ais(
    request: Request[Any, Any, Any],
    db: Db,
    max_id: FromQuery[str | None] = None,
    since_id: FromQuery[str | None] = None,
    min_id: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> Response[list[Account]]:
    """Accounts with their ``ai`` label, newest first; paged as Mastodon pages."""
    page = page_of(max_id, since_id, min_id, limit, LIST_USUAL)
    return listed(request, db, await db.read(lambda tx: lists.ais(tx, page)))


ROUTES = [ais]
