"""Somebody elsewhere goes on as another account: who followed them here comes along, and nobody is
sent to whom they do not want, or who does not want it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.federation.conftest import Receiving
from weft.federation import jobs as federation_jobs
from weft.kernel.errors import Forbidden
from weft.people import accounts, blocks, follows, moves, notes
from weft.people import jobs as people_jobs
from weft.people.model import Account, Relationship
from weft.reading import list_members, lists
from weft.store.database import Tx
from weft.work import jobs
from weft.work.runner import Runner

pytestmark = pytest.mark.anyio


def moved(actor: dict[str, Any], target: str, **changes: Any) -> dict[str, Any]:
    uri = actor["id"]
    return {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{uri}#moves/1",
        "type": "Move",
        "actor": uri,
        "object": uri,
        "target": target,
        "to": f"{uri}/followers",
    } | changes


class World:
    def __init__(self, receiving: Receiving) -> None:
        self.here = receiving
        self.db = receiving.db

    async def move(self, activity: dict[str, Any], **more: Any) -> None:
        """Send it, and wait until everything that follows is done."""
        assert await self.here.send(activity, **more) == 202
        await self.here.work()
        await self.work()

    async def work(self) -> None:
        if not await self.db.read(_carrying):
            return
        handlers = people_jobs.handlers(self.db)
        handlers = {"people.move": handlers["people.move"]}
        runner = asyncio.create_task(Runner(self.db, handlers, {"default": 2}).run())
        try:
            async with asyncio.timeout(20):
                while await self.db.read(_carrying):  # noqa: ASYNC110 - no event says "none left"
                    await asyncio.sleep(0.01)
        finally:
            runner.cancel()
            await asyncio.gather(runner, return_exceptions=True)

    async def stand(self, member: Account, uri: str) -> Relationship:
        def read(tx: Tx) -> Relationship:
            other = accounts.by_uri(tx, uri)
            assert other is not None
            return blocks.relationships(tx, member.id, [other.id])[0]

        return await self.db.read(read)

    async def do(
        self, member: Account, what: Callable[[Tx, Account, Account], Any], uri: str
    ) -> Any:
        target = await self.here.resolver.actor(uri)
        return await self.db.write(lambda tx: what(tx, member, target))


def _carrying(tx: Tx) -> int:
    table = jobs.jobs
    return tx.scalar(
        jobs.sa.select(jobs.sa.func.count()).where(
            table.c.kind == "people.move", table.c.dead_at.is_(None)
        )
    )


@pytest.fixture
def world(receiving: Receiving) -> World:
    return World(receiving)


def pair(world: World, **changes: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """bo of one server, who is bob of another now."""
    other = world.here.other
    old = other.actor("bo")
    new = other.actor("bob", host="third.test", key=1, **({"alsoKnownAs": [old["id"]]} | changes))
    return old, new


async def test_followers_go_along_as_they_followed(world: World) -> None:
    ada = world.here.house.person("ada")
    old, new = pair(world)
    source = await world.here.follow(ada, old["id"])
    choices = {"reblogs": False, "notify": True, "languages": ["en"]}
    await world.db.write(lambda tx: follows.follow(tx, ada, source, **choices))

    await world.move(moved(old, new["id"]))

    there = await world.stand(ada, new["id"])
    assert (there.requested, there.notifying) == (True, True)
    assert (there.showing_reblogs, there.languages) == (False, ["en"])
    before = await world.stand(ada, old["id"])
    assert not before.following
    account = await world.here.account(old["id"])
    assert account is not None
    assert account.moved_to == new["id"]


async def test_lists_notes_blocks_and_mutes_are_copied(world: World) -> None:
    ada, cal, dee = (world.here.house.person(name) for name in ("ada", "cal", "dee"))
    old, new = pair(world)
    source = await world.here.follow(ada, old["id"])
    made = await world.db.write(lambda tx: lists.create(tx, ada.id, "Neighbours"))
    await world.db.write(lambda tx: list_members.add(tx, ada.id, made.id, [source.id]))
    await world.db.write(lambda tx: notes.write(tx, ada, source, "met at the fair"))
    await world.db.write(lambda tx: blocks.block(tx, cal, source))
    await world.db.write(lambda tx: blocks.mute(tx, dee, source, notifications=False))

    await world.move(moved(old, new["id"]))

    members = await world.db.read(lambda tx: list_members.members(tx, ada.id, made.id, None))
    assert [one.uri for one in members] == [new["id"]]
    assert (await world.stand(ada, new["id"])).note == "met at the fair"
    blocking = await world.stand(cal, new["id"])
    assert blocking.blocking
    assert "@bo@" in blocking.note
    muting = await world.stand(dee, new["id"])
    assert (muting.muting, muting.muting_notifications) == (True, False)


async def test_the_other_account_must_agree(world: World) -> None:
    ada = world.here.house.person("ada")
    old, new = pair(world, alsoKnownAs=["https://elsewhere.example/users/x"])
    await world.here.follow(ada, old["id"])
    await world.move(moved(old, new["id"]))
    assert (await world.stand(ada, old["id"])).following
    account = await world.here.account(old["id"])
    assert account is not None
    assert account.moved_to is None


async def test_the_same_move_sent_again_is_heard_when_the_other_agrees_by_then(
    world: World,
) -> None:
    """People add the alias after they tried: Mastodon sends the same activity again."""
    ada = world.here.house.person("ada")
    old, new = pair(world, alsoKnownAs=[])
    await world.here.follow(ada, old["id"])
    await world.move(moved(old, new["id"]))
    pair(world)  # it agrees now
    await world.move(moved(old, new["id"]))
    assert (await world.stand(ada, new["id"])).requested
    assert not (await world.stand(ada, old["id"])).following


async def test_sent_thrice_it_is_done_once(world: World) -> None:
    """What somebody took back since is not brought back by a copy that comes late."""
    ada = world.here.house.person("ada")
    old, new = pair(world)
    await world.here.follow(ada, old["id"])
    await world.move(moved(old, new["id"]))
    await world.do(ada, follows.unfollow, new["id"])
    for number in (1, 2):
        await world.move(moved(old, new["id"], id=f"{old['id']}#moves/{number}"))
    assert not (await world.stand(ada, new["id"])).requested


async def test_to_and_fro_is_done_once_a_week(world: World, monkeypatch: Any) -> None:
    ada = world.here.house.person("ada")
    old, new = pair(world)
    third = world.here.other.actor("bobby", host="third.test", key=1, alsoKnownAs=[old["id"]])
    await world.here.follow(ada, old["id"])
    await world.move(moved(old, new["id"]))
    await world.do(ada, lambda tx, me, it: follows.follow(tx, me, it, carried=True), old["id"])
    await world.do(ada, lambda tx, me, it: follows.accept(tx, it, me), old["id"])
    await world.move(moved(old, third["id"], id=f"{old['id']}#moves/2"))
    assert (await world.stand(ada, old["id"])).following

    monkeypatch.setattr(moves, "COOL_DOWN", -1)
    await world.move(moved(old, third["id"], id=f"{old['id']}#moves/2"))
    assert (await world.stand(ada, third["id"])).requested


async def test_who_is_blocked_stays_so(world: World) -> None:
    ada, cal = world.here.house.person("ada"), world.here.house.person("cal")
    old, new = pair(world)
    for member in (ada, cal):
        await world.here.follow(member, old["id"])
    await world.do(ada, blocks.block, new["id"])
    await world.move(moved(old, new["id"]))
    there = await world.stand(ada, new["id"])
    assert there.blocking
    assert not there.requested
    assert (await world.stand(ada, old["id"])).following
    assert (await world.stand(cal, new["id"])).requested


async def test_nobody_is_sent_to_whom_an_admin_suspended(world: World) -> None:
    ada = world.here.house.person("ada")
    old, new = pair(world)
    await world.here.follow(ada, old["id"])
    await world.do(
        ada, lambda tx, _, it: accounts.update(tx, it.id, suspended_at=tx.now), new["id"]
    )
    await world.move(moved(old, new["id"]))
    assert (await world.stand(ada, old["id"])).following


@pytest.mark.parametrize("whose", ["object", "target"])
async def test_nobody_moves_somebody_else_or_nowhere(world: World, whose: str) -> None:
    ada = world.here.house.person("ada")
    old, new = pair(world)
    thief = world.here.other.actor("eve", alsoKnownAs=[old["id"]])
    await world.here.follow(ada, old["id"])
    if whose == "object":
        activity = moved(thief, thief["id"], object=old["id"])
    else:
        activity = moved(old, old["id"])
    await world.here.resolver.actor(thief["id"])
    await world.move(activity)
    assert (await world.stand(ada, old["id"])).following
    assert await world.here.account(new["id"]) is None


async def test_a_member_here_is_moved_to(world: World) -> None:
    """Somebody comes to this server: who followed them here follows them at once."""
    ada, bob = world.here.house.person("ada"), world.here.house.person("bob")
    old, _ = pair(world)
    source = await world.here.follow(ada, old["id"])
    await world.move(moved(old, bob.uri))
    assert (await world.stand(ada, old["id"])).following, "bob has not agreed"
    await world.db.write(lambda tx: moves.name_former(tx, bob, source))
    await world.move(moved(old, bob.uri))
    assert (await world.stand(ada, bob.uri)).following
    counted = await world.db.read(lambda tx: accounts.get(tx, bob.id))
    assert counted.followers_count == 1


async def test_whoever_moves_on_takes_along_who_comes_later(world: World) -> None:
    """bo → bob → bobby; the first Move arrives last."""
    ada = world.here.house.person("ada")
    old, new = pair(world)
    third = world.here.other.actor("bobby", host="third.test", key=1, alsoKnownAs=[new["id"]])
    await world.here.follow(ada, old["id"])
    await world.here.follow(world.here.house.person("cal"), new["id"])
    await world.move(moved(new, third["id"]), key=1)
    new["movedTo"] = third["id"]
    await world.move(moved(old, new["id"]))
    assert (await world.stand(ada, third["id"])).requested
    assert not (await world.stand(ada, new["id"])).requested


async def test_killed_between_two_parts_everybody_comes_along_once(
    world: World, monkeypatch: Any
) -> None:
    monkeypatch.setattr(
        moves,
        "_FOLLOWERS",
        moves._FOLLOWERS.limit(None).limit(2),
    )
    members = [world.here.house.person(f"m{number}") for number in range(7)]
    old, new = pair(world)
    for member in members:
        await world.here.follow(member, old["id"])
    assert await world.here.send(moved(old, new["id"])) == 202
    await world.here.work()
    # A worker did one part and died: what it wrote down is where the next begins.
    await world.db.write(lambda tx: _one_part(tx, commits=True))
    await world.db.write(lambda tx: _one_part(tx, commits=False))
    await world.work()
    for member in members:
        assert (await world.stand(member, new["id"])).requested
        assert not (await world.stand(member, old["id"])).following


def _one_part(tx: Tx, *, commits: bool) -> None:
    row = tx.row(jobs.sa.select(jobs.jobs).where(jobs.jobs.c.kind == "people.move"))
    assert row is not None
    then = moves.carry(tx, moves.Carrying(**row.payload))
    assert then is not None
    if commits:
        tx.run(jobs.jobs.update().where(jobs.jobs.c.id == row.id).values(payload=then.payload))


async def test_a_block_from_elsewhere_ends_follows_both_ways(world: World) -> None:
    ada = world.here.house.person("ada")
    bo = world.here.other.actor("bo")
    source = await world.here.follow(ada, bo["id"])
    await world.db.write(lambda tx: follows.follow(tx, source, ada, uri=f"{bo['id']}#f"))
    block = {"id": f"{bo['id']}#b", "type": "Block", "actor": bo["id"], "object": ada.uri}
    assert await world.here.send(block) == 202
    stand = await world.stand(ada, bo["id"])
    assert (stand.blocked_by, stand.following, stand.followed_by) == (True, False, False)
    undo = {"id": f"{bo['id']}#u", "type": "Undo", "actor": bo["id"], "object": block}
    assert await world.here.send(undo) == 202
    assert not (await world.stand(ada, bo["id"])).blocked_by


async def test_what_a_member_who_moved_says_is_refused(world: World) -> None:
    ada = world.here.house.person("ada")
    federation_jobs.react(world.db)
    _, new = pair(world, alsoKnownAs=[ada.uri])
    await world.do(ada, moves.depart, new["id"])
    gone = await world.db.read(lambda tx: accounts.get(tx, ada.id))
    with pytest.raises(Forbidden):
        world.here.house.post(gone, "still here")
    back = await world.db.write(lambda tx: moves.stay(tx, gone))
    assert world.here.house.post(back, "still here")
