"""Admins decide what may trend, and what of tags.

https://docs.joinmastodon.org/methods/admin/trends/. Nothing waits for a decision here: what nobody
looked at is shown, and what is rejected is gone at once.
"""

from urllib.parse import quote

from litestar import Response, get, post, route
from litestar.enums import HttpMethod
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Struct, structs

from weft.api.auth import admin, scope
from weft.api.given import Db, Me
from weft.api.mastodon import tags
from weft.api.mastodon.answers import id_of
from weft.api.mastodon.entities_lists import AdminPublisher, AdminTag, AdminTrendsLink
from weft.api.mastodon.entities_statuses import Status, Tag
from weft.api.mastodon.serialise import status, statuses
from weft.api.mastodon.trends import (
    MOST,
    STATUSES_MOST,
    STATUSES_USUAL,
    USUAL,
    cut,
    link_values,
)
from weft.explore import tags as tag_rules
from weft.explore import trends
from weft.explore.trends import Link, Publisher
from weft.kernel.clock import iso
from weft.kernel.errors import NotFound
from weft.reading.tags import name_of
from weft.store.database import Database, Tx
from weft.threads import posts
from weft.threads.tokens import fold_tag, storable

TAGS_USUAL, TAGS_MOST = 100, 200
_TRENDS = "/api/v1/admin/trends"
_TAGS = "/api/v1/admin/tags"
_READ = [scope("admin:read"), admin]
_WRITE = [scope("admin:write"), admin]


class ChangedTag(Struct):
    """What is left out stays as it is."""

    display_name: str | None = None
    usable: bool | None = None
    listable: bool | None = None
    trendable: bool | None = None


def _fold(name: str) -> str:
    """Errors: NotFound, for what can be no tag."""
    tag = name_of(name)
    if tag is None:
        raise NotFound
    return fold_tag(tag)


def _admins(tx: Tx, found: list[Tag]) -> list[AdminTag]:
    rules = tag_rules.settings(tx, [one.id for one in found])
    return [
        AdminTag(
            **structs.asdict(one),
            trendable=rules[one.id].trendable,
            usable=rules[one.id].usable,
            listable=rules[one.id].listable,
            requires_review=rules[one.id].reviewed_at is None,
        )
        for one in found
    ]


def _tag_shown(tx: Tx, viewer: int, fold: str) -> AdminTag:
    return _admins(tx, tags.shown(tx, viewer, [tag_rules.known(tx, fold).tag]))[0]


def _links_shown(tx: Tx, found: list[Link]) -> list[AdminTrendsLink]:
    return [
        AdminTrendsLink(**values, id=str(one.card_id), requires_review=one.allowed is None)
        for one, values in link_values(tx, found)
    ]


def _publisher(one: Publisher) -> AdminPublisher:
    at = one.reviewed_at
    return AdminPublisher(
        id=one.host,
        domain=one.host,
        trendable=one.allowed,
        reviewed_at=iso(at) if at is not None else None,
        requires_review=one.allowed is None,
    )


# -- what trends ------------------------------------------------------------------------------


@get(f"{_TRENDS}/tags", guards=_READ)
async def trending_tags(
    db: Db, me: Me, limit: FromQuery[int] = USUAL, offset: FromQuery[int] = 0
) -> list[AdminTag]:
    """Trending tags, rejected ones among them."""
    asked = cut(limit, offset, MOST)

    def read(tx: Tx) -> list[AdminTag]:
        return _admins(tx, tags.trending(tx, me.id, trends.tags(tx, rejected=True)[asked]))

    return await db.read(read)


@get(f"{_TRENDS}/statuses", guards=_READ)
async def trending_statuses(
    db: Db, me: Me, limit: FromQuery[int] = STATUSES_USUAL, offset: FromQuery[int] = 0
) -> list[Status]:
    """Trending posts, rejected ones among them, whomever the admin mutes."""
    asked = cut(limit, offset, STATUSES_MOST)
    return await db.read(
        lambda tx: statuses(tx, me.id, trends.statuses(tx, None, asked, rejected=True))
    )


@get(f"{_TRENDS}/links", guards=_READ)
async def trending_links(
    db: Db, limit: FromQuery[int] = USUAL, offset: FromQuery[int] = 0
) -> list[AdminTrendsLink]:
    """Trending links, rejected ones among them."""
    asked = cut(limit, offset, MOST)
    return await db.read(lambda tx: _links_shown(tx, trends.links(tx, rejected=True)[asked]))


@get(f"{_TRENDS}/links/publishers", guards=_READ)
async def publishers(db: Db) -> list[AdminPublisher]:
    """The sites whose pages trend."""
    return [_publisher(one) for one in await db.read(trends.publishers)]


# -- deciding ---------------------------------------------------------------------------------


@post(f"{_TRENDS}/tags/{{name:str}}/approve", status_code=200, guards=_WRITE)
async def approve_tag(db: Db, me: Me, name: FromPath[str]) -> AdminTag:
    return await _decide_tag(db, me.id, name, allowed=True)


@post(f"{_TRENDS}/tags/{{name:str}}/reject", status_code=200, guards=_WRITE)
async def reject_tag(db: Db, me: Me, name: FromPath[str]) -> AdminTag:
    return await _decide_tag(db, me.id, name, allowed=False)


