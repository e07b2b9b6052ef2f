"""Whose notifications are kept aside, and what is decided about them.

https://docs.joinmastodon.org/methods/notifications/#get-requests
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Struct

from weft.api.auth import scope
from weft.api.given import Db, Me
from weft.api.links import Turned, paging
from weft.api.mastodon.answers import encode, id_of, json_page
from weft.api.mastodon.entities_notices import Merged, NotificationRequest
from weft.api.mastodon.fragments import account_fragments
from weft.api.mastodon.serialise import statuses
from weft.kernel.clock import iso
from weft.kernel.errors import NotFound
from weft.kernel.ids import parse_id
from weft.people.model import Account
from weft.store.database import Database, Tx
from weft.threads import posts, requests
from weft.threads.requests import Asking

USUAL = 40
AT_ONCE = 200
"""Requests decided by one call: more than any page has."""
_PATH = "/api/v1/notifications/requests"


class Chosen(Struct, frozen=True):
    id: list[str | int] = []


def show(tx: Tx, owner_id: int, found: Sequence[Asking]) -> list[NotificationRequest]:
    seen = posts.seen(
        tx, owner_id, [one.last_post_id for one in found if one.last_post_id is not None]
    )
    shown = statuses(tx, owner_id, list(seen.values()))
    by_id = {int(status.id): status for status in shown}
    who = account_fragments(tx, [one.from_id for one in found])
    return [
        NotificationRequest(
            id=str(one.id),
            created_at=iso(one.created_at),
            updated_at=iso(one.updated_at),
            notifications_count=str(one.notifications_count),
            account=who[one.from_id],
            last_status=by_id.get(one.last_post_id or 0, UNSET),
        )
        for one in found
        if one.from_id in who
    ]


@get(_PATH, guards=[scope("read:notifications")], dependencies=paging(USUAL))
async def listed(
    request: Request[Any, Any, Any], db: Db, me: Me, page: Turned
) -> Response[list[NotificationRequest]]:
    def read(tx: Tx) -> tuple[bytes, list[int]]:
        found = requests.listed(tx, me.id, page)
        return encode(show(tx, me.id, found)), [one.id for one in found]

    return await json_page(request, db, read)


@get(f"{_PATH}/merged", guards=[scope("read:notifications")])
async def merged(me: Me) -> Merged:
    """Always: what is accepted is there when the answer comes."""
    return Merged(merged=bool(me))


@get(f"{_PATH}/{{request_id:str}}", guards=[scope("read:notifications")])
async def one(db: Db, me: Me, request_id: FromPath[str]) -> NotificationRequest:
    number = id_of(request_id)

    def read(tx: Tx) -> NotificationRequest:
        shown = show(tx, me.id, [requests.one(tx, me.id, number)])
        if not shown:
            raise NotFound
        return shown[0]

    return await db.read(read)


Verb = Callable[[Tx, int, Collection[int]], list[int]]


async def _decide(db: Database, me: Account, request_id: str, verb: Verb) -> dict[str, str]:
    number = id_of(request_id)

    def work(tx: Tx) -> None:
        if not verb(tx, me.id, [number]):
            raise NotFound

    await db.write(work)
    return {}


async def _decide_all(
    db: Database, me: Account, chosen: Chosen | None, verb: Verb
) -> dict[str, str]:
    given = chosen.id[:AT_ONCE] if chosen is not None else []
    numbers = [number for one in given if (number := parse_id(str(one)))]
    await db.write(lambda tx: verb(tx, me.id, numbers))
    return {}


@post(f"{_PATH}/{{request_id:str}}/accept", guards=[scope("write:notifications")], status_code=200)
async def accept(db: Db, me: Me, request_id: FromPath[str]) -> dict[str, str]:
    """Let their notifications in, now and from now on."""
    return await _decide(db, me, request_id, requests.accept)


@post(f"{_PATH}/{{request_id:str}}/dismiss", guards=[scope("write:notifications")], status_code=200)
async def dismiss(db: Db, me: Me, request_id: FromPath[str]) -> dict[str, str]:
    """Away with what waits."""
    return await _decide(db, me, request_id, requests.dismiss)


@post(f"{_PATH}/accept", guards=[scope("write:notifications")], status_code=200)
async def accept_all(db: Db, me: Me, data: JSONBody[Chosen | None] = None) -> dict[str, str]:
    """Several at once; those that are not there are passed over."""
    return await _decide_all(db, me, data, requests.accept)


@post(f"{_PATH}/dismiss", guards=[scope("write:notifications")], status_code=200)
async def dismiss_all(db: Db, me: Me, data: JSONBody[Chosen | None] = None) -> dict[str, str]:
    return await _decide_all(db, me, data, requests.dismiss)


ROUTES = [listed, merged, one, accept, dismiss, accept_all, dismiss_all]
