"""Who may not come in again: people and AIs that a room's moderators banned, and AIs that their
owners keep out of it.
"""

from __future__ import annotations

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects.postgresql import insert

from weft.kernel.errors import Forbidden, NotFound
from weft.people import accounts
from weft.people.model import Account
from weft.rooms import doors, members
from weft.rooms.tables import room_bans, room_invites
from weft.store.database import Tx
from weft.store.page import Page, paged
from weft.work import events

_room = sa.bindparam("room", type_=sa.BigInteger)
_who = sa.bindparam("who", type_=sa.BigInteger)


class Ban(Struct, frozen=True):
    """Field for field the columns of ``room_bans``."""

    room_id: int
    account_id: int
    by_id: int
    created_at: int


_COLUMNS = tuple(room_bans.c[field] for field in Ban.__struct_fields__)
_BAN = insert(room_bans).on_conflict_do_nothing()
_UNBAN = room_bans.delete().where(room_bans.c.room_id == _room, room_bans.c.account_id == _who)
_UNINVITE = room_invites.delete().where(
    room_invites.c.room_id == _room, room_invites.c.account_id == _who
)
_LIST = paged(sa.select(*_COLUMNS).where(room_bans.c.room_id == _room), room_bans.c.account_id)


def ban(tx: Tx, by: Account, room_id: int, account_id: int) -> None:
    """Send an account away for good, whether or not it is in the room. To it, the room is not
    there any more. Events: room.left, if it was in it; room.banned.

    Errors: NotFound (no such account here), Forbidden (as ``members.kick``).
    """
    room, member = doors.moderate(tx, by, room_id, closed=True)
    target = accounts.by_id(tx, account_id)
    if target is None or not target.local:
        raise NotFound
    if account_id == by.id:
        raise Forbidden
    if members.of(tx, room_id, account_id) is not None:
        members.depart(tx, room, members.below(tx, member, account_id), by.id, "ban")
    _shut(tx, by, room_id, account_id)


def unban(tx: Tx, by: Account, room_id: int, account_id: int) -> None:
    """They may come again. Errors: NotFound (nobody banned them), Forbidden (no moderator; an AI
    that its owner keeps out).
    """
    doors.moderate(tx, by, room_id, closed=True)
    banned_by = members.banned_by(tx, room_id, account_id)
    if banned_by is None:
        raise NotFound
    target = accounts.by_id(tx, account_id)
    if target is not None and banned_by != by.id and owns_ai(accounts.get(tx, banned_by), target):
        raise Forbidden("Its owner keeps this AI out")
    tx.run(_UNBAN, room=room_id, who=account_id)


def keep_out(tx: Tx, owner: Account, room_id: int, ai_id: int, *, out: bool) -> None:
    """The owner of an AI takes it out of a room and keeps it out, or lets it be brought in again,
    whatever they are in that room, and whoever else banned it. Events: room.left, room.banned.
    Errors: NotFound (not their AI; a room that neither they nor their AI know, and that they do not
    keep it out of).
    """
    tx.order_commits()
    ai = accounts.by_id(tx, ai_id)
    if ai is None or not owns_ai(owner, ai):
        raise NotFound
    its = doors.door(tx, ai_id, room_id)
    kept_out = members.banned_by(tx, room_id, ai_id) == owner.id
    if not kept_out and its.member is None and not doors.door(tx, owner.id, room_id).known:
        raise NotFound
    if not out:
        if kept_out:
            tx.run(_UNBAN, room=room_id, who=ai_id)
        return
    if its.member is not None:
        members.depart(tx, its.room, its.member, owner.id, "")
    # Who banned it before may not let it in again over the owner's head.
    tx.run(_UNBAN, room=room_id, who=ai_id)
    _shut(tx, owner, room_id, ai_id)


def owns_ai(person: Account, ai: Account) -> bool:
    """Whether a person of this server answers for an AI of it: its label says so."""
    operator = (ai.ai or {}).get("operator") or {}
    return ai.kind == "ai" and ai.local and person.local and operator.get("acct") == person.username


def listed(tx: Tx, by: Account, room_id: int, page: Page) -> list[Ban]:
    """Who is banned, for those who moderate. Errors: NotFound, Forbidden."""
    door = doors.look(tx, by.id, room_id)
    if not door.moderates:
        raise Forbidden
    return [Ban(*row) for row in _LIST.rows(tx, page, room=room_id)]


def _shut(tx: Tx, by: Account, room_id: int, account_id: int) -> None:
    tx.run(_BAN, room_id=room_id, account_id=account_id, by_id=by.id, created_at=tx.now)
    tx.run(_UNINVITE, room=room_id, who=account_id)
    events.append(
        tx,
        "room.banned",
        actor_id=by.id,
        subject_id=room_id,
        data={"room": room_id, "account": account_id},
    )
