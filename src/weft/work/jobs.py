"""Durable jobs: rows written in the transaction that causes them, done at least once.

- A *lane* gives order: of the unfinished jobs of one lane only the oldest may run, so a host
  that is down delays nobody but itself. No lane: any order, side by side. A job that stumbles may
  go on in another lane, where it holds up nobody. What is behind one that waits is not due sooner
  than that one is: else every look for work would pass over all of it.
- A *lease* says who works on a job. When it runs out, or its worker's process died, another takes
  the job up again. So handlers must be safe to run twice; those whose effect is in our own database call
  ``finish`` in the same transaction as the effect, and then it happens exactly once.
- A *key* makes a job unique among the unfinished ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects.postgresql import insert  # compiles on SQLite as it is

from weft.kernel.clock import DAY, MINUTE
from weft.kernel.errors import WeftError
from weft.kernel.ids import new_id
from weft.store.database import Tx
from weft.work.tables import jobs

LEASE = 2 * MINUTE
"""How long a silent worker keeps a job. Longer work renews (the runner does it)."""
KEEP_DEAD = 30 * DAY
"""How long a job that was given up stays for an admin to read."""
ERROR_MAX = 500
"""Characters of the last error that are kept."""


class NewJob(Struct, frozen=True):
    """What is to be done. ``pool`` names who works on it (limits of work at once)."""

    kind: str
    payload: dict[str, Any] = {}
    lane: str | None = None
    key: str | None = None
    pool: str = "default"
    delay: int = 0
    """Milliseconds from now."""


class Job(Struct, frozen=True):
    """A job that a worker holds the lease of."""

    id: int
    kind: str
    lane: str | None
    payload: dict[str, Any]
    attempts: int
    """This one included: 1 the first time."""
    lease: str
    created_at: int


class LeaseLost(WeftError):
    """Someone else took the job up: roll back whatever this worker wanted to store."""

    status = 409


_ENQUEUE = insert(jobs).on_conflict_do_nothing()
_other = jobs.alias("other")
_run_at = sa.bindparam("run_at", type_=sa.BigInteger)
_oldest = (
    sa.select(_other.c.run_at)
    .where(_other.c.lane == sa.bindparam("behind", type_=sa.String), _other.c.dead_at.is_(None))
    .order_by(_other.c.id)
    .limit(1)
    .scalar_subquery()
)
_ENQUEUE_IN_LANE = (
    insert(jobs)
    .values(
        **{
            name: sa.bindparam(name)
            for name in ("id", "kind", "pool", "lane", "key", "payload", "created_at")
        },
        run_at=sa.case((_oldest > _run_at, _oldest), else_=_run_at),
    )
    .on_conflict_do_nothing()
)
_due = (
    sa.select(jobs.c.id)
    .where(
        jobs.c.pool == sa.bindparam("for_pool"),
        jobs.c.dead_at.is_(None),
        jobs.c.run_at <= sa.bindparam("now"),
        # A lease that ends later than any can was taken before the clock was set back.
        sa.or_(
            jobs.c.lease_until < sa.bindparam("now"), jobs.c.lease_until > sa.bindparam("never")
        ),
        sa.or_(
            jobs.c.lane.is_(None),
            ~sa.exists().where(
                _other.c.lane == jobs.c.lane, _other.c.id < jobs.c.id, _other.c.dead_at.is_(None)
            ),
        ),
    )
    .order_by(jobs.c.run_at, jobs.c.id)
    .limit(sa.bindparam("most"))
    .with_for_update(skip_locked=True)
)
# As a CTE it is read once. A subquery PostgreSQL may read again for each row (a plan that it chooses
# as the table grows), and then it skips what is locked already and takes more than was asked for.
_picked = _due.cte("picked")
_CLAIM = (
    jobs.update()
    .where(jobs.c.id.in_(sa.select(_picked.c.id)))
    .values(
        lease=sa.bindparam("worker"),
        lease_until=sa.bindparam("until"),
        attempts=jobs.c.attempts + 1,
    )
    .returning(
        jobs.c.id,
        jobs.c.kind,
        jobs.c.lane,
        jobs.c.payload,
        jobs.c.attempts,
        jobs.c.lease,
        jobs.c.created_at,
    )
)
_MINE = (jobs.c.id == sa.bindparam("job_id")) & (jobs.c.lease == sa.bindparam("worker"))
_FINISH = jobs.delete().where(_MINE).returning(jobs.c.id)
_AGAIN = (
    jobs.update()
    .where(_MINE)
    .values(
        run_at=sa.bindparam("at"),
        lane=sa.bindparam("then_lane"),
        lease=None,
        lease_until=0,
        error=sa.bindparam("why"),
        attempts=jobs.c.attempts - sa.bindparam("forget"),
    )
    .returning(jobs.c.id)
)
_BEHIND = (
    jobs.update()
    .where(
        jobs.c.lane == sa.bindparam("which"),
        jobs.c.dead_at.is_(None),
        jobs.c.run_at < sa.bindparam("at"),
    )
    .values(run_at=sa.bindparam("at"))
)
_BURY = (
    jobs.update()
    .where(_MINE)
    .values(
        dead_at=sa.bindparam("at"), lease=None, lease_until=0, key=None, error=sa.bindparam("why")
    )
)
_NOTE = jobs.update().where(_MINE).values(payload=sa.bindparam("then")).returning(jobs.c.id)
_HOLDERS = sa.select(jobs.c.lease).where(jobs.c.lease_until >= sa.bindparam("now")).distinct()
_TAKE = (
    jobs.update().where(jobs.c.lease == sa.bindparam("worker")).values(lease=None, lease_until=0)
)
_RELEASE = (
    jobs.update()
    .where(jobs.c.lease == sa.bindparam("worker"))
    .values(lease=None, lease_until=0, attempts=jobs.c.attempts - 1)
)
_RENEW = jobs.update().where(_MINE).values(lease_until=sa.bindparam("until"))
_NEXT = sa.select(sa.func.min(jobs.c.run_at)).where(
    jobs.c.pool == sa.bindparam("for_pool"),
    jobs.c.dead_at.is_(None),
    jobs.c.run_at > sa.bindparam("now"),
)
_WAKE_LANE = (
    jobs.update()
    .where(
        jobs.c.lane == sa.bindparam("which"),
        jobs.c.dead_at.is_(None),
        jobs.c.run_at > sa.bindparam("at"),
    )
    .values(run_at=sa.bindparam("at"))
)
_OLDEST = (
    sa.select(jobs.c.id, jobs.c.run_at)
    .where(jobs.c.lane == sa.bindparam("which"), jobs.c.dead_at.is_(None))
    .order_by(jobs.c.id)
    .limit(1)
)
_DROP = jobs.delete().where(jobs.c.key == sa.bindparam("which"))
_PRUNE = jobs.delete().where(jobs.c.dead_at < sa.bindparam("before"))


def enqueue(tx: Tx, *new: NewJob) -> None:
    """Write jobs in this transaction. One whose key already waits is left out."""
    if not new:
        return
    free: list[dict[str, Any]] = []
    laned: list[dict[str, Any]] = []
    for job in new:
        row: dict[str, Any] = {
            "id": new_id(),
            "kind": job.kind,
            "pool": job.pool,
            "lane": job.lane,
            "key": job.key,
            "payload": job.payload,
            "run_at": tx.now + job.delay,
            "created_at": tx.now,
        }
        if job.lane is None:
            free.append(row)
        else:
            laned.append({**row, "behind": job.lane})
    tx.run_many(_ENQUEUE, free)
    tx.run_many(_ENQUEUE_IN_LANE, laned)
    tx.signal("jobs")


def drop(tx: Tx, key: str) -> None:
    """The unfinished job of this key is not to be done; a worker that is at it loses its lease."""
    tx.run(_DROP, which=key)


def claim(tx: Tx, pool: str, worker: str, most: int) -> list[Job]:
    """Take up to ``most`` due jobs of a pool, at most one per lane."""
    rows = tx.rows(
        _CLAIM,
        for_pool=pool,
        now=tx.now,
        never=tx.now + LEASE * 5,  # room for clocks of processes that differ
        worker=worker,
        until=tx.now + LEASE,
        most=most,
    )
    return [Job(*row) for row in rows]


def finish(tx: Tx, job: Job) -> None:
    """The job is done. In one transaction with its effect, the effect happens exactly once.

    Errors: LeaseLost when another worker has it now.
    """
    if tx.row(_FINISH, job_id=job.id, worker=job.lease) is None:
        raise LeaseLost("This job is no longer ours", cause=f"{job.kind} {job.id}")
    # No signal: the worker that ends a job looks for the next of its lane itself.


def note(tx: Tx, job: Job, payload: dict[str, Any]) -> None:
    """A part of the job is done: in one transaction with its effect, a later try begins after it.

    Errors: LeaseLost when another worker has it now.
    """
    if tx.row(_NOTE, job_id=job.id, worker=job.lease, then=payload) is None:
        raise LeaseLost("This job is no longer ours", cause=f"{job.kind} {job.id}")


def again(
    tx: Tx, job: Job, *, delay: int, why: str, count: bool = True, lane: str | None = None
) -> None:
    """Try later. ``count=False``: this attempt does not count (the peer was known to be down).
    ``lane``: from now on in this one; what was behind the job goes on without it.
    """
    at, moves = tx.now + delay, lane not in (None, job.lane)
    if moves and (oldest := tx.row(_OLDEST, which=lane)) is not None and oldest.id < job.id:
        at = max(at, oldest.run_at)
    ours = tx.row(
        _AGAIN,
        job_id=job.id,
        worker=job.lease,
        at=at,
        then_lane=lane or job.lane,
        why=_kept(why),
        forget=0 if count else 1,
    )
    if ours is not None and job.lane is not None and not moves:
        tx.run(_BEHIND, which=job.lane, at=at)
    tx.signal("jobs")


def has_lane(tx: Tx, lane: str) -> bool:
    """Whether anything of this lane is unfinished."""
    return tx.row(_OLDEST, which=lane) is not None


def bury(tx: Tx, job: Job, why: str) -> None:
    """Give up; the row stays, with the reason, for the admin."""
    tx.run(_BURY, job_id=job.id, worker=job.lease, at=tx.now, why=_kept(why))
    tx.signal("jobs")


def _kept(why: str) -> str:
    """What of an error is kept: it may quote a stranger's bytes, and PostgreSQL takes no NUL."""
    return why[:ERROR_MAX].replace("\x00", "").encode(errors="replace").decode()


