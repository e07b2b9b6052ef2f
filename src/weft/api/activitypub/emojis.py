"""Custom emoji of this server by their ids, for servers that look them up (FEP-9098)."""

from litestar import Response, get
from litestar.params import FromPath

from weft.api.activitypub.answers import document
from weft.api.given import Db
from weft.federation.render.emojis import emojis as rendered
from weft.federation.vocabulary import Json
from weft.store.database import Tx
from weft.threads import emojis


@get("/ap/emojis/{shortcode:str}")
async def emoji_object(db: Db, shortcode: FromPath[str]) -> Response[bytes]:
    def read(tx: Tx) -> Json:
        shown = emojis.shown(tx.site, emojis.by_shortcode(tx, shortcode))
        return rendered(tx.site, [shown])[0]

    return document(await db.read(read))


ROUTES = [emoji_object]
