from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.api.conftest import Client, Edge
from tests.conftest import House
from weft.people import blocks, follows
from weft.people.model import Account
from weft.people.tables import accounts, credentials
from weft.threads import react
from weft.work.tables import events

pytestmark = pytest.mark.anyio
POLICY = "/api/v2/notifications/policy"
REQUESTS = "/api/v1/notifications/requests"
LIST = "/api/v1/notifications"


async def kinds(client: Client, query: str = "") -> list[str]:
    return [one["type"] for one in (await client.get(f"{LIST}?{query}")).json()]


def told(house: House, kind: str = "notification.created") -> int:
    count = sa.select(sa.func.count()).where(events.c.kind == kind)
    return house.db.read_now(lambda tx: tx.scalar(count))


async def test_a_policy_is_read_and_changed(edge: Edge, ada: Account) -> None:
    client = edge.of(ada)
    usual = {
        "for_not_following": "accept",
        "for_not_followers": "accept",
        "for_new_accounts": "accept",
        "for_private_mentions": "accept",
        "for_limited_accounts": "filter",
        "summary": {"pending_requests_count": 0, "pending_notifications_count": 0},
    }
    assert (await client.get(POLICY)).json() == usual
    changed = await client.ask("PATCH", POLICY, data={"for_not_following": "drop"})
    assert changed.json() == usual | {"for_not_following": "drop"}
    again = await client.ask("PUT", POLICY, json={"for_new_accounts": "filter"})
    assert again.json() == changed.json() | {"for_new_accounts": "filter"}
    bad = await client.ask("PATCH", POLICY, json={"for_new_accounts": "burn"})
    assert bad.status_code == 422
    assert (await client.ask("PATCH", POLICY)).json() == again.json()
    assert (await client.get(POLICY)).json() == again.json()


async def test_the_policys_first_form(edge: Edge, ada: Account) -> None:
    client, path = edge.of(ada), "/api/v1/notifications/policy"
    changed = await client.ask("PUT", path, data={"filter_not_following": "true"})
    assert changed.json() == {
        "filter_not_following": True,
        "filter_not_followers": False,
        "filter_new_accounts": False,
        "filter_private_mentions": False,
        "summary": {"pending_requests_count": 0, "pending_notifications_count": 0},
    }
    assert (await client.get(path)).json() == changed.json()
    assert (await client.get(POLICY)).json()["for_not_following"] == "filter"


