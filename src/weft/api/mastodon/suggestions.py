"""Whom one might follow: https://docs.joinmastodon.org/methods/suggestions/ and directory/"""

from typing import Any, Literal

from litestar import delete, get
from litestar.params import FromPath, FromQuery
from msgspec import Struct

from weft.api.auth import scope, scope_if_any
from weft.api.given import Db, Me, Viewer
from weft.api.mastodon.entities_accounts import Account
from weft.api.mastodon.fragments import account_fragments
from weft.explore import directory, suggestions
from weft.kernel.ids import parse_id
from weft.store.database import Tx

USUAL = 40
MOST = 80
OFFSET_MAX = 10_000
"""Nobody pages so far; each page costs all those before it."""


class Suggestion(Struct, frozen=True):
    """https://docs.joinmastodon.org/entities/Suggestion/"""

    source: str
    sources: list[str]
    account: Account


_OLD_NAMES = {"friends_of_friends": "past_interactions", "most_followed": "global"}


def _suggested(tx: Tx, me_id: int, limit: int | None) -> list[Suggestion]:
    found = suggestions.suggest(tx, me_id, max(1, min(limit or USUAL, MOST)))
    shown = account_fragments(tx, [one.account.id for one in found])
    return [
        Suggestion(_OLD_NAMES[one.sources[0]], list(one.sources), shown[one.account.id])
        for one in found
        if one.account.id in shown
    ]


@get("/api/v2/suggestions", guards=[scope("read:accounts")])
async def suggested(db: Db, me: Me, limit: FromQuery[int | None] = None) -> list[Suggestion]:
    """Accounts, and why each of them."""
    return await db.read(lambda tx: _suggested(tx, me.id, limit))


@get("/api/v1/suggestions", guards=[scope("read:accounts")])
async def suggested_v1(db: Db, me: Me, limit: FromQuery[int | None] = None) -> list[Account]:
    """The older form: accounts alone."""
    return [one.account for one in await db.read(lambda tx: _suggested(tx, me.id, limit))]


@delete("/api/v1/suggestions/{account_id:str}", status_code=200, guards=[scope("write:accounts")])
async def dismiss(db: Db, me: Me, account_id: FromPath[str]) -> dict[str, Any]:
    """Never suggest them again; any id is answered alike. The documentation lets a token that may
    only read do this; here what changes something asks for a token that may write.
    """
    target = parse_id(account_id)
    if target is not None:
        await db.write(lambda tx: suggestions.dismiss(tx, me.id, target))
    return {}


@get("/api/v1/directory", guards=[scope_if_any()])
async def listed(
    db: Db,
    viewer: Viewer,
    order: FromQuery[Literal["active", "new"]] = "active",
    local: FromQuery[bool | None] = None,
    limit: FromQuery[int | None] = None,
    offset: FromQuery[int | None] = None,
) -> list[Account]:
    """Accounts that agreed to be found."""

    def find(tx: Tx) -> list[Account]:
        found = directory.listed(
            tx,
            viewer.id if viewer is not None else None,
            order=order,
            local=bool(local),
            limit=max(1, min(limit or USUAL, MOST)),
            offset=max(0, min(offset or 0, OFFSET_MAX)),
        )
        shown = account_fragments(tx, [one.id for one in found])
        return [shown[one.id] for one in found if one.id in shown]

    return await db.read(find)


ROUTES = [suggested, suggested_v1, dismiss, listed]
