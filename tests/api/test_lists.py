from __future__ import annotations

import pytest

from tests.api.conftest import Client, Edge
from tests.conftest import House
from weft.people import blocks, follows
from weft.people.model import Account
from weft.reading import lists
from weft.threads import react

pytestmark = pytest.mark.anyio


async def made(client: Client, **more: object) -> str:
    answer = await client.post("/api/v1/lists", json={"title": "Friends", **more})
    assert answer.status_code == 200, answer.text
    return answer.json()["id"]


async def put_in(client: Client, list_id: str, *who: Account) -> None:
    body = {"account_ids": [str(one.id) for one in who]}
    answer = await client.post(f"/api/v1/lists/{list_id}/accounts", json=body)
    assert (answer.status_code, answer.json()) == (200, {})


async def said(client: Client, path: str) -> list[str]:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return [(one["reblog"] or one)["content"][3:-4] for one in answer.json()][::-1]


def follow(house: House, who: Account, *whom: Account, reblogs: bool = True) -> None:
    for one in whom:
        house.db.write_now(lambda tx, one=one: follows.follow(tx, who, one, reblogs=reblogs))


async def test_a_list_is_made_changed_and_deleted(edge: Edge, ada: Account, bob: Account) -> None:
    client = edge.of(ada)
    assert (await client.get("/api/v1/lists")).json() == []
    first = (await client.post("/api/v1/lists", data={"title": "Friends"})).json()
    assert first == {
        "id": first["id"],
        "title": "Friends",
        "replies_policy": "list",
        "exclusive": False,
    }
    path = f"/api/v1/lists/{first['id']}"
    changed = await client.put(path, data={"title": " Kin ", "replies_policy": "none"})
    assert changed.json() == first | {"title": "Kin", "replies_policy": "none"}
    assert (await client.get("/api/v1/lists")).json() == [changed.json()]
    assert (await client.get(path)).json() == changed.json()
    for method in ("GET", "PUT", "PATCH", "DELETE"):  # nobody else learns that it is there
        other = await edge.of(bob).ask(method, path, json={"title": "Mine"})
        assert (other.status_code, other.json()) == (404, {"error": "Record not found"})
    gone = await client.delete(path)
    assert (gone.status_code, gone.json()) == (200, {})
    assert (await client.get(path)).status_code == 404


async def test_bad_lists_are_refused_in_mastodons_words(edge: Edge, ada: Account) -> None:
    client = edge.of(ada)
    list_id = await made(client)
    for body, text in (
        ({}, "Validation failed: Title can't be blank"),
        ({"title": " \x00 "}, "Validation failed: Title can't be blank"),
        ({"title": "a", "replies_policy": "some"}, "'some' is not a valid replies_policy"),
    ):
        answer = await client.post("/api/v1/lists", json=body)
        assert (answer.status_code, answer.json()) == (422, {"error": text})
    blank = await client.put(f"/api/v1/lists/{list_id}", json={"title": ""})
    assert blank.status_code == 422
    assert (await client.get(f"/api/v1/lists/{'9' * 25}")).status_code == 404
    for _ in range(lists.LISTS_MAX - 1):
        await made(client)
    assert (await client.post("/api/v1/lists", json={"title": "more"})).status_code == 422
    assert len((await client.get("/api/v1/lists")).json()) == lists.LISTS_MAX


