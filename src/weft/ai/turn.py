"""One turn of an AI: from what it heard to what it says, exactly once.

    read what it may know  →  ask its engine, holding nothing  →  one transaction: check again,
    say it, record the outcome, finish the job

What is said and the end of the job are one commit. A server killed before it asks its engine again
when it is back; killed after it, there is nothing left to do. A second worker that took the turn
up meanwhile finds its lease gone at ``finish``, and what it said is rolled back with it.

Where it is taken (a thread, a room) is a `places.port.Place`. An AI that was not called may think
better of it: it then says nothing, also of its failures.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import sqlalchemy as sa
import structlog
from msgspec import Struct, structs

from weft.ai import context, members, speech
from weft.ai.brains.choose import Brains
from weft.ai.brains.port import Answer, Brain, BrainRefused, Call
from weft.ai.disclosure import meeting
from weft.ai.documents import Shelf
from weft.ai.knowledge import answers
from weft.ai.memory import remember
from weft.ai.model import Ai, Engine, Reason, Turn
from weft.ai.places import room, thread
from weft.ai.places.port import Place, Words
from weft.ai.safety import answering, approvals, before, budgets, handoffs, minors, switch
from weft.ai.safety.capabilities import HAND_OVER, REACT, SPEAK, Holding, Permit, permit
from weft.ai.safety.rules import Rules
from weft.ai.said import Said
from weft.ai.tables import ai_turns
from weft.ai.turns import reasons, record
from weft.kernel.clock import MINUTE, SECOND, now_ms
from weft.people import accounts
from weft.store.database import Database, Tx
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
SOURCES_MAX = 8
EMOJIS = frozenset(["👍", "❤️", "😄", "🎉", "😮", "😢", "🙏"])
"""With which an engine may react: what nobody takes amiss."""
REWRITES_MAX = 1
"""Times that it begins anew because who asked went on. Once: people who type on and on would
otherwise never be answered."""

COLUMNS = tuple(ai_turns.c[field] for field in Turn.__struct_fields__)
_BY_ID = sa.select(*COLUMNS).where(ai_turns.c.id == sa.bindparam("id"))
_OF = sa.select(*COLUMNS).where(
    ai_turns.c.ai_id == sa.bindparam("ai"), ai_turns.c.trigger_id == sa.bindparam("line")
)
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
        cost=sa.bindparam("costs", type_=sa.BigInteger),
        ms=sa.bindparam("took"),
        finished_at=sa.bindparam("at", type_=sa.BigInteger),
    )
)


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
        rules: Rules | None = None,
    ) -> None:
        self._db = db
        self._brains = brains
        self._patience = patience
        self._answer_within = answer_within
        self._rules = rules or Rules()
        self.shelf = Shelf()

    async def take(self, job: Job) -> None:
        """The handler of ``ai.turn``."""
        turn_id = int(job.payload["turn"])
        spent: Said | None = None
        for rewrites in range(REWRITES_MAX + 1):
            told_at = now_ms()
            ready = await self._db.read(lambda tx: prepare(tx, turn_id, self.shelf, self._rules))
            if ready is None:
                return  # answered by an earlier run, or the AI is gone
            said = ready.said or await self._ask(job, ready)
            said = _with_cost_of(spent, said)
            # The last time it is said as it is, whatever was added.
            known = told_at if rewrites < REWRITES_MAX else None
            done = await self._db.write(
                lambda tx, said=said, known=known: conclude(tx, job, turn_id, said, told_at=known)
            )
            if done:
                return
            spent = said

    async def _ask(self, job: Job, ready: Ready) -> Said:
        called = ready.turn.trigger != "unasked"
        if ready.told is None or job.attempts > CRASHES_MAX:
            return _failed("unavailable", called=called)
        brain = self._brains.get(ready.engine)
        most = 0 if brain.name in ("", "quotes") else ready.told.ask.max_tokens
        if await self._db.write(lambda tx: reserve(tx, ready.turn.id, self._rules, most)):
            return (
                Said("declined", "budget", speech.used_up()) if called else Said("silent", "budget")
            )
        begun = time.monotonic()
        try:
            answer = await self._answer(brain, ready.told)
        except BrainRefused as refusal:
            log.warning("ai.refused", turn=ready.turn.id, why=refusal.text, cause=refusal.cause)
            return _failed("refused", called=called)
        except Exception as fault:  # whatever it is: who asked is owed a word
            log.warning("ai.unavailable", turn=ready.turn.id, error=repr(fault))
            waited = now_ms() - ready.turn.created_at
            closed = (
                isinstance(fault, answering.GuardAway)
                and ready.told.ask.persona.kind == "character"
            )
            if waited >= self._patience or not called or closed:
                return _failed("unavailable", called=called)
            delay = min(max(waited // 2, SOONEST), LATEST)
            raise Retry(delay, f"the model: {fault!r}", count=False) from fault
        said = _meant(answer, ready.told.ask.call)
        if said.outcome == "declined" and ready.told.open:
            said = structs.replace(said, unanswered=ready.told.ask.question)
        if handoffs.when_unsure(ready.told.ask.persona, said):
            said = structs.replace(said, hand_over="unsure")
        return structs.replace(
            said,
            cost=self._rules.cost(said.tokens_in, said.tokens_out),
            unsure=bool(ready.told.ask.persona.topics) and not said.sources,
            ms=round((time.monotonic() - begun) * 1000),
        )

    async def _answer(self, brain: Brain, told: context.Told) -> Answer:
        # The engines of this house bind themselves; a foreign one is bound here.
        async with asyncio.timeout(self._answer_within):
            return await answering.answered(self._rules.guard, brain, told.ask)


def _meant(answer: Answer, call: Call) -> Said:
    """What an engine's answer comes to, for one that was called or was not."""
    said = Said(
        "answered",
        text=answer.text.strip(),
        sources=answer.sources[:SOURCES_MAX],
        model=answer.model,
        tokens_in=answer.tokens_in,
        tokens_out=answer.tokens_out,
    )
    if answer.action == "react" and said.text in EMOJIS:
        return structs.replace(said, outcome="reacted", sources=())
    if answer.action == "speak" and said.text:
        return said
    if call != "called":
        return structs.replace(said, outcome="silent", reason="nothing_to_add", text="", sources=())
    text = said.text if answer.action == "decline" else ""
    return structs.replace(
        said,
        outcome="declined",
        reason="guard" if isinstance(answer, answering.Held) else "declined",
        text=text or speech.wordless(),
    )


