"""One turn of an AI: from a post it heard to its reply, exactly once.

    read what it may know  →  ask its engine, holding nothing  →  one transaction: check again,
    publish the reply, record the outcome, finish the job

The reply and the end of the job are one commit. A server killed before it asks its engine again
when it is back; killed after it, there is nothing left to do. A second worker that took the turn
up meanwhile finds its lease gone at ``finish``, and its reply is rolled back with it.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

import msgspec
import sqlalchemy as sa
import structlog
from msgspec import Struct

from weft.ai import bounds, context, hear, hops, members, speech
from weft.ai.brains import cite
from weft.ai.brains.bounded import within_bounds
from weft.ai.brains.choose import Brains
from weft.ai.brains.port import Answer, Brain, BrainRefused, Source
from weft.ai.documents import Shelf
from weft.ai.model import Engine, Outcome, Reason, Turn
from weft.ai.tables import ai_turns
from weft.kernel.clock import MINUTE, SECOND, now_ms
from weft.people import accounts
from weft.store.database import Database, Tx
from weft.threads import posts
from weft.threads.model import Draft, Visibility
from weft.threads.publish import publish
from weft.work import jobs
from weft.work.jobs import Job
from weft.work.runner import Retry

log = structlog.get_logger(__name__)

ANSWER_WITHIN_S = 150.0
"""For one try: longer than the engines' own limits, which end it with a better reason."""
PATIENCE = 10 * MINUTE
"""How long a model may be away before the AI says so: a restart takes less, and somebody who
asked looks again about then."""
SOONEST, LATEST = 2 * SECOND, MINUTE
"""Between two tries it waits half as long as it has waited already, within these bounds."""
CRASHES_MAX = 3
"""Times that the process may die over a question before its engine is not asked it again."""
ANSWER_CHARS = 2_000
"""An answer is a post and not an essay; longer ones are cut at a word."""
SOURCES_MAX = 8
WARNING_CHARS = 200

ANSWERS: dict[Visibility, Visibility] = {
    # Machines keep out of the public, tag and federated timelines, here and elsewhere: other
    # servers cut off those that fill them. Threads and homes show an unlisted reply as any other.
    "public": "unlisted",
    "unlisted": "unlisted",
    # The followers of an AI are not those of the asker, so a followers-only answer would tell
    # strangers what was asked. Only the asker is sure to have been meant.
    "private": "direct",
    "direct": "direct",
}
"""The audience of an answer by that of the question: never wider."""

COLUMNS = tuple(ai_turns.c[field] for field in Turn.__struct_fields__)
_BY_ID = sa.select(*COLUMNS).where(ai_turns.c.id == sa.bindparam("id"))
_LAST = (
    sa.select(*COLUMNS)
    .where(ai_turns.c.ai_id == sa.bindparam("ai"))
    .order_by(ai_turns.c.id.desc())
    .limit(sa.bindparam("most"))
)
_END = (
    ai_turns.update()
    .where(ai_turns.c.id == sa.bindparam("which"))
    .values(
        outcome=sa.bindparam("how"),
        reason=sa.bindparam("why"),
        answer_id=sa.bindparam("answer", type_=sa.BigInteger),
        model=sa.bindparam("by"),
        sources=sa.bindparam("with_sources"),
        tokens_in=sa.bindparam("read"),
        tokens_out=sa.bindparam("written"),
        ms=sa.bindparam("took"),
        finished_at=sa.bindparam("at", type_=sa.BigInteger),
    )
)


class Said(Struct, frozen=True):
    """What a turn comes to. No text: it says nothing."""

    outcome: Outcome
    reason: Reason = ""
    text: str = ""
    sources: tuple[Source, ...] = ()
    model: str | None = None
    """None: no engine answered."""
    tokens_in: int = 0
    tokens_out: int = 0
    ms: int = 0


class Ready(Struct, frozen=True):
    """A turn that is to be taken: what was found out, or already what it comes to."""

    turn: Turn
    engine: Engine = "auto"
    told: context.Told | None = None
    said: Said | None = None


