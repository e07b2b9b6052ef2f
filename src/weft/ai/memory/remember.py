"""After a turn: what its asker said of themselves is noted, once, by a job of its own.

    read what was said  →  rules, and a model where there is one  →  one transaction: look again
    whether it still stands and may be noted, note it, finish the job

Only people of this server are remembered, as only they can see and change what is known of them; and
only what they say to the AI: what it joins unasked was not said to it.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from msgspec import Struct

from weft.ai import context, members
from weft.ai.brains.choose import Brains
from weft.ai.brains.port import BrainRefused, BrainUnavailable
from weft.ai.memory import extract, notes, own_words, recall, rules, scopes
from weft.ai.memory.model import Found
from weft.ai.memory.scopes import Where
from weft.ai.model import Ai, Turn
from weft.kernel.clock import MINUTE
from weft.people.model import Account
from weft.rooms.members import apart
from weft.rooms.model import RoomLine
from weft.store.database import Database, Tx
from weft.threads.model import Post
from weft.work import jobs
from weft.work.jobs import Job, NewJob
from weft.work.runner import Retry

log = structlog.get_logger(__name__)

REMEMBER = "ai.remember"
POOL = "memory"
"""Of its own: whoever waits for an answer does not wait for notes."""
TRIES = 3
"""Of a model that is away; then the rules alone say what is noted."""
AGAIN = MINUTE


class Message(Struct, frozen=True):
    """What somebody said to an AI, as it stands now."""

    ai: Ai
    asker: Account
    said: Post | RoomLine
    where: Where
    text: str


def after(tx: Tx, turn: Turn, outcome: str, asker: Account) -> None:
    """A turn is over: have what was heard looked through."""
    if turn.trigger != "unasked" and outcome in ("answered", "reacted", "declined"):
        begin(tx, turn.ai_id, turn.trigger_id, asker)


def begin(tx: Tx, ai_id: int, source_id: int, asker: Account) -> None:
    """Have a message looked through, unless its author is nobody to remember."""
    if asker.local and asker.kind == "person":
        key = f"{REMEMBER}:{ai_id}:{source_id}"
        jobs.enqueue(tx, NewJob(REMEMBER, {"ai": ai_id, "source": source_id}, key=key, pool=POOL))


class Memory:
    """Does the jobs."""

    def __init__(self, db: Database, brains: Brains) -> None:
        self._db = db
        self._brains = brains

    async def take(self, job: Job) -> None:
        """The handler of ``ai.remember``."""
        ai_id, source_id = int(job.payload["ai"]), int(job.payload["source"])
        message = await self._db.read(lambda tx: read(tx, ai_id, source_id))
        found = await self._found(job, message) if message is not None else []
        await self._db.write(lambda tx: conclude(tx, job, ai_id, source_id, found))

    async def _found(self, job: Job, message: Message) -> list[Found]:
        by_rules = rules.found(message.text)
        model = self._brains.get(message.ai.engine)
        if not isinstance(model, extract.Completes) or not extract.worth_asking(message.text):
            return by_rules
        try:
            lines = await extract.proposed(model, message.text)
        except BrainRefused:
            return by_rules
        except BrainUnavailable as fault:
            if job.attempts < TRIES:
                raise Retry(AGAIN, f"the model: {fault!r}") from fault
            return by_rules
        return [*by_rules, *extract.verified(lines, message.text, by_rules)]


# -- inside of transactions -------------------------------------------------------------------


def read(tx: Tx, ai_id: int, source_id: int) -> Message | None:
    """What is to be looked through; None when nothing of it may be noted (any more)."""
    ai, said = members.by_account(tx, ai_id), scopes.message(tx, source_id)
    asker = scopes.author(tx, said) if said is not None else None
    if ai is None or said is None or asker is None or not _may(tx, ai, asker, said):
        return None
    where = scopes.of(tx, ai_id, said)
    return Message(ai, asker, said, where, own_words.own_text(said.html)) if where else None


def conclude(tx: Tx, job: Job, ai_id: int, source_id: int, found: Sequence[Found]) -> None:
    """Note what still stands, and finish the job. Errors: LeaseLost."""
    jobs.finish(tx, job)
    tx.order_commits()  # after whoever takes it back meanwhile
    message = read(tx, ai_id, source_id)
    if message is None:
        return
    said = message.said
    if isinstance(said, Post):
        told = recall.found(
            tx, message.ai, "thread", said.thread_id, message.asker, said, message.text
        )
    else:
        told = recall.found(
            tx, message.ai, "room", said.room_id, message.asker, question=message.text
        )
    notes.used(tx, told)
    standing = [one for one in found if own_words.stands(one.text, message.text)]
    notes.keep(tx, ai_id, message.asker.id, *message.where, standing, said.id)


def _may(tx: Tx, ai: Ai, asker: Account, said: Post | RoomLine) -> bool:
    """Whether somebody may be remembered at all."""
    return (
        asker.local
        and asker.kind == "person"
        and asker.suspended_at is None
        and said.ai is None
        and not context.keeps_out(asker)
        and not apart(tx, ai.account_id, asker.id)
        and notes.paused(tx, ai.account_id, asker.id) is None
    )
