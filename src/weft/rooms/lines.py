"""What is said in a room: lines, said, changed, taken back, and read.

``say`` is the hot path: the door, the line, the room's last line, the text index and the event, in
the caller's transaction. What follows (an AI that hears it) are reactions to ``room.line``.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec
import sqlalchemy as sa
from msgspec import structs

from weft.kernel.errors import Forbidden, Invalid, NotFound
from weft.kernel.ids import new_id
from weft.people import moves
from weft.people.model import Account
from weft.rooms import doors, index, presence, wording, writing
from weft.rooms.doors import Door
from weft.rooms.model import LineFormat, Room, RoomDraft, RoomLine
from weft.rooms.tables import room_line_edits, room_lines, room_reactions, room_stays
from weft.rooms.writing import COLUMNS
from weft.store.among import among
from weft.store.database import Tx
from weft.store.page import Page, Paged, paged
from weft.threads.drafts import attach
from weft.threads.tables import media
from weft.work import events

NONCE_CHARS = 64
"""As the table keeps it: a hash, or an id with a word before it."""

_room = sa.bindparam("room", type_=sa.BigInteger)
_line = sa.bindparam("line", type_=sa.BigInteger)
_viewer = sa.bindparam("viewer", type_=sa.BigInteger)
_BY_ID = sa.select(*COLUMNS).where(room_lines.c.id == _line)
_BY_IDS = sa.select(*COLUMNS).where(
    among(room_lines.c.id, "ids"), room_lines.c.deleted_at.is_(None)
)
_BY_NONCE = sa.select(*COLUMNS).where(
    room_lines.c.room_id == _room,
    room_lines.c.author_id == sa.bindparam("author"),
    room_lines.c.nonce == sa.bindparam("nonce_"),
)
_wanted = (
    room_lines.c.deleted_at.is_(None),
    ~presence.unheard(room_lines.c.author_id),
)
_in_room = sa.select(*COLUMNS).where(room_lines.c.room_id == _room, *_wanted)
_one = sa.select(*COLUMNS).where(room_lines.c.id == _line, *_wanted)
THERE = presence.was_there(room_lines.c.id, _viewer)
SINCE_CAME = room_lines.c.id >= (
    sa.select(sa.func.coalesce(sa.func.min(room_stays.c.from_id), 0))
    .where(room_stays.c.room_id == _room, room_stays.c.account_id == _viewer)
    .scalar_subquery()
)
"""Follows from ``THERE``: so that who came late does not walk over all that was said before."""
HISTORY: dict[bool, Paged] = {
    False: paged(_in_room, room_lines.c.id),
    True: paged(_in_room.where(SINCE_CAME, THERE), room_lines.c.id),
}
"""By ``Door.stays_only``. Parameters: those of ``sees``."""
_SEE = {False: _one, True: _one.where(THERE)}
_CHANGE = (
    room_lines.update()
    .where(room_lines.c.id == _line)
    .values(
        text=sa.bindparam("text_"),
        html=sa.bindparam("html_"),
        mentions=sa.bindparam("mentions_", type_=room_lines.c.mentions.type),
        language=sa.bindparam("language_"),
        edited_at=sa.bindparam("at"),
    )
)
_KEEP_OLD = room_line_edits.insert()
_VERSIONS = (
    sa.select(room_line_edits.c.created_at, room_line_edits.c.text, room_line_edits.c.html)
    .where(room_line_edits.c.line_id == _line)
    .order_by(room_line_edits.c.id)
)
_BLANK = (
    room_lines.update()
    .where(room_lines.c.id == _line)
    .values(
        text="",
        html="",
        language=None,
        mentions=[],
        media=[],
        ai=None,
        reactions={},
        nonce=None,  # said again with the same key, it is said again
        deleted_at=sa.bindparam("at"),
    )
)
_FORGET_OLD = room_line_edits.delete().where(room_line_edits.c.line_id == _line)
_UNREACT = room_reactions.delete().where(room_reactions.c.line_id == _line)
_DETACH = media.update().where(media.c.post_id == _line).values(post_id=None, created_at=0)


class Version(msgspec.Struct, frozen=True):
    """What a line said at ``at`` (ms)."""

    at: int
    text: str
    html: str


# -- verbs ------------------------------------------------------------------------------------


def say(tx: Tx, by: Account, room_id: int, draft: RoomDraft) -> RoomLine:
    """Say something in a room that one is in. The same nonce gives the same line again. Event:
    room.line, with {room, line, account}.

    Errors: NotFound (they may not know of the room; what it answers is hidden or gone), Forbidden
    (not in it, it is closed, they moved away, an AI that is muted or suspended), Invalid (empty, too
    long, media that is not theirs).
    """
    room, member = doors.enter(tx, by, room_id)
    nonce = _nonce(draft.nonce)
    if nonce is not None:
        row = tx.row(_BY_NONCE, room=room_id, author=by.id, nonce_=nonce)
        if row is not None:
            return RoomLine(*row)
    moves.check_here(by)
    if member.muted or by.suspended_at is not None:
        raise Forbidden("You are silenced in this room")
    text = wording.check(draft.text, media=draft.media_ids)
    parent = _parent(tx, by, room, draft.reply_to_id)
    line_id = writing.next_id(room)
    pictures = attach(tx, by.id, draft.media_ids, line_id) if draft.media_ids else []
    html, mentioned = wording.write(tx, room.id, text, draft.format)
    line = RoomLine(
        id=line_id,
        room_id=room.id,
        author_id=by.id,
        kind="line",
        text=text,
        html=html,
        language=draft.language,
        reply_to_id=parent.id if parent is not None else None,
        reply_to_author_id=parent.author_id if parent is not None else None,
        mentions=mentioned,
        media=[msgspec.to_builtins(picture) for picture in pictures],
        # A program may speak for an AI: its words are marked as well.
        ai={} if draft.ai is None and by.kind == "ai" else draft.ai,
        reactions={},
        nonce=nonce,
        created_at=tx.now,
        edited_at=None,
        deleted_at=None,
    )
    writing.put(tx, line)
    index.put(tx, line)
    _tell(tx, "room.line", by, line)
    return line


def edit(
    tx: Tx,
    by: Account,
    line_id: int,
    text: str,
    *,
    format: LineFormat = "markdown",  # noqa: A002
) -> RoomLine:
    """Say one's own line differently; what it was stays readable. Pictures stay. Nothing changed:
    no new version. Event: room.edited.

    Errors: NotFound (not theirs, gone, not in the room any more), Forbidden, Invalid.
    """
    line, room = _own(tx, by, line_id)
    text = wording.check(text, media=line.media)
    html, mentioned = wording.write(tx, room.id, text, format)
    if (text, html) == (line.text, line.html):
        return line
    tx.run(
        _KEEP_OLD,
        id=new_id(),
        line_id=line.id,
        text=line.text,
        html=line.html,
        created_at=line.edited_at or line.created_at,
    )
    line = structs.replace(line, text=text, html=html, mentions=mentioned, edited_at=tx.now)
    tx.run(
        _CHANGE,
        line=line.id,
        text_=text,
        html_=html,
        mentions_=mentioned,
        language_=line.language,
        at=tx.now,
    )
    index.drop(tx, line.id)
    index.put(tx, line)
    _tell(tx, "room.edited", by, line)
    return line


def delete(tx: Tx, by: Account, line_id: int) -> RoomLine:
    """Take a line back: one's own, or anybody's as owner or moderator. An empty row stays for what
    answers it. Gives the line as it was. Event: room.deleted.

    Errors: NotFound (hidden, gone, a notice), Forbidden (somebody else's).
    """
    tx.order_commits()
    line = see(tx, by.id, line_id)
    door = doors.read(tx, by.id, line.room_id)
    if line.kind != "line":
        raise NotFound
    if line.author_id != by.id and not door.moderates:
        raise Forbidden
    if door.member is None:
        raise Forbidden("You are not in this room")
    remove(tx, line, by_id=by.id)
    return line


def remove(tx: Tx, line: RoomLine, *, by_id: int | None) -> None:
    """Take a line away, whoever asked. Its pictures become unattached; the sweep takes them."""
    tx.run(_BLANK, line=line.id, at=tx.now)
    tx.run(_FORGET_OLD, line=line.id)
    if line.reactions:
        tx.run(_UNREACT, line=line.id)
    if line.media:
        tx.run(_DETACH, line=line.id)
    index.drop(tx, line.id)
    events.append(
        tx,
        "room.deleted",
        actor_id=by_id,
        subject_id=line.id,
        data={"room": line.room_id, "line": line.id, "account": line.author_id},
    )


# -- reading ----------------------------------------------------------------------------------


def by_id(tx: Tx, line_id: int) -> RoomLine | None:
    """A line, whoever asks; also one that was taken back."""
    row = tx.row(_BY_ID, line=line_id)
    return RoomLine(*row) if row is not None else None


def by_ids(tx: Tx, ids: Collection[int]) -> dict[int, RoomLine]:
    """Those of these lines that were not taken back, whoever asks."""
    return {row[0]: RoomLine(*row) for row in tx.rows(_BY_IDS, ids=list(ids))} if ids else {}


def see(tx: Tx, viewer_id: int, line_id: int) -> RoomLine:
    """A line that an account may see and does not keep from itself. Errors: NotFound."""
    line = by_id(tx, line_id)
    if line is None:
        raise NotFound
    door = doors.read(tx, viewer_id, line.room_id)
    row = tx.row(_SEE[door.stays_only], line=line_id, **regards(tx, viewer_id, door))
    if row is None:
        raise NotFound
    return RoomLine(*row)


def history(tx: Tx, viewer_id: int, room_id: int, page: Page) -> list[RoomLine]:
    """What was said, and who came and went, newest first, as far as an account may see it. Errors:
    NotFound.
    """
    door = doors.read(tx, viewer_id, room_id)
    rows = HISTORY[door.stays_only].rows(tx, page, room=room_id, **regards(tx, viewer_id, door))
    return [RoomLine(*row) for row in rows]


def versions(tx: Tx, line: RoomLine) -> list[Version]:
    """Every version, oldest first, the present one last."""
    earlier = [Version(*row) for row in tx.rows(_VERSIONS, line=line.id)]
    return [*earlier, Version(line.edited_at or line.created_at, line.text, line.html)]


def regards(tx: Tx, viewer_id: int, door: Door) -> dict[str, int]:
    """The parameters of ``presence.unheard``."""
    return {"viewer": viewer_id, "now": tx.now, "moderates": int(door.moderates)}


# -- stages -----------------------------------------------------------------------------------


def _nonce(given: str | None) -> str | None:
    if given is not None and len(given) > NONCE_CHARS:
        raise Invalid(f"Validation failed: A nonce has at most {NONCE_CHARS} characters")
    return given or None


def _parent(tx: Tx, by: Account, room: Room, reply_to_id: int | None) -> RoomLine | None:
    if reply_to_id is None:
        return None
    try:
        parent = see(tx, by.id, reply_to_id)
    except NotFound as hidden:
        raise NotFound("The line you are replying to was not found") from hidden
    if parent.room_id != room.id or parent.kind != "line":
        raise NotFound("The line you are replying to was not found")
    return parent


def _own(tx: Tx, by: Account, line_id: int) -> tuple[RoomLine, Room]:
    tx.order_commits()
    line = by_id(tx, line_id)
    if line is None or line.deleted_at is not None or line.kind != "line":
        raise NotFound
    if line.author_id != by.id:
        see(tx, by.id, line_id)
        raise Forbidden
    room, member = doors.enter(tx, by, line.room_id)
    if member.muted or by.suspended_at is not None:
        raise Forbidden("You are silenced in this room")
    return line, room


def _tell(tx: Tx, kind: str, by: Account, line: RoomLine) -> None:
    events.append(
        tx,
        kind,
        actor_id=by.id,
        subject_id=line.id,
        data={"room": line.room_id, "line": line.id, "account": by.id},
        subject=line,
    )
