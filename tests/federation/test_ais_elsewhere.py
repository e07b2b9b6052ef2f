"""AIs across servers: they say what they are, keep silent among themselves, and every chain ends.

Two Weft servers, each with its own store, hand one another what they write to be sent, signed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from shutil import copy
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
import sqlalchemy as sa

from tests.ai.town import Town
from tests.conftest import House
from tests.federation.conftest import Receiving
from tests.federation.stranger import Stranger, create, key_pair, mention
from weft.ai import hops, hourly, members
from weft.federation import jobs as federation_jobs
from weft.federation import outbox, render
from weft.federation.tables import outgoing
from weft.federation.vocabulary import contextualise
from weft.kernel.clock import iso, now_ms
from weft.kernel.site import Site
from weft.net.client import Client
from weft.net.guard import Guard
from weft.people import accounts
from weft.people.model import Account
from weft.people.tables import accounts as account_table
from weft.threads import posts
from weft.threads.model import Post
from weft.threads.tables import posts as post_table

pytestmark = pytest.mark.anyio

ROUNDS = 8
"""Of letters between two servers. A chain that has not ended by then never does."""


# -- what an AI says of itself -------------------------------------------------------------------


async def test_one_document_says_four_times_that_it_is_an_ai(house: House) -> None:
    ada = house.person("ada")
    guide = house.db.write_now(lambda tx: members.create(tx, ada, "guide", name="Guide"))
    document = contextualise(render.actor(house.db.site, guide, "PEM"))
    assert document["type"] == "Service"
    rows = {row["name"]: row["value"] for row in document["attachment"]}
    assert "is an AI" in rows["AI"]
    assert f'href="{ada.url}"' in rows["Run by"]
    assert 'rel="me ' in rows["Run by"]
    assert document["summary"].startswith("<p>I am an AI, run by")
    assert ada.url in document["summary"]
    assert document["weft:aiLabel"] == rows["AI"]
    assert document["weft:operator"] == ada.uri
    assert document["@context"][-1]["weft"] == "urn:weft:ns:"


# -- machines that call an AI here ---------------------------------------------------------------


Machine = tuple[dict[str, Any], dict[str, Any]]
"""What is special about its actor, and about its notes."""

MACHINES: dict[str, Machine] = {
    "a labelled AI": ({"type": "Service", "weft:aiLabel": "An AI."}, {"weft:aiGenerated": True}),
    "an AI that forgets to say so in its notes": (
        {"type": "Service", "weft:aiLabel": "An AI."},
        {},
    ),
    "a bot without a label": ({"type": "Service"}, {}),
    "an application": ({"type": "Application"}, {}),
    "a person whose words a machine wrote": ({}, {"weft:aiGenerated": True}),
    "a person whose words say only how many lines led to them": ({}, {"weft:hops": 1}),
}


class World:
    """A guide is here; a machine, Zoe and Yan are elsewhere."""

    def __init__(self, receiving: Receiving) -> None:
        self.receiving, self.other = receiving, receiving.other
        self.town = Town(receiving.house)
        self.ada = receiving.house.person("ada")
        self.guide = self.town.ai(self.ada, "guide")
        self.zoe = self.other.actor("zoe")
        self.yan = self.other.actor("yan", host="third.test")
        self._notes = 0

    async def says(
        self, by: dict[str, Any], *called: dict[str, Any] | Account, **more: Any
    ) -> dict[str, Any]:
        """A note arrives, that mentions some."""
        self._notes += 1
        uris = [one.uri if isinstance(one, Account) else one["id"] for one in called]
        note = self.other.note(
            by, str(self._notes), "hello?", tag=[mention(uri, "@x") for uri in uris], **more
        )
        note |= {"published": iso(now_ms())}
        assert await self.receiving.send(create(note)) == 202
        await self.receiving.work()
        return note

    def answered(self) -> int:
        """How many turns were taken."""
        return self.town.answer_all()


@pytest.fixture
def world(receiving: Receiving) -> World:
    return World(receiving)


@pytest.mark.parametrize("kind", MACHINES)
async def test_no_machine_is_answered_that_nobody_asked(world: World, kind: str) -> None:
    actor, note = MACHINES[kind]
    machine = world.other.actor("machine", **actor)
    await world.says(machine, world.guide, **note)
    assert world.town.outcomes(world.guide) == [("silent", "nobody_asked")]
    assert world.answered() == 0


@pytest.mark.parametrize("kind", MACHINES)
async def test_a_person_may_ask_both_to_talk(world: World, kind: str) -> None:
    actor, note = MACHINES[kind]
    machine = world.other.actor("machine", **actor)
    await world.receiving.resolver.actor(machine["id"])
    root = await world.says(world.zoe, world.guide, machine)
    assert world.answered() == 1
    await world.says(machine, world.guide, inReplyTo=root["id"], **note)
    assert world.answered() == 1
    assert [post.ai and post.ai["hops"] for post in world.town.answers(world.guide)] == [1, 2]


async def test_two_people_who_ask_one_each_have_not_asked_for_it(world: World) -> None:
    machine = world.other.actor("machine", type="Service")
    await world.receiving.resolver.actor(machine["id"])
    root = await world.says(world.zoe, world.guide)
    await world.says(world.yan, machine, inReplyTo=root["id"])
    assert world.answered() == 1
    await world.says(machine, world.guide, inReplyTo=root["id"])
    assert world.town.outcomes(world.guide)[-1] == ("silent", "nobody_asked")


async def test_what_a_machine_asks_for_is_no_persons_ask(world: World) -> None:
    """Nor may a person's account ask with words that a machine wrote."""
    machine = world.other.actor("machine", type="Service")
    await world.receiving.resolver.actor(machine["id"])
    root = await world.says(world.zoe, world.guide)
    told = {"inReplyTo": root["id"], "weft:aiGenerated": True}
    await world.says(world.zoe, world.guide, machine, **told)
    await world.says(machine, world.guide, inReplyTo=root["id"])
    assert world.town.outcomes(world.guide)[1:] == [("silent", "nobody_asked")] * 2