def renew(tx: Tx, held: Sequence[Job]) -> None:
    for job in held:
        tx.run(_RENEW, job_id=job.id, worker=job.lease, until=tx.now + LEASE)


def release(tx: Tx, worker: str) -> None:
    """A worker stops in good order: what it holds is given back, as if it had not begun."""
    tx.run(_RELEASE, worker=worker)
    tx.signal("jobs")


def take_over(tx: Tx, worker: str) -> None:
    """What workers hold whose process died is free at once, not only when their leases end.

    The try that they died in counts: what kills its process must not do so for ever. A worker that
    is taken for dead but lives (its connection broke) finds its lease gone when it finishes.
    """
    for (holder,) in tx.rows(_HOLDERS, now=tx.now):
        if holder != worker and not tx.engine.is_alive(tx.connection, holder):
            tx.run(_TAKE, worker=holder)
            tx.signal("jobs")


def next_due(tx: Tx, pool: str) -> int | None:
    """When the next waiting job of the pool is due, ms; None when none waits."""
    return tx.scalar(_NEXT, for_pool=pool, now=tx.now)


def wake_lane(tx: Tx, lane: str) -> None:
    """What waits in this lane is due now: its host was heard of again."""
    tx.run(_WAKE_LANE, which=lane, at=tx.now)
    tx.signal("jobs")


