from __future__ import annotations

import httpx
import pytest

from tests.api.conftest import ALL, Client, Edge
from tests.conftest import House
from weft.explore import measure
from weft.kernel.clock import DAY, HOUR, now_ms
from weft.people import accounts, blocks, credentials
from weft.people.model import Account
from weft.threads import react
from weft.threads.model import Incoming
from weft.threads.publish import receive
from weft.threads.tables import cards, posts

pytestmark = pytest.mark.anyio

ADMIN = f"{ALL} admin:read admin:write"


def count(house: House) -> None:
    found = house.db.read_now(measure.measure)
    house.db.write_now(lambda tx: measure.keep(tx, found))


@pytest.fixture
def people(house: House) -> list[Account]:
    return [house.person(f"p{n}") for n in range(4)]


@pytest.fixture
def boss(house: House) -> Account:
    one = house.person("boss")
    house.db.write_now(
        lambda tx: credentials.enrol(tx, one, "boss@weft.test", "hash", role="admin")
    )
    return one


async def names(client: Client, path: str) -> list[str]:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return [one.get("name") or one["id"] for one in answer.json()]


async def test_tags_trend_that_several_people_use_more_than_usual(
    edge: Edge, house: House, people: list[Account], ada: Account
) -> None:
    bot = house.ai("robo", ada)
    now = now_ms()
    for one in people:
        house.post(one, "what a day #News")
        house.post(one, "as ever #monday")
        for back in range(1, 7):
            house.post(one, "as ever #monday", at=now - back * DAY)
    for _ in range(20):
        house.post(people[0], "buy #spam")
        house.post(bot, "buy #spam")
    for one in people[:2]:
        house.post(one, "for a few #secret", visibility="unlisted")
        house.post(one, "long ago #stale", at=now - 2 * DAY)
    client = edge.of(None)
    assert (await client.get("/api/v1/trends/tags")).json() == []  # nobody counted yet
    count(house)
    count(house)  # in place of the first
    assert await names(client, "/api/v1/trends/tags") == ["News", "monday"]
    (top, _) = (await client.get("/api/v1/trends")).json()
    assert (top["id"], top["history"][0]["uses"], top["history"][0]["accounts"]) == (
        "news",
        "4",
        "4",
    )
    first = await client.get("/api/v1/trends/tags?limit=1")
    assert [one["id"] for one in first.json()] == ["news"]
    assert first.headers["link"] == (
        '<https://weft.test/api/v1/trends/tags?limit=1&offset=1>; rel="next"'
    )
    second = await client.get("/api/v1/trends/tags?limit=1&offset=1")
    assert [one["id"] for one in second.json()] == ["monday"]
    assert 'offset=0>; rel="prev"' in second.headers["link"]
    assert (await client.get("/api/v1/trends/tags?offset=99999999999999999999")).json() == []


async def test_posts_trend_that_others_like_now(
    edge: Edge, house: House, people: list[Account], ada: Account
) -> None:
    now = now_ms()
    good = house.post(ada, "good")
    older = house.post(ada, "older", at=now - 30 * HOUR)
    reply = house.post(ada, "a reply", reply_to_id=house.post(people[0], "x").id)
    veiled = house.post(ada, "veiled", spoiler="careful")
    hidden = house.person("hidden")
    shy = house.post(hidden, "not me")
    house.db.write_now(lambda tx: accounts.update(tx, hidden.id, discoverable=False))
    limited = house.person("limited")
    loud = house.post(limited, "loud")
    house.db.write_now(lambda tx: accounts.update(tx, limited.id, silenced_at=tx.now))
    quiet = house.post(ada, "quiet", visibility="unlisted")
    for one in people:
        for post in (good, older, reply, veiled, shy, loud, quiet):
            house.db.write_now(lambda tx, one=one, post=post: react.like(tx, one, post.id))
    alone = house.post(people[1], "liked by nobody else")
    house.db.write_now(lambda tx: react.like(tx, people[1], alone.id))
    house.db.write_now(lambda tx: react.boost(tx, people[1], alone.id))
    house.db.write_now(lambda tx: react.boost(tx, people[0], alone.id))
    count(house)
    path = "/api/v1/trends/statuses"
    wanted = [str(good.id), str(older.id)]
    assert await names(edge.of(None), path) == wanted
    assert await names(edge.of(people[0]), path) == wanted
    house.db.write_now(lambda tx: blocks.mute(tx, people[0], ada))
    house.db.write_now(lambda tx: blocks.block(tx, ada, people[1]))
    for one in people[:2]:
        assert await names(edge.of(one), path) == []
    house.db.write_now(lambda tx: accounts.update(tx, ada.id, suspended_at=tx.now))
    assert await names(edge.of(None), path) == []


