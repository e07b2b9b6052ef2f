"""What is settled before any engine is asked: danger, people it does not play with, hours, persons.

In this order, because somebody in distress is told where help is, whatever the hour and whatever the
budgets say.
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from weft.ai.bounds import hours
from weft.ai.bounds import model as bounds
from weft.ai.brains import phrases
from weft.ai.brains.port import Ask
from weft.ai.model import Ai, Turn
from weft.ai.safety import crisis, handoffs, minors
from weft.ai.said import Said
from weft.ai.tables import ai_turns
from weft.people.model import Account
from weft.store.database import Tx

_TOLD = sa.select(ai_turns.c.id).where(
    ai_turns.c.ai_id == sa.bindparam("ai"),
    ai_turns.c.asker_id == sa.bindparam("asker"),
    ai_turns.c.created_at >= sa.bindparam("since"),
    ai_turns.c.reason == "closed_now",
    ai_turns.c.outcome == "declined",
)


def in_danger(turn: Turn, ask: Ask, cards: Mapping[str, str]) -> Said | None:
    """The card for somebody who may harm themselves, where the AI was called. An AI that nobody
    called keeps out of it.
    """
    language = crisis.signals(ask.question)
    if not language:
        return None
    if turn.trigger == "unasked":
        return Said("silent", "crisis")
    return Said("answered", "crisis", crisis.card(language, cards), hand_over="crisis")


def settled(tx: Tx, turn: Turn, ai: Ai, asker: Account, ask: Ask) -> Said | None:
    """What a turn comes to without its engine; None: it goes on."""
    if not minors.may_answer(tx, ai, asker.id):
        return Said("silent", "not_for_asker")
    if closed := _closed(tx, turn, ai, ask):
        return closed
    if turn.trigger != "unasked" and (why := handoffs.wanted(ai, ask.question)):
        to = handoffs.to_whom(tx, ai)
        if to is not None:
            text = phrases.say(ask.persona, "handed_over", person=to.display_name)
            return Said("answered", "handed_over", text, hand_over=why)
    return None


def _closed(tx: Tx, turn: Turn, ai: Ai, ask: Ask) -> Said | None:
    """Outside of its hours it says when it is back, once to each who asks."""
    open_when = bounds.of(ai.bounds).hours
    if open_when is None or hours.is_open(open_when, tx.now):
        return None
    since = hours.closed_since(open_when, tx.now)
    if turn.trigger == "unasked" or tx.row(
        _TOLD, ai=ai.account_id, asker=turn.asker_id, since=since
    ):
        return Said("silent", "closed_now")
    back = hours.opens(open_when, tx.now)
    if back is None:
        return Said("declined", "closed_now", phrases.say(ask.persona, "closed_for_good"))
    when = f"{back:%Y-%m-%d %H:%M} ({open_when.zone})"
    return Said("declined", "closed_now", phrases.say(ask.persona, "closed", when=when))
