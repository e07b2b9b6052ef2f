"""Whether an AI of this server made a text, for anybody, as programs ask it (people: ``/ai-made``); and
what a member chose about AIs.
"""

from typing import Any

from litestar import Request, get, post, put
from litestar.params import JSONBody
from msgspec import UNSET, Struct, UnsetType

from weft.ai.disclosure import marks
from weft.ai.disclosure.marks import Marks
from weft.api.auth import scope
from weft.api.given import Counters, Db, Me
from weft.api.limits import address_of
from weft.api.mastodon.async_refreshes import Sealing
from weft.kernel.clock import iso
from weft.kernel.errors import Invalid
from weft.kernel.ids import parse_id
from weft.net.seal import Seal
from weft.people import ai_choices

_CHOICES = "/api/weft/v1/ai/choices"


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


class Choices(Struct, frozen=True):
    """``posts`` made by AIs: show, warn or hide, but for those of ``keep`` (ids of AIs), and what
    answers the member. ``characters``: AIs may play characters with them. ``minor``: they say that they are.
    """

    posts: str
    characters: bool
    minor: bool
    keep: list[str]


class Chosen(Struct):
    """What is not given stays."""

    posts: str | UnsetType = UNSET
    characters: bool | UnsetType = UNSET
    minor: bool | UnsetType = UNSET
    keep: list[str] | UnsetType = UNSET


@get(_CHOICES, guards=[scope("read:accounts")])
async def choices(db: Db, me: Me) -> Choices:
    return _shown(await db.read(lambda tx: ai_choices.of(tx, me.id)))


@put(_CHOICES, guards=[scope("write:accounts")])
async def choose(db: Db, me: Me, data: JSONBody[Chosen]) -> Choices:
    """Errors: 422 (no such choice; no AIs, or too many of them)."""
    ids = [parse_id(one) for one in data.keep] if data.keep is not UNSET else []
    keep = [one for one in ids if one is not None]
    if len(keep) != len(ids):
        raise Invalid("Validation failed: Keep takes ids of AIs")
    new = await db.write(
        lambda tx: ai_choices.change(
            tx,
            me,
            posts=data.posts if data.posts is not UNSET else None,
            characters=data.characters if data.characters is not UNSET else None,
            minor=data.minor if data.minor is not UNSET else None,
            keep=keep if data.keep is not UNSET else None,
        )
    )
    return _shown(new)


def _shown(one: ai_choices.Choices) -> Choices:
    return Choices(one.posts, one.characters, one.minor, one.keep)


def log(seal: Seal) -> Marks:
    return Marks(seal.key_for(marks.PURPOSE))


ROUTES = [detect, choices, choose]
