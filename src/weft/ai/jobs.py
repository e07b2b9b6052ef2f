"""What AIs do later, and to what they react: wired in ``assemble``."""

from __future__ import annotations

from weft.ai import hear, members
from weft.ai.brains.choose import Brains
from weft.ai.turn import Turns
from weft.store.database import Database
from weft.work.jobs import Job
from weft.work.runner import Handler


def react(db: Database) -> None:
    """Every post that is kept is heard, in its own transaction."""
    db.react("post.created", hear.hear)


def handlers(db: Database, brains: Brains) -> dict[str, Handler]:
    """``ai.turn`` (pool ``ai``) answers a post; ``ai.forget`` takes away what a deleted AI said."""
    turns = Turns(db, brains)

    async def forget(job: Job) -> None:
        ai_id = int(job.payload["ai"])
        while await db.write(lambda tx: members.forget(tx, ai_id)):
            pass

    return {hear.TURN: Handler(turns.take), members.FORGET: Handler(forget)}
