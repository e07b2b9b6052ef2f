"""What follows later in people: codes and sessions that ran out are forgotten."""

from __future__ import annotations

from weft.kernel.clock import HOUR
from weft.people import oauth
from weft.store.database import Database
from weft.work.jobs import Job
from weft.work.runner import Handler


def handlers(db: Database) -> dict[str, Handler]:
    async def prune(_job: Job) -> None:
        await db.write(oauth.prune)

    return {"people.prune": Handler(prune, every=HOUR)}
