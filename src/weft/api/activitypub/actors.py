"""Actors and their collections."""

from litestar import Response, get
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from weft.api.activitypub.answers import Asked, KeyRing, document, id_in, page_for_people
from weft.api.activitypub.inbox import InboxOfServer, as_it_came
from weft.api.activitypub.reading import is_for_the_key_alone
from weft.api.given import Db
from weft.federation import collections, outbox, render, synchronisation
from weft.federation.vocabulary import Json, addresses
from weft.kernel.errors import NotFound
from weft.kernel.ids import MAX_ID, parse_id
from weft.people import accounts
from weft.people.model import Account
from weft.reading import featured as tags
from weft.store.database import Tx
from weft.threads import pins


def _account(tx: Tx, account_id: int) -> Account:
    """A local account. Errors: NotFound."""
    account = accounts.get(tx, account_id)
    if not account.local:
        raise NotFound
    return account


async def _actor(
    request: Asked, db: Db, keys: KeyRing, account: Account
) -> Response[bytes] | Redirect:
    if (page := page_for_people(request, account.url)) is not None:
        return page
    if account.suspended_at is not None:
        return document(render.gone_actor(account.uri), status=410)
    public = await keys.public(account)
    body = render.actor(db.site, account, public.pem, public.multikey)
    return document(render.stub(body) if is_for_the_key_alone(request) else body)


@get("/ap/users/{account_id:str}")
async def actor(
    request: Asked, db: Db, keys: KeyRing, account_id: FromPath[str]
) -> Response[bytes] | Redirect:
    """An actor document; browsers are sent to the profile."""
    wanted = id_in(account_id)
    account = await db.read(lambda tx: _account(tx, wanted))
    return await _actor(request, db, keys, account)


@get("/ap/named/{username:str}", include_in_schema=False)
async def named_actor(
    request: Asked, db: Db, keys: KeyRing, username: FromPath[str]
) -> Response[bytes] | Redirect:
    """What ``negotiate`` makes of ``/@name`` for those who ask for ActivityPub."""
    account = await db.read(lambda tx: accounts.by_handle(tx, username))
    if account is None:
        raise NotFound
    return await _actor(request, db, keys, account)


@get("/ap/users/{account_id:str}/followers")
async def followers(db: Db, account_id: FromPath[str]) -> Response[bytes]:
    """How many follow; who they are is nobody else's business."""
    wanted = id_in(account_id)
    account = await db.read(lambda tx: _account(tx, wanted))
    return document(render.collection(account.followers_uri, account.followers_count))


@get("/ap/users/{account_id:str}/followers_synchronization")
async def followers_of_one_server(
    request: Asked, db: Db, inbox: InboxOfServer, account_id: FromPath[str]
) -> Response[bytes]:
    """To a server that signs its request: which of its own members follow (FEP-8fcf)."""
    wanted = id_in(account_id)
    asker = await inbox.asking(as_it_came(request))

    def read(tx: Tx) -> Json:
        account = _account(tx, wanted)
        if account.suspended_at is not None:
            raise NotFound
        at = synchronisation.address(account)
        uris = synchronisation.partial(tx, account, asker)
        return render.collection(at, len(uris)) | {"orderedItems": uris}

    answer = document(await db.read(read))
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@get("/ap/users/{account_id:str}/following")
async def following(db: Db, account_id: FromPath[str]) -> Response[bytes]:
    wanted = id_in(account_id)
    account = await db.read(lambda tx: _account(tx, wanted))
    return document(render.collection(f"{account.uri}/following", account.following_count))


@get("/ap/users/{account_id:str}/featured")
async def featured(db: Db, account_id: FromPath[str]) -> Response[bytes]:
    """The pinned posts that everyone may see."""
    wanted = id_in(account_id)

    def read(tx: Tx) -> tuple[Account, list[str]]:
        account = _account(tx, wanted)
        return account, [post.uri for post in pins.pinned(tx, None, account.id)]

    account, uris = await db.read(read)
    return document(render.featured(f"{account.uri}/featured", uris))


@get("/ap/users/{account_id:str}/tags")
async def featured_tags(db: Db, account_id: FromPath[str]) -> Response[bytes]:
    """The hashtags on a profile."""
    wanted = id_in(account_id)

    def read(tx: Tx) -> Json:
        account = _account(tx, wanted)
        names = [one.name for one in tags.of(tx, account.id)]
        at = addresses(account.uri)["featuredTags"]
        items = [render.hashtag(tx.site, name) for name in names]
        return {"id": at, "type": "Collection", "totalItems": len(items), "items": items}

    return document(await db.read(read))


@get("/ap/users/{account_id:str}/outbox")
async def outbox_of(
    db: Db,
    account_id: FromPath[str],
    page: FromQuery[bool] = False,
    max_id: FromQuery[str | None] = None,
) -> Response[bytes]:
    """What anyone may see of an account, as activities, newest first."""
    wanted = id_in(account_id)
    account = await db.read(lambda tx: _account(tx, wanted))
    at = f"{account.uri}/outbox"
    if not page:
        first = f"{at}?page=true"
        return document(render.collection(at, account.posts_count, first=first))
    below = (parse_id(max_id) if max_id else None) or MAX_ID

    def read(tx: Tx) -> tuple[list[Json], int | None]:
        found = collections.outbox(tx, account.id, below)
        return [
            activity
            for post in found
            if (activity := outbox.activity_of(tx, account, post)) is not None
        ], found[-1].id if found else None

    items, last = await db.read(read)
    here = f"{at}?page=true" + (f"&max_id={below}" if below != MAX_ID else "")
    after = f"{at}?page=true&max_id={last}" if last is not None else None
    return document(render.page_of(here, items, part_of=at, after=after))


ROUTES = [
    actor,
    named_actor,
    followers,
    followers_of_one_server,
    following,
    featured,
    featured_tags,
    outbox_of,
]
