"""How much an AI answers within an hour, by who asks, where and from where.

For those who call it. What it says unasked has budgets of its own (`weft.ai.turns.budget`).
"""

from __future__ import annotations

import sqlalchemy as sa

from weft.ai.model import Ai, Outcome, Reason, Where
from weft.ai.tables import ai_turns
from weft.kernel.clock import HOUR
from weft.people.model import Account
from weft.people.tables import accounts as account_table
from weft.store.database import Tx

ASKER_PER_HOUR = 30
"""Answers of one AI to one person: a long talk has fewer, a script more."""
BOT_PER_HOUR = 6
"""Answers of one AI to one AI or bot, in all threads together."""
THREAD_PER_HOUR = 20
"""Answers of one AI in one thread: beyond this it is no longer the people's thread."""
SERVER_PER_HOUR = 120
"""Answers of one AI to everybody of one other server: accounts cost nothing there, answers of a
model do cost something here."""
ELSEWHERE_PER_HOUR = 600
"""Answers of one AI to all other servers together, as names of servers cost little either."""
ROOM_PER_HOUR = 240
"""Answers of one AI in one room: a lively talk with it; a script that calls it says more."""
ROOM_ASKER_PER_HOUR = 120
"""Answers of one AI to one person who is in rooms with it."""

_SPOKEN: tuple[Outcome, ...] = ("heard", "answered", "declined", "failed", "waiting")

_recent = sa.and_(
    ai_turns.c.ai_id == sa.bindparam("ai"),
    ai_turns.c.created_at > sa.bindparam("since"),
    # Spelled out: a list of texts would be put into the statement anew each time.
    sa.or_(
        *(ai_turns.c.outcome == outcome for outcome in _SPOKEN),
        # Who takes back what they asked while an engine thinks, or gets an emoji, has cost the same.
        sa.and_(ai_turns.c.tokens_in > 0, ai_turns.c.trigger != "unasked"),
    ),
)
_TO_ASKER = sa.select(sa.func.count()).where(ai_turns.c.asker_id == sa.bindparam("asker"), _recent)
_IN_PLACE = sa.select(sa.func.count()).where(ai_turns.c.place_id == sa.bindparam("place"), _recent)

_TO_SERVERS = (
    sa.select(
        sa.func.count(),
        sa.func.coalesce(
            sa.func.sum(sa.case((account_table.c.domain == sa.bindparam("server"), 1), else_=0)), 0
        ),
    )
    .join_from(ai_turns, account_table, account_table.c.id == ai_turns.c.asker_id)
    .where(account_table.c.domain != "", _recent)
)


def over_budget(
    tx: Tx, ai: Ai, asker: Account, place: Where, place_id: int, *, machine: bool
) -> tuple[Reason, bool]:
    """Which budget is used up ("" none), and whether it is the moment to say so: once, to a
    person, and then it is silent.
    """
    since = tx.now - HOUR
    room = place == "room"
    most = BOT_PER_HOUR if machine else ROOM_ASKER_PER_HOUR if room else ASKER_PER_HOUR
    given = tx.scalar(_TO_ASKER, ai=ai.account_id, asker=asker.id, since=since)
    if given >= most:
        return "asker_budget", given == most and not machine
    most = ROOM_PER_HOUR if room else THREAD_PER_HOUR
    given = tx.scalar(_IN_PLACE, ai=ai.account_id, place=place_id, since=since)
    if given >= most:
        return "thread_budget", given == most and not machine
    if not asker.local:
        row = tx.row(_TO_SERVERS, ai=ai.account_id, server=asker.domain, since=since)
        total, there = (int(value) for value in row) if row is not None else (0, 0)
        if total >= ELSEWHERE_PER_HOUR or there >= SERVER_PER_HOUR:
            moment = total == ELSEWHERE_PER_HOUR or there == SERVER_PER_HOUR
            return "server_budget", moment and not machine
    return "", False
