"""Reacting to a line with an emoji, of Unicode or of this server. Each counts once per account."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from weft.kernel.errors import Forbidden, Invalid, NotFound
from weft.people.model import Account
from weft.rooms import doors, lines
from weft.rooms.model import RoomLine
from weft.rooms.tables import room_lines, room_reactions
from weft.store.among import among
from weft.store.database import Tx
from weft.threads import emoji_reactions
from weft.threads.emoji_reactions import PER_ACCOUNT, PER_POST
from weft.work import events

NAME_CHARS = 64
"""As the table keeps it."""

_line = sa.bindparam("line", type_=sa.BigInteger)
_by = sa.bindparam("by", type_=sa.BigInteger)
_PUT = insert(room_reactions).on_conflict_do_nothing().returning(room_reactions.c.line_id)
_DROP = (
    room_reactions.delete()
    .where(
        room_reactions.c.line_id == _line,
        room_reactions.c.account_id == _by,
        room_reactions.c.emoji == sa.bindparam("name_"),
    )
    .returning(room_reactions.c.line_id)
)
_HOW_MANY = sa.select(sa.func.count()).where(
    room_reactions.c.line_id == _line, room_reactions.c.account_id == _by
)
_COUNTS = (
    room_lines.update()
    .where(room_lines.c.id == _line)
    .values(reactions=sa.bindparam("counts", type_=room_lines.c.reactions.type))
)
_MINE = sa.select(room_reactions.c.line_id, room_reactions.c.emoji).where(
    among(room_reactions.c.line_id, "ids"), room_reactions.c.account_id == _by
)
_OF = (
    sa.select(room_reactions.c.line_id, room_reactions.c.emoji)
    .where(room_reactions.c.account_id == _by)
    .limit(100)
)

_WHOSE = sa.select(room_reactions.c.account_id).where(room_reactions.c.line_id == _line)


def react(tx: Tx, by: Account, line_id: int, emoji: str) -> RoomLine:
    """React once with each emoji; gives the line as it is then. Event: room.reacted.

    Errors: NotFound (they may not see it; a notice), Forbidden (they are not in the room), Invalid
    (no emoji; too many).
    """
    line = _line_of(tx, by, line_id)
    # One that is there already needs no looking up.
    name = emoji if emoji in line.reactions else emoji_reactions.known(tx, emoji)[0]
    if len(name) > NAME_CHARS:
        raise Invalid("Validation failed: Name is not an emoji")
    if name not in line.reactions and len(line.reactions) >= PER_POST:
        raise Invalid("Validation failed: Too many different reactions")
    if tx.scalar(_HOW_MANY, line=line_id, by=by.id) >= PER_ACCOUNT:
        raise Invalid("Validation failed: Too many different reactions")
    made = tx.row(_PUT, line_id=line_id, account_id=by.id, emoji=name, created_at=tx.now)
    if made is None:
        return line
    counts = {**line.reactions, name: line.reactions.get(name, 0) + 1}
    return _counted(tx, by.id, line, counts, name, added=True)


def unreact(tx: Tx, by: Account, line_id: int, emoji: str) -> RoomLine:
    """Take a reaction back. Event: room.reacted. Errors: NotFound, Forbidden."""
    line = _line_of(tx, by, line_id)
    name = emoji if emoji in line.reactions else emoji.strip(":")
    return _drop(tx, by.id, line, name)


def mine(tx: Tx, viewer_id: int, shown: Iterable[RoomLine]) -> set[tuple[int, str]]:
    """(line, emoji) of one's own among these lines; no read where nobody reacted."""
    ids = [line.id for line in shown if line.reactions]
    if not ids:
        return set()
    return {(row[0], row[1]) for row in tx.rows(_MINE, ids=ids, by=viewer_id)}


def whose(tx: Tx, line: RoomLine) -> set[int]:
    """Accounts that reacted to a line."""
    return {row[0] for row in tx.rows(_WHOSE, line=line.id)}


def forget_some(tx: Tx, account_id: int) -> bool:
    """Take some reactions of an account away; False when none is left."""
    found = tx.rows(_OF, by=account_id)
    for line_id, emoji in found:
        line = lines.by_id(tx, line_id)
        if line is not None:
            _drop(tx, account_id, line, emoji)
    return bool(found)


def _line_of(tx: Tx, by: Account, line_id: int) -> RoomLine:
    tx.order_commits()
    line = lines.see(tx, by.id, line_id)
    if line.kind != "line":
        raise NotFound
    doors.enter(tx, by, line.room_id)
    if by.suspended_at is not None:
        raise Forbidden
    return line


def _drop(tx: Tx, by_id: int, line: RoomLine, name: str) -> RoomLine:
    if tx.row(_DROP, line=line.id, by=by_id, name_=name) is None:
        return line
    counts = {**line.reactions, name: line.reactions.get(name, 1) - 1}
    if counts[name] <= 0:
        del counts[name]
    return _counted(tx, by_id, line, counts, name, added=False)


def _counted(
    tx: Tx, by_id: int, line: RoomLine, counts: dict[str, int], name: str, *, added: bool
) -> RoomLine:
    tx.run(_COUNTS, line=line.id, counts=counts)
    events.append(
        tx,
        "room.reacted",
        actor_id=by_id,
        subject_id=line.id,
        data={
            "room": line.room_id,
            "line": line.id,
            "account": by_id,
            "emoji": name,
            "added": added,
        },
    )
    found = lines.by_id(tx, line.id)
    return found if found is not None else line
