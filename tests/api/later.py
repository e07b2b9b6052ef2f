"""What happens when time has passed: the clock of transactions is set forward, due jobs are done."""

from __future__ import annotations

import pytest

from tests.api.conftest import Edge
from weft.kernel.clock import now_ms
from weft.threads import jobs as thread_jobs
from weft.work import jobs
from weft.work.jobs import Job


class Clock:
    """``ahead`` (ms) is added to the time that transactions see."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead = 0
        monkeypatch.setattr("weft.store.database.now_ms", lambda: now_ms() + self.ahead)

    async def due(self, edge: Edge, worker: str = "test") -> list[Job]:
        """Take the jobs that are due, without the other domains'."""
        db = edge.house.db
        taken = await db.write(lambda tx: jobs.claim(tx, "default", worker, 50))
        return [job for job in taken if job.kind.startswith("threads.")]

    async def work(self, edge: Edge) -> list[str]:
        """Do what is due, as the runner does; gives the kinds of what was done."""
        db = edge.house.db
        handlers = thread_jobs.handlers(db, edge.blobs)
        done = await self.due(edge)
        for job in done:
            await handlers[job.kind].run(job)
        return [job.kind for job in done]
