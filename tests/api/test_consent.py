"""Who may do what with posts, in apps; and that what waits is seen by nobody else, by no way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import Edge
from tests.api.test_permissions import ANYONES, WAYS, Reader, Scene, Tie, word
from tests.conftest import House
from weft.federation.keys import Keys
from weft.people import credentials, follows
from weft.people.model import Account
from weft.store.page import Page
from weft.threads import approvals, interaction_requests
from weft.threads.model import Post, Rule, Visibility

pytestmark = pytest.mark.anyio

ASK = {"always": ["author"], "with_approval": ["public"]}


async def test_a_policy_goes_in_and_comes_out(edge: Edge, ada: Account, bob: Account) -> None:
    asking = edge.of(ada)
    body: dict[str, Any] = {"status": "hi", "interaction_policy": {"can_reply": ASK}}
    made = (await asking.post("/api/v1/statuses", json=body)).json()
    rules = made["interaction_policy"]["can_reply"]
    assert (rules["automatic_approval"], rules["manual_approval"]) == (["author"], ["public"])
    assert made["interaction_policy"]["can_favourite"]["always"] == ["public"]
    body = {"interaction_policy": {"can_quote": {"automatic_approval": ["followers"]}}}
    changed = (await asking.put(f"/api/v1/statuses/{made['id']}", json=body)).json()
    assert changed["quote_approval"]["automatic"] == ["followers"]
    assert changed["interaction_policy"]["can_reply"]["with_approval"] == ["public"]
    usual = (await asking.post("/api/v1/statuses", json={"status": "hi"})).json()
    assert "interaction_policy" not in usual
    for wrong in ({"can_reply": {"always": ["friends"]}}, {"can_invoke_ai": ASK}):
        answer = await asking.post(
            "/api/v1/statuses", json={"status": "no", "interaction_policy": wrong}
        )
        assert answer.status_code == 422


async def test_answers_are_listed_and_decided(edge: Edge, ada: Account, bob: Account) -> None:
    mine, theirs = edge.of(ada), edge.of(bob)
    body: dict[str, Any] = {"status": "hi", "interaction_policy": {"can_reply": ASK}}
    post = (await mine.post("/api/v1/statuses", json=body)).json()
    body = {"status": "may I", "in_reply_to_id": post["id"]}
    reply = (await theirs.post("/api/v1/statuses", json=body)).json()
    assert reply["approval"] == "pending"
    [request] = (await mine.get("/api/v1/interaction_requests")).json()
    assert (request["type"], request["status"]["id"]) == ("reply", post["id"])
    assert request["reply"]["id"] == reply["id"]
    at = f"/api/v1/interaction_requests/{request['id']}"
    for verb in ("/authorize", "/reject"):
        assert (await theirs.post(at + verb)).status_code == 404
    assert (await theirs.get(at)).status_code == 404
    assert (await mine.get("/api/v1/interaction_requests?replies=false")).json() == []
    done = (await mine.post(f"{at}/authorize")).json()
    assert done["accepted_at"]
    assert (await mine.get("/api/v1/interaction_requests")).json() == []
    assert (await edge.of(None).get(f"/api/v1/statuses/{reply['id']}")).status_code == 200
    assert (await mine.post(f"{at}/reject")).json()["rejected_at"]
    assert (await edge.of(None).get(f"/api/v1/statuses/{reply['id']}")).status_code == 404
    assert (await mine.post(f"{at}/authorize")).status_code == 404


async def test_apps_are_told_in_kinds_that_they_know(
    edge: Edge, ada: Account, bob: Account
) -> None:
    post = edge.house.post(ada, policy={"reply": Rule(("me",), ("everyone",))})
    edge.house.post(bob, "may I", reply_to_id=post.id)
    asking = edge.of(ada)
    [told] = (await asking.get("/api/v1/notifications")).json()
    assert (told["type"], told["status"]["approval"]) == ("mention", "pending")
    known = "supported_types[]=pending.reply"
    [told] = (await asking.get(f"/api/v1/notifications?{known}")).json()
    assert told["type"] == "pending.reply"
    groups = (await asking.get("/api/v2/notifications")).json()["notification_groups"]
    assert [one["type"] for one in groups] == ["mention"]


async def test_who_no_longer_asks_is_not_told_of(edge: Edge, ada: Account, bob: Account) -> None:
    post = edge.house.post(ada, policy={"like": Rule(("me",), ("everyone",))})
    asking, path = edge.of(bob), f"/api/v1/statuses/{post.id}"
    await asking.post(f"{path}/favourite")
    listed = "/api/v1/notifications?supported_types[]=pending.favourite"
    assert [one["type"] for one in (await edge.of(ada).get(listed)).json()] == ["pending.favourite"]
    await asking.post(f"{path}/unfavourite")
    assert (await edge.of(ada).get(listed)).json() == []


async def test_what_members_usually_allow(edge: Edge, ada: Account) -> None:
    edge.house.db.write_now(lambda tx: credentials.enrol(tx, ada, "ada@weft.test", ""))
    asking, path = edge.of(ada), "/api/v1/interaction_policies/defaults"
    usual = (await asking.get(path)).json()
    assert usual["public"]["can_reply"]["always"] == ["public"]
    assert usual["private"]["can_reblog"]["always"] == ["author"]
    changed = await asking.ask("PATCH", path, json={"public": {"can_reply": ASK}})
    assert changed.json()["public"]["can_reply"]["with_approval"] == ["public"]
    made = (await asking.post("/api/v1/statuses", json={"status": "hi"})).json()
    assert made["interaction_policy"]["can_reply"]["with_approval"] == ["public"]
    assert (await asking.ask("PATCH", path, json={})).json() == usual
    refused = await asking.ask("PATCH", path, json={"public": {"can_quote": ASK}})
    assert refused.status_code == 422


# -- what waits is seen by nobody else ----------------------------------------------------------


class Waiting(Scene):
    """The same people; Bea wants to be asked before anybody answers."""

    def __init__(self, house: House, ties: list[Tie]) -> None:
        super().__init__(house, ties, late=False)

    def _ask_first(self) -> None:
        asked = {"reply": Rule(("me",), ("everyone",))}
        self.root = self.house.post(self.bea, "root", policy=asked)

    def _here(self, at: Visibility) -> Post:
        if at == "public":
            self._ask_first()
        return super()._here(at)


TIES = [Tie(), Tie(named=True), Tie(follows=True), Tie(follows=True, named=True)]


async def look(scene: Scene, edge: Edge, reader: Reader, path: str) -> list[str]:
    text = (await edge.of(reader.account).get(path)).text
    return [
        word(author, at)
        for author in ("ada", "rae")
        for at in ("public", "unlisted", "private", "direct")
        if word(author, at) in text
    ]


async def test_what_waits_is_seen_by_its_author_and_whom_it_answers_alone(
    house: House, tmp_path: Path
) -> None:
    edge = Edge(house, tmp_path / "media", keys=Keys(house.db))
    scene = Waiting(house, TIES)
    assert {post.approval for post in scene.posts} == {"pending"}
    async with edge.http:
        for reader in scene.readers:
            for name, (way, _, _) in WAYS.items():
                if name == "list" and reader.list_id is None:
                    continue
                for path in way(scene, reader):
                    assert await look(scene, edge, reader, path) == [], (name, reader.tie)
        nobody = Reader(Tie(), scene.bea, None)
        for path in _open_ways(scene, nobody):
            text = (await edge.of(None).get(path)).text
            assert "canary" not in text.replace("q=canary", ""), path
        bea = Reader(Tie(), scene.bea, None)
        found = await look(scene, edge, bea, f"/api/v1/statuses/{scene.root.id}/context")
        assert {word("ada", "public"), word("rae", "public")} <= set(found)
        everything = interaction_requests.waiting
        requests = house.db.read_now(lambda tx: everything(tx, scene.bea.id, Page()))
        for request in requests:
            house.db.write_now(
                lambda tx, which=request.id: approvals.authorize(tx, scene.bea, which)
            )
        path = f"/api/v1/statuses/{scene.root.id}/context"
        seen = await look(scene, edge, scene.readers[0], path)
        assert {word("ada", "public"), word("rae", "unlisted")} <= set(seen)


def _open_ways(scene: Scene, nobody: Reader) -> Iterator[str]:
    for name in ANYONES:
        yield from WAYS[name][0](scene, nobody)
    yield from ("/@ada", "/@ada?tab=replies", "/@ada.rss", "/tags/matrix", "/explore", "/")
    yield f"/@bea/{scene.root.id}"
    yield f"/ap/users/{scene.ada.id}/outbox?page=true"
    yield f"/ap/contexts/{scene.root.id}?page=true"
    yield f"/ap/posts/{scene.root.id}/replies?page=true"
    for one in scene.posts:
        yield from (f"/@ada/{one.id}", f"/ap/posts/{one.id}", f"/ap/posts/{one.id}/activity")


async def test_a_stamp_is_there_until_it_is_taken_back(house: House, tmp_path: Path) -> None:
    edge = Edge(house, tmp_path / "media", keys=Keys(house.db))
    ada, bob = house.person("ada"), house.person("bob")
    house.db.write_now(lambda tx: follows.follow(tx, bob, ada))
    secret = house.post(
        ada, "a secret word", visibility="private", policy={"reply": Rule(("followers",))}
    )
    made = house.post(bob, "another secret", visibility="private", reply_to_id=secret.id)
    async with edge.http:
        stamp = house.db.read_now(lambda tx: interaction_requests.stamps.of(tx, "reply", made.uri))
        assert stamp is not None
        path = stamp.uri.removeprefix("https://weft.test")
        answer = await edge.of(None).get(path)
        assert answer.json()["interactionTarget"] == secret.uri
        assert "secret" not in answer.text
        house.db.write_now(lambda tx: interaction_requests.take_back(tx, "reply", made.uri, bob.id))
        assert (await edge.of(None).get(path)).status_code == 404
