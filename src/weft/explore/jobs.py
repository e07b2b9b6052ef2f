"""What follows later in explore: what trends is measured again."""

from __future__ import annotations

from weft.explore import measure
from weft.kernel.clock import MINUTE
from weft.store.database import Database
from weft.work.jobs import Job
from weft.work.runner import Handler


def handlers(db: Database) -> dict[str, Handler]:
    async def trends(_job: Job) -> None:
        # Counting is for a reader: the one writer only waits for two hundred rows.
        found = await db.read(measure.measure)
        await db.write(lambda tx: measure.keep(tx, found))

    return {"explore.trends": Handler(trends, every=10 * MINUTE)}