def _with_cost_of(earlier: Said | None, said: Said) -> Said:
    """What an answer cost that was thrown away is charged with the next one."""
    if earlier is None:
        return said
    return structs.replace(
        said,
        tokens_in=said.tokens_in + earlier.tokens_in,
        tokens_out=said.tokens_out + earlier.tokens_out,
        cost=said.cost + earlier.cost,
    )


def _failed(reason: Reason, *, called: bool) -> Said:
    if not called:
        return Said("silent", reason)
    text = speech.refused() if reason == "refused" else speech.unavailable()
    return Said("failed", reason, text)


# -- inside of transactions -------------------------------------------------------------------


def by_id(tx: Tx, turn_id: int) -> Turn | None:
    row = tx.row(_BY_ID, id=turn_id)
    return Turn(*row) if row is not None else None


def of(tx: Tx, ai_id: int, line_id: int) -> Turn | None:
    """What became of what an AI heard; None when it was not called and stayed silent."""
    row = tx.row(_OF, ai=ai_id, line=line_id)
    return Turn(*row) if row is not None else None


def last(tx: Tx, ai_id: int, most: int) -> list[Turn]:
    """The newest turns of an AI: what it heard, and what became of it."""
    return [Turn(*row) for row in tx.rows(_LAST, ai=ai_id, most=most)]


_BUDGETS: dict[str, Callable[[], str]] = {
    "asker_budget": speech.asked_too_often,
    "thread_budget": speech.said_enough_here,
    "server_budget": speech.asked_from_everywhere,
}


