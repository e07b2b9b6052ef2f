"""Who is asked into a room, and who may not come into it."""

from typing import Any

from litestar import Request, Response, delete, get, post, put
from litestar.params import FromPath, JSONBody

from weft.api.given import Db, Me
from weft.api.links import Turned, link_header, paging
from weft.api.mastodon.answers import id_of
from weft.api.mastodon.fragments import account_fragments
from weft.api.weft.rooms import ONE, READ, WRITE
from weft.api.weft.rooms_entities import RoomBan, RoomInvite
from weft.api.weft.rooms_members import LISTED, Whom
from weft.kernel.clock import iso
from weft.rooms import bans, invites
from weft.rooms.bans import Ban
from weft.rooms.invites import Invite
from weft.store.database import Tx


@get(f"{ONE}/invites", guards=READ, dependencies=paging(LISTED))
async def invited(
    request: Request[Any, Any, Any], db: Db, me: Me, page: Turned, room_id: FromPath[str]
) -> Response[list[RoomInvite]]:
    """Who was asked in and has not answered, for those who moderate."""
    number = id_of(room_id)

    def read(tx: Tx) -> tuple[list[RoomInvite], list[int]]:
        found = invites.listed(tx, me, number, page)
        return _pairs(tx, found), [one.account_id for one in found]

    answer, keys = await db.read(read)
    return Response(answer, headers=link_header(request, db.site, keys))


@post(f"{ONE}/invites", status_code=200, guards=WRITE)
async def invite(db: Db, me: Me, room_id: FromPath[str], data: JSONBody[Whom]) -> dict[str, Any]:
    number, whom = id_of(room_id), data.id()
    await db.write(lambda tx: invites.invite(tx, me, number, whom))
    return {}


@delete(f"{ONE}/invites/{{account_id:str}}", status_code=200, guards=WRITE)
async def uninvite(
    db: Db, me: Me, room_id: FromPath[str], account_id: FromPath[str]
) -> dict[str, Any]:
    """Take an invitation back; with one's own id, say no to it."""
    number, whom = id_of(room_id), id_of(account_id)

    def work(tx: Tx) -> None:
        if whom == me.id:
            invites.decline(tx, me, number)
        else:
            invites.take_back(tx, me, number, whom)

    await db.write(work)
    return {}


@get(f"{ONE}/bans", guards=READ, dependencies=paging(LISTED))
async def banned(
    request: Request[Any, Any, Any], db: Db, me: Me, page: Turned, room_id: FromPath[str]
) -> Response[list[RoomBan]]:
    """Who may not come in, for those who moderate."""
    number = id_of(room_id)

    def read(tx: Tx) -> tuple[list[RoomBan], list[int]]:
        found = bans.listed(tx, me, number, page)
        return _pairs(tx, found), [one.account_id for one in found]

    answer, keys = await db.read(read)
    return Response(answer, headers=link_header(request, db.site, keys))


@post(f"{ONE}/bans", status_code=200, guards=WRITE)
async def ban(db: Db, me: Me, room_id: FromPath[str], data: JSONBody[Whom]) -> dict[str, Any]:
    """Send an account away for good."""
    number, whom = id_of(room_id), data.id()
    await db.write(lambda tx: bans.ban(tx, me, number, whom))
    return {}


@delete(f"{ONE}/bans/{{account_id:str}}", status_code=200, guards=WRITE)
async def unban(
    db: Db, me: Me, room_id: FromPath[str], account_id: FromPath[str]
) -> dict[str, Any]:
    number, whom = id_of(room_id), id_of(account_id)
    await db.write(lambda tx: bans.unban(tx, me, number, whom))
    return {}


@put(f"{ONE}/kept_out/{{account_id:str}}", status_code=200, guards=WRITE)
async def keep_out(
    db: Db, me: Me, room_id: FromPath[str], account_id: FromPath[str]
) -> dict[str, Any]:
    """The owner of an AI takes it out and keeps it out."""
    number, whom = id_of(room_id), id_of(account_id)
    await db.write(lambda tx: bans.keep_out(tx, me, number, whom, out=True))
    return {}


@delete(f"{ONE}/kept_out/{{account_id:str}}", status_code=200, guards=WRITE)
async def let_in(
    db: Db, me: Me, room_id: FromPath[str], account_id: FromPath[str]
) -> dict[str, Any]:
    """The owner of an AI lets it be brought in again."""
    number, whom = id_of(room_id), id_of(account_id)
    await db.write(lambda tx: bans.keep_out(tx, me, number, whom, out=False))
    return {}


def _pairs(tx: Tx, found: list[Invite] | list[Ban]) -> list[RoomInvite]:
    named = [one.account_id for one in found] + [one.by_id for one in found]
    shown = account_fragments(tx, named)
    return [
        RoomInvite(shown[one.account_id], shown[one.by_id], iso(one.created_at))
        for one in found
        if one.account_id in shown and one.by_id in shown
    ]


ROUTES = [invited, invite, uninvite, banned, ban, unban, keep_out, let_in]
