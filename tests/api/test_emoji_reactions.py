"""Reacting with an emoji by both families of routes, and what few posts have besides."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.api.conftest import Client, Edge
from tests.api.test_media import file
from tests.conftest import House
from tests.counting import counted
from weft.people import blocks
from weft.people.model import Account
from weft.threads import emojis
from weft.threads.emoji_reactions import PER_ACCOUNT

pytestmark = pytest.mark.anyio

PARTY = quote("🎉")


async def say(client: Client, **more: Any) -> dict[str, Any]:
    made = await client.post("/api/v1/statuses", json={"status": "hello", **more})
    assert made.status_code == 200, made.text
    return made.json()


WAYS = {
    "Pleroma": (
        ("PUT", "/api/v1/pleroma/statuses/{}/reactions/{}"),
        ("DELETE", "/api/v1/pleroma/statuses/{}/reactions/{}"),
    ),
    "forks": (
        ("POST", "/api/v1/statuses/{}/react/{}"),
        ("POST", "/api/v1/statuses/{}/unreact/{}"),
    ),
}


@pytest.mark.parametrize("way", [*WAYS])
async def test_react_and_take_it_back(
    edge: Edge, house: House, ada: Account, bob: Account, way: str
) -> None:
    (do, there), (undo, back) = WAYS[way]
    house.db.write_now(lambda tx: emojis.put(tx, "yarn", "ab/y.png", "ab/y.png"))
    post = await say(edge.of(ada))
    assert "reactions" not in post  # nothing is said of what is not there
    for name in (PARTY, "yarn", PARTY):
        answer = await edge.of(bob).ask(do, there.format(post["id"], name))
        assert answer.status_code == 200, answer.text
    party, yarn = answer.json()["reactions"]
    picture = "https://weft.test/media/ab/y.png"
    assert party == {"name": "🎉", "count": 1, "me": True, "url": None, "static_url": None}
    assert yarn == {
        "name": "yarn", "count": 1, "me": True, "url": picture, "static_url": picture,
    }  # fmt: skip
    seen = (await edge.of(ada).get(f"/api/v1/statuses/{post['id']}")).json()
    assert [one["me"] for one in seen["emoji_reactions"]] == [False, False]
    listed = await edge.of(None).get(f"/api/v1/pleroma/statuses/{post['id']}/reactions")
    assert [(one["name"], one["accounts"][0]["acct"]) for one in listed.json()] == [
        ("🎉", "bob"),
        ("yarn", "bob"),
    ]
    one = await edge.of(None).get(f"/api/v1/pleroma/statuses/{post['id']}/reactions/{PARTY}")
    assert [found["name"] for found in one.json()] == ["🎉"]
    for name in (PARTY, "yarn"):
        answer = await edge.of(bob).ask(undo, back.format(post["id"], name))
        assert answer.status_code == 200
    assert "reactions" not in answer.json()


async def test_who_may_not_see_it_may_not_react(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    hidden, blocked = await say(edge.of(ada), visibility="private"), await say(edge.of(ada))
    house.db.write_now(lambda tx: blocks.block(tx, ada, bob))
    for post in (hidden, blocked):
        for verb, path in WAYS["Pleroma"]:
            answer = await edge.of(bob).ask(verb, path.format(post["id"], PARTY))
            assert answer.status_code == 404
        path = f"/api/v1/pleroma/statuses/{post['id']}/reactions"
        assert (await edge.of(bob).get(path)).status_code == 404
    assert (await edge.of(None).ask("PUT", path + f"/{PARTY}")).status_code == 401


async def test_what_is_no_emoji_is_refused(edge: Edge, ada: Account, bob: Account) -> None:
    post = await say(edge.of(ada))
    for wrong in ("hello", "missing", "%3Cb%3E", quote("🎉🎉"), "x" * 300, "%00", "..."):
        answer = await edge.of(bob).post(f"/api/v1/statuses/{post['id']}/react/{wrong}")
        assert answer.status_code in (404, 422), wrong
    for number in range(PER_ACCOUNT + 1):
        emoji = quote(chr(0x1F600 + number))
        answer = await edge.of(bob).post(f"/api/v1/statuses/{post['id']}/react/{emoji}")
    assert answer.status_code == 422
    limits = (await edge.of(None).get("/api/v2/instance")).json()["configuration"]
    assert limits["reactions"] == {"max_reactions": PER_ACCOUNT}


async def test_the_author_is_told_in_words_that_any_app_can_show(
    edge: Edge, ada: Account, bob: Account
) -> None:
    post = await say(edge.of(ada))
    await edge.of(bob).post(f"/api/v1/statuses/{post['id']}/react/{PARTY}")
    (told,) = (await edge.of(ada).get("/api/v1/notifications")).json()
    assert (told["type"], told["emoji"], told["emoji_url"]) == (
        "pleroma:emoji_reaction",
        "🎉",
        None,
    )
    assert told["status"]["id"] == post["id"]
    old = "/api/v1/notifications?supported_types[]=favourite"
    (told,) = (await edge.of(ada).get(old)).json()
    assert told["fallback"]["title"] == "Bob reacted to your post with 🎉"
    (group,) = (await edge.of(ada).get("/api/v2/notifications")).json()["notification_groups"]
    assert (group["emoji"], group["status_id"]) == ("🎉", post["id"])


async def test_posts_without_reactions_cost_no_read(edge: Edge, house: House, ada: Account) -> None:
    for _ in range(3):
        await say(edge.of(ada))
    client = edge.of(ada)
    with counted() as plain:
        await client.get("/api/v1/timelines/home")
    post = await say(client)
    await client.post(f"/api/v1/statuses/{post['id']}/react/{PARTY}")
    with counted() as reacted:
        await client.get("/api/v1/timelines/home")
    assert len(reacted) == len(plain) + 1


# -- besides ----------------------------------------------------------------------------------


async def test_a_post_that_ends_says_when(edge: Edge, ada: Account) -> None:
    post = await say(edge.of(ada), expires_in=7200)
    assert post["expires_at"] > post["created_at"]
    assert "expires_at" not in await say(edge.of(ada))
    for wrong in ({"expires_in": 60}, {"expires_in": 10**15}, {"expires_at": "soon"}):
        answer = await edge.of(ada).post("/api/v1/statuses", json={"status": "x", **wrong})
        assert answer.status_code == 422, wrong


async def test_a_post_is_read_in_the_language_of_ones_choice(
    edge: Edge, boss: Account, bob: Account
) -> None:
    post = await say(
        edge.of(bob), language="en", status_map={"de": "hallo", "pt-BR": "olá", "en": "no"}
    )
    path = f"/api/v1/statuses/{post['id']}"

    async def words(language: str) -> tuple[str, str]:
        changed = await edge.of(boss).ask(
            "PATCH",
            "/api/v1/accounts/update_credentials",
            json={"source": {"reading_language": language}},
        )
        assert changed.json()["source"]["reading_language"] == (language or None)
        seen = (await edge.of(boss).get(path)).json()
        return seen["language"], seen["content"]

    assert await words("") == ("en", "<p>hello</p>")
    assert await words("de") == ("de", "<p>hallo</p>")
    assert await words("pt") == ("pt-BR", "<p>olá</p>")
    assert await words("ja") == ("en", "<p>hello</p>")
    assert (await edge.of(None).get(path)).json()["content"] == "<p>hello</p>"
    nameless = {"status": "x", "status_map": {"de": "y"}}
    assert (await edge.of(bob).post("/api/v1/statuses", json=nameless)).status_code == 422


async def test_a_member_asks_machines_to_stay_away(edge: Edge, boss: Account) -> None:
    client = edge.of(boss)
    path = "/api/v1/accounts/update_credentials"
    changed = (await client.ask("PATCH", path, json={"signals": ["NOAI", "noindex"]})).json()
    assert changed["source"]["signals"] == ["noai", "noindex"]
    assert (changed["noindex"], changed["indexable"]) == (True, False)
    assert (await client.ask("PATCH", path, json={"signals": ["please"]})).status_code == 422
    for wrong in (["please"], ["noai"] * 200):
        answer = await client.post("/api/v1/statuses", json={"status": "x", "signals": wrong})
        assert answer.status_code == 422


async def test_a_poll_may_have_pictures(edge: Edge, ada: Account) -> None:
    client = edge.of(ada)
    picture = (await client.post("/api/v2/media", files=file())).json()
    await edge.work()
    poll = {"options": ["a", "b"], "expires_in": 600}
    post = await say(client, poll=poll, media_ids=[picture["id"]])
    assert len(post["media_attachments"]) == len([post["poll"]]) == 1