def reserve(tx: Tx, turn_id: int, rules: Rules, max_tokens: int) -> Reason:
    """See `budgets.reserve`; "" for a turn that is over meanwhile."""
    turn = by_id(tx, turn_id)
    ai = members.by_account(tx, turn.ai_id) if turn is not None else None
    if turn is None or ai is None or turn.outcome != "heard":
        return ""
    return budgets.reserve(tx, rules, turn, ai, accounts.by_id(tx, turn.asker_id), max_tokens)


def prepare(tx: Tx, turn_id: int, shelf: Shelf, rules: Rules | None = None) -> Ready | None:
    """What there is to know before the engine is asked; None when the turn is over.

    What needs no engine is said here: a ``Ready`` whose ``said`` is set asks nobody.
    """
    turn = by_id(tx, turn_id)
    ai = members.by_account(tx, turn.ai_id) if turn is not None else None
    if turn is None or turn.outcome != "heard" or ai is None:
        return None
    place = _place(tx, turn, ai)
    if place is None:
        return Ready(turn, said=Said("silent", "hidden"))
    if why := switch.obstacle(tx) or place.obstacle(tx):
        return Ready(turn, said=Said("silent", why))
    if place.overtaken(tx, tx.now) == "answered":
        return Ready(turn, said=Said("silent", "answered"))
    told = place.told(tx, shelf)
    if danger := before.in_danger(turn, told.ask, rules.cards if rules is not None else {}):
        return Ready(turn, said=danger)
    if turn.reason in _BUDGETS:
        return Ready(turn, said=Said("declined", turn.reason, _BUDGETS[turn.reason]()))
    if not context.spoken(ai, place.language):
        if turn.trigger == "unasked":
            return Ready(turn, said=Said("silent", "language"))
        return Ready(turn, said=Said("declined", "language", speech.other_languages(ai.languages)))
    if settled := before.settled(tx, turn, ai, place.asker, told.ask):
        return Ready(turn, said=settled)
    if known := answers.exact(tx, ai, told.ask.question):
        return Ready(turn, said=Said("answered", text=known.answer))
    call: Call = _call(tx, turn) if turn.trigger == "unasked" else "called"
    young = minors.is_minor(tx, place.asker.id)
    told = structs.replace(told, ask=structs.replace(told.ask, call=call, young=young))
    return Ready(turn, ai.engine, told)


def conclude(tx: Tx, job: Job, turn_id: int, said: Said, *, told_at: int | None = None) -> bool:
    """Say it, record it and finish the job, in this transaction. ``told_at`` (ms): False, and nothing
    happened, when who asked went on since then and the engine is to be asked again.

    Errors: LeaseLost when another worker has the job, and then nothing of this happened.
    """
    turn = by_id(tx, turn_id)
    ai = members.by_account(tx, turn.ai_id) if turn is not None else None
    if turn is None or turn.outcome != "heard" or ai is None:
        jobs.finish(tx, job)
        return True
    # What was true when the engine was asked may be so no longer.
    place = _place(tx, turn, ai)
    why: Reason = "hidden" if place is None else switch.obstacle(tx) or place.obstacle(tx)
    if not why and place is not None and said.text:
        since = place.overtaken(tx, tx.now if told_at is None else told_at)
        if since == "answered":
            why = "answered"
        elif since == "went_on" and told_at is not None:
            return False
    jobs.finish(tx, job)
    if said.unanswered and place is not None and not why:
        answers.propose(tx, ai.account_id, said.unanswered)
    if why or place is None:
        said = structs.replace(
            said, outcome="silent", reason=why, text="", sources=(), hand_over=""
        )
    asker = accounts.by_id(tx, turn.asker_id)
    budgets.settle(tx, turn, ai, asker, said.tokens_in + said.tokens_out, said.cost)
    if place is not None and (looked_at := approvals.needed(tx, ai, said)):
        said = _kept_back(tx, turn, ai, said, looked_at)
    _end(tx, turn, said, _act(tx, turn, ai, place, said) if place is not None else None)
    if place is not None:
        remember.after(tx, turn, said.outcome, place.asker)
    return True


