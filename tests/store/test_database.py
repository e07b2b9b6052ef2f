"""What must never happen to what was written: one unit's fault falls on another, an answer before
the commit, a caller who waits for ever, a server that stays dumb after its database came back.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from tests import kept
from tests.conftest import House
from weft.kernel.errors import WeftError
from weft.people import accounts
from weft.store import facts
from weft.store.database import Database, Tx
from weft.threads.model import Draft, Post
from weft.threads.publish import publish
from weft.work import events, jobs
from weft.work.jobs import NewJob

pytestmark = pytest.mark.anyio


class Held:
    """Keeps the writer busy, so that what is submitted meanwhile is one group."""

    def __init__(self, db: Database) -> None:
        self._go = threading.Event()
        began = threading.Event()

        def wait(_tx: Tx) -> None:
            began.set()
            self._go.wait(20)

        self._first = db._submit(wait)
        assert began.wait(20)

    def go(self) -> None:
        self._go.set()
        self._first.result(20)


def note(name: str) -> Callable[[Tx], None]:
    return lambda tx: facts.write(tx, name, "there")


def noted(house: House, *names: str) -> list[str]:
    return [name for name in names if house.db.read_now(lambda tx, at=name: facts.read(tx, at))]


def clash(tx: Tx) -> None:
    """Breaks a rule of the database itself."""
    facts.write(tx, "clash", "half")
    twin = accounts.create_local(tx, "twin")
    tx.run(
        sa.text("INSERT INTO private_keys (account_id, pem, created_at) VALUES (:id, 'x', 1)"),
        id=twin.id,
    )
    tx.run(
        sa.text("INSERT INTO private_keys (account_id, pem, created_at) VALUES (:id, 'x', 1)"),
        id=twin.id,
    )


def test_a_fault_in_a_group_falls_on_its_own_unit_only(house: House) -> None:
    held = Held(house.db)

    def leave(_tx: Tx) -> None:
        raise SystemExit

    units: list[Future[Any]] = [
        house.db._submit(work) for work in (note("one"), clash, leave, note("two"))
    ]
    units[3].cancel()
    units.append(house.db._submit(note("three")))
    held.go()
    assert units[0].result(20) is None
    with pytest.raises(IntegrityError):
        units[1].result(20)
    with pytest.raises(SystemExit):
        units[2].result(20)
    assert units[4].result(20) is None
    assert noted(house, "one", "two", "three", "clash") == ["one", "three"]


def test_a_fault_of_a_unit_alone_leaves_nothing_behind(house: House) -> None:
    with pytest.raises(IntegrityError):
        house.db.write_now(clash)
    house.db.write_now(note("after"))
    assert noted(house, "clash", "after") == ["after"]


async def test_whoever_goes_away_changes_nothing_for_the_others(house: House) -> None:
    held = Held(house.db)
    gone = asyncio.create_task(house.db.write(note("gone")))
    stays = asyncio.create_task(house.db.write(note("stays")))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    await asyncio.to_thread(held.go)
    await asyncio.wait_for(stays, 20)
    assert noted(house, "gone", "stays") == ["stays"]


async def test_closing_finishes_what_was_submitted_and_refuses_the_rest(house: House) -> None:
    held = Held(house.db)
    last = house.db._submit(note("last"))
    closing = asyncio.create_task(asyncio.to_thread(house.db.close))
    while not house.db._closed:  # noqa: ASYNC110 - set on a thread
        await asyncio.sleep(0)
    with pytest.raises(WeftError) as refused:
        await asyncio.wait_for(house.db.write(note("late")), 20)
    assert refused.value.status == 503
    await asyncio.to_thread(held.go)
    await asyncio.wait_for(closing, 20)
    assert last.result(20) is None
    house.db = Database(house.url, house.db.site)
    assert noted(house, "last", "late") == ["last"]


def test_a_reader_goes_on_after_a_fault_and_cannot_write(house: House) -> None:
    for _ in range(5):  # more often than there are readers
        with pytest.raises(sa.exc.DBAPIError):
            house.db.read_now(lambda tx: tx.run(sa.text("SELECT nonsense")))
    with pytest.raises(sa.exc.DBAPIError):
        house.db.read_now(note("sly"))
    assert noted(house, "sly") == []


def restart(house: House) -> None:
    """Every connection breaks, as when PostgreSQL is restarted."""
    import psycopg

    with psycopg.connect(house.url, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name <> %s"
            " AND pid <> pg_backend_pid()",
            (kept.NAME,),
        )


async def test_a_restarted_database_is_found_again(house: House) -> None:
    if house.db.engine.name == "sqlite":
        return  # it has no connections that break
    heard: list[set[str]] = []
    house.db.watch(heard.append)
    house.db.write_now(note("before"))
    for _ in range(8):
        noted(house, "before")
    life = await asyncio.to_thread(house.db.engine.show_life, "w1")
    restart(house)
    for _ in range(8):  # on every reader, at once
        assert noted(house, "before") == ["before"]
    # One group of writes may be told that it failed; the next is not.
    await asyncio.gather(house.db.write(note("lost?")), return_exceptions=True)
    await house.db.write(note("after"))
    assert noted(house, "after") == ["after"]
    life.renew()
    other = Database(house.url, house.db.site)
    try:
        assert other.write_now(lambda tx: tx.engine.is_alive(tx.connection, "w1"))
        heard.clear()
        async with asyncio.timeout(20):
            while not heard:  # what another process writes is heard again
                other.write_now(lambda tx: jobs.enqueue(tx, NewJob("x")))
                await asyncio.sleep(0.05)
    finally:
        other.close()
        life.end()


async def test_events_of_two_processes_are_read_whole_and_in_order(house: House) -> None:
    """Positions are given when a transaction appends, and seen when it commits: without order
    between the two, a reader that has seen 7 would never look for 6 again.
    """
    other = Database(house.url, house.db.site)
    each = 60

    def say(tx: Tx) -> None:
        events.append(tx, "test")

    async def write(db: Database) -> None:
        for _ in range(each // 10):
            await asyncio.gather(*(db.write(say) for _ in range(10)))

    writing = asyncio.gather(write(house.db), write(other))
    seen: list[int] = []
    try:
        async with asyncio.timeout(40):
            while len(seen) < 2 * each:
                at = seen[-1] if seen else 0
                seen += [
                    one.position
                    for one in await house.db.read(lambda tx, at=at: events.after(tx, at, 7))
                ]
            await writing
    finally:
        other.close()
    assert seen == sorted(set(seen))


def test_positions_never_begin_again(house: House) -> None:
    def old(tx: Tx) -> None:
        tx.now = 1
        events.append(tx, "old")

    house.db.write_now(old)
    house.db.write_now(old)
    last = house.db.read_now(events.last_position)
    house.db.write_now(events.prune)
    house.db.write_now(lambda tx: events.append(tx, "new"))
    assert [one.kind for one in house.db.read_now(lambda tx: events.after(tx, last))] == ["new"]


async def test_a_post_sent_to_two_processes_at_once_is_one(house: House) -> None:
    """A client that gets no answer repeats itself, and its second way may lead to another process."""
    ada = house.person("ada")
    other = Database(house.url, house.db.site)
    draft = Draft("only once", idempotency_key="k")

    def say(tx: Tx) -> Post:
        return publish(tx, ada, draft)

    try:
        said = await asyncio.gather(
            *(db.write(say) for db in (house.db, other) * 3), return_exceptions=True
        )
    finally:
        other.close()
    assert {one.id for one in said if isinstance(one, Post)} != set()
    assert all(isinstance(one, Post) or getattr(one, "status", 0) == 409 for one in said), said
    again = house.db.write_now(say)
    assert {one.id for one in said if isinstance(one, Post)} == {again.id}
    count = sa.text("SELECT count(*) FROM posts")
    assert house.db.read_now(lambda tx: tx.scalar(count)) == 1
