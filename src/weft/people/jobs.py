"""What follows later in people: codes and sessions that ran out are forgotten, follows end between
a member and a server they muted, and members go along with whom they follow.
"""

from __future__ import annotations

from weft.kernel.clock import HOUR
from weft.people import accounts, domains, moves, oauth
from weft.store.database import Database, Tx
from weft.work import jobs
from weft.work.jobs import Job
from weft.work.runner import Handler


def handlers(db: Database) -> dict[str, Handler]:
    async def prune(_job: Job) -> None:
        await db.write(oauth.prune)

    async def part_from_domain(job: Job) -> None:
        def part(tx: Tx) -> None:
            member = accounts.by_id(tx, int(job.payload["account"]))
            if member is not None:
                domains.part(tx, member, job.payload["domain"])
            jobs.finish(tx, job)

        await db.write(part)

    async def move(job: Job) -> None:
        at: moves.Carrying | None = moves.Carrying(**job.payload)

        def part(tx: Tx, at: moves.Carrying) -> moves.Carrying | None:
            then = moves.carry(tx, at)
            if then is None:
                jobs.finish(tx, job)
            else:
                jobs.note(tx, job, then.payload)
            return then

        while at is not None:
            here = at
            at = await db.write(lambda tx, here=here: part(tx, here))

    return {
        "people.move": Handler(move),
        "people.prune": Handler(prune, every=HOUR),
        "people.part_from_domain": Handler(part_from_domain),
    }
