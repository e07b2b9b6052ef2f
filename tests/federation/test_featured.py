"""What people show on their profiles, seen from other servers, in both directions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import House
from tests.federation import recording
from tests.federation.conftest import Receiving
from weft.federation import jobs as federation_jobs
from weft.people import remote_details
from weft.reading import featured
from weft.threads import pins

pytestmark = pytest.mark.anyio


def change(kind: str, actor: dict[str, Any], what: Any, target: str = "", number: int = 1) -> Any:
    return {
        "id": f"{actor['id']}#{kind}/{number}",
        "type": kind,
        "actor": actor["id"],
        "object": what,
        "target": target or f"{actor['id']}/collections/featured",
    }


async def on_top(world: Receiving, uri: str) -> list[str]:
    account = await world.account(uri)
    assert account is not None
    found = await world.db.read(lambda tx: pins.pinned(tx, None, account.id))
    return [post.uri for post in found]


async def known(world: Receiving) -> dict[str, Any]:
    """bo of another server, whom a member here follows."""
    bo = world.other.actor("bo")
    await world.follow(world.house.person("ada"), bo["id"])
    return bo


async def test_posts_are_put_on_top_and_taken_off(receiving: Receiving) -> None:
    """The post is fetched when it is not here yet."""
    bo = await known(receiving)
    note = receiving.other.note(bo, "1")
    assert await receiving.send(change("Add", bo, note["id"])) == 202
    await receiving.work()
    assert await on_top(receiving, bo["id"]) == [note["id"]]
    assert await receiving.send(change("Remove", bo, note["id"])) == 202
    assert await on_top(receiving, bo["id"]) == []


async def test_nobody_puts_up_what_is_not_theirs_or_elsewhere(receiving: Receiving) -> None:
    bo = await known(receiving)
    cy = receiving.other.actor("cy", key=1)
    await receiving.follow(receiving.house.person("cal"), cy["id"])
    theirs, own = receiving.other.note(cy, "1"), receiving.other.note(bo, "2")
    for activity in (
        change("Add", bo, theirs["id"]),
        change("Add", bo, own["id"], f"{cy['id'].replace('other', 'third')}/featured", 2),
    ):
        assert await receiving.send(activity) == 202
        await receiving.work()
    account = await receiving.account(bo["id"])
    assert account is not None
    await receiving.db.write(
        lambda tx: remote_details.put(
            tx, account.id, links={"featured": f"{bo['id']}/collections/featured"}
        )
    )
    assert await receiving.send(change("Add", bo, own["id"], f"{bo['id']}/others", 3)) == 202
    await receiving.work()
    assert await on_top(receiving, bo["id"]) == []


async def test_a_profile_is_no_store(receiving: Receiving) -> None:
    bo = await known(receiving)
    for number in range(pins.ELSEWHERE_MAX + 3):
        note = receiving.other.note(bo, str(number))
        await receiving.send(change("Add", bo, note["id"], number=number))
    await receiving.work()
    assert len(await on_top(receiving, bo["id"])) == pins.ELSEWHERE_MAX


async def test_hashtags_on_a_profile(receiving: Receiving) -> None:
    bo = await known(receiving)
    account = await receiving.account(bo["id"])
    assert account is not None
    tag = {"type": "Hashtag", "name": "#Bread", "href": "https://other.test/tags/bread"}

    async def names() -> list[str]:
        found = await receiving.db.read(lambda tx: featured.of(tx, account.id))
        return [one.name for one in found]

    await receiving.send(change("Add", bo, tag))
    assert await names() == ["Bread"]
    await receiving.send(change("Remove", bo, tag))
    assert await names() == []


async def test_what_members_show_is_told(house: House) -> None:
    federation_jobs.react(house.db)
    async with recording.listening() as peers, recording.delivering(house, ["peer.test"]):
        ada = house.person("ada")
        recording.follow(house, recording.remote(house, peers, "bo", "peer.test"), ada)
        post, secret = house.post(ada, "top"), house.post(ada, "few", visibility="private")
        for one in (post, secret):
            await house.db.write(lambda tx, one=one: pins.pin(tx, ada, one.id))
        await house.db.write(lambda tx: pins.unpin(tx, ada, post.id))
        await house.db.write(lambda tx: featured.feature(tx, ada, "Bread"))
        await house.db.write(lambda tx: featured.unfeature(tx, ada, "bread"))

        def told() -> list[dict[str, Any]]:
            return [body for body in peers.bodies() if body["type"] in {"Add", "Remove"}]

        await recording.until(lambda: len(told()) == 4)
        assert {body["target"] for body in told()} == {f"{ada.uri}/featured"}
        changes = sorted(
            (body["type"], body["object"] if isinstance(body["object"], str) else "tag")
            for body in told()
        )
        assert changes == sorted(
            [("Add", post.uri), ("Remove", post.uri), ("Add", "tag"), ("Remove", "tag")]
        )
        names = {body["object"]["name"] for body in told() if isinstance(body["object"], dict)}
        assert names == {"#Bread"}
