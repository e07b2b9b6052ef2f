"""A post to thousands of servers: in parts, and whole however often the process dies over it."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections import Counter
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from tests.conftest import House
from tests.federation.crowd import crowd
from tests.federation.recording import client, until
from weft.federation import jobs as federation_jobs
from weft.federation import outbox, peers
from weft.federation.keys import Keys
from weft.federation.outbox import sending
from weft.federation.tables import outgoing
from weft.people import accounts
from weft.people.model import Account
from weft.store.database import Database, Tx
from weft.threads import delete, react
from weft.work.runner import Runner
from weft.work.tables import jobs

pytestmark = pytest.mark.anyio

DIES = """
import asyncio, os, signal, sys
from weft.federation import jobs as federation_jobs
from weft.federation import outbox
from weft.federation.keys import Keys
from weft.kernel.site import Site
from weft.store.database import Database
from weft.work import jobs
from weft.work.runner import Runner
import weft.federation.tables, weft.people.tables, weft.threads.tables, weft.work.tables

url, where, parts = sys.argv[1], sys.argv[2], int(sys.argv[3])
room = {"before": outbox, "within": jobs}[where]
name = {"before": "fan_out", "within": "note"}[where]
real, done = getattr(room, name), 0

def counted(*given):
    global done
    done += 1
    if done > parts:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*given)

setattr(room, name, counted)
federation_jobs.AT_ONCE = 10
db = Database(url, Site("weft.test", "https://weft.test"))
handlers = federation_jobs.handlers(db, None, Keys(db))
asyncio.run(Runner(db, handlers, {"default": 2}).run())
"""


@pytest.fixture
def world(house: House) -> House:
    federation_jobs.react(house.db)
    return house


@pytest.fixture
def ada(world: House) -> Account:
    return world.person("ada")


def known(house: House, account: Account) -> Account:
    return house.db.read_now(lambda tx: accounts.get(tx, account.id))


def waiting(house: House, kind: str) -> list[dict[str, Any]]:
    statement = sa.select(jobs.c.payload).where(jobs.c.kind == kind).order_by(jobs.c.id)
    return [row[0] for row in house.db.read_now(lambda tx: tx.rows(statement))]


def deliveries(house: House) -> dict[str, list[str]]:
    """Inboxes by the kind of activity that goes there."""
    found: dict[str, list[str]] = {}
    rows = house.db.read_now(lambda tx: tx.rows(sa.select(outgoing.c.id, outgoing.c.body)))
    kinds = {row.id: msgspec.json.decode(row.body)["type"] for row in rows}
    for payload in waiting(house, "federation.deliver"):
        found.setdefault(kinds[payload["outgoing"]], []).append(payload["inbox"])
    return found


async def work(house: House) -> None:
    """Until no fan-out is left."""
    async with client([]) as out:
        handlers = federation_jobs.handlers(house.db, out, Keys(house.db))
        runner = asyncio.create_task(Runner(house.db, handlers, {"default": 2}).run())
        try:
            await until(lambda: not waiting(house, "federation.fan_out"))
        finally:
            runner.cancel()
            await asyncio.gather(runner, return_exceptions=True)


def hosts(count: int) -> list[str]:
    return [f"h{n:04}.test" for n in range(count)]


async def test_the_author_waits_for_nobodys_followers(world: House, ada: Account) -> None:
    """What is written with the post is one job, however many followers there are."""
    crowd(world, ada, hosts(sending.FEW + 1))
    world.post(known(world, ada), "hello")
    assert deliveries(world) == {}
    assert len(waiting(world, "federation.fan_out")) == 1
    await work(world)
    found = deliveries(world)
    assert sorted(found["Create"]) == [f"https://{host}/inbox" for host in hosts(sending.FEW + 1)]


async def test_a_fan_out_to_5000_servers_leaves_the_writer_to_others(
    world: House, ada: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No transaction of it writes more than its part: between two of them everybody else writes."""
    crowd(world, ada, hosts(5_000))
    world.post(known(world, ada), "hello")
    written: list[int] = []
    others: list[int] = []
    real = outbox.fan_out

    def counted(tx: Tx, which: int, inboxes: list[str], order: str) -> bool:
        written.append(len(inboxes))
        world.db.write_soon(lambda _: others.append(len(written)))
        return real(tx, which, inboxes, order)

    monkeypatch.setattr(outbox, "fan_out", counted)
    await work(world)
    assert sum(written) == 5_000
    assert max(written) <= federation_jobs.AT_ONCE
    # Who asked during one part had its turn before the part after the next.
    assert all(turn <= asked + 1 for asked, turn in enumerate(others, 1))
    assert len(deliveries(world)["Create"]) == len(set(deliveries(world)["Create"])) == 5_000


