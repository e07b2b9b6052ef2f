"""Whether an AI of this server made a text: for anybody, as programs ask it (people: ``/ai-made``)."""

from typing import Any

from litestar import Request, post
from litestar.params import JSONBody
from msgspec import Struct

from weft.ai.disclosure import marks
from weft.ai.disclosure.marks import Marks
from weft.api.given import Counters, Db
from weft.api.limits import address_of
from weft.api.mastodon.async_refreshes import Sealing
from weft.kernel.clock import iso
from weft.net.seal import Seal


class Asked(Struct):
    text: str


class Detected(Struct, frozen=True):
    """``made``: yes, partly or no. ``share`` of the text that was recognised, 0 to 1. ``ais``:
    handles, of what everybody may read; who made the rest is not told. ``since``: how far back is
    known; null: nothing is.
    """

    made: str
    share: float
    ais: list[str]
    since: str | None


@post("/api/weft/v1/ai/detect", status_code=200)
async def detect(
    request: Request[Any, Any, Any],
    db: Db,
    seal: Sealing,
    limits: Counters,
    data: JSONBody[Asked],
) -> Detected:
    """Nothing of the text is kept. Errors: 422 (too short to be told from others, too long), 429."""
    limits.detections.take(address_of(request.scope))
    found = await db.read(lambda tx: log(seal).ask(tx, data.text))
    return Detected(
        found.made,
        found.share,
        [one.acct for one in found.ais],
        iso(found.since) if found.since is not None else None,
    )


def log(seal: Seal) -> Marks:
    return Marks(seal.key_for(marks.PURPOSE))


ROUTES = [detect]
