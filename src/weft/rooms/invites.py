"""Invitations: the way into a private room."""

from __future__ import annotations

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects.postgresql import insert

from weft.kernel.errors import Forbidden, Invalid, NotFound
from weft.people import accounts
from weft.people.model import Account
from weft.rooms import doors, members
from weft.rooms.tables import room_invites
from weft.store.database import Tx
from weft.store.page import Page, paged
from weft.work import events

INVITES_MAX = 200
"""Open invitations of one room: a class, a club; more is advertising."""

_room = sa.bindparam("room", type_=sa.BigInteger)
_who = sa.bindparam("who", type_=sa.BigInteger)


class Invite(Struct, frozen=True):
    """Field for field the columns of ``room_invites``. ``by_id`` invited ``account_id``."""

    room_id: int
    account_id: int
    by_id: int
    created_at: int


_COLUMNS = tuple(room_invites.c[field] for field in Invite.__struct_fields__)
_INVITE = insert(room_invites).on_conflict_do_nothing().returning(room_invites.c.room_id)
_TAKE_BACK = (
    room_invites.delete()
    .where(room_invites.c.room_id == _room, room_invites.c.account_id == _who)
    .returning(room_invites.c.room_id)
)
_COUNT = sa.select(sa.func.count()).where(room_invites.c.room_id == _room)
_LIST = paged(
    sa.select(*_COLUMNS).where(room_invites.c.room_id == _room), room_invites.c.account_id
)


def invite(tx: Tx, by: Account, room_id: int, account_id: int) -> None:
    """Ask a person of this server in, as its owner or a moderator. Whoever is in it, or invited,
    stays so. Event: room.invited.

    Errors: NotFound (no such person here), Forbidden (they do not moderate; the person is banned,
    or a block stands between the two), Invalid (too many wait).
    """
    room, _ = doors.moderate(tx, by, room_id)
    target = accounts.by_id(tx, account_id)
    if target is None or not target.local or target.suspended_at is not None:
        raise NotFound
    if target.kind != "person":
        raise Forbidden("AIs are brought in, not invited")
    door = doors.door(tx, account_id, room_id)
    if door.member is not None or door.invited:
        return
    if door.banned or members.apart(tx, by.id, account_id):
        raise Forbidden
    if tx.scalar(_COUNT, room=room.id) >= INVITES_MAX:
        raise Invalid(f"Validation failed: At most {INVITES_MAX} invitations can wait")
    tx.run(_INVITE, room_id=room.id, account_id=account_id, by_id=by.id, created_at=tx.now)
    _tell(tx, "room.invited", by.id, room.id, account_id)


def take_back(tx: Tx, by: Account, room_id: int, account_id: int) -> None:
    """Whoever moderates takes an invitation back. Event: room.uninvited. Errors: NotFound (none
    waits), Forbidden.
    """
    doors.moderate(tx, by, room_id)
    _drop(tx, by, room_id, account_id)


def decline(tx: Tx, by: Account, room_id: int) -> None:
    """Say no to an invitation. Event: room.uninvited. Errors: NotFound (none waits)."""
    tx.order_commits()
    _drop(tx, by, room_id, by.id)


def listed(tx: Tx, by: Account, room_id: int, page: Page) -> list[Invite]:
    """Who was invited and has not answered, for those who moderate. Errors: NotFound, Forbidden."""
    door = doors.look(tx, by.id, room_id)
    if not door.moderates:
        raise Forbidden
    return [Invite(*row) for row in _LIST.rows(tx, page, room=room_id)]


def _drop(tx: Tx, by: Account, room_id: int, account_id: int) -> None:
    if tx.row(_TAKE_BACK, room=room_id, who=account_id) is None:
        raise NotFound
    _tell(tx, "room.uninvited", by.id, room_id, account_id)


def _tell(tx: Tx, kind: str, by_id: int, room_id: int, account_id: int) -> None:
    events.append(
        tx,
        kind,
        actor_id=by_id,
        subject_id=room_id,
        data={"room": room_id, "account": account_id},
    )
