"""What of the event log is said about rooms: to those who have one open (``room``), and to members
about all of theirs (``rooms``). Who hears of a line, and of anybody's doings, says
``rooms.presence.hearing``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import msgspec

from weft.api.mastodon.fragments import account_fragments
from weft.api.streaming.channels import room_key
from weft.api.streaming.out import Ears, Frame, Out
from weft.api.weft import rooms_entities
from weft.kernel.ids import MAX_ID
from weft.reading import filters
from weft.rooms import lines, marks, members, presence, reactions, rooms
from weft.rooms.marks import Unread
from weft.rooms.model import RoomLine
from weft.store.database import Tx
from weft.work.events import Event

NOW = MAX_ID
"""Instead of a line: whoever is there now."""
_ALL = "rooms:"


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _room_of(event: Event) -> tuple[int, str]:
    room_id: int = event.data["room"]
    return room_id, room_key(room_id)


def _alike(
    tx: Tx, event: Event, ears: Ears, name: str, payload: Any, *, line: int = NOW, by: int | None
) -> list[Out]:
    """The same for all who have the room open and hear of what ``by`` does."""
    room_id, key = _room_of(event)
    hearing = presence.hearing(tx, room_id, line, by, ears.get(key, frozenset()))
    return [Out(key, dict.fromkeys(hearing, Frame(name, _json(payload))))] if hearing else []


# -- lines ------------------------------------------------------------------------------------


def _line(tx: Tx, event: Event, line_id: int, ears: Ears) -> list[Out]:
    room_id, key = _room_of(event)
    open_ = ears.get(key, frozenset[int]())
    elsewhere = _own_streams(ears)
    if not open_ and not elsewhere:
        return []
    line = lines.by_id(tx, line_id)
    if line is None or line.deleted_at is not None:
        return []
    outs: list[Out] = []
    hearing = presence.hearing(tx, room_id, line.id, line.author_id, open_)
    if hearing:
        name = "room.edit" if event.kind == "room.edited" else "room.line"
        outs.append(Out(key, _shown(tx, line, hearing, name)))
    if event.kind == "room.line" and elsewhere:
        outs += _unread(
            tx,
            line,
            presence.hearing(
                tx, room_id, line.id, line.author_id, elsewhere - {line.author_id or 0}
            ),
        )
    return outs


def _shown(tx: Tx, line: RoomLine, readers: Collection[int], name: str) -> dict[int, Frame]:
    """The line as each of them sees it: alike to all but those who filter or reacted."""
    apart = filters.owners(tx, readers) - {line.author_id or 0}
    apart |= reactions.whose(tx, line) if line.reactions else set()
    usual: Frame | None = None
    frames: dict[int, Frame] = {}
    for reader in readers:
        if reader in apart:
            frames[reader] = Frame(name, _json(rooms_entities.line(tx, reader, line)))
        else:
            if usual is None:
                usual = Frame(name, _json(rooms_entities.line(tx, None, line)))
            frames[reader] = usual
    return frames


def _deleted(tx: Tx, event: Event, line_id: int, ears: Ears) -> list[Out]:
    payload = {"room_id": str(event.data["room"]), "id": str(line_id)}
    return _alike(tx, event, ears, "room.delete", payload, line=line_id, by=event.data["account"])


def _reacted(tx: Tx, event: Event, line_id: int, ears: Ears) -> list[Out]:
    room_id, key = _room_of(event)
    if key not in ears:
        return []
    line = lines.by_id(tx, line_id)
    if line is None or line.deleted_at is not None:
        return []
    name: str = event.data["emoji"]
    shown = rooms_entities.reaction_now(tx, name, line.reactions.get(name, 0))
    payload = {
        "room_id": str(room_id),
        "line_id": str(line_id),
        "account_id": str(event.data["account"]),
        "added": event.data["added"],
        "name": shown.name,
        "count": shown.count,
        "url": shown.url,
        "static_url": shown.static_url,
    }
    outs = _alike(tx, event, ears, "room.reaction", payload, line=line_id, by=event.data["account"])
    seeing = presence.hearing(tx, room_id, line_id, line.author_id, ears[key])
    return [
        Out(out.key, {one: frame for one, frame in out.frames.items() if one in seeing})
        for out in outs
    ]


# -- people -----------------------------------------------------------------------------------


def _member(tx: Tx, event: Event, _room: int, ears: Ears) -> list[Out]:
    """Somebody came or went. Who went is told, and hears no more."""
    room_id, key = _room_of(event)
    account_id: int = event.data["account"]
    left = event.kind == "room.left"
    room = rooms.by_id(tx, room_id)
    keys = [one for one in (key, f"{_ALL}{account_id}") if one in ears]
    if room is None or not keys:
        return []
    notice = lines.by_id(tx, event.data["line"])
    payload = {
        "room_id": str(room_id),
        "change": "left" if left else "joined",
        "how": event.data.get("how", ""),
        "account": account_fragments(tx, [account_id]).get(account_id),
        "line": rooms_entities.line(tx, None, notice) if notice is not None else None,
    }
    frame = Frame("room.member", _json(payload))
    hearing = presence.hearing(tx, room_id, event.data["line"], account_id, ears.get(key, ()))
    shut = left and room.access != "public" and members.of(tx, room_id, account_id) is None
    if account_id in ears.get(key, ()):
        hearing |= {account_id}
    ends = frozenset({account_id}) if shut else frozenset[int]()
    outs = [Out(key, dict.fromkeys(hearing, frame), ends=ends)]
    if f"{_ALL}{account_id}" in ears:
        outs.append(Out(f"{_ALL}{account_id}", {account_id: frame}))
    return outs


def _banned(_tx: Tx, event: Event, _room: int, _ears: Ears) -> list[Out]:
    """Who is banned from a public room read it without being in it."""
    return [Out(_room_of(event)[1], {}, ends=frozenset({event.data["account"]}))]


def _invited(tx: Tx, event: Event, _room: int, ears: Ears) -> list[Out]:
    account_id: int = event.data["account"]
    key = f"{_ALL}{account_id}"
    room = rooms.by_id(tx, event.data["room"]) if key in ears else None
    if room is None:
        return []
    frame = Frame("room.invite", _json(rooms_entities.room(tx, None, room)))
    return [Out(key, {account_id: frame})]


def _doing(name: str) -> Callable[[Tx, Event, int, Ears], list[Out]]:
    """What somebody does right now."""

    def make(tx: Tx, event: Event, room_id: int, ears: Ears) -> list[Out]:
        who: int = event.data["account"]
        payload: dict[str, Any] = {"room_id": str(room_id), "account_id": str(who)}
        if name == "room.presence":
            payload["here"] = event.kind == "room.here"
        outs = _alike(tx, event, ears, name, payload, by=who)
        return [
            Out(out.key, {one: said for one, said in out.frames.items() if one != who})
            for out in outs
        ]

    return make


def _read(tx: Tx, event: Event, room_id: int, ears: Ears) -> list[Out]:
    """For the reader's other windows: how far somebody has read is theirs to know."""
    who: int = event.data["account"]
    payload = {
        "room_id": str(room_id),
        "account_id": str(who),
        "line_id": str(event.data["line"]),
    }
    outs: list[Out] = []
    if who in ears.get(room_key(room_id), ()):
        outs.append(Out(room_key(room_id), {who: Frame("room.read", _json(payload))}))
    if f"{_ALL}{who}" in ears:
        outs += _counted(tx, room_id, None, {who})
    return outs


