"""Deliveries against real servers on loopback: slow, failing, busy, gone, dead; and kills."""

from __future__ import annotations

import asyncio
import contextlib
import time

import pytest
import sqlalchemy as sa

from tests.conftest import House
from tests.federation.recording import (
    client,
    delivering,
    follow,
    listening,
    remote,
    until,
)
from weft.federation import delivery, hosts, peers, policy
from weft.federation import jobs as federation_jobs
from weft.federation.delivery import Delivery
from weft.federation.keys import Keys, Signer
from weft.federation.tables import gone_inboxes
from weft.federation.tables import peers as peer_table
from weft.kernel.clock import DAY, HOUR, MINUTE, now_ms
from weft.net import keys as rsa
from weft.net.cavage import parse_signature, verify
from weft.people import accounts, follows
from weft.people.model import Account
from weft.threads import delete, edit, react
from weft.threads.model import Draft, Incoming
from weft.threads.publish import receive
from weft.work import jobs
from weft.work.jobs import Job
from weft.work.runner import GiveUp, Retry
from weft.work.tables import jobs as job_table

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(house: House) -> House:
    federation_jobs.react(house.db)
    return house


@pytest.fixture
def ada(world: House) -> Account:
    return world.person("ada")


def waiting(house: House) -> list[tuple[str, int]]:
    """(inbox, run_at) of the deliveries that are not done."""
    statement = sa.select(job_table.c.payload, job_table.c.run_at).where(
        job_table.c.kind == "federation.deliver", job_table.c.dead_at.is_(None)
    )
    return [(row[0]["inbox"], row[1]) for row in house.db.read_now(lambda tx: tx.rows(statement))]


def quiet(house: House) -> None:
    """What making the world wrote is not what is tested."""
    house.db.write_now(lambda tx: tx.run(job_table.delete()))


def wake_all(house: House) -> None:
    """Time passes: what waits is due, and who died lost its leases."""
    house.db.write_now(
        lambda tx: (tx.run(job_table.update().values(run_at=0, lease_until=0)), tx.signal("jobs"))
    )


def _again(house: House, job: Job, later: Retry) -> None:
    house.db.write_now(
        lambda tx: jobs.again(
            tx, job, delay=later.delay, why=later.why, count=later.count, lane=later.lane
        )
    )


async def one_try(house: House, sender: Delivery) -> Job:
    """Claim the oldest delivery and try it; Retry and GiveUp are the caller's."""
    [job] = house.db.write_now(lambda tx: jobs.claim(tx, "deliver", "me", 1))
    try:
        await sender.deliver(job)
    except Retry as later:
        _again(house, job, later)
        raise
    house.db.write_now(lambda tx: jobs.finish(tx, job))
    return job


async def test_it_arrives_signed_so_that_others_can_verify(world: House, ada: Account) -> None:
    async with listening() as far:
        follow(world, remote(world, far, "bo", "a.test"), ada)
        quiet(world)
        async with delivering(world, ["a.test"]):
            post = world.post(ada, "hello")
            await until(lambda: bool(far.received) and not waiting(world))
        [got] = far.received
        assert got.json["object"]["id"] == post.uri
        assert got.headers["content-type"] == "application/activity+json"
        signature = parse_signature(got.headers["signature"])
        assert signature.key_id == f"{ada.uri}#main-key"
        known = world.db.read_now(lambda tx: accounts.get(tx, ada.id))
        key = rsa.public_key(known.public_key)
        verify(signature, "POST", got.path, got.headers, got.body, key, time.time())


