"""Who is in a room: coming, going, being asked in, sent away, made a moderator; and who is here."""

from typing import Any

from litestar import Request, Response, delete, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import Struct, structs

from weft.api.given import Db, Me
from weft.api.links import Turned, link_header, paging
from weft.api.mastodon.answers import id_of
from weft.api.mastodon.fragments import account_fragments
from weft.api.streaming.routes import TheHub
from weft.api.weft.rooms import ONE, READ, WRITE, as_seen
from weft.api.weft.rooms_entities import (
    Entered,
    Room,
    RoomMember,
    member_list,
)
from weft.kernel.clock import now_ms
from weft.kernel.errors import Invalid, NotFound
from weft.kernel.ids import parse_id
from weft.people import blocks
from weft.rooms import doors, here, marks, members, roles
from weft.store.database import Tx

LISTED = 40
_MEMBERS = f"{ONE}/members"
_MEMBER = f"{_MEMBERS}/{{account_id:str}}"


class Whom(Struct):
    account_id: str | int = ""

    def id(self) -> int:
        """Errors: NotFound."""
        number = parse_id(str(self.account_id))
        if number is None:
            raise NotFound
        return number


class ChangedMember(Struct):
    """``role``: moderator or member, of a person, by the owner. ``muted``: of an AI, by whoever
    moderates.
    """

    role: str | None = None
    muted: bool | None = None


class Choices(Struct):
    """``notify``: all, mentions or none. ``only_when_called``: AIs answer one by name alone."""

    notify: str | None = None
    only_when_called: bool | None = None


class ReadUpTo(Struct):
    line_id: str | int = ""


class Present(Struct, frozen=True):
    """Ids of the members who have the room open now."""

    here: list[str]


# -- coming and going -------------------------------------------------------------------------


@post(f"{ONE}/join", status_code=200, guards=WRITE)
async def join(db: Db, me: Me, room_id: FromPath[str]) -> Entered:
    """Come into a public room, or into one that one was asked into. Who comes is told which AIs are
    there.
    """
    number = id_of(room_id)

    def work(tx: Tx) -> Entered:
        members.join(tx, me, number)
        room = as_seen(tx, me.id, number)
        ids = [one.account_id for one in members.ais(tx, number)]
        shown = account_fragments(tx, ids)
        return Entered(
            *structs.astuple(room), ai_members=[shown[id_] for id_ in ids if id_ in shown]
        )

    return await db.write(work)


@post(f"{ONE}/leave", status_code=200, guards=WRITE)
async def leave(db: Db, me: Me, room_id: FromPath[str]) -> dict[str, Any]:
    number = id_of(room_id)
    await db.write(lambda tx: members.leave(tx, me, number))
    return {}


@patch(f"{ONE}/me", guards=WRITE)
async def choose(db: Db, me: Me, room_id: FromPath[str], data: JSONBody[Choices]) -> Room:
    """How one wants to be told, and whether AIs may answer one unasked."""
    number = id_of(room_id)

    def work(tx: Tx) -> Room:
        members.choose(tx, me, number, notify=data.notify, only_when_called=data.only_when_called)
        return as_seen(tx, me.id, number)

    return await db.write(work)


@post(f"{ONE}/read", status_code=200, guards=WRITE)
async def read_up_to(db: Db, me: Me, room_id: FromPath[str], data: JSONBody[ReadUpTo]) -> Room:
    """One has read up to a line; it never goes back."""
    number, line_id = id_of(room_id), parse_id(str(data.line_id))
    if line_id is None:
        raise Invalid("Validation failed: Line must be an id")

    def work(tx: Tx) -> Room:
        marks.read(tx, me, number, line_id)
        return as_seen(tx, me.id, number)

    return await db.write(work)


# -- who is in it -----------------------------------------------------------------------------


