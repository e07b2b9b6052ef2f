"""Asking an AI outside of any thread: what its owner does to try it, on the way of a turn.

The crisis card, exact answers, then its engine with its passages, guarded and within its bounds. Nothing is published or counted, and
there is no thread, so nobody's posts are read.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from weft.ai import context, documents
from weft.ai.brains.choose import Brains
from weft.ai.brains.port import Ask, Source
from weft.ai.knowledge import answers
from weft.ai.knowledge.answers import Known
from weft.ai.model import Ai, Engine
from weft.ai.safety import crisis
from weft.ai.safety.answering import answered as guarded
from weft.ai.safety.rules import Rules
from weft.kernel.errors import Invalid
from weft.people.model import Account
from weft.store.database import Database, Tx


class Answered(Struct, frozen=True):
    """``confidence``: 1 for an exact answer, else that of the best passage that is cited, or of the best that
    was found where nothing is. ``answered``: false when it declined. ``engine``: ``crisis``, ``exact``, ``quotes`` or
    the model's name.
    """

    text: str
    sources: list[Source]
    confidence: float
    answered: bool
    engine: str


class _Asked(Struct, frozen=True):
    engine: Engine
    exact: Known | None
    ask: Ask


async def ask(
    db: Database,
    brains: Brains,
    rules: Rules,
    ai: Ai,
    account: Account,
    question: str,
    shelf: documents.Shelf,
) -> Answered:
    """Errors: Invalid for no question; what guard and engine raise (`BrainUnavailable`, `BrainRefused`)."""
    question = question.strip()[: context.QUESTION_CHARS]
    if not question:
        raise Invalid("Validation failed: Question can't be blank")
    if language := crisis.signals(question):
        card = crisis.card(language, rules.cards)
        return Answered(card, [], 1.0, answered=True, engine="crisis")
    asked = await db.read(lambda tx: _gather(tx, ai, account, question, shelf))
    if asked.exact is not None:
        return Answered(asked.exact.answer, [], 1.0, answered=True, engine="exact")
    brain = brains.get(asked.engine)
    answer = await guarded(rules.guard, brain, asked.ask)
    sure = {passage.source: passage.confidence for passage in reversed(asked.ask.passages)}
    cited = [sure.get(source.document, 0.0) for source in answer.sources]
    best = max(cited or sure.values(), default=0.0)
    return Answered(
        answer.text.strip(),
        list(answer.sources),
        round(best, 3),
        answered=answer.action == "speak" and bool(answer.text.strip()),
        engine=answer.model or brain.name,
    )


def plainly(answered: Answered) -> dict[str, Any]:
    """As JSON says it."""
    return msgspec.to_builtins(answered)


def _gather(tx: Tx, ai: Ai, account: Account, question: str, shelf: documents.Shelf) -> _Asked:
    prepared = shelf.of(tx, ai)
    persona = context.persona(tx, ai, account, None, prepared.titles)
    found = prepared.index.search(question, context.PASSAGES_MAX)
    ask = Ask(persona=persona, question=question, passages=tuple(found), asker="you")
    return _Asked(ai.engine, answers.exact(tx, ai, question), ask)
