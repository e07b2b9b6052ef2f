"""Posts as Notes, what hangs on them, and the threads they stand in."""

from litestar import Response, get
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from weft.api.activitypub.answers import Asked, document, id_in, page_for_people
from weft.api.activitypub.reading import read_as
from weft.api.given import Db
from weft.federation import collections, outbox, render
from weft.federation.collections import Entry
from weft.federation.vocabulary import CONVERSATION_PAGE, Json, conversation_uri
from weft.kernel.errors import NotFound
from weft.kernel.ids import parse_id
from weft.people import accounts
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads import elsewhere, posts
from weft.threads.model import Post


def _seen(tx: Tx, post_id: int, reader: Account | None = None) -> Post:
    """A local post that anyone may see, or the server of ``reader``. Errors: NotFound, also for the
    hidden ones.
    """
    post = posts.see(tx, None, post_id) if reader is None else elsewhere.see(tx, reader, post_id)
    if not post.local:
        raise NotFound
    return post


@get("/ap/posts/{post_id:str}")
async def post_object(request: Asked, db: Db, post_id: FromPath[str]) -> Response[bytes] | Redirect:
    """A Note, or the Announce that a boost is, or the Tombstone of what was deleted (410; 404 where
    not everybody could see it).
    """
    wanted = id_in(post_id)

    def read(tx: Tx, reader: Account | None) -> tuple[Json, str, int]:
        uri = tx.site.post_uri(wanted)
        if posts.was_open(tx, uri):
            return render.tombstone(uri), tx.site.base, 410
        post = _seen(tx, wanted, reader)
        author = accounts.get(tx, post.author_id)
        if post.boost_of_id is not None:
            return outbox.activity_of(tx, author, post) or render.tombstone(uri), author.url, 200
        return render.note(tx.site, post, author, outbox.around(tx, post)), post.url, 200

    (body, url, status), private = await read_as(request, db, read)
    if (page := page_for_people(request, url)) is not None:
        return page
    return document(body, status=status, private=private)


@get("/ap/posts/{post_id:str}/activity")
async def post_activity(request: Asked, db: Db, post_id: FromPath[str]) -> Response[bytes]:
    """The Create (or Announce) by which a post came into the world."""
    wanted = id_in(post_id)

    def read(tx: Tx, reader: Account | None) -> Json:
        post = _seen(tx, wanted, reader)
        activity = outbox.activity_of(tx, accounts.get(tx, post.author_id), post)
        if activity is None:
            raise NotFound
        return activity

    body, private = await read_as(request, db, read)
    return document(body, private=private)


@get("/ap/posts/{post_id:str}/replies")
async def replies(
    db: Db,
    post_id: FromPath[str],
    page: FromQuery[bool] = False,
    after: FromQuery[str | None] = None,
    others: FromQuery[bool] = False,
) -> Response[bytes]:
    """Addresses of the public answers: the author's own first, then those of others."""
    wanted = id_in(post_id)
    above = (parse_id(after) if after else None) or 0

    def read(tx: Tx) -> tuple[Post, list[Entry], int]:
        post = _seen(tx, wanted)
        found = collections.replies(tx, post, above, others=others)
        return post, found, collections.replies_size(tx, wanted)

    post, found, total = await db.read(read)
    at = f"{post.uri}/replies"
    first = _page(at, found, above, others=others)
    if page:
        return document(first)
    return document({"id": at, "type": "Collection", "totalItems": total, "first": first})


@get("/ap/posts/{post_id:str}/likes")
async def likes(db: Db, post_id: FromPath[str]) -> Response[bytes]:
    wanted = id_in(post_id)
    post = await db.read(lambda tx: _seen(tx, wanted))
    return document(render.count(f"{post.uri}/likes", post.likes_count))


@get("/ap/posts/{post_id:str}/shares")
async def shares(db: Db, post_id: FromPath[str]) -> Response[bytes]:
    wanted = id_in(post_id)
    post = await db.read(lambda tx: _seen(tx, wanted))
    return document(render.count(f"{post.uri}/shares", post.boosts_count))


@get("/ap/contexts/{thread_id:str}")
async def conversation(
    db: Db,
    thread_id: FromPath[str],
    page: FromQuery[bool] = False,
    after: FromQuery[str | None] = None,
) -> Response[bytes]:
    """A whole thread that began here, by the addresses of its public posts (FEP-7888, FEP-f228):
    in one or two requests a peer knows all of it.
    """
    wanted = id_in(thread_id)
    above = (parse_id(after) if after else None) or 0

    def read(tx: Tx) -> tuple[Post, list[Entry], int]:
        root = _seen(tx, wanted)
        found = collections.conversation(tx, wanted, above)
        return root, found, collections.conversation_size(tx, wanted)

    root, found, total = await db.read(read)
    at = conversation_uri(db.site, root.id)
    first = _page(at, found, above)
    if page:
        return document(first)
    author = await db.read(lambda tx: accounts.get(tx, root.author_id))
    return document(
        {
            "id": at,
            "type": "Collection",
            "attributedTo": author.uri,
            "totalItems": total,
            "first": first,
        }
    )


def _page(at: str, found: list[Entry], above: int, *, others: bool = False) -> Json:
    """A page of addresses, under the address at which it was asked for."""
    body: Json = {
        "id": _page_at(at, above, others=others),
        "type": "CollectionPage",
        "partOf": at,
        "items": [entry.uri for entry in found],
    }
    if len(found) == CONVERSATION_PAGE:
        body["next"] = _page_at(at, found[-1].id, others=found[-1].others)
    return body


def _page_at(at: str, above: int, *, others: bool) -> str:
    return f"{at}?page=true" + f"&after={above}" * bool(above) + "&others=true" * others


ROUTES = [post_object, post_activity, replies, likes, shares, conversation]
