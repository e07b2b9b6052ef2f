"""Rooms themselves: made, found, renamed, closed. How AIs behave in one: ``settings``."""

from __future__ import annotations

import sqlalchemy as sa
from msgspec import structs

from weft.kernel.errors import Forbidden, Invalid
from weft.kernel.ids import new_id
from weft.people.model import Account
from weft.rooms import doors, members, writing
from weft.rooms.model import ACCESSES, Member, Room
from weft.rooms.tables import room_bans, room_invites, room_members, rooms
from weft.store.among import among
from weft.store.database import Tx
from weft.threads.tokens import storable

NAME_CHARS = 100
"""One line in a list of rooms."""
TOPIC_CHARS = 1_000
"""A paragraph: what the room is for and how one behaves."""
OWNED_MAX = 50
"""Open rooms that one person owns: each costs a place in lists and somebody's care."""
AIS_MAX = 2
"""AIs that may be in a new room: two can take turns; more talk among themselves."""

_room = sa.bindparam("room", type_=sa.BigInteger)
_viewer = sa.bindparam("viewer", type_=sa.BigInteger)
_INSERT = rooms.insert()
_OWNED = sa.select(sa.func.count()).where(
    rooms.c.owner_id == sa.bindparam("owner"), rooms.c.closed_at.is_(None)
)
_BY_ID = sa.select(*doors.ROOM).where(rooms.c.id == _room)
_BY_IDS = sa.select(*doors.ROOM).where(among(rooms.c.id, "ids"))
_NAME = (
    rooms.update()
    .where(rooms.c.id == _room)
    .values(name=sa.bindparam("name_"), topic=sa.bindparam("topic_"))
)
_CLOSE = (
    rooms.update().where(rooms.c.id == _room).values(closed_at=sa.bindparam("at"), scene=sa.null())
)
_UNINVITE_ALL = room_invites.delete().where(room_invites.c.room_id == _room)
_MINE = (
    sa.select(*doors.ROOM, *doors.MEMBER)
    .join_from(room_members, rooms, rooms.c.id == room_members.c.room_id)
    .where(room_members.c.account_id == _viewer)
    .order_by(rooms.c.last_line_id.desc())
)
_INVITED = (
    sa.select(*doors.ROOM)
    .join_from(room_invites, rooms, rooms.c.id == room_invites.c.room_id)
    .where(room_invites.c.account_id == _viewer, rooms.c.closed_at.is_(None))
    .order_by(room_invites.c.created_at.desc())
)
_PUBLIC = (
    sa.select(*doors.ROOM)
    .where(
        rooms.c.access == "public",
        rooms.c.closed_at.is_(None),
        ~sa.exists().where(room_bans.c.room_id == rooms.c.id, room_bans.c.account_id == _viewer),
    )
    .order_by(rooms.c.last_line_at.desc(), rooms.c.id.desc())
    .limit(sa.bindparam("most"))
    .offset(sa.bindparam("skip"))
)
_WIDTH = len(doors.ROOM)


# -- verbs ------------------------------------------------------------------------------------


def create(
    tx: Tx, by: Account, name: str, topic: str = "", *, access: str = "private"
) -> tuple[Room, Member]:
    """Make a room and own it. Whether it is public is decided here, once and for all: what was
    said among a few never becomes public, and what all could read does not vanish.

    Events: room.changed, room.joined. Errors: Forbidden (no person of this server), Invalid.
    """
    if by.kind != "person" or not by.local:
        raise Forbidden("Only a person of this server can make a room")
    if access not in ACCESSES:
        raise Invalid(f"Validation failed: Access must be one of {', '.join(ACCESSES)}")
    tx.order_commits()
    if tx.scalar(_OWNED, owner=by.id) >= OWNED_MAX:
        raise Invalid(f"Validation failed: One can own at most {OWNED_MAX} open rooms")
    room = Room(
        id=new_id(),
        name=_name(name),
        topic=_topic(topic),
        access=access,
        owner_id=by.id,
        mode="meant",
        liveliness="normal",
        quiet_hours=None,
        hushed_until=None,
        ais_max=AIS_MAX,
        learns=False,
        scene=None,
        last_line_id=None,
        last_line_at=None,
        created_at=tx.now,
        closed_at=None,
    )
    tx.run(_INSERT, structs.asdict(room))
    members.changed(tx, room.id, by.id)
    member = members.admit(tx, room, by, by, role="owner")
    return get(tx, room.id), member


