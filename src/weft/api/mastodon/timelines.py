"""Lists of posts: home, public, tag, an account's, favourites, bookmarks.

https://docs.joinmastodon.org/methods/timelines/, …/accounts/#statuses, …/favourites/, …/bookmarks/
"""

from collections.abc import Callable
from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.params import FromPath, FromQuery, QueryParameter

from weft.api.auth import me_of, scope, scope_if_any
from weft.api.given import Counters, Db, Me, Viewer
from weft.api.links import Turned, paging
from weft.api.mastodon.answers import encode, id_of, json_page
from weft.api.mastodon.entities_statuses import Status
from weft.api.mastodon.serialise import statuses
from weft.api.opening import visit_elsewhere
from weft.kernel.errors import NotFound
from weft.people import accounts
from weft.people.model import Account
from weft.store.database import Database, Tx
from weft.threads import cards, pins, timelines
from weft.threads.model import Post

Posts = Response[list[Status]]


async def _answer(
    request: Request[Any, Any, Any],
    db: Database,
    viewer: int | None,
    find: Callable[[Tx], list[Post]],
    *,
    short: bool = False,
) -> Posts:
    """Find, show and encode in one read; pages by post id. ``short``: the list is a range of an
    index, whatever was asked for, so that it may be read on the event loop.
    """

    def read(tx: Tx) -> tuple[bytes, list[int]]:
        found = find(tx)
        return encode(statuses(tx, viewer, found, encoded=True)), [post.id for post in found]

    return await json_page(request, db, read, short=short)


async def _kept(
    request: Request[Any, Any, Any],
    db: Database,
    viewer: int,
    find: Callable[[Tx], list[tuple[int, Post]]],
) -> Posts:
    """The same for lists that are paged by when something was kept."""

    def read(tx: Tx) -> tuple[bytes, list[int]]:
        found = find(tx)
        shown = statuses(tx, viewer, [post for _, post in found])
        return encode(shown), [key for key, _ in found]

    return await json_page(request, db, read)


def _id(viewer: Account | None) -> int | None:
    return viewer.id if viewer is not None else None


@get("/api/v1/timelines/home", guards=[scope("read:statuses")], dependencies=paging())
async def home(request: Request[Any, Any, Any], page: Turned) -> Posts:
    # The most asked question: one thing asked for by name saves the framework a task group.
    db, me = request.app.state.db, me_of(request)
    return await _answer(
        request,
        db,
        me.id,
        lambda tx: timelines.home(tx, me.id, page),
        short=True,
    )


@get("/api/v1/timelines/direct", guards=[scope("read:statuses")], dependencies=paging())
async def direct(request: Request[Any, Any, Any], db: Db, me: Me, page: Turned) -> Posts:
    """Deprecated by Mastodon in favour of conversations; older apps ask for it."""
    return await _answer(request, db, me.id, lambda tx: timelines.direct(tx, me.id, page))


@get("/api/v1/timelines/public", guards=[scope_if_any("read:statuses")], dependencies=paging())
async def public(
    request: Request[Any, Any, Any],
    db: Db,
    viewer: Viewer,
    page: Turned,
    local: FromQuery[bool] = False,
    remote: FromQuery[bool] = False,
    only_media: FromQuery[bool] = False,
) -> Posts:
    as_ = _id(viewer)
    return await _answer(
        request,
        db,
        as_,
        lambda tx: timelines.public(
            tx, as_, page, local=local, remote=remote, only_media=only_media
        ),
    )


@get(
    "/api/v1/timelines/tag/{hashtag:str}",
    guards=[scope_if_any("read:statuses")],
    dependencies=paging(),
)
async def tag(
    request: Request[Any, Any, Any],
    db: Db,
    viewer: Viewer,
    page: Turned,
    hashtag: FromPath[str],
    any_: Annotated[list[str] | None, QueryParameter(name="any")] = None,
    all_: Annotated[list[str] | None, QueryParameter(name="all")] = None,
    none: FromQuery[list[str] | None] = None,
    local: FromQuery[bool] = False,
    remote: FromQuery[bool] = False,
    only_media: FromQuery[bool] = False,
) -> Posts:
    as_ = _id(viewer)
    return await _answer(
        request,
        db,
        as_,
        lambda tx: timelines.tag(
            tx,
            as_,
            hashtag,
            page,
            also=any_ or (),
            every=all_ or (),
            without=none or (),
            local=local,
            remote=remote,
            only_media=only_media,
        ),
    )


@get("/api/v1/timelines/link", guards=[scope_if_any("read:statuses")], dependencies=paging())
async def link(
    request: Request[Any, Any, Any], db: Db, viewer: Viewer, page: Turned, url: FromQuery[str]
) -> Posts:
    """Public posts that link to this page, by those who agreed to be found."""
    as_ = _id(viewer)

    def find(tx: Tx) -> list[Post]:
        card_id = cards.by_url(tx, url)
        if card_id is None:
            raise NotFound
        return timelines.link(tx, as_, card_id, page)

    return await _answer(request, db, as_, find)


@get(
    "/api/v1/accounts/{account_id:str}/statuses",
    guards=[scope_if_any("read:statuses")],
    dependencies=paging(),
)
async def account_statuses(
    request: Request[Any, Any, Any],
    db: Db,
    viewer: Viewer,
    page: Turned,
    limits: Counters,
    account_id: FromPath[str],
    exclude_replies: FromQuery[bool] = False,
    exclude_reblogs: FromQuery[bool] = False,
    only_media: FromQuery[bool] = False,
    pinned: FromQuery[bool] = False,
    tagged: FromQuery[str | None] = None,
) -> Posts:
    """``pinned``: only those on top of the profile; they are one page. Of somebody elsewhere whose
    profile is opened for the first time, more is fetched meanwhile.
    """
    as_ = _id(viewer)
    author = id_of(account_id)
    if page.max_id is None and not page.above:
        await visit_elsewhere(db, limits, viewer, author)

    def find(tx: Tx) -> list[Post]:
        found = accounts.get(tx, author)
        if found.suspended_at is not None:
            raise NotFound
        if pinned:
            later = page.max_id is not None or page.above
            return [] if later else pins.pinned(tx, as_, author)
        return timelines.account_posts(
            tx,
            as_,
            author,
            page,
            exclude_replies=exclude_replies,
            exclude_boosts=exclude_reblogs,
            only_media=only_media,
            tagged=tagged,
        )

    return await _answer(request, db, as_, find)


@get("/api/v1/favourites", guards=[scope("read:favourites")], dependencies=paging())
async def favourites(request: Request[Any, Any, Any], db: Db, me: Me, page: Turned) -> Posts:
    return await _kept(request, db, me.id, lambda tx: timelines.favourites(tx, me.id, page))


@get("/api/v1/bookmarks", guards=[scope("read:bookmarks")], dependencies=paging())
async def bookmarks(request: Request[Any, Any, Any], db: Db, me: Me, page: Turned) -> Posts:
    return await _kept(request, db, me.id, lambda tx: timelines.bookmarks(tx, me.id, page))


ROUTES = [home, direct, public, tag, link, account_statuses, favourites, bookmarks]
