from __future__ import annotations

import pytest

from tests.api.conftest import Edge
from tests.conftest import House
from weft.people import follows
from weft.people.model import Account
from weft.threads.pins import PINS_MAX

pytestmark = pytest.mark.anyio


async def test_pinned_posts_stand_on_the_profile(
    house: House, edge: Edge, ada: Account, bob: Account
) -> None:
    first, private = house.post(ada, "first"), house.post(ada, "few", visibility="private")
    mine = edge.of(ada)
    for post in (first, private, first):
        answer = await mine.post(f"/api/v1/statuses/{post.id}/pin")
        assert answer.status_code == 200, answer.text
        assert answer.json()["pinned"] is True
    where = f"/api/v1/accounts/{ada.id}/statuses?pinned=true"

    async def ids(account: Account | None, more: str = "") -> list[str]:
        return [post["id"] for post in (await edge.of(account).get(where + more)).json()]

    assert await ids(ada) == [str(private.id), str(first.id)]
    assert await ids(ada, f"&max_id={private.id}") == []
    assert await ids(bob) == await ids(None) == [str(first.id)]
    house.db.write_now(lambda tx: follows.follow(tx, bob, ada))
    assert await ids(bob) == [str(private.id), str(first.id)]

    collection = (await edge.of(None).get(f"/ap/users/{ada.id}/featured")).json()
    assert collection["orderedItems"] == [first.uri]  # what other servers show as pinned

    for _ in range(2):
        answer = await mine.post(f"/api/v1/statuses/{first.id}/unpin")
        assert answer.json()["pinned"] is False
    await mine.delete(f"/api/v1/statuses/{private.id}")
    assert await ids(ada) == []


async def test_what_cannot_be_pinned(house: House, edge: Edge, ada: Account, bob: Account) -> None:
    theirs, hidden = house.post(bob), house.post(bob, visibility="private")
    mine = edge.of(ada)

    async def refused(post_id: object, status: int, words: str) -> None:
        answer = await mine.post(f"/api/v1/statuses/{post_id}/pin")
        assert answer.status_code == status
        assert words in answer.json()["error"]

    boost = (await mine.post(f"/api/v1/statuses/{theirs.id}/reblog")).json()
    await refused(theirs.id, 422, "Someone else's post cannot be pinned")
    await refused(boost["id"], 422, "boost cannot be pinned")
    await refused(house.post(ada, "@bob", visibility="direct").id, 422, "only visible to mentioned")
    await refused(hidden.id, 404, "not found")
    await refused("99999999999999999999", 404, "not found")
    for number in range(PINS_MAX):
        post = house.post(ada, str(number))
        assert (await mine.post(f"/api/v1/statuses/{post.id}/pin")).status_code == 200
    await refused(house.post(ada).id, 422, "already pinned the maximum")
    limits = (await mine.get("/api/v2/instance")).json()["configuration"]["accounts"]
    assert limits["max_pinned_statuses"] == PINS_MAX
