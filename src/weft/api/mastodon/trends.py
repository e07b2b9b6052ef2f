"""What trends: https://docs.joinmastodon.org/methods/trends/."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromQuery
from msgspec import structs

from weft.api.auth import scope_if_any
from weft.api.given import Db, Viewer
from weft.api.links import offset_links
from weft.api.mastodon import cards, tags
from weft.api.mastodon.answers import encode
from weft.api.mastodon.entities_lists import TrendsLink
from weft.api.mastodon.entities_statuses import Status, Tag
from weft.api.mastodon.serialise import statuses
from weft.explore import trends
from weft.explore.measure import KEPT
from weft.explore.trends import Link
from weft.store.database import Tx

USUAL, MOST = 10, 20
"""Tags and links of one answer."""
STATUSES_USUAL, STATUSES_MOST = 20, 40


def cut(limit: int, offset: int, most: int) -> slice:
    """Which of a list are asked for; more than are kept can be asked for, and are not there."""
    begin = max(0, min(offset, KEPT))
    return slice(begin, begin + max(1, min(limit, most)))


def link_values(tx: Tx, found: Sequence[Link]) -> list[tuple[Link, dict[str, Any]]]:
    """Each link whose preview is ready, with the values of its entity."""
    shown = cards.shown(tx, [one.post for one in found])
    return [
        (one, structs.asdict(shown[one.card_id]) | {"history": tags.history(one.history)})
        for one in found
        if one.card_id in shown
    ]


def _answer(
    request: Request[Any, Any, Any], db: Db, body: bytes, asked: slice, count: int
) -> Response[Any]:
    headers = offset_links(request, db.site, asked.start, asked.stop - asked.start, count)
    return Response(body, media_type="application/json", headers=headers)


async def _tags(
    request: Request[Any, Any, Any], db: Db, viewer: int | None, limit: int, offset: int
) -> Response[list[Tag]]:
    asked = cut(limit, offset, MOST)

    def read(tx: Tx) -> tuple[bytes, int]:
        found = trends.tags(tx)[asked]
        return encode(tags.trending(tx, viewer, found)), len(found)

    body, count = await db.read(read)
    return _answer(request, db, body, asked, count)


@get("/api/v1/trends")
async def old_tags(
    request: Request[Any, Any, Any],
    db: Db,
    limit: FromQuery[int] = USUAL,
    offset: FromQuery[int] = 0,
) -> Response[list[Tag]]:
    """The name that ``/api/v1/trends/tags`` had before."""
    return await _tags(request, db, None, limit, offset)


@get("/api/v1/trends/tags", guards=[scope_if_any()])
async def trending_tags(
    request: Request[Any, Any, Any],
    db: Db,
    viewer: Viewer,
    limit: FromQuery[int] = USUAL,
    offset: FromQuery[int] = 0,
) -> Response[list[Tag]]:
    """Tags that more people use now than they did this week."""
    as_ = viewer.id if viewer is not None else None
    return await _tags(request, db, as_, limit, offset)


@get("/api/v1/trends/statuses", guards=[scope_if_any()])
async def trending_statuses(
    request: Request[Any, Any, Any],
    db: Db,
    viewer: Viewer,
    limit: FromQuery[int] = STATUSES_USUAL,
    offset: FromQuery[int] = 0,
) -> Response[list[Status]]:
    """Posts that people like and boost now, without those the viewer does not want."""
    as_ = viewer.id if viewer is not None else None
    asked = cut(limit, offset, STATUSES_MOST)

    def read(tx: Tx) -> tuple[bytes, int]:
        found = trends.statuses(tx, as_, asked)
        return encode(statuses(tx, as_, found)), len(found)

    body, count = await db.read(read)
    return _answer(request, db, body, asked, count)


@get("/api/v1/trends/links", guards=[scope_if_any()])
async def trending_links(
    request: Request[Any, Any, Any],
    db: Db,
    limit: FromQuery[int] = USUAL,
    offset: FromQuery[int] = 0,
) -> Response[list[TrendsLink]]:
    """Pages that several people link to."""
    asked = cut(limit, offset, MOST)

    def read(tx: Tx) -> tuple[bytes, int]:
        found = trends.links(tx)[asked]
        shown = [TrendsLink(**values) for _, values in link_values(tx, found)]
        return encode(shown), len(found)

    body, count = await db.read(read)
    return _answer(request, db, body, asked, count)


ROUTES = [old_tags, trending_tags, trending_statuses, trending_links]
