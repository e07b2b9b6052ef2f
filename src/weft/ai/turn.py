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

import structlog
from msgspec import Struct, structs

from weft.ai import context, ending, members, speech, taken
from weft.ai.brains.choose import Brains
from weft.ai.brains.port import Answer, Brain, BrainRefused, Call
from weft.ai.documents import Shelf
from weft.ai.knowledge import answers
from weft.ai.model import Engine, Reason, Turn
from weft.ai.places import find
from weft.ai.safety import answering, before, budgets, handoffs, minors, switch
from weft.ai.safety.rules import Rules
from weft.ai.said import Said
from weft.ai.turns import reasons, record
from weft.kernel.clock import MINUTE, SECOND, now_ms
from weft.people import accounts
from weft.store.database import Database, Tx
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
                lambda tx, said=said, known=known: ending.conclude(
                    tx, job, turn_id, said, told_at=known
                )
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


_BUDGETS: dict[str, Callable[[], str]] = {
    "asker_budget": speech.asked_too_often,
    "thread_budget": speech.said_enough_here,
    "server_budget": speech.asked_from_everywhere,
}


def reserve(tx: Tx, turn_id: int, rules: Rules, max_tokens: int) -> Reason:
    """See `budgets.reserve`; "" for a turn that is over meanwhile."""
    turn = taken.by_id(tx, turn_id)
    ai = members.by_account(tx, turn.ai_id) if turn is not None else None
    if turn is None or ai is None or turn.outcome != "heard":
        return ""
    return budgets.reserve(tx, rules, turn, ai, accounts.by_id(tx, turn.asker_id), max_tokens)


def prepare(tx: Tx, turn_id: int, shelf: Shelf, rules: Rules | None = None) -> Ready | None:
    """What there is to know before the engine is asked; None when the turn is over.

    What needs no engine is said here: a ``Ready`` whose ``said`` is set asks nobody.
    """
    turn = taken.by_id(tx, turn_id)
    ai = members.by_account(tx, turn.ai_id) if turn is not None else None
    if turn is None or turn.outcome != "heard" or ai is None:
        return None
    place = find.place(tx, turn, ai)
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
    call: Call = "called"
    if turn.trigger == "unasked":
        call = (
            "meant"
            if reasons.is_meant(record.joining(tx, turn.ai_id, turn.trigger_id)[0])
            else "unasked"
        )
    young = minors.is_minor(tx, place.asker.id)
    told = structs.replace(told, ask=structs.replace(told.ask, call=call, young=young))
    return Ready(turn, ai.engine, told)
