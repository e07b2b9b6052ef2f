"""What an AI is told for one turn in a room: the lines of its own stays, as far as the asker sees them.

The same wall as in `weft.ai.context`, for rooms: a line enters only if the AI was in the room when it
was said, the asker may see it, and neither of them nor its author wants it kept from the other.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from weft.ai import context, documents
from weft.ai.brains.port import Ask, Line
from weft.ai.context import LINE_CHARS, LINES_MAX, QUESTION_CHARS, THREAD_CHARS, Told
from weft.ai.memory import recall
from weft.ai.model import Ai
from weft.kernel.clock import iso
from weft.people import accounts, blocks
from weft.people.model import Account
from weft.rooms import presence
from weft.rooms.model import Room, RoomLine
from weft.rooms.tables import room_lines
from weft.rooms.writing import COLUMNS
from weft.store.database import Tx
from weft.threads.sanitize import html_to_text

_ai = sa.bindparam("ai", type_=sa.BigInteger)
_asker = sa.bindparam("asker", type_=sa.BigInteger)
_before = (
    sa.select(*COLUMNS)
    .where(
        room_lines.c.room_id == sa.bindparam("room"),
        room_lines.c.id < sa.bindparam("trigger"),
        room_lines.c.kind == "line",
        room_lines.c.deleted_at.is_(None),
        presence.was_there(room_lines.c.id, _ai),  # pyright: ignore[reportArgumentType]
    )
    .order_by(room_lines.c.id.desc())
    .limit(LINES_MAX)
)
_BEFORE = {
    False: _before,
    True: _before.where(presence.was_there(room_lines.c.id, _asker)),  # pyright: ignore[reportArgumentType]
}
"""By whether the asker, too, has only the lines of their own stays."""


def gather(
    tx: Tx,
    ai: Ai,
    asker: Account,
    room: Room,
    line: RoomLine,
    shelf: documents.Shelf,
    *,
    more: Iterable[RoomLine] = (),
) -> Told:
    """The `Ask` for one line. The caller has checked that the AI may answer it. ``more``: what its
    author added since.
    """
    account = accounts.get(tx, ai.account_id)
    unread = blocks.hidden_from(tx, ai.account_id) | blocks.hidden_from(tx, asker.id)
    before = _lines(tx, ai, asker, room, line, unread)
    asked = [context.bare_question(account, tx.site.domain, text_of(one)) for one in (line, *more)]
    question = "\n".join(filter(None, asked))
    if not question:
        # Only a name, under something: "what do you say to this?"
        question = next((one.text for id_, one in before if id_ == line.reply_to_id), "")
    prepared = shelf.of(tx, ai)
    found = prepared.index.search(question, context.PASSAGES_MAX)
    if ai.reads_public:
        found = context.best([*found, *context.public(tx, ai, asker, room.id, question, unread)])
    return Told(
        ask=Ask(
            persona=context.persona(tx, ai, account, line.language, prepared.titles),
            question=question[:QUESTION_CHARS],
            thread=tuple(one for _, one in before),
            passages=tuple(found),
            asker=asker.acct,
            notes=recall.notes(tx, ai, "room", room.id, asker, question=question),
        ),
        language=line.language,
    )


def text_of(line: RoomLine) -> str:
    """What a line says, with what its pictures show."""
    pictures = "".join(
        f" [picture: {picture['description']}]"
        for picture in line.media
        if picture.get("description")
    )
    return f"{html_to_text(line.html)}{pictures}"


def _lines(
    tx: Tx, ai: Ai, asker: Account, room: Room, line: RoomLine, unread: set[int]
) -> list[tuple[int, Line]]:
    """(id, line) of what was said before, oldest first."""
    named = {"ai": ai.account_id, "room": room.id, "trigger": line.id}
    stays_only = room.access != "public" or asker.kind == "ai"
    if stays_only:
        named["asker"] = asker.id
    rows = [RoomLine(*row) for row in tx.rows(_BEFORE[stays_only], **named)]
    authors = accounts.by_ids(tx, [one.author_id for one in rows if one.author_id is not None])
    kept: list[tuple[int, Line]] = []
    left = THREAD_CHARS
    for one in rows:
        author = authors.get(one.author_id or 0)
        if author is None or author.id in unread:
            continue
        if author.id != asker.id and context.keeps_out(author):
            continue
        text = text_of(one)[:LINE_CHARS]
        left -= len(text)
        if left < 0:
            break
        machine = author.bot or one.ai is not None
        said = Line(author.acct, author.display_name, machine, text, iso(one.created_at))
        kept.append((one.id, said))
    return kept[::-1]