@get(_MEMBERS, guards=READ, dependencies=paging(LISTED))
async def listed(
    request: Request[Any, Any, Any],
    db: Db,
    me: Me,
    hub: TheHub,
    page: Turned,
    room_id: FromPath[str],
) -> Response[list[RoomMember]]:
    """Who is in it, the newest account first."""
    number = id_of(room_id)
    present = hub.here.who(number, now_ms())

    def read(tx: Tx) -> tuple[list[RoomMember], list[int]]:
        found = members.listed(tx, me.id, number, page)
        return member_list(tx, found, present), [one.account_id for one in found]

    answer, keys = await db.read(read)
    return Response(answer, headers=link_header(request, db.site, keys))


@post(_MEMBERS, status_code=200, guards=WRITE)
async def bring_in(db: Db, me: Me, room_id: FromPath[str], data: JSONBody[Whom]) -> RoomMember:
    """The owner or a moderator brings an AI in; people are invited."""
    number, whom = id_of(room_id), data.id()

    def work(tx: Tx) -> RoomMember:
        return member_list(tx, [members.add_ai(tx, me, number, whom)], ())[0]

    return await db.write(work)


@patch(_MEMBER, guards=WRITE)
async def change(
    db: Db, me: Me, room_id: FromPath[str], account_id: FromPath[str], data: JSONBody[ChangedMember]
) -> RoomMember:
    number, whom = id_of(room_id), id_of(account_id)

    def work(tx: Tx) -> RoomMember:
        doors.enter(tx, me, number)
        target = members.of(tx, number, whom)
        if target is None:
            raise NotFound
        if data.role is not None:
            if data.role not in ("moderator", "member"):
                raise Invalid("Validation failed: Role must be moderator or member")
            target = roles.set_role(tx, me, number, whom, data.role)
        if data.muted is not None:
            target = members.mute_ai(tx, me, number, whom, muted=data.muted)
        return member_list(tx, [target], ())[0]

    return await db.write(work)


@delete(_MEMBER, status_code=200, guards=WRITE)
async def kick(db: Db, me: Me, room_id: FromPath[str], account_id: FromPath[str]) -> dict[str, Any]:
    """Send somebody away, who may come back."""
    number, whom = id_of(room_id), id_of(account_id)
    await db.write(lambda tx: members.kick(tx, me, number, whom))
    return {}


@post(f"{ONE}/owner", status_code=200, guards=WRITE)
async def hand_over(db: Db, me: Me, room_id: FromPath[str], data: JSONBody[Whom]) -> Room:
    """Another person in it owns it from now on."""
    number, whom = id_of(room_id), data.id()

    def work(tx: Tx) -> Room:
        roles.hand_over(tx, me, number, whom)
        return as_seen(tx, me.id, number)

    return await db.write(work)


# -- now --------------------------------------------------------------------------------------


@get(f"{ONE}/presence", guards=READ)
async def presence(db: Db, me: Me, hub: TheHub, room_id: FromPath[str]) -> Present:
    """Who has the room open now, as far as they and the reader are not blocked or muted."""
    number = id_of(room_id)

    def read(tx: Tx) -> set[int]:
        doors.read(tx, me.id, number)
        return hub.here.who(number, tx.now) - blocks.hidden_from(tx, me.id)

    return Present([str(one) for one in sorted(await db.read(read))])


@post(f"{ONE}/presence", status_code=200, guards=WRITE)
async def be_here(db: Db, me: Me, room_id: FromPath[str]) -> dict[str, Any]:
    """For apps without a stream: one is here, for two minutes and a half."""
    number = id_of(room_id)

    def work(tx: Tx) -> None:
        doors.enter(tx, me, number, closed=True)
        here.arrive(tx, me.id, number)

    await db.write(work)
    return {}


@post(f"{ONE}/typing", status_code=200, guards=WRITE)
async def typing(db: Db, me: Me, room_id: FromPath[str]) -> dict[str, Any]:
    """One is writing: said every few seconds, forgotten soon after."""
    number = id_of(room_id)
    await db.write(lambda tx: here.typing(tx, me, number))
    return {}


ROUTES = [
    join,
    leave,
    choose,
    read_up_to,
    listed,
    bring_in,
    change,
    kick,
    hand_over,
    presence,
    be_here,
    typing,
]
