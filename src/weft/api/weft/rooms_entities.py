"""Rooms, their members and their lines, as clients read them: without a query per line."""

from collections.abc import Collection, Sequence
from typing import Any

from msgspec import Struct

from weft.api.mastodon import filtering
from weft.api.mastodon.entities_accounts import Account
from weft.api.mastodon.entities_statuses import (
    AiSource,
    FilterResult,
    MediaAttachment,
    StatusMention,
    StatusReaction,
)
from weft.api.mastodon.fragments import account_fragments
from weft.api.mastodon.serialise import attachment
from weft.kernel.clock import iso
from weft.reading.matching import Line
from weft.rooms import marks, members, model, reactions
from weft.rooms.marks import Unread
from weft.store.database import Tx
from weft.threads import emojis


class Scene(Struct, frozen=True):
    """AIs talk to one another: ``left`` of ``lines`` lines."""

    owner_id: str
    lines: int
    left: int


class Myself(Struct, frozen=True):
    """The reader in a room. ``unread``: lines of others, 100 at most; ``mentions``: of those, how
    many mention or answer them.
    """

    role: str
    joined_at: str
    read_id: str | None
    unread: int
    mentions: int
    notify: str
    only_when_called: bool


class Room(Struct, frozen=True):
    """``me`` null: the reader is not in it. ``people`` and ``ais``: how many are. ``quiet_hours``:
    {from, to: "HH:MM", zone}.
    """

    id: str
    name: str
    topic: str
    access: str
    owner_id: str
    people: int
    ais: int
    mode: str
    liveliness: str
    quiet_hours: dict[str, Any] | None
    hushed_until: str | None
    ais_max: int
    learns: bool
    scene: Scene | None
    last_line_id: str | None
    last_line_at: str | None
    created_at: str
    closed_at: str | None
    me: Myself | None


class Entered(Room, frozen=True):
    """A room as one comes in. ``ai_members``: the AIs that are in it, with their labels."""

    ai_members: list[Account]


class RoomMember(Struct, frozen=True):
    """``here``: has the room open now. ``muted``: an AI that a moderator silenced."""

    account: Account
    role: str
    joined_at: str
    muted: bool
    only_when_called: bool
    here: bool


class RoomAi(Struct, frozen=True):
    """How an AI came to say this. ``trigger``: the line that it answers; ``why`` it joined."""

    sources: list[AiSource]
    model: str | None
    trigger: str | None
    why: Any


class RoomLine(Struct, frozen=True):
    """``kind`` line; or a notice, of which ``account`` is whom it is about: join, leave (``text``:
    "", kick, ban or gone; of an AI that joins, that it is one and whose), topic (``text``: the new one), hush (``text``: until when, in ms, "" for
    no longer), scene (``text``: how many lines, "" for its end). ``content`` is safe HTML, ``text``
    as it was written.
    """

    id: str
    room_id: str
    kind: str
    created_at: str
    edited_at: str | None
    account: Account | None
    text: str
    content: str
    language: str | None
    in_reply_to_id: str | None
    in_reply_to_account_id: str | None
    mentions: list[StatusMention]
    media_attachments: list[MediaAttachment]
    emojis: list[dict[str, Any]]
    reactions: list[StatusReaction]
    filtered: list[FilterResult]
    ai: RoomAi | None


class RoomLineVersion(Struct, frozen=True):
    created_at: str
    text: str
    content: str


class RoomInvite(Struct, frozen=True):
    account: Account
    by: Account
    created_at: str


RoomBan = RoomInvite
"""The same: whom, by whom, when."""


def rooms(
    tx: Tx, viewer_id: int | None, found: Sequence[tuple[model.Room, model.Member | None]]
) -> list[Room]:
    """Rooms as an account sees them that may know of them; three reads in all."""
    if not found:
        return []
    sizes = members.sizes(tx, [room.id for room, _ in found])
    unread: dict[int, Unread] = {}
    if viewer_id is not None and len(found) > 1:
        unread = marks.of_member(tx, viewer_id)
    elif viewer_id is not None and found[0][1] is not None:
        only = found[0][0].id
        unread[only] = marks.in_room(tx, only, [viewer_id]).get(viewer_id, Unread())
    return [
        _room(room, member, sizes.get(room.id, (0, 0)), unread.get(room.id, Unread()))
        for room, member in found
    ]


def room(
    tx: Tx, viewer_id: int | None, one: model.Room, member: model.Member | None = None
) -> Room:
    return rooms(tx, viewer_id, [(one, member)])[0]


