"""Accounts: who they are, and who follows them.

https://docs.joinmastodon.org/methods/accounts/
"""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath, FromQuery, QueryParameter
from msgspec import Struct, structs

from weft.api.auth import scope, scope_if_any
from weft.api.given import Db, Me, Viewer
from weft.api.links import Turned, paging
from weft.api.mastodon import entities_accounts as entities
from weft.api.mastodon.answers import rows_page
from weft.api.mastodon.entities_accounts import Account, CredentialAccount, Relationship
from weft.api.mastodon.fragments import account_fragments
from weft.kernel.errors import NotFound
from weft.kernel.ids import parse_id
from weft.people import accounts, blocks, credentials, lists, model, moves, remote_details
from weft.people.lists import Entry
from weft.store.database import Database, Tx
from weft.store.page import Page

IDS_MAX = 300
"""Accounts asked for at once: web clients ask for a whole timeline's relationships."""
LIST_USUAL = 40
"""https://docs.joinmastodon.org/methods/accounts/#followers"""

KEY: Callable[[Entry], int] = attrgetter("key")
"""What lists of accounts are paged by."""

Ids = Annotated[list[str] | None, QueryParameter(name="id")]


class FamiliarFollowers(Struct, frozen=True):
    """https://docs.joinmastodon.org/entities/FamiliarFollowers/"""

    id: str
    accounts: list[Account]


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
        return entities.account(tx.site, _counted(tx, found))

    return await db.read(find)


def _counted(tx: Tx, one: model.Account) -> model.Account:
    """With what its own server counts, where that is more."""
    return remote_details.with_counts(tx, [one])[one.id]


@get("/api/v1/accounts/relationships", guards=[scope("read:follows")])
async def relationships(
    db: Db, me: Me, ids: Ids = None, with_suspended: FromQuery[bool | None] = None
) -> list[Relationship]:
    """How the member stands to each of these accounts; unknown ones are left out, and suspended
    ones unless asked for.
    """
    wanted = to_ids(ids)

    def find(tx: Tx) -> list[Relationship]:
        known = accounts.by_ids(tx, wanted)
        there = [
            one
            for one in wanted
            if one in known and (with_suspended or known[one].suspended_at is None)
        ]
        return [entities.relationship(one) for one in blocks.relationships(tx, me.id, there)]

    return await db.read(find)


@get("/api/v1/accounts/familiar_followers", guards=[scope("read:follows")])
async def familiar_followers(
    request: Request[Any, Any, Any], db: Db, me: Me, ids: Ids = None
) -> list[FamiliarFollowers]:
    """Whom the member follows among the followers of each of these accounts."""
    if ids is None and (body := await request.body()):
        # Mastodon.py sends the ids as JSON, although it is a GET.
        wanted = to_ids(msgspec.json.decode(body, type=_IdsInBody).id)
    else:
        wanted = to_ids(ids)

    def find(tx: Tx) -> list[FamiliarFollowers]:
        known = accounts.by_ids(tx, wanted)
        open_ = [one for one in wanted if one in known and not known[one].hides_network]
        found = lists.familiar(tx, me.id, open_)
        shown = account_fragments(tx, [who.id for some in found.values() for who in some])
        return [
            FamiliarFollowers(
                str(one),
                [
                    shown[who.id]
                    for who in found.get(one, [])
                    if not who.hides_network and who.id in shown
                ],
            )
            for one in dict.fromkeys(wanted)
            if one in known
        ]

    return await db.read(find)


@get("/api/v1/accounts", guards=[scope_if_any("read:accounts")])
async def several(db: Db, ids: Ids = None) -> list[Account]:
    """Several accounts by their ids; unknown ones are left out."""
    wanted = to_ids(ids)

    def find(tx: Tx) -> list[Account]:
        found = remote_details.with_counts(tx, accounts.by_ids(tx, wanted).values())
        return [
            entities.account(tx.site, found[one])
            for one in dict.fromkeys(wanted)
            if one in found and found[one].suspended_at is None
        ]

    return await db.read(find)


