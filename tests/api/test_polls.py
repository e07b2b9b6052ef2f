"""Polls, from asking to the end: who may answer, how often, and what is told to whom."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.api.conftest import Client, Edge
from tests.api.later import Clock
from tests.conftest import House
from weft.kernel.clock import DAY, HOUR, MINUTE
from weft.kernel.errors import Invalid
from weft.people import blocks
from weft.people.model import Account
from weft.threads import ballots
from weft.threads import jobs as thread_jobs
from weft.work.jobs import LeaseLost

pytestmark = pytest.mark.anyio

LUNCH = {"options": ["soup", "bread"], "expires_in": 3600}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


async def ask(client: Client, poll: dict[str, Any] = LUNCH, **more: Any) -> dict[str, Any]:
    made = await client.post("/api/v1/statuses", json={"status": "Lunch?", "poll": poll, **more})
    assert made.status_code == 200, made.text
    return made.json()


async def vote(client: Client, poll_id: str, *choices: Any) -> Any:
    return await client.post(f"/api/v1/polls/{poll_id}/votes", json={"choices": list(choices)})


def counts(poll: dict[str, Any]) -> list[int | None]:
    return [option["votes_count"] for option in poll["options"]]


async def test_a_poll_is_asked_and_answered(edge: Edge, ada: Account, bob: Account) -> None:
    post = await ask(edge.of(ada))
    poll = post["poll"]
    assert set(poll) == {
        *("id", "expires_at", "expired", "multiple", "votes_count", "voters_count"),
        *("options", "emojis", "voted", "own_votes"),
    }
    assert poll["options"] == [
        {"title": "soup", "votes_count": 0},
        {"title": "bread", "votes_count": 0},
    ]
    assert (poll["expired"], poll["multiple"], poll["voters_count"]) == (False, False, None)
    assert poll["voted"] is True  # who asks sees results, and no form
    answered = await vote(edge.of(bob), poll["id"], 1)
    assert answered.status_code == 200, answered.text
    seen = answered.json()
    assert counts(seen) == [0, 1]
    assert (seen["voted"], seen["own_votes"], seen["votes_count"]) == (True, [1], 1)
    assert (await edge.of(bob).get(f"/api/v1/polls/{poll['id']}")).json() == seen
    stranger = (await edge.of(None).get(f"/api/v1/polls/{poll['id']}")).json()
    assert counts(stranger) == [0, 1]
    assert "voted" not in stranger
    assert "own_votes" not in stranger
    shown = (await edge.of(bob).get(f"/api/v1/statuses/{post['id']}")).json()
    assert shown["poll"] == seen


async def test_forms_as_clients_send_them(edge: Edge, ada: Account, bob: Account) -> None:
    made = await edge.of(ada).post(
        "/api/v1/statuses",
        data={
            "status": "Which?",
            "poll[options][]": ["a", "b", "c"],
            "poll[expires_in]": "600",
            "poll[multiple]": "true",
            "poll[hide_totals]": "1",
        },
    )
    assert made.status_code == 200, made.text
    poll = made.json()["poll"]
    assert poll["multiple"] is True
    path = f"/api/v1/polls/{poll['id']}/votes"
    answered = await edge.of(bob).post(path, data={"choices[]": ["0", "2"]})
    assert answered.status_code == 200, answered.text
    assert answered.json()["own_votes"] == [0, 2]
    assert (answered.json()["votes_count"], answered.json()["voters_count"]) == (2, 1)


async def test_each_answers_once_and_only_what_there_is(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    poll = (await ask(edge.of(ada)))["poll"]
    own = await vote(edge.of(ada), poll["id"], 0)
    assert own.status_code == 422
    assert "your own" in own.json()["error"]
    for wrong in ([], [2], [-1], [0, 1], [2**70], ["x"], [None], [[0]], list(range(500))):
        answer = await vote(edge.of(bob), poll["id"], *wrong)
        assert answer.status_code in (400, 422), wrong
    for body in ({"choices": 0}, {}, {"choices": None}, []):
        answer = await edge.of(bob).post(f"/api/v1/polls/{poll['id']}/votes", json=body)
        assert answer.status_code in (400, 422), body
    assert (await vote(edge.of(bob), poll["id"], 0)).status_code == 200
    twice = await vote(edge.of(bob), poll["id"], 1)
    assert (twice.status_code, twice.json()["error"]) == (
        422,
        "Validation failed: You have already voted on this poll",
    )
    assert counts((await edge.of(bob).get(f"/api/v1/polls/{poll['id']}")).json()) == [1, 0]
    cy = house.person("cy")
    house.db.write_now(lambda tx: blocks.block(tx, cy, ada))
    assert (await vote(edge.of(cy), poll["id"], 0)).status_code == 403


async def test_a_poll_is_as_hidden_as_its_post(
    edge: Edge, house: House, ada: Account, bob: Account
) -> None:
    poll = (await ask(edge.of(ada), visibility="private"))["poll"]
    for viewer in (bob, None):
        assert (await edge.of(viewer).get(f"/api/v1/polls/{poll['id']}")).status_code == 404
    assert (await vote(edge.of(bob), poll["id"], 0)).status_code == 404
    assert (await edge.of(None).post(f"/api/v1/polls/{poll['id']}/votes")).status_code == 401
    for nothing in ("0", "9" * 30, "x", "-1"):
        assert (await edge.of(bob).get(f"/api/v1/polls/{nothing}")).status_code == 404
        assert (await vote(edge.of(bob), nothing, 0)).status_code == 404
    open_ = (await ask(edge.of(ada)))["poll"]
    house.db.write_now(lambda tx: blocks.block(tx, ada, bob))
    assert (await edge.of(bob).get(f"/api/v1/polls/{open_['id']}")).status_code == 404
    assert (await vote(edge.of(bob), open_["id"], 0)).status_code == 404


async def test_what_is_no_poll_is_refused(edge: Edge, ada: Account) -> None:
    client = edge.of(ada)
    for poll in (
        {"options": ["one"], "expires_in": 600},
        {"options": ["a", "b", "c", "d", "e"], "expires_in": 600},
        {"options": ["a", "a"], "expires_in": 600},
        {"options": ["a", "  "], "expires_in": 600},
        {"options": ["a", "b" * 51], "expires_in": 600},
        {"options": ["a", "b"], "expires_in": 299},
        {"options": ["a", "b"], "expires_in": 40 * DAY},
        {"options": ["a", "b"], "expires_in": -(2**70)},
        {"options": ["a", "b"], "expires_in": 2**70},
        {"options": ["a", "b"]},
        {"options": "ab", "expires_in": 600},
        {"options": [1, {}], "expires_in": 600},
        ["a", "b"],
    ):
        answer = await client.post("/api/v1/statuses", json={"status": "x", "poll": poll})
        assert answer.status_code in (400, 422), poll
    assert (
        await client.post("/api/v1/statuses", json={"status": "", "poll": LUNCH})
    ).status_code == 422
    none = await client.post("/api/v1/statuses", json={"status": "x", "poll": {}})
    assert none.json()["poll"] is None


async def test_hidden_totals_are_told_at_the_end(
    edge: Edge, ada: Account, bob: Account, clock: Clock
) -> None:
    poll = (await ask(edge.of(ada), {**LUNCH, "hide_totals": True}))["poll"]
    seen = (await vote(edge.of(bob), poll["id"], 0)).json()
    assert counts(seen) == [None, None]
    assert (seen["votes_count"], seen["own_votes"]) == (1, [0])
    assert counts((await edge.of(ada).get(f"/api/v1/polls/{poll['id']}")).json()) == [None, None]
    clock.ahead = 2 * HOUR
    ended = (await edge.of(None).get(f"/api/v1/polls/{poll['id']}")).json()
    assert ended["expired"] is True
    assert counts(ended) == [1, 0]


async def test_the_end_is_told_once_to_who_asked_and_who_answered(
    edge: Edge, house: House, ada: Account, bob: Account, clock: Clock
) -> None:
    cy = house.person("cy")
    post = await ask(edge.of(ada))
    poll = post["poll"]
    assert (await vote(edge.of(bob), poll["id"], 0)).status_code == 200
    assert await clock.work(edge) == []
    clock.ahead = HOUR + MINUTE
    late = await vote(edge.of(cy), poll["id"], 0)
    assert (late.status_code, late.json()["error"]) == (
        422,
        "Validation failed: The poll has already ended",
    )
    (job,) = await clock.due(edge)
    end = thread_jobs.handlers(house.db, edge.blobs)[job.kind]
    await end.run(job)
    with pytest.raises(LeaseLost):  # a worker that lost its lease tells nobody again
        await end.run(job)
    for account in (ada, bob):
        (told,) = (await edge.of(account).get("/api/v1/notifications?types[]=poll")).json()
        assert (told["status"]["id"], told["account"]["id"]) == (post["id"], str(ada.id))
        assert told["status"]["poll"]["expired"] is True
    assert (await edge.of(cy).get("/api/v1/notifications")).json() == []


async def test_other_options_begin_the_count_anew(edge: Edge, ada: Account, bob: Account) -> None:
    client = edge.of(ada)
    post = await ask(client)
    path = f"/api/v1/statuses/{post['id']}"
    await vote(edge.of(bob), post["poll"]["id"], 0)
    kept = (await client.put(path, json={"status": "Lunch today?"})).json()
    assert counts(kept["poll"]) == [1, 0]
    longer = {**LUNCH, "expires_in": 7200}
    same = (await client.put(path, json={"status": "Lunch today?", "poll": longer})).json()
    assert counts(same["poll"]) == [1, 0]
    assert same["edited_at"] == kept["edited_at"]
    assert same["poll"]["expires_at"] > kept["poll"]["expires_at"]
    other = {"options": ["soup", "cake", "salad"], "expires_in": 3600}
    changed = (await client.put(path, json={"status": "Lunch today?", "poll": other})).json()
    assert counts(changed["poll"]) == [0, 0, 0]
    assert changed["edited_at"] > kept["edited_at"]
    assert (await vote(edge.of(bob), changed["poll"]["id"], 2)).json()["own_votes"] == [2]
    gone = (await client.put(path, json={"status": "Never mind", "poll": None})).json()
    assert gone["poll"] is None
    versions = (await edge.of(bob).get(f"{path}/history")).json()
    asked = [v["poll"] and [o["title"] for o in v["poll"]["options"]] for v in versions]
    assert asked == [["soup", "bread"], ["soup", "bread"], ["soup", "cake", "salad"], None]
    again = (await client.put(path, json={"status": "Lunch?", "poll": LUNCH})).json()
    assert counts(again["poll"]) == [0, 0]


async def test_a_deleted_post_gives_its_poll_back(edge: Edge, ada: Account, bob: Account) -> None:
    post = await ask(edge.of(ada))
    await vote(edge.of(bob), post["poll"]["id"], 0)
    back = (await edge.of(ada).delete(f"/api/v1/statuses/{post['id']}")).json()
    assert [option["title"] for option in back["poll"]["options"]] == ["soup", "bread"]
    assert (await edge.of(ada).get(f"/api/v1/polls/{post['poll']['id']}")).status_code == 404


async def test_no_answer_is_lost_when_many_answer_at_once(edge: Edge, house: House) -> None:
    ada = house.person("ada")
    poll = (await ask(edge.of(ada)))["poll"]
    voters = [house.person(f"voter{n}") for n in range(12)]
    other = House(house.url, made=True)  # as another process of the same server

    async def answer(which: House, voter: Account, choice: int) -> bool:
        try:
            await which.db.write(lambda tx: ballots.vote(tx, voter, int(poll["id"]), [choice]))
        except Invalid:
            return False
        return True

    try:
        answers = await asyncio.gather(
            *(
                answer(which, voter, n % 2)
                for n, voter in enumerate(voters)
                for which in (house, other)
            )
        )
    finally:
        other.db.close()
    assert sorted(answers) == [False] * 12 + [True] * 12
    seen = (await edge.of(None).get(f"/api/v1/polls/{poll['id']}")).json()
    assert (counts(seen), seen["votes_count"]) == ([6, 6], 12)


async def test_a_deleted_poll_ends_in_silence(
    edge: Edge, house: House, ada: Account, bob: Account, clock: Clock
) -> None:
    post = await ask(edge.of(ada))
    await vote(edge.of(bob), post["poll"]["id"], 0)
    await edge.of(ada).delete(f"/api/v1/statuses/{post['id']}")
    clock.ahead = 2 * HOUR
    await clock.work(edge)
    assert (await edge.of(bob).get("/api/v1/notifications")).json() == []
    assert await clock.due(edge) == []
