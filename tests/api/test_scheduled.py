"""Posts that wait: said once at their time, changed or cancelled before it."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.api.conftest import Client, Edge
from tests.api.later import Clock
from tests.api.test_media import file
from tests.conftest import House
from weft.kernel.clock import DAY, HOUR, MINUTE, iso, now_ms
from weft.people.model import Account
from weft.people.tables import accounts
from weft.threads import jobs as thread_jobs
from weft.threads import scheduled
from weft.threads.tables import posts
from weft.work.jobs import Job, LeaseLost
from weft.work.tables import jobs as job_table

pytestmark = pytest.mark.anyio

PATH = "/api/v1/scheduled_statuses"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def soon(ms: int = HOUR) -> str:
    return iso(now_ms() + ms)


async def plan(client: Client, at: str | None = None, **more: Any) -> dict[str, Any]:
    body = {"status": "later", "scheduled_at": at or soon(), **more}
    made = await client.post("/api/v1/statuses", json=body)
    assert made.status_code == 200, made.text
    return made.json()


async def said(edge: Edge, who: Account) -> list[dict[str, Any]]:
    return (await edge.of(who).get(f"/api/v1/accounts/{who.id}/statuses")).json()


async def test_a_post_is_said_at_its_time_and_once(
    edge: Edge, house: House, ada: Account, bob: Account, clock: Clock
) -> None:
    client = edge.of(ada)
    root = house.post(bob, "a question")
    at = soon()
    poll = {"options": ["a", "b"], "expires_in": 600}
    words = {"status": "later @bob", "spoiler_text": "cw", "language": "en", "poll": poll}
    made = await plan(client, at, in_reply_to_id=str(root.id), visibility="unlisted", **words)
    assert made["scheduled_at"] == at
    assert made["params"] == {
        "text": "later @bob",
        "media_ids": None,
        "sensitive": False,
        "spoiler_text": "cw",
        "visibility": "unlisted",
        "language": "en",
        "scheduled_at": None,
        "poll": poll | {"multiple": False, "hide_totals": False},
        "idempotency": None,
        "with_rate_limit": False,
        "in_reply_to_id": str(root.id),
        "quoted_status_id": None,
        "quote_approval_policy": made["params"]["quote_approval_policy"],
        "application_id": None,
    }
    assert made["media_attachments"] == []
    assert await said(edge, ada) == []
    assert await clock.work(edge) == []
    clock.ahead = HOUR + MINUTE
    (job,) = await clock.due(edge)
    publish = thread_jobs.handlers(house.db, edge.blobs)[job.kind]
    await publish.run(job)
    with pytest.raises(LeaseLost):  # as after a crash between saying and forgetting the job
        await publish.run(job)
    (post,) = await said(edge, ada)
    assert post["in_reply_to_id"] == str(root.id)
    assert (post["spoiler_text"], post["visibility"], post["language"]) == ("cw", "unlisted", "en")
    assert [option["title"] for option in post["poll"]["options"]] == ["a", "b"]
    (told,) = (await edge.of(bob).get("/api/v1/notifications")).json()
    assert (told["type"], told["status"]["id"]) == ("mention", post["id"])
    assert (await client.get(PATH)).json() == []


async def test_one_sees_changes_and_cancels_ones_own(
    edge: Edge, ada: Account, bob: Account, clock: Clock
) -> None:
    client = edge.of(ada)
    made = [await plan(client, status=f"later {n}") for n in range(3)]
    listed = await client.get(PATH, params={"limit": 2})
    assert listed.json() == [made[2], made[1]]
    assert f"max_id={made[1]['id']}" in listed.headers["link"]
    rest = await client.get(PATH, params={"max_id": made[1]["id"]})
    assert rest.json() == [made[0]]
    one = f"{PATH}/{made[0]['id']}"
    assert (await client.get(one)).json() == made[0]
    for method in ("GET", "PUT", "DELETE"):
        assert (await edge.of(bob).ask(method, one)).status_code == 404
        assert (await client.ask(method, f"{PATH}/{'9' * 30}")).status_code == 404
    assert (await edge.of(None).get(PATH)).status_code == 401
    moved = soon(3 * HOUR)
    assert (await client.put(one, data={"scheduled_at": moved})).json()["scheduled_at"] == moved
    assert (await client.delete(f"{PATH}/{made[1]['id']}")).json() == {}
    clock.ahead = 2 * HOUR
    await clock.work(edge)
    assert [post["content"] for post in await said(edge, ada)] == ["<p>later 2</p>"]
    clock.ahead = 4 * HOUR
    await clock.work(edge)
    assert [post["content"] for post in await said(edge, ada)] == [
        "<p>later 0</p>",
        "<p>later 2</p>",
    ]


async def waiting(edge: Edge) -> list[int]:
    statement = sa.select(job_table.c.run_at).where(job_table.c.kind == "threads.publish_scheduled")
    return [row[0] for row in await edge.house.db.read(lambda tx: tx.rows(statement))]


async def test_however_often_it_is_changed_one_job_waits(
    edge: Edge, ada: Account, clock: Clock
) -> None:
    client = edge.of(ada)
    one = f"{PATH}/{(await plan(client))['id']}"
    for hours in (9, 5, 3, 5, 2):
        await client.put(one, json={"scheduled_at": soon(hours * HOUR)})
    (at,) = await waiting(edge)
    assert abs(at - now_ms() - 2 * HOUR) < MINUTE
    clock.ahead = 3 * HOUR
    assert await clock.work(edge) == ["threads.publish_scheduled"]
    assert len(await said(edge, ada)) == 1
    other = await plan(client, soon(5 * HOUR))
    await client.delete(f"{PATH}/{other['id']}")
    assert await waiting(edge) == []


async def test_a_job_that_is_at_it_when_the_time_changes_says_nothing(
    edge: Edge, house: House, ada: Account, clock: Clock
) -> None:
    client = edge.of(ada)
    one = f"{PATH}/{(await plan(client))['id']}"
    clock.ahead = HOUR + MINUTE
    (job,) = await clock.due(edge)
    await client.put(one, json={"scheduled_at": soon(5 * HOUR)})
    with pytest.raises(LeaseLost):
        await thread_jobs.handlers(house.db, edge.blobs)[job.kind].run(job)
    assert await said(edge, ada) == []
    assert len(await waiting(edge)) == 1


async def test_what_would_be_refused_is_refused_now(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    client = edge.of(ada)
    hidden = house.post(bob, "for nobody here", visibility="direct")
    for status, sent in (
        (422, {"scheduled_at": soon(4 * MINUTE)}),
        (422, {"scheduled_at": "2001-01-01"}),
        (422, {"scheduled_at": "soon"}),
        (422, {"scheduled_at": "\x00"}),
        (422, {"status": ""}),
        (422, {"media_ids": ["12"]}),
        (422, {"poll": {"options": ["a"], "expires_in": 600}}),
        (404, {"in_reply_to_id": str(hidden.id)}),
    ):
        body = {"status": "later", "scheduled_at": soon(), **sent}
        answer = await client.post("/api/v1/statuses", json=body)
        assert answer.status_code == status, (sent, answer.text)
    assert (await client.get(PATH)).json() == []
    one = f"{PATH}/{(await plan(client))['id']}"
    for at in (soon(4 * MINUTE), "soon"):
        assert (await client.put(one, json={"scheduled_at": at})).status_code == 422
    assert (await client.put(one)).status_code == 200


async def test_how_many_may_wait(edge: Edge, ada: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduled, "DAY_MAX", 2)
    monkeypatch.setattr(scheduled, "TOTAL_MAX", 3)
    client = edge.of(ada)
    noon = now_ms() // DAY * DAY + 2 * DAY + DAY // 2
    first, second = [await plan(client, iso(noon + n)) for n in range(2)]
    body = {"status": "later", "scheduled_at": iso(noon)}
    third = await client.post("/api/v1/statuses", json=body)
    assert third.status_code == 422
    assert "limit of 2" in third.json()["error"]
    moved = await client.put(f"{PATH}/{first['id']}", json={"scheduled_at": iso(noon + HOUR)})
    assert moved.status_code == 200
    await plan(client, iso(noon + DAY))
    body = {"status": "later", "scheduled_at": iso(noon + 2 * DAY)}
    assert "limit of 3" in (await client.post("/api/v1/statuses", json=body)).json()["error"]
    await client.delete(f"{PATH}/{second['id']}")
    assert (await client.post("/api/v1/statuses", json=body)).status_code == 200


async def test_its_pictures_wait_with_it(
    edge: Edge, house: House, ada: Account, clock: Clock
) -> None:
    client = edge.of(ada)
    ids = [(await client.post("/api/v2/media", files=file())).json()["id"] for _ in range(2)]
    await edge.work()
    made = await plan(client, soon(3 * DAY), media_ids=ids)
    assert made["params"]["media_ids"] == ids
    assert [picture["id"] for picture in made["media_attachments"]] == ids
    other = await client.post("/api/v1/statuses", json={"status": "x", "media_ids": ids[:1]})
    assert other.status_code == 422
    clock.ahead = 2 * DAY
    await clock.work(edge)
    sweep = thread_jobs.handlers(house.db, edge.blobs)["threads.sweep_media"]
    await sweep.run(Job(1, "threads.sweep_media", None, {}, 1, "test", 0))
    clock.ahead = 4 * DAY
    await clock.work(edge)
    (post,) = await said(edge, ada)
    assert [picture["id"] for picture in post["media_attachments"]] == ids


async def test_cancelling_frees_its_pictures(edge: Edge, ada: Account) -> None:
    client = edge.of(ada)
    picture = (await client.post("/api/v2/media", files=file())).json()["id"]
    await edge.work()
    made = await plan(client, media_ids=[picture])
    await client.delete(f"{PATH}/{made['id']}")
    now = await client.post("/api/v1/statuses", json={"media_ids": [picture]})
    assert now.status_code == 200


async def test_what_cannot_be_said_any_more_is_dropped(
    edge: Edge, house: House, ada: Account, bob: Account, clock: Clock
) -> None:
    root = house.post(bob, "a question")
    await plan(edge.of(ada), in_reply_to_id=str(root.id))
    await edge.of(bob).delete(f"/api/v1/statuses/{root.id}")
    await plan(edge.of(bob), status="bob's")
    house.db.write_now(
        lambda tx: tx.run(accounts.update().where(accounts.c.id == bob.id).values(suspended_at=1))
    )
    clock.ahead = 2 * HOUR
    assert len(await clock.work(edge)) == 2
    assert (
        house.db.read_now(lambda tx: tx.scalar(sa.select(sa.func.count()).select_from(posts))) == 0
    )
    assert (await edge.of(ada).get(PATH)).json() == []
    assert await clock.due(edge) == []


async def test_the_same_key_gives_the_same_again(edge: Edge, ada: Account, clock: Clock) -> None:
    client = edge.of(ada)
    body = {"status": "later", "scheduled_at": soon()}
    key = {"Idempotency-Key": "k"}
    first = (await client.post("/api/v1/statuses", json=body, headers=key)).json()
    again = (await client.post("/api/v1/statuses", json=body, headers=key)).json()
    assert again == first
    assert first["params"]["idempotency"] == "k"
    clock.ahead = 2 * HOUR
    await clock.work(edge)
    (post,) = await said(edge, ada)
    now = (await client.post("/api/v1/statuses", json={"status": "later"}, headers=key)).json()
    assert now["id"] == post["id"]


async def test_the_end_of_time_is_no_time(edge: Edge, ada: Account) -> None:
    body = {"status": "late", "scheduled_at": "9999-12-31T23:59:59-23:59"}
    answer = await edge.of(ada).post("/api/v1/statuses", json=body)
    assert answer.status_code == 422, answer.text


async def test_what_could_never_be_said_is_refused_at_once(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    crowd = " ".join(f"@somebody{n}" for n in range(60))
    quote = {"quoted_status_id": str(house.post(bob, "quotable").id), "visibility": "direct"}
    for body in ({"status": crowd}, {"status": "to nobody", **quote}):
        answer = await edge.of(ada).post("/api/v1/statuses", json=body | {"scheduled_at": soon()})
        assert answer.status_code == 422, answer.text
    assert (await edge.of(ada).get(PATH)).json() == []
