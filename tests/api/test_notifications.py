from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.api.conftest import Edge
from tests.conftest import House
from weft.people import accounts, follows
from weft.people.model import Account
from weft.store.database import Tx
from weft.threads import edit, emoji_reactions, react
from weft.threads.delete import delete
from weft.threads.model import Draft, Post
from weft.threads.notifications import notify

pytestmark = pytest.mark.anyio

Deed = Callable[[Tx, Account, Post], object]
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
    number = await client.post("/api/v1/markers", json={"home": {"last_read_id": 7}})
    assert number.json()["home"]["last_read_id"] == "7"
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


async def test_one_or_several_are_destroyed_as_old_apps_do(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    for n in range(4):
        house.post(bob, f"@ada {n}")
    client, path = edge.of(ada), "/api/v1/notifications"
    ids = [one["id"] for one in (await client.get(path)).json()]
    assert (await client.delete(f"{path}/{ids[0]}")).json() == {}
    assert (await client.delete(f"{path}/{ids[0]}")).status_code == 404
    assert (await edge.of(bob).delete(f"{path}/destroy_multiple?ids[]={ids[1]}")).json() == {}
    many = f"{path}/destroy_multiple?ids[]={ids[1]}&ids[]={ids[2]}&ids[]=x&ids[]={ids[0]}"
    assert (await client.delete(many)).json() == {}
    assert [one["id"] for one in (await client.get(path)).json()] == [ids[3]]


async def test_unread_ones_are_counted_by_kind_and_account(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    cy, mine = house.person("cy"), house.post(ada, "mine")
    house.post(bob, "@ada hi")
    house.db.write_now(lambda tx: react.like(tx, cy, mine.id))
    client = edge.of(ada)
    for query, count in (
        ("", 2),
        ("types[]=mention", 1),
        ("exclude_types[]=mention&exclude_types[]=favourite", 0),
        (f"account_id={cy.id}", 1),
        ("types[]=nothing", 0),
        ("limit=1", 1),
    ):
        answer = await client.get(f"/api/v1/notifications/unread_count?{query}")
        assert answer.json() == {"count": count}, query


async def test_of_many_edits_the_last_is_told(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    post = house.post(bob, "first")
    house.db.write_now(lambda tx: react.boost(tx, ada, post.id))
    seen: list[str] = []
    for text in ("second", "third"):
        house.db.write_now(lambda tx, text=text: edit.edit(tx, bob, post.id, Draft(text=text)))
        (one,) = (await edge.of(ada).get("/api/v1/notifications?types[]=update")).json()
        seen.append(one["id"])
    assert seen[0] < seen[1]


DEEDS: dict[str, tuple[Deed, Deed]] = {
    "favourite": (
        lambda tx, by, post: react.like(tx, by, post.id),
        lambda tx, by, post: react.unlike(tx, by, post.id),
    ),
    "reblog": (
        lambda tx, by, post: react.boost(tx, by, post.id),
        lambda tx, by, post: react.unboost(tx, by, post.id),
    ),
    "pleroma:emoji_reaction": (
        lambda tx, by, post: emoji_reactions.react(tx, by, post.id, "🎉"),
        lambda tx, by, post: emoji_reactions.unreact(tx, by, post.id, "🎉"),
    ),
    "follow": (
        lambda tx, by, post: follows.follow(tx, by, accounts.get(tx, post.author_id)),
        lambda tx, by, post: follows.unfollow(tx, by, accounts.get(tx, post.author_id)),
    ),
}


@pytest.mark.parametrize("kind", DEEDS)
async def test_what_is_taken_back_is_not_told_any_more(
    edge: Edge, house: House, ada: Account, bob: Account, kind: str
) -> None:
    """In the list, in the groups, in the count of what is unread, and for an app that had read so far."""
    do, undo = DEEDS[kind]
    cy, mine, client = house.person("cy"), house.post(ada, "mine"), edge.of(ada)

    async def ids() -> list[str]:
        listed = await client.get("/api/v1/notifications")
        return [one["id"] for one in listed.json()]

    async def unread() -> int:
        return (await client.get("/api/v1/notifications/unread_count")).json()["count"]

    for by in (cy, bob):
        house.db.write_now(lambda tx, by=by: do(tx, by, mine))
    bobs, cys = await ids()
    await client.post("/api/v1/markers", json={"notifications": {"last_read_id": bobs}})
    house.db.write_now(lambda tx: undo(tx, bob, mine))
    assert await ids() == [cys]
    (group,) = (await client.get("/api/v2/notifications")).json()["notification_groups"]
    assert (group["notifications_count"], group["sample_account_ids"]) == (1, [str(cy.id)])
    marker = (await client.get("/api/v1/markers?timeline[]=notifications")).json()
    assert (marker["notifications"]["last_read_id"], await unread()) == (bobs, 0)
    house.db.write_now(lambda tx: do(tx, bob, mine))
    assert (len(await ids()), await unread()) == (2, 1)


async def test_a_follow_request_is_over_when_it_is_answered(
    edge: Edge, house: House, bob: Account
) -> None:
    locked = house.person("shy", locked=True)
    cy = house.person("cy")
    for one in (bob, cy):
        house.db.write_now(lambda tx, one=one: follows.follow(tx, one, locked))
    client = edge.of(locked)

    async def kinds() -> list[str]:
        return [one["type"] for one in (await client.get("/api/v1/notifications")).json()]

    assert await kinds() == ["follow_request", "follow_request"]
    await client.post(f"/api/v1/follow_requests/{bob.id}/authorize")
    assert await kinds() == ["follow", "follow_request"]
    await client.post(f"/api/v1/follow_requests/{cy.id}/reject")
    assert await kinds() == ["follow"]
