"""A room with its AIs, as somebody speaks in it: who hears it, and whom it calls. One read."""

from __future__ import annotations

import sqlalchemy as sa
from msgspec import Struct

from weft.ai import members
from weft.ai.model import Ai, Trigger
from weft.ai.tables import ais
from weft.ai.turns import names
from weft.ai.turns.open_floor import Tuning
from weft.ai.turns.standing import Standing
from weft.ai.turns.tables import ai_places, room_tunings
from weft.people.tables import accounts as account_table
from weft.people.tables import blocks, mutes
from weft.rooms import doors
from weft.rooms.model import Room, RoomLine
from weft.rooms.tables import room_members, rooms
from weft.store.among import among
from weft.store.database import Tx

_room = sa.bindparam("room", type_=sa.BigInteger)
_author = sa.bindparam("author", type_=sa.BigInteger)
_all = room_members.alias("everyone")
_AIS = (
    sa.select(
        *doors.ROOM,
        *members.COLUMNS,
        account_table.c.username,
        account_table.c.name,
        room_members.c.muted,
        ai_places.c.factor,
        ai_places.c.ignored,
        ai_places.c.called_only_until,
        room_tunings.c.numbers,
        sa.select(sa.func.count()).where(_all.c.room_id == _room).correlate(None).scalar_subquery(),
        sa.select(_all.c.only_when_called)
        .where(_all.c.room_id == _room, _all.c.account_id == _author)
        .correlate(None)
        .scalar_subquery(),
    )
    .join_from(room_members, rooms, rooms.c.id == room_members.c.room_id)
    .join(account_table, account_table.c.id == room_members.c.account_id)
    .join(ais, ais.c.account_id == room_members.c.account_id)
    .outerjoin(
        ai_places,
        sa.and_(ai_places.c.ai_id == ais.c.account_id, ai_places.c.place_id == _room),
    )
    .outerjoin(room_tunings, room_tunings.c.room_id == rooms.c.id)
    .where(
        room_members.c.room_id == _room,
        account_table.c.kind == "ai",
        account_table.c.suspended_at.is_(None),
    )
    .order_by(ais.c.account_id)
)
_APART = sa.union_all(
    sa.select(blocks.c.target_id).where(
        blocks.c.blocker_id == _author, among(blocks.c.target_id, "ais")
    ),
    sa.select(blocks.c.blocker_id).where(
        blocks.c.target_id == _author, among(blocks.c.blocker_id, "ais")
    ),
    sa.select(mutes.c.target_id).where(
        mutes.c.muter_id == _author,
        among(mutes.c.target_id, "ais"),
        sa.or_(mutes.c.until.is_(None), mutes.c.until > sa.bindparam("now")),
    ),
)
_ROOM = len(doors.ROOM)
_AI = _ROOM + len(members.COLUMNS)


class Present(Struct, frozen=True):
    """An AI that is in a room."""

    ai: Ai
    name: str
    shown: str
    muted: bool
    standing: Standing


class Company(Struct, frozen=True):
    """A room with its AIs, as somebody speaks in it. ``everybody``: how many are in it."""

    room: Room
    ais: list[Present]
    tuning: Tuning
    everybody: int
    only_when_called: bool
    """Its author wants no answer without calling."""

    @property
    def ids(self) -> list[int]:
        return [one.ai.account_id for one in self.ais]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(sorted(one.name for one in self.ais))


def of(tx: Tx, room_id: int, author_id: int) -> Company | None:
    """Who of the AIs hears what an account says in a room; None where none is."""
    rows = tx.rows(_AIS, room=room_id, author=author_id)
    if not rows:
        return None
    found: list[Present] = []
    for row in rows:
        name, shown, muted, factor, ignored, until = row[_AI : _AI + 6]
        taken = Standing() if factor is None else Standing(factor, ignored, until)
        found.append(Present(Ai(*row[_ROOM:_AI]), name, shown or name, muted, taken))
    numbers, everybody, only_when_called = rows[0][-3:]
    room = Room(*rows[0][:_ROOM])
    tuning = Tuning.of(room, numbers)
    return Company(room, found, tuning, everybody, bool(only_when_called))


def calls(here: Company, line: RoomLine, *, machine: bool) -> dict[int, Trigger]:
    """Which AIs a line calls: by @name, by the reply button, by the name that people see, or by
    being the only one there.
    """
    mentioned = {int(one["id"]) for one in line.mentions}
    spoken = _named(here, line.text)
    found: dict[int, Trigger] = {}
    for one in here.ais:
        ai_id = one.ai.account_id
        if ai_id == line.author_id:
            continue
        if ai_id in mentioned or ai_id in spoken:
            found[ai_id] = "mention"
        elif line.reply_to_author_id == ai_id:
            found[ai_id] = "reply"
        elif here.everybody == 2 and not machine and here.room.mode != "called":
            found[ai_id] = "direct"
    return found


def _named(here: Company, text: str) -> set[int]:
    """AIs whose name, or the name that people see, is called in a text without an @."""
    low = text.casefold()
    by_name = {
        name: one.ai.account_id
        for one in here.ais
        for name in (one.name, one.shown)
        if name.partition(" ")[0].casefold() in low
    }
    if not by_name:
        return set()
    known = names.Names()
    for name in by_name:
        known.add(name)
    called = known.calls(text, []).items()
    return {by_name[name] for name, strength in called if strength >= names.PLAIN}


def apart(tx: Tx, author_id: int, ai_ids: list[int]) -> set[int]:
    """Those of these AIs that an account blocks or mutes, or that block it."""
    if not ai_ids:
        return set()
    return {row[0] for row in tx.rows(_APART, author=author_id, ais=ai_ids, now=tx.now)}
