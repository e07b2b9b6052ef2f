"""An outage of days among thousands of servers: all is delivered, once, and in order."""

from __future__ import annotations

import random
from collections import Counter

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import House
from tests.federation.crowd import crowd
from tests.federation.simulated import (
    Answer,
    Behaviour,
    World,
    down,
    flaky,
    stumbles,
)
from weft.federation import jobs as federation_jobs
from weft.federation import peers, policy
from weft.federation.tables import gone_inboxes, outgoing
from weft.federation.tables import peers as peer_table
from weft.kernel.clock import DAY, HOUR, MINUTE
from weft.people import accounts
from weft.people.model import Account
from weft.work.tables import jobs as job_table

pytestmark = pytest.mark.anyio

TRIES_A_DAY = 16
"""Requests to a host that is down, at most: five until it counts as down, and a probe each time."""
LOOKS_A_DAY = 60
"""Jobs that are taken up for it, most of them only to be told to wait: a few lanes, each probe."""


@pytest.fixture
def world(house: House, monkeypatch: pytest.MonkeyPatch) -> World:
    federation_jobs.react(house.db)
    return World(house, monkeypatch, tick=2 * MINUTE)


def is_order_kept(got: list[tuple[str, str]], said: list[tuple[str, str]]) -> bool:
    """About each thing, what came is in the order in which it was said."""
    places = {told: place for place, told in enumerate(said)}
    by_thing: dict[str, list[int]] = {}
    for told in got:
        by_thing.setdefault(told[1], []).append(places[told])
    return all(found == sorted(found) for found in by_thing.values())


def fates(hosts: list[str], seed: int) -> dict[str, Behaviour]:
    """What becomes of each host; those that are not named are well all the time."""
    dice = random.Random(seed)
    found: dict[str, Behaviour] = {}
    for number, host in enumerate(hosts):
        fate = dice.random()
        if fate < 0.06:
            found[host] = flaky(number, 0.3, "timeout", "lied", "500", "503", "429")
        elif fate < 0.14:
            begins = dice.randrange(DAY)
            lasts = dice.randrange(4 * HOUR, 6 * DAY)
            how: Answer = dice.choice(["timeout", "503", "500"])
            found[host] = down(begins, begins + lasts, how)
        elif fate < 0.16:
            found[host] = flaky(number, 0.5, "429")
        elif fate < 0.17:
            found[host] = stumbles("A", 2 * DAY)
    found[hosts[0]] = lambda _since, _about: "410"
    found[hosts[1]] = down(0, 400 * DAY, "timeout")
    found[hosts[2]] = stumbles("A", 400 * DAY)
    return found


HOSTS = {"sqlite": 5_000, "postgres": 100}
"""The large world where it is fast."""


