from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Client, Edge
from tests.api.later import Clock
from tests.conftest import House
from weft.people import blocks, credentials, follows
from weft.people.model import Account
from weft.threads.model import Incoming
from weft.threads.publish import receive
from weft.threads.tables import posts as table

pytestmark = pytest.mark.anyio


async def said(client: Client, text: str = "words", **more: Any) -> dict[str, Any]:
    answer = await client.post("/api/v1/statuses", json={"status": text, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def shown(client: Client, post: dict[str, Any]) -> dict[str, Any]:
    answer = await client.get(f"/api/v1/statuses/{post['id']}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def kinds(client: Client) -> list[tuple[str, str]]:
    told = (await client.get("/api/v1/notifications")).json()
    return [(one["type"], one["status"]["id"]) for one in told]


async def test_a_quote_holds_the_post_is_counted_and_its_author_is_told(
    edge: Edge, ada: Account, bob: Account
) -> None:
    one, two = edge.of(ada), edge.of(bob)
    post = await said(one, "an original")
    quote = await said(two, "look at this", quoted_status_id=post["id"])
    assert quote["quote"]["state"] == "accepted"
    assert quote["quote"]["quoted_status"]["id"] == post["id"]
    assert "quoted_status_id" not in quote["quote"]
    # For apps that know no quotes there is a link; the others hide this paragraph.
    assert quote["content"].startswith(f'<p class="quote-inline">RE: <a href="{post["url"]}"')
    assert (await shown(one, post))["quotes_count"] == 1
    assert await kinds(one) == [("quote", quote["id"])]
    listed = await one.get(f"/api/v1/statuses/{post['id']}/quotes")
    assert [status["id"] for status in listed.json()] == [quote["id"]]
    assert "max_id=" in listed.headers["Link"]

    await two.delete(f"/api/v1/statuses/{quote['id']}")
    assert (await shown(one, post))["quotes_count"] == 0


async def test_a_quote_within_a_quote_is_named_by_its_id(edge: Edge, ada: Account) -> None:
    client = edge.of(ada)
    first = await said(client, "first")
    second = await said(client, "second", quoted_status_id=first["id"])
    third = await said(client, "third", quoted_status_id=second["id"])
    inner = third["quote"]["quoted_status"]["quote"]
    assert inner == {"state": "accepted", "quoted_status_id": first["id"]}


async def test_a_link_in_the_text_is_not_said_twice_and_words_are_not_needed(
    edge: Edge, ada: Account
) -> None:
    client = edge.of(ada)
    post = await said(client)
    linked = await said(client, f"see {post['url']}", quoted_status_id=post["id"])
    assert "quote-inline" not in linked["content"]
    bare = await said(client, "", quoted_status_id=post["id"])
    assert bare["quote"]["state"] == "accepted"


async def test_who_may_quote(house: House, edge: Edge, ada: Account, bob: Account) -> None:
    one, two = edge.of(ada), edge.of(bob)
    nobody = await said(one, quote_approval_policy="nobody")
    followers = await said(one, quote_approval_policy="followers")
    for post, told in ((nobody, []), (followers, ["followers"])):
        approval = (await shown(two, post))["quote_approval"]
        assert approval == {"automatic": told, "manual": [], "current_user": "denied"}
        answer = await two.post(
            "/api/v1/statuses", json={"status": "x", "quoted_status_id": post["id"]}
        )
        assert answer.status_code == 403, answer.text
    house.db.write_now(lambda tx: follows.follow(tx, bob, ada))
    assert (await shown(two, followers))["quote_approval"]["current_user"] == "automatic"
    await said(two, quoted_status_id=followers["id"])
    await said(one, quoted_status_id=nobody["id"])  # one's own always
    assert (await shown(edge.of(None), followers))["quote_approval"]["current_user"] == "denied"


async def test_private_and_direct_posts(
    house: House, edge: Edge, ada: Account, bob: Account
) -> None:
    one, two = edge.of(ada), edge.of(bob)
    house.db.write_now(lambda tx: follows.follow(tx, bob, ada))
    private = await said(one, visibility="private", quote_approval_policy="public")
    assert private["quote_approval"]["automatic"] == []
    answer = await two.post(
        "/api/v1/statuses", json={"status": "leak", "quoted_status_id": private["id"]}
    )
    assert answer.status_code == 403
    again = await said(one, quoted_status_id=private["id"])
    assert again["visibility"] == "private"
    direct = await said(one, "@bob psst", visibility="direct")
    assert direct["quote_approval"]["current_user"] == "denied"
    for client in (one, two):
        answer = await client.post(
            "/api/v1/statuses", json={"status": "x", "quoted_status_id": direct["id"]}
        )
        assert answer.status_code == 403
    public = await said(one)
    form = {"status": "hm", "visibility": "direct", "quoted_status_id": public["id"]}
    answer = await two.post("/api/v1/statuses", json=form)
    assert answer.status_code == 422
    answer = await two.post("/api/v1/statuses", json=form | {"status": "@ada hm"})
    assert answer.status_code == 200


@pytest.mark.parametrize("named", ["0", "nonsense", "99999999999999999999", "1\x00", -1, "\ud800"])
async def test_what_is_hidden_or_is_not_there_looks_the_same(
    edge: Edge, ada: Account, bob: Account, named: Any
) -> None:
    secret = await said(edge.of(ada), visibility="private")
    texts: set[str] = set()
    for one in (secret["id"], named):
        try:
            answer = await edge.of(bob).post(
                "/api/v1/statuses", json={"status": "x", "quoted_status_id": one}
            )
        except UnicodeEncodeError:
            return  # cannot even be sent
        assert answer.status_code == 404
        texts.add(answer.json()["error"])
    assert len(texts) == 1


async def test_readers_see_through_a_quote_only_what_they_may_see(
    house: House, edge: Edge, ada: Account, bob: Account
) -> None:
    cleo = house.person("cleo")
    one, two, three = edge.of(ada), edge.of(bob), edge.of(cleo)
    post = await said(one, "not for cleo")
    quote = await said(two, quoted_status_id=post["id"])
    house.db.write_now(lambda tx: blocks.block(tx, ada, cleo))
    seen = (await shown(three, quote))["quote"]
    assert seen == {"state": "unauthorized", "quoted_status": None}
    assert "not for cleo" not in (await three.get(f"/api/v1/statuses/{quote['id']}")).text
    assert (await three.get(f"/api/v1/statuses/{post['id']}/quotes")).status_code == 404
    assert (await shown(edge.of(None), quote))["quote"]["state"] == "accepted"


async def test_whom_the_reader_keeps_away_is_told_beside_the_post(
    house: House, edge: Edge, ada: Account, bob: Account
) -> None:
    cleo = house.person("cleo")
    post = await said(edge.of(ada))
    quote = await said(edge.of(bob), quoted_status_id=post["id"])
    house.db.write_now(lambda tx: blocks.mute(tx, cleo, ada))
    seen = (await shown(edge.of(cleo), quote))["quote"]
    assert (seen["state"], seen["quoted_status"]["id"]) == ("muted_account", post["id"])
    house.db.write_now(lambda tx: blocks.block(tx, cleo, ada))
    seen = (await shown(edge.of(cleo), quote))["quote"]
    assert (seen["state"], seen["quoted_status"]["id"]) == ("blocked_account", post["id"])


async def test_the_quoted_author_takes_it_back(
    house: House, edge: Edge, ada: Account, bob: Account
) -> None:
    one, two = edge.of(ada), edge.of(bob)
    post = await said(one)
    quote = await said(two, "mine", quoted_status_id=post["id"])
    where = f"/api/v1/statuses/{post['id']}/quotes/{quote['id']}/revoke"
    assert (await two.post(where)).status_code == 403
    other = await said(two, "another")
    unrelated = f"/api/v1/statuses/{post['id']}/quotes/{other['id']}/revoke"
    assert (await one.post(unrelated)).status_code == 404
    for answer in [await one.post(where) for _ in range(2)]:  # twice is once
        assert answer.status_code == 200, answer.text
        assert answer.json()["quote"] == {"state": "revoked", "quoted_status": None}
        assert answer.json()["content"] == "<p>mine</p>"
    assert (await shown(one, post))["quotes_count"] == 0
    assert (await one.get(f"/api/v1/statuses/{post['id']}/quotes")).json() == []
    changed = await two.put(f"/api/v1/statuses/{quote['id']}", json={"status": "still"})
    assert changed.json()["content"] == "<p>still</p>"
    # Deleted to be written anew: with what it quoted, as Mastodon gives it.
    deleted = (await two.delete(f"/api/v1/statuses/{quote['id']}")).json()["quote"]
    assert (deleted["state"], deleted["quoted_status"]["id"]) == ("revoked", post["id"])


async def test_a_block_parts_what_either_quoted_of_the_other(
    house: House, edge: Edge, ada: Account, bob: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when there is more than one transaction takes: the rest is a job."""
    monkeypatch.setattr("weft.threads.quoting.PART", 2)
    cleo = house.person("cleo")
    one, two, three = edge.of(ada), edge.of(bob), edge.of(cleo)
    post, other = await said(one, "ada's"), await said(two, "bob's")
    by_bob = [await said(two, f"b{n}", quoted_status_id=post["id"]) for n in range(4)]
    by_ada = await said(one, "a", quoted_status_id=other["id"])
    kept = await said(three, quoted_status_id=post["id"])
    await one.post(f"/api/v1/accounts/{bob.id}/block")
    clock = Clock(monkeypatch)
    assert await clock.work(edge) == ["threads.part_quotes"]
    for quote in (*by_bob, by_ada):
        seen = await shown(three, quote)
        assert seen["quote"] == {"state": "revoked", "quoted_status": None}
        assert "quote-inline" not in seen["content"]
    assert (await shown(three, kept))["quote"]["state"] == "accepted"
    assert (await shown(three, post))["quotes_count"] == 1
    assert (await shown(three, other))["quotes_count"] == 0
    await one.post(f"/api/v1/accounts/{bob.id}/unblock")
    assert (await shown(three, by_ada))["quote"]["state"] == "revoked"


async def test_whom_the_quoter_blocks_may_still_take_a_quote_back(
    house: House, edge: Edge, ada: Account, bob: Account
) -> None:
    """Such quotes are there from before blocks parted them, or were made elsewhere."""
    one, two = edge.of(ada), edge.of(bob)
    post = await said(one)
    quote = await said(two, "mine", quoted_status_id=post["id"])
    private = await said(two, "not hers", quoted_status_id=post["id"], visibility="private")
    await two.post(f"/api/v1/accounts/{ada.id}/block")
    house.db.write_now(
        lambda tx: tx.run(
            table.update()
            .where(table.c.id.in_([int(quote["id"]), int(private["id"])]))
            .values(quote_state="accepted")
        )
    )
    await one.post(f"/api/v1/accounts/{bob.id}/mute")
    assert (await one.get(f"/api/v1/statuses/{quote['id']}")).status_code == 404
    listed = (await one.get(f"/api/v1/statuses/{post['id']}/quotes")).json()
    assert [status["id"] for status in listed] == [quote["id"]]
    where = f"/api/v1/statuses/{post['id']}/quotes"
    answer = await one.post(f"{where}/{quote['id']}/revoke")
    assert answer.status_code == 200, answer.text
    assert answer.json()["quote"]["state"] == "revoked"
    assert (await one.post(f"{where}/{private['id']}/revoke")).status_code == 404


async def test_a_quoted_post_that_goes_away(edge: Edge, ada: Account, bob: Account) -> None:
    one, two = edge.of(ada), edge.of(bob)
    post = await said(one)
    quote = await said(two, quoted_status_id=post["id"])
    await one.delete(f"/api/v1/statuses/{post['id']}")
    assert (await shown(two, quote))["quote"] == {"state": "deleted", "quoted_status": None}
    deleted = (await two.delete(f"/api/v1/statuses/{quote['id']}")).json()
    assert deleted["quote"] == {"state": "deleted", "quoted_status": None}


async def test_who_quoted_is_told_of_an_edit(edge: Edge, ada: Account, bob: Account) -> None:
    one, two = edge.of(ada), edge.of(bob)
    post = await said(one, "I like cats")
    quote = await said(two, "me too", quoted_status_id=post["id"])
    await one.put(f"/api/v1/statuses/{post['id']}", json={"status": "I like dogs"})
    assert await kinds(two) == [("quoted_update", quote["id"])]
    edited = await two.put(f"/api/v1/statuses/{quote['id']}", json={"status": "wait"})
    assert edited.json()["content"].startswith('<p class="quote-inline">')
    history = (await two.get(f"/api/v1/statuses/{quote['id']}/history")).json()
    assert [version["quote"]["state"] for version in history] == ["accepted", "accepted"]


async def test_the_policy_is_changed_afterwards_and_by_default(
    house: House, edge: Edge, ada: Account, bob: Account
) -> None:
    house.db.write_now(lambda tx: credentials.enrol(tx, ada, "ada@example.org", ""))
    one, two = edge.of(ada), edge.of(bob)
    post = await said(one)
    assert post["quote_approval"]["automatic"] == ["public"]
    where = f"/api/v1/statuses/{post['id']}/interaction_policy"
    answer = await one.put(where, json={"quote_approval_policy": "nobody"})
    assert answer.json()["quote_approval"]["automatic"] == []
    assert answer.json()["edited_at"] is None
    assert (await one.put(where, json={"quote_approval_policy": "all"})).status_code == 422
    assert (await one.put(where, json={})).status_code == 422
    assert (await two.put(where, json={"quote_approval_policy": "public"})).status_code == 404
    edited = await one.put(
        f"/api/v1/statuses/{post['id']}",
        json={"status": "anew", "quote_approval_policy": "followers"},
    )
    assert edited.json()["quote_approval"]["automatic"] == ["followers"]
    me = await one.ask(
        "PATCH", "/api/v1/accounts/update_credentials", json={"source": {"quote_policy": "nobody"}}
    )
    assert me.status_code == 200, me.text
    assert me.json()["source"]["quote_policy"] == "nobody"
    assert (await said(one))["quote_approval"]["automatic"] == []
    kept = (await one.get("/api/v1/preferences")).json()
    assert kept["posting:default:quote_policy"] == "nobody"


async def test_posts_from_elsewhere_have_not_consented(
    house: House, edge: Edge, ada: Account
) -> None:
    zoe = house.remote("zoe", "far.test")
    uri = "https://far.test/notes/1"
    incoming = Incoming(uri, uri, "<p>hi</p>", "public", 1)
    post = house.db.write_now(lambda tx: receive(tx, zoe, incoming))
    assert post is not None
    answer = await edge.of(ada).post(
        "/api/v1/statuses", json={"status": "x", "quoted_status_id": str(post.id)}
    )
    assert answer.status_code == 403
