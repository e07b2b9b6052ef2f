"""Servers that a member wants to see nothing of: https://docs.joinmastodon.org/methods/domain_blocks/"""

from operator import itemgetter
from typing import Any

from litestar import Request, Response, delete, get, post
from litestar.params import FromQuery, JSONBody
from msgspec import Struct

from weft.api.auth import scope
from weft.api.given import Db, Me
from weft.api.links import Turned, paging
from weft.api.mastodon.answers import rows_page
from weft.kernel.errors import Invalid
from weft.people import domains

USUAL = 100
MOST = 200
"""Mastodon's; names are short."""
_PATH = "/api/v1/domain_blocks"


class Named(Struct, frozen=True):
    domain: str | None = None


class DomainBlockPreview(Struct, frozen=True):
    """What a block would end: how many the member follows there, and is followed by."""

    following_count: int
    followers_count: int


def _name(data: Named | None, query: str | None) -> str:
    """Clients send it as a form, as JSON, or (deleting) in the address."""
    name = (data.domain if data is not None else None) or query
    if not name:
        raise Invalid("Validation failed: Domain can't be blank")
    return name


@get(_PATH, guards=[scope("read:blocks")], dependencies=paging(USUAL, MOST))
async def listed(
    request: Request[Any, Any, Any], db: Db, me: Me, page: Turned
) -> Response[list[str]]:
    """Their names, last blocked first."""
    found = await db.read(lambda tx: domains.muted(tx, me.id, page))
    return rows_page(request, db.site, found, itemgetter(1), itemgetter(0))


@get(f"{_PATH}/preview", guards=[scope("read:blocks")])
async def preview(db: Db, me: Me, domain: FromQuery[str | None] = None) -> DomainBlockPreview:
    """What would be lost."""
    name = _name(None, domain)
    found = await db.read(lambda tx: domains.preview(tx, me.id, name))
    return DomainBlockPreview(found.following_count, found.followers_count)


@post(_PATH, status_code=200, guards=[scope("write:blocks")])
async def block(
    db: Db,
    me: Me,
    domain: FromQuery[str | None] = None,
    data: JSONBody[Named | None] = None,
) -> dict[str, Any]:
    """See nothing of a server any more; follows both ways end."""
    name = _name(data, domain)
    await db.write(lambda tx: domains.mute(tx, me, name))
    return {}


@delete(_PATH, status_code=200, guards=[scope("write:blocks")])
async def unblock(
    db: Db,
    me: Me,
    domain: FromQuery[str | None] = None,
    data: JSONBody[Named | None] = None,
) -> dict[str, Any]:
    """See it again; what ended does not come back."""
    name = _name(data, domain)
    await db.write(lambda tx: domains.unmute(tx, me, name))
    return {}


ROUTES = [listed, preview, block, unblock]
