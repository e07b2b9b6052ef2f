"""Accounts shown under a name: https://docs.joinmastodon.org/methods/collections/"""

import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from litestar import Request, Response, delete, get, post, route
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Struct

from weft.api.auth import scope, scope_if_any
from weft.api.given import Db, Me, Viewer
from weft.api.mastodon.accounts import to_id, visible
from weft.api.mastodon.entities_accounts import Account
from weft.api.mastodon.fragments import account_fragments
from weft.kernel.clock import iso
from weft.kernel.errors import Forbidden, Invalid
from weft.kernel.ids import parse_id
from weft.kernel.site import Site
from weft.people import accounts, collections, model
from weft.people.collections import Changes
from weft.reading.tags import name_of
from weft.store.database import Tx
from weft.threads import features
from weft.threads.sanitize import clean_name, clean_text
from weft.threads.tokens import fold_tag

USUAL = 40
MOST = 80
OFFSET_MAX = 10_000
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_PATH = "/api/v1/collections"


class ShallowTag(Struct, frozen=True):
    name: str
    url: str


class CollectionItem(Struct, frozen=True):
    """https://docs.joinmastodon.org/entities/CollectionItem/"""

    id: str
    account_id: str | None
    state: str
    created_at: str


class Collection(Struct, frozen=True):
    """https://docs.joinmastodon.org/entities/Collection/. ``url`` is null: there is no page of it
    yet.
    """

    id: str
    account_id: str
    uri: str
    url: str | None
    name: str
    description: str
    language: str | None
    local: bool
    sensitive: bool
    discoverable: bool
    tag: ShallowTag | None
    item_count: int
    items: list[CollectionItem]
    created_at: str
    updated_at: str


class WrappedCollection(Struct, frozen=True):
    collection: Collection


class Collections(Struct, frozen=True):
    collections: list[Collection]


class WrappedCollectionItem(Struct, frozen=True):
    collection_item: CollectionItem


class CollectionWithAccounts(Struct, frozen=True):
    """The owner first, then who is in it."""

    accounts: list[Account]
    collection: Collection


class Given(Struct, frozen=True):
    name: str | None = None
    description: str | None = None
    language: str | None = None
    tag_name: str | None = None
    sensitive: bool | None = None
    discoverable: bool | None = None
    account_ids: list[str | int] = []


class Added(Struct, frozen=True):
    account_id: str | int | None = None


def shown(tx: Tx, viewer_id: int | None, ids: Iterable[int]) -> dict[int, Collection]:
    """Collections by id, those of them that the viewer may see."""
    found = collections.shown(tx, viewer_id, ids)
    return {id_: _collection(tx.site, one) for id_, one in found.items()}


def _collection(site: Site, one: collections.Collection) -> Collection:
    return Collection(
        id=str(one.id),
        account_id=str(one.account_id),
        uri=one.uri or f"{site.actor_uri(one.account_id)}/collections/{one.id}",
        url=None,
        name=one.name,
        description=one.description,
        language=one.language,
        local=one.uri is None,
        sensitive=one.sensitive,
        discoverable=one.discoverable,
        tag=ShallowTag(one.tag, site.tag_url(fold_tag(one.tag))) if one.tag else None,
        item_count=len(one.items),
        items=[_item(item) for item in one.items],
        created_at=iso(one.created_at),
        updated_at=iso(one.updated_at),
    )


def _item(one: collections.Item) -> CollectionItem:
    return CollectionItem(str(one.id), str(one.account_id), one.state, iso(one.created_at))


def _changes(given: Given) -> Changes:
    """Errors: Refused, for what is no tag or no language."""
    tag = given.tag_name
    if tag is not None and tag.strip():
        tag = name_of(tag)
        if tag is None:
            raise collections.Refused("tag", "ERR_INVALID", "is invalid")
    if given.language and not _LANGUAGE.fullmatch(given.language):
        raise collections.Refused("language", "ERR_INCLUSION", "is not included in the list")
    most = collections.DESCRIPTION_CHARS * 2  # one too long is refused, not cut
    return Changes(
        name=clean_name(given.name, most) if given.name is not None else None,
        description=clean_text(given.description, most) if given.description is not None else None,
        language=given.language,
        sensitive=given.sensitive,
        discoverable=given.discoverable,
        tag=tag.strip() if tag is not None else None,
    )


@post(_PATH, status_code=200, guards=[scope("write:collections")])
async def create(db: Db, me: Me, data: JSONBody[Given]) -> WrappedCollection:
    """A new collection, with the accounts named at once or without any."""
    changes = _changes(data)
    if len(data.account_ids) > collections.ITEMS_MAX:
        raise Invalid(
            f"Validation failed: A collection holds at most {collections.ITEMS_MAX} accounts"
        )
    ids = [parse_id(str(one)) or 0 for one in data.account_ids]

    def work(tx: Tx) -> WrappedCollection:
        known = accounts.by_ids(tx, ids)
        if len(known) < len(set(ids)):
            raise Invalid("Validation failed: This account cannot be added to a collection")
        made = collections.create(tx, me, changes, [known[one] for one in ids])
        return WrappedCollection(_collection(tx.site, made))

    return await db.write(work)