async def test_an_outage_of_days(
    world: World, house: House, engine: str, capsys: pytest.CaptureFixture[str]
) -> None:
    many = HOSTS[engine]
    dice = random.Random(7)
    hosts = [f"h{n:04}.test" for n in range(many)]
    far = world.far
    far.behaviour = fates(hosts, seed=1)
    gone, dead, poisoned = hosts[:3]
    ada = house.person("ada")
    crowd(house, ada, hosts)

    def dies() -> bool:
        return dice.random() < 0.01

    for at, kind, about in (
        (0, "Create", "A"),
        (1 * HOUR, "Update", "A"),
        (1 * DAY, "Delete", "A"),
    ):
        await world.until(at, dies=dies)
        world.say(ada, kind, about, [], followers=True)
    # And something to a few of them alone, who are in trouble for something else.
    addressed = set(hosts[1:100])
    world.say(ada, "Create", "B", [f"https://{host}/inbox" for host in addressed])
    said = {host: world.said if host in addressed else world.said[:3] for host in hosts}
    waited = dict.fromkeys(hosts, 0)
    await world.until(3 * DAY, dies=dies)
    # Days into the outage: a row for each message that waits, and nothing else.
    most_rows = world.waiting()
    assert most_rows < many
    rows = sa.select(job_table.c.lane).where(job_table.c.kind == "federation.deliver")
    for row in house.db.read_now(lambda tx: tx.rows(rows)):
        waited[peers.host_of(row.lane)] += 1
    assert max(waited.values()) <= 4
    assert waited[dead] == 4
    await world.until(8 * DAY, dies=dies)

    # Delivered: everything, to everybody who could take it; each in order.
    for host in hosts[3:]:
        assert sorted(far.once(host)) == sorted(said[host]), host
        assert is_order_kept(far.once(host), world.said), host
    # Sent: exactly once, but where the answer was lost or the sender was killed.
    sent = sum(len(far.arrived[host]) for host in hosts)
    once = sum(len(far.once(host)) for host in hosts)
    assert once == 3 * (many - 3) + 97 + 1
    assert 0 <= sent - once <= far.lies + 256 * world.died
    assert far.lies > 0
    assert world.died > 0
    # Whoever asked for a pause had it, up to what was under way.
    assert len(far.early) <= far.lies + 256 * world.died + many // 20

    # 410: asked once, then left alone.
    assert sum(far.tries[gone, day] for day in range(9)) <= 1 + world.died
    # Dead, or down: few requests a day, few rows looked at, whatever waits.
    for host in hosts[3:]:
        for day in range(9):
            if far.behaviour.get(host) is None:
                continue
            assert world.handled[host, day] <= LOOKS_A_DAY, (host, day)
    assert max(far.tries[dead, day] for day in range(9)) <= TRIES_A_DAY
    assert max(world.handled[dead, day] for day in range(9)) <= LOOKS_A_DAY
    assert 1 <= far.tries[dead, 7] <= 8
    # What one host stumbles over costs its other messages nothing.
    assert far.once(poisoned) == [world.said[3]]
    # In memory: of hosts only those in trouble, of messages only a few.
    kept = vars(world.delivery.run.__self__)
    assert len(kept["_troubled"]) <= 2
    assert len(kept["_under_way"]) == 0
    assert len(kept["_paused"]) <= many // 5
    assert len(kept["_bodies"]) <= 256

    # After two weeks what nobody took is given up, visibly, and nothing more is written for it.
    await world.until(policy.HORIZON + 3 * DAY)
    assert world.waiting() <= 1  # the daily sweep
    buried = sa.select(job_table.c.lane, job_table.c.error).where(job_table.c.dead_at.isnot(None))
    given_up = Counter(
        (peers.host_of(row.lane), row.error)
        for row in house.db.read_now(lambda tx: tx.rows(buried))
    )
    assert given_up == {(dead, "timed out"): 4, (poisoned, "500 "): 3}
    world.say(ada, "Create", "C", [], followers=True)
    await world.until(policy.HORIZON + 4 * DAY)
    assert far.once(poisoned)[-1] == world.said[-1]
    assert far.tries[dead, 17] == 0
    with capsys.disabled():
        print(
            f"\n  {many} hosts: {sum(far.tries.values())} requests, {once} delivered,"
            f" {sent - once} twice ({far.lies} answers lost, {world.died} kills),"
            f" {sum(world.handled.values())} jobs taken up, {most_rows} rows in the middle of it"
        )


MOMENTS = st.integers(0, 2 * DAY)
ANSWERS: st.SearchStrategy[Answer] = st.sampled_from(["ok", "timeout", "lied", "500", "503", "429"])
DAYS_OF_A_HOST = st.lists(
    st.tuples(st.integers(MINUTE, DAY), ANSWERS, ANSWERS, st.sampled_from(["A", "B", ""])),
    max_size=6,
)
"""(for how long, what it answers, what it answers about one thing, that thing)"""
SAID = st.lists(st.tuples(MOMENTS, st.sampled_from("ABC")), min_size=1, max_size=12)
KILLS = st.lists(st.booleans(), max_size=40)


def played(parts: list[tuple[int, Answer, Answer, str]]) -> Behaviour:
    def behave(since: int, about: str) -> Answer:
        for lasts, usual, special, thing in parts:
            if since < lasts:
                return special if about == thing else usual
            since -= lasts
        return "ok"

    return behave


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(DAYS_OF_A_HOST, min_size=1, max_size=3), SAID, KILLS)
async def test_whatever_the_days_bring(
    house: House,
    lives: list[list[tuple[int, Answer, Answer, str]]],
    said: list[tuple[int, str]],
    kills: list[bool],
) -> None:
    """Any hosts, any failures, any kills: nothing is lost, nothing overtakes what it is about."""
    with pytest.MonkeyPatch.context() as patch:
        for table in (job_table, outgoing, peer_table, gone_inboxes):
            house.db.write_now(lambda tx, table=table: tx.run(table.delete()))
        world = World(house, patch)
        hosts = {f"h{n}.test": played(parts) for n, parts in enumerate(lives)}
        world.far.behaviour = hosts
        ada = known(house)
        fates = iter(kills)

        def dies() -> bool:
            return next(fates, False)

        for at, about in sorted(said):
            await world.until(at, dies=dies)
            world.say(ada, "Note", about, [f"https://{host}/inbox" for host in hosts])
        await world.until(12 * DAY, dies=dies)
        for host in hosts:
            got = world.far.once(host)
            assert sorted(got) == sorted(world.said)
            assert is_order_kept(got, world.said)
            for day in range(12):
                assert world.far.tries[host, day] <= 12 * 12 + TRIES_A_DAY
        assert world.waiting() == 0


def known(house: House) -> Account:
    """One author for all examples: making its key takes longer than the rest."""
    return house.db.read_now(lambda tx: accounts.by_handle(tx, "ada")) or house.person("ada")
