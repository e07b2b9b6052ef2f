"""What one does with somebody's post, and who did.

https://docs.joinmastodon.org/methods/statuses/ (favourite, reblog, bookmark, mute, …)
"""

from collections.abc import Callable
from typing import Any, cast

from litestar import Request, Response, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from weft.api.auth import scope, scope_if_any
from weft.api.given import Db, Me, Viewer
from weft.api.links import Turned, paging
from weft.api.mastodon.answers import id_of, json_page
from weft.api.mastodon.entities_accounts import Account as AccountEntity
from weft.api.mastodon.entities_statuses import Status
from weft.api.mastodon.fragments import accounts_page
from weft.api.mastodon.serialise import status
from weft.kernel.errors import Invalid
from weft.people.model import Account
from weft.store.database import Database, Tx
from weft.store.page import Page
from weft.threads import posts, react
from weft.threads.model import Post, Visibility

WHO = 40
"""Accounts in one answer, as Mastodon."""

Verb = Callable[[Tx, Account, int], Post]
Who = Callable[[Tx, Post, Page], list[tuple[int, Account]]]


class Reblog(Struct):
    """``visibility`` of the boost itself."""

    visibility: str = "public"


async def _do(db: Database, me: Account, status_id: str, verb: Verb) -> Status:
    number = id_of(status_id)
    return await db.write(lambda tx: status(tx, me.id, verb(tx, me, number)))


@post(
    "/api/v1/statuses/{status_id:str}/favourite",
    guards=[scope("write:favourites")],
    status_code=200,
)
async def favourite(db: Db, me: Me, status_id: FromPath[str]) -> Status:
    return await _do(db, me, status_id, react.like)


@post(
    "/api/v1/statuses/{status_id:str}/unfavourite",
    guards=[scope("write:favourites")],
    status_code=200,
)
async def unfavourite(db: Db, me: Me, status_id: FromPath[str]) -> Status:
    return await _do(db, me, status_id, react.unlike)


@post("/api/v1/statuses/{status_id:str}/reblog", guards=[scope("write:statuses")], status_code=200)
async def reblog(
    db: Db, me: Me, status_id: FromPath[str], data: JSONBody[Reblog | None] = None
) -> Status:
    """Boost; answers with the boost, in which the post is."""
    visibility = data.visibility if data is not None else "public"
    if visibility not in ("public", "unlisted", "private"):
        raise Invalid("Validation failed: Visibility is not included in the list")
    as_ = cast("Visibility", visibility)
    return await _do(
        db, me, status_id, lambda tx, by, number: react.boost(tx, by, number, visibility=as_)
    )


@post(
    "/api/v1/statuses/{status_id:str}/unreblog", guards=[scope("write:statuses")], status_code=200
)
async def unreblog(db: Db, me: Me, status_id: FromPath[str]) -> Status:
    return await _do(db, me, status_id, react.unboost)


@post(
    "/api/v1/statuses/{status_id:str}/bookmark", guards=[scope("write:bookmarks")], status_code=200
)
async def bookmark(db: Db, me: Me, status_id: FromPath[str]) -> Status:
    return await _do(db, me, status_id, react.bookmark)


@post(
    "/api/v1/statuses/{status_id:str}/unbookmark",
    guards=[scope("write:bookmarks")],
    status_code=200,
)
async def unbookmark(db: Db, me: Me, status_id: FromPath[str]) -> Status:
    return await _do(db, me, status_id, react.unbookmark)


@post("/api/v1/statuses/{status_id:str}/mute", guards=[scope("write:mutes")], status_code=200)
async def mute(db: Db, me: Me, status_id: FromPath[str]) -> Status:
    """No more notifications from this thread."""
    return await _do(db, me, status_id, react.mute_thread)


@post("/api/v1/statuses/{status_id:str}/unmute", guards=[scope("write:mutes")], status_code=200)
async def unmute(db: Db, me: Me, status_id: FromPath[str]) -> Status:
    return await _do(db, me, status_id, react.unmute_thread)


async def _who(
    request: Request[Any, Any, Any],
    db: Db,
    viewer: Viewer,
    status_id: str,
    page: Turned,
    who: Who,
) -> Response[list[AccountEntity]]:
    number = id_of(status_id)
    as_ = viewer.id if viewer is not None else None

    def read(tx: Tx) -> tuple[bytes, list[int]]:
        found = who(tx, posts.see(tx, as_, number), page)
        return accounts_page(tx, [(key, one.id) for key, one in found])

    return await json_page(request, db, read)


@get(
    "/api/v1/statuses/{status_id:str}/favourited_by",
    guards=[scope_if_any("read:statuses")],
    dependencies=paging(WHO),
)
async def favourited_by(
    request: Request[Any, Any, Any],
    db: Db,
    viewer: Viewer,
    status_id: FromPath[str],
    page: Turned,
) -> Response[list[AccountEntity]]:
    return await _who(request, db, viewer, status_id, page, react.likers)


@get(
    "/api/v1/statuses/{status_id:str}/reblogged_by",
    guards=[scope_if_any("read:statuses")],
    dependencies=paging(WHO),
)
async def reblogged_by(
    request: Request[Any, Any, Any],
    db: Db,
    viewer: Viewer,
    status_id: FromPath[str],
    page: Turned,
) -> Response[list[AccountEntity]]:
    return await _who(request, db, viewer, status_id, page, react.boosters)


ROUTES = [
    favourite,
    unfavourite,
    reblog,
    unreblog,
    bookmark,
    unbookmark,
    mute,
    unmute,
    favourited_by,
    reblogged_by,
]