async def test_what_many_hosts_get_at_once_is_signed_as_a_document_once(
    world: House, ada: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    proven: list[int] = []
    prove = Signer.proven

    def counted(signer: Signer, body: str, at: int) -> bytes:
        proven.append(at)
        return prove(signer, body, at)

    monkeypatch.setattr(Signer, "proven", counted)
    names = [f"h{number}.test" for number in range(12)]
    async with listening() as far:
        for name in names:
            follow(world, remote(world, far, "bo", name), ada)
        quiet(world)
        async with delivering(world, names):
            world.post(ada, "hello")
            await until(lambda: len(far.received) == len(names) and not waiting(world))
    assert len(proven) == 1
    assert len({got.body for got in far.received}) == 1


async def test_a_big_host_takes_several_at_once_and_each_thing_in_order(
    world: House, ada: Account
) -> None:
    """An edit or a deletion that overtook its post would be lost: nobody knows yet what it means."""
    async with listening(delay=0.02) as far:
        follow(world, remote(world, far, "bo", "a.test"), ada)
        quiet(world)
        said = [world.post(ada, f"line {n}") for n in range(20)]
        for post in said:
            world.db.write_now(lambda tx, post=post: edit.edit(tx, ada, post.id, Draft(text="no")))
            world.db.write_now(lambda tx, post=post: delete.delete(tx, ada, post.id))
        async with delivering(world, ["a.test"]):
            await until(lambda: len(far.received) == 60)
        assert 2 <= far.busiest["a.test"] <= peers.LANES
    told: dict[str, list[str]] = {post.uri: [] for post in said}
    for body in far.bodies():
        told[body["object"]["id"]].append(body["type"])
    assert list(told.values()) == [["Create", "Update", "Delete"]] * 20


async def test_between_two_people_the_last_word_is_the_last(world: House, ada: Account) -> None:
    """Follow, no more, again; like, no more, again: each time under another id."""
    async with listening(delay=0.02) as far:
        bo = remote(world, far, "bo", "a.test")
        note = far.url("a.test", "/notes/1")
        said = Incoming(note, note, "<p>hi</p>", "public", now_ms())
        theirs = world.db.write_now(lambda tx: receive(tx, bo, said))
        assert theirs is not None
        quiet(world)
        for _ in range(3):
            world.db.write_now(lambda tx: follows.follow(tx, ada, bo))
            world.db.write_now(lambda tx: follows.unfollow(tx, ada, bo))
            world.db.write_now(lambda tx: react.like(tx, ada, theirs.id))
            world.db.write_now(lambda tx: react.unlike(tx, ada, theirs.id))
        async with delivering(world, ["a.test"]):
            await until(lambda: len(far.received) == 12)
    for kind in ("Follow", "Like"):
        about = [
            body["type"]
            for body in far.bodies()
            if kind in (body["type"], getattr(body["object"], "get", lambda _: "")("type"))
        ]
        assert about == [kind, "Undo"] * 3


async def test_one_post_to_200_slow_hosts_within_two_seconds(world: House, ada: Account) -> None:
    hosts = [f"h{n}.test" for n in range(200)]
    async with listening(delay=0.2) as far:
        for host in hosts:
            follow(world, remote(world, far, "bo", host), ada)
        quiet(world)
        async with delivering(world, hosts):
            await asyncio.sleep(0.1)
            await Keys(world.db).signer(ada.id)
            start = time.monotonic()
            world.post(ada, "hello all")
            await until(lambda: len(far.received) == 200)
            took = time.monotonic() - start
        assert {one.host for one in far.received} == set(hosts)
        # Two cores, shared: the limit is for a quiet machine, the test for gross mistakes.
        assert took < 6, took


async def test_a_dead_host_holds_up_nobody_else(world: House, ada: Account) -> None:
    async with listening() as far:
        async with listening() as nobody:
            pass  # its port is closed again
        follow(world, remote(world, nobody, "bo", "dead.test"), ada)
        follow(world, remote(world, far, "cy", "a.test"), ada)
        quiet(world)
        async with delivering(world, ["dead.test", "a.test"]):
            for n in range(5):
                world.post(ada, f"line {n}")
            await until(lambda: len(far.received) == 5)
            await until(lambda: len(waiting(world)) == 5)
        assert {inbox for inbox, _ in waiting(world)} == {nobody.url("dead.test")}


async def test_the_breaker_opens_holds_probes_and_closes(world: House, ada: Account) -> None:
    async with listening() as far, client(["a.test"]) as out:
        follow(world, remote(world, far, "bo", "a.test"), ada)
        quiet(world)
        host = f"a.test:{far.port}"
        sender = Delivery(world.db, out, Keys(world.db))
        far.status("a.test", 503)
        first = world.post(ada, "first")
        world.post(ada, "second")
        for tries in range(1, policy.OPEN_AFTER + 1):
            wake_all(world)
            with pytest.raises(Retry) as retry:
                await one_try(world, sender)
            assert retry.value.count is (tries < policy.OPEN_AFTER)
            assert far.tries["a.test"] == tries
        peer = world.db.read_now(lambda tx: peers.get(tx, host))
        assert peer is not None
        assert peer.opened_at is not None
        # Open: nothing is sent, whatever is due.
        wake_all(world)
        with pytest.raises(Retry) as retry:
            await one_try(world, sender)
        assert retry.value.count is False
        assert retry.value.delay > 9 * MINUTE
        assert far.tries["a.test"] == policy.OPEN_AFTER
        # Time for a probe, and the host is back: the rest follows in order.
        world.db.write_now(lambda tx: tx.run(peer_table.update().values(probe_at=0)))
        far.answers.clear()
        wake_all(world)
        await one_try(world, sender)
        await one_try(world, sender)
        assert far.bodies()[0]["object"]["id"] == first.uri
        assert len(far.received) == 2
        peer = world.db.read_now(lambda tx: peers.get(tx, host))
        assert peer is not None
        assert (peer.failures, peer.opened_at) == (0, None)


async def test_what_waits_goes_when_the_host_speaks(world: House, ada: Account) -> None:
    async with listening() as far:
        follow(world, remote(world, far, "bo", "a.test"), ada)
        quiet(world)
        host = f"a.test:{far.port}"

        def down(tx: jobs.Tx) -> None:
            for _ in range(policy.OPEN_AFTER):
                peers.failed(tx, host, "down")
            tx.run(peer_table.update().values(touched_at=tx.now - HOUR))

        world.db.write_now(down)
        async with delivering(world, ["a.test"]):
            world.post(ada, "hello")
            await until(lambda: any(at > now_ms() + MINUTE for _, at in waiting(world)))
            assert far.received == []
            world.db.write_now(lambda tx: peers.heard_from(tx, host))
            await until(lambda: bool(far.received) and not waiting(world))


async def test_a_busy_host_says_when(world: House, ada: Account) -> None:
    async with listening() as far, client(["a.test"]) as out:
        follow(world, remote(world, far, "bo", "a.test"), ada)
        quiet(world)
        world.post(ada, "hello")
        far.status("a.test", 429, **{"Retry-After": "600"})
        with pytest.raises(Retry) as retry:
            await one_try(world, Delivery(world.db, out, Keys(world.db)))
        assert retry.value.delay == 10 * MINUTE
        assert world.db.read_now(peers.troubled) == {}


@pytest.mark.parametrize("status", [400, 403, 404, 413, 422])
async def test_a_refusal_ends_it(world: House, ada: Account, status: int) -> None:
    async with listening() as far, client(["a.test"]) as out:
        follow(world, remote(world, far, "bo", "a.test"), ada)
        quiet(world)
        world.post(ada, "hello")
        far.status("a.test", status)
        await one_try(world, Delivery(world.db, out, Keys(world.db)))
        assert waiting(world) == []
        assert world.db.read_now(peers.troubled) == {}


async def test_a_401_gets_another_chance(world: House, ada: Account) -> None:
    """A peer that could not fetch our key just then says 401 too."""
    async with listening() as far, client(["a.test"]) as out:
        follow(world, remote(world, far, "bo", "a.test"), ada)
        quiet(world)
        sender = Delivery(world.db, out, Keys(world.db))
        world.post(ada, "hello")
        far.status("a.test", 401)
        for _ in range(policy.DOUBT_TRIES - 1):
            wake_all(world)
            with pytest.raises(Retry):
                await one_try(world, sender)
        wake_all(world)
        await one_try(world, sender)
        assert waiting(world) == []


async def test_a_gone_inbox_gets_nothing_more(world: House, ada: Account) -> None:
    async with listening() as far:
        follow(world, remote(world, far, "bo", "a.test"), ada)
        quiet(world)
        far.status("a.test", 410)
        async with delivering(world, ["a.test"]):
            world.post(ada, "hello")
            await until(lambda: not waiting(world))
        gone = world.db.read_now(lambda tx: tx.rows(sa.select(gone_inboxes.c.inbox)))
        assert [row[0] for row in gone] == [far.url("a.test")]
        world.post(ada, "again")
        assert waiting(world) == []
        # The host speaks again: its admin has restored it.
        world.db.write_now(lambda tx: tx.run(peer_table.update().values(heard_at=0)))
        world.db.write_now(lambda tx: peers.heard_from(tx, f"a.test:{far.port}"))
        world.post(ada, "back")
        assert len(waiting(world)) == 1


async def test_one_bad_message_does_not_hold_up_its_host(world: House, ada: Account) -> None:
    """It waits by itself, and what is about the same thing behind it."""
    async with listening() as far, client(["a.test"]) as out:
        follow(world, remote(world, far, "bo", "a.test"), ada)
        quiet(world)
        poison = world.post(ada, "poison")
        sender = Delivery(world.db, out, Keys(world.db))
        far.status("a.test", 500)
        for _ in range(policy.FAULT_TRIES):
            wake_all(world)
            with pytest.raises(Retry):
                await one_try(world, sender)
        assert far.tries["a.test"] == policy.FAULT_TRIES
        fine = next(
            post
            for post in (world.post(ada, f"fine {n}") for n in range(100))
            if peers.lane("a.test", post.uri) == peers.lane("a.test", poison.uri)
        )
        world.db.write_now(lambda tx: delete.delete(tx, ada, poison.id))
        far.answers.clear()
        async with delivering(world, ["a.test"]):
            await until(lambda: fine.uri in [body["object"]["id"] for body in far.bodies()])
            await until(lambda: len(waiting(world)) == 2)
        assert not any(body["object"]["id"] == poison.uri for body in far.bodies())
        wake_all(world)
        far.received.clear()
        async with delivering(world, ["a.test"]):
            await until(lambda: not waiting(world))
        assert [(body["type"], body["object"]["id"]) for body in far.bodies()] == [
            ("Create", poison.uri),
            ("Delete", poison.uri),
        ]


async def test_what_a_host_stumbles_over_does_not_close_it_to_others(
    world: House, ada: Account
) -> None:
    """A message that is refused with 500 for ever says nothing of the host."""
    async with listening() as far, client(["a.test"]) as out:
        follow(world, remote(world, far, "bo", "a.test"), ada)
        quiet(world)
        world.post(ada, "poison")
        sender = Delivery(world.db, out, Keys(world.db))
        far.status("a.test", 500)
        for _ in range(4 * policy.OPEN_AFTER):
            wake_all(world)
            with pytest.raises(Retry):
                await one_try(world, sender)
        [peer] = world.db.read_now(hosts.page)
        assert (peer.failures, peer.state) == (policy.FAULT_TRIES, "failing")


async def test_while_a_host_fails_one_message_tries_it(world: House, ada: Account) -> None:
    """Slow failures must not take all the hands there are."""
    async with listening(delay=0.05) as far, client(["a.test"]) as out:
        follow(world, remote(world, far, "bo", "a.test"), ada)
        quiet(world)
        for n in range(20):
            world.post(ada, f"line {n}")
        far.status("a.test", 503)
        sender = Delivery(world.db, out, Keys(world.db))
        with pytest.raises(Retry):
            await one_try(world, sender)
        held = world.db.write_now(lambda tx: jobs.claim(tx, "deliver", "me", 10))
        assert len(held) == peers.LANES - 1
        ends = await asyncio.gather(*map(sender.deliver, held), return_exceptions=True)
        assert sorted(str(end)[:5] for end in ends) == ["503 ", "held:", "held:"]
        assert far.busiest == {"a.test": 1}


async def test_a_pause_is_one_for_all_that_goes_there(world: House, ada: Account) -> None:
    async with listening() as far, client(["a.test"]) as out:
        follow(world, remote(world, far, "bo", "a.test"), ada)
        quiet(world)
        for n in range(20):
            world.post(ada, f"line {n}")
        far.status("a.test", 429, **{"Retry-After": "600"})
        sender = Delivery(world.db, out, Keys(world.db))
        for _ in range(peers.LANES):
            with pytest.raises(Retry) as retry:
                await one_try(world, sender)
            assert 9 * MINUTE < retry.value.delay <= 10 * MINUTE
        assert far.tries == {"a.test": 1}


async def test_who_was_silent_for_two_weeks_gets_nothing_more_until_it_speaks(
    world: House, ada: Account
) -> None:
    async with listening() as far, client(["a.test"]) as out:
        follow(world, remote(world, far, "bo", "a.test"), ada)
        quiet(world)
        world.post(ada, "hello")
        host = f"a.test:{far.port}"
        long_ago = now_ms() - policy.HORIZON - 1

        def down(tx: jobs.Tx) -> None:
            for _ in range(policy.OPEN_AFTER):
                peers.failed(tx, host, "down")
            tx.run(peer_table.update().values(opened_at=long_ago))
            tx.run(job_table.update().values(created_at=long_ago))

        world.db.write_now(down)
        with pytest.raises(GiveUp, match="down"):
            await one_try(world, Delivery(world.db, out, Keys(world.db)))
        quiet(world)
        world.post(ada, "nobody hears it")
        assert waiting(world) == []
        world.db.write_now(lambda tx: peers.try_now(tx, host))
        world.post(ada, "perhaps")
        assert len(waiting(world)) == 1


async def test_after_two_weeks_it_is_given_up(world: House, ada: Account) -> None:
    async with listening() as far, client(["a.test"]) as out:
        follow(world, remote(world, far, "bo", "a.test"), ada)
        quiet(world)
        world.post(ada, "hello")
        far.status("a.test", 503)
        sender = Delivery(world.db, out, Keys(world.db))
        [job] = world.db.write_now(lambda tx: jobs.claim(tx, "deliver", "me", 1))
        old = Job(
            job.id,
            job.kind,
            job.lane,
            job.payload,
            job.attempts,
            job.lease,
            now_ms() - policy.HORIZON - 1,
        )
        with pytest.raises(GiveUp):
            await sender.deliver(old)


async def test_killed_in_the_middle_nothing_is_lost(
    world: House, ada: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Runners are abandoned at any moment, as by kill -9, until everything arrived."""
    monkeypatch.setattr(jobs, "release", lambda *_: None)
    hosts = [f"h{n}.test" for n in range(12)]
    async with listening(delay=0.02) as far:
        for host in hosts:
            follow(world, remote(world, far, "bo", host), ada)
        quiet(world)
        said = [world.post(ada, f"line {n}").uri for n in range(5)]
        for patience in (0.05, 0.15, 0.1, 0.2, 20.0):
            wake_all(world)
            async with delivering(world, hosts):
                with contextlib.suppress(AssertionError):
                    await until(lambda: not waiting(world), patience)
        assert waiting(world) == []
        for host in hosts:
            got = [body["object"]["id"] for body in far.bodies(host)]
            assert set(got) == set(said)  # each one; a repeat has the same id


async def test_rows_of_the_past_are_swept(world: House) -> None:
    def old(tx: jobs.Tx) -> None:
        peers.failed(tx, "dead.test", "down")
        tx.run(peer_table.update().values(touched_at=tx.now - peers.FORGET - DAY))
        peers.took(tx, ["alive.test"])

    world.db.write_now(old)
    world.db.write_now(peers.sweep)
    assert [peer.host for peer in world.db.read_now(hosts.page)] == ["alive.test"]


async def test_our_picture_of_failing_hosts_is_shared(
    world: House, ada: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process found the host down: this one does not try it either."""
    monkeypatch.setattr(delivery, "LOOK", -1)
    async with listening() as far, client(["a.test"]) as out:
        follow(world, remote(world, far, "bo", "a.test"), ada)
        quiet(world)
        world.post(ada, "hello")

        def down(tx: jobs.Tx) -> None:
            for _ in range(policy.OPEN_AFTER):
                peers.failed(tx, f"a.test:{far.port}", "down")

        world.db.write_now(down)
        with pytest.raises(Retry, match="held"):
            await one_try(world, Delivery(world.db, out, Keys(world.db)))
        assert far.tries == {}