async def test_what_is_filtered_waits_and_nobody_is_told(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    client = edge.of(ada)
    await client.ask("PATCH", POLICY, json={"for_not_following": "filter"})
    mine = house.post(ada, "mine")
    post = house.post(bob, "@ada hello")
    house.db.write_now(lambda tx: react.like(tx, bob, mine.id))
    assert (await kinds(client), told(house)) == ([], 0)
    assert await kinds(client, "include_filtered=true") == ["favourite", "mention"]
    kept = (await client.get(f"{LIST}?include_filtered=true")).json()
    assert all(one["filtered"] for one in kept)
    for version in (1, 2):
        path = f"/api/v{version}/notifications/unread_count"
        assert (await client.get(path)).json() == {"count": 0}
    assert (await client.get("/api/v2/notifications")).json()["notification_groups"] == []
    (one,) = (await client.get(REQUESTS)).json()
    assert set(one) == {
        "id",
        "created_at",
        "updated_at",
        "notifications_count",
        "account",
        "last_status",
    }
    assert (one["notifications_count"], one["account"]["acct"]) == ("2", "bob")
    assert one["last_status"]["id"] == str(mine.id) != str(post.id)
    assert (await client.get(f"{REQUESTS}/{one['id']}")).json() == one
    summary = (await client.get(POLICY)).json()["summary"]
    assert summary == {"pending_requests_count": 1, "pending_notifications_count": 2}
    stranger = edge.of(bob)
    assert (await stranger.get(REQUESTS)).json() == []
    for answer in (
        await stranger.get(f"{REQUESTS}/{one['id']}"),
        await stranger.post(f"{REQUESTS}/{one['id']}/accept"),
        await stranger.post(f"{REQUESTS}/{one['id']}/dismiss"),
    ):
        assert answer.status_code == 404


async def test_what_waited_and_is_taken_back_counts_no_more(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    client = edge.of(ada)
    await client.ask("PATCH", POLICY, json={"for_not_following": "filter"})
    mine = house.post(ada, "mine")
    for deed in (react.like, react.boost):
        house.db.write_now(lambda tx, deed=deed: deed(tx, bob, mine.id))
    house.db.write_now(lambda tx: react.unlike(tx, bob, mine.id))
    (one,) = (await client.get(REQUESTS)).json()
    assert one["notifications_count"] == "1"
    house.db.write_now(lambda tx: react.unboost(tx, bob, mine.id))
    assert (await client.get(REQUESTS)).json() == []
    assert (await client.get(POLICY)).json()["summary"]["pending_notifications_count"] == 0


async def test_who_is_accepted_comes_through_from_then_on(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    client = edge.of(ada)
    await client.ask("PATCH", POLICY, json={"for_not_following": "filter"})
    house.post(bob, "@ada hello")
    (one,) = (await client.get(REQUESTS)).json()
    assert (await client.post(f"{REQUESTS}/{one['id']}/accept")).json() == {}
    assert await kinds(client) == ["mention"]
    assert (await client.get(f"{REQUESTS}/merged")).json() == {"merged": True}
    assert ((await client.get(REQUESTS)).json(), told(house, "notifications.merged")) == ([], 1)
    house.post(bob, "@ada again")
    assert (await kinds(client), told(house)) == (["mention", "mention"], 1)
    assert (await client.post(f"{REQUESTS}/{one['id']}/accept")).status_code == 404


async def test_dismissing_takes_away_what_waited_only(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    client = edge.of(ada)
    house.post(bob, "@ada before")
    await client.ask("PATCH", POLICY, json={"for_not_following": "filter"})
    house.post(bob, "@ada hello")
    (one,) = (await client.get(REQUESTS)).json()
    assert (await client.post(f"{REQUESTS}/{one['id']}/dismiss")).json() == {}
    assert await kinds(client, "include_filtered=true") == ["mention"]
    house.post(bob, "@ada again")
    assert [one["notifications_count"] for one in (await client.get(REQUESTS)).json()] == ["1"]


async def test_many_requests_are_paged_and_decided_at_once(
    edge: Edge, house: House, ada: Account
) -> None:
    client = edge.of(ada)
    await client.ask("PATCH", POLICY, json={"for_not_followers": "filter"})
    for n in range(5):
        house.post(house.person(f"p{n}"), "@ada hi")
    first = await client.get(f"{REQUESTS}?limit=2")
    rest = await client.get(first.links["next"]["url"])
    ids = [one["id"] for one in first.json() + rest.json()]
    assert len(ids) == 4 == len(set(ids))
    assert (await client.post(f"{REQUESTS}/accept", data={"id[]": ids[:2]})).json() == {}
    assert (
        await client.post(f"{REQUESTS}/dismiss", json={"id": [*ids[2:3], "7", "x"]})
    ).status_code == 200
    assert (await client.post(f"{REQUESTS}/dismiss")).status_code == 200
    assert len(await kinds(client)) == 2
    assert len((await client.get(REQUESTS)).json()) == 2


async def test_what_is_dropped_never_was(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    client = edge.of(ada)
    await client.ask("PATCH", POLICY, json={"for_new_accounts": "drop"})
    house.post(bob, "@ada hello")
    assert await kinds(client, "include_filtered=true") == []
    assert (await client.get(REQUESTS)).json() == []
    house.db.write_now(lambda tx: follows.follow(tx, ada, bob))
    house.post(bob, "@ada hello")
    assert await kinds(client) == ["mention"]


async def test_only_direct_posts_that_nobody_asked_for_are_held_back(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    client = edge.of(ada)
    await client.ask("PATCH", POLICY, json={"for_private_mentions": "filter"})
    house.post(bob, "@ada in public")
    asked = house.post(ada, "@bob a question", visibility="direct")
    house.post(bob, "@ada an answer", reply_to_id=asked.id, visibility="direct")
    assert await kinds(client) == ["mention", "mention"]
    house.post(bob, "@ada psst", visibility="direct")
    assert (await kinds(client), len((await client.get(REQUESTS)).json())) == (["mention"] * 2, 1)
    spoken = (await client.get("/api/v1/conversations")).json()
    assert len(spoken) == 1
    (one,) = (await client.get(REQUESTS)).json()
    await client.post(f"{REQUESTS}/{one['id']}/accept")
    spoken = (await client.get("/api/v1/conversations")).json()
    assert [one["unread"] for one in spoken] == [True, True]


async def test_limited_accounts_are_held_back_by_default_and_admins_never(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    limit = accounts.update().where(accounts.c.id == bob.id).values(silenced_at=1)
    house.db.write_now(lambda tx: tx.run(limit))
    house.post(bob, "@ada hello")
    client = edge.of(ada)
    assert await kinds(client) == []
    assert len((await client.get(REQUESTS)).json()) == 1
    admin = {"account_id": bob.id, "email": "b@b.test", "password_hash": "", "role": "admin"}
    house.db.write_now(
        lambda tx: tx.run(credentials.insert(), admin | {"preferences": {}, "created_at": 0})
    )
    house.post(bob, "@ada again")
    assert await kinds(client) == ["mention"]


async def test_a_block_takes_the_request_and_the_trust_away(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    client = edge.of(ada)
    await client.ask("PATCH", POLICY, json={"for_not_following": "filter"})
    house.post(bob, "@ada hello")
    (one,) = (await client.get(REQUESTS)).json()
    await client.post(f"{REQUESTS}/{one['id']}/accept")
    house.db.write_now(lambda tx: blocks.block(tx, ada, bob))
    house.db.write_now(lambda tx: blocks.unblock(tx, ada, bob))
    house.post(bob, "@ada again")
    assert await kinds(client) == []
    assert len((await client.get(REQUESTS)).json()) == 1
    house.db.write_now(lambda tx: blocks.block(tx, ada, bob))
    assert (await client.get(REQUESTS)).json() == []
