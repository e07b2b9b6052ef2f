"""How much AIs may use in a day: turns, tokens and money, for each AI, owner, room, peer and the server.

Kept by the server and never by a prompt. Before an engine is asked, what it may use at most is
reserved, in one transaction with the look at the limits, so that a thousand turns at once cannot all
pass a limit that has room for one. With the end of the turn, in its transaction, the reservation
becomes what was really used. The turn's row says what it has reserved: whoever takes a turn up again
after a crash reserves nothing twice, and a turn that is never ended has cost what it reserved.

Days are of UTC, and of the turn's beginning, so that both entries are of the same day.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects.postgresql import insert  # compiles on SQLite as it is

from weft.ai.model import Ai, Reason, Turn
from weft.ai.safety.rules import Rules
from weft.ai.safety.tables import ai_usage
from weft.ai.tables import ai_turns
from weft.kernel.clock import DAY
from weft.people.model import Account
from weft.store.among import among
from weft.store.database import Tx

KEEP_DAYS = 400
"""A year and the month in which somebody looks at it."""
PROMPT_TOKENS = 3_000
"""What a prompt holds at most (`brains.prompt`): reserved before it is known."""

_new = insert(ai_usage)
_ADD = _new.on_conflict_do_update(
    index_elements=["day", "scope", "key"],
    set_={
        "turns": ai_usage.c.turns + _new.excluded.turns,
        "tokens": ai_usage.c.tokens + _new.excluded.tokens,
        "cost": ai_usage.c.cost + _new.excluded.cost,
    },
)
_TODAY = sa.select(
    ai_usage.c.scope, ai_usage.c.key, ai_usage.c.turns, ai_usage.c.tokens, ai_usage.c.cost
).where(ai_usage.c.day == sa.bindparam("day"), among(ai_usage.c.key, "keys"))
_RESERVE = (
    ai_turns.update()
    .where(ai_turns.c.id == sa.bindparam("which"))
    .values(tokens_in=sa.bindparam("tokens"), cost=sa.bindparam("cost"))
)
_SINCE = (
    sa.select(ai_usage.c.day, ai_usage.c.turns, ai_usage.c.tokens, ai_usage.c.cost)
    .where(
        ai_usage.c.scope == sa.bindparam("scope"),
        ai_usage.c.key == sa.bindparam("key"),
        ai_usage.c.day >= sa.bindparam("first"),
    )
    .order_by(ai_usage.c.day.desc())
)
_PRUNE = ai_usage.delete().where(ai_usage.c.day < sa.bindparam("before"))


class Used(Struct, frozen=True):
    """Of one day (since 1970, UTC). ``cost``: millionths of the operator's currency."""

    day: int
    turns: int
    tokens: int
    cost: int


def day_of(ms: int) -> int:
    return ms // DAY


def obstacle(tx: Tx, rules: Rules, turn: Turn, ai: Ai, asker: Account | None) -> Reason:
    """Whether a budget of today is used up: "budget", or "" when its engine may be asked."""
    return _full(tx, rules, turn, ai, asker, 1, 0, 0)


def reserve(
    tx: Tx, rules: Rules, turn: Turn, ai: Ai, asker: Account | None, max_tokens: int
) -> Reason:
    """Take what a turn may use at most. ``max_tokens``: of its answer; 0 for an engine that costs
    nothing. "budget", and nothing was taken, when a limit has no room for it.
    """
    if turn.tokens_in:  # reserved by an earlier run of the same turn
        return ""
    # At least one, so that a row that has reserved says so.
    tokens = PROMPT_TOKENS + max_tokens if max_tokens else 1
    cost = rules.cost(PROMPT_TOKENS, max_tokens) if max_tokens else 0
    if why := _full(tx, rules, turn, ai, asker, 1, tokens, cost):
        return why
    _add(tx, turn, ai, asker, 1, tokens, cost)
    tx.run(_RESERVE, which=turn.id, tokens=tokens, cost=cost)
    return ""


def settle(tx: Tx, turn: Turn, ai: Ai, asker: Account | None, tokens: int, cost: int) -> None:
    """What was reserved becomes what was used; nothing for a turn that reserved nothing, as one
    that no engine was asked for.
    """
    if turn.tokens_in and (tokens, cost) != (turn.tokens_in, turn.cost):
        _add(tx, turn, ai, asker, 0, tokens - turn.tokens_in, cost - turn.cost)


def used(tx: Tx, scope: str, key: str, days: int) -> list[Used]:
    """Of the last days, the newest first; days without any are left out."""
    first = day_of(tx.now) - days + 1
    return [Used(*row) for row in tx.rows(_SINCE, scope=scope, key=key, first=first)]


def prune(tx: Tx) -> None:
    tx.run(_PRUNE, before=day_of(tx.now) - KEEP_DAYS)


def _full(
    tx: Tx,
    rules: Rules,
    turn: Turn,
    ai: Ai,
    asker: Account | None,
    turns: int,
    tokens: int,
    cost: int,
) -> Reason:
    keys = _keys(turn, ai, asker)
    rows = tx.rows(_TODAY, day=day_of(turn.created_at), keys=[key for _, key in keys])
    today = {(scope, key): (t, n, c) for scope, key, t, n, c in rows}
    for scope, key in keys:
        so_far = today.get((scope, key), (0, 0, 0))
        for measure, has, more in zip(
            ("turns", "tokens", "cost"), so_far, (turns, tokens, cost), strict=True
        ):
            limit = rules.limits.get(f"{scope}.{measure}", 0)
            if limit and has + more > limit:
                return "budget"
    return ""


def _add(
    tx: Tx, turn: Turn, ai: Ai, asker: Account | None, turns: int, tokens: int, cost: int
) -> None:
    day = day_of(turn.created_at)
    tx.run_many(
        _ADD,
        [
            {"day": day, "scope": scope, "key": key, "turns": turns, "tokens": tokens, "cost": cost}
            for scope, key in _keys(turn, ai, asker)
        ],
    )


def _keys(turn: Turn, ai: Ai, asker: Account | None) -> Sequence[tuple[str, str]]:
    """For whom a turn counts, in one order, so that no two transactions wait for each other."""
    keys = [
        ("ai", str(ai.account_id)),
        ("owner", str(ai.owner_id)),
        ("room", str(turn.place_id)),
        ("server", ""),
    ]
    if asker is not None and not asker.local:
        keys.append(("peer", asker.domain))
    return keys
