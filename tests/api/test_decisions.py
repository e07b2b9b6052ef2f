"""Why an AI spoke or was silent, for those who see the line, and for nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Client, Edge
from tests.api.test_rooms import ROOMS, do, made
from weft.ai import jobs as ai_jobs
from weft.ai import members as ais
from weft.ai.turns import record
from weft.people.model import Account
from weft.rooms import lines, members
from weft.rooms.model import RoomDraft, RoomLine

pytestmark = pytest.mark.anyio


async def with_ai(edge: Edge, ada: Account, client: Client, **more: object) -> tuple[str, Account]:
    ai_jobs.react(edge.house.db)
    room = await made(client, **more)
    number = int(room.rpartition("/")[2])
    guide = edge.house.db.write_now(lambda tx: ais.create(tx, ada, "guide"))
    edge.house.db.write_now(lambda tx: members.add_ai(tx, ada, number, guide.id))
    return room, guide


def said(edge: Edge, room: str, by: Account, text: str, **more: Any) -> RoomLine:
    number = int(room.rpartition("/")[2])
    return edge.house.db.write_now(lambda tx: lines.say(tx, by, number, RoomDraft(text, **more)))


async def test_every_decision_can_be_asked_for(edge: Edge, ada: Account, bob: Account) -> None:
    a, b = edge.of(ada), edge.of(bob)
    room, guide = await with_ai(edge, ada, a)
    await do(b, "POST", f"{room}/join")
    silent = await do(b, "POST", f"{room}/lines", text="good morning")
    named = await do(b, "POST", f"{room}/lines", text="@guide hello?")
    (one,) = await do(b, "GET", f"{room}/lines/{silent['id']}/decisions")
    assert one["decision"] == "silent"
    assert one["account_id"] == str(guide.id)
    assert one["turn"] is None
    assert all(reason["text"] for reason in one["reasons"])
    (one,) = await do(a, "GET", f"{room}/lines/{named['id']}/decisions")
    assert (one["decision"], one["stage"]) == ("speak", "rules")
    assert one["reasons"][0] == {"code": "named", "weight": 1.0, "text": "it was called by name"}
    assert one["turn"] == {"outcome": "heard", "reason": "", "text": "", "answer_id": None}
    assert "morning" not in str(one)
    first = await a.get(f"{room}/decisions?limit=1")
    assert [each["line_id"] for each in first.json()] == [named["id"]]
    assert 'rel="next"' in first.headers["link"]
    rest = await a.get(f"{room}/decisions?max_id={first.json()[0]['id']}")
    assert [each["line_id"] for each in rest.json()] == [silent["id"]]


async def test_who_does_not_see_the_line_does_not_see_the_decision(
    edge: Edge, ada: Account, bob: Account
) -> None:
    a, b = edge.of(ada), edge.of(bob)
    cy = edge.house.person("cy")
    room, _ = await with_ai(edge, ada, a, access="private")
    before = await do(a, "POST", f"{room}/lines", text="@guide before Bob came")
    await do(a, "POST", f"{room}/invites", account_id=str(bob.id))
    for path in (f"{room}/decisions", f"{room}/lines/{before['id']}/decisions"):
        assert (await b.get(path)).status_code == 404
        assert (await edge.of(cy).get(path)).status_code == 404
    await do(b, "POST", f"{room}/join")
    after = await do(a, "POST", f"{room}/lines", text="@guide with Bob")
    assert (await b.get(f"{room}/lines/{before['id']}/decisions")).status_code == 404
    seen = await do(b, "GET", f"{room}/decisions")
    assert {one["line_id"] for one in seen} == {after["id"]}
    other = await made(a)
    assert (await a.get(f"{other}/lines/{after['id']}/decisions")).status_code == 404


async def test_a_post_and_its_decisions(edge: Edge, ada: Account, bob: Account) -> None:
    ai_jobs.react(edge.house.db)
    edge.house.db.write_now(lambda tx: ais.create(tx, ada, "guide"))
    post = edge.house.post(ada, "@guide between us", visibility="direct")
    path = f"/api/weft/v1/statuses/{post.id}/decisions"
    (one,) = await do(edge.of(ada), "GET", path)
    assert (one["decision"], one["reasons"][0]["code"]) == ("speak", "direct")
    assert (await edge.of(bob).get(path)).status_code == 404


async def test_feedback_only_on_what_nobody_asked_for(
    edge: Edge, ada: Account, bob: Account
) -> None:
    a = edge.of(ada)
    room, guide = await with_ai(edge, ada, a)
    why = {"code": "join", "text": "It looked as if I could help here."}
    called = said(edge, room, guide, "An answer.", ai={"sources": [], "trigger": "1", "hops": 1})
    label = {"sources": [], "trigger": "1", "hops": 1, "why": why}
    unasked = said(edge, room, guide, "By the way.", ai=label)
    shown = await do(a, "GET", f"{room}/lines/{unasked.id}")
    assert shown["ai"]["why"] == why
    path = f"{room}/lines/{unasked.id}/feedback"
    assert await do(a, "POST", path, verdict="good") == {"verdict": "good"}
    assert (await a.post(path, json={"verdict": "bad"})).status_code == 422
    assert (await edge.of(bob).post(path, json={"verdict": "good"})).status_code == 403
    wrong = f"{room}/lines/{called.id}/feedback"
    assert (await a.post(wrong, json={"verdict": "good"})).status_code == 404


async def test_unlearning(edge: Edge, ada: Account, bob: Account) -> None:
    a, b = edge.of(ada), edge.of(bob)
    room, _ = await with_ai(edge, ada, a)
    assert await do(a, "DELETE", f"{room}/learned") == {}
    assert (await b.delete(f"{room}/learned")).status_code == 403
    assert await do(b, "DELETE", "/api/weft/v1/learned") == {}
    assert (await b.delete(f"{ROOMS}/1/learned")).status_code == 404


async def test_what_was_decided_a_month_ago_is_gone(edge: Edge, ada: Account) -> None:
    a = edge.of(ada)
    room, _ = await with_ai(edge, ada, a)
    line = await do(a, "POST", f"{room}/lines", text="@guide hello?")
    db = edge.house.db
    db.write_now(lambda tx: tx.run(record.ai_decisions.update().values(created_at=1)))
    assert db.write_now(record.prune) is False
    assert await do(a, "GET", f"{room}/lines/{line['id']}/decisions") == []
