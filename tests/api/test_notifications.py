from __future__ import annotations

import pytest

from tests.api.conftest import Edge
from tests.conftest import House
from weft.people import follows
from weft.people.model import Account
from weft.threads import react
from weft.threads.delete import delete
from weft.threads.notifications import notify

pytestmark = pytest.mark.anyio

NOTIFICATION = {"id", "type", "created_at", "group_key", "account", "status"}


async def test_a_notification_has_its_account_and_post(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    post = house.post(bob, "@ada hello")
    client = edge.of(ada)
    (one,) = (await client.get("/api/v1/notifications")).json()
    assert set(one) == NOTIFICATION
    assert (one["type"], one["account"]["acct"]) == ("mention", "bob")
    assert one["status"]["id"] == str(post.id)
    assert (await client.get(f"/api/v1/notifications/{one['id']}")).json() == one
    assert (await edge.of(bob).get(f"/api/v1/notifications/{one['id']}")).status_code == 404


async def test_a_follow_has_no_post(edge: Edge, house: House, ada: Account, bob: Account) -> None:
    house.db.write_now(lambda tx: notify(tx, ada.id, "follow", bob.id))
    (one,) = (await edge.of(ada).get("/api/v1/notifications")).json()
    assert one["type"] == "follow"
    assert set(one) == NOTIFICATION - {"status"}


async def test_types_and_accounts_filter(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    cy = house.person("cy")
    mine = house.post(ada, "mine")
    house.post(bob, "@ada hello")
    house.db.write_now(lambda tx: react.like(tx, cy, mine.id))
    client = edge.of(ada)

    async def kinds(query: str) -> list[str]:
        return [one["type"] for one in (await client.get(f"/api/v1/notifications?{query}")).json()]

    assert await kinds("") == ["favourite", "mention"]
    assert await kinds("types[]=mention&types[]=follow") == ["mention"]
    assert await kinds("exclude_types[]=mention") == ["favourite"]
    assert await kinds("types[0]=nothing") == []
    assert await kinds(f"account_id={bob.id}") == ["mention"]


async def test_reading_dismissing_and_clearing(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    for n in range(3):
        house.post(bob, f"@ada {n}")
    client = edge.of(ada)
    newest, middle, _ = (await client.get("/api/v1/notifications")).json()

    async def unread() -> int:
        return (await client.get("/api/v1/notifications/unread_count")).json()["count"]

    assert await unread() == 3
    marker = {"notifications[last_read_id]": middle["id"]}
    saved = (await client.post("/api/v1/markers", data=marker)).json()
    assert saved["notifications"]["last_read_id"] == middle["id"]
    assert await unread() == 1
    assert (await client.post(f"/api/v1/notifications/{newest['id']}/dismiss")).json() == {}
    assert await unread() == 0
    missing = await client.post(f"/api/v1/notifications/{newest['id']}/dismiss")
    assert missing.status_code == 404
    assert (await client.post("/api/v1/notifications/clear")).json() == {}
    assert (await client.get("/api/v1/notifications")).json() == []


async def test_a_deleted_posts_notifications_go_with_it(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    post = house.post(bob, "@ada hello")
    house.db.write_now(lambda tx: delete(tx, bob, post.id))
    assert (await edge.of(ada).get("/api/v1/notifications")).json() == []


async def test_markers_remember_and_count_their_changes(edge: Edge, ada: Account) -> None:
    client = edge.of(ada)
    assert (await client.get("/api/v1/markers?timeline[]=home")).json() == {}
    for version, last in ((1, "100"), (2, "200")):
        sent = {"home": {"last_read_id": last}}
        saved = (await client.post("/api/v1/markers", json=sent)).json()
        assert set(saved["home"]) == {"last_read_id", "version", "updated_at"}
        assert (saved["home"]["version"], saved["home"]["last_read_id"]) == (version, last)
    both = await client.get("/api/v1/markers?timeline[]=home&timeline[]=notifications")
    assert both.json() == saved
    bad = await client.post("/api/v1/markers", json={"home": {"last_read_id": "x"}})
    assert bad.status_code == 422


async def test_who_lost_access_no_longer_reads_the_post_in_its_notification(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    house.db.write_now(lambda tx: follows.follow(tx, bob, ada, notify=True))
    house.post(ada, "for those who follow me", visibility="private")
    client = edge.of(bob)
    (one,) = (await client.get("/api/v1/notifications?types[]=status")).json()
    house.db.write_now(lambda tx: follows.remove_follower(tx, ada, bob))
    assert (await client.get("/api/v1/notifications?types[]=status")).json() == []
    assert (await client.get(f"/api/v1/notifications/{one['id']}")).status_code == 404
