"""Finding accounts by name: https://docs.joinmastodon.org/methods/accounts/#search"""

from litestar import get
from litestar.params import FromQuery

from weft.api.auth import scope
from weft.api.given import Db, Me
from weft.api.mastodon import entities_accounts as entities
from weft.api.mastodon.accounts import LIST_USUAL
from weft.api.mastodon.entities_accounts import Account
from weft.api.resolver import Seeker
from weft.people import accounts, blocks, remote_details
from weft.store.database import Tx

FOUND_MAX = 80
"""Results of one page, and how far one may page: completion wants the first few."""


@get("/api/v1/accounts/search", guards=[scope("read:accounts")])
async def search(
    db: Db,
    me: Me,
    resolver: Seeker,
    q: FromQuery[str] = "",
    limit: FromQuery[int | None] = None,
    offset: FromQuery[int | None] = None,
    resolve: FromQuery[bool | None] = None,
    following: FromQuery[bool | None] = None,
) -> list[Account]:
    """By the beginning of a handle or a part of a name. ``resolve`` asks the other server about
    a handle that is not known here.
    """
    most = max(1, min(limit or LIST_USUAL, FOUND_MAX))
    skip = max(0, min(offset or 0, FOUND_MAX))

    def find(tx: Tx) -> list[Account]:
        # Some of what is found may be hidden or not followed: look a little further.
        found = accounts.find(tx, q, min((skip + most) * 2, FOUND_MAX * 2), viewer=me.id)
        stand = {one.id: one for one in blocks.relationships(tx, me.id, [a.id for a in found])}
        kept = [
            one
            for one in found
            if not stand[one.id].apart and (not following or stand[one.id].following)
        ]
        shown = remote_details.with_counts(tx, kept[skip : skip + most])
        return [entities.account(tx.site, one) for one in shown.values()]

    found = await db.read(find)
    if resolve and not found and "@" in q.strip().lstrip("@"):
        await resolver.look([q.strip()])
        found = await db.read(find)
    return found


ROUTES = [search]
