"""What an admin would miss: a job that was accepted and then forgotten, or done in disorder."""

import asyncio
import time

import pytest

from tests.conftest import House
from weft.kernel.clock import HOUR, MINUTE, now_ms
from weft.threads import posts
from weft.work import events, jobs
from weft.work.jobs import NewJob
from weft.work.runner import GiveUp, Handler, Retry, Runner


def claim(house: House, most: int = 10) -> list[jobs.Job]:
    return house.db.write_now(lambda tx: jobs.claim(tx, "default", "w1", most))


def test_post_enters_home_and_log(house: House) -> None:
    ada, bo = house.person("ada"), house.person("bo")
    post = house.post(ada, "hello @bo and #weft")
    assert post.mentions[0]["acct"] == "bo"
    assert "mention" in post.html
    kinds = [e.kind for e in house.db.read_now(lambda tx: events.after(tx, 0))]
    assert kinds == ["notification.created", "post.created"]
    assert house.db.read_now(lambda tx: posts.see(tx, bo.id, post.id)).id == post.id


def test_a_failed_unit_changes_nothing(house: House) -> None:
    def fail(tx: jobs.Tx) -> None:
        jobs.enqueue(tx, NewJob("x"))
        raise ValueError

    with pytest.raises(ValueError):
        house.db.write_now(fail)
    assert claim(house) == []


def test_lane_is_one_at_a_time_and_in_order(house: House) -> None:
    house.db.write_now(
        lambda tx: jobs.enqueue(tx, *[NewJob("x", {"n": n}, lane="a") for n in range(3)])
    )
    done = []
    for _ in range(3):
        (job,) = claim(house)
        assert claim(house) == []
        done.append(job.payload["n"])
        house.db.write_now(lambda tx, job=job: jobs.finish(tx, job))
    assert done == [0, 1, 2]


def test_a_lane_that_waits_holds_what_comes_behind(house: House) -> None:
    house.db.write_now(lambda tx: jobs.enqueue(tx, NewJob("x", lane="a"), NewJob("y", lane="a")))
    (job,) = claim(house)
    house.db.write_now(lambda tx: jobs.again(tx, job, delay=MINUTE, why="down"))
    assert claim(house) == []
    house.db.write_now(lambda tx: jobs.wake_lane(tx, "a"))
    (job,) = claim(house)
    assert (job.kind, job.attempts) == ("x", 2)


def test_a_key_waits_once(house: House) -> None:
    for _ in range(2):
        house.db.write_now(lambda tx: jobs.enqueue(tx, NewJob("x", key="k")))
    assert len(claim(house)) == 1


def test_a_lost_lease_rolls_back_the_effect(house: House) -> None:
    house.db.write_now(lambda tx: jobs.enqueue(tx, NewJob("x")))
    (job,) = claim(house)
    house.db.write_now(lambda tx: jobs.finish(tx, job))

    def effect(tx: jobs.Tx) -> None:
        jobs.enqueue(tx, NewJob("effect"))
        jobs.finish(tx, job)

    with pytest.raises(jobs.LeaseLost):
        house.db.write_now(effect)
    assert claim(house) == []


@pytest.mark.anyio
async def test_runner_retries_gives_up_and_drains(house: House) -> None:
    seen: list[str] = []

    async def flaky(job: jobs.Job) -> None:
        seen.append(f"flaky{job.attempts}")
        if job.attempts == 1:
            raise Retry(1, "once more")

    async def never(_: jobs.Job) -> None:
        raise GiveUp("no")

    house.db.write_now(lambda tx: jobs.enqueue(tx, NewJob("flaky"), NewJob("never")))
    runner = Runner(house.db, {"flaky": Handler(flaky), "never": Handler(never)}, {"default": 4})
    task = asyncio.create_task(runner.run())
    deadline = time.monotonic() + 10
    while True:
        left = house.db.read_now(jobs.counts)
        if left and [row[:4] for row in left] == [("never", 0, 0, 1)]:
            break
        assert time.monotonic() < deadline, left
        await asyncio.sleep(0.01)
    task.cancel()
    assert seen == ["flaky1", "flaky2"]


