"""What AIs do later, and to what they react: wired in ``assemble``."""

from __future__ import annotations

import asyncio

from weft.ai import approving, documents, entering, hear, hear_room, members
from weft.ai.brains.choose import Brains
from weft.ai.knowledge import answers, own_posts
from weft.ai.memory import evolve, forget, notes
from weft.ai.memory.remember import REMEMBER, Memory
from weft.ai.safety import budgets, switch
from weft.ai.safety.rules import Rules
from weft.ai.turn import Turns
from weft.ai.turns import learning, lessons, open_floor, opening, record
from weft.kernel.clock import DAY, HOUR
from weft.rooms.model import public_id
from weft.store.database import Database, Tx
from weft.work.events import Event
from weft.work.jobs import Job
from weft.work.runner import Handler

PRUNE = "ai.decisions.prune"
LEARN = "ai.turns.learn"
LATE = "ai.approvals.late"


def react(db: Database) -> None:
    """Every post that is kept, and every line of a room, is heard in its own transaction."""
    switch.react(db)
    db.react("post.created", hear.Ears().hear)
    own_posts.react(db)
    forget.react(db)
    rooms = hear_room.Ears()
    db.react("room.line", rooms.hear)
    db.react("room.changed", rooms.changed)
    db.react("room.joined", entering.check)
    db.react("account.deleted", _unlearn)


def _unlearn(tx: Tx, event: Event) -> None:
    if event.subject_id is not None:
        lessons.forget_author(tx, event.subject_id)


def handlers(db: Database, brains: Brains, rules: Rules | None = None) -> dict[str, Handler]:
    """``ai.turn`` (pool ``ai``) says what an AI has to say; ``ai.wait`` (the same pool) comes when an
    open question has waited for people; ``ai.forget`` takes away what a deleted AI said;
    ``ai.remember`` (pool ``memory``) notes what its asker said of themselves; ``ai.evolve`` (the
    same pool) proposes to an owner what an AI has become; ``ai.decisions.prune``
    drops what was decided a month ago, and notes that are over; ``ai.pack`` makes changed documents ready;
    ``ai.approvals.late`` drops drafts that nobody looked at.
    """
    turns = Turns(db, brains, rules=rules)
    rooms = hear_room.Ears()

    async def due(job: Job) -> None:
        await db.write(lambda tx: rooms.due(tx, job))

    async def take_away(job: Job) -> None:
        ai_id = int(job.payload["ai"])
        while await db.write(lambda tx: members.forget(tx, ai_id)):
            pass

    async def pack(job: Job) -> None:
        ai_id = int(job.payload["ai"])
        turns.shelf.drop(ai_id)
        await asyncio.to_thread(documents.pack, db, ai_id)

    async def prune(_: Job) -> None:
        while await db.write(record.prune) or await db.write(lessons.prune):
            pass
        await db.write(answers.prune)
        await db.write(budgets.prune)
        while await db.write(notes.prune):
            pass
        after = 0
        while after := await db.write(lambda tx, after=after: evolve.begin(tx, after)):
            pass

    async def late(_: Job) -> None:
        await db.write(approving.late)

    async def learn(_: Job) -> None:
        after = 0
        while (room := await db.read(lambda tx, at=after: learning.next_room(tx, at))) is not None:
            after = room.id
            if (public := public_id(room)) is not None:
                await db.write(lambda tx, at=public: learning.learn(tx, at))

    return {
        opening.TURN: Handler(turns.take),
        open_floor.WAIT: Handler(due),
        members.FORGET: Handler(take_away),
        documents.PACK: Handler(pack),
        REMEMBER: Handler(Memory(db, brains).take),
        evolve.EVOLVE: Handler(evolve.Evolution(db, brains).take),
        PRUNE: Handler(prune, every=DAY),
        LEARN: Handler(learn, every=DAY),
        LATE: Handler(late, every=HOUR),
    }