class Turns:
    """Takes turns. ``patience`` in ms and ``answer_within`` in seconds: see the constants."""

    def __init__(
        self,
        db: Database,
        brains: Brains,
        *,
        patience: int = PATIENCE,
        answer_within: float = ANSWER_WITHIN_S,
    ) -> None:
        self._db = db
        self._brains = brains
        self._patience = patience
        self._answer_within = answer_within
        self._shelf = Shelf()

    async def take(self, job: Job) -> None:
        """The handler of ``ai.turn``."""
        turn_id = int(job.payload["turn"])
        ready = await self._db.read(lambda tx: prepare(tx, turn_id, self._shelf))
        if ready is None:
            return  # answered by an earlier run, or the AI is gone
        said = ready.said or await self._ask(job, ready)
        await self._db.write(lambda tx: conclude(tx, job, turn_id, said))

    async def _ask(self, job: Job, ready: Ready) -> Said:
        if ready.told is None or job.attempts > CRASHES_MAX:
            return _failed("unavailable")
        brain = self._brains.get(ready.engine)
        begun = time.monotonic()
        try:
            answer = await self._answer(brain, ready.told)
        except BrainRefused as refusal:
            log.warning("ai.refused", turn=ready.turn.id, why=refusal.text, cause=refusal.cause)
            return _failed("refused")
        except Exception as fault:  # whatever it is: who asked is owed a word
            log.warning("ai.unavailable", turn=ready.turn.id, error=repr(fault))
            waited = now_ms() - ready.turn.created_at
            if waited >= self._patience:
                return _failed("unavailable")
            delay = min(max(waited // 2, SOONEST), LATEST)
            raise Retry(delay, f"the model: {fault!r}", count=False) from fault
        took = round((time.monotonic() - begun) * 1000)
        spoke = answer.action == "speak" and bool(answer.text.strip())
        return Said(
            outcome="answered" if spoke else "declined",
            reason="" if spoke else "declined",
            text=answer.text.strip() or speech.wordless(),
            sources=answer.sources[:SOURCES_MAX],
            model=answer.model,
            tokens_in=answer.tokens_in,
            tokens_out=answer.tokens_out,
            ms=took,
        )

    async def _answer(self, brain: Brain, told: context.Told) -> Answer:
        # The engines of this house bind themselves; a foreign one is bound here.
        async with asyncio.timeout(self._answer_within):
            return await within_bounds(told.ask, brain.name, brain.answer)


def _failed(reason: Reason) -> Said:
    text = speech.refused() if reason == "refused" else speech.unavailable()
    return Said("failed", reason, text)


# -- inside of transactions -------------------------------------------------------------------


def by_id(tx: Tx, turn_id: int) -> Turn | None:
    row = tx.row(_BY_ID, id=turn_id)
    return Turn(*row) if row is not None else None


def last(tx: Tx, ai_id: int, most: int) -> list[Turn]:
    """The newest turns of an AI: what it heard, and what became of it."""
    return [Turn(*row) for row in tx.rows(_LAST, ai=ai_id, most=most)]


def prepare(tx: Tx, turn_id: int, shelf: Shelf) -> Ready | None:
    """What there is to know before the engine is asked; None when the turn is over."""
    turn = by_id(tx, turn_id)
    ai = members.by_account(tx, turn.ai_id) if turn is not None else None
    if turn is None or turn.outcome != "heard" or ai is None:
        return None
    post, asker = posts.by_id(tx, turn.trigger_id), accounts.by_id(tx, turn.asker_id)
    if post is None or asker is None:
        return Ready(turn, said=Said("silent", "hidden"))
    if why := hear.obstacle(tx, ai, asker, post):
        return Ready(turn, said=Said("silent", why))
    if turn.reason == "asker_budget":
        return Ready(turn, said=Said("declined", turn.reason, speech.asked_too_often()))
    if turn.reason == "thread_budget":
        return Ready(turn, said=Said("declined", turn.reason, speech.said_enough_here()))
    if turn.reason == "server_budget":
        return Ready(turn, said=Said("declined", turn.reason, speech.asked_from_everywhere()))
    if not context.spoken(ai, post.language):
        return Ready(turn, said=Said("declined", "language", speech.other_languages(ai.languages)))
    told = context.gather(tx, ai, accounts.get(tx, ai.account_id), asker, post, shelf)
    return Ready(turn, ai.engine, told)


def conclude(tx: Tx, job: Job, turn_id: int, said: Said) -> None:
    """Say it, record it and finish the job, in this transaction.

    Errors: LeaseLost when another worker has the job, and then nothing of this happened.
    """
    jobs.finish(tx, job)
    turn = by_id(tx, turn_id)
    ai = members.by_account(tx, turn.ai_id) if turn is not None else None
    if turn is None or turn.outcome != "heard" or ai is None:
        return
    post, asker = posts.by_id(tx, turn.trigger_id), accounts.by_id(tx, turn.asker_id)
    # What was true when the engine was asked may be so no longer.
    why: Reason = "hidden" if post is None or asker is None else hear.obstacle(tx, ai, asker, post)
    if why or post is None or asker is None:
        said = Said("silent", why)
    answer_id: int | None = None
    if said.text and post is not None and asker is not None:
        account = accounts.get(tx, ai.account_id)
        if said.model is not None:
            members.runs_on(tx, account, None if said.model in ("", "quotes") else said.model)
        answer = publish(
            tx,
            account,
            Draft(
                text=f"@{asker.acct} {composed(said.text, said.sources, asker.acct)}",
                spoiler=post.spoiler[:WARNING_CHARS],
                language=context.answered_in(ai, post.language),
                visibility=ANSWERS[post.visibility],
                reply_to_id=post.id,
                ai={
                    "sources": [_source(source) for source in said.sources],
                    "model": said.model or None,
                    "trigger": str(post.id),
                    "hops": hops.since_person(tx, post) + 1,
                },
            ),
        )
        answer_id = answer.id
    tx.run(
        _END,
        which=turn.id,
        how=said.outcome,
        why=said.reason,
        answer=answer_id,
        by=said.model or None,
        with_sources=len(said.sources),
        read=said.tokens_in,
        written=said.tokens_out,
        took=said.ms,
        at=tx.now,
    )


def composed(text: str, sources: tuple[Source, ...], asker: str = "") -> str:
    """The answer as it is posted: cut to its length, and every source as a line with its link,
    because other servers show nothing else of them. A source that names somebody does not call
    them: they would be told, and a direct answer would be theirs to read.
    """
    tail = bounds.without_pings(cite.with_sources("", sources).strip(), (asker,))
    body = text.strip().removesuffix(tail).rstrip() if tail else text.strip()
    if len(body) > ANSWER_CHARS:
        body = f"{cite.shortened(body, ANSWER_CHARS)} …"
    return f"{body}\n\n{tail}" if tail else body


def _source(source: Source) -> dict[str, Any]:
    return msgspec.to_builtins(source)
