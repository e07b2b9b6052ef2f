"""A member's lists, who is in them, and what they said.

https://docs.joinmastodon.org/methods/lists/, …/timelines/#list, …/accounts/#lists
"""

from typing import Annotated, Any

from litestar import Request, Response, delete, get, post, route
from litestar.enums import HttpMethod
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Struct

from weft.api.auth import scope
from weft.api.given import Db, Me
from weft.api.links import Turned, page_of, paging
from weft.api.mastodon.accounts import LIST_USUAL, visible
from weft.api.mastodon.answers import encode, few, id_of, json_page
from weft.api.mastodon.entities_accounts import Account
from weft.api.mastodon.entities_lists import List
from weft.api.mastodon.entities_statuses import Status
from weft.api.mastodon.fragments import accounts_page
from weft.api.mastodon.serialise import statuses
from weft.reading import list_members, lists
from weft.store.database import Tx

_PATH = "/api/v1/lists/{list_id:str}"


class NewList(Struct):
    """https://docs.joinmastodon.org/methods/lists/#create"""

    title: str = ""
    replies_policy: str = "list"
    exclusive: bool = False


class ChangedList(Struct):
    """What is left out stays as it is."""

    title: str | None = None
    replies_policy: str | None = None
    exclusive: bool | None = None


class Members(Struct):
    account_ids: list[str | int] = []


def _shown(one: lists.List) -> List:
    return List(str(one.id), one.title, one.replies_policy, one.exclusive)


@get("/api/v1/lists", guards=[scope("read:lists")])
async def own(db: Db, me: Me) -> list[List]:
    """All lists of the member."""
    return [_shown(one) for one in await db.read(lambda tx: lists.own(tx, me.id))]


@get(_PATH, guards=[scope("read:lists")])
async def show(db: Db, me: Me, list_id: FromPath[str]) -> List:
    number = id_of(list_id)
    return _shown(await db.read(lambda tx: lists.get(tx, me.id, number)))


@post("/api/v1/lists", status_code=200, guards=[scope("write:lists")])
async def create(db: Db, me: Me, data: JSONBody[NewList | None] = None) -> List:
    new = data or NewList()
    return _shown(
        await db.write(
            lambda tx: lists.create(
                tx, me.id, new.title, new.replies_policy, exclusive=new.exclusive
            )
        )
    )


@route(
    _PATH,
    http_method=[HttpMethod.PUT, HttpMethod.PATCH],
    status_code=200,
    guards=[scope("write:lists")],
)
async def change(
    db: Db, me: Me, list_id: FromPath[str], data: JSONBody[ChangedList | None] = None
) -> List:
    number, new = id_of(list_id), data or ChangedList()
    return _shown(
        await db.write(
            lambda tx: lists.update(
                tx,
                me.id,
                number,
                title=new.title,
                replies_policy=new.replies_policy,
                exclusive=new.exclusive,
            )
        )
    )


@delete(_PATH, status_code=200, guards=[scope("write:lists")])
async def remove(db: Db, me: Me, list_id: FromPath[str]) -> dict[str, Any]:
    number = id_of(list_id)
    await db.write(lambda tx: lists.delete(tx, me.id, number))
    return {}


@get(f"{_PATH}/accounts", guards=[scope("read:lists")])
async def members(
    request: Request[Any, Any, Any],
    db: Db,
    me: Me,
    list_id: FromPath[str],
    max_id: FromQuery[str | None] = None,
    since_id: FromQuery[str | None] = None,
    min_id: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> Response[list[Account]]:
    """Who is in it. ``limit=0``: everyone, on one page."""
    number = id_of(list_id)
    page = None if limit == 0 else page_of(max_id, since_id, min_id, limit, LIST_USUAL)

    def read(tx: Tx) -> tuple[bytes, list[int]]:
        found = list_members.members(tx, me.id, number, page)
        body, keys = accounts_page(tx, [(one.id, one.id) for one in found])
        return body, keys if page else []

    return await json_page(request, db, read)


@post(f"{_PATH}/accounts", status_code=200, guards=[scope("write:lists")])
async def add(
    db: Db, me: Me, list_id: FromPath[str], data: JSONBody[Members | None] = None
) -> dict[str, Any]:
    """Put accounts in that the member follows."""
    number = id_of(list_id)
    given = few((data or Members()).account_ids, list_members.MEMBERS_AT_ONCE, "accounts")
    wanted = [id_of(str(one)) for one in given]
    await db.write(lambda tx: list_members.add(tx, me.id, number, wanted))
    return {}


@delete(f"{_PATH}/accounts", status_code=200, guards=[scope("write:lists")])
async def take_out(
    db: Db,
    me: Me,
    list_id: FromPath[str],
    data: JSONBody[Members | None] = None,
    account_ids: Annotated[list[str] | None, QueryParameter(name="account_ids")] = None,
) -> dict[str, Any]:
    """Clients send the ids in the body, or in the query, since not all can send a body here."""
    number = id_of(list_id)
    given = [*(data or Members()).account_ids, *(account_ids or ())]
    wanted = [id_of(str(one)) for one in few(given, list_members.MEMBERS_AT_ONCE, "accounts")]
    await db.write(lambda tx: list_members.remove(tx, me.id, number, wanted))
    return {}


@get("/api/v1/accounts/{account_id:str}/lists", guards=[scope("read:lists")])
async def containing(db: Db, me: Me, account_id: FromPath[str]) -> list[List]:
    """Those of the member's lists that this account is in."""
    number = id_of(account_id)

    def read(tx: Tx) -> list[lists.List]:
        return lists.containing(tx, me.id, visible(tx, number).id)

    return [_shown(one) for one in await db.read(read)]


@get("/api/v1/timelines/list/{list_id:str}", guards=[scope("read:lists")], dependencies=paging())
async def timeline(
    request: Request[Any, Any, Any], db: Db, me: Me, page: Turned, list_id: FromPath[str]
) -> Response[list[Status]]:
    """What its members said, the newest first."""
    number = id_of(list_id)

    def read(tx: Tx) -> tuple[bytes, list[int]]:
        found = lists.timeline(tx, me.id, number, page)
        return encode(statuses(tx, me.id, found, encoded=True)), [one.id for one in found]

    return await json_page(request, db, read)


ROUTES = [
    own,
    show,
    create,
    change,
    remove,
    members,
    add,
    take_out,
    containing,
    timeline,
]