def prune(tx: Tx) -> None:
    tx.run(_PRUNE, before=tx.now - KEEP_DEAD)


def counts(tx: Tx) -> list[tuple[str, int, int, int, int]]:
    """Per kind: (kind, waiting, running, dead, oldest created_at ms), for ``weft jobs``."""
    running = sa.and_(jobs.c.lease_until >= tx.now, jobs.c.dead_at.is_(None))
    waiting = sa.and_(jobs.c.lease_until < tx.now, jobs.c.dead_at.is_(None))
    return [
        (row[0], row[1], row[2], row[3], row[4])
        for row in tx.rows(
            sa.select(
                jobs.c.kind,
                sa.func.coalesce(sa.func.sum(sa.case((waiting, 1), else_=0)), 0),
                sa.func.coalesce(sa.func.sum(sa.case((running, 1), else_=0)), 0),
                sa.func.coalesce(sa.func.sum(sa.case((jobs.c.dead_at.isnot(None), 1), else_=0)), 0),
                sa.func.min(jobs.c.created_at),
            )
            .group_by(jobs.c.kind)
            .order_by(jobs.c.kind)
        )
    ]


def by_lane(tx: Tx, prefix: str) -> dict[str, tuple[int, int]]:
    """How many jobs each lane with this prefix has: (unfinished, given up)."""
    dead = sa.func.count(jobs.c.dead_at)
    rows = tx.rows(
        sa.select(jobs.c.lane, sa.func.count() - dead, dead)
        .where(jobs.c.lane.startswith(prefix, autoescape=True))
        .group_by(jobs.c.lane)
    )
    return {row[0]: (row[1], row[2]) for row in rows}