async def test_a_tag_that_an_admin_disabled_is_a_word_like_others(
    edge: Edge, house: House, people: list[Account], boss: Account
) -> None:
    """In what is written here from now on: https://docs.joinmastodon.org/entities/Tag/#usable"""
    ada, bob, far = people[0], people[1], house.remote("mo", "other.test")
    before = house.post(bob, "an #Odd thing")
    client, admin = edge.of(ada), edge.of(boss, ADMIN)

    async def decide(*, usable: bool) -> None:
        decided = await admin.put("/api/v1/admin/tags/odd", json={"usable": usable})
        assert decided.json()["usable"] is usable, decided.text

    async def said(answer: httpx.Response) -> tuple[list[str], str]:
        assert answer.status_code == 200, answer.text
        return [one["name"] for one in answer.json()["tags"]], answer.json()["content"]

    await decide(usable=False)
    written = {"status": "an #ODD & a #fine thing"}
    made = await client.post("/api/v1/statuses", json=written)
    tags, html = await said(made)
    assert tags == ["fine"]
    assert html.startswith("<p>an #ODD &amp; a <a ")
    assert html.count("<a ") == 1
    edited = {"status": "*#odd* and #Odd", "content_type": "text/markdown"}
    tags, html = await said(await client.put(f"/api/v1/statuses/{made.json()['id']}", json=edited))
    assert (tags, "<a " in html) == ([], False)
    changed = {"note": "#odd #fine"}
    bio = await client.ask("PATCH", "/api/v1/accounts/update_credentials", data=changed)
    assert bio.json()["note"].count("<a ") == 1
    # What was there before stays, and elsewhere others decide.
    seen = (await edge.of(None).get("/api/v1/timelines/tag/odd")).json()
    assert [one["id"] for one in seen] == [str(before.id)]
    url = "https://other.test/1"
    odd = Incoming(url, url, "<p>an #odd thing</p>", "public", now_ms(), tags=("odd",))
    theirs = house.db.write_now(lambda tx: receive(tx, far, odd))
    assert theirs is not None
    seen = (await edge.of(None).get("/api/v1/timelines/tag/odd")).json()
    assert [one["id"] for one in seen] == [str(theirs.id), str(before.id)]
    await decide(usable=True)
    tags, html = await said(await client.post("/api/v1/statuses", json=written))
    assert (tags, html.count("<a ")) == (["ODD", "fine"], 2)


async def test_an_admin_takes_tags_and_posts_out(
    edge: Edge, house: House, people: list[Account], boss: Account
) -> None:
    post = house.post(people[0], "a #Word")
    house.post(people[1], "a #Word")
    for one in people[1:]:
        house.db.write_now(lambda tx, one=one: react.like(tx, one, post.id))
    count(house)
    admin, anyone = edge.of(boss, ADMIN), edge.of(None)
    (tag,) = (await admin.get("/api/v1/admin/trends/tags")).json()
    assert (tag["name"], tag["trendable"], tag["usable"], tag["requires_review"]) == (
        "Word",
        True,
        True,
        True,
    )
    for kind, key in (("tags", "word"), ("statuses", str(post.id))):
        path = f"/api/v1/admin/trends/{kind}/{key}"
        assert await names(anyone, f"/api/v1/trends/{kind}") != []
        refused = await admin.post(f"{path}/reject")
        assert refused.status_code == 200, refused.text
        assert await names(anyone, f"/api/v1/trends/{kind}") == []
        assert len(await names(admin, f"/api/v1/admin/trends/{kind}")) == 1
        assert (await admin.post(f"{path}/approve")).status_code == 200
        assert await names(anyone, f"/api/v1/trends/{kind}") != []
        for nothing in ("777", "nobodyusesit", "%00"):
            answer = await admin.post(f"/api/v1/admin/trends/{kind}/{nothing}/reject")
            assert answer.status_code == 404
        # Neither a member with such a token, nor an admin without the scope.
        assert (await edge.of(people[0], ADMIN).post(f"{path}/reject")).status_code == 403
        assert (await edge.of(boss).post(f"{path}/reject")).status_code == 403
    count(house)  # what was decided outlives the next count
    await admin.post("/api/v1/admin/trends/tags/word/reject")
    count(house)
    assert await names(anyone, "/api/v1/trends/tags") == []


