"""Pinning one's own posts: https://docs.joinmastodon.org/methods/statuses/#pin, #unpin"""

from litestar import post
from litestar.params import FromPath

from weft.api.auth import scope
from weft.api.given import Db, Me
from weft.api.mastodon.answers import id_of
from weft.api.mastodon.entities_statuses import Status
from weft.api.mastodon.serialise import status
from weft.threads import pins


@post("/api/v1/statuses/{status_id:str}/pin", guards=[scope("write:accounts")], status_code=200)
async def pin(db: Db, me: Me, status_id: FromPath[str]) -> Status:
    """Put one's own post on top of one's profile."""
    number = id_of(status_id)
    return await db.write(lambda tx: status(tx, me.id, pins.pin(tx, me, number)))


@post("/api/v1/statuses/{status_id:str}/unpin", guards=[scope("write:accounts")], status_code=200)
async def unpin(db: Db, me: Me, status_id: FromPath[str]) -> Status:
    """Take it off again; no error when it was not on top."""
    number = id_of(status_id)
    return await db.write(lambda tx: status(tx, me.id, pins.unpin(tx, me, number)))


ROUTES = [pin, unpin]
