"""What a room is, who is in it, what is said there; and the proof that a room is public."""

from __future__ import annotations

from typing import Any, Literal, NoReturn, get_args

from msgspec import Struct

Access = Literal["public", "private"]
Role = Literal["owner", "moderator", "member"]
Mode = Literal["called", "meant", "helpful", "scene"]
Liveliness = Literal["quiet", "normal", "lively"]
Notify = Literal["all", "mentions", "none"]
LineKind = Literal["line", "join", "leave", "topic", "hush", "scene"]
LineFormat = Literal["plain", "markdown"]

ACCESSES: tuple[Access, ...] = get_args(Access)
MODES: tuple[Mode, ...] = get_args(Mode)
LIVELINESSES: tuple[Liveliness, ...] = get_args(Liveliness)
NOTIFIES: tuple[Notify, ...] = get_args(Notify)


class Room(Struct, frozen=True):
    """Field for field the columns of ``rooms``, in their order. Times are ms. ``quiet_hours``:
    {from, to: "HH:MM", zone}; ``scene``: {owner: account id as text, lines, left}.
    """

    id: int
    name: str
    topic: str
    access: Access
    owner_id: int
    mode: Mode
    liveliness: Liveliness
    quiet_hours: dict[str, Any] | None
    hushed_until: int | None
    ais_max: int
    learns: bool
    scene: dict[str, Any] | None
    last_line_id: int | None
    last_line_at: int | None
    created_at: int
    closed_at: int | None


class Member(Struct, frozen=True):
    """Field for field the columns of ``room_members``, in their order. ``only_when_called``: AIs
    answer this person only by name. ``muted``: an AI that a moderator keeps silent here.
    """

    room_id: int
    account_id: int
    role: Role
    read_id: int | None
    notify: Notify
    only_when_called: bool
    muted: bool
    joined_at: int

    @property
    def moderates(self) -> bool:
        return self.role in ("owner", "moderator")


class RoomLine(Struct, frozen=True):
    """Field for field the columns of ``room_lines``, in their order. ``kind`` other than ``line``:
    a notice; ``author_id`` is whom it is about. ``mentions``: members, [{id, username, acct, url,
    uri}]. ``media``: ``threads.model.Media`` as JSON. ``reactions``: {emoji: count}.
    """

    id: int
    room_id: int
    author_id: int | None
    kind: LineKind
    text: str
    html: str
    language: str | None
    reply_to_id: int | None
    reply_to_author_id: int | None
    mentions: list[dict[str, Any]]
    media: list[dict[str, Any]]
    ai: dict[str, Any] | None
    reactions: dict[str, int]
    nonce: str | None
    created_at: int
    edited_at: int | None
    deleted_at: int | None


class RoomDraft(Struct, frozen=True):
    """What somebody wants to say. ``nonce``: the same one of the same author in the same room is
    the same line. ``ai``: as of a post, with ``why`` it joined.
    """

    text: str = ""
    reply_to_id: int | None = None
    language: str | None = None
    media_ids: tuple[int, ...] = ()
    nonce: str | None = None
    ai: dict[str, Any] | None = None
    format: LineFormat = "markdown"


_PROOF = object()


class PublicRoomId:
    """The id of a room that everybody on the server may read. What learns from conversations takes
    this and not a number, so that nothing of a private room can get there: only ``public_id`` makes
    one.
    """

    __slots__ = ("value",)
    value: int

    def __init__(self, value: int, proof: object) -> None:
        if proof is not _PROOF:
            raise TypeError("Only weft.rooms.model.public_id says that a room is public")
        object.__setattr__(self, "value", value)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(name)

    def __init_subclass__(cls) -> NoReturn:
        raise TypeError("PublicRoomId has no kinds")

    def __reduce__(self) -> NoReturn:
        raise TypeError("A proof is not carried about: ask public_id again")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PublicRoomId) and other.value == self.value

    def __hash__(self) -> int:
        return hash(self.value)


def public_id(room: Room) -> PublicRoomId | None:
    """The proof that a room is public; None for every other."""
    return PublicRoomId(room.id, _PROOF) if room.access == "public" else None
