from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.api.conftest import Client, Edge
from tests.conftest import House
from weft.people import blocks
from weft.people.model import Account
from weft.threads import edit, react
from weft.threads.delete import delete
from weft.threads.model import Draft
from weft.work.tables import events

pytestmark = pytest.mark.anyio
LIST = "/api/v1/conversations"


async def listed(client: Client, query: str = "") -> list[dict[str, Any]]:
    answer = await client.get(f"{LIST}?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_direct_post_opens_a_conversation_for_both(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    house.post(ada, "@bob in public")
    post = house.post(ada, "@bob hello", visibility="direct")
    (mine,), (theirs,) = await listed(edge.of(ada)), await listed(edge.of(bob))
    assert set(mine) == {"id", "unread", "accounts", "last_status"}
    assert (mine["unread"], theirs["unread"]) == (False, True)
    assert [one["acct"] for one in mine["accounts"]] == ["bob"]
    assert [one["acct"] for one in theirs["accounts"]] == ["ada"]
    assert mine["last_status"]["id"] == theirs["last_status"]["id"] == str(post.id)
    assert mine["id"] != theirs["id"]
    told = sa.select(events.c.actor_id, events.c.subject_id).where(
        events.c.kind == "conversation.updated"
    )
    assert set(house.db.read_now(lambda tx: tx.rows(told))) == {
        (ada.id, int(mine["id"])),
        (bob.id, int(theirs["id"])),
    }


async def test_an_answer_moves_it_up_and_reads_it(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    first = house.post(ada, "@bob hello", visibility="direct")
    house.post(ada, "@bob something else", visibility="direct")
    answer = house.post(bob, "@ada yes?", reply_to_id=first.id, visibility="direct")
    a, b = await listed(edge.of(ada)), await listed(edge.of(bob))
    assert a[0]["last_status"]["id"] == str(answer.id)
    assert ([one["unread"] for one in a], [one["unread"] for one in b]) == (
        [True, False],
        [False, True],
    )


async def test_reading_keeping_unread_and_taking_away(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    post = house.post(ada, "@bob hello", visibility="direct")
    client = edge.of(bob)
    (one,) = await listed(client)
    read = await client.post(f"{LIST}/{one['id']}/read")
    assert read.json() == one | {"unread": False}
    assert (await client.post(f"{LIST}/{one['id']}/unread")).json() == one
    for answer in (
        await edge.of(ada).post(f"{LIST}/{one['id']}/read"),
        await edge.of(ada).post(f"{LIST}/{one['id']}/unread"),
        await edge.of(ada).delete(f"{LIST}/{one['id']}"),
        await client.post(f"{LIST}/x/read"),
        await client.delete(f"{LIST}/7"),
    ):
        assert answer.status_code == 404
    assert (await client.delete(f"{LIST}/{one['id']}")).json() == {}
    assert await listed(client) == []
    house.post(ada, "@bob still there?", reply_to_id=post.id, visibility="direct")
    assert [one["unread"] for one in await listed(client)] == [True]


async def test_pages_by_the_last_post(edge: Edge, house: House, ada: Account, bob: Account) -> None:
    said = [house.post(ada, f"@bob {n}", visibility="direct") for n in range(5)]
    client, path, seen = edge.of(bob), f"{LIST}?limit=2", list[str]()
    while found := (page := await client.get(path)).json():
        seen += [one["last_status"]["id"] for one in found]
        path = page.links["next"]["url"]
    assert seen == [str(post.id) for post in reversed(said)]


async def test_the_post_before_is_the_last_one_when_the_last_is_deleted(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    first = house.post(ada, "@bob hello", visibility="direct")
    second = house.post(bob, "@ada yes?", reply_to_id=first.id, visibility="direct")
    house.db.write_now(lambda tx: delete(tx, bob, second.id))
    for who in (ada, bob):
        (one,) = await listed(edge.of(who))
        assert one["last_status"]["id"] == str(first.id)
    house.db.write_now(lambda tx: delete(tx, ada, first.id))
    assert (await listed(edge.of(ada)), await listed(edge.of(bob))) == ([], [])


async def test_who_is_blocked_or_muted_opens_none(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    house.db.write_now(lambda tx: blocks.mute(tx, ada, bob))
    post = house.post(bob, "@ada hello", visibility="direct")
    assert await listed(edge.of(ada)) == []
    assert [one["last_status"]["id"] for one in await listed(edge.of(bob))] == [str(post.id)]


async def test_a_blocked_reader_sees_the_post_no_more(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    house.post(ada, "@bob hello", visibility="direct")
    house.db.write_now(lambda tx: blocks.block(tx, ada, bob))
    (one,) = await listed(edge.of(bob))
    assert one["last_status"] is None


async def test_an_edit_lets_somebody_in_and_disturbs_nobody(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    cy = house.person("cy")
    post = house.post(ada, "@bob hello", visibility="direct")
    (one,) = await listed(edge.of(bob))
    await edge.of(bob).post(f"{LIST}/{one['id']}/read")
    house.db.write_now(
        lambda tx: edit.edit(tx, ada, post.id, Draft(text="@bob @cy hello", visibility="direct"))
    )
    assert [one["unread"] for one in await listed(edge.of(bob))] == [False]
    assert [one["unread"] for one in await listed(edge.of(cy))] == [True]


async def test_a_note_to_oneself_shows_oneself(edge: Edge, house: House, ada: Account) -> None:
    house.post(ada, "remember", visibility="direct")
    (one,) = await listed(edge.of(ada))
    assert ([a["acct"] for a in one["accounts"]], one["unread"]) == (["ada"], False)


async def test_a_muted_thread_tells_nothing_until_it_is_heard_again(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    post = house.post(ada, "@bob hello")
    client = edge.of(ada)
    assert (await client.post(f"/api/v1/statuses/{post.id}/mute")).json()["muted"] is True
    assert (await client.get(f"/api/v1/statuses/{post.id}")).json()["muted"] is True
    answer = house.post(bob, "@ada hi", reply_to_id=post.id)
    house.db.write_now(lambda tx: react.like(tx, bob, post.id))
    assert (await client.get("/api/v1/notifications")).json() == []
    assert (await client.get(f"/api/v1/statuses/{answer.id}")).json()["muted"] is True
    assert (await client.post(f"/api/v1/statuses/{answer.id}/unmute")).json()["muted"] is False
    house.post(bob, "@ada still?", reply_to_id=post.id)
    assert len((await client.get("/api/v1/notifications")).json()) == 1
    hidden = house.post(bob, "for me", visibility="direct")
    assert (await client.post(f"/api/v1/statuses/{hidden.id}/mute")).status_code == 404


async def test_whom_one_blocks_is_in_no_conversation(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    carl = house.person("carl")
    house.post(bob, "@ada hello", visibility="direct")
    house.post(carl, "@ada @bob all of us", visibility="direct")
    kept = house.post(carl, "@ada just us", visibility="direct")
    house.db.write_now(lambda tx: blocks.block(tx, ada, bob))
    (left,) = await listed(edge.of(ada))
    assert left["last_status"]["id"] == str(kept.id)
    assert len(await listed(edge.of(bob))) == 2
