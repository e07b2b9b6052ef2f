"""Who quotes a post, and what its author has to say about that.

https://docs.joinmastodon.org/methods/statuses/#quotes, #revoke_quote, #edit_interaction_policy
"""

from typing import Any

from litestar import Request, Response, get, post, put
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from weft.api.auth import scope
from weft.api.given import Db, Me
from weft.api.links import Turned, paging
from weft.api.mastodon.answers import encode, id_of, json_page
from weft.api.mastodon.entities_statuses import Status
from weft.api.mastodon.quotes import policy_of
from weft.api.mastodon.serialise import status, statuses
from weft.kernel.errors import Invalid, NotFound
from weft.store.database import Tx
from weft.threads import posts, quotes, quoting


class InteractionPolicy(Struct):
    """``quote_approval_policy``: public, followers, or nobody."""

    quote_approval_policy: str | None = None


@get(
    "/api/v1/statuses/{status_id:str}/quotes",
    guards=[scope("read:statuses")],
    dependencies=paging(),
)
async def quotes_of(
    request: Request[Any, Any, Any], db: Db, me: Me, status_id: FromPath[str], page: Turned
) -> Response[list[Status]]:
    """The posts that quote this one, as far as the member may see them; newest first."""
    number = id_of(status_id)

    def read(tx: Tx) -> tuple[bytes, list[int]]:
        quoted = posts.see(tx, me.id, number)
        if quoted.boost_of_id is not None:
            raise NotFound
        found = quoting.listed(tx, me.id, quoted, page)
        return encode(statuses(tx, me.id, found)), [one.id for one in found]

    return await json_page(request, db, read)


@post(
    "/api/v1/statuses/{status_id:str}/quotes/{quoting_id:str}/revoke",
    guards=[scope("write:statuses")],
    status_code=200,
)
async def revoke(db: Db, me: Me, status_id: FromPath[str], quoting_id: FromPath[str]) -> Status:
    """Take one's own post out of somebody's quote of it; answers with the quoting post."""
    quoted, by = id_of(status_id), id_of(quoting_id)
    return await db.write(lambda tx: status(tx, me.id, quoting.revoke(tx, me, quoted, by)))


@put("/api/v1/statuses/{status_id:str}/interaction_policy", guards=[scope("write:statuses")])
async def interaction_policy(
    db: Db, me: Me, status_id: FromPath[str], data: JSONBody[InteractionPolicy]
) -> Status:
    """Say anew who may quote one's own post; quotes that there are stay."""
    number = id_of(status_id)
    policy = policy_of(data.quote_approval_policy)
    if policy is None:
        raise Invalid("Validation failed: Quote approval policy can't be blank")
    return await db.write(lambda tx: status(tx, me.id, quotes.set_policy(tx, me, number, policy)))


ROUTES = [quotes_of, revoke, interaction_policy]
