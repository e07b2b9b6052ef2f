"""Asking an engine with a guard on both sides of it, and its owner's bounds around both."""

from __future__ import annotations

from weft.ai.brains import phrases
from weft.ai.brains.bounded import check_in, within_bounds
from weft.ai.brains.port import Answer, Ask, Brain, BrainUnavailable
from weft.ai.safety.guard import Guard
from weft.kernel.errors import WeftError

_OWN_WORDS = ("", "quotes")
"""Engines that only say what owners gave them: there is nothing to guard."""


class Held(Answer, frozen=True):
    """A polite refusal, because the guard held question or answer back."""


class GuardAway(BrainUnavailable):
    """The guard cannot be reached, or gives no verdict: nothing is said without it."""


async def answered(guard: Guard | None, brain: Brain, ask: Ask) -> Answer:
    """What an engine answers, as far as it may be said. Errors: GuardAway, and what the engine raises."""
    if guard is None or brain.name in _OWN_WORDS:
        return await within_bounds(ask, brain.name, brain.answer)
    if refused := check_in(ask, brain.name):
        return refused
    if not await _safe(guard, ask.question, None):
        return _held(ask, Answer("decline", "", model=brain.name))
    answer = await within_bounds(ask, brain.name, brain.answer)
    if answer.action == "speak" and not await _safe(guard, ask.question, answer.text):
        return _held(ask, answer)
    return answer


async def _safe(guard: Guard, question: str, answer: str | None) -> bool:
    try:
        return await guard.check(question, answer) == "safe"
    except (WeftError, TimeoutError, OSError) as fault:
        raise GuardAway("The guard cannot be reached.", cause=repr(fault)) from fault


def _held(ask: Ask, answer: Answer) -> Held:
    return Held(
        "decline",
        phrases.say(ask.persona, "guarded"),
        model=answer.model,
        tokens_in=answer.tokens_in,
        tokens_out=answer.tokens_out,
    )
