"""Hearing: which AIs a post calls, and whether each of them may answer.

A reaction to ``post.created``, in the transaction of the post itself. Whoever is called gets
exactly one row of ``ai_turns`` per post; a turn that is to be answered gets its job in the same
transaction. So a server that dies right after the post was accepted still answers it, once.

Everything that keeps an AI quiet is decided here, on the server, before any engine is asked; and
once more by the turn, right before it speaks.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from weft.ai import hops
from weft.ai.members import COLUMNS
from weft.ai.model import Ai, Outcome, Reason, Trigger
from weft.ai.tables import ai_turns, ais
from weft.kernel.clock import DAY, HOUR
from weft.kernel.ids import new_id
from weft.people import accounts
from weft.people.model import Account
from weft.people.tables import accounts as account_table
from weft.people.tables import blocks
from weft.store.among import among
from weft.store.database import Tx
from weft.threads import consent, posts
from weft.threads.model import Post
from weft.threads.publish import ais_are_off
from weft.work import jobs
from weft.work.events import Event
from weft.work.jobs import NewJob

TURN = "ai.turn"
POOL = "ai"

OLD = 7 * DAY
"""A post that comes later than this was found, not delivered: peers give up sooner."""
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
CALLED_MAX = 8
"""AIs of this server that one post wakes: calling all of them is a flood, not a question."""

_SPOKEN: tuple[Outcome, ...] = ("heard", "answered", "declined", "failed")

_CALLED = (
    sa.select(*COLUMNS)
    .join_from(ais, account_table, account_table.c.id == ais.c.account_id)
    .where(
        among(ais.c.account_id, "ids"),
        account_table.c.suspended_at.is_(None),
    )
)
_HEARD = (
    insert(ai_turns)
    .on_conflict_do_nothing(index_elements=["ai_id", "trigger_id"])
    .returning(ai_turns.c.id)
)
_BLOCKED = sa.select(blocks.c.id).where(
    sa.or_(
        sa.and_(
            blocks.c.blocker_id == sa.bindparam("ai"),
            among(blocks.c.target_id, "people"),
        ),
        sa.and_(
            blocks.c.target_id == sa.bindparam("ai"),
            among(blocks.c.blocker_id, "people"),
        ),
    )
)
_recent = sa.and_(
    ai_turns.c.ai_id == sa.bindparam("ai"),
    ai_turns.c.created_at > sa.bindparam("since"),
    ai_turns.c.outcome.in_(_SPOKEN),
)
_TO_ASKER = sa.select(sa.func.count()).where(ai_turns.c.asker_id == sa.bindparam("asker"), _recent)
_IN_THREAD = sa.select(sa.func.count()).where(
    ai_turns.c.place_id == sa.bindparam("thread"), _recent
)

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


def hear(tx: Tx, event: Event) -> None:
    """React to ``post.created``: write a turn for every AI of this server that the post calls.

    A mention, a reply to a post of the AI, and a direct post to it call it. A boost calls nobody;
    nor do edits, which are another event.
    """
    post = posts.of(tx, event)
    if post is None or post.boost_of_id is not None:
        return
    called = _called(tx, post)
    if not called:
        return
    asker = accounts.get(tx, post.author_id)
    for place, (ai, trigger) in enumerate(called):
        why = obstacle(tx, ai, asker, post)
        says_why = False
        if why == "hidden":
            continue  # the AI was not there, so there is nothing to tell
        if not why and place >= CALLED_MAX:
            why = "crowd"
        if not why:
            why, says_why = over_budget(tx, ai, asker, post)
        _write(tx, ai, asker, post, trigger, why, speaks=says_why or not why)


def obstacle(tx: Tx, ai: Ai, asker: Account, post: Post) -> Reason:
    """Why this AI must stay silent towards this post; "" when it may answer."""
    if _blocked(tx, ai, asker, post):
        return "blocked"
    if not posts.may_see(tx, ai.account_id, post):
        return "hidden"
    if ais_are_off(tx, post.thread_id):
        return "thread_off"
    if not _may_bring(tx, asker, post):
        return "not_invited"
    if ai.state == "paused":
        return "paused"
    if post.created_at < tx.now - OLD:
        return "too_old"
    if hops.is_machine(asker, post):
        if hops.since_person(tx, post) >= hops.HOP_BUDGET:
            return "hops"
        if not hops.asked_both(tx, post.thread_id, ai.account_id, asker.id):
            return "nobody_asked"
    return ""


def _may_bring(tx: Tx, asker: Account, post: Post) -> bool:
    """Whether the author of the thread, and of what is answered, lets this one bring AIs."""
    above = {post.thread_id, post.reply_to_id or post.thread_id} - {post.id}
    return all(
        consent.verdict(tx, asker, one, "invoke") == "yes"
        for one in posts.by_ids(tx, above).values()
    )


def over_budget(tx: Tx, ai: Ai, asker: Account, post: Post) -> tuple[Reason, bool]:
    """Which budget is used up ("" none), and whether it is the moment to say so: once, to a
    person, and then it is silent.
    """
    since = tx.now - HOUR
    machine = hops.is_machine(asker, post)
    most = BOT_PER_HOUR if machine else ASKER_PER_HOUR
    given = tx.scalar(_TO_ASKER, ai=ai.account_id, asker=asker.id, since=since)
    if given >= most:
        return "asker_budget", given == most and not machine
    given = tx.scalar(_IN_THREAD, ai=ai.account_id, thread=post.thread_id, since=since)
    if given >= THREAD_PER_HOUR:
        return "thread_budget", given == THREAD_PER_HOUR and not machine
    if not asker.local:
        row = tx.row(_TO_SERVERS, ai=ai.account_id, server=asker.domain, since=since)
        total, there = (int(value) for value in row) if row is not None else (0, 0)
        if total >= ELSEWHERE_PER_HOUR or there >= SERVER_PER_HOUR:
            moment = total == ELSEWHERE_PER_HOUR or there == SERVER_PER_HOUR
            return "server_budget", moment and not machine
    return "", False


def _called(tx: Tx, post: Post) -> list[tuple[Ai, Trigger]]:
    mentioned = [int(mention["id"]) for mention in post.mentions]
    ids = dict.fromkeys([post.reply_to_author_id, *mentioned])
    wanted = [one for one in ids if one is not None and one != post.author_id]
    if not wanted:
        return []
    found = {row[0]: Ai(*row) for row in tx.rows(_CALLED, ids=wanted)}
    return [(found[one], _trigger(post, named=one in mentioned)) for one in wanted if one in found]


def _trigger(post: Post, *, named: bool) -> Trigger:
    if post.visibility == "direct":
        return "direct"
    return "mention" if named else "reply"


def _blocked(tx: Tx, ai: Ai, asker: Account, post: Post) -> bool:
    people = {asker.id}
    root = posts.by_id(tx, post.thread_id)
    if root is not None:
        people.add(root.author_id)
    return tx.row(_BLOCKED, ai=ai.account_id, people=list(people)) is not None


def _write(
    tx: Tx, ai: Ai, asker: Account, post: Post, trigger: Trigger, reason: Reason, *, speaks: bool
) -> None:
    turn_id = new_id()
    made = tx.row(
        _HEARD,
        id=turn_id,
        ai_id=ai.account_id,
        trigger_id=post.id,
        place_id=post.thread_id,
        asker_id=asker.id,
        trigger=trigger,
        outcome="heard" if speaks else "silent",
        reason=reason,
        hops=hops.since_person(tx, post),
        sources=0,
        tokens_in=0,
        tokens_out=0,
        ms=0,
        created_at=tx.now,
        finished_at=None if speaks else tx.now,
    )
    if made is not None and speaks:
        jobs.enqueue(
            tx,
            NewJob(
                TURN,
                {"turn": turn_id},
                lane=f"ai:{ai.account_id}:{post.thread_id}",
                key=f"{TURN}:{ai.account_id}:{post.id}",
                pool=POOL,
            ),
        )
