"""Accounts: who they are, and who follows them.

https://docs.joinmastodon.org/methods/accounts/
"""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath, FromQuery, QueryParameter
from msgspec import Struct

from weft.api.auth import scope, scope_if_any
from weft.api.given import Db, Me, Viewer
from weft.api.links import link_header, page_of
from weft.api.mastodon import entities_accounts as entities
from weft.api.mastodon.entities_accounts import Account, CredentialAccount, Relationship
from weft.kernel.errors import NotFound
from weft.kernel.ids import parse_id
from weft.people import accounts, blocks, credentials, lists, model
from weft.people.lists import Entry
from weft.store.database import Database, Tx

IDS_MAX = 300
"""Accounts asked for at once: web clients ask for a whole timeline's relationships."""
LIST_USUAL = 40
"""https://docs.joinmastodon.org/methods/accounts/#followers"""

Ids = Annotated[list[str] | None, QueryParameter(name="id")]


class _IdsInBody(Struct):
    id: list[str | int] = []


def to_id(text: str) -> int:
    """The number in an id from a client. Errors: NotFound for what can be no id."""
    value = parse_id(text)
    if value is None:
        raise NotFound
    return value


def to_ids(texts: Sequence[str | int] | None) -> list[int]:
    found = (parse_id(str(text)) for text in (texts or [])[:IDS_MAX])
    return [one for one in found if one is not None]


def visible(tx: Tx, account_id: int) -> model.Account:
    """Errors: NotFound, also for suspended accounts."""
    found = accounts.get(tx, account_id)
    if found.suspended_at is not None:
        raise NotFound
    return found


@get("/api/v1/accounts/verify_credentials", guards=[scope("profile", "read:accounts")])
async def verify_credentials(db: Db, me: Me) -> CredentialAccount:
    """One's own account, with what only its owner sees."""
    return await db.read(lambda tx: own_account(tx, me))


def own_account(tx: Tx, me: model.Account) -> CredentialAccount:
    held = credentials.by_account(tx, me.id)
    requests = lists.follow_request_count(tx, me.id)
    return entities.credential_account(tx.site, me, held, requests)


@get("/api/v1/accounts/lookup", guards=[scope_if_any("read:accounts")])
async def lookup(db: Db, acct: FromQuery[str]) -> Account:
    """By handle, among the accounts that are known here."""
    username, _, domain = acct.strip().removeprefix("@").partition("@")

    def find(tx: Tx) -> Account:
        found = accounts.by_handle(tx, username, domain)
        if found is None or found.suspended_at is not None:
            raise NotFound
        return entities.account(tx.site, found)

    return await db.read(find)


@get("/api/v1/accounts/relationships", guards=[scope("read:follows")])
async def relationships(db: Db, me: Me, ids: Ids = None) -> list[Relationship]:
    """How the member stands to each of these accounts; unknown ones are left out."""
    wanted = to_ids(ids)

    def find(tx: Tx) -> list[Relationship]:
        known = accounts.by_ids(tx, wanted)
        there = [one for one in wanted if one in known]
        return [entities.relationship(one) for one in blocks.relationships(tx, me.id, there)]

    return await db.read(find)


@get("/api/v1/accounts/familiar_followers", guards=[scope("read:follows")])
async def familiar_followers(
    request: Request[Any, Any, Any], db: Db, me: Me, ids: Ids = None
) -> list[dict[str, Any]]:
    """Whom the member follows among the followers of each of these accounts."""
    if ids is None and (body := await request.body()):
        # Mastodon.py sends the ids as JSON, although it is a GET.
        wanted = to_ids(msgspec.json.decode(body, type=_IdsInBody).id)
    else:
        wanted = to_ids(ids)

    def find(tx: Tx) -> list[dict[str, Any]]:
        found = lists.familiar(tx, me.id, wanted)
        return [
            {"id": str(one), "accounts": [entities.account(tx.site, who) for who in found[one]]}
            for one in wanted
            if one in found
        ]

    return await db.read(find)


@get("/api/v1/accounts", guards=[scope_if_any("read:accounts")])
async def several(db: Db, ids: Ids = None) -> list[Account]:
    """Several accounts by their ids; unknown ones are left out."""
    wanted = to_ids(ids)

    def find(tx: Tx) -> list[Account]:
        found = accounts.by_ids(tx, wanted)
        return [
            entities.account(tx.site, found[one])
            for one in dict.fromkeys(wanted)
            if one in found and found[one].suspended_at is None
        ]

    return await db.read(find)


@get("/api/v1/accounts/{account_id:str}", guards=[scope_if_any("read:accounts")])
async def show(db: Db, account_id: FromPath[str]) -> Account:
    """One account."""
    wanted = to_id(account_id)
    return await db.read(lambda tx: entities.account(tx.site, visible(tx, wanted)))


@get("/api/v1/accounts/{account_id:str}/followers", guards=[scope_if_any("read:accounts")])
async def followers(
    request: Request[Any, Any, Any],
    db: Db,
    viewer: Viewer,
    account_id: FromPath[str],
    max_id: FromQuery[str | None] = None,
    since_id: FromQuery[str | None] = None,
    min_id: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> Response[list[Account]]:
    """Who follows this account, as far as this server knows."""
    page = page_of(max_id, since_id, min_id, limit, LIST_USUAL)
    found = await db.read(
        lambda tx: _seen(tx, viewer, lists.followers(tx, visible(tx, to_id(account_id)).id, page))
    )
    return listed(request, db, found)


@get("/api/v1/accounts/{account_id:str}/following", guards=[scope_if_any("read:accounts")])
async def following(
    request: Request[Any, Any, Any],
    db: Db,
    viewer: Viewer,
    account_id: FromPath[str],
    max_id: FromQuery[str | None] = None,
    since_id: FromQuery[str | None] = None,
    min_id: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> Response[list[Account]]:
    """Whom this account follows, as far as this server knows."""
    page = page_of(max_id, since_id, min_id, limit, LIST_USUAL)
    found = await db.read(
        lambda tx: _seen(tx, viewer, lists.following(tx, visible(tx, to_id(account_id)).id, page))
    )
    return listed(request, db, found)


def _seen(tx: Tx, viewer: model.Account | None, found: list[Entry]) -> list[Entry]:
    """Without those between whom and the viewer stands a block."""
    if viewer is None or not found:
        return found
    ids = [entry.account.id for entry in found]
    apart = {
        one.id for one in blocks.relationships(tx, viewer.id, ids) if one.blocking or one.blocked_by
    }
    return [entry for entry in found if entry.account.id not in apart]


def listed(
    request: Request[Any, Any, Any], db: Database, found: list[Entry]
) -> Response[list[Account]]:
    """A page of accounts with its ``Link`` header."""
    ends = (found[0].key, found[-1].key) if found else (None, None)
    return Response(
        [entities.account(db.site, entry.account) for entry in found],
        headers=link_header(request, db.site, *ends),
    )


ROUTES = [
    verify_credentials,
    lookup,
    relationships,
    familiar_followers,
    several,
    show,
    followers,
    following,
]