def say_approved(tx: Tx, turn_id: int, said: Said) -> Reason:
    """Say a draft that its owner approved, now. Why it is not said: what was true when it was
    asked may be so no longer.
    """
    turn = by_id(tx, turn_id)
    ai = members.by_account(tx, turn.ai_id) if turn is not None else None
    if turn is None or ai is None or turn.outcome != "waiting":
        return "hidden"
    place = _place(tx, turn, ai)
    why: Reason = "hidden" if place is None else switch.obstacle(tx) or place.obstacle(tx)
    if why or place is None:
        _end(tx, turn, structs.replace(said, outcome="silent", reason=why, text="", sources=()))
        return why
    _end(tx, turn, said, _act(tx, turn, ai, place, said))
    remember.after(tx, turn, said.outcome, place.asker)
    return ""


def never_say(tx: Tx, turn_id: int) -> None:
    """A draft was rejected, or nobody looked at it in time."""
    turn = by_id(tx, turn_id)
    if turn is not None and turn.outcome == "waiting":
        rejected = Said(
            "silent",
            "rejected",
            model=turn.model,
            tokens_in=turn.tokens_in,
            tokens_out=turn.tokens_out,
            ms=turn.ms,
            cost=turn.cost,
        )
        _end(tx, turn, rejected)


_HOLDS = Holding(private=True, untrusted=True)
"""The most that a turn can hold: what it may do with that, it may always do."""


def _act(tx: Tx, turn: Turn, ai: Ai, place: Place, said: Said) -> int | None:
    """Do what the turn comes to; the id of what was said."""
    answer_id: int | None = None
    if said.outcome == "reacted":
        _react(tx, permit(_HOLDS, REACT), place, said.text)
    elif said.text:
        answer_id = _say(tx, permit(_HOLDS, SPEAK), turn, ai, place, said)
    if said.hand_over:
        handoffs.open_one(tx, permit(_HOLDS, HAND_OVER), ai, turn, said.hand_over)
    return answer_id


def _kept_back(tx: Tx, turn: Turn, ai: Ai, said: Said, why: approvals.Why) -> Said:
    if turn.trigger == "unasked":  # nobody waits for it, and the moment passes
        return structs.replace(said, outcome="silent", reason="approval", text="", sources=())
    approvals.keep(tx, ai, turn, said, why)
    return structs.replace(said, outcome="waiting", reason="approval", text="", hand_over="")


def _end(tx: Tx, turn: Turn, said: Said, answer_id: int | None = None) -> None:
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
        costs=said.cost,
        took=said.ms,
        at=tx.now,
    )


def _react(tx: Tx, given: Permit, place: Place, emoji: str) -> None:
    assert given.capability == REACT  # noqa: S101 - a permit for another action is a bug
    place.react(tx, emoji)


def _say(tx: Tx, given: Permit, turn: Turn, ai: Ai, place: Place, said: Said) -> int:
    assert given.capability == SPEAK  # noqa: S101 - a permit for another action is a bug
    if said.model is not None:
        account = accounts.get(tx, ai.account_id)
        members.runs_on(tx, account, None if said.model in ("", "quotes") else said.model)
    why = reasons.joined(*_joining(tx, turn)) if turn.trigger == "unasked" else None
    told = meeting.notice(tx, ai, place.asker, turn.place, turn.place_id, place.language)
    text = f"{told}\n\n{said.text}" if told else said.text
    return place.say(tx, Words(text, said.sources, said.model, why))


def _joining(tx: Tx, turn: Turn) -> tuple[str, float]:
    """What decided that it joins, and its number."""
    decided = record.of(tx, turn.ai_id, turn.trigger_id)
    return decided.reasons[0] if decided is not None and decided.reasons else ("join", 0.0)


def _call(tx: Tx, turn: Turn) -> Call:
    return "meant" if reasons.is_meant(_joining(tx, turn)[0]) else "unasked"


def _place(tx: Tx, turn: Turn, ai: Ai) -> Place | None:
    return room.find(tx, turn, ai) if turn.place == "room" else thread.find(tx, turn, ai)
