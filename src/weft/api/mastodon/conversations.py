"""Direct threads: https://docs.joinmastodon.org/methods/conversations/"""

from collections.abc import Sequence
from typing import Any

from litestar import Request, Response, delete, get, post
from litestar.params import FromPath

from weft.api.auth import scope
from weft.api.given import Db, Me
from weft.api.links import Turned, paging
from weft.api.mastodon.answers import encode, id_of, json_page
from weft.api.mastodon.entities_notices import Conversation
from weft.api.mastodon.fragments import account_fragments
from weft.api.mastodon.serialise import statuses
from weft.people.model import Account
from weft.reading import conversations
from weft.store.database import Database, Tx
from weft.threads import posts

_PATH = "/api/v1/conversations"


def show(tx: Tx, account_id: int, ids: Sequence[int]) -> list[Conversation]:
    """Those of these conversations that are the account's, in the order given, without a query
    for each. ``last_status`` is null when it is not for the account's eyes any more.
    """
    return _shown(tx, account_id, conversations.by_ids(tx, account_id, list(ids)))


def _shown(
    tx: Tx, account_id: int, found: Sequence[conversations.Conversation]
) -> list[Conversation]:
    seen = posts.seen(tx, account_id, [one.last_post_id for one in found])
    last = {int(one.id): one for one in statuses(tx, account_id, list(seen.values()))}
    # Who writes to nobody else is shown themselves.
    members = {one.id: [int(id_) for id_ in one.members] or [account_id] for one in found}
    people = account_fragments(tx, {id_ for ids in members.values() for id_ in ids})
    return [
        Conversation(
            id=str(one.id),
            unread=one.unread,
            accounts=[people[id_] for id_ in members[one.id] if id_ in people],
            last_status=last.get(one.last_post_id),
        )
        for one in found
    ]


@get(_PATH, guards=[scope("read:statuses")], dependencies=paging())
async def listed(
    request: Request[Any, Any, Any], db: Db, me: Me, page: Turned
) -> Response[list[Conversation]]:
    """By their last posts, newest first."""

    def read(tx: Tx) -> tuple[bytes, list[int]]:
        found = conversations.listed(tx, me.id, page)
        return encode(_shown(tx, me.id, found)), [one.last_post_id for one in found]

    return await json_page(request, db, read)


@delete(f"{_PATH}/{{conversation_id:str}}", guards=[scope("write:conversations")], status_code=200)
async def drop(db: Db, me: Me, conversation_id: FromPath[str]) -> dict[str, str]:
    """Take it off the list; its next post brings it back."""
    number = id_of(conversation_id)
    await db.write(lambda tx: conversations.drop(tx, me.id, number))
    return {}


async def _mark(db: Database, me: Account, conversation_id: str, *, unread: bool) -> Conversation:
    number = id_of(conversation_id)

    def work(tx: Tx) -> Conversation:
        conversations.mark(tx, me.id, number, unread=unread)
        return show(tx, me.id, [number])[0]

    return await db.write(work)


@post(
    f"{_PATH}/{{conversation_id:str}}/read",
    guards=[scope("write:conversations")],
    status_code=200,
)
async def read(db: Db, me: Me, conversation_id: FromPath[str]) -> Conversation:
    return await _mark(db, me, conversation_id, unread=False)


@post(
    f"{_PATH}/{{conversation_id:str}}/unread",
    guards=[scope("write:conversations")],
    status_code=200,
)
async def unread(db: Db, me: Me, conversation_id: FromPath[str]) -> Conversation:
    return await _mark(db, me, conversation_id, unread=True)


ROUTES = [listed, drop, read, unread]