@pytest.mark.parametrize(
    "term",
    [
        {"weft:noAI": True},
        {"interactionPolicy": {"weft:canInvokeAI": {"automaticApproval": []}}},
    ],
    ids=["noAI", "canInvokeAI"],
)
async def test_a_thread_elsewhere_without_ais(world: World, term: dict[str, Any]) -> None:
    root = await world.says(world.zoe, world.ada, **term)
    await world.says(world.yan, world.guide, inReplyTo=root["id"])
    [(outcome, reason)] = world.town.outcomes(world.guide)
    assert (outcome, reason) == ("silent", "thread_off")


async def test_each_server_has_a_budget_and_uses_up_no_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hourly, "SERVER_PER_HOUR", 2)
    for name in ("one", "two", "three", "four"):
        await world.says(world.other.actor(name), world.guide)
        world.answered()
    assert world.town.outcomes(world.guide) == [
        ("answered", ""),
        ("answered", ""),
        ("declined", "server_budget"),
        ("silent", "server_budget"),
    ]
    await world.says(world.yan, world.guide)
    world.answered()
    assert world.town.outcomes(world.guide)[-1] == ("answered", "")


# -- two servers ---------------------------------------------------------------------------------


class Server:
    """A Weft server: its store, its way in, and a face that serves what it renders."""

    def __init__(self, house: House, client: Client, face: Stranger) -> None:
        self.house, self.face = house, face
        self.db, self.site = house.db, house.db.site
        federation_jobs.react(self.db)
        self.town = Town(house)
        self.receiving = Receiving(house, client, face)
        self._sent: set[int] = set()

    def show(self) -> None:
        """Serve whom and what it has."""
        pem = key_pair(0).public_pem
        for row in self.db.read_now(
            lambda tx: tx.rows(sa.select(account_table.c.id).where(account_table.c.domain == ""))
        ):
            account = self.db.read_now(lambda tx, row=row: accounts.get(tx, row.id))
            self.face.serve(account.uri, contextualise(render.actor(self.site, account, pem)))
            self.face.webfinger(account.username, account.uri)
        for post in self.lines():
            if post.local:
                self.face.serve(post.uri, contextualise(self.note(post)))

    def note(self, post: Post) -> dict[str, Any]:
        author = self.db.read_now(lambda tx: accounts.get(tx, post.author_id))
        around = self.db.read_now(lambda tx: outbox.around(tx, post))
        return render.note(self.site, post, author, around)

    def lines(self) -> list[Post]:
        rows = self.db.read_now(
            lambda tx: tx.rows(sa.select(*posts.COLUMNS).order_by(post_table.c.id))
        )
        return [Post(*row) for row in rows]

    async def carry(self, there: Server, change: Callable[[Any], None] | None = None) -> int:
        """Bring what was written to be sent since the last time; gives how much it was."""
        self.show()
        rows = self.db.read_now(
            lambda tx: tx.rows(sa.select(outgoing.c.id, outgoing.c.body).order_by(outgoing.c.id))
        )
        new = [row for row in rows if row.id not in self._sent]
        for row in new:
            self._sent.add(row.id)
            activity = msgspec.json.decode(row.body)
            if change is not None:
                change(activity)
            request = self.face.request(activity, to=f"{there.site.base}/inbox")
            assert await there.receiving.inbox.accept(request) == 202
            await there.receiving.work()
        return len(new)

    async def meet(self, who: Account) -> Account:
        """Look up somebody of the other server."""
        return await self.receiving.resolver.actor(who.uri)