def update(
    tx: Tx, by: Account, room_id: int, *, name: str | None = None, topic: str | None = None
) -> Room:
    """Another name or topic; a new topic is a line of the room. Event: room.changed.

    Errors: NotFound, Forbidden, Invalid.
    """
    room, _ = doors.moderate(tx, by, room_id)
    new = structs.replace(
        room,
        name=room.name if name is None else _name(name),
        topic=room.topic if topic is None else _topic(topic),
    )
    if new == room:
        return room
    tx.run(_NAME, room=room_id, name_=new.name, topic_=new.topic)
    if new.topic != room.topic:
        writing.notice(tx, room, "topic", by.id, new.topic)
    members.changed(tx, room_id, by.id)
    return get(tx, room_id)


def close(tx: Tx, by: Account, room_id: int) -> Room:
    """Nobody says anything in it any more; what was said stays. Event: room.changed. Errors:
    NotFound, Forbidden (not the owner).
    """
    room, _ = doors.own(tx, by, room_id, closed=True)
    if room.closed_at is None:
        end(tx, room, by.id)
    return get(tx, room_id)


def end(tx: Tx, room: Room, by_id: int | None) -> None:
    """Close a room, whoever asked."""
    tx.run(_CLOSE, room=room.id, at=tx.now)
    tx.run(_UNINVITE_ALL, room=room.id)
    members.changed(tx, room.id, by_id)


# -- reading ----------------------------------------------------------------------------------


def get(tx: Tx, room_id: int) -> Room:
    """A room that is there, whoever asks (``doors`` says who may)."""
    return Room(*tx.run(_BY_ID, room=room_id).one())


def by_id(tx: Tx, room_id: int) -> Room | None:
    """The same, of one that may be gone."""
    row = tx.row(_BY_ID, room=room_id)
    return Room(*row) if row is not None else None


def by_ids(tx: Tx, ids: list[int]) -> dict[int, Room]:
    return {row[0]: Room(*row) for row in tx.rows(_BY_IDS, ids=ids)} if ids else {}


def mine(tx: Tx, viewer_id: int) -> list[tuple[Room, Member]]:
    """The rooms that an account is in, the last spoken in first: ``members.ROOMS_MAX`` at most."""
    return [
        (Room(*row[:_WIDTH]), Member(*row[_WIDTH:])) for row in tx.rows(_MINE, viewer=viewer_id)
    ]


def invited(tx: Tx, viewer_id: int) -> list[Room]:
    """Rooms that wait for an account's answer, the last invitation first."""
    return [Room(*row) for row in tx.rows(_INVITED, viewer=viewer_id)]


def public(tx: Tx, viewer_id: int, *, limit: int, offset: int = 0) -> list[Room]:
    """Open public rooms, the last spoken in first."""
    rows = tx.rows(_PUBLIC, viewer=viewer_id, most=limit, skip=offset)
    return [Room(*row) for row in rows]


def _name(text: str) -> str:
    name = " ".join(storable(text).split())
    if not name:
        raise Invalid("Validation failed: Name can't be blank")
    if len(name) > NAME_CHARS:
        raise Invalid(f"Validation failed: Name is too long (maximum is {NAME_CHARS} characters)")
    return name


def _topic(text: str) -> str:
    topic = storable(text).strip()
    if len(topic) > TOPIC_CHARS:
        raise Invalid(f"Validation failed: Topic is too long (maximum is {TOPIC_CHARS} characters)")
    return topic