@get(f"{_PATH}/{{collection_id:str}}", guards=[scope_if_any("read:collections")])
async def show(db: Db, viewer: Viewer, collection_id: FromPath[str]) -> CollectionWithAccounts:
    """One, with whom it shows."""
    which = to_id(collection_id)

    def find(tx: Tx) -> CollectionWithAccounts:
        found = collections.get(tx, _id(viewer), which)
        ids = [found.account_id, *(item.account_id for item in found.items)]
        faces = account_fragments(tx, ids)
        listed = [faces[one] for one in dict.fromkeys(ids) if one in faces]
        return CollectionWithAccounts(listed, _collection(tx.site, found))

    return await db.read(find)


@route(
    f"{_PATH}/{{collection_id:str}}",
    http_method=["PATCH", "PUT"],
    status_code=200,
    guards=[scope("write:collections")],
)
async def update(
    db: Db, me: Me, collection_id: FromPath[str], data: JSONBody[Given | None] = None
) -> WrappedCollection:
    """Change what is said of it; who is in it stays."""
    which, changes = to_id(collection_id), _changes(data or Given())
    return await db.write(
        lambda tx: WrappedCollection(
            _collection(tx.site, collections.update(tx, me, which, changes))
        )
    )


@delete(f"{_PATH}/{{collection_id:str}}", status_code=200, guards=[scope("write:collections")])
async def drop(db: Db, me: Me, collection_id: FromPath[str]) -> dict[str, Any]:
    which = to_id(collection_id)
    await db.write(lambda tx: collections.drop(tx, me, which))
    return {}


@post(f"{_PATH}/{{collection_id:str}}/items", status_code=200, guards=[scope("write:collections")])
async def add(
    db: Db, me: Me, collection_id: FromPath[str], data: JSONBody[Added | None] = None
) -> WrappedCollectionItem:
    """Show one more account."""
    which, named = to_id(collection_id), (data or Added()).account_id
    if named is None:
        raise Invalid("`account_id` parameter is missing")

    def work(tx: Tx) -> WrappedCollectionItem:
        account = accounts.by_id(tx, parse_id(str(named)) or 0)
        if account is None:
            raise Invalid("Validation failed: This account cannot be added to a collection")
        return WrappedCollectionItem(_item(collections.add(tx, me, which, account)))

    return await db.write(work)


@delete(
    f"{_PATH}/{{collection_id:str}}/items/{{item_id:str}}",
    status_code=200,
    guards=[scope("write:collections")],
)
async def remove(
    db: Db, me: Me, collection_id: FromPath[str], item_id: FromPath[str]
) -> dict[str, Any]:
    """Show an account no longer."""
    which, item = to_id(collection_id), to_id(item_id)
    await db.write(lambda tx: collections.remove(tx, me, which, item))
    return {}


@post(
    f"{_PATH}/{{collection_id:str}}/items/{{item_id:str}}/revoke",
    status_code=200,
    guards=[scope("write:collections")],
)
async def revoke(
    db: Db, me: Me, collection_id: FromPath[str], item_id: FromPath[str]
) -> dict[str, Any]:
    """Leave somebody's collection, for good."""
    which, item = to_id(collection_id), to_id(item_id)
    await db.write(lambda tx: features.leave(tx, me, which, item))
    return {}


@get("/api/v1/accounts/{account_id:str}/collections", guards=[scope_if_any("read:collections")])
async def of(
    request: Request[Any, Any, Any],
    db: Db,
    viewer: Viewer,
    account_id: FromPath[str],
    limit: FromQuery[int | None] = None,
    offset: FromQuery[int | None] = None,
) -> Response[Collections]:
    """Those of an account that it shows on its profile; of one's own, all."""
    most, skip = _page(limit, offset)
    found = await db.read(
        lambda tx: _listed(
            tx.site,
            collections.of(
                tx, _id(viewer), visible(tx, to_id(account_id)).id, limit=most, offset=skip
            ),
        )
    )
    return _paged(request, db.site, found, most, skip)


@get("/api/v1/accounts/{account_id:str}/in_collections", guards=[scope("read:collections")])
async def featuring(
    request: Request[Any, Any, Any],
    db: Db,
    me: Me,
    account_id: FromPath[str],
    limit: FromQuery[int | None] = None,
    offset: FromQuery[int | None] = None,
) -> Response[Collections]:
    """In which the member is shown. Of others this is nobody's business: 403."""
    if to_id(account_id) != me.id:
        raise Forbidden
    most, skip = _page(limit, offset)
    found = await db.read(
        lambda tx: _listed(tx.site, collections.featuring(tx, me.id, limit=most, offset=skip))
    )
    return _paged(request, db.site, found, most, skip)


def _listed(site: Site, found: Sequence[collections.Collection]) -> Collections:
    return Collections([_collection(site, one) for one in found])


def _id(viewer: model.Account | None) -> int | None:
    return viewer.id if viewer is not None else None


def _page(limit: int | None, offset: int | None) -> tuple[int, int]:
    return max(1, min(limit or USUAL, MOST)), max(0, min(offset or 0, OFFSET_MAX))


def _paged(
    request: Request[Any, Any, Any], site: Site, found: Collections, most: int, skip: int
) -> Response[Collections]:
    """With a ``Link`` header by offsets, which is how these lists turn their pages."""
    here = f"{site.base}{quote(request.scope['path'])}?limit={most}"
    links: list[str] = []
    if len(found.collections) == most:
        links.append(f'<{here}&offset={skip + most}>; rel="next"')
    if skip:
        links.append(f'<{here}&offset={max(0, skip - most)}>; rel="prev"')
    return Response(found, headers={"Link": ", ".join(links)} if links else {})


ROUTES = [create, show, update, drop, add, remove, revoke, of, featuring]
