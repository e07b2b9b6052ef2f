"""What an admin would miss: a server that goes on without jobs or streams after a bad moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.conftest import House
from weft.kernel.clock import DAY, HOUR
from weft.store.database import Database, Tx
from weft.work import events, jobs, runner, tail
from weft.work.events import Event
from weft.work.jobs import Job, NewJob
from weft.work.runner import GiveUp, Handler, Runner

pytestmark = pytest.mark.anyio


class Moody(Database):
    """A store that fails while ``down``."""

    down = False

    async def write(self, work: Callable[[Tx], Any]) -> Any:
        if self.down:
            raise OSError("no database")
        return await super().write(work)

    async def read(self, work: Callable[[Tx], Any]) -> Any:
        if self.down:
            raise OSError("no database")
        return await super().read(work)


@pytest.fixture
def moody(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(runner, "AGAIN_S", 0.01)
    monkeypatch.setattr(runner, "RENEW_S", 0.02)
    monkeypatch.setattr(runner, "LOOK_S", 0.05)
    monkeypatch.setattr(tail, "AGAIN_S", 0.01)
    monkeypatch.setattr(tail, "LOOK_S", 0.05)
    house.db.__class__ = Moody
    return house


@asynccontextmanager
async def beside(work: Any) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(look: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not look():  # noqa: ASYNC110 - what is looked at tells nobody
            await asyncio.sleep(0.01)


async def test_the_runner_outlives_its_store(moody: House) -> None:
    done: list[int] = []

    async def work(job: Job) -> None:
        done.append(job.payload["n"])
        if job.payload["n"] == 1:
            moody.db.down = True  # it goes away before this can be written down

    one = Runner(moody.db, {"x": Handler(work)}, {"default": 2})
    async with beside(one.run()) as task:
        moody.db.write_now(lambda tx: jobs.enqueue(tx, NewJob("x", {"n": 1})))
        await until(lambda: done)
        await asyncio.sleep(0.3)
        assert not task.done()
        moody.db.down = False
        moody.db.write_now(lambda tx: jobs.enqueue(tx, NewJob("x", {"n": 2})))
        await until(lambda: 2 in done)
        await until(lambda: not moody.db.read_now(jobs.counts))
        assert done == [1, 2], "what was done is not done again for a moment's fault"


async def test_streams_outlive_the_store_and_miss_nothing(moody: House) -> None:
    seen: list[int] = []

    async def hand_on(fresh: list[Event]) -> None:
        seen.extend(event.subject_id or 0 for event in fresh if event.kind == "test")

    def say(n: int) -> None:
        moody.db.write_now(lambda tx: events.append(tx, "test", subject_id=n))

    async with beside(tail.follow(moody.db, hand_on)) as task:
        async with asyncio.timeout(20):
            while not seen:
                say(1)
                await asyncio.sleep(0.02)
        moody.db.down = True
        for n in (2, 3):
            say(n)
        await asyncio.sleep(0.2)
        assert not task.done()
        moody.db.down = False
        await until(lambda: 3 in seen)
        assert [n for n in seen if n > 1] == [2, 3]


async def test_what_kills_its_process_each_time_is_given_up(house: House) -> None:
    ran: list[int] = []

    async def work(job: Job) -> None:
        ran.append(job.attempts)

    house.db.write_now(lambda tx: jobs.enqueue(tx, NewJob("bomb"), NewJob("fine")))
    for n in range(3):  # claimed, and then the process was gone
        claimed = house.db.write_now(lambda tx, n=n: jobs.claim(tx, "default", f"dead{n}", 1))
        assert [job.kind for job in claimed] == ["bomb"]
        house.db.write_now(lambda tx: jobs.take_over(tx, "next"))
    handlers = {"bomb": Handler(work, attempts=3), "fine": Handler(work)}
    async with beside(Runner(house.db, handlers, {"default": 2}).run()):
        await until(
            lambda: [row[:4] for row in house.db.read_now(jobs.counts)] == [("bomb", 0, 0, 1)]
        )
    assert ran == [1]


async def test_a_schedule_goes_on_whatever_its_work_says(house: House) -> None:
    ran = 0

    async def work(_job: Job) -> None:
        nonlocal ran
        ran += 1
        raise GiveUp("not today")

    one = Runner(house.db, {"daily": Handler(work, every=20)}, {"default": 2})
    async with beside(one.run()):
        await until(lambda: ran >= 2)
    (row,) = house.db.read_now(jobs.counts)
    assert row[:4] == ("daily", 1, 0, 0)


def test_a_lease_from_a_clock_that_was_ahead_does_not_hold_for_ever(house: House) -> None:
    def ahead(tx: Tx) -> list[Job]:
        tx.now += 365 * DAY
        return jobs.claim(tx, "default", "dead", 1)

    house.db.write_now(lambda tx: jobs.enqueue(tx, NewJob("x")))
    (held,) = house.db.write_now(ahead)
    (again,) = house.db.write_now(lambda tx: jobs.claim(tx, "default", "next", 1))
    assert held.id == again.id
    assert house.db.write_now(lambda tx: jobs.claim(tx, "default", "third", 1)) == []


def test_an_error_may_hold_any_bytes(house: House) -> None:
    """It quotes what a stranger's server answered."""
    house.db.write_now(lambda tx: jobs.enqueue(tx, NewJob("x"), NewJob("y")))
    one, two = house.db.write_now(lambda tx: jobs.claim(tx, "default", "w", 2))
    house.db.write_now(lambda tx: jobs.again(tx, one, delay=HOUR, why="500 \x00\ud800!"))
    house.db.write_now(lambda tx: jobs.bury(tx, two, "\x00"))
    assert len(house.db.read_now(jobs.counts)) == 2