@pytest.mark.parametrize("where", ["before", "within"])
@pytest.mark.parametrize("parts", [0, 1, 6, 11], ids=lambda parts: f"after-{parts}")
async def test_killed_in_the_middle_it_is_told_to_each_once(
    world: House, ada: Account, where: str, parts: int
) -> None:
    """A real process, kill -9, between two parts or within one: nobody is left out or told twice."""
    crowd(world, ada, hosts(120))
    post = world.post(known(world, ada), "hello")
    died = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", DIES, world.url, where, str(parts)],
        capture_output=True,
        check=False,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()
    assert len(deliveries(world).get("Create", [])) == 10 * parts
    await work(world)
    assert Counter(deliveries(world)["Create"]) == Counter(
        f"https://{host}/inbox" for host in hosts(120)
    )
    lanes = sa.select(jobs.c.lane).where(jobs.c.kind == "federation.deliver")
    assert {row.lane for row in world.db.read_now(lambda tx: tx.rows(lanes))} == {
        peers.lane(host, post.uri) for host in hosts(120)
    }


async def test_a_post_deleted_before_it_went_out_stays_here(world: House, ada: Account) -> None:
    crowd(world, ada, hosts(sending.FEW + 1))
    ada = known(world, ada)
    post = world.post(ada, "oops")
    world.db.write_now(lambda tx: delete.delete(tx, ada, post.id))
    await work(world)
    rows = world.db.read_now(lambda tx: tx.rows(sa.select(outgoing.c.kind)))
    assert [row.kind for row in rows] == ["Delete"]
    assert len(waiting(world, "federation.deliver")) == sending.FEW + 1


async def test_a_post_deleted_while_it_goes_out_goes_no_further(
    world: House, ada: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has it already is told that it is gone; nobody else hears of it at all."""
    monkeypatch.setattr(federation_jobs, "AT_ONCE", 10)
    crowd(world, ada, hosts(sending.FEW + 10))
    ada = known(world, ada)
    post = world.post(ada, "oops")
    write = Database.write

    async def deletes(db: Database, unit: Any) -> Any:
        done = await write(db, unit)
        if len(waiting(world, "federation.deliver")) == 20:
            monkeypatch.setattr(Database, "write", write)
            await write(db, lambda tx: delete.delete(tx, ada, post.id))
        return done

    monkeypatch.setattr(Database, "write", deletes)
    await work(world)
    kinds = world.db.read_now(lambda tx: tx.rows(sa.select(outgoing.c.kind)))
    assert [row.kind for row in kinds] == ["Delete"]
    assert len(waiting(world, "federation.deliver")) == 20 + sending.FEW + 10


async def test_a_boost_that_is_taken_back_is_taken_back_everywhere(
    world: House, ada: Account
) -> None:
    """However many follow; and whoever boosts again means the last, so all of it goes in one lane."""
    crowd(world, ada, hosts(sending.FEW + 1))
    post = world.post(world.person("bo"), "hello")
    for deed in (react.boost, react.unboost, react.boost):
        by = known(world, ada)
        world.db.write_now(lambda tx, deed=deed, by=by: deed(tx, by, post.id))
    await work(world)
    told = {kind: len(set(inboxes)) for kind, inboxes in deliveries(world).items()}
    assert told == {"Announce": sending.FEW + 1, "Undo": sending.FEW + 1}
    lanes = sa.select(jobs.c.lane).where(jobs.c.kind == "federation.deliver")
    assert {row.lane for row in world.db.read_now(lambda tx: tx.rows(lanes))} == {
        peers.lane(host, post.uri) for host in hosts(sending.FEW + 1)
    }
