"""Admins and other servers: which are limited, kept out or allowed; and what everyone is told.

https://docs.joinmastodon.org/methods/admin/domain_blocks/, domain_allows/,
https://docs.joinmastodon.org/methods/instance/#domain_blocks
"""

from typing import Any

from litestar import Request, Response, delete, get, post, route
from litestar.enums import HttpMethod
from litestar.params import FromPath, JSONBody
from msgspec import Struct, structs

from weft.api.auth import admin, scope
from weft.api.given import Db
from weft.api.links import Turned, paging
from weft.api.mastodon import entities_admin as entities
from weft.api.mastodon.answers import id_of, rows_page
from weft.api.mastodon.entities_admin import AdminDomainAllow, AdminDomainBlock, DomainBlock
from weft.moderation import allows, domains
from weft.moderation.domains import AlreadyRuled
from weft.store.database import Tx

USUAL, MOST = 100, 200
_READ = [scope("admin:read:domain_blocks"), admin]
_WRITE = [scope("admin:write:domain_blocks"), admin]
_READ_ALLOWS = [scope("admin:read:domain_allows"), admin]
_WRITE_ALLOWS = [scope("admin:write:domain_allows"), admin]
_BLOCKS = "/api/v1/admin/domain_blocks"
_BLOCK = f"{_BLOCKS}/{{block_id:str}}"
_ALLOWS = "/api/v1/admin/domain_allows"
_ALLOW = f"{_ALLOWS}/{{allow_id:str}}"


class Ruling(Struct, frozen=True):
    """What is left out stays as it is."""

    severity: str | None = None
    reject_media: bool | None = None
    reject_reports: bool | None = None
    private_comment: str | None = None
    public_comment: str | None = None
    obfuscate: bool | None = None


class NewRuling(Ruling, frozen=True):
    domain: str = ""


class Naming(Struct, frozen=True):
    domain: str = ""


class Refusal(Struct, frozen=True):
    """Why there is no second rule about a domain, and the one there is."""

    error: str
    existing_domain_block: AdminDomainBlock


@get(_BLOCKS, guards=_READ, dependencies=paging(USUAL, MOST))
async def blocks(
    request: Request[Any, Any, Any], db: Db, page: Turned
) -> Response[list[AdminDomainBlock]]:
    """The rules about other servers, newest first."""
    found = await db.read(lambda tx: domains.listed(tx, page))
    return rows_page(request, db.site, found, entities.domain_block)


@get(_BLOCK, guards=_READ)
async def block(db: Db, block_id: FromPath[str]) -> AdminDomainBlock:
    """One rule."""
    wanted = id_of(block_id)
    return entities.domain_block(await db.read(lambda tx: domains.get(tx, wanted)))


@post(_BLOCKS, status_code=200, guards=_WRITE)
async def add_block(
    db: Db, data: JSONBody[NewRuling | None] = None
) -> Response[AdminDomainBlock | Refusal]:
    """Limit a server, or keep it out."""
    chosen = structs.asdict(data or NewRuling())
    domain = chosen.pop("domain")
    try:
        made = await db.write(lambda tx: domains.add(tx, domain, **chosen))
    except AlreadyRuled as refused:
        known = entities.domain_block(refused.rule)
        return Response(Refusal(refused.text, known), status_code=refused.status)
    return Response(entities.domain_block(made))


@route(_BLOCK, http_method=[HttpMethod.PUT, HttpMethod.PATCH], status_code=200, guards=_WRITE)
async def change_block(
    db: Db, block_id: FromPath[str], data: JSONBody[Ruling | None] = None
) -> AdminDomainBlock:
    """Change a rule."""
    wanted, chosen = id_of(block_id), structs.asdict(data or Ruling())

    def work(tx: Tx) -> domains.Rule:
        return domains.change(tx, domains.get(tx, wanted), **chosen)

    return entities.domain_block(await db.write(work))


@delete(_BLOCK, status_code=200, guards=_WRITE)
async def drop_block(db: Db, block_id: FromPath[str]) -> dict[str, Any]:
    """Take a rule away, and with it what it did."""
    wanted = id_of(block_id)
    await db.write(lambda tx: domains.remove(tx, domains.get(tx, wanted)))
    return {}


@get(_ALLOWS, guards=_READ_ALLOWS, dependencies=paging(USUAL, MOST))
async def allowed(
    request: Request[Any, Any, Any], db: Db, page: Turned
) -> Response[list[AdminDomainAllow]]:
    """Servers that may be spoken with where only listed ones are."""
    found = await db.read(lambda tx: allows.listed(tx, page))
    return rows_page(request, db.site, found, entities.domain_allow)


@get(_ALLOW, guards=_READ_ALLOWS)
async def allow(db: Db, allow_id: FromPath[str]) -> AdminDomainAllow:
    """One of them."""
    wanted = id_of(allow_id)
    return entities.domain_allow(await db.read(lambda tx: allows.get(tx, wanted)))


@post(_ALLOWS, status_code=200, guards=_WRITE_ALLOWS)
async def add_allow(db: Db, data: JSONBody[Naming | None] = None) -> AdminDomainAllow:
    """Allow a server; a second time gives the first."""
    domain = (data or Naming()).domain
    return entities.domain_allow(await db.write(lambda tx: allows.add(tx, domain)))


@delete(_ALLOW, status_code=200, guards=_WRITE_ALLOWS)
async def drop_allow(db: Db, allow_id: FromPath[str]) -> AdminDomainAllow:
    """No longer allowed; shows it as it was."""
    wanted = id_of(allow_id)

    def work(tx: Tx) -> allows.Allow:
        found = allows.get(tx, wanted)
        allows.remove(tx, found)
        return found

    return entities.domain_allow(await db.write(work))


@get("/api/v1/instance/domain_blocks")
async def told(db: Db) -> list[DomainBlock]:
    """Servers that are limited or kept out, and why, for everyone to read."""
    return [
        DomainBlock(rule.public_name, rule.digest, rule.severity, rule.public_comment or "")
        for rule in await db.read(domains.told)
    ]


ROUTES = [
    blocks,
    block,
    add_block,
    change_block,
    drop_block,
    allowed,
    allow,
    add_allow,
    drop_allow,
    told,
]
