"""Which streams there are, who may listen to them, and what they are called inside.

Source: https://docs.joinmastodon.org/methods/streaming/. Of ours: ``room`` and ``rooms``.
"""

from __future__ import annotations

from msgspec import Struct

from weft.api.auth import Unauthorized
from weft.kernel.errors import Forbidden, NotFound, WeftError
from weft.kernel.ids import parse_id
from weft.people.oauth import Bearer
from weft.reading import lists
from weft.rooms import doors
from weft.store.database import Database
from weft.threads.tokens import fold_tag

TAG_MAX = 255
"""As long as a hashtag may be in the database."""

PUBLIC = frozenset({"public", "public:local", "public:remote"})
_MEDIA = ":media"


class UnknownStream(WeftError):
    """No stream has this name."""

    def __init__(self) -> None:
        super().__init__("Unknown channel requested")


class Channel(Struct, frozen=True):
    """``key`` is what the hub sorts by, ``label`` what frames carry, ``media``: only posts with
    pictures. ``list_id`` and ``room_id``: of which it is still to be asked whether the member may
    listen (``check``).
    """

    key: str
    label: tuple[str, ...]
    media: bool = False
    list_id: int | None = None
    room_id: int | None = None


def open_channel(
    bearer: Bearer,
    name: str,
    tag: str = "",
    list_: str = "",
    room: str = "",
    *,
    only_media: bool = False,
) -> Channel:
    """The channel for a stream's name as clients say it.

    Errors: 401 without a member, 403 without the scope, 400 for a name that is none, 404 for what
    is no list.
    """
    if bearer.account is None:
        raise Unauthorized
    me = bearer.account.id
    wanted = "read:notifications" if name == "user:notification" else "read:statuses"
    if not bearer.may(wanted):
        raise Forbidden("This action is outside the authorized scopes")
    if name in ("user", "user:notification", "direct", "rooms"):
        return Channel(f"{name}:{me}", (name,))
    if name in ("hashtag", "hashtag:local"):
        said = tag.removeprefix("#")
        fold = fold_tag(said)
        if not fold or len(said) > TAG_MAX:
            raise WeftError("Missing or too long tag parameter")
        return Channel(f"{name}:{fold}", (name, said))
    if name == "list":
        number = parse_id(list_)
        if number is None:
            raise NotFound
        return Channel(f"list:{number}", (name, list_), list_id=number)
    if name == "room":
        number = parse_id(room)
        if number is None:
            raise NotFound
        return Channel(room_key(number), (name, room), room_id=number)
    plain = name.removesuffix(_MEDIA)
    if plain in PUBLIC:
        media = only_media or plain != name
        return Channel(plain, (plain + _MEDIA if media else plain,), media=media)
    raise UnknownStream


def room_key(room_id: int) -> str:
    return f"room:{room_id}"


async def check(db: Database, bearer: Bearer, channel: Channel) -> None:
    """Errors: NotFound, for a list that is not the member's own, a room in which they may not read."""
    if channel.list_id is not None and bearer.account is not None:
        me, list_id = bearer.account.id, channel.list_id
        await db.glance(lambda tx: lists.get(tx, me, list_id))
    if channel.room_id is not None and bearer.account is not None:
        me, room_id = bearer.account.id, channel.room_id
        await db.glance(lambda tx: doors.read(tx, me, room_id))
