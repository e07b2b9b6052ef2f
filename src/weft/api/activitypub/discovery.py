"""How others find members and learn what runs here: WebFinger, NodeInfo, host-meta.

Sources: RFC 7033, RFC 6415, https://nodeinfo.diaspora.software, FEP-d556 (the server's own actor)
"""

import re
from html import escape
from typing import Any
from urllib.parse import urlsplit

import msgspec
from litestar import Request, Response, get
from litestar.exceptions import ValidationException
from litestar.params import FromQuery

from weft import __version__
from weft.api.given import Db, Set
from weft.federation import collections, plain
from weft.federation.vocabulary import ACTIVITY_JSON, Json
from weft.kernel.errors import NotFound
from weft.kernel.ids import parse_id
from weft.kernel.site import Site
from weft.people import accounts
from weft.people.model import Account
from weft.store.database import Tx

SCHEMA = "http://nodeinfo.diaspora.software/ns/schema/"
VERSIONS = ("2.0", "2.1")
COUNTED_FOR_S = 600
"""Counting members reads every account; crawlers need no fresher numbers."""
_OPEN = {"Access-Control-Allow-Origin": "*"}
"""Web clients of other servers look here too (RFC 7033, section 5)."""
_PROFILE = re.compile(r"/@([^/@]+)/?")
_ACTOR = re.compile(r"/ap/users/([0-9]+)/?")


@get("/.well-known/webfinger")
async def webfinger(db: Db, resource: FromQuery[str | None] = None) -> Response[bytes]:
    """``acct:name@domain``, a profile's or an actor's address, or the server's own."""
    if not resource:
        raise ValidationException("resource is missing")
    account = await db.read(lambda tx: _find(tx, resource))
    if account is None or account.suspended_at is not None:
        raise NotFound
    return _json(_jrd(db.site, account), "application/jrd+json", _OPEN)


def _find(tx: Tx, resource: str) -> Account | None:
    site = tx.site
    name, at, host = resource.removeprefix("acct:").removeprefix("@").rpartition("@")
    if at and "/" not in resource:
        ours = host.lower() in (site.domain, plain.host(site.base))
        return accounts.by_handle(tx, name) if ours else None
    if plain.host(resource) != plain.host(site.base):
        return None
    path = urlsplit(resource).path
    if path in ("", "/"):
        return accounts.by_handle(tx, site.domain)
    if (match := _PROFILE.fullmatch(path)) is not None:
        return accounts.by_handle(tx, match[1])
    if (match := _ACTOR.fullmatch(path)) is not None:
        account = accounts.by_id(tx, parse_id(match[1]) or 0)
        return account if account is not None and account.local else None
    return None


def _jrd(site: Site, account: Account) -> Json:
    return {
        "subject": f"acct:{account.username}@{site.domain}",
        "aliases": [account.url, account.uri],
        "links": [
            {
                "rel": "http://webfinger.net/rel/profile-page",
                "type": "text/html",
                "href": account.url,
            },
            {"rel": "self", "type": ACTIVITY_JSON, "href": account.uri},
            {
                "rel": "http://ostatus.org/schema/1.0/subscribe",
                "template": f"{site.base}/search?q={{uri}}",
            },
        ],
    }


@get("/.well-known/nodeinfo")
async def nodeinfo_index(db: Db) -> Response[bytes]:
    links = [
        {"rel": f"{SCHEMA}{version}", "href": f"{db.site.base}/nodeinfo/{version}"}
        for version in VERSIONS
    ]
    return _json({"links": links}, "application/json", _OPEN)


def _by_path(request: Request[Any, Any, Any]) -> str:
    """Without the query: or strangers could fill the memory with one answer under many names."""
    return request.url.path


@get("/nodeinfo/2.0", cache=COUNTED_FOR_S, cache_key_builder=_by_path)
async def nodeinfo_2_0(db: Db, settings: Set) -> Response[bytes]:
    return await _nodeinfo(db, settings, "2.0")


@get("/nodeinfo/2.1", cache=COUNTED_FOR_S, cache_key_builder=_by_path)
async def nodeinfo_2_1(db: Db, settings: Set) -> Response[bytes]:
    return await _nodeinfo(db, settings, "2.1")


async def _nodeinfo(db: Db, settings: Set, version: str) -> Response[bytes]:
    usage = await db.read(collections.usage)
    body: Json = {
        "version": version,
        "software": {"name": "weft", "version": __version__},
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": []},
        "openRegistrations": settings.registrations != "closed",
        "usage": {
            "users": {
                "total": usage.people,
                "activeMonth": usage.active_month,
                "activeHalfyear": usage.active_half_year,
            },
            "localPosts": usage.posts,
        },
        "metadata": {
            "nodeName": settings.title,
            "nodeDescription": settings.description,
            "ais": usage.ais,
        },
    }
    return _json(body, f'application/json; profile="{SCHEMA}{version}#"', _OPEN)


@get("/.well-known/host-meta")
async def host_meta(db: Db) -> Response[bytes]:
    """Where WebFinger is, for older peers (RFC 6415)."""
    template = escape(_template(db.site))
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">\n'
        f'  <Link rel="lrdd" template="{template}"/>\n'
        "</XRD>\n"
    )
    return Response(body.encode(), media_type="application/xrd+xml; charset=utf-8", headers=_OPEN)


@get("/.well-known/host-meta.json")
async def host_meta_json(db: Db) -> Response[bytes]:
    links = [{"rel": "lrdd", "type": "application/jrd+json", "template": _template(db.site)}]
    return _json({"links": links}, "application/json", _OPEN)


def _template(site: Site) -> str:
    return f"{site.base}/.well-known/webfinger?resource={{uri}}"


def _json(body: Any, media_type: str, headers: dict[str, str]) -> Response[bytes]:
    return Response(msgspec.json.encode(body), media_type=media_type, headers=headers)


ROUTES = [webfinger, nodeinfo_index, nodeinfo_2_0, nodeinfo_2_1, host_meta, host_meta_json]
