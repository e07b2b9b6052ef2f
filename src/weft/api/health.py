"""``GET /health``: whether this server answers and its store can be read."""

from litestar import get

from weft.api.given import Db
from weft.store.database import Tx
from weft.work import events


@get("/health", include_in_schema=False)
async def health(db: Db) -> dict[str, str]:
    """200 when ready; a store that cannot be read makes it a 500. As in
    https://docs.joinmastodon.org/methods/health/
    """

    def look(tx: Tx) -> int:
        return events.last_position(tx)

    await db.read(look)
    return {"status": "UP"}


ROUTES = [health]