async def test_members_are_those_one_follows_or_asked(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    locked, stranger = house.person("cy", locked=True), house.person("dan")
    follow(house, ada, bob, locked)
    client = edge.of(ada)
    list_id = await made(client)
    path = f"/api/v1/lists/{list_id}/accounts"
    for wanted in ([str(bob.id), str(stranger.id)], ["7"], ["x"]):
        refused = await client.post(path, json={"account_ids": wanted})
        assert (refused.status_code, refused.json()) == (404, {"error": "Record not found"})
    assert (await client.get(path)).json() == []  # all or none
    await put_in(client, list_id, bob, locked, ada)
    again = await client.post(path, data={"account_ids[]": str(bob.id)})
    assert again.status_code == 422
    assert again.json() == {"error": "Validation failed: Account has already been taken"}
    page = await client.get(f"{path}?limit=2")
    assert [one["acct"] for one in page.json()] == ["cy", "bob"]
    assert 'rel="next"' in page.headers["link"]
    rest = await client.get(f"{path}?limit=2&max_id={bob.id}")
    assert [one["acct"] for one in rest.json()] == ["ada"]
    every = await client.get(f"{path}?limit=0")
    assert ([one["acct"] for one in every.json()], "link" in every.headers) == (
        ["cy", "bob", "ada"],
        False,
    )
    assert [one["id"] for one in (await client.get(f"/api/v1/accounts/{bob.id}/lists")).json()] == [
        list_id
    ]
    assert (await client.get(f"/api/v1/accounts/{stranger.id}/lists")).json() == []
    assert (await edge.of(bob).get(path)).status_code == 404
    assert (await edge.of(bob).post(path, json={"account_ids": []})).status_code == 404
    # Apps send what is to be removed as JSON, as a form, or in the query.
    await client.delete(path, json={"account_ids": [str(bob.id)]})
    await client.delete(path, data={"account_ids[]": str(locked.id)})
    await client.delete(f"{path}?account_ids[]={ada.id}")
    gone = await client.delete(path, json={"account_ids": [str(bob.id)]})  # not in it: fine
    assert gone.status_code == 200
    assert (await client.get(path)).json() == []


async def test_a_list_shows_what_its_members_say(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    cy = house.person("cy")
    follow(house, ada, bob, cy)
    house.post(bob, "before")
    house.post(bob, "secret", visibility="direct")
    client = edge.of(ada)
    list_id = await made(client)
    await put_in(client, list_id, bob)
    path = f"/api/v1/timelines/list/{list_id}"
    assert await said(client, path) == ["before"]
    house.post(bob, "after", visibility="private")
    house.post(cy, "not in it")
    house.post(bob, "for @ada only", visibility="direct")
    assert await said(client, path) == ["before", "after"]
    newest = (await client.get(f"{path}?limit=1")).json()[0]["id"]
    assert await said(client, f"{path}?max_id={newest}") == ["before"]
    post = house.post(bob, "last")
    assert house.db.read_now(lambda tx: lists.listing(tx, post)) == {int(list_id)}
    assert (await edge.of(bob).get(path)).status_code == 404
    assert (await edge.of(ada, "read:statuses").get(path)).status_code == 403
    house.db.write_now(lambda tx: blocks.mute(tx, ada, bob))
    assert await said(client, path) == []
    house.db.write_now(lambda tx: blocks.unmute(tx, ada, bob))
    await client.delete(f"/api/v1/lists/{list_id}/accounts", json={"account_ids": [str(bob.id)]})
    assert await said(client, path) == []


@pytest.mark.parametrize("late", [False, True], ids=["said after", "said before"])
@pytest.mark.parametrize(
    ("policy", "shown"),
    [
        ("none", ["own thread"]),
        ("list", ["own thread", "to dan", "to ada"]),
        ("followed", ["own thread", "to cy", "to dan", "to ada"]),
    ],
)
async def test_replies_are_shown_as_the_policy_says(
    edge: Edge, house: House, ada: Account, bob: Account, policy: str, shown: list[str], late: bool
) -> None:
    cy, dan, eve = (house.person(name) for name in ("cy", "dan", "eve"))
    follow(house, ada, bob, cy, dan)
    parents = [house.post(one, f"of {one.username}") for one in (bob, cy, dan, eve, ada)]
    client = edge.of(ada)
    list_id = await made(client, replies_policy=policy)
    if not late:
        await put_in(client, list_id, bob, dan)
    for text, parent in zip(
        ("own thread", "to cy", "to dan", "to eve", "to ada"), parents, strict=1
    ):
        house.post(bob, text, reply_to_id=parent.id)
    if late:
        await put_in(client, list_id, bob, dan)
    found = await said(client, f"/api/v1/timelines/list/{list_id}")
    assert [text for text in found if not text.startswith("of ")] == shown


async def test_boosts_are_shown_once_and_only_where_wanted(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    cy, dan = house.person("cy"), house.person("dan")
    follow(house, ada, bob, dan)
    follow(house, ada, cy, reblogs=False)
    client = edge.of(ada)
    list_id = await made(client)
    await put_in(client, list_id, bob, cy, dan)
    path = f"/api/v1/timelines/list/{list_id}"
    original = house.post(house.person("eve"), "worth it")
    house.db.write_now(lambda tx: react.boost(tx, cy, original.id))
    assert await said(client, path) == []
    house.db.write_now(lambda tx: react.boost(tx, bob, original.id))
    house.db.write_now(lambda tx: react.boost(tx, dan, original.id))
    assert await said(client, path) == ["worth it"]


async def test_an_exclusive_list_takes_its_members_out_of_home(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    follow(house, ada, bob)
    house.post(bob, "one")
    client = edge.of(ada)
    list_id = await made(client, exclusive=True)
    await put_in(client, list_id, bob, ada)
    path = f"/api/v1/timelines/list/{list_id}"
    house.post(bob, "two")
    house.post(bob, "@ada hello", visibility="direct")
    house.post(ada, "mine")
    assert await said(client, path) == ["one", "two", "mine"]
    home = await said(client, "/api/v1/timelines/home")
    assert "one" not in home
    assert "two" not in home
    assert len(home) == 2
    assert home[-1] == "mine"
    await client.put(f"/api/v1/lists/{list_id}", json={"exclusive": False})
    assert [one for one in await said(client, "/api/v1/timelines/home") if len(one) < 5] == [
        "one",
        "two",
        "mine",
    ]
    await client.put(f"/api/v1/lists/{list_id}", json={"exclusive": True})
    assert "one" not in await said(client, "/api/v1/timelines/home")
    await client.delete(f"/api/v1/lists/{list_id}")
    assert "one" in await said(client, "/api/v1/timelines/home")


async def test_a_member_who_is_no_longer_followed_leaves(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    client = edge.of(ada)
    for end in (
        lambda tx: follows.unfollow(tx, ada, bob),
        lambda tx: blocks.block(tx, bob, ada),
    ):
        follow(house, ada, bob)
        list_id = await made(client)
        await put_in(client, list_id, bob)
        house.post(bob, "hello")
        house.db.write_now(end)
        assert await said(client, f"/api/v1/timelines/list/{list_id}") == []
        assert (await client.get(f"/api/v1/lists/{list_id}/accounts")).json() == []


async def test_who_lets_one_follow_later_enters_then(
    edge: Edge, house: House, ada: Account
) -> None:
    cy = house.person("cy", locked=True)
    follow(house, ada, cy)
    client = edge.of(ada)
    list_id = await made(client, exclusive=True)
    await put_in(client, list_id, cy)
    house.post(cy, "for followers", visibility="private")
    path = f"/api/v1/timelines/list/{list_id}"
    assert await said(client, path) == []
    house.db.write_now(lambda tx: follows.accept(tx, cy, ada))
    assert await said(client, path) == ["for followers"]
    assert await said(client, "/api/v1/timelines/home") == []


async def test_direct_posts_to_and_from_one_have_a_timeline(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    to = house.post(bob, "@ada psst", visibility="direct")
    house.post(bob, "@ada aloud")
    house.post(bob, "@cy psst", visibility="direct")
    sent = house.post(ada, "@bob yes?", visibility="direct")
    answer = await edge.of(ada).get("/api/v1/timelines/direct")
    assert [one["id"] for one in answer.json()] == [str(sent.id), str(to.id)]
    first = await edge.of(ada).get("/api/v1/timelines/direct?limit=1")
    assert 'rel="next"' in first.headers["link"]


async def test_nonsense_is_refused_and_changes_nothing(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    follow(house, ada, bob)
    client = edge.of(ada)
    list_id = await made(client)
    path = f"/api/v1/lists/{list_id}"
    for body in (
        {"account_ids": ["9" * 25]},
        {"account_ids": ["\x00"]},
        {"account_ids": {"a": 1}},
        {"account_ids": [str(bob.id), None]},
        {"account_ids": [str(n) for n in range(1, 2_000)]},
    ):
        assert (await client.post(f"{path}/accounts", json=body)).status_code in (400, 404, 422)
        assert (await client.delete(f"{path}/accounts", json=body)).status_code < 500
    for body in (
        {"title": "x" * 300},
        {"title": 5},
        {"replies_policy": "\x00"},
    ):
        assert (await client.put(path, json=body)).status_code in (400, 422), body
    assert (await client.get(f"{path}/accounts")).json() == []
    assert (await client.get(path)).json()["title"] == "Friends"
