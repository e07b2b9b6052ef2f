from __future__ import annotations

import pytest

from tests.api.conftest import Client, Edge
from tests.conftest import House
from weft.kernel.clock import DAY, now_ms
from weft.people import accounts, blocks, follows
from weft.people.model import Account
from weft.reading import featured, tags
from weft.store.database import Tx
from weft.threads.tokens import fold_tag

pytestmark = pytest.mark.anyio


async def home(client: Client) -> list[str]:
    answer = await client.get("/api/v1/timelines/home")
    return [one["account"]["acct"] for one in answer.json()][::-1]


async def test_a_tag_is_shown_with_its_week(edge: Edge, house: House, ada: Account) -> None:
    bob = house.person("bob")
    today = now_ms() - now_ms() % DAY
    house.post(ada, "#TwoWords")
    house.post(ada, "again #twowords")
    house.post(bob, "#TwoWords once more")
    house.post(bob, "yesterday #twowords", at=today - 1)
    house.post(bob, "long ago #twowords", at=today - 7 * DAY)
    house.post(bob, "not for all #twowords", visibility="unlisted")
    answer = await edge.of(None).get("/api/v1/tags/twoWORDS")
    assert answer.status_code == 200, answer.text
    tag = answer.json()
    assert list(tag) == ["id", "name", "url", "history", "following", "featuring"]
    assert (tag["id"], tag["url"]) == ("twowords", "https://weft.test/tags/twowords")
    assert [int(one["day"]) * 1000 for one in tag["history"]] == [today - n * DAY for n in range(7)]
    assert [(one["uses"], one["accounts"]) for one in tag["history"]] == [
        ("3", "2"),
        ("1", "1"),
        *[("0", "0")] * 5,
    ]
    # Found by its folded name, it is spelled as people write it.
    (found,) = (await edge.of(ada).get("/api/v2/search?q=%23twow")).json()["hashtags"]
    assert found == tag | {"name": "TwoWords"}


async def test_what_can_be_no_tag_is_not_found(edge: Edge, ada: Account) -> None:
    client = edge.of(ada)
    for name in ("123", "two words", "a-b", "%00", "%23", "x" * 300):
        for method, path in (("GET", ""), ("POST", "/follow"), ("POST", "/unfollow")):
            answer = await client.ask(method, f"/api/v1/tags/{name}{path}")
            assert answer.status_code == 404, name
    assert (await client.get("/api/v1/tags/neverused")).json()["name"] == "neverused"


