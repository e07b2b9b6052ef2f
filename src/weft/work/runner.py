"""Works off the jobs: claims what is due, runs its handler, retries by its policy.

One loop per pool, each with its own limit of work at once, so that slow models never hold up
deliveries. Everything worth knowing is in the rows: kill the process at any moment, and the next
one takes up what was left.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

import structlog
from msgspec import Struct

from weft.kernel.clock import HOUR, MINUTE, SECOND, now_ms
from weft.kernel.errors import WeftError
from weft.store.database import Database
from weft.store.engines import Life
from weft.work import jobs
from weft.work.jobs import Job, LeaseLost

log = structlog.get_logger(__name__)
T = TypeVar("T")

RENEW_S = 30.0
"""A quarter of the lease: two missed renewals still keep it."""
LOOK_S = 5.0
"""How often a pool looks without being woken: covers clocks that jump."""
CLAIM_MAX = 64
SETTLE_TRIES = 60
"""A minute: as long as restarting a database takes."""
AGAIN_S = 1.0
"""After a fault of the store: a full disk, or a database that is being restarted."""


class Retry(Exception):
    """Raised by a handler: try again after ``delay`` ms. ``count=False``: not a failed attempt.
    ``lane``: in this lane from now on, so that what is behind it need not wait.
    """

    def __init__(
        self, delay: int, why: str, *, count: bool = True, lane: str | None = None
    ) -> None:
        super().__init__(why)
        self.delay = delay
        self.why = why
        self.count = count
        self.lane = lane


class GiveUp(Exception):
    """Raised by a handler: this can never succeed."""


def backoff(attempts: int) -> int:
    """Milliseconds before the next try: 5 s, 20 s, 80 s, … then every 4 hours."""
    return min(5 * SECOND * 4 ** min(attempts - 1, 10), 4 * HOUR)


class Handler(Struct, frozen=True):
    """How a kind of job is done, and when it is given up."""

    run: Callable[[Job], Awaitable[None]]
    attempts: int = 12
    """Tries before it is given up; with ``backoff`` twelve last about a day and a half."""
    every: int | None = None
    """A schedule: done again this many ms after each run."""
    aside: Callable[[Job], str | None] | None = None
    """The lane in which a job that failed goes on; without it in its own."""


class Runner:
    """``limits``: jobs at once per pool. Kinds without a handler wait (a newer server's)."""

    def __init__(
        self, database: Database, handlers: Mapping[str, Handler], limits: Mapping[str, int]
    ) -> None:
        self._db = database
        self._handlers = handlers
        self._limits = limits
        self._worker = secrets.token_hex(8)
        self._held: dict[int, Job] = {}
        self._wake: dict[str, asyncio.Event] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.idle = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled. What is under way then is given back, for whoever comes next."""
        loop = asyncio.get_running_loop()
        self._wake = {pool: asyncio.Event() for pool in self._limits}

        def woken(signals: set[str]) -> None:
            if "jobs" in signals:
                with contextlib.suppress(RuntimeError):  # the loop is closing
                    loop.call_soon_threadsafe(self._wake_all)

        unwatch = self._db.watch(woken)
        engine = self._db.engine
        life = await self._patiently(lambda: asyncio.to_thread(engine.show_life, self._worker))
        try:
            await self._patiently(lambda: self._db.write(self._start_schedules))
            async with asyncio.TaskGroup() as group:
                group.create_task(self._renew(life))
                for pool, limit in self._limits.items():
                    group.create_task(self._work(pool, limit))
        finally:
            unwatch()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            try:
                await self._db.write(lambda tx: jobs.release(tx, self._worker))
            finally:
                life.end()

    async def _patiently(self, work: Callable[[], Awaitable[T]], tries: int | None = None) -> T:
        """Until the store does it (or ``tries`` times). The loops of the runner must outlive every
        fault of it, or the server would go on without jobs.
        """
        for done in itertools.count(1):
            try:
                return await work()
            except Exception as fault:
                if done == tries:
                    raise
                log.error("jobs.store_failed", error=repr(fault))  # noqa: TRY400
                await asyncio.sleep(AGAIN_S)
        raise AssertionError

    async def _settle(self, job: Job, how: Callable[[jobs.Tx], None]) -> None:
        """Write down what became of a job. What was done must not be done again only because the
        store was away for a moment; if it stays away, the lease ends and the job is taken up anew.
        """
        try:
            await self._patiently(lambda: self._db.write(how), tries=SETTLE_TRIES)
        except Exception:
            log.exception("jobs.not_settled", kind=job.kind, job=job.id)

    def _wake_all(self) -> None:
        for event in self._wake.values():
            event.set()

    def _start_schedules(self, tx: jobs.Tx) -> None:
        for kind, handler in self._handlers.items():
            if handler.every is not None:
                jobs.enqueue(tx, jobs.NewJob(kind, key=f"every:{kind}"))

    async def _renew(self, life: Life) -> None:
        async def renew() -> None:
            await asyncio.to_thread(life.renew)
            await self._db.write(self._renew_held)

        while True:
            await self._patiently(renew)
            await asyncio.sleep(RENEW_S)

    def _renew_held(self, tx: jobs.Tx) -> None:
        jobs.renew(tx, list(self._held.values()))
        jobs.take_over(tx, self._worker)

    async def _work(self, pool: str, limit: int) -> None:
        wake = self._wake[pool]
        running: set[asyncio.Task[None]] = set()

        def ended(task: asyncio.Task[None]) -> None:
            running.discard(task)
            self._tasks.discard(task)
            wake.set()

        while True:
            wake.clear()
            free = min(limit - len(running), CLAIM_MAX)
            claimed: list[Job] = []
            if free > 0:
                claimed = await self._patiently(
                    lambda free=free: self._db.write(
                        lambda tx: jobs.claim(tx, pool, self._worker, free)
                    )
                )
            for job in claimed:
                self._held[job.id] = job
                task = asyncio.create_task(self._do(job))
                running.add(task)
                self._tasks.add(task)
                task.add_done_callback(ended)
            if claimed and len(claimed) == free:
                continue
            due: int | None = None
            if free > 0:
                due = await self._patiently(
                    lambda: self._db.read(lambda tx: jobs.next_due(tx, pool))
                )
            wait = LOOK_S if due is None else min(max((due - now_ms()) / 1000, 0.01), LOOK_S)
            # Not wait_for: before Python 3.12 it can swallow a cancellation.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await wake.wait()

    async def _do(self, job: Job) -> None:
        handler = self._handlers.get(job.kind)
        try:
            if handler is None:
                raise Retry(10 * MINUTE, "no handler for this kind here", count=False)
            if job.attempts > handler.attempts and handler.every is None:
                raise GiveUp("it never came to an end: each time the server stopped over it")
            try:
                await handler.run(job)
            except (Retry, GiveUp, LeaseLost, asyncio.CancelledError):
                raise
            except Exception as fault:
                if not isinstance(fault, WeftError):
                    log.exception("jobs.failed", kind=job.kind, job=job.id)
                cause = fault.cause if isinstance(fault, WeftError) else ""
                why = f"{type(fault).__name__}: {fault} {cause}".strip()
                if job.attempts >= handler.attempts and handler.every is None:
                    raise GiveUp(why) from fault
                lane = handler.aside(job) if handler.aside is not None else None
                raise Retry(backoff(job.attempts), why, lane=lane) from fault
            if handler.every is not None:
                raise Retry(handler.every, "", count=False)
            await self._settle(job, lambda tx: self._finish_unless_done(tx, job))
        except Retry as retry:
            await self._put_off(job, retry)
        except GiveUp as end:
            why = str(end)
            log.warning("jobs.given_up", kind=job.kind, lane=job.lane, why=why)
            if handler is not None and handler.every is not None:
                # A schedule goes on: only a restart would bring back a buried one.
                await self._put_off(job, Retry(handler.every, why, count=False))
            else:
                await self._settle(job, lambda tx: jobs.bury(tx, job, why))
        except LeaseLost:
            log.info("jobs.lease_lost", kind=job.kind, job=job.id)
        finally:
            self._held.pop(job.id, None)

    async def _put_off(self, job: Job, retry: Retry) -> None:
        await self._settle(
            job,
            lambda tx: jobs.again(
                tx, job, delay=retry.delay, why=retry.why, count=retry.count, lane=retry.lane
            ),
        )

    def _finish_unless_done(self, tx: jobs.Tx, job: Job) -> None:
        # The handler may have finished it in one transaction with its effect.
        with contextlib.suppress(LeaseLost):
            jobs.finish(tx, job)
