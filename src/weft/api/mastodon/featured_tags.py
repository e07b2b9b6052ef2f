"""Tags on a profile: https://docs.joinmastodon.org/methods/featured_tags/."""

from typing import Any

from litestar import delete, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from weft.api.auth import scope, scope_if_any
from weft.api.given import Db, Me
from weft.api.mastodon import tags
from weft.api.mastodon.accounts import visible
from weft.api.mastodon.answers import id_of
from weft.api.mastodon.entities_lists import FeaturedTag
from weft.api.mastodon.entities_statuses import Tag
from weft.kernel.clock import day
from weft.people.model import Account
from weft.reading import featured
from weft.reading.featured import Featured
from weft.store.database import Tx

_PATH = "/api/v1/featured_tags"


class NewFeatured(Struct):
    name: str = ""


def shown(owner: Account, one: Featured) -> FeaturedTag:
    return FeaturedTag(
        id=str(one.id),
        name=one.name,
        url=f"{owner.url}/tagged/{one.name}",
        statuses_count=str(one.posts),
        last_status_at=day(one.last_at) if one.last_at is not None else None,
    )


@get(_PATH, guards=[scope("read:accounts")])
async def own(db: Db, me: Me) -> list[FeaturedTag]:
    """What the member features."""
    return [shown(me, one) for one in await db.read(lambda tx: featured.of(tx, me.id))]


@post(_PATH, status_code=200, guards=[scope("write:accounts")])
async def feature(db: Db, me: Me, data: JSONBody[NewFeatured | None] = None) -> FeaturedTag:
    name = (data or NewFeatured()).name
    return shown(me, await db.write(lambda tx: featured.feature(tx, me, name)))


@delete(f"{_PATH}/{{featured_id:str}}", status_code=200, guards=[scope("write:accounts")])
async def unfeature(db: Db, me: Me, featured_id: FromPath[str]) -> dict[str, Any]:
    number = id_of(featured_id)
    await db.write(lambda tx: featured.drop(tx, me, number))
    return {}


@get(f"{_PATH}/suggestions", guards=[scope("read:accounts")])
async def suggestions(db: Db, me: Me) -> list[Tag]:
    """Tags that the member uses most and does not feature."""
    return await db.read(lambda tx: tags.shown(tx, me.id, featured.suggested(tx, me.id)))


@get("/api/v1/accounts/{account_id:str}/featured_tags", guards=[scope_if_any("read:accounts")])
async def of_account(db: Db, account_id: FromPath[str]) -> list[FeaturedTag]:
    """What somebody features. Of other servers' accounts it is not known."""
    number = id_of(account_id)

    def read(tx: Tx) -> list[FeaturedTag]:
        owner = visible(tx, number)
        return [shown(owner, one) for one in featured.of(tx, owner.id)]

    return await db.read(read)


ROUTES = [own, feature, unfeature, suggestions, of_account]