@get("/api/v1/accounts/{account_id:str}", guards=[scope_if_any("read:accounts")])
async def show(db: Db, account_id: FromPath[str]) -> Account:
    """One account; of a suspended one, that it was there."""
    wanted = to_id(account_id)

    def find(tx: Tx) -> Account:
        found = accounts.get(tx, wanted)
        if found.suspended_at is not None:
            held = credentials.by_account(tx, found.id)
            if held is not None and not held.approved:
                raise NotFound  # nobody yet
            return entities.suspended_account(tx.site, found)
        moved = accounts.by_uri(tx, found.moved_to) if found.moved_to else None
        return entities.account(tx.site, _counted(tx, found), moves.shown(found, moved))

    return await db.read(find)


@get(
    "/api/v1/accounts/{account_id:str}/followers",
    guards=[scope_if_any("read:accounts")],
    dependencies=paging(LIST_USUAL),
)
async def followers(
    request: Request[Any, Any, Any],
    db: Db,
    viewer: Viewer,
    account_id: FromPath[str],
    page: Turned,
) -> Response[list[Account]]:
    """Who follows this account, as far as this server knows."""
    found = await db.read(
        lambda tx: _of(tx, viewer, to_id(account_id), lists.followers, page, network=True)
    )
    return listed(request, db, found)


@get(
    "/api/v1/accounts/{account_id:str}/following",
    guards=[scope_if_any("read:accounts")],
    dependencies=paging(LIST_USUAL),
)
async def following(
    request: Request[Any, Any, Any],
    db: Db,
    viewer: Viewer,
    account_id: FromPath[str],
    page: Turned,
) -> Response[list[Account]]:
    """Whom this account follows, as far as this server knows."""
    found = await db.read(
        lambda tx: _of(tx, viewer, to_id(account_id), lists.following, page, network=True)
    )
    return listed(request, db, found)


@get(
    "/api/v1/accounts/{account_id:str}/endorsements",
    guards=[scope_if_any("read:accounts")],
    dependencies=paging(LIST_USUAL),
)
async def endorsements(
    request: Request[Any, Any, Any],
    db: Db,
    viewer: Viewer,
    account_id: FromPath[str],
    page: Turned,
) -> Response[list[Account]]:
    """Whom this account features on its profile."""
    found = await db.read(
        lambda tx: _of(tx, viewer, to_id(account_id), lists.endorsed, page, network=False)
    )
    return listed(request, db, found)


@get("/api/v1/accounts/{account_id:str}/identity_proofs", guards=[scope("read:accounts")])
async def identity_proofs(db: Db, me: Me, account_id: FromPath[str]) -> list[dict[str, Any]]:
    """None any more, anywhere, since Mastodon 3.5; who asks is told so for accounts that exist."""
    del me
    await db.read(lambda tx: visible(tx, to_id(account_id)))
    return []


def _of(
    tx: Tx,
    viewer: model.Account | None,
    account_id: int,
    find: Callable[[Tx, int, Page], list[Entry]],
    page: Page,
    *,
    network: bool,
) -> list[Entry]:
    """A list of an account; empty for a suspended one. ``network``: one that its owner may hide
    from others.
    """
    owner = accounts.get(tx, account_id)
    own = viewer is not None and viewer.id == owner.id
    if owner.suspended_at is not None or (network and owner.hides_network and not own):
        return []
    return _seen(tx, viewer, find(tx, owner.id, page))


def _seen(tx: Tx, viewer: model.Account | None, found: list[Entry]) -> list[Entry]:
    """Without those between whom and the viewer stands a block, of them or of their server."""
    shown = remote_details.with_counts(tx, (entry.account for entry in found))
    found = [structs.replace(entry, account=shown[entry.account.id]) for entry in found]
    if viewer is None or not found:
        return found
    ids = [entry.account.id for entry in found]
    apart = {one.id for one in blocks.relationships(tx, viewer.id, ids) if one.apart}
    return [entry for entry in found if entry.account.id not in apart]


def listed(
    request: Request[Any, Any, Any], db: Database, found: list[Entry]
) -> Response[list[Account]]:
    """A page of accounts with its ``Link`` header."""
    return rows_page(
        request, db.site, found, lambda one: entities.account(db.site, one.account), KEY
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
    endorsements,
    identity_proofs,
]