@pytest.fixture
async def servers(
    house: House, sqlite_template: Path, tmp_path: Path
) -> AsyncIterator[tuple[Server, Server]]:
    """The first on the engine under test."""
    async with Stranger("here.test") as one, Stranger("there.test") as two:
        far = tmp_path / "there.db"
        copy(sqlite_template, far)
        sites = [Site(face.domain(), face.base()) for face in (one, two)]
        house.db.site = sites[0]
        second = House(f"sqlite:///{far}", sites[1], made=True)
        client = Client(
            user_agent="Weft/test",
            guard=Guard(["127.0.0.0/8"], allow_http=True),
            resolve=one.resolve | two.resolve,
        )
        async with client:
            yield Server(house, client, one), Server(second, client, two)
        second.db.close()


async def test_a_chain_over_two_servers_and_back_ends(servers: tuple[Server, Server]) -> None:
    here, there = servers
    pia = here.house.person("pia")
    guide = here.town.ai(pia, "guide")
    oracle = there.town.ai(there.house.person("zoe"), "oracle")
    here.show()
    there.show()
    await here.meet(oracle)
    at_guide = f"@guide@{here.site.domain} and you?"
    at_oracle = f"@oracle@{there.site.domain} and you?"
    here.house.post(pia, f"@guide @oracle@{there.site.domain}: what is a weft? Discuss.")
    carried = 1
    for _ in range(ROUNDS):
        # Each answers whatever it may, and calls the other whenever it speaks.
        here.town.answer_all(at_oracle)
        carried = await here.carry(there)
        there.town.answer_all(at_guide)
        carried += await there.carry(here)
        if not carried:
            break
    assert carried == 0, "they never stop"
    said = {
        server.site.domain: sorted(post.ai["hops"] for post in server.lines() if post.ai)
        for server in servers
    }
    # Both counts are the same on both servers: none was lost on its way.
    assert said[here.site.domain] == said[there.site.domain]
    assert max(said[here.site.domain]) == hops.HOP_BUDGET
    assert 1 < len(said[here.site.domain]) <= 2 * hops.HOP_BUDGET
    assert ("silent", "hops") in here.town.outcomes(guide) + there.town.outcomes(oracle)


async def test_the_count_alone_ends_a_chain_whose_lines_are_not_known(
    servers: tuple[Server, Server],
) -> None:
    """An answer that came by a second server says how many lines led to it, though this server
    has seen none of them.
    """
    here, there = servers
    ada, zoe = here.house.person("ada"), there.house.person("zoe")
    guide = here.town.ai(ada, "guide")
    oracle, sage = there.town.ai(zoe, "oracle"), there.town.ai(zoe, "sage")
    for server in servers:
        server.show()
    await there.meet(guide)
    root = there.house.post(zoe, "@oracle @sage talk")
    there.town.answer_all("hm")
    (first,) = [one for one in there.town.answers(oracle) if one.reply_to_id == root.id]
    there.house.post(
        sage, f"@guide@{here.site.domain}?", reply_to_id=first.id, ai={"hops": hops.HOP_BUDGET}
    )

    def alone(activity: dict[str, Any]) -> None:
        activity["object"]["inReplyTo"] = None

    assert await there.carry(here, alone) > 0
    (line,) = [post for post in here.lines() if post.ai]
    assert line.ai == {"hops": hops.HOP_BUDGET}
    assert line.reply_to_id is None
    assert here.town.outcomes(guide) == [("silent", "hops")]
    assert urlsplit(line.uri).hostname == "there.test"
