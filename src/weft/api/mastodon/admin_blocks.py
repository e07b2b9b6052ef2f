"""Admins and those who may not sign up: e-mail providers, mailboxes, networks.

https://docs.joinmastodon.org/methods/admin/email_domain_blocks/, canonical_email_blocks/,
ip_blocks/
"""

from collections.abc import Sequence
from typing import Any

from litestar import Request, Response, delete, get, post, route
from litestar.enums import HttpMethod
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from weft.api.auth import admin, scope
from weft.api.given import Db
from weft.api.links import Turned, paging
from weft.api.mastodon import entities_admin as entities
from weft.api.mastodon.answers import encode, id_of, json_page, rows_page
from weft.api.mastodon.entities_admin import (
    AdminCanonicalEmailBlock,
    AdminEmailDomainBlock,
    AdminIpBlock,
)
from weft.kernel.errors import Invalid
from weft.moderation import email_blocks, ip_blocks
from weft.moderation.email_blocks import EmailDomain
from weft.store.database import Tx

USUAL, MOST = 100, 200
_DOMAINS = "/api/v1/admin/email_domain_blocks"
_DOMAIN = f"{_DOMAINS}/{{block_id:str}}"
_READ_DOMAINS = [scope("admin:read:email_domain_blocks"), admin]
_WRITE_DOMAINS = [scope("admin:write:email_domain_blocks"), admin]
_BOXES = "/api/v1/admin/canonical_email_blocks"
_BOX = f"{_BOXES}/{{block_id:str}}"
_READ_BOXES = [scope("admin:read:canonical_email_blocks"), admin]
_WRITE_BOXES = [scope("admin:write:canonical_email_blocks"), admin]
_IPS = "/api/v1/admin/ip_blocks"
_IP = f"{_IPS}/{{block_id:str}}"
_READ_IPS = [scope("admin:read:ip_blocks"), admin]
_WRITE_IPS = [scope("admin:write:ip_blocks"), admin]


class Provider(Struct, frozen=True):
    domain: str = ""
    allow_with_approval: bool = False


class Address(Struct, frozen=True):
    email: str = ""
    canonical_email_hash: str = ""


class Network(Struct, frozen=True):
    """``expires_in``: seconds. What is left out stays as it is."""

    ip: str | None = None
    severity: str | None = None
    comment: str | None = None
    expires_in: int | None = None


# -- providers --------------------------------------------------------------------------------


def _providers(tx: Tx, found: Sequence[EmailDomain]) -> list[AdminEmailDomainBlock]:
    tried = email_blocks.joined(tx, found, entities.HISTORY_DAYS)
    return [entities.email_domain_block(one, tried[one.id], tx.now) for one in found]


@get(_DOMAINS, guards=_READ_DOMAINS, dependencies=paging(USUAL, MOST))
async def providers(
    request: Request[Any, Any, Any], db: Db, page: Turned
) -> Response[list[AdminEmailDomainBlock]]:
    """E-mail providers whose addresses may not sign up."""

    def read(tx: Tx) -> tuple[bytes, list[int]]:
        found = email_blocks.listed(tx, page)
        return encode(_providers(tx, found)), [one.id for one in found]

    return await json_page(request, db, read)


@get(_DOMAIN, guards=_READ_DOMAINS)
async def provider(db: Db, block_id: FromPath[str]) -> AdminEmailDomainBlock:
    """One of them."""
    wanted = id_of(block_id)
    return await db.read(lambda tx: _providers(tx, [email_blocks.get(tx, wanted)])[0])


@post(_DOMAINS, status_code=200, guards=_WRITE_DOMAINS)
async def add_provider(db: Db, data: JSONBody[Provider | None] = None) -> AdminEmailDomainBlock:
    """Block a provider; with ``allow_with_approval`` an admin decides about each."""
    asked = data or Provider()

    def work(tx: Tx) -> AdminEmailDomainBlock:
        made = email_blocks.add(tx, asked.domain, allow_with_approval=asked.allow_with_approval)
        return _providers(tx, [made])[0]

    return await db.write(work)


@delete(_DOMAIN, status_code=200, guards=_WRITE_DOMAINS)
async def drop_provider(db: Db, block_id: FromPath[str]) -> dict[str, Any]:
    """No longer blocked."""
    wanted = id_of(block_id)
    await db.write(lambda tx: email_blocks.remove(tx, email_blocks.get(tx, wanted)))
    return {}


# -- mailboxes --------------------------------------------------------------------------------


