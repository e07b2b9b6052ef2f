"""A nosy stranger, a former follower, somebody who is blocked: each asks every route that reads,
by every id and word they could know. What was not said to them is in none of the answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.api.conftest import Edge
from tests.conftest import House
from weft.federation.keys import Keys
from weft.people import blocks, follows
from weft.people.model import Account
from weft.threads import react
from weft.threads.delete import delete
from weft.threads.edit import edit
from weft.threads.model import Draft, Post

pytestmark = pytest.mark.anyio

SECRET = "xyzzy"
"""Stands in everything that was said to a few, and nowhere else."""
TAG = f"plugh{SECRET}"
ACTIVITY = {"accept": "application/activity+json"}


class Scene:
    """Ada says things to her followers and to Nan; Fan follows her; Ex did, and kept them; Bad is
    blocked, and did too; Sly is a stranger.
    """

    def __init__(self, house: House) -> None:
        self.house = house
        names = ("ada", "fan", "nan", "ex", "bad", "sly")
        self.who = {name: house.person(name, indexable=True) for name in names}
        ada, fan, nan, ex, bad = (self.who[name] for name in names[:5])
        for one in (fan, ex, bad):
            self.do(lambda tx, at=one: follows.follow(tx, at, ada, notify=True))
        open_ = self.post(ada, "open words")
        private = self.post(ada, f"{SECRET} private #{TAG}", visibility="private")
        direct = self.post(ada, f"@nan {SECRET} direct", visibility="direct")
        answer = self.post(ada, f"{SECRET} below", visibility="private", reply_to_id=open_.id)
        gone = self.post(ada, f"{SECRET} gone", visibility="private")
        own_boost = self.do(lambda tx: react.boost(tx, ada, private.id))
        for reader in (fan, ex, bad):
            for verb in (react.like, react.bookmark):
                self.do(lambda tx, at=reader, verb=verb: verb(tx, at, private.id))
                self.do(lambda tx, at=reader, verb=verb: verb(tx, at, answer.id))
        self.post(fan, "I saw that", reply_to_id=private.id)
        self.post(nan, "thank you", reply_to_id=direct.id)
        self.do(lambda tx: edit(tx, ada, private.id, Draft(f"{SECRET} edited #{TAG}")))
        self.do(lambda tx: follows.remove_follower(tx, ada, ex))
        self.do(lambda tx: blocks.block(tx, ada, bad))
        self.do(lambda tx: edit(tx, ada, private.id, Draft(f"{SECRET} again #{TAG}")))
        self.do(lambda tx: delete(tx, ada, gone.id))
        self.hidden = [private, direct, answer, gone, own_boost]
        self.open = open_

    def do(self, work: Any) -> Any:
        return self.house.db.write_now(work)

    def post(self, author: Account, text: str, **more: object) -> Post:
        return self.house.post(author, text, **more)


def paths(document: Any, scene: Scene) -> Iterator[str]:
    """Every route that reads, filled with what there is; then those that no document names."""
    posts = [str(post.id) for post in scene.hidden]
    people = [str(one.id) for one in scene.who.values()]
    words = [
        *(SECRET, "plugh", "#plugh", "edited", "private"),
        *(post.uri for post in scene.hidden),
        *(post.url for post in scene.hidden),
    ]
    values = {
        "status_id": posts,
        "post_id": posts,
        "thread_id": posts,
        "account_id": people,
        "hashtag": ["plugh"],
        "username": ["ada"],
        "notification_id": [],
        "media_id": [],
    }
    for path, operations in document["paths"].items():
        if "get" not in operations or "/streaming" in path or path.startswith("/oauth"):
            continue
        wanted = [name for name in values if f"{{{name}}}" in path]
        assert len(wanted) < 2
        filled = (
            [path.replace(f"{{{wanted[0]}}}", one) for one in values[wanted[0]]]
            if wanted
            else [path]
        )
        for one in filled:
            if path == "/api/v2/search":
                yield from (f"{one}?q={quote(word, safe='')}" for word in words)
            elif path == "/api/v1/statuses":
                yield f"{one}?" + "&".join(f"id[]={id_}" for id_ in posts)
            else:
                yield one
    ada = scene.who["ada"].id
    yield from (f"/ap/users/{ada}/outbox?page=true", "/@ada", "/@ada.rss", "/explore", "/")
    yield from ("/@ada?tab=replies", "/tags/plugh", "/@fan?tab=replies")
    for id_ in [*posts, str(scene.open.id)]:
        yield from (
            f"/@ada/{id_}",
            f"/ap/posts/{id_}/replies?page=true",
            f"/ap/contexts/{id_}?page=true",
        )


@pytest.mark.parametrize("viewer", ["ex", "bad", "sly", None])
async def test_no_route_tells_what_was_not_said_to_them(
    house: House, tmp_path: Path, viewer: str | None
) -> None:
    edge = Edge(house, tmp_path / "media", keys=Keys(house.db))
    scene = Scene(house)
    async with edge.http:
        asking = edge.of(scene.who[viewer] if viewer is not None else None)
        fan = edge.of(scene.who["fan"])
        document = (await asking.get("/api/openapi/openapi.json")).json()
        told: list[str] = []
        asked = 0
        for path in paths(document, scene):
            for accept in ({}, ACTIVITY):
                answer = await asking.get(path, headers=accept)
                asked += 1
                if SECRET in answer.text:
                    told.append(path)
        assert asked > 200
        assert told == []
        # The look is not blind: Fan finds it.
        assert SECRET in (await fan.get(f"/api/v1/statuses/{scene.hidden[0].id}")).text


@pytest.mark.parametrize("viewer", ["ex", "bad", "sly", None])
async def test_a_hidden_post_looks_like_none(
    house: House, tmp_path: Path, viewer: str | None
) -> None:
    """Status and words of every answer are those of an id that never was."""
    edge = Edge(house, tmp_path / "media")
    scene = Scene(house)
    asking = edge.of(scene.who[viewer] if viewer is not None else None)
    verbs = [
        ("GET", ""), ("GET", "/context"), ("GET", "/history"), ("GET", "/source"),
        ("GET", "/favourited_by"), ("GET", "/reblogged_by"), ("PUT", ""), ("DELETE", ""),
        ("POST", "/ais"),
        *(("POST", f"/{verb}") for verb in (
            "favourite", "unfavourite", "reblog", "unreblog", "bookmark", "unbookmark", "mute",
            "unmute",
        )),
    ]  # fmt: skip
    async with edge.http:
        for method, verb in verbs:
            body = {"json": {"status": "x", "allowed": True}} if method in ("PUT", "POST") else {}
            if verb not in ("", "/ais") and method == "POST":
                body = {}

            async def ask(
                id_: int, method: str = method, verb: str = verb, body: Any = body
            ) -> Any:
                answer = await asking.ask(method, f"/api/v1/statuses/{id_}{verb}", **body)
                return answer.status_code, answer.text

            never = await ask(1)
            for post in scene.hidden:
                assert await ask(post.id) == never, (method, verb)