def _room(
    room: model.Room, member: model.Member | None, size: tuple[int, int], unread: Unread
) -> Room:
    scene = room.scene
    return Room(
        id=str(room.id),
        name=room.name,
        topic=room.topic,
        access=room.access,
        owner_id=str(room.owner_id),
        people=size[0],
        ais=size[1],
        mode=room.mode,
        liveliness=room.liveliness,
        quiet_hours=room.quiet_hours,
        hushed_until=_time(room.hushed_until),
        ais_max=room.ais_max,
        learns=room.learns,
        scene=Scene(scene["owner"], scene["lines"], scene["left"]) if scene else None,
        last_line_id=_id(room.last_line_id),
        last_line_at=_time(room.last_line_at),
        created_at=iso(room.created_at),
        closed_at=_time(room.closed_at),
        me=Myself(
            role=member.role,
            joined_at=iso(member.joined_at),
            read_id=_id(member.read_id),
            unread=unread.lines,
            mentions=unread.mentions,
            notify=member.notify,
            only_when_called=member.only_when_called,
        )
        if member is not None
        else None,
    )


def member_list(tx: Tx, found: Sequence[model.Member], here: Collection[int]) -> list[RoomMember]:
    accounts = account_fragments(tx, [one.account_id for one in found])
    return [
        RoomMember(
            account=accounts[one.account_id],
            role=one.role,
            joined_at=iso(one.joined_at),
            muted=one.muted,
            only_when_called=one.only_when_called,
            here=one.account_id in here,
        )
        for one in found
        if one.account_id in accounts
    ]


def lines(tx: Tx, viewer_id: int | None, found: Sequence[model.RoomLine]) -> list[RoomLine]:
    """Lines as an account sees them (None: as everybody does), in the order given. Whether it may
    was checked by whoever found them.
    """
    accounts = account_fragments(tx, [one.author_id for one in found if one.author_id is not None])
    own = reactions.mine(tx, viewer_id, found) if viewer_id is not None else set[tuple[int, str]]()
    filtered = filtering.applied(
        tx,
        viewer_id,
        [
            Line(one.id, one.author_id, one.html, one.media, one.ai, one.reply_to_author_id)
            for one in found
            if one.kind == "line"
        ],
    )
    pictures = _pictures(tx, found)
    return [
        RoomLine(
            id=str(one.id),
            room_id=str(one.room_id),
            kind=one.kind,
            created_at=iso(one.created_at),
            edited_at=_time(one.edited_at),
            account=accounts.get(one.author_id) if one.author_id is not None else None,
            text=one.text,
            content=one.html,
            language=one.language,
            in_reply_to_id=_id(one.reply_to_id),
            in_reply_to_account_id=_id(one.reply_to_author_id),
            mentions=[
                StatusMention(who["id"], who["username"], who["url"], who["acct"])
                for who in one.mentions
            ],
            media_attachments=[attachment(tx.site, picture) for picture in one.media],
            emojis=[emoji for code, emoji in pictures.items() if f":{code}:" in one.text],
            reactions=[
                reaction(name, count, (one.id, name) in own, pictures)
                for name, count in one.reactions.items()
            ]
            if one.reactions
            else [],
            filtered=filtered.get(one.id, []),
            ai=_ai(one.ai) if one.ai is not None else None,
        )
        for one in found
    ]


def line(tx: Tx, viewer_id: int | None, one: model.RoomLine) -> RoomLine:
    return lines(tx, viewer_id, [one])[0]


def reaction(
    name: str, count: int, mine: bool, pictures: dict[str, dict[str, Any]]
) -> StatusReaction:
    picture = pictures.get(name)
    if picture is None:
        return StatusReaction(name, count, mine, None, None)
    return StatusReaction(name, count, mine, picture["url"], picture["static_url"])


def reaction_now(tx: Tx, name: str, count: int) -> StatusReaction:
    """One emoji of a line, for those who follow it live."""
    pictures = {one["shortcode"]: one for one in emojis.named(tx, f":{name}:")}
    return reaction(name, count, False, pictures)


def _pictures(tx: Tx, found: Sequence[model.RoomLine]) -> dict[str, dict[str, Any]]:
    """This server's emojis in texts and reactions, by shortcode; no read for most lines."""
    said = [one.text for one in found if ":" in one.text]
    said += [f":{name}:" for one in found for name in one.reactions if name.isascii()]
    return {one["shortcode"]: one for one in emojis.named(tx, *said)} if said else {}


def _ai(record: dict[str, Any]) -> RoomAi:
    return RoomAi(
        sources=[
            AiSource(one.get("n", n), one.get("title", ""), one.get("url"), one.get("quote", ""))
            for n, one in enumerate(record.get("sources") or (), 1)
        ],
        model=record.get("model"),
        trigger=_id(record.get("trigger")),
        why=record.get("why"),
    )


def _id(number: int | None) -> str | None:
    return str(number) if number is not None else None


def _time(ms: int | None) -> str | None:
    return iso(ms) if ms is not None else None
