"""How AIs behave in a room, as its people set it: mode, liveliness, quiet hours, hush, scenes, and
whether turn-taking may be learned from it. What these words do: ``weft.ai.turns``.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any
from zoneinfo import available_timezones

import sqlalchemy as sa
from msgspec import UNSET, UnsetType

from weft.kernel.clock import DAY, HOUR, MINUTE
from weft.kernel.errors import Forbidden, Invalid
from weft.kernel.ids import floor_at
from weft.people.model import Account
from weft.rooms import doors, members, rooms, writing
from weft.rooms.model import LIVELINESSES, MODES, Room, public_id
from weft.rooms.tables import room_lines
from weft.rooms.tables import rooms as room_table
from weft.store.database import Tx

AIS_MOST = 5
"""AIs that a room may be set to hold: more than people can tell apart."""
HUSH_MAX = DAY
"""For how long one member may hush the AIs of a room: until tomorrow. Further is a setting."""
HUSH_MIN = MINUTE
SCENE_LINES_MAX = 50
"""Lines that AIs may say to one another in one scene; then people ask for more."""
SCENES_PER_HOUR = 6
"""Scenes that one person begins, in all rooms: each line of one is paid for by the owner of an AI, who
is asked for neither.
"""

_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
_room = sa.bindparam("room", type_=sa.BigInteger)
_HUSH = (
    room_table.update()
    .where(room_table.c.id == _room)
    .values(hushed_until=sa.bindparam("until", type_=sa.BigInteger))
)
_SCENE = (
    room_table.update()
    .where(room_table.c.id == _room)
    .values(scene=sa.bindparam("scene_", type_=room_table.c.scene.type))
)
_BEGUN = sa.select(sa.func.count()).where(
    room_lines.c.author_id == sa.bindparam("by"),
    room_lines.c.id >= sa.bindparam("since", type_=sa.BigInteger),
    room_lines.c.kind == "scene",
    room_lines.c.text != "",
)


# -- verbs ------------------------------------------------------------------------------------


def change(
    tx: Tx,
    by: Account,
    room_id: int,
    *,
    mode: str | None = None,
    liveliness: str | None = None,
    quiet_hours: dict[str, Any] | UnsetType | None = UNSET,
    ais_max: int | None = None,
    learns: bool | None = None,
) -> Room:
    """Change what is given, as owner or moderator. ``quiet_hours``: {from, to: "HH:MM", zone}, as
    people of the room live; None: none. Event: room.changed.

    Errors: NotFound, Forbidden, Invalid (no such word; ``learns`` of a room that is not public).
    """
    room, _ = doors.moderate(tx, by, room_id)
    values: dict[str, Any] = {}
    if mode is not None:
        values["mode"] = _one_of("Mode", mode, MODES)
    if liveliness is not None:
        values["liveliness"] = _one_of("Liveliness", liveliness, LIVELINESSES)
    if quiet_hours is not UNSET:
        values["quiet_hours"] = _quiet(quiet_hours)
    if ais_max is not None:
        if not 0 <= ais_max <= AIS_MOST:
            raise Invalid(f"Validation failed: Ais max must be from 0 to {AIS_MOST}")
        values["ais_max"] = ais_max
    if learns is not None:
        if learns and public_id(room) is None:
            raise Invalid("Validation failed: Only from public rooms anything may be learned")
        values["learns"] = learns
    changed = {name: new for name, new in values.items() if getattr(room, name) != new}
    if not changed:
        return room
    tx.run(room_table.update().where(room_table.c.id == room_id).values(**changed))
    members.changed(tx, room_id, by.id)
    return rooms.get(tx, room_id)


def hush(tx: Tx, by: Account, room_id: int, ms: int) -> Room:
    """The AIs of a room are silent for so long, from now on: any member may say so, and sooner is
    never shorter than what another said. 0 ends it: for whoever moderates. It is a line of the
    room. Event: room.changed.

    Errors: NotFound, Forbidden (an AI; ending it as no moderator), Invalid (how long).
    """
    room, member = doors.enter(tx, by, room_id)
    if by.kind != "person":
        raise Forbidden
    if ms == 0:
        if not member.moderates:
            raise Forbidden("The owner and the moderators end a hush")
        until = None
    elif HUSH_MIN <= ms <= HUSH_MAX:
        until = tx.now + ms
        if not member.moderates:
            until = max(until, room.hushed_until or 0)
    else:
        raise Invalid("Validation failed: A hush lasts from a minute to a day")
    if until == room.hushed_until:
        return room
    tx.run(_HUSH, room=room_id, until=until)
    writing.notice(tx, room, "hush", by.id, str(until or ""))
    members.changed(tx, room_id, by.id)
    return rooms.get(tx, room_id)


def start_scene(tx: Tx, by: Account, room_id: int, lines: int) -> Room:
    """Let the AIs of a room talk to one another, for so many lines. It is a line of the room.
    Event: room.changed. Errors: NotFound, Forbidden (no moderator), Invalid (how many, too often).
    """
    room, _ = doors.moderate(tx, by, room_id)
    if not 1 <= lines <= SCENE_LINES_MAX:
        raise Invalid(f"Validation failed: A scene has from 1 to {SCENE_LINES_MAX} lines")
    if tx.scalar(_BEGUN, by=by.id, since=floor_at(tx.now - HOUR)) >= SCENES_PER_HOUR:
        raise Invalid(f"Validation failed: One can begin {SCENES_PER_HOUR} scenes within an hour")
    _set_scene(tx, room, by.id, {"owner": str(by.id), "lines": lines, "left": lines})
    return rooms.get(tx, room_id)


def stop_scene(tx: Tx, by: Account, room_id: int) -> Room:
    """Any person in the room ends it. Event: room.changed. Errors: NotFound, Forbidden."""
    room, _ = doors.enter(tx, by, room_id, closed=True)
    if by.kind != "person":
        raise Forbidden
    if room.scene is not None:
        _set_scene(tx, room, by.id, None)
    return rooms.get(tx, room_id)


def spend_scene(tx: Tx, room: Room) -> bool:
    """An AI's line in a scene: one less is left; with the last one it ends. False when no scene
    runs.
    """
    if room.scene is None:
        return False
    left = room.scene["left"] - 1
    if left > 0:
        tx.run(_SCENE, room=room.id, scene_={**room.scene, "left": left})
        members.changed(tx, room.id, None)
    else:
        _set_scene(tx, room, None, None)
    return True


def _set_scene(tx: Tx, room: Room, by_id: int | None, scene: dict[str, Any] | None) -> None:
    tx.run(_SCENE, room=room.id, scene_=scene)
    writing.notice(tx, room, "scene", by_id, str(scene["lines"]) if scene else "")
    members.changed(tx, room.id, by_id)


def _one_of(name: str, given: str, known: tuple[str, ...]) -> str:
    if given not in known:
        raise Invalid(f"Validation failed: {name} must be one of {', '.join(known)}")
    return given


def _quiet(given: dict[str, Any] | None) -> dict[str, str] | None:
    if given is None:
        return None
    start, end, zone = (str(given.get(name, "")) for name in ("from", "to", "zone"))
    if not _TIME.fullmatch(start) or not _TIME.fullmatch(end) or start == end:
        raise Invalid('Validation failed: Quiet hours are from "22:00" to "07:00", two times')
    if zone not in _zones():
        raise Invalid("Validation failed: Zone must be a name such as Europe/Vienna or UTC")
    return {"from": start, "to": end, "zone": zone}


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
