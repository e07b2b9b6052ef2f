"""When a conversation is looked at elsewhere: one row for each, and one job at most.

    opened → is it due? → job → under way … found so many → over: complete or not, again after …

The row belongs to the thread, which is named by its first post *here*; while it is read, an earlier
first post may be found, and then the row moves along (`settle`).
"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects.postgresql import insert

from weft.federation.backfill import budget
from weft.federation.tables import backfills
from weft.store.database import Tx
from weft.threads import posts
from weft.threads.model import Post
from weft.threads.tables import posts as post_table
from weft.work import jobs
from weft.work.jobs import NewJob

KIND = "federation.backfill_thread"
POOL = "backfill"
"""A look takes minutes and mostly waits: it holds up nothing but other looks."""


class Look(Struct, frozen=True):
    """Field for field the columns of ``backfills``, in their order. Times are ms."""

    thread_id: int
    running: bool
    found: int
    asked_at: int
    complete_at: int | None
    next_at: int


_thread = sa.bindparam("thread", type_=sa.BigInteger)
_OF = sa.select(*(backfills.c[field] for field in Look.__struct_fields__)).where(
    backfills.c.thread_id == _thread
)
_put = insert(backfills)
_PUT = _put.on_conflict_do_update(
    index_elements=["thread_id"],
    set_={field: _put.excluded[field] for field in Look.__struct_fields__[1:]},
)
_DROP = backfills.delete().where(backfills.c.thread_id == _thread)
_FOUND = backfills.update().where(backfills.c.thread_id == _thread).values(found=sa.bindparam("n"))
_FORGET = backfills.delete().where(
    ~sa.exists().where(post_table.c.thread_id == backfills.c.thread_id)
)


def of(tx: Tx, thread_id: int) -> Look | None:
    row = tx.row(_OF, thread=thread_id)
    return Look(*row) if row is not None else None


def under_way(tx: Tx, look: Look | None) -> bool:
    """Whether a look is being taken now."""
    return look is not None and look.running and look.asked_at > tx.now - budget.RUNNING_MOST


def is_due(tx: Tx, look: Look | None) -> bool:
    """Whether it is time for one, when somebody opens the thread."""
    return look is None or (look.next_at <= tx.now and not under_way(tx, look))


def begin(tx: Tx, post: Post) -> Look | None:
    """Somebody opened this post, which they may see: have its thread looked at, if it is time.
    Gives the look that is under way then; None while there is none.

    A post of the last minutes is looked at when they are over: nobody waits for that one.
    """
    look = of(tx, post.thread_id)
    if post.visibility not in {"public", "unlisted"} or not is_due(tx, look):
        return look if under_way(tx, look) else None
    wait = post.created_at + budget.YOUNG - tx.now
    later = wait > 0
    delay = wait + secrets.randbelow(budget.JITTER) if later else 0
    before = look.complete_at if look is not None else None
    begun = Look(
        post.thread_id,
        running=not later,
        found=0,
        asked_at=tx.now,
        complete_at=before,
        next_at=tx.now + max(delay, _pause(look)),
    )
    _keep(tx, begun)
    jobs.enqueue(
        tx,
        NewJob(
            KIND,
            {"post": post.id, "pause": _pause(look)},
            key=f"backfill:{post.thread_id}",
            pool=POOL,
            delay=delay,
        ),
    )
    return None if later else begun


def go_on(tx: Tx, thread_id: int, found: int) -> None:
    """The job is at it (again, after a crash), and has found so many."""
    look = of(tx, thread_id)
    if look is None or not look.running:
        before = look.complete_at if look is not None else None
        next_at = tx.now + budget.AGAIN
        _keep(tx, Look(thread_id, True, found, tx.now, before, next_at))
    else:
        tx.run(_FOUND, thread=thread_id, n=found)


def settle(tx: Tx, before: int, post_id: int) -> int:
    """The id of the thread that a post stands in now. What was called ``before`` takes its look
    along.
    """
    post = posts.by_id(tx, post_id)
    if post is None or post.thread_id == before:
        return before
    look = of(tx, before)
    if look is not None:
        _keep(tx, Look(post.thread_id, *_fields(look)[1:]))
        tx.run(_DROP, thread=before)
    return post.thread_id


def end(tx: Tx, thread_id: int, *, found: int, complete: bool, pause: int) -> None:
    """It is over for now. ``pause``: ms since the look before it (`begin`); the next is later still
    when this one found nothing.
    """
    look = of(tx, thread_id)
    asked = look.asked_at if look is not None else tx.now
    before = look.complete_at if look is not None else None
    again = budget.AGAIN if found else min(pause * 2, budget.AGAIN_MOST)
    _keep(
        tx,
        Look(
            thread_id,
            running=False,
            found=found,
            asked_at=asked,
            complete_at=tx.now if complete else before,
            next_at=tx.now + again,
        ),
    )


def forget(tx: Tx) -> None:
    """Rows of threads that are gone."""
    tx.run(_FORGET)


def _pause(look: Look | None) -> int:
    return budget.AGAIN if look is None else max(look.next_at - look.asked_at, budget.AGAIN)


def _keep(tx: Tx, look: Look) -> None:
    tx.run(_PUT, dict(zip(Look.__struct_fields__, _fields(look), strict=True)))


def _fields(look: Look) -> tuple[int, bool, int, int, int | None, int]:
    return (
        look.thread_id,
        look.running,
        look.found,
        look.asked_at,
        look.complete_at,
        look.next_at,
    )