async def test_followed_tags_bring_public_posts_home(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    client = edge.of(ada)
    for _ in range(2):
        answer = await client.post("/api/v1/tags/Knitting/follow")
        assert (answer.status_code, answer.json()["following"]) == (200, True)
    first = house.post(bob, "#knitting")
    house.post(bob, "answer #knitting", reply_to_id=first.id)
    house.post(bob, "quiet #knitting", visibility="unlisted")
    house.post(bob, "#sewing")
    silent = house.person("silent")
    house.db.write_now(lambda tx: accounts.update(tx, silent.id, silenced_at=tx.now))
    house.post(silent, "#knitting")
    muted = house.person("muted")
    house.db.write_now(lambda tx: blocks.mute(tx, ada, muted))
    house.post(muted, "#knitting")
    assert await home(client) == ["bob", "bob"]
    house.post(ada, "mine #knitting")
    assert await home(client) == ["bob", "bob", "ada"]


async def test_unfollowing_a_tag_takes_out_what_only_it_brought(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    house.db.write_now(lambda tx: follows.follow(tx, ada, bob))
    client = edge.of(ada)
    for name in ("knitting", "wool"):
        await client.post(f"/api/v1/tags/{name}/follow")
    house.post(bob, "#knitting")
    cy, dan = house.person("cy"), house.person("dan")
    house.post(cy, "#knitting")
    house.post(dan, "#knitting #wool")
    house.post(ada, "#knitting")
    assert await home(client) == ["bob", "cy", "dan", "ada"]
    gone = await client.post("/api/v1/tags/KNITTING/unfollow")
    assert (gone.status_code, gone.json()["following"]) == (200, False)
    assert await home(client) == ["bob", "dan", "ada"]
    await client.post("/api/v1/tags/wool/unfollow")
    assert await home(client) == ["bob", "ada"]


async def test_followed_tags_are_listed_and_bounded(
    edge: Edge, house: House, ada: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tags, "FOLLOWS_MAX", 3)
    client = edge.of(ada)
    for name in ("One", "two", "three"):
        await client.post(f"/api/v1/tags/{name}/follow")
    assert (await client.post("/api/v1/tags/four/follow")).status_code == 422
    assert (await client.post("/api/v1/tags/two/follow")).status_code == 200
    page = await client.get("/api/v1/followed_tags?limit=2")
    assert [one["name"] for one in page.json()] == ["three", "two"]
    assert all(one["following"] for one in page.json())
    following = page.headers["link"].partition("<https://weft.test")[2].partition(">")[0]
    assert [one["name"] for one in (await client.get(following)).json()] == ["One"]
    assert (await edge.of(None).get("/api/v1/followed_tags")).status_code == 401


async def test_tags_are_featured_on_a_profile(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    client = edge.of(ada)
    house.post(ada, "#knitting")
    last = house.post(ada, "quiet #Knitting", visibility="unlisted")
    house.post(ada, "secret #knitting", visibility="private")
    house.post(bob, "#knitting")
    made = await client.post("/api/v1/featured_tags", data={"name": "#Knitting"})
    assert made.status_code == 200, made.text
    one = made.json()
    assert one == {
        "id": one["id"],
        "name": "Knitting",
        "url": "https://weft.test/@ada/tagged/Knitting",
        "statuses_count": "2",
        "last_status_at": one["last_status_at"],
    }
    assert (
        one["last_status_at"]
        == (await client.get(f"/api/v1/statuses/{last.id}")).json()["created_at"][:10]
    )
    assert (await client.post("/api/v1/featured_tags", json={"name": "knitting"})).json() == one
    assert (await client.get("/api/v1/featured_tags")).json() == [one]
    page = await edge.of(None).get("/@ada/tagged/Knitting")
    assert (page.status_code // 100, page.headers["location"]) == (3, "/tags/Knitting")
    path = f"/api/v1/accounts/{ada.id}/featured_tags"
    assert (await edge.of(None).get(path)).json() == [one]
    assert (await client.get("/api/v1/tags/knitting")).json()["featuring"] is True
    wrong = await client.post("/api/v1/featured_tags", json={"name": "12 3"})
    assert (wrong.status_code, wrong.json()) == (
        422,
        {"error": "Validation failed: Tag is invalid"},
    )
    other = await edge.of(bob).delete(f"/api/v1/featured_tags/{one['id']}")
    assert (other.status_code, other.json()) == (404, {"error": "Record not found"})
    gone = await client.delete(f"/api/v1/featured_tags/{one['id']}")
    assert (gone.status_code, gone.json()) == (200, {})
    assert (await client.post("/api/v1/tags/new/feature")).json()["featuring"] is True
    assert (await client.get(path)).json()[0]["last_status_at"] is None
    assert (await client.post("/api/v1/tags/NEW/unfeature")).json()["featuring"] is False
    assert (await client.get(path)).json() == []


async def test_ten_tags_may_be_featured_and_ones_own_are_suggested(
    edge: Edge, house: House, ada: Account
) -> None:
    client = edge.of(ada)
    for text in ("#rare", "#often", "#often #Often"):
        house.post(ada, text)
    suggested = (await client.get("/api/v1/featured_tags/suggestions")).json()
    assert [one["id"] for one in suggested] == ["often", "rare"]
    await client.post("/api/v1/featured_tags", json={"name": "often"})
    suggested = (await client.get("/api/v1/featured_tags/suggestions")).json()
    assert [one["id"] for one in suggested] == ["rare"]

    def fill(tx: Tx) -> None:
        for letter in "abcdefghi":
            featured.feature(tx, ada, letter)

    house.db.write_now(fill)
    refused = await client.post("/api/v1/featured_tags", json={"name": "eleventh"})
    assert refused.status_code == 422
    limits = (await client.get("/api/v2/instance")).json()["configuration"]["accounts"]
    assert limits["max_featured_tags"] == len((await client.get("/api/v1/featured_tags")).json())


def test_a_name_is_what_people_could_have_written() -> None:
    for text, name in (("#Tag", "Tag"), (" tag ", "tag"), ("＃タグ", "タグ"), ("a_b", "a_b")):
        assert tags.name_of(text) == name
        assert fold_tag(text.strip()) == fold_tag(name)
    for text in ("", "#", "1", "a b", "a#b", "_", "a\x00", "\ud800"):
        assert tags.name_of(text) is None