@post(f"{_TRENDS}/statuses/{{status_id:str}}/approve", status_code=200, guards=_WRITE)
async def approve_status(db: Db, me: Me, status_id: FromPath[str]) -> Status:
    return await _decide_status(db, me.id, status_id, allowed=True)


@post(f"{_TRENDS}/statuses/{{status_id:str}}/reject", status_code=200, guards=_WRITE)
async def reject_status(db: Db, me: Me, status_id: FromPath[str]) -> Status:
    return await _decide_status(db, me.id, status_id, allowed=False)


@post(f"{_TRENDS}/links/{{link_id:str}}/approve", status_code=200, guards=_WRITE)
async def approve_link(db: Db, link_id: FromPath[str]) -> AdminTrendsLink:
    return await _decide_link(db, link_id, allowed=True)


@post(f"{_TRENDS}/links/{{link_id:str}}/reject", status_code=200, guards=_WRITE)
async def reject_link(db: Db, link_id: FromPath[str]) -> AdminTrendsLink:
    return await _decide_link(db, link_id, allowed=False)


@post(f"{_TRENDS}/links/publishers/{{host:str}}/approve", status_code=200, guards=_WRITE)
async def approve_publisher(db: Db, host: FromPath[str]) -> AdminPublisher:
    return await _decide_publisher(db, host, allowed=True)


@post(f"{_TRENDS}/links/publishers/{{host:str}}/reject", status_code=200, guards=_WRITE)
async def reject_publisher(db: Db, host: FromPath[str]) -> AdminPublisher:
    return await _decide_publisher(db, host, allowed=False)


async def _decide_tag(db: Database, me: int, name: str, *, allowed: bool) -> AdminTag:
    fold = _fold(name)

    def write(tx: Tx) -> AdminTag:
        trends.review(tx, "tag", fold, allowed=allowed)
        return _tag_shown(tx, me, fold)

    return await db.write(write)


async def _decide_status(db: Database, me: int, text: str, *, allowed: bool) -> Status:
    number = id_of(text)

    def write(tx: Tx) -> Status:
        trends.review(tx, "post", str(number), allowed=allowed)
        found = posts.by_id(tx, number)
        if found is None:
            raise NotFound
        return status(tx, me, found)

    return await db.write(write)


async def _decide_link(db: Database, text: str, *, allowed: bool) -> AdminTrendsLink:
    number = id_of(text)

    def write(tx: Tx) -> AdminTrendsLink:
        trends.review(tx, "link", str(number), allowed=allowed)
        shown = _links_shown(tx, [trends.link(tx, number)])
        if not shown:
            raise NotFound
        return shown[0]

    return await db.write(write)


async def _decide_publisher(db: Database, host: str, *, allowed: bool) -> AdminPublisher:
    if storable(host) != host:
        raise NotFound

    def write(tx: Tx) -> AdminPublisher:
        trends.review(tx, "publisher", host, allowed=allowed)
        return _publisher(Publisher(host, allowed, tx.now))

    return await db.write(write)


# -- tags -------------------------------------------------------------------------------------


@get(_TAGS, guards=_READ)
async def all_tags(
    db: Db,
    me: Me,
    max_id: FromQuery[str | None] = None,
    limit: FromQuery[int] = TAGS_USUAL,
) -> Response[list[AdminTag]]:
    """All tags that are known here, backwards by name; ``max_id``: before that tag."""
    most = max(1, min(limit, TAGS_MOST))
    below = fold_tag(storable(max_id)) if max_id else None

    def read(tx: Tx) -> list[AdminTag]:
        return _admins(tx, tags.shown(tx, me.id, tag_rules.used(tx, below, most)))

    found = await db.read(read)
    headers: dict[str, str] = {}
    if len(found) == most:
        following = f"{db.site.base}{_TAGS}?limit={most}&max_id={quote(found[-1].id)}"
        headers["Link"] = f'<{following}>; rel="next"'
    return Response(found, headers=headers)


@get(f"{_TAGS}/{{name:str}}", guards=_READ)
async def one_tag(db: Db, me: Me, name: FromPath[str]) -> AdminTag:
    return await db.read(lambda tx: _tag_shown(tx, me.id, _fold(name)))


@route(
    f"{_TAGS}/{{name:str}}",
    http_method=[HttpMethod.PUT, HttpMethod.PATCH],
    status_code=200,
    guards=_WRITE,
)
async def change_tag(
    db: Db, me: Me, name: FromPath[str], data: JSONBody[ChangedTag | None] = None
) -> AdminTag:
    """Decide whether a tag may trend, be found, be used, and how it is spelled."""
    fold, new = _fold(name), data or ChangedTag()

    def write(tx: Tx) -> AdminTag:
        tag_rules.change(
            tx,
            fold,
            name=new.display_name,
            usable=new.usable,
            listable=new.listable,
            trendable=new.trendable,
        )
        return _tag_shown(tx, me.id, fold)

    return await db.write(write)


ROUTES = [
    trending_tags,
    trending_statuses,
    trending_links,
    publishers,
    approve_tag,
    reject_tag,
    approve_status,
    reject_status,
    approve_link,
    reject_link,
    approve_publisher,
    reject_publisher,
    all_tags,
    one_tag,
    change_tag,
]