# -- the room ---------------------------------------------------------------------------------


def _changed(tx: Tx, _event: Event, room_id: int, ears: Ears) -> list[Out]:
    key = room_key(room_id)
    elsewhere = members.among_them(tx, room_id, _own_streams(ears))
    if key not in ears and not elsewhere:
        return []
    room = rooms.by_id(tx, room_id)
    if room is None:
        return []
    frame = Frame("room.changed", _json(rooms_entities.room(tx, None, room)))
    hearing = presence.hearing(tx, room_id, NOW, None, ears.get(key, ()))
    outs = [Out(key, dict.fromkeys(hearing, frame))]
    return outs + [Out(f"{_ALL}{one}", {one: frame}) for one in elsewhere]


# -- all rooms of a member --------------------------------------------------------------------


def _own_streams(ears: Ears) -> set[int]:
    """Accounts that follow all of their rooms."""
    return {int(key.removeprefix(_ALL)) for key in ears if key.startswith(_ALL)}


def _unread(tx: Tx, line: RoomLine, hearing: Collection[int]) -> list[Out]:
    """For members, as far as they want to be told."""
    levels = members.levels(tx, line.room_id, hearing)
    named = {int(one["id"]) for one in line.mentions} | {line.reply_to_author_id}
    wanted = {
        one for one, level in levels.items() if level == "all" or (level != "none" and one in named)
    }
    return _counted(tx, line.room_id, line, wanted)


def _counted(tx: Tx, room_id: int, line: RoomLine | None, whom: Collection[int]) -> list[Out]:
    if not whom:
        return []
    unread = marks.in_room(tx, room_id, whom)
    outs: list[Out] = []
    for one in whom:
        count = unread.get(one, Unread())
        payload = {
            "room_id": str(room_id),
            "unread": count.lines,
            "mentions": count.mentions,
            "line_id": str(line.id) if line is not None else None,
        }
        outs.append(Out(f"{_ALL}{one}", {one: Frame("room.unread", _json(payload))}))
    return outs


MAKERS: dict[str, Callable[[Tx, Event, int, Ears], list[Out]]] = {
    "room.line": _line,
    "room.edited": _line,
    "room.deleted": _deleted,
    "room.reacted": _reacted,
    "room.joined": _member,
    "room.left": _member,
    "room.banned": _banned,
    "room.invited": _invited,
    "room.changed": _changed,
    "room.typing": _doing("room.typing"),
    "room.here": _doing("room.presence"),
    "room.away": _doing("room.presence"),
    "room.read": _read,
}
