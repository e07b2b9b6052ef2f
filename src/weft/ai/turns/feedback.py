"""What people say of a line that nobody asked for: good, not for me, not now.

It changes at once how much the AI may say there (`standing`), and it is a lesson where a public room
lets its turns be learned (`lessons`).
"""

from __future__ import annotations

from typing import Any, Literal, get_args

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from weft.ai.turns import lessons, standing
from weft.ai.turns.tables import ai_feedback
from weft.kernel.clock import DAY, HOUR
from weft.kernel.errors import Forbidden, Invalid, NotFound
from weft.people.model import Account
from weft.rooms import doors, lines
from weft.store.database import Tx
from weft.threads import posts

Verdict = Literal["good", "not_for_me", "not_now"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

NOT_NOW_MAX = 2
"""Within an hour: then it speaks there only when called, until tomorrow."""
PER_DAY = 50
"""Verdicts of one person: more are no reading but a campaign."""

_PUT = insert(ai_feedback)
_SET = _PUT.on_conflict_do_update(
    index_elements=["line_id", "account_id"],
    set_={"verdict": _PUT.excluded.verdict, "created_at": _PUT.excluded.created_at},
)
_MINE = sa.select(ai_feedback.c.verdict).where(
    ai_feedback.c.line_id == sa.bindparam("line"), ai_feedback.c.account_id == sa.bindparam("by")
)
_NOT_NOW = sa.select(sa.func.count()).where(
    ai_feedback.c.ai_id == sa.bindparam("ai"),
    ai_feedback.c.place_id == sa.bindparam("at"),
    ai_feedback.c.created_at > sa.bindparam("since"),
    ai_feedback.c.verdict == "not_now",
)
_LATELY = sa.select(sa.func.count()).where(
    ai_feedback.c.account_id == sa.bindparam("by"),
    ai_feedback.c.created_at > sa.bindparam("since"),
)


def give_room(tx: Tx, by: Account, line_id: int, verdict: str) -> None:
    """Of a line in a room. Errors: NotFound (they do not see it; nobody's unasked line), Forbidden
    (not in the room, no person), Invalid (no such word, too many today).
    """
    line = lines.see(tx, by.id, line_id)
    doors.enter(tx, by, line.room_id, closed=True)
    _give(tx, by, line_id, line.author_id, line.room_id, line.ai, verdict)


def give_post(tx: Tx, by: Account, post_id: int, verdict: str) -> None:
    """Of a post in a thread. Errors: as ``give_room``."""
    post = posts.see(tx, by.id, post_id)
    _give(tx, by, post_id, post.author_id, post.thread_id, post.ai, verdict)


def _give(
    tx: Tx,
    by: Account,
    line_id: int,
    author_id: int | None,
    place_id: int,
    label: dict[str, Any] | None,
    verdict: str,
) -> None:
    if author_id is None or not (label or {}).get("why"):
        raise NotFound
    if by.kind != "person" or not by.local:
        raise Forbidden
    if verdict not in VERDICTS:
        raise Invalid(f"Validation failed: Verdict must be one of {', '.join(VERDICTS)}")
    before = tx.scalar(_MINE, line=line_id, by=by.id)
    if before == verdict:
        return
    if tx.scalar(_LATELY, by=by.id, since=tx.now - DAY) >= PER_DAY:
        raise Invalid("Validation failed: You have said this often enough today")
    tx.run(
        _SET,
        line_id=line_id,
        account_id=by.id,
        ai_id=author_id,
        place_id=place_id,
        verdict=verdict,
        created_at=tx.now,
    )
    trigger = int((label or {}).get("trigger") or 0)
    right = lessons.GOOD if verdict == "good" else lessons.BAD
    lessons.judged(tx, author_id, trigger, right, lessons.TAPPED)
    old = standing.of(tx, author_id, place_id)
    new = old
    if before is None and verdict == "good":  # who changes their mind gives no second weight
        new = standing.taken_up(old)
    if before is None and verdict == "not_for_me":
        new = standing.ignored(old)
    if verdict == "not_now":
        told = tx.scalar(_NOT_NOW, ai=author_id, at=place_id, since=tx.now - HOUR)
        if told >= NOT_NOW_MAX:
            new = standing.called_only(old, tx.now + DAY)
    if new != old:
        standing.put(tx, author_id, place_id, new)
