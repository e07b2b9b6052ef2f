"""The pictures that people here may write with: https://docs.joinmastodon.org/methods/custom_emojis/"""

from litestar import get

from weft.api.given import Db
from weft.api.mastodon.entities_accounts import Emoji
from weft.store.database import Tx
from weft.threads import emojis


@get("/api/v1/custom_emojis")
async def listed(db: Db) -> list[Emoji]:
    """Those that pickers show, by name."""

    def read(tx: Tx) -> list[Emoji]:
        return [Emoji(**emojis.shown(tx.site, one)) for one in emojis.every(tx) if one.visible]

    return await db.read(read)


ROUTES = [listed]