@get(_BOXES, guards=_READ_BOXES, dependencies=paging(USUAL, MOST))
async def mailboxes(
    request: Request[Any, Any, Any], db: Db, page: Turned
) -> Response[list[AdminCanonicalEmailBlock]]:
    """Single addresses that may not sign up, by their hash."""
    found = await db.read(lambda tx: email_blocks.mailboxes(tx, page))
    return rows_page(request, db.site, found, entities.canonical_email_block)


@get(_BOX, guards=_READ_BOXES)
async def mailbox(db: Db, block_id: FromPath[str]) -> AdminCanonicalEmailBlock:
    """One of them."""
    wanted = id_of(block_id)
    found = await db.read(lambda tx: email_blocks.get_mailbox(tx, wanted))
    return entities.canonical_email_block(found)


@post(f"{_BOXES}/test", status_code=200, guards=_READ_BOXES)
async def matching_mailboxes(
    db: Db, data: JSONBody[Address | None] = None
) -> list[AdminCanonicalEmailBlock]:
    """The blocks that an address falls under."""
    email = (data or Address()).email.strip()
    if not email:
        raise Invalid("Validation failed: Email can't be blank")
    found = await db.read(lambda tx: email_blocks.find_mailbox(tx, email))
    return [entities.canonical_email_block(found)] if found is not None else []


@post(_BOXES, status_code=200, guards=_WRITE_BOXES)
async def add_mailbox(db: Db, data: JSONBody[Address | None] = None) -> AdminCanonicalEmailBlock:
    """Block an address; its hash alone is kept."""
    asked = data or Address()
    made = await db.write(
        lambda tx: email_blocks.block_mailbox(
            tx, email=asked.email.strip(), digest=asked.canonical_email_hash
        )
    )
    return entities.canonical_email_block(made)


@delete(_BOX, status_code=200, guards=_WRITE_BOXES)
async def drop_mailbox(db: Db, block_id: FromPath[str]) -> dict[str, Any]:
    """No longer blocked."""
    wanted = id_of(block_id)
    await db.write(
        lambda tx: email_blocks.unblock_mailbox(tx, email_blocks.get_mailbox(tx, wanted))
    )
    return {}


# -- networks ---------------------------------------------------------------------------------


@get(_IPS, guards=_READ_IPS, dependencies=paging(USUAL, MOST))
async def networks(
    request: Request[Any, Any, Any], db: Db, page: Turned
) -> Response[list[AdminIpBlock]]:
    """Networks that may not sign up, or not come in at all."""
    found = await db.read(lambda tx: ip_blocks.listed(tx, page))
    return rows_page(request, db.site, found, entities.ip_block)


@get(_IP, guards=_READ_IPS)
async def network(db: Db, block_id: FromPath[str]) -> AdminIpBlock:
    """One of them."""
    wanted = id_of(block_id)
    return entities.ip_block(await db.read(lambda tx: ip_blocks.get(tx, wanted)))


@post(_IPS, status_code=200, guards=_WRITE_IPS)
async def add_network(db: Db, data: JSONBody[Network | None] = None) -> AdminIpBlock:
    """Block a network."""
    asked = data or Network()
    made = await db.write(
        lambda tx: ip_blocks.add(
            tx,
            asked.ip if asked.ip is not None else "0.0.0.0/32",
            asked.severity or "",
            comment=asked.comment or "",
            expires_in=asked.expires_in,
        )
    )
    return entities.ip_block(made)


@route(_IP, http_method=[HttpMethod.PUT, HttpMethod.PATCH], status_code=200, guards=_WRITE_IPS)
async def change_network(
    db: Db, block_id: FromPath[str], data: JSONBody[Network | None] = None
) -> AdminIpBlock:
    """Change a block."""
    wanted, asked = id_of(block_id), data or Network()

    def work(tx: Tx) -> ip_blocks.IpBlock:
        return ip_blocks.change(
            tx,
            ip_blocks.get(tx, wanted),
            network=asked.ip,
            severity=asked.severity,
            comment=asked.comment,
            expires_in=asked.expires_in,
        )

    return entities.ip_block(await db.write(work))


@delete(_IP, status_code=200, guards=_WRITE_IPS)
async def drop_network(db: Db, block_id: FromPath[str]) -> dict[str, Any]:
    """No longer blocked."""
    wanted = id_of(block_id)
    await db.write(lambda tx: ip_blocks.remove(tx, ip_blocks.get(tx, wanted)))
    return {}


ROUTES = [
    providers,
    provider,
    add_provider,
    drop_provider,
    mailboxes,
    mailbox,
    matching_mailboxes,
    add_mailbox,
    drop_mailbox,
    networks,
    network,
    add_network,
    change_network,
    drop_network,
]
