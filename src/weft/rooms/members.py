"""Coming and going: who is in a room, as what, and from which line to which.

People come by themselves (a public room) or by an invitation (``invites``); AIs are brought in by
the owner or a moderator. Each coming and going is a line of the room, and the stay of its account
(``room_stays``) begins or ends with exactly that line.

A room always has one owner, a person, who hands it over (``roles``) before going.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from msgspec import structs

from weft.kernel.errors import Forbidden, Invalid, NotFound
from weft.kernel.ids import new_id
from weft.people import accounts
from weft.people.model import Account
from weft.people.tables import accounts as account_table
from weft.people.tables import blocks
from weft.rooms import doors, writing
from weft.rooms.model import NOTIFIES, Member, Notify, Role, Room, RoomLine
from weft.rooms.tables import room_bans, room_invites, room_members, room_stays
from weft.store.among import among
from weft.store.database import Tx
from weft.store.page import Page, paged
from weft.work import events

MEMBERS_MAX = 1_000
"""Of one room: a conversation of more is a stream that nobody reads, and each line looks through
those who listen."""
ROOMS_MAX = 200
"""Rooms that one account is in: more than anybody follows, and all of them are listed at once."""

_room = sa.bindparam("room", type_=sa.BigInteger)
_who = sa.bindparam("who", type_=sa.BigInteger)
_mine = sa.and_(room_members.c.room_id == _room, room_members.c.account_id == _who)
_ONE = sa.select(*doors.MEMBER).where(_mine)
_INSERT = room_members.insert()
_DELETE = room_members.delete().where(_mine)
_BEGIN = room_stays.insert()
_END = (
    room_stays.update()
    .where(
        room_stays.c.room_id == _room,
        room_stays.c.account_id == _who,
        room_stays.c.to_id.is_(None),
    )
    .values(to_id=sa.bindparam("line", type_=sa.BigInteger))
)
_SIZES = (
    sa.select(room_members.c.room_id, account_table.c.kind, sa.func.count())
    .join_from(room_members, account_table, account_table.c.id == room_members.c.account_id)
    .where(among(room_members.c.room_id, "ids"))
    .group_by(room_members.c.room_id, account_table.c.kind)
)
_IN_HOW_MANY = sa.select(sa.func.count()).where(room_members.c.account_id == _who)
_AMONG = sa.select(room_members.c.account_id).where(
    room_members.c.room_id == _room, among(room_members.c.account_id, "ids")
)
_LEVELS = sa.select(room_members.c.account_id, room_members.c.notify).where(
    room_members.c.room_id == _room, among(room_members.c.account_id, "ids")
)
_AIS = (
    sa.select(*doors.MEMBER)
    .join_from(room_members, account_table, account_table.c.id == room_members.c.account_id)
    .where(room_members.c.room_id == _room, account_table.c.kind == "ai")
    .order_by(room_members.c.account_id)
)
_LIST = paged(
    sa.select(*doors.MEMBER)
    .join_from(room_members, account_table, account_table.c.id == room_members.c.account_id)
    .where(room_members.c.room_id == _room, account_table.c.suspended_at.is_(None)),
    room_members.c.account_id,
)
_UNINVITE = room_invites.delete().where(
    room_invites.c.room_id == _room, room_invites.c.account_id == _who
)
_BANNED = sa.select(room_bans.c.by_id).where(
    room_bans.c.room_id == _room, room_bans.c.account_id == _who
)
_APART = sa.select(sa.literal(1)).where(
    sa.or_(
        sa.and_(blocks.c.blocker_id == _who, blocks.c.target_id == sa.bindparam("other")),
        sa.and_(blocks.c.blocker_id == sa.bindparam("other"), blocks.c.target_id == _who),
    )
)


# -- verbs ------------------------------------------------------------------------------------


def join(tx: Tx, by: Account, room_id: int) -> Member:
    """Come in: to a public room, or by an invitation. Who is in it stays. Event: room.joined.

    Errors: NotFound (they may not know of it), Forbidden (it is closed; an AI), Invalid (it, or
    their list of rooms, is full).
    """
    door = doors.knock(tx, by, room_id)
    if door.member is not None:
        return door.member
    if door.room.closed_at is not None:
        raise Forbidden("This room is closed")
    if by.kind != "person":
        raise Forbidden("AIs do not come by themselves: the owner of a room brings them in")
    return admit(tx, door.room, by, by)


def add_ai(tx: Tx, by: Account, room_id: int, ai_id: int) -> Member:
    """Bring an AI of this server in, at once; its owner can keep it out (``bans.keep_out``).
    Event: room.joined.

    Errors: NotFound, Forbidden (they do not moderate; it was sent away or kept out; a block stands
    between them), Invalid (as many AIs are in it as may be).
    """
    room, _ = doors.moderate(tx, by, room_id)
    ai = accounts.by_id(tx, ai_id)
    if ai is None or ai.kind != "ai" or not ai.local or ai.suspended_at is not None:
        raise NotFound
    found = doors.door(tx, ai_id, room_id)
    if found.member is not None:
        return found.member
    if found.banned or apart(tx, by.id, ai_id):
        raise Forbidden
    if len(ais(tx, room_id)) >= room.ais_max:
        raise Invalid(f"Validation failed: At most {room.ais_max} AIs can be in this room")
    return admit(tx, room, ai, by)


def leave(tx: Tx, by: Account, room_id: int) -> None:
    """Go. Who is not in it stays out. Event: room.left. Errors: NotFound; Forbidden for the owner,
    who hands the room over first, or closes it.
    """
    door = doors.knock(tx, by, room_id)
    if door.member is None:
        return
    if door.member.role == "owner":
        raise Forbidden("The owner hands the room over first, or closes it")
    depart(tx, door.room, door.member, by.id, "")


def kick(tx: Tx, by: Account, room_id: int, account_id: int) -> None:
    """Send somebody away, who may come back. Event: room.left. Errors: NotFound (who is not in
    it), Forbidden (by no moderator; the owner, or a moderator unless by the owner; oneself).
    """
    room, member = doors.moderate(tx, by, room_id, closed=True)
    depart(tx, room, below(tx, member, account_id), by.id, "kick")


def choose(
    tx: Tx,
    by: Account,
    room_id: int,
    *,
    notify: str | None = None,
    only_when_called: bool | None = None,
) -> Member:
    """How one wants to be told of lines, and whether AIs may answer one unasked. Errors: NotFound,
    Forbidden, Invalid.
    """
    _, member = doors.enter(tx, by, room_id, closed=True)
    if notify is not None and notify not in NOTIFIES:
        raise Invalid(f"Validation failed: Notify must be one of {', '.join(NOTIFIES)}")
    values: dict[str, Any] = {}
    if notify is not None:
        values["notify"] = notify
    if only_when_called is not None:
        values["only_when_called"] = only_when_called
    if values:
        tx.run(room_members.update().where(_mine).values(**values), room=room_id, who=by.id)
        changed(tx, room_id, by.id, by.id)
    return structs.replace(member, **values)


def mute_ai(tx: Tx, by: Account, room_id: int, ai_id: int, *, muted: bool) -> Member:
    """Keep an AI silent in this room, or let it speak again. Event: room.changed. Errors: NotFound
    (no AI in it), Forbidden.
    """
    doors.moderate(tx, by, room_id)
    target = of(tx, room_id, ai_id)
    if target is None or accounts.get(tx, ai_id).kind != "ai":
        raise NotFound
    tx.run(room_members.update().where(_mine).values(muted=muted), room=room_id, who=ai_id)
    changed(tx, room_id, by.id, ai_id)
    return structs.replace(target, muted=muted)


# -- reading ----------------------------------------------------------------------------------


def of(tx: Tx, room_id: int, account_id: int) -> Member | None:
    """An account in a room; None when it is not in it."""
    row = tx.row(_ONE, room=room_id, who=account_id)
    return Member(*row) if row is not None else None


def listed(tx: Tx, viewer_id: int, room_id: int, page: Page) -> list[Member]:
    """Who is in it, by account id, the newest account first. Errors: NotFound."""
    doors.look(tx, viewer_id, room_id)
    return [Member(*row) for row in _LIST.rows(tx, page, room=room_id)]


def ais(tx: Tx, room_id: int) -> list[Member]:
    """The AIs in a room, muted ones too."""
    return [Member(*row) for row in tx.rows(_AIS, room=room_id)]


def among_them(tx: Tx, room_id: int, account_ids: Collection[int]) -> set[int]:
    """Those of these accounts that are in a room."""
    if not account_ids:
        return set()
    return {row[0] for row in tx.rows(_AMONG, room=room_id, ids=list(account_ids))}


def levels(tx: Tx, room_id: int, account_ids: Collection[int]) -> dict[int, Notify]:
    """How those of these accounts that are in a room want to be told of lines."""
    if not account_ids:
        return {}
    return {row[0]: row[1] for row in tx.rows(_LEVELS, room=room_id, ids=list(account_ids))}


def sizes(tx: Tx, room_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """(people, AIs) in each of these rooms."""
    found: dict[int, tuple[int, int]] = {}
    for room_id, kind, count in tx.rows(_SIZES, ids=list(room_ids)) if room_ids else ():
        people, machines = found.get(room_id, (0, 0))
        found[room_id] = (people, count) if kind == "ai" else (people + count, machines)
    return found


# -- what the other verbs of rooms share ------------------------------------------------------


def admit(tx: Tx, room: Room, account: Account, by: Account, *, role: Role = "member") -> Member:
    """Let in who is not in it. Event: room.joined. Errors: Invalid (full)."""
    if sum(sizes(tx, [room.id]).get(room.id, (0, 0))) >= MEMBERS_MAX:
        raise Invalid(f"Validation failed: At most {MEMBERS_MAX} can be in a room")
    if account.kind != "ai" and tx.scalar(_IN_HOW_MANY, who=account.id) >= ROOMS_MAX:
        raise Invalid(f"Validation failed: One can be in at most {ROOMS_MAX} rooms")
    line = writing.notice(tx, room, "join", account.id, _label(account))
    # What was said before counts as read: nobody comes in to a hundred unread lines.
    member = Member(room.id, account.id, role, line.id, "all", False, False, tx.now)
    tx.run(_INSERT, structs.asdict(member))
    tx.run(_BEGIN, id=new_id(), room_id=room.id, account_id=account.id, from_id=line.id, to_id=None)
    tx.run(_UNINVITE, room=room.id, who=account.id)
    _tell(tx, "room.joined", by.id, account.id, line)
    return member


def _label(account: Account) -> str:
    """What its coming says of an AI, to whoever shows no more of a notice than its words."""
    if account.kind != "ai":
        return ""
    operator = ((account.ai or {}).get("operator") or {}).get("acct")
    return f"an AI, run by @{operator}" if operator else "an AI"


def depart(tx: Tx, room: Room, member: Member, by_id: int, how: str) -> None:
    """Let out who is in it. ``how``: "" by themselves, kick, ban, or gone. Event: room.left."""
    line = writing.notice(tx, room, "leave", member.account_id, how)
    tx.run(_DELETE, room=room.id, who=member.account_id)
    tx.run(_END, room=room.id, who=member.account_id, line=line.id)
    _tell(tx, "room.left", by_id, member.account_id, line, how=how)


def below(tx: Tx, by: Member, account_id: int) -> Member:
    """A member about whom ``by`` may decide. Errors: NotFound (who is not in it), Forbidden."""
    target = of(tx, by.room_id, account_id)
    if target is None:
        raise NotFound
    if account_id == by.account_id or target.role == "owner":
        raise Forbidden
    if target.role == "moderator" and by.role != "owner":
        raise Forbidden
    return target


def apart(tx: Tx, one: int, other: int) -> bool:
    """Whether a block stands between two accounts."""
    return tx.row(_APART, who=one, other=other) is not None


def banned_by(tx: Tx, room_id: int, account_id: int) -> int | None:
    """Who banned an account from a room; None when nobody did."""
    return tx.scalar(_BANNED, room=room_id, who=account_id)


def changed(tx: Tx, room_id: int, by_id: int | None, account_id: int | None = None) -> None:
    """Event: room.changed. ``account_id``: the member about whom something changed."""
    events.append(
        tx,
        "room.changed",
        actor_id=by_id,
        subject_id=room_id,
        data={"room": room_id, "account": account_id},
    )


def _tell(tx: Tx, kind: str, by_id: int, account_id: int, line: RoomLine, **more: str) -> None:
    events.append(
        tx,
        kind,
        actor_id=by_id,
        subject_id=line.room_id,
        data={"room": line.room_id, "line": line.id, "account": account_id, **more},
    )
