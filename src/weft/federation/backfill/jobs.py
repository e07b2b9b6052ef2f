"""The kinds of jobs of reading elsewhere: wired by ``assemble``. Pools: backfill, default."""

from __future__ import annotations

from collections.abc import Mapping

from weft.federation.backfill import budget, looks, profile, thread, visits
from weft.federation.discovery import Resolver
from weft.kernel.clock import DAY
from weft.store.database import Database
from weft.work.jobs import Job
from weft.work.runner import Handler

STARTS = 4
"""Of a look: as often as a server may be killed over it."""


def handlers(db: Database, resolver: Resolver) -> Mapping[str, Handler]:
    async def look(job: Job) -> None:
        await thread.look(db, resolver, job)

    async def visit(job: Job) -> None:
        await profile.visit(db, resolver, job)

    async def forget(_: Job) -> None:
        await db.write(looks.forget)

    return {
        looks.KIND: Handler(look, attempts=STARTS),
        visits.KIND: Handler(visit, attempts=budget.PROFILE_TRIES),
        "federation.backfill_forget": Handler(forget, every=DAY),
    }
