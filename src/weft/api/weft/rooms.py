"""Rooms of text: made, found, set, closed. Who is in one: ``rooms_members``; what is said in one:
``rooms_lines``. Live: the streams ``room`` and ``rooms`` of ``api.streaming``.

A room that the reader may not know of is not there: 404. All routes want a member of this server.
"""

from typing import Any

from litestar import Request, Response, delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import UNSET, Struct, UnsetType

from weft.api.auth import scope
from weft.api.given import Db, Me
from weft.api.links import offset_links
from weft.api.mastodon.answers import id_of
from weft.api.weft.rooms_entities import Room
from weft.api.weft.rooms_entities import room as shown
from weft.api.weft.rooms_entities import rooms as all_shown
from weft.kernel.clock import SECOND
from weft.rooms import doors, members, rooms, settings
from weft.store.database import Tx

PATH = "/api/weft/v1/rooms"
ONE = f"{PATH}/{{room_id:str}}"
READ = [scope("read:statuses")]
WRITE = [scope("write:statuses")]
LISTED = 40
LISTED_MAX = 80
OFFSET_MAX = 10_000
"""Rooms of the directory that one can turn to: nobody does."""


class NewRoom(Struct):
    """``access``: private (the default) or public; it stays so."""

    name: str = ""
    topic: str = ""
    access: str = "private"


class ChangedRoom(Struct):
    """What is left out stays as it is. ``quiet_hours`` null: none."""

    name: str | None = None
    topic: str | None = None
    mode: str | None = None
    liveliness: str | None = None
    quiet_hours: dict[str, Any] | UnsetType | None = UNSET
    ais_max: int | None = None
    learns: bool | None = None


class Hush(Struct):
    """``duration``: seconds, from a minute to a day; 0 ends it."""

    duration: int


class NewScene(Struct):
    """``lines``: how many the AIs may say to one another."""

    lines: int


@post(PATH, status_code=200, guards=WRITE)
async def create(db: Db, me: Me, data: JSONBody[NewRoom]) -> Room:
    """Make a room and own it."""

    def work(tx: Tx) -> Room:
        made, member = rooms.create(tx, me, data.name, data.topic, access=data.access)
        return shown(tx, me.id, made, member)

    return await db.write(work)


@get(PATH, guards=READ)
async def mine(db: Db, me: Me) -> list[Room]:
    """The rooms that one is in, the last spoken in first: all of them."""
    return await db.read(lambda tx: all_shown(tx, me.id, rooms.mine(tx, me.id)))


@get(f"{PATH}/invited", guards=READ)
async def invited(db: Db, me: Me) -> list[Room]:
    """Rooms that one was asked into and has not answered."""

    def read(tx: Tx) -> list[Room]:
        return all_shown(tx, me.id, [(one, None) for one in rooms.invited(tx, me.id)])

    return await db.read(read)


@get(f"{PATH}/public", guards=READ)
async def directory(
    request: Request[Any, Any, Any],
    db: Db,
    me: Me,
    offset: FromQuery[int] = 0,
    limit: FromQuery[int | None] = None,
) -> Response[list[Room]]:
    """Open public rooms, the last spoken in first; ``me`` where one is in it."""
    most = max(1, min(limit or LISTED, LISTED_MAX))
    skip = max(0, min(offset, OFFSET_MAX))

    def read(tx: Tx) -> list[Room]:
        found = rooms.public(tx, me.id, limit=most, offset=skip)
        own = {room.id: member for room, member in rooms.mine(tx, me.id)} if found else {}
        return all_shown(tx, me.id, [(one, own.get(one.id)) for one in found])

    answer = await db.read(read)
    return Response(answer, headers=offset_links(request, db.site, skip, most, len(answer)))


@get(ONE, guards=READ)
async def show(db: Db, me: Me, room_id: FromPath[str]) -> Room:
    number = id_of(room_id)

    def read(tx: Tx) -> Room:
        door = doors.look(tx, me.id, number)
        return shown(tx, me.id, door.room, door.member)

    return await db.read(read)


@patch(ONE, guards=WRITE)
async def change(db: Db, me: Me, room_id: FromPath[str], data: JSONBody[ChangedRoom]) -> Room:
    """As its owner or a moderator: all of it, or nothing."""
    number = id_of(room_id)

    def work(tx: Tx) -> Room:
        rooms.update(tx, me, number, name=data.name, topic=data.topic)
        settings.change(
            tx,
            me,
            number,
            mode=data.mode,
            liveliness=data.liveliness,
            quiet_hours=data.quiet_hours,
            ais_max=data.ais_max,
            learns=data.learns,
        )
        return as_seen(tx, me.id, number)

    return await db.write(work)


@delete(ONE, status_code=200, guards=WRITE)
async def close(db: Db, me: Me, room_id: FromPath[str]) -> Room:
    """The owner closes it: nobody speaks any more, what was said stays."""
    number = id_of(room_id)

    def work(tx: Tx) -> Room:
        rooms.close(tx, me, number)
        return as_seen(tx, me.id, number)

    return await db.write(work)


@post(f"{ONE}/hush", status_code=200, guards=WRITE)
async def hush(db: Db, me: Me, room_id: FromPath[str], data: JSONBody[Hush]) -> Room:
    """Any member: the AIs are silent for a while."""
    number = id_of(room_id)

    def work(tx: Tx) -> Room:
        settings.hush(tx, me, number, data.duration * SECOND)
        return as_seen(tx, me.id, number)

    return await db.write(work)


@post(f"{ONE}/scene", status_code=200, guards=WRITE)
async def start_scene(db: Db, me: Me, room_id: FromPath[str], data: JSONBody[NewScene]) -> Room:
    """The owner or a moderator lets the AIs talk to one another."""
    number = id_of(room_id)

    def work(tx: Tx) -> Room:
        settings.start_scene(tx, me, number, data.lines)
        return as_seen(tx, me.id, number)

    return await db.write(work)


@delete(f"{ONE}/scene", status_code=200, guards=WRITE)
async def stop_scene(db: Db, me: Me, room_id: FromPath[str]) -> Room:
    """Any member ends it."""
    number = id_of(room_id)

    def work(tx: Tx) -> Room:
        settings.stop_scene(tx, me, number)
        return as_seen(tx, me.id, number)

    return await db.write(work)


def as_seen(tx: Tx, viewer_id: int, room_id: int) -> Room:
    """A room as its member sees it now."""
    room, member = rooms.get(tx, room_id), members.of(tx, room_id, viewer_id)
    return shown(tx, viewer_id, room, member)


ROUTES = [
    create,
    mine,
    invited,
    directory,
    show,
    change,
    close,
    hush,
    start_scene,
    stop_scene,
]
