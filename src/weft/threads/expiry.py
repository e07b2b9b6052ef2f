"""Posts that go by themselves, by a durable job: their author's, and those of other servers whose
author said so there.

Pleroma's and Akkoma's ``expires_in``. A post from here is deleted as if its author did it, so other
servers are told.
"""

from __future__ import annotations

from weft.kernel.clock import DAY, HOUR
from weft.kernel.errors import Invalid
from weft.store.database import Tx
from weft.threads import delete, posts
from weft.threads.model import Post
from weft.work import jobs
from weft.work.jobs import Job, NewJob

LASTS_MIN = 1 * HOUR
"""Pleroma's: what is gone sooner has not reached everybody yet."""
LASTS_MAX = 3650 * DAY
"""Ten years: beyond it nobody means it."""
JOB = "threads.expire_post"


def check(lasts_ms: int | None) -> int | None:
    """How long a post is to stay, ms; None for good. Errors: Invalid."""
    if lasts_ms is None:
        return None
    if lasts_ms < LASTS_MIN:
        raise Invalid("Validation failed: Expires in is too soon: an hour at least")
    if lasts_ms > LASTS_MAX:
        raise Invalid("Validation failed: Expires in is too far into the future")
    return lasts_ms


def later(tx: Tx, post: Post) -> None:
    """See to it that a post goes when it is time."""
    if post.expires_at is None:
        return
    jobs.enqueue(
        tx,
        NewJob(
            JOB,
            {"id": post.id, "at": post.expires_at},
            key=f"expire:{post.id}:{post.expires_at}",
            delay=max(0, post.expires_at - tx.now),
        ),
    )


def expire(tx: Tx, job: Job) -> None:
    """Take it away, unless its end was moved meanwhile: then another job does."""
    post = posts.by_id(tx, job.payload["id"])
    if post is not None and post.expires_at == job.payload["at"]:
        delete.remove(tx, post)
    jobs.finish(tx, job)
