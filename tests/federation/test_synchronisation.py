"""FEP-8fcf: two servers find out that they do not know of the same followers, and set it right."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import House
from tests.federation import recording
from tests.federation.conftest import Receiving
from tests.federation.stranger import create, key_pair, mention
from weft.federation import jobs as federation_jobs
from weft.federation import synchronisation
from weft.federation.request import InboxRequest
from weft.federation.synchronisation import Digests, digest, read_header
from weft.federation.tables import outgoing
from weft.net import cavage, keys
from weft.net.signatures import SignatureRejected
from weft.people import follows
from weft.people.model import Account
from weft.people.tables import follows as follow_table
from weft.work import jobs

pytestmark = pytest.mark.anyio


def test_the_number_is_the_one_of_the_fep() -> None:
    """Its own example."""
    uris = [f"https://testing.example.org/users/{number}" for number in (1, 2)]
    assert digest(uris) == "c33f48cd341ef046a206b8a72ec97af65079f9a3a9b90eef79c5920dce45c61f"
    assert digest([]) == "0" * 64


@given(st.text(max_size=300) | st.text('collectionIdurlgest="h:/,', max_size=300))
def test_any_header_is_read_or_none(text: str) -> None:
    told = read_header(text)
    assert told is None or len(told.digest) == 64


# -- sent -------------------------------------------------------------------------------------


async def test_it_goes_with_what_is_for_followers_only(house: House) -> None:
    federation_jobs.react(house.db)
    hosts = ["one.test", "two.test"]
    async with recording.listening() as peers, recording.delivering(house, hosts):
        ada = house.person("ada")
        bo = recording.remote(house, peers, "bo", "one.test")
        bea = recording.remote(house, peers, "bea", "one.test")
        cy = recording.remote(house, peers, "cy", "two.test")
        for one in (bo, bea, cy):
            recording.follow(house, one, ada)
        house.post(ada, "for all")
        house.post(ada, "for few", visibility="private")
        await recording.until(lambda: sum(b["type"] == "Create" for b in peers.bodies()) == 4)
        seen = {
            (one.host, bool(one.json["object"]["content"].count("few"))): one.headers
            for one in peers.received
            if one.json["type"] == "Create"
        }
        for host, followers in (("one.test", [bo, bea]), ("two.test", [cy])):
            assert synchronisation.NAME not in seen[host, False]
            headers = seen[host, True]
            told = read_header(headers[synchronisation.NAME])
            assert told is not None
            assert told.collection == ada.followers_uri
            assert told.digest == digest(one.uri for one in followers)
            assert synchronisation.NAME in headers["signature"], "unsigned, it is not believed"


async def test_the_number_follows_every_change(house: House) -> None:
    ada, digests = house.person("ada"), Digests()
    bo, bea = house.remote("bo", "one.test"), house.remote("bea", "one.test")

    def told() -> str:
        return house.db.read_now(
            lambda tx: digests.header(tx, ada.id, "https://one.test/inbox").split('"')[5]
        )

    assert told() == digest([])
    for one in (bo, bea):
        house.db.write_now(lambda tx, one=one: follows.follow(tx, one, ada))
    assert told() == digest([bo.uri, bea.uri])
    house.db.write_now(lambda tx: follows.unfollow(tx, bo, ada))
    assert told() == digest([bea.uri])
    house.db.write_now(lambda tx: follows.follow(tx, bo, ada))
    house.db.write_now(lambda tx: follows.unfollow(tx, bea, ada))
    assert told() == digest([bo.uri]), "as many as before, and somebody else"


async def test_beyond_a_bound_nothing_is_counted(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(synchronisation, "MOST", 0)
    ada, bo = house.person("ada"), house.remote("bo", "one.test")
    house.db.write_now(lambda tx: follows.follow(tx, bo, ada))
    header = house.db.read_now(lambda tx: Digests().header(tx, ada.id, "https://one.test/inbox"))
    assert header == ""


async def test_each_server_is_shown_its_own_members(receiving: Receiving) -> None:
    ada = receiving.house.person("ada")
    other = receiving.other
    bo = await receiving.resolver.actor(other.actor("bo")["id"])
    cy = await receiving.resolver.actor(other.actor("cy", host="third.test", key=1)["id"])
    for one in (bo, cy):
        await receiving.db.write(lambda tx, one=one: follows.follow(tx, one, ada))
    found = await receiving.db.read(lambda tx: synchronisation.partial(tx, ada, cy.uri))
    assert found == [cy.uri]


async def test_whoever_asks_signs(receiving: Receiving) -> None:
    actor = receiving.other.actor("server", type="Application")
    url = "http://weft.test/ap/users/1/followers_synchronization"
    signer = cavage.Signer(f"{actor['id']}#main-key", keys.private_key(key_pair(0).private_pem))
    sent = {name.lower(): value for name, value in signer.headers("GET", url, time.time()).items()}
    asked = InboxRequest(urlsplit(url).path, sent, b"", "GET")
    assert await receiving.inbox.asking(asked) == actor["id"]
    for bad in (
        InboxRequest(asked.target, {}, b"", "GET"),
        InboxRequest("/ap/users/2/followers_synchronization", sent, b"", "GET"),
    ):
        with pytest.raises(SignatureRejected):
            await receiving.inbox.asking(bad)


# -- received ---------------------------------------------------------------------------------


class Side:
    """bo of another server, and what it says of its followers here."""

    def __init__(self, world: Receiving, author: dict[str, Any]) -> None:
        self.world = world
        self.author = author
        self.url = f"{author['id']}/followers_synchronization"

    async def tell(
        self, digest_: str, *, number: int = 1, signed: bool = True, **bent: str
    ) -> None:
        """A private post with the header."""
        named = {"collectionId": self.author["followers"], "url": self.url, "digest": digest_}
        header = ", ".join(f'{name}="{value}"' for name, value in (named | bent).items())
        note = self.world.other.note(
            self.author, f"p{number}", to=[self.author["followers"]], cc=[], tag=[mention("x:y")]
        )
        raw = json.dumps(create(note)).encode()
        more = {synchronisation.HEADER: header}
        signer = cavage.Signer(
            f"{self.author['id']}#main-key",
            keys.private_key(key_pair(0).private_pem),
            more if signed else {},
        )
        headers = signer.headers(
            "POST",
            "http://weft.test/inbox",
            time.time(),
            body=raw,
            content_type="application/activity+json",
        )
        arrived = {name.lower(): value for name, value in (headers | more).items()}
        assert await self.world.inbox.accept(InboxRequest("/inbox", arrived, raw)) == 202

    async def look(self) -> bool:
        """Whether the list is asked for; it is, at once."""
        table = jobs.jobs

        def hurry(tx: Any) -> int:
            kind = table.c.kind == "federation.synchronise"
            tx.run(table.update().where(kind).values(run_at=0))
            return len(tx.rows(jobs.sa.select(table.c.id).where(kind)))

        asked = await self.world.db.write(hurry)
        await self.world.work()
        return bool(asked)

    def serve(self, *uris: str, **bent: Any) -> None:
        self.world.other.serve(
            self.url,
            {
                "id": self.url,
                "type": "OrderedCollection",
                "orderedItems": list(uris),
            }
            | bent,
        )

    async def following(self, member: Account) -> bool | None:
        def read(tx: Any) -> bool | None:
            row = tx.rows(
                jobs.sa.select(follow_table.c.accepted).where(
                    follow_table.c.follower_id == member.id
                )
            )
            return row[0][0] if row else None

        return await self.world.db.read(read)


@pytest.fixture
async def side(receiving: Receiving, monkeypatch: pytest.MonkeyPatch) -> Side:
    monkeypatch.setattr(synchronisation, "GRACE", -1)
    return Side(receiving, receiving.other.actor("bo"))


async def test_both_sides_are_set_right(side: Side) -> None:
    """ada is known here alone, cal waits for an answer that was lost, dee is known there alone."""
    federation_jobs.react(side.world.db)
    house = side.world.house
    ada, cal, dee, eve = (house.person(name) for name in ("ada", "cal", "dee", "eve"))
    actor = await side.world.follow(ada, side.author["id"])
    await side.world.follow(eve, side.author["id"])
    await side.world.db.write(lambda tx: follows.follow(tx, cal, actor))
    there = [cal.uri, dee.uri, eve.uri]
    side.serve(*there)
    await side.tell(digest(there))
    assert await side.look()
    assert [await side.following(one) for one in (ada, cal, dee, eve)] == [None, True, None, True]

    def undone(tx: Any) -> list[Any]:
        found = tx.rows(jobs.sa.select(outgoing.c.body).where(outgoing.c.kind == "Undo"))
        return [json.loads(row.body) for row in found]

    told = await side.world.db.read(undone)
    assert {one["actor"] for one in told} == {ada.uri, dee.uri}
    assert {one["object"]["object"] for one in told} == {side.author["id"]}


async def test_nothing_is_asked_while_both_agree(side: Side) -> None:
    ada = side.world.house.person("ada")
    await side.world.follow(ada, side.author["id"])
    await side.tell(digest([ada.uri]))
    assert not await side.look()


async def test_where_they_keep_disagreeing_it_is_asked_seldom(side: Side) -> None:
    ada = side.world.house.person("ada")
    await side.world.follow(ada, side.author["id"])
    side.serve(ada.uri)
    await side.tell(digest([]))
    assert await side.look()
    side.world.other.asked.clear()
    await side.tell(digest([]), number=2)
    assert not await side.look()
    assert side.world.other.asked == []


@pytest.mark.parametrize(
    "bent",
    [
        {"collectionId": "http://third.test/users/cy/followers"},
        {"url": "http://third.test/users/cy/followers_synchronization"},
        {"digest": "zz"},
    ],
    ids=["collection", "url", "digest"],
)
async def test_of_others_followers_nobody_may_speak(side: Side, bent: dict[str, str]) -> None:
    ada = side.world.house.person("ada")
    await side.world.follow(ada, side.author["id"])
    await side.tell(digest([]), **bent)
    assert not await side.look()


async def test_what_is_not_signed_is_not_read(side: Side) -> None:
    ada = side.world.house.person("ada")
    await side.world.follow(ada, side.author["id"])
    await side.tell(digest([]), signed=False)
    assert not await side.look()


@pytest.mark.parametrize("how", ["missing", "hidden", "part", "foreign"])
async def test_half_a_list_ends_no_follow(side: Side, how: str) -> None:
    ada = side.world.house.person("ada")
    await side.world.follow(ada, side.author["id"])
    if how == "hidden":
        side.world.other.serve(
            side.url, {"id": side.url, "type": "OrderedCollection", "totalItems": 1}
        )
    elif how == "part":
        side.serve(next=f"{side.url}?page=2")
    elif how == "foreign":
        side.serve(next=side.url.replace("other.test", "third.test"))
    await side.tell(digest([]))
    assert await side.look()
    assert await side.following(ada) is True


async def test_a_follow_of_a_moment_ago_stays(side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synchronisation, "GRACE", 60_000)
    ada = side.world.house.person("ada")
    await side.world.follow(ada, side.author["id"])
    side.serve()
    await side.tell(digest([]))
    assert await side.look()
    assert await side.following(ada) is True


@pytest.mark.parametrize(
    "to",
    ["https://a.test/followers", 7, {"id": "x"}, ["https://other.test/u/x/followers"]],
    ids=["word", "number", "object", "theirs"],
)
def test_what_is_passed_on_as_it_came_is_addressed_as_its_server_does(to: object) -> None:
    """It was a failure of the delivery, again and again."""
    came = {"type": "Delete", "actor": "https://other.test/u/y", "to": to}
    assert not synchronisation.is_private(json.dumps(came).encode())
