"""What AIs know about oneself, over the API: for oneself and nobody else, an AI's owner included."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Edge
from weft.ai import members
from weft.ai.memory import changes, notes
from weft.ai.memory.model import Found
from weft.people.model import Account
from weft.store.database import Tx

pytestmark = pytest.mark.anyio


@pytest.fixture
def crumb(edge: Edge, ada: Account) -> Account:
    """Owned by ada; it knows something about bob."""
    return edge.house.db.write_now(lambda tx: members.create(tx, ada, "crumb", persona="I bake."))


def know(edge: Edge, ai: Account, about: Account, *texts: str) -> None:
    post = edge.house.post(about, "@crumb hello")
    found = [Found("fact", text) for text in texts]
    edge.house.db.write_now(
        lambda tx: notes.keep(tx, ai.id, about.id, "person", about.id, found, post.id)
    )


def at(ai: Account, path: str = "/memory") -> str:
    return f"/api/weft/v1/ais/{ai.id}{path}"


async def texts(edge: Edge, who: Account, ai: Account) -> list[str]:
    answer = await edge.of(who).get(at(ai))
    assert answer.status_code == 200, answer.text
    return [note["text"] for note in answer.json()["notes"]]


async def test_read_changed_and_deleted(
    edge: Edge, ada: Account, bob: Account, crumb: Account
) -> None:
    know(edge, crumb, bob, "my name is Bob", "I live in Rome")
    me = edge.of(bob)
    answer = (await me.get(at(crumb))).json()
    assert (answer["account_id"], answer["acct"], answer["paused"]) == (
        str(crumb.id), "crumb", False,
    )  # fmt: skip
    note = answer["notes"][0]
    assert (note["scope"], note["room_id"], note["kind"]) == ("person", None, "fact")
    assert (note["text"], note["edited"], len(note["sources"])) == ("I live in Rome", False, 1)
    put = await me.ask("PUT", at(crumb, f"/memory/{note['id']}"), json={"text": "I live in Bonn"})
    assert (put.status_code, put.json()["text"], put.json()["edited"]) == (
        200,
        "I live in Bonn",
        True,
    )
    for body in ({"text": ""}, {"text": "x" * 201}, {"text": 7}, {}):
        bad = await me.ask("PUT", at(crumb, f"/memory/{note['id']}"), json=body)
        assert bad.status_code in (400, 422), body
    assert await texts(edge, bob, crumb) == ["I live in Bonn", "my name is Bob"]
    assert (await me.ask("DELETE", at(crumb, f"/memory/{note['id']}"))).status_code == 200
    assert (await me.ask("DELETE", at(crumb, f"/memory/{note['id']}"))).status_code == 404
    assert await texts(edge, bob, crumb) == ["my name is Bob"]
    assert (await me.ask("DELETE", at(crumb))).status_code == 200
    assert await texts(edge, bob, crumb) == []


async def test_nobody_else_gets_anywhere(
    edge: Edge, ada: Account, bob: Account, crumb: Account
) -> None:
    """Ada owns the AI and runs the server; she reads her own notes only."""
    know(edge, crumb, bob, "my name is Bob")
    note = (await edge.of(bob).get(at(crumb))).json()["notes"][0]["id"]
    one = at(crumb, f"/memory/{note}")
    assert await texts(edge, ada, crumb) == []
    assert (await edge.of(ada).ask("PUT", one, json={"text": "mine"})).status_code == 404
    assert (await edge.of(ada).ask("DELETE", one)).status_code == 404
    assert (await edge.of(ada).ask("DELETE", at(crumb))).status_code == 200
    assert (await edge.of(None).get(at(crumb))).status_code == 401
    assert await texts(edge, bob, crumb) == ["my name is Bob"]
    for whole in ("/api/weft/v1/memory", "/api/weft/v1/exports/ai_memory.json"):
        assert "Bob" not in (await edge.of(ada).get(whole)).text
        assert (await edge.of(None).get(whole)).status_code == 401
    nobody = {"GET": at(bob), "DELETE": at(bob), "POST": at(bob, "/memory/pause")}
    for method, path in nobody.items():
        assert (await edge.of(ada).ask(method, path)).status_code == 404


async def test_paused_and_resumed(edge: Edge, bob: Account, crumb: Account) -> None:
    know(edge, crumb, bob, "my name is Bob")
    pause = at(crumb, "/memory/pause")
    answer = (await edge.of(bob).post(pause)).json()
    assert (answer["paused"], answer["notes"]) == (True, [])
    assert (await edge.of(bob).post(pause)).status_code == 200
    everything = (await edge.of(bob).get("/api/weft/v1/memory")).json()
    assert [(one["acct"], one["paused"]) for one in everything] == [("crumb", True)]
    answer = (await edge.of(bob).ask("DELETE", pause)).json()
    assert answer["paused"] is False


async def test_taken_along(edge: Edge, bob: Account, crumb: Account) -> None:
    know(edge, crumb, bob, "my name is Bob")
    answer = await edge.of(bob).get("/api/weft/v1/exports/ai_memory.json")
    assert answer.status_code == 200
    assert "ai_memory.json" in answer.headers["content-disposition"]
    (one,) = answer.json()
    assert (one["acct"], one["notes"][0]["text"]) == ("crumb", "my name is Bob")
    assert one == (await edge.of(bob).get("/api/weft/v1/memory")).json()[0]


# -- what it has become ----------------------------------------------------------------------------


def propose(edge: Edge, ai: Account, text: str) -> None:
    def work(tx: Tx) -> None:
        one = members.by_account(tx, ai.id)
        assert one is not None
        changes.propose(tx, one, text, "Proposed")

    edge.house.db.write_now(work)


async def test_its_owner_sees_the_difference_and_decides(
    edge: Edge, ada: Account, bob: Account, crumb: Account
) -> None:
    propose(edge, crumb, "Curious about rye.")

    async def seen() -> list[dict[str, Any]]:
        answer = await edge.of(ada).get(at(crumb, "/versions"))
        assert answer.status_code == 200, answer.text
        return answer.json()

    new, old = await seen()
    assert (new["state"], new["live"], new["author_id"]) == ("proposed", False, None)
    assert "+Curious about rye." in new["diff"]
    assert "I bake." not in new["diff"]
    assert (old["state"], old["live"], old["author_id"]) == ("accepted", True, str(ada.id))
    decided = await edge.of(ada).post(at(crumb, "/versions/2/accept"))
    assert (decided.json()["state"], decided.json()["live"]) == ("accepted", True)
    assert (await edge.of(ada).post(at(crumb, "/versions/2/reject"))).status_code == 422
    back = await edge.of(ada).post(at(crumb, "/versions/1/rollback"))
    assert (back.json()["version"], back.json()["current"]) == (3, "")
    chosen = await edge.of(ada).ask("PUT", at(crumb, "/evolving"), json={"evolves": True})
    assert chosen.json() == {"evolves": True, "adopts": False}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/versions"),
        ("POST", "/versions/1/accept"),
        ("POST", "/versions/1/reject"),
        ("POST", "/versions/1/rollback"),
        ("PUT", "/evolving"),
    ],
)
async def test_nobody_else_decides(
    edge: Edge, ada: Account, bob: Account, crumb: Account, method: str, path: str
) -> None:
    propose(edge, crumb, "Curious about rye.")
    more: dict[str, Any] = {"json": {}} if method == "PUT" else {}
    assert (await edge.of(None).ask(method, at(crumb, path), **more)).status_code == 401
    assert (await edge.of(bob).ask(method, at(crumb, path), **more)).status_code == 403
    assert (await edge.of(ada).ask(method, at(bob, path), **more)).status_code == 404
    for number in ("99", "0", "99999999999999999999"):
        if "/1/" in path:
            nowhere = at(crumb, path.replace("/1/", f"/{number}/"))
            assert (await edge.of(ada).ask(method, nowhere)).status_code == 404
