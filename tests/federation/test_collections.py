"""Members in collections of people elsewhere (FEP-7aa9): asked, answered, seen, and left for good."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from tests.federation.conftest import Receiving
from weft.federation import jobs as federation_jobs
from weft.federation.render import consent as rendered
from weft.federation.tables import outgoing
from weft.people import accounts, blocks, collections, collections_elsewhere
from weft.people.model import Account
from weft.people.tables import accounts as account_table
from weft.store.page import Page
from weft.threads import features, notices, stamps
from weft.work import jobs

pytestmark = pytest.mark.anyio


class World:
    """Ada and Bob are here; Zoe is elsewhere, and has a collection."""

    def __init__(self, receiving: Receiving) -> None:
        self.receiving, self.db, self.other = receiving, receiving.db, receiving.other
        federation_jobs.react(self.db)
        self.ada, self.bob = (receiving.house.person(name) for name in ("ada", "bob"))
        self.zoe = self.other.actor("zoe")
        self.uri = f"{self.other.base()}/users/zoe/collections/1"
        self.serve()

    def serve(self, **more: Any) -> None:
        document = {
            "id": self.uri,
            "type": "FeaturedCollection",
            "attributedTo": self.zoe["id"],
            "name": "Weavers",
            "summaryMap": {"en": "<p>at looms</p>"},
            "topic": {"type": "Hashtag", "name": "#Weaving"},
            "orderedItems": [],
        }
        self.other.serve(self.uri, document | more)

    async def ask(self, whom: Account, slug: str = "1", **more: Any) -> None:
        activity = {
            "id": f"{self.uri}/asks/{slug}",
            "type": "FeatureRequest",
            "actor": self.zoe["id"],
            "object": whom.uri,
            "instrument": self.uri,
        }
        await self.receiving.send(activity | more)
        await self.receiving.work()

    def told(self) -> list[dict[str, Any]]:
        rows = self.db.read_now(
            lambda tx: tx.rows(sa.select(outgoing.c.body).order_by(outgoing.c.id))
        )
        return [msgspec.json.decode(row[0]) for row in rows]

    def shown(self, whom: Account) -> list[collections.Collection]:
        return self.db.read_now(lambda tx: collections.featuring(tx, whom.id, limit=10, offset=0))

    def change(self, whom: Account, **columns: Any) -> None:
        change = account_table.update().where(account_table.c.id == whom.id).values(**columns)
        self.db.write_now(lambda tx: tx.run(change))


@pytest.fixture
def world(receiving: Receiving) -> World:
    return World(receiving)


async def test_who_may_be_discovered_is_shown_and_told(world: World) -> None:
    for whom in (world.ada, world.bob):
        await world.ask(whom, str(whom.id))
    answers = world.told()
    assert [(one["type"], one["actor"]) for one in answers] == [
        ("Accept", world.ada.uri),
        ("Accept", world.bob.uri),
    ]
    first = answers[0]
    assert first["to"] == [world.zoe["id"]]
    assert first["object"] == {
        "id": f"{world.uri}/asks/{world.ada.id}",
        "type": "FeatureRequest",
        "actor": world.zoe["id"],
        "object": world.ada.uri,
        "instrument": world.uri,
    }
    stamp = world.db.read_now(lambda tx: stamps.by_uri(tx, first["result"]))
    assert stamp is not None
    assert rendered.stamp(stamp, world.ada) == {
        "id": stamp.uri,
        "type": "FeatureAuthorization",
        "attributedTo": world.ada.uri,
        "interactingObject": world.uri,
        "interactionTarget": world.ada.uri,
    }
    [one] = world.shown(world.ada)
    assert (one.uri, one.name, one.description, one.tag) == (
        world.uri,
        "Weavers",
        "at looms",
        "Weaving",
    )
    listed = world.db.read_now(lambda tx: notices.listed(tx, world.ada.id, Page()))
    assert [notice.kind for notice in listed] == ["added_to_collection"]
    # Asked again it is the same yes, and nobody is told twice.
    await world.ask(world.ada, "again")
    assert world.told()[-1]["result"] == stamp.uri
    assert len(world.db.read_now(lambda tx: notices.listed(tx, world.ada.id, Page()))) == 1


@pytest.mark.parametrize("why", ["hidden", "locked", "blocked"])
async def test_who_does_not_want_it_is_not_shown(world: World, why: str) -> None:
    zoe = await world.receiving.resolver.actor(world.zoe["id"])
    if why == "blocked":
        world.db.write_now(lambda tx: blocks.block(tx, world.ada, zoe))
        world.db.write_now(lambda tx: tx.run(outgoing.delete()))
    else:
        world.change(
            world.ada, **({"locked": True} if why == "locked" else {"discoverable": False})
        )
    await world.ask(world.ada)
    [answer] = world.told()
    assert (answer["type"], answer["object"]["id"]) == ("Reject", f"{world.uri}/asks/1")
    assert "result" not in answer
    assert world.shown(world.ada) == []


async def test_followers_show_whom_they_were_let_follow(world: World) -> None:
    zoe = await world.receiving.resolver.actor(world.zoe["id"])
    follow = {"id": f"{world.zoe['id']}/f/1", "type": "Follow", "actor": world.zoe["id"]}
    await world.receiving.send(follow | {"object": world.ada.uri})
    world.change(world.ada, locked=True)
    await world.ask(world.ada)
    assert [one["type"] for one in world.told()] == ["Accept", "Accept"]
    ada = world.db.read_now(lambda tx: accounts.get(tx, world.ada.id))
    policy = rendered.may_feature(ada)
    assert policy == {"canFeature": {"automaticApproval": [ada.followers_uri]}}
    assert zoe.id == world.shown(ada)[0].account_id


@pytest.mark.parametrize("how", ["leaves", "blocks"])
async def test_who_leaves_is_shown_no_more_anywhere(world: World, how: str) -> None:
    await world.ask(world.ada)
    [accept] = world.told()
    zoe = await world.receiving.resolver.actor(world.zoe["id"])
    [one] = world.shown(world.ada)
    if how == "leaves":
        item = one.items[0].id
        world.db.write_now(lambda tx: features.leave(tx, world.ada, one.id, item))
    else:
        world.db.write_now(lambda tx: blocks.block(tx, world.ada, zoe))
    [gone] = [told for told in world.told() if told["type"] == "Delete"]
    assert (gone["actor"], gone["object"]) == (world.ada.uri, accept["result"])
    to = sa.select(jobs.jobs.c.payload).where(jobs.jobs.c.kind == "federation.deliver")
    inboxes = {row[0]["inbox"] for row in world.db.read_now(lambda tx: tx.rows(to))}
    assert f"{world.zoe['id']}/inbox" in inboxes or world.zoe["endpoints"]["sharedInbox"] in inboxes
    stamp = world.db.read_now(lambda tx: stamps.by_uri(tx, accept["result"]))
    assert stamp is not None
    assert stamp.revoked_at is not None
    assert world.shown(world.ada) == []
    # For good.
    await world.ask(world.ada, "again")
    assert world.told()[-1]["type"] == "Reject"


async def test_nobody_asks_for_anothers_collection(world: World) -> None:
    yan = world.other.actor("yan")
    theirs = f"{world.other.base('third.test')}/collections/1"
    world.serve(attributedTo=yan["id"])
    await world.ask(world.ada)  # it is Yan's, who is not known here
    await world.receiving.resolver.actor(yan["id"])
    await world.ask(world.ada, "2")
    await world.ask(world.ada, "3", instrument=theirs)
    assert world.told() == []
    assert world.shown(world.ada) == []


async def test_one_account_has_so_many_and_no_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collections_elsewhere, "MOST", 1)
    await world.ask(world.ada)
    world.uri = f"{world.uri}0"
    world.serve()
    await world.ask(world.bob)
    assert [one["actor"] for one in world.told()] == [world.ada.uri]


@pytest.mark.parametrize("kind", ["OrderedCollection", "Note"])
async def test_what_is_no_collection_of_accounts_shows_nobody(world: World, kind: str) -> None:
    world.serve(type=kind)
    await world.ask(world.ada)
    assert world.told() == []
    assert world.shown(world.ada) == []


async def test_a_collection_that_is_deleted_shows_nobody(world: World) -> None:
    await world.ask(world.ada)
    gone = {"id": f"{world.uri}#gone", "type": "Delete", "object": world.uri}
    yan = world.other.actor("yan")
    await world.receiving.resolver.actor(yan["id"])
    await world.receiving.send(gone | {"actor": yan["id"]})
    assert len(world.shown(world.ada)) == 1
    await world.receiving.send(gone | {"id": f"{world.uri}#2", "actor": world.zoe["id"]})
    assert world.shown(world.ada) == []
    assert world.db.read_now(lambda tx: collections_elsewhere.by_uri(tx, world.uri)) is None
