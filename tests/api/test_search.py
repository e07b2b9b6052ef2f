from __future__ import annotations

import pytest

from tests.api.conftest import Edge
from tests.conftest import House
from weft.people import accounts, blocks, follows
from weft.people.model import Account
from weft.threads.model import Incoming
from weft.threads.publish import receive

pytestmark = pytest.mark.anyio


async def find(edge: Edge, account: Account | None, **query: object) -> dict[str, list[str]]:
    answer = await edge.of(account).get("/api/v2/search", params=query)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert set(found) == {"accounts", "statuses", "hashtags"}
    return {
        "accounts": [one["acct"] for one in found["accounts"]],
        "statuses": [one["id"] for one in found["statuses"]],
        "hashtags": [one["name"] for one in found["hashtags"]],
    }


async def test_words_find_accounts_posts_and_tags(edge: Edge, house: House) -> None:
    weaver = house.person("weaver", indexable=True)
    shy = house.person("shy")
    post = house.post(weaver, "A loom for #weaving wool")
    own = house.post(shy, "weaving in secret")
    house.post(weaver, "weaving for followers", visibility="private")
    found = await find(edge, shy, q="weav")
    assert (found["accounts"], found["hashtags"]) == (["weaver"], ["weaving"])
    assert (await find(edge, shy, q="loom wool"))["statuses"] == [str(post.id)]
    mine_too = [str(own.id), str(post.id)]
    assert (await find(edge, shy, q="weaving", type="statuses"))["statuses"] == mine_too
    assert (await find(edge, None, q="weaving", type="statuses"))["statuses"] == [str(post.id)]
    assert (await find(edge, shy, q="weaving", type="accounts"))["hashtags"] == []
    assert (await find(edge, shy, q="#weav"))["hashtags"] == ["weaving"]
    tag = (await edge.of(shy).get("/api/v2/search?q=%23weaving")).json()["hashtags"][0]
    assert tag["url"] == "https://weft.test/tags/weaving"
    house.db.write_now(lambda tx: blocks.block(tx, weaver, shy))
    assert (await find(edge, shy, q="loom"))["statuses"] == []


async def test_resolve_asks_elsewhere_only_for_what_is_unknown(
    edge: Edge, house: House, ada: Account
) -> None:
    edge.elsewhere["@cy@other.test"] = lambda: house.remote("cy", "other.test")
    for _ in range(2):
        found = await find(edge, ada, q="@cy@other.test", resolve="true")
        assert found["accounts"] == ["cy@other.test"]
    assert edge.looked_up == ["@cy@other.test"]
    assert (await find(edge, ada, q="@nobody@other.test", resolve="true"))["accounts"] == []
    stranger = await edge.of(None).get("/api/v2/search?q=@x@other.test&resolve=true")
    assert stranger.status_code == 401
    await find(edge, ada, q="no address", resolve="true")
    assert len(edge.looked_up) == 2


async def test_addresses_open_accounts_and_posts(edge: Edge, house: House, ada: Account) -> None:
    far = house.remote("far", "other.test")
    incoming = Incoming(
        uri="https://other.test/ap/1",
        url="https://other.test/@far/1",
        html="<p>hi</p>",
        visibility="public",
        created_at=far.created_at,
    )
    edge.elsewhere[incoming.url] = lambda: house.db.write_now(lambda tx: receive(tx, far, incoming))
    found = await find(edge, ada, q=incoming.url, resolve="true")
    assert len(found["statuses"]) == 1
    assert await find(edge, ada, q=incoming.uri) == found
    for address in (far.url, far.uri):
        assert (await find(edge, ada, q=address))["accounts"] == ["far@other.test"]
    mine = house.post(ada, "mine", visibility="private")
    assert (await find(edge, ada, q=mine.url))["statuses"] == [str(mine.id)]
    assert (await find(edge, None, q=mine.url))["statuses"] == []
    assert (await find(edge, ada, q="https://weft.test/@ada"))["accounts"] == ["ada"]


async def test_following_and_limits(edge: Edge, house: House, ada: Account) -> None:
    people = [house.person(f"weaver{n}") for n in range(3)]
    house.db.write_now(lambda tx: follows.follow(tx, ada, people[1]))
    found = await find(edge, ada, q="weaver", following="true")
    assert found["accounts"] == ["weaver1"]
    assert len((await find(edge, ada, q="weaver", limit=2))["accounts"]) == 2
    assert len((await find(edge, ada, q="weaver", limit=2, offset=2))["accounts"]) == 1
    long = await edge.of(ada).get("/api/v2/search", params={"q": "x" * 3000})
    assert long.status_code == 422
    assert (await edge.of(ada).get("/api/v2/search?q=x&type=planets")).status_code == 422


async def test_a_slow_or_broken_elsewhere_is_not_our_fault(
    edge: Edge, house: House, ada: Account
) -> None:
    def broken() -> None:
        raise RuntimeError

    edge.elsewhere["@x@broken.test"] = broken
    assert (await find(edge, ada, q="@x@broken.test", resolve="true"))["accounts"] == []


async def test_tags_of_what_was_said_to_a_few_are_not_found(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    house.post(ada, "#layoffs #picnic", visibility="private")
    house.post(ada, "@bob #layoffstalks", visibility="direct")
    house.post(ada, "#layers for cakes")
    for viewer in (None, bob, ada):
        assert (await find(edge, viewer, q="lay", type="hashtags"))["hashtags"] == ["layers"]


async def test_who_no_longer_wants_to_be_found_is_not(edge: Edge, house: House) -> None:
    weaver = house.person("weaver", indexable=True)
    house.post(weaver, "A loom for wool")
    assert (await find(edge, None, q="loom"))["statuses"]
    house.db.write_now(lambda tx: accounts.update(tx, weaver.id, indexable=False))
    assert (await find(edge, None, q="loom"))["statuses"] == []