async def test_an_admin_decides_about_tags(
    edge: Edge, house: House, people: list[Account], boss: Account
) -> None:
    house.post(people[0], "#rude #nice")
    admin, anyone = edge.of(boss, ADMIN), edge.of(None)
    assert await names(admin, "/api/v1/admin/tags?limit=1") == ["rude"]
    page = await admin.get("/api/v1/admin/tags?limit=1")
    following = page.headers["link"].partition("<https://weft.test")[2].partition(">")[0]
    assert await names(admin, following) == ["nice"]
    changed = await admin.put(
        "/api/v1/admin/tags/rude", json={"listable": False, "display_name": "RUDE"}
    )
    assert changed.status_code == 200, changed.text
    assert (changed.json()["listable"], changed.json()["requires_review"]) == (False, False)
    for query in ("q=%23rude", "q=rude&type=hashtags"):
        assert (await anyone.get(f"/api/v2/search?{query}")).json()["hashtags"] == []
    assert (await admin.get("/api/v1/admin/tags/rude")).json() == changed.json()
    other = await admin.put("/api/v1/admin/tags/rude", json={"display_name": "kind"})
    assert other.status_code == 422
    assert (await admin.get("/api/v1/admin/tags/unknown")).status_code == 404
    assert (await edge.of(people[0], ADMIN).get("/api/v1/admin/tags")).status_code == 403


async def test_links_trend_that_several_people_share_until_an_admin_says_no(
    edge: Edge, house: House, people: list[Account], boss: Account
) -> None:
    pages = {"one": "https://news.example/one", "two": "https://blog.example/two"}
    for number, (name, url) in enumerate(pages.items(), 1):
        house.db.write_now(
            lambda tx, number=number, name=name, url=url: tx.run(
                cards.insert(),
                id=number,
                url=url,
                kind="link",
                title=name,
                description="",
                author_name="",
                author_url="",
                provider_name="",
                provider_url="",
                image="",
                image_description="",
                width=0,
                height=0,
                fetched_at=tx.now,
            )
        )
    shared = [house.post(one, f"look: {pages['one']}") for one in people]
    shared += [house.post(one, f"look: {pages['two']}") for one in people[:2]]
    for post in shared:
        number = 1 if pages["one"] in post.source else 2
        house.db.write_now(
            lambda tx, post=post, number=number: tx.run(
                posts.update().where(posts.c.id == post.id).values(card_id=number)
            )
        )
    count(house)
    admin, anyone = edge.of(boss, ADMIN), edge.of(None)

    async def titles(client: Client, path: str) -> list[str]:
        answer = await client.get(path)
        assert answer.status_code == 200, answer.text
        return [one["title"] for one in answer.json()]

    first = (await anyone.get("/api/v1/trends/links")).json()[0]
    assert (first["url"], first["type"], first["history"][0]["accounts"]) == (
        pages["one"],
        "link",
        "4",
    )
    assert await titles(anyone, "/api/v1/trends/links") == ["one", "two"]
    assert (await anyone.get("/api/v1/trends/links?limit=1")).headers["link"].count("rel") == 1
    path = "/api/v1/admin/trends/links"
    assert [one["id"] for one in (await admin.get(path)).json()] == ["1", "2"]
    rejected = await admin.post(f"{path}/1/reject")
    assert (rejected.status_code, rejected.json()["requires_review"]) == (200, False)
    assert await titles(anyone, "/api/v1/trends/links") == ["two"]
    assert await titles(admin, path) == ["one", "two"]
    domains = (await admin.get(f"{path}/publishers")).json()
    assert [one["domain"] for one in domains] == ["news.example", "blog.example"]
    refused = await admin.post(f"{path}/publishers/blog.example/reject")
    assert (refused.status_code, refused.json()["trendable"]) == (200, False)
    assert await titles(anyone, "/api/v1/trends/links") == []
    # A decision about the page goes before one about its site.
    assert (await admin.post(f"{path}/2/approve")).status_code == 200
    assert await titles(anyone, "/api/v1/trends/links") == ["two"]
    for nothing in ("7/reject", "x/approve", "publishers/unknown.example/reject"):
        assert (await admin.post(f"{path}/{nothing}")).status_code == 404