def test_what_a_dead_worker_held_is_free_at_once(house: House) -> None:
    house.db.write_now(lambda tx: jobs.enqueue(tx, NewJob("x")))
    dies = house.db.engine.show_life("w1")
    (job,) = claim(house)
    house.db.write_now(lambda tx: jobs.take_over(tx, "w2"))
    assert claim(house) == [], "it lives"
    dies.end()
    deadline = time.monotonic() + 5  # PostgreSQL notices a broken connection after a moment
    while not (found := house.db.write_now(lambda tx: jobs.claim(tx, "default", "w2", 1))):
        assert time.monotonic() < deadline
        house.db.write_now(lambda tx: jobs.take_over(tx, "w2"))
    (again,) = found
    assert (again.id, again.attempts) == (job.id, 2), "the try counts"
    with pytest.raises(jobs.LeaseLost):
        house.db.write_now(lambda tx: jobs.finish(tx, job))


def due(house: House) -> dict[int, int]:
    """(n of the payload, ms from now until it is due) of what waits."""
    table = jobs.jobs
    rows = house.db.read_now(lambda tx: tx.rows(jobs.sa.select(table.c.payload, table.c.run_at)))
    return {row[0]["n"]: row[1] - now_ms() for row in rows}


def test_what_is_behind_one_that_waits_is_not_looked_at_before(house: House) -> None:
    """A host that is down for days has thousands waiting: no look for work passes over them."""
    house.db.write_now(lambda tx: jobs.enqueue(tx, *(NewJob("x", {"n": n}, "a") for n in (0, 1))))
    (job,) = claim(house)
    house.db.write_now(lambda tx: jobs.again(tx, job, delay=HOUR, why="down"))
    house.db.write_now(
        lambda tx: jobs.enqueue(tx, NewJob("x", {"n": 2}, "a"), NewJob("x", {"n": 3}, "b"))
    )
    waits = due(house)
    assert all(HOUR - MINUTE < waits[n] <= HOUR for n in (0, 1, 2))
    assert waits[3] <= 0
    house.db.write_now(lambda tx: jobs.wake_lane(tx, "a"))
    assert max(due(house).values()) <= 0


def test_one_that_goes_aside_holds_up_nobody(house: House) -> None:
    house.db.write_now(lambda tx: jobs.enqueue(tx, *(NewJob("x", {"n": n}, "a") for n in (0, 1))))
    (first,) = claim(house)
    house.db.write_now(lambda tx: jobs.again(tx, first, delay=HOUR, why="it", lane="a/aside"))
    assert house.db.read_now(lambda tx: jobs.has_lane(tx, "a/aside"))
    (second,) = claim(house)
    assert second.payload == {"n": 1}
    # Behind the first, in the order in which they were written, and not looked at before it.
    house.db.write_now(
        lambda tx: jobs.again(tx, second, delay=0, why="behind", count=False, lane="a/aside")
    )
    assert claim(house) == []
    assert min(due(house).values()) > HOUR - MINUTE
    house.db.write_now(lambda tx: jobs.wake_lane(tx, "a/aside"))
    (again,) = claim(house)
    assert (again.payload, again.attempts, again.created_at) == ({"n": 0}, 2, first.created_at)


def test_who_lost_its_lease_puts_nothing_off(house: House) -> None:
    house.db.write_now(lambda tx: jobs.enqueue(tx, *(NewJob("x", {"n": n}, "a") for n in (0, 1))))
    (job,) = claim(house)
    house.db.write_now(lambda tx: jobs.finish(tx, job))
    house.db.write_now(lambda tx: jobs.again(tx, job, delay=HOUR, why="late"))
    assert max(due(house).values()) <= 0


def test_no_more_are_claimed_than_asked_for_whatever_the_plan(house: House) -> None:
    """PostgreSQL may read a subquery again for each row, and each time skips what is locked."""
    house.db.write_now(lambda tx: jobs.enqueue(tx, *[NewJob("x", {"n": n}) for n in range(20)]))

    def loops_only(tx: jobs.Tx) -> list[jobs.Job]:
        if tx.engine.name == "postgresql":
            for way in ("hashagg", "hashjoin", "mergejoin", "material", "sort", "memoize"):
                tx.connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
        return jobs.claim(tx, "default", "w1", 1)

    for _ in range(5):
        assert len(house.db.write_now(loops_only)) == 1
