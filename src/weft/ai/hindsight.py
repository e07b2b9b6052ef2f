"""What a line says about those before it: whether an AI was right to speak, or to be silent.

It moves how much an AI may say in the room (`standing`), and labels lessons where the room lets its
turns be learned (`lessons`).
"""

from __future__ import annotations

from weft.ai import context
from weft.ai.company import Company
from weft.ai.model import Trigger
from weft.ai.turns import lessons, record, standing
from weft.ai.turns.gate import Scores
from weft.ai.turns.heard import Heard
from weft.ai.turns.tail import Tail
from weft.people.model import Account
from weft.rooms import lines
from weft.rooms.model import RoomLine, public_id
from weft.store.database import Tx

MISSED = 3
"""Lines before one that calls an AI of which it may have missed one that was meant for it."""
HUSHED_WITHIN = 5
"""Lines before a hush among which an unasked one is taken as its cause."""


def learn(
    tx: Tx,
    here: Company,
    heard: Heard,
    line: RoomLine,
    author: Account,
    scores: dict[str, Scores],
    calls: dict[int, Trigger],
) -> None:
    """Note what may be learned from a line, where the room and its author let it; and what it says
    about the lines before it.
    """
    room = public_id(here.room) if here.room.learns else None
    if room is None or context.keeps_out(author) or here.only_when_called:
        return
    ids = {one.name: one.ai.account_id for one in here.ais}
    noted = [(ids[name], name, found) for name, found in scores.items() if name in ids]
    if noted:
        lessons.note(tx, room, author.id, line.id, noted, heard)
    for ai_id, call in calls.items():
        if call == "reply" and line.reply_to_id is not None:
            trigger = _trigger(lines.by_id(tx, line.reply_to_id))
            lessons.judged(tx, ai_id, trigger, lessons.GOOD, lessons.ANSWERED)
        elif call == "mention":
            for missed in record.silent(tx, ai_id, here.room.id, MISSED):
                before = lines.by_id(tx, missed)
                if before is not None and before.author_id == author.id:
                    lessons.judged(tx, ai_id, missed, lessons.GOOD, lessons.CALLED)


def settle(tx: Tx, here: Company, tail: Tail) -> None:
    """Whether the last unasked line was taken up, at the line that shows it."""
    judged = standing.judged(tail)
    if judged is None:
        return
    said, taken = judged
    known = next((one for one in here.ais if one.ai.account_id == said.author), None)
    if known is None:
        return
    answer = lines.by_id(tx, said.id) if not taken else None
    if answer is not None:
        taken = bool(answer.reactions)
    if answer is not None and not taken:
        lessons.judged(tx, said.author, _trigger(answer), lessons.BAD, lessons.IGNORED)
    new = standing.taken_up(known.standing) if taken else standing.ignored(known.standing)
    if new != known.standing:
        standing.put(tx, said.author, here.room.id, new)


def hushed(tx: Tx, tail: Tail) -> None:
    """Somebody hushed the AIs: what one just said unasked was not wanted."""
    for said in list(tail.lines)[-HUSHED_WITHIN:]:
        if said.unasked:
            answer = lines.by_id(tx, said.id)
            lessons.judged(tx, said.author, _trigger(answer), lessons.BAD, lessons.HUSHED)


def _trigger(answer: RoomLine | None) -> int:
    return int(((answer.ai if answer is not None else None) or {}).get("trigger") or 0)
